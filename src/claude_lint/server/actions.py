"""What an editor offers to do about findings: mend them, or ignore them in their line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lsprotocol import types

from claude_lint.findings import Edit, Finding, Fix, Safety
from claude_lint.fixing.fixes import is_applicable
from claude_lint.server.places import Places

FIX_ALL = f"{types.CodeActionKind.SourceFixAll.value}.claude-lint"


def wants(context: types.CodeActionContext, kind: str) -> bool:
    """Tell whether the editor asks for a kind of action; asked for none, it wants what is quick."""
    if context.only is None:
        return kind == types.CodeActionKind.QuickFix
    return any(f"{kind}.".startswith(f"{_name(only)}.") for only in context.only)


def _name(kind: types.CodeActionKind | str) -> str:
    return kind.value if isinstance(kind, types.CodeActionKind) else kind


def fix_action(
    finding: Finding, shown: types.Diagnostic, places: Places
) -> types.CodeAction | None:
    """Offer a finding's fix; none where it has none that may be made."""
    fix = finding.fix
    if fix is None or not is_applicable(finding, unsafe=True):
        return None
    edit = places.workspace_edit(fix.edits)
    if edit is None:
        return None
    is_safe = fix.safety is Safety.SAFE
    return types.CodeAction(
        title=_title(fix),
        kind=types.CodeActionKind.QuickFix,
        diagnostics=[shown],
        is_preferred=is_safe,
        edit=edit,
    )


def _title(fix: Fix) -> str:
    return fix.title if fix.safety is Safety.SAFE else f"{fix.title} (unsafe fix)"


def ignore_actions(
    findings: Sequence[Finding],
    shown: Sequence[types.Diagnostic],
    edits: Sequence[tuple[Edit, ...]],
    places: Places,
) -> Iterator[types.CodeAction]:
    """Offer to write a comment that suppresses each finding."""
    for finding, diagnostic, written in zip(findings, shown, edits, strict=True):
        edit = places.workspace_edit(written) if written else None
        if edit is not None:
            yield types.CodeAction(
                title=f"Ignore {finding.rule} in this line",
                kind=types.CodeActionKind.QuickFix,
                diagnostics=[diagnostic],
                edit=edit,
            )
