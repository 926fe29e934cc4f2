"""What Python itself does to values: subscripts, unpacking, formatting, methods of str and dict."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urljoin

import libcst as cst

from claude_lint.python import changes
from claude_lint.python.values import (
    Arguments,
    Attribute,
    Constant,
    Entry,
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
    conditioned,
    options,
    union,
)

if TYPE_CHECKING:
    from claude_lint.python.evaluate import Evaluator

_ENVIRONMENT_READERS = frozenset(
    {"os.getenv", "os.environ.get", "environ.get", "decouple.config", "os.environ.setdefault"}
)
_COPIES = frozenset({"copy.copy", "copy.deepcopy", "typing.cast", "builtins.dict", "builtins.str"})
_SAME_TEXT = frozenset({"encode", "decode", "__str__"})
_PLACEHOLDER = re.compile(r"%(?:\((\w+)\))?[-#0 +]*[\d.]*([sdrif%])")
_FIELD = re.compile(r"\{\{|\}\}|\{([^{}:!]*)(?:![rsa])?(?::[^{}]*)?\}")


def item(evaluator: Evaluator, base: Value, key: Value, origin: Origin) -> Value:
    """Return `base[key]`."""
    if isinstance(base, Symbol) and base.path in ("os.environ", "environ"):
        name = key.value if isinstance(key, Constant) and isinstance(key.value, str) else ""
        return Environ(name, None, origin=origin, under=base.under)
    if isinstance(base, Mapping):
        return conditioned(_mapping_item(base, key, origin), base.under)
    if isinstance(base, Sequence) and isinstance(key, Constant) and isinstance(key.value, int):
        if base.is_closed and -len(base.items) <= key.value < len(base.items):
            return conditioned(base.items[key.value], base.under)
    if isinstance(base, Sequence):
        return union([*base.items, Unknown(origin=origin, why="item")])
    if isinstance(base, (Constant, Text)):
        return Unknown(origin=origin, why="item")
    return Item(base, key, origin=origin, under=base.under)


def _mapping_item(base: Mapping, key: Value, origin: Origin) -> Value:
    wanted = [one.value for one in options(key) if isinstance(one, Constant)]
    if len(wanted) == len(options(key)):
        found = [e for e in base.entries if isinstance(e.key, Constant) and e.key.value in wanted]
        values = [conditioned(e.value, e.under) for e in found]
        if not found or base.rest:
            values.append(Unknown(origin=origin, why="item"))
        return union(values)
    values = [conditioned(e.value, e.under) for e in base.entries]
    return union([*values, Unknown(origin=origin, why="item")])


def unpack(evaluator: Evaluator, value: Value, path: tuple[int, ...], origin: Origin) -> Value:
    """Return the part of a value that tuple unpacking gives a name."""
    for place in path:
        if place < 0:
            return Unknown(origin=origin, why="star")
        value = union([item(evaluator, one, Constant(place), origin) for one in options(value)])
    return value


def iterated(evaluator: Evaluator, value: Value, origin: Origin) -> Value:
    """Return what a loop over a value gives each time."""
    found: list[Value] = []
    for one in options(value):
        if isinstance(one, Sequence):
            found.extend(conditioned(i, one.under) for i in one.items)
            found.extend(one.rest)
        elif isinstance(one, Mapping):
            found.extend(entry.key for entry in one.entries)
            found.extend(Unknown(why="keys") for _rest in one.rest)
        else:
            found.append(Item(one, Unknown(why="iteration"), origin=origin))
    return union(found)


# ---------------------------------------------------------------------- text


def percent(left: Value, right: Value, origin: Origin) -> Value:
    """Return `left % right` for a known format."""
    from claude_lint.python.evaluate import text_of, text_parts

    if not isinstance(left, Constant) or not isinstance(left.value, str):
        return Unknown(origin=origin, why="operator")
    given = list(right.items) if isinstance(right, Sequence) else [right]
    parts: list[str | Value] = []
    end = 0
    for match in _PLACEHOLDER.finditer(left.value):
        parts.append(left.value[end : match.start()])
        end = match.end()
        if match.group(2) == "%":
            parts.append("%")
        elif match.group(1):
            value = right.get(match.group(1)) if isinstance(right, Mapping) else None
            parts.extend(text_parts(value) if value is not None else [Unknown(why="format")])
        else:
            parts.extend(text_parts(given.pop(0)) if given else [Unknown(why="format")])
    parts.append(left.value[end:])
    return text_of(parts, origin)


def _format(template: str, arguments: Arguments, origin: Origin) -> Value:
    from claude_lint.python.evaluate import text_of, text_parts

    parts: list[str | Value] = []
    end = counter = 0
    for match in _FIELD.finditer(template):
        parts.append(template[end : match.start()])
        end = match.end()
        if match.group(0) in ("{{", "}}"):
            parts.append(match.group(0)[0])
            continue
        name = match.group(1)
        value: Value | None
        if name == "" or name.isdigit():
            at = int(name) if name else counter
            counter += 1
            value = arguments.positional[at] if at < len(arguments.positional) else None
        else:
            value = arguments.keywords.get(name)
        parts.extend(text_parts(value) if value is not None else [Unknown(why="format")])
    parts.append(template[end:])
    return text_of(parts, origin)


def arithmetic(
    operator: cst.BaseBinaryOp, left: Constant, right: Constant, origin: Origin
) -> Value:
    """Return the result of an operator on two known numbers."""
    a, b = left.value, right.value
    if isinstance(a, (int, float)) and isinstance(b, (int, float)):
        try:
            if isinstance(operator, cst.Subtract):
                return Constant(a - b, origin=origin)
            if isinstance(operator, cst.Multiply):
                return Constant(a * b, origin=origin)
            if isinstance(operator, cst.FloorDivide):
                return Constant(a // b, origin=origin)
            if isinstance(operator, cst.Divide):
                return Constant(a / b, origin=origin)
            if isinstance(operator, cst.Power) and abs(b) < 64 and abs(a) < 1 << 16:
                return Constant(a**b, origin=origin)
        except (ZeroDivisionError, OverflowError):
            pass
    return Unknown(origin=origin, why="operator")


_TEXT_METHODS: dict[str, Callable[..., object]] = {
    name: getattr(str, name)
    for name in ("strip", "lstrip", "rstrip", "lower", "upper", "replace", "removeprefix", "removesuffix", "title",
                 "capitalize", "casefold", "split", "rsplit", "partition", "rpartition")
}  # fmt: skip


def _text_method(base: Constant, name: str, arguments: Arguments, origin: Origin) -> Value | None:
    if not isinstance(base.value, str):
        return None
    if name == "format":
        return _format(base.value, arguments, origin)
    if name in _SAME_TEXT:
        return base
    if name == "join" and arguments.positional:
        return _join(base.value, arguments.positional[0], origin)
    method = _TEXT_METHODS.get(name)
    given = [one.value for one in arguments.positional if isinstance(one, Constant)]
    if method is None or len(given) != len(arguments.positional):
        return None
    try:
        result = method(base.value, *given)
    except (TypeError, ValueError):
        return None
    if isinstance(result, str):
        # Unchanged text is still the literal it came from.
        return base if result == base.value else Constant(result, origin=origin, via=base.via)
    assert isinstance(result, (list, tuple))
    return Sequence(tuple(Constant(str(piece), origin=origin) for piece in result), origin=origin)


def _join(glue: str, pieces: Value, origin: Origin) -> Value:
    from claude_lint.python.evaluate import text_of, text_parts

    if not isinstance(pieces, Sequence) or not pieces.is_closed:
        return Unknown(origin=origin, why="join")
    parts: list[str | Value] = []
    for number, piece in enumerate(pieces.items):
        if number:
            parts.append(glue)
        parts.extend(text_parts(piece))
    return text_of(parts, origin)


# ---------------------------------------------------------------------- calls


def call(evaluator: Evaluator, callee: Value, arguments: Arguments, origin: Origin) -> Value | None:
    """Return what a call of Python's own gives, None for all others."""
    if isinstance(callee, Symbol):
        return _function(evaluator, callee.path, arguments, origin)
    if isinstance(callee, Attribute):
        found = _method(evaluator, callee.base, callee.name, arguments, origin)
        return conditioned(found, callee.base.under) if found is not None else None
    return None


def _method(
    evaluator: Evaluator, base: Value, name: str, arguments: Arguments, origin: Origin
) -> Value | None:
    if isinstance(base, Constant):
        return _text_method(base, name, arguments, origin)
    if isinstance(base, Text) and name in (*_SAME_TEXT, "strip", "rstrip", "lstrip"):
        return base
    if isinstance(base, Environ) and name in ("strip", "rstrip", "lstrip", "lower", *_SAME_TEXT):
        return base
    if isinstance(base, Mapping):
        return _mapping_method(evaluator, base, name, arguments, origin)
    if isinstance(base, Sequence) and name == "copy":
        return replace(base, changes=())
    if (
        isinstance(base, (Attribute, Item, Unknown, Instance, Result))
        and name == "get"
        and len(arguments.positional) == 2
    ):
        # A read from something unknown, with what it falls back to.
        default = arguments.positional[1]
        known = [one for one in options(default) if isinstance(one, (Constant, Environ, Mapping))]
        if known:
            return union([*known, Unknown(origin=origin, why="get")])
    return None


def _mapping_method(
    evaluator: Evaluator, base: Mapping, name: str, arguments: Arguments, origin: Origin
) -> Value | None:
    given = arguments.positional
    if name in ("get", "pop", "setdefault") and given:
        found = options(_mapping_item(base, given[0], origin))
        certain = [
            e
            for e in base.entries
            if isinstance(given[0], Constant) and e.name == given[0].value and not e.under
        ]
        default = given[1] if len(given) > 1 else Constant(None, origin=origin)
        if certain and not base.rest:
            return union(found)
        # Only a key that is certainly absent leaves nothing but the default.
        known = [
            one
            for one in found
            if not (isinstance(one, Unknown) and one.why == "item" and not base.rest)
        ]
        return union([*known, default])
    if name == "copy":
        return replace(base, changes=())
    if name == "items":
        pairs = tuple(
            Sequence((e.key, e.value), (), "tuple", origin=e.origin) for e in base.entries
        )
        return Sequence(pairs, base.rest, origin=origin)
    if name == "values":
        return Sequence(
            tuple(conditioned(e.value, e.under) for e in base.entries), base.rest, origin=origin
        )
    if name == "keys":
        return Sequence(tuple(e.key for e in base.entries), base.rest, origin=origin)
    return None


def _function(
    evaluator: Evaluator, path: str, arguments: Arguments, origin: Origin
) -> Value | None:
    given = arguments.positional
    if path in _ENVIRONMENT_READERS:
        return _environment(arguments, origin)
    if path == "builtins.dict":
        return _dict(arguments, origin)
    if (
        path
        in (
            "builtins.str",
            "copy.copy",
            "copy.deepcopy",
            "builtins.iter",
            "builtins.sorted",
            "builtins.reversed",
        )
        and given
    ):
        return given[0] if not isinstance(given[0], Mapping) else replace(given[0], changes=())
    if path in ("typing.cast", "cast") and len(given) > 1:
        return given[1]
    if path in ("builtins.list", "builtins.tuple", "builtins.set", "builtins.frozenset"):
        return _collected(evaluator, given, path.rpartition(".")[2], origin)
    if path == "builtins.enumerate" and given:
        pairs = [
            Sequence((Unknown(why="index"), one), (), "tuple")
            for one in options(iterated(evaluator, given[0], origin))
        ]
        return Sequence(tuple(pairs), (Unknown(why="enumerate"),), origin=origin)
    if path == "builtins.zip" and given:
        columns = tuple(iterated(evaluator, one, origin) for one in given)
        return Sequence((Sequence(columns, (), "tuple"),), (Unknown(why="zip"),), origin=origin)
    if path == "builtins.next" and given:
        return iterated(evaluator, given[0], origin)
    if path == "builtins.getattr" and len(given) >= 2 and isinstance(given[1], Constant):
        found = [evaluator.attribute(one, str(given[1].value), origin) for one in options(given[0])]
        return union([*found, *given[2:3]])
    if path in ("urllib.parse.urljoin", "urljoin") and len(given) == 2:
        return _urljoin(given[0], given[1], origin)
    if path in ("builtins.max", "builtins.min") and len(given) > 1:
        return (
            union(given)
            if all(isinstance(one, Constant) for one in given)
            else Unknown(origin=origin, why=path)
        )
    if path == "builtins.int" and len(given) == 1 and isinstance(given[0], (Environ, Constant)):
        return _integer(given[0], origin)
    if path in (
        "builtins.bool",
        "builtins.len",
        "builtins.float",
        "builtins.isinstance",
        "builtins.hasattr",
    ):
        return Unknown(origin=origin, why=path)
    return None


def _environment(arguments: Arguments, origin: Origin) -> Value:
    key = arguments.get("key", 0)
    name = key.value if isinstance(key, Constant) and isinstance(key.value, str) else ""
    default = arguments.get("default", 1)
    return Environ(name, default, origin=origin)


def _integer(value: Value, origin: Origin) -> Value:
    if isinstance(value, Environ):
        return (
            value
            if value.default is None
            else replace(value, default=_integer(value.default, origin))
        )
    assert isinstance(value, Constant)
    try:
        return Constant(int(value.value), origin=value.origin)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return Unknown(origin=origin, why="int")


def _dict(arguments: Arguments, origin: Origin) -> Value:
    entries: list[Entry] = []
    rest: list[Value] = []
    for one in arguments.positional:
        if isinstance(one, Sequence) and all(
            isinstance(i, Sequence) and len(i.items) == 2 for i in one.items
        ):
            pairs = [i for i in one.items if isinstance(i, Sequence)]
            entries.extend(Entry(p.items[0], p.items[1], p.origin or origin) for p in pairs)
            rest.extend(one.rest)
        else:
            changes.spread(one, entries, rest)
    changes.spread(arguments.keywords, entries, rest)
    return Mapping(tuple(entries), tuple(rest), origin=origin)


def _collected(evaluator: Evaluator, given: tuple[Value, ...], kind: str, origin: Origin) -> Value:
    if not given:
        return Sequence((), (), kind, origin=origin)
    one = given[0]
    if isinstance(one, Sequence):
        return replace(one, kind=kind, changes=())
    if isinstance(one, Mapping):
        return Sequence(tuple(entry.key for entry in one.entries), one.rest, kind, origin=origin)
    return Sequence((), (one,), kind, origin=origin)


def _urljoin(base: Value, path: Value, origin: Origin) -> Value:
    found: list[Value] = []
    for one in options(base):
        for other in options(path):
            if isinstance(one, Environ) and one.default is not None:
                one = one.default
            if isinstance(one, Constant) and isinstance(other, Constant):
                joined = urljoin(str(one.value), str(other.value))
                found.append(Constant(joined, origin=origin, under=one.under | other.under))
            else:
                found.append(Text((one, other), origin=origin, under=one.under))
    return union(found)
