"""CL1: keys where they must not be."""

from __future__ import annotations

from collections.abc import Iterator

from claude_lint.checks import Problem, Repair, View, rule
from claude_lint.checks.repairs import read_environment
from claude_lint.claude.credentials import Credential
from claude_lint.findings import Safety

_KINDS = {
    "api": "An Anthropic API key",
    "admin": "An Anthropic Admin API key",
    "oat": "An Anthropic OAuth token",
    "ort": "An Anthropic refresh token",
    "sid": "A Claude session key",
}
_PLACES = {
    "code": "in the source",
    "text": "in a text in the source",
    "comment": "in a comment",
    "output": "in the output of this cell",
}


@rule("hardcoded-key")
def hardcoded_key(found: Credential, view: View) -> Iterator[Problem]:
    """CL102."""
    what = _KINDS.get(found.kind, "A credential of Anthropic's")
    if found.within == "output":
        cure = "Clear the output, and revoke the key: whoever has the notebook has it"
    elif found.within == "code":
        variable = found.variable or "…"
        cure = f'Read `os.environ["{variable}"]`, and revoke the key: it stays in the history'
    else:
        cure = "Remove it, and revoke the key: it stays in the history"
    yield Problem(
        found.at,
        f"{what} is {_PLACES[found.within]}: `{found.shown}`",
        help=cure,
        fix=_from_environment(found),
    )


def _from_environment(found: Credential) -> Repair | None:
    if found.replaceable is None:
        return None
    edits = read_environment(found.replaceable, found.variable)
    title = f'Read `os.environ["{found.variable}"]`'
    return Repair(title, Safety.UNSAFE, edits) if edits else None
