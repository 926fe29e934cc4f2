"""What a request authenticates with: the scheme, and whether a key or a token is sent.

An API key is told by how it begins, by the variable it comes from, or by its name. What may be a
token is never called a key.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst

from claude_lint.claude.facts import Request
from claude_lint.python.flow import Arm
from claude_lint.python.syntax import access_path, string_value, walk
from claude_lint.python.values import (
    Attribute,
    Constant,
    Entry,
    Environ,
    Item,
    Mapping,
    Origin,
    Result,
    Symbol,
    Text,
    Unknown,
    Value,
    options,
)

KEY_HEADER = "x-api-key"
BEARER_HEADER = "authorization"

_TOKEN_TEXT = re.compile(r"sk-ant-(?:oat|ort|sid)", re.I)
_KEY_TEXT = re.compile(r"sk-ant-(?!oat|ort|sid|admin)|(?:ANTHROPIC|CLAUDE)_?(?:API)?_?KEY", re.I)
_TOKEN_NAME = re.compile(r"token|oauth|bearer|jwt|session|wif|identity|(?:^|_)oat", re.I)
_CERTAIN_TOKEN_NAME = re.compile(r"oauth|auth_?token|bearer_?token", re.I)
_OWN_KEY_NAME = re.compile(r"(?:anthropic|claude)\w{0,60}key|key\w{0,60}(?:anthropic|claude)", re.I)
_KEY_NAME = re.compile(r"api_?-?key$|^x_api_key|(?:^|_)key$|apikey", re.I)
_ANOTHER_KEY_NAME = re.compile(
    r"openai|openrouter|gemini|google|groq|mistral|azure|proxy|gateway|public|cache|primary|foreign"
    r"|admin|aws|bedrock|vertex|litellm|portkey|helicone",
    re.I,
)
_SCHEME = re.compile(r"^\s*([A-Za-z][\w-]*):?(\s+|$)")
_TESTS_OF_TOKENS = re.compile(
    r"oauth|sk-ant-oat|bearer|subscription"
    r"|(?<![a-z_])(?:is_|use_|has_|auth_?|access_?|api_?)?token(?![a-z_])",
    re.I,
)
_TESTS_OF_KEYS = re.compile(r"sk-ant-(?!oat)", re.I)


class Kind(enum.Enum):
    """What is sent as a credential."""

    KEY = "key"
    TOKEN = "token"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, eq=False)
class Authentication:
    """One value a header that authenticates can have.

    `scheme` is the word before the credential in lower case, `""` where there is none, None where
    that is not known. `held` is the expression of the credential alone, where it is one.
    """

    entry: Entry
    scheme: str | None
    kind: Kind
    held: Origin | None = None


def authentications(entry: Entry) -> Iterator[Authentication]:
    """Yield what a header can carry."""
    for value in options(entry.value):
        yield _authentication(entry, value)


def _authentication(entry: Entry, value: Value) -> Authentication:
    if isinstance(value, Constant):
        return _of_constant(entry, value)
    if isinstance(value, Text):
        return _of_text(entry, value)
    return Authentication(entry, "" if _may_be_bare(value) else None, kind_of(value), value.origin)


def _of_constant(entry: Entry, value: Constant) -> Authentication:
    text = str(value.value)
    held = held_expression(value.origin) if value.origin is not None else None
    scheme = _SCHEME.match(text)
    if scheme and scheme.end() == len(text):  # a credential alone looks like a word too
        scheme = None
    rest = text[scheme.end() :] if scheme else text
    kind = _kind_of_text(rest)
    if kind is Kind.UNKNOWN and held is not None:
        kind = kind_of(Unknown(), held)
    return Authentication(entry, scheme[1].lower() if scheme else "", kind, held)


def _of_text(entry: Entry, value: Text) -> Authentication:
    parts = [part for part in value.parts if part != ""]
    held = held_expression(value.origin) if value.origin is not None else None
    first = parts[0]
    if not isinstance(first, str):
        if len(parts) == 1:
            return Authentication(entry, "", kind_of(first, held), held)
        return Authentication(entry, None, Kind.UNKNOWN)
    scheme = _SCHEME.match(first) if _kind_of_text(first) is Kind.UNKNOWN else None
    after = first[scheme.end() :] if scheme else first
    if len(parts) == 2 and not after and isinstance(parts[1], Value):
        word = scheme[1].lower() if scheme else ""
        if scheme is not None and not scheme[2]:
            word = f"{word}…"  # no blank behind the scheme: no scheme at all
        return Authentication(entry, word, kind_of(parts[1], held), held)
    bearer = re.match(r"\s*bearer\s", first, re.I)
    return Authentication(entry, "bearer" if bearer else "", _kind_of_text(first))


def _may_be_bare(value: Value) -> bool:
    """Tell whether a value is a credential alone, not a header that something composed."""
    return not isinstance(value, Result) or isinstance(value.callee, (Symbol, Attribute))


# ---------------------------------------------------------------------- key or token


def _kind_of_text(text: str) -> Kind:
    if _TOKEN_TEXT.search(text):
        return Kind.TOKEN
    return Kind.KEY if _KEY_TEXT.search(text) else Kind.UNKNOWN


def kind_of(value: Value, held: Origin | None = None) -> Kind:
    """Judge a credential by where it comes from, then by its names."""
    if isinstance(value, Constant) and isinstance(value.value, str):
        known = _kind_of_text(value.value)
        if known is not Kind.UNKNOWN:
            return known
    if isinstance(value, Environ) and value.name:
        if _TOKEN_NAME.search(value.name):
            return Kind.TOKEN if _CERTAIN_TOKEN_NAME.search(value.name) else Kind.UNKNOWN
        if _KEY_NAME.search(value.name) and not _ANOTHER_KEY_NAME.search(value.name):
            return Kind.KEY
    names = [*_names(value), *(_names_in(held) if held is not None else ())]
    if any(_TOKEN_NAME.search(name) for name in names):
        return Kind.TOKEN if any(_CERTAIN_TOKEN_NAME.search(n) for n in names) else Kind.UNKNOWN
    if any(_OWN_KEY_NAME.search(name) and "admin" not in name.lower() for name in names):
        return Kind.KEY
    if any(_ANOTHER_KEY_NAME.search(name) for name in names):
        return Kind.UNKNOWN
    return Kind.KEY if any(_KEY_NAME.search(name) for name in names) else Kind.UNKNOWN


def _names(value: Value) -> Iterator[str]:
    """Yield the names a value has or came by."""
    for name in value.via:
        yield name.rpartition(".")[2]
    inner: Value | None = value
    while inner is not None:
        following: Value | None = None
        if isinstance(inner, (Unknown, Attribute, Environ)) and inner.name:
            yield inner.name
        if isinstance(inner, Item):
            yield from (str(key.value) for key in options(inner.key) if isinstance(key, Constant))
            following = inner.base
        elif isinstance(inner, Result):
            given = (*inner.arguments.positional[:2], *_values(inner.arguments.keywords))
            yield from (str(one.value) for one in given if isinstance(one, Constant))
            following = inner.callee
        elif isinstance(inner, Symbol):
            yield inner.path.rpartition(".")[2]
        elif isinstance(inner, Attribute):
            # `settings.anthropic.key`: what holds the key says whose it is.
            yield f"{_last_name(inner.base)}_{inner.name}"
        inner = following


def _values(mapping: Mapping) -> Iterator[Value]:
    for entry in mapping.entries[:3]:
        yield from options(entry.value)


def _last_name(value: Value) -> str:
    if isinstance(value, Attribute):
        return value.name
    return value.path.rpartition(".")[2] if isinstance(value, Symbol) else ""


def _names_in(held: Origin) -> Iterator[str]:
    """Yield the names an expression is written with."""
    for part in walk(held.node):
        if isinstance(part, (cst.Attribute, cst.Name)):
            path = access_path(part)
            if path:
                yield path[-1]
        elif isinstance(part, cst.SimpleString):
            text = string_value(part)
            if isinstance(text, str) and _TOKEN_TEXT.search(text) is None:
                yield text


def held_expression(composed: Origin) -> Origin | None:
    """Return the expression of the credential in `f"Bearer {key}"`, `"Bearer " + key`, …"""
    node = composed.node
    found: cst.CSTNode | None = None
    if isinstance(node, cst.FormattedString):
        holes = [part for part in node.parts if isinstance(part, cst.FormattedStringExpression)]
        plain = len(holes) == 1 and holes[0].conversion is None and holes[0].format_spec is None
        found = holes[0].expression if plain and node.parts[-1] is holes[0] else None
    elif isinstance(node, cst.BinaryOperation):
        found = node.right
        if isinstance(found, cst.Tuple) and len(found.elements) == 1:
            found = found.elements[0].value
    elif isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute):
        arguments = node.args
        if len(arguments) == 1 and not arguments[0].star:
            found = arguments[0].value
        if node.func.attr.value == "join" and isinstance(found, (cst.List, cst.Tuple)):
            found = found.elements[-1].value if len(found.elements) == 2 else None
    return Origin(composed.module, found) if found is not None else None


# ---------------------------------------------------------------------- requests


def is_for_tokens(request: Request, entry: Entry) -> bool:
    """Tell whether a request, or a test that chose the entry, says that it is about tokens."""
    for beta in request.headers.headers("anthropic-beta"):
        if any("oauth" in text for text in _texts(beta.value)):
            return True
    return any(_asks_of_tokens(arm) for arm in entry.under | request.world)


def _texts(value: Value) -> Iterator[str]:
    for one in options(value):
        if isinstance(one, Constant):
            yield str(one.value).lower()
        elif isinstance(one, Text):
            yield from (part.lower() for part in one.parts if isinstance(part, str))


def _asks_of_tokens(arm: Arm) -> bool:
    node = arm.branch.node
    tests: list[cst.BaseExpression] = []
    while isinstance(node, cst.If):
        tests.append(node.test)
        if node.orelse is None:
            break
        node = node.orelse
    if not arm.taken:  # the case is over and done with
        return any(map(_TESTS_OF_KEYS.search, map(_code, tests[arm.number : arm.number + 1])))
    asked = [_code(test) for test in tests[: arm.number + 1]]
    if any(map(_TESTS_OF_TOKENS.search, asked)):
        return True
    if arm.number >= len(tests) and any(map(_TESTS_OF_KEYS.search, asked)):
        return True
    subjects = (getattr(one.subject, "text", "") for one in arm.premises)
    return any(map(_TESTS_OF_TOKENS.search, subjects))


def _code(node: cst.CSTNode) -> str:
    return cst.Module([]).code_for_node(node)
