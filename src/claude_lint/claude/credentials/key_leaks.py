"""Where a key gets out: what is printed, logged, or put into the text of an exception."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import libcst as cst

from claude_lint.claude.credentials.key_names import names_key
from claude_lint.claude.credentials.literals import keys_in
from claude_lint.claude.surfaces.sdk import clients
from claude_lint.claude.view import View
from claude_lint.python.classes import ancestry
from claude_lint.python.flow import exclusive
from claude_lint.python.module import Module
from claude_lint.python.syntax import access_path, walk
from claude_lint.python.values import (
    Attribute,
    Constant,
    Environ,
    Instance,
    Item,
    Mapping,
    Origin,
    Result,
    Sequence,
    Symbol,
    Text,
    Unknown,
    Value,
    options,
)

_PRINTERS = frozenset({
    "builtins.print", "pprint.pprint", "pprint.pp", "rich.print", "click.echo", "click.secho",
    "typer.echo", "typer.secho", "sys.stdout.write", "sys.stderr.write", "warnings.warn",
    "sys.exit", "builtins.exit",
})  # fmt: skip
_PRINTER_NAMES = frozenset(path.rpartition(".")[2] for path in _PRINTERS)
_LOGGING_METHODS = frozenset({
    "debug", "info", "warning", "warn", "error", "exception", "critical", "fatal", "log",
    "trace", "success",
})  # fmt: skip
_LOGGER = re.compile(r"(?:.*_)?log(?:ger|ging)?s?|.+Logger", re.IGNORECASE)
_LOGGING_MODULES = frozenset({"logging", "loguru", "structlog"})
# What a call of this name gives back shows too little of a key.
_HIDING = re.compile(
    r"mask|redact|obfusc|hide|saniti[sz]e|censor|scrub|hash|fingerprint|shorten|trunc", re.I
)
# Of a dict these give the keys at most.
_NAMES_ONLY = frozenset({"sorted", "list", "set", "tuple", "join", "keys", "len", "type"})
# What is not known, but is what its name says.
_NAMED = frozenset({
    "parameter", "call", "attribute", "item", "unbound", "import", "get", "field", "except",
    "for", "with", "star",
})  # fmt: skip
_SAME_TEXT = frozenset({"strip", "lstrip", "rstrip", "get_secret_value", "decode", "format"})
_KEY_ATTRIBUTES = frozenset({"api_key", "auth_token"})
_MOST_NESTED = 4
_MENTIONS = re.compile(r"key|auth|header|sk-ant-", re.IGNORECASE)
# An assignment, and what is assigned as far as a few lines tell.
_ASSIGNED = re.compile(r"\b(\w+)[ \t]*(?::[^=\n]{1,200})?=(?!=)((?:.*[({\[]\n(?:.*\n){,5})?.*)")
_WORD = re.compile(r"\w+")
_SHOWING = re.compile(
    rf"\b(?:{'|'.join(sorted(_PRINTER_NAMES | _LOGGING_METHODS))}|raise|assert)\b"
)


@dataclass(frozen=True, slots=True, eq=False)
class KeyLeak:
    """A key that gets out. `sink`: print, log, exception; `name` says what is shown."""

    at: Origin
    sink: str
    name: str


def key_leaks(view: View) -> Iterator[KeyLeak]:
    """Yield the arguments through which a whole key gets out; a part of it does not count."""
    module = view.module
    if not _MENTIONS.search(module.lines):
        return
    leads_to_key = _leading_to_keys(module.lines)
    for unit in module.all_units():
        if not (_SHOWING.search(unit.text) and leads_to_key(unit.text)):
            continue
        unit.load()
        for node in walk(unit.root) if unit.root is not None else ():
            arguments, sink = _sink(view, node)
            for argument in arguments:
                if _is_literal(argument) or not _names(argument, leads_to_key):
                    continue
                view.evaluator.reset()
                shown = _shown(view, argument)
                if shown:
                    yield KeyLeak(Origin(module, argument), sink, shown)
                    break


def _leading_to_keys(text: str) -> Callable[[str], bool]:
    """Tell code with a name that says it is a key, or that is assigned something such."""
    assigned = _ASSIGNED.finditer(text)
    names = {match[1].lower() for match in assigned if _MENTIONS.search(match[2])}

    def leads_to_key(code: str) -> bool:
        return _MENTIONS.search(code) is not None or not names.isdisjoint(
            _WORD.findall(code.lower())
        )

    return leads_to_key


def _is_literal(node: cst.BaseExpression) -> bool:
    return isinstance(node, (cst.SimpleString, cst.ConcatenatedString, cst.Integer))


def _names(root: cst.CSTNode, is_wanted: Callable[[str], bool]) -> bool:
    """Tell whether an expression reads a name that is wanted."""
    names = (node.value for node in walk(root) if isinstance(node, (cst.Name, cst.SimpleString)))
    return any(is_wanted(name) for name in names)


# ---------------------------------------------------------------------- sinks


def _sink(view: View, node: cst.CSTNode) -> tuple[list[cst.BaseExpression], str]:
    """Return the expressions that a statement or call shows, and how; none where it shows none."""
    if isinstance(node, cst.Raise):
        made = node.exc
        text = [arg.value for arg in made.args] if isinstance(made, cst.Call) else []
        return text, "exception"
    if isinstance(node, cst.Assert):
        return ([node.msg] if node.msg is not None else []), "exception"
    path = access_path(node.func) if isinstance(node, cst.Call) else None
    if not isinstance(node, cst.Call) or path is None:
        return [], ""
    shown = [arg.value for arg in node.args]
    if path[-1] in _LOGGING_METHODS and len(path) > 1 and _is_logger(view, node, path[-2]):
        return shown, "log"
    if path[-1] in _PRINTER_NAMES and _is_printer(view.module, view, node):
        return shown, "print"
    return [], ""


def _is_logger(view: View, call: cst.Call, name: str) -> bool:
    if _LOGGER.fullmatch(name):
        return True
    assert isinstance(call.func, cst.Attribute)
    found = view.evaluator.value(view.module, call.func.value)
    return any(_package(one) in _LOGGING_MODULES for one in options(found))


def _package(value: Value) -> str:
    while isinstance(value, (Result, Attribute)):
        value = value.callee if isinstance(value, Result) else value.base
    return value.path.partition(".")[0] if isinstance(value, Symbol) else ""


def _is_printer(module: Module, view: View, call: cst.Call) -> bool:
    for one in options(view.evaluator.value(module, call.func)):
        if isinstance(one, Symbol) and one.path in _PRINTERS:
            return True
        if isinstance(one, Attribute) and one.name == "print" and _package(one) == "rich":
            return True
    return False


# ---------------------------------------------------------------------- what is shown


def _shown(view: View, node: cst.BaseExpression) -> str:
    """Return the name of the key that an expression shows whole, `""` where it shows none."""
    if isinstance(node, cst.FormattedString):
        return next(filter(None, (_shown_in_field(view, part) for part in node.parts)), "")
    if isinstance(node, cst.BinaryOperation):
        return _shown(view, node.left) or _shown(view, node.right)
    if isinstance(node, cst.Tuple):
        return next(filter(None, (_shown(view, one.value) for one in node.elements)), "")
    if isinstance(node, cst.Call):
        called = node.func.attr.value if isinstance(node.func, cst.Attribute) else ""
        path = access_path(node.func) or (called,)
        if _HIDING.search(path[-1]) or path[-1] in _NAMES_ONLY:
            return ""
        if path in {("str",), ("repr",)} or called == "format":
            return next(filter(None, (_shown(view, arg.value) for arg in node.args)), "")
    if isinstance(node, cst.Attribute) and _masks_itself(view, node):
        return ""
    if isinstance(node, cst.Name) and _is_hidden_elsewhere(view.module, node):
        return ""
    return key_in(view, view.evaluator.value(view.module, node))


def _is_hidden_elsewhere(module: Module, node: cst.Name) -> bool:
    """Tell whether a variable is set to something masked in one branch of several that set it."""
    owner = module.place(node)[0].owner(node.value)
    bindings = owner.bindings(node.value) if owner is not None else []
    return any(
        _is_hiding(one.node) and exclusive(one.point.arms, other.point.arms)
        for one in bindings
        for other in bindings
    )


def _is_hiding(node: cst.CSTNode) -> bool:
    path = access_path(node.func) if isinstance(node, cst.Call) else None
    return path is not None and _HIDING.search(path[-1]) is not None


def _masks_itself(view: View, node: cst.Attribute) -> bool:
    """Tell whether an attribute is a pydantic secret, which shows asterisks: LangChain's keys."""
    for base in options(view.evaluator.value(view.module, node.value)):
        if _package(base).startswith("langchain"):
            return True
        if isinstance(base, Instance):
            for scope in ancestry(view.evaluator, base.cls)[0]:
                for binding in scope.bindings(node.attr.value):
                    kind = access_path(binding.annotation) if binding.annotation else None
                    if kind is not None and kind[-1] in ("SecretStr", "SecretBytes"):
                        return True
    return False


def _shown_in_field(view: View, part: cst.BaseFormattedStringContent) -> str:
    # `{key:.8}` shows a part.
    if not isinstance(part, cst.FormattedStringExpression) or part.format_spec:
        return ""
    return _shown(view, part.expression)


def key_in(view: View, value: Value, depth: int = 0) -> str:
    """Return the name of the key that a value is or holds, `""` where it is or holds none."""
    if depth > _MOST_NESTED:
        return ""
    for one in options(value):
        name = _key_name(view, one) or next(
            filter(None, (key_in(view, part, depth + 1) for part in _parts(one))), ""
        )
        if name:
            return name
    return ""


def _parts(value: Value) -> Iterator[Value]:
    if isinstance(value, Text):
        yield from (part for part in value.parts if isinstance(part, Value))
    elif isinstance(value, Mapping):
        yield from (entry.value for entry in value.entries)
    elif isinstance(value, Sequence):
        yield from value.items
    elif isinstance(value, Result):
        callee = value.callee
        if isinstance(callee, Attribute) and callee.name in _SAME_TEXT:
            yield callee.base
        elif isinstance(callee, Symbol) and callee.path.endswith((".dumps", ".pformat")):
            yield from value.arguments.positional


def _key_name(view: View, value: Value) -> str:
    if isinstance(value, Environ):
        return value.name if names_key(value.name) else ""
    if isinstance(value, Constant):
        if not value.value:  # a setting before the environment fills it
            return next((name for name in value.via if "." in name and names_key(name)), "")
        found = next(keys_in(value.value), None) if isinstance(value.value, str) else None
        return found.shown if found else ""
    if isinstance(value, Attribute):
        if value.name in _KEY_ATTRIBUTES and any(clients(view.evaluator, value.base, view.reading)):
            return value.name
        return value.name if names_key(value.name) else ""
    if isinstance(value, Item) and isinstance(value.key, Constant):
        name = str(value.key.value)
        return name if names_key(name) else ""
    if isinstance(value, Unknown) and value.why in _NAMED:
        names = (value.name, *value.via)
        return next((name for name in names if names_key(name)), "")
    return ""
