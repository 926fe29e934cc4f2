"""What an editor offers to do about findings: mend them, or ignore them in their line."""

from __future__ import annotations

from lsprotocol import types

from claude_lint.findings import Finding, Safety

FIX_ALL = f"{types.CodeActionKind.SourceFixAll.value}.claude-lint"


def wants(context: types.CodeActionContext, kind: str) -> bool:
    """Tell whether the editor asks for a kind of action; asked for none, it wants what is quick."""
    if context.only is None:
        return kind == types.CodeActionKind.QuickFix
    return any(f"{kind}.".startswith(f"{_name(only)}.") for only in context.only)


def _name(kind: types.CodeActionKind | str) -> str:
    return kind.value if isinstance(kind, types.CodeActionKind) else kind


def fix_action(
    finding: Finding, shown: types.Diagnostic, edit: types.WorkspaceEdit
) -> types.CodeAction:
    """Offer to make a finding's fix, which comes to these edits."""
    fix = finding.fix
    assert fix is not None
    is_safe = fix.safety is Safety.SAFE
    return types.CodeAction(
        title=fix.title if is_safe else f"{fix.title} (unsafe fix)",
        kind=types.CodeActionKind.QuickFix,
        diagnostics=[shown],
        is_preferred=is_safe,
        edit=edit,
    )


def ignore_action(
    finding: Finding, shown: types.Diagnostic, edit: types.WorkspaceEdit
) -> types.CodeAction:
    """Offer to write a comment that suppresses a finding."""
    return types.CodeAction(
        title=f"Ignore {finding.rule} in this line",
        kind=types.CodeActionKind.QuickFix,
        diagnostics=[shown],
        edit=edit,
    )


def fix_all_action(edit: types.WorkspaceEdit) -> types.CodeAction:
    """Offer to make all safe fixes of a file."""
    return types.CodeAction(title="Make all safe fixes of claude-lint", kind=FIX_ALL, edit=edit)
