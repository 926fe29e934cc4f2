"""CL1: keys where they must not be."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import libcst as cst

from claude_lint.checks import Problem, Repair, View, rule
from claude_lint.checks.code_edits import code_of
from claude_lint.checks.repairs import read_environment, repair
from claude_lint.claude.credentials.key_defaults import KeyDefault
from claude_lint.claude.credentials.key_leaks import KeyLeak
from claude_lint.claude.credentials.literals import Credential
from claude_lint.findings import Safety
from claude_lint.python.syntax import string_value
from claude_lint.python.values import Origin

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
    "prose": "in the text of this cell",
    "metadata": "in the notebook's metadata",
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
        fix=_from_environment(view, found.replaceable, found.variable),
    )


@rule("empty-key-default")
def empty_key_default(default: KeyDefault, view: View) -> Iterator[Problem]:
    """CL108."""
    yield Problem(
        default.at,
        f'Without `{default.variable}` the key is `"{default.text}"`, and only a request tells',
        help=f'Read `os.environ["{default.variable}"]`, which fails at once and says why'
        if default.lookup is not None
        else "Give it no default, so that settings without it fail at once",
        fix=_required(view, default),
    )


def _required(view: View, default: KeyDefault) -> Repair | None:
    """Read a variable that has to be there; only say so where the key may come from elsewhere."""
    fix = _from_environment(view, default.lookup, default.variable)
    if fix is None or default.lookup is None:
        return None
    return replace(fix, safety=Safety.DISPLAY) if _is_optional(default.lookup) else fix


def _is_optional(at: Origin) -> bool:
    """Tell whether a value is a default or one setting of many, and a key may come later."""
    for parent in at.module.ancestors(at.node):
        if isinstance(parent, (cst.Param, cst.Lambda, cst.ClassDef)):
            return True
        if isinstance(parent, cst.DictElement) and string_value(parent.key) not in _KEY_HEADERS:
            return True
        if isinstance(parent, cst.Arg) and parent.keyword and parent.keyword.value == "default":
            return True
        if isinstance(parent, cst.FunctionDef):
            return False
    return False


_KEY_HEADERS = frozenset({"x-api-key", "X-API-Key", "X-Api-Key", "Authorization"})
_LOOKUP = re.compile(r"\b(?:environ|getenv)\b")
_SINKS = {"print": "printed", "log": "logged", "exception": "put into the text of an exception"}


@rule("logged-key")
def logged_key(leak: KeyLeak, view: View) -> Iterator[Problem]:
    """CL109."""
    yield Problem(
        leak.at,
        f"The whole of `{leak.name}` is {_SINKS[leak.sink]}",
        help="Show whether there is one, or its first characters",
    )


def _from_environment(view: View, at: Origin | None, variable: str) -> Repair | None:
    if at is None:
        return None
    title = f'Read `os.environ["{variable}"]`'
    return repair(
        view, title, Safety.UNSAFE, read_environment(_with_lookup(at, variable), variable)
    )


def _with_lookup(at: Origin, variable: str) -> Origin:
    """Return the whole of `os.getenv("…") or "…"` for a default that stands in one."""
    around = at.module.parents.get(at.node)
    if isinstance(around, cst.BooleanOperation) and isinstance(around.operator, cst.Or):
        asked = code_of(Origin(at.module, around.left))
        if around.right is at.node and variable in asked and _LOOKUP.search(asked):
            return Origin(at.module, around)
    return at
