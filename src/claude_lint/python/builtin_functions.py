"""What Python's own functions give: `os.getenv`, `dict`, `zip`, `urlencode`, …"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from claude_lint.python import changes, command_line
from claude_lint.python.dumping import DUMPING_FUNCTIONS
from claude_lint.python.flow import Arm
from claude_lint.python.texts import text_of, text_parts
from claude_lint.python.values import (
    Arguments,
    Constant,
    Entry,
    Environ,
    Instance,
    Item,
    Mapping,
    Origin,
    Sequence,
    Text,
    Union,
    Unknown,
    Value,
    conditioned,
    options,
    union,
)

if TYPE_CHECKING:
    from claude_lint.python.evaluate import Evaluator

Function = Callable[["Evaluator", Arguments, Origin], "Value | None"]


def iterated(evaluator: Evaluator, value: Value, origin: Origin) -> Value:
    """Return what a loop over a value gives each time."""
    found: list[Value] = []
    for one in options(value):
        if isinstance(one, Sequence):
            found.extend(_round(evaluator, one, number, origin) for number in range(len(one.items)))
            found.extend(one.rest)
        elif isinstance(one, Mapping):
            found.extend(entry.key for entry in one.entries)
            found.extend(Unknown(why="keys") for _rest in one.rest)
        else:
            found.append(Item(one, Unknown(why="iteration"), origin=origin))
    return union(found)


def _round(evaluator: Evaluator, base: Sequence, number: int, origin: Origin) -> Value:
    """Return what one round of a loop is given; parts of it never mix with another round's."""
    given = base.items[number]
    if not any(isinstance(one, (Instance, Mapping, Sequence)) for one in options(given)):
        return conditioned(given, base.under)
    place = base.origin.node if base.origin else None
    arm = Arm(evaluator.branch((origin.node, place), kind="round"), number)
    return conditioned(given, base.under | {arm})


def _same(evaluator: Evaluator, arguments: Arguments, origin: Origin) -> Value | None:
    """Copies and conversions that keep what matters of a value."""
    value = arguments.get("", 0)
    return replace(value, changes=()) if isinstance(value, Mapping) else value


def _cast(evaluator: Evaluator, arguments: Arguments, origin: Origin) -> Value | None:
    return arguments.get("val", 1)


def _enumerate(evaluator: Evaluator, arguments: Arguments, origin: Origin) -> Value | None:
    value = arguments.get("iterable", 0)
    if value is None:
        return None
    pairs = [
        Sequence((Unknown(why="index"), one), (), "tuple")
        for one in options(iterated(evaluator, value, origin))
    ]
    return Sequence(tuple(pairs), (Unknown(why="enumerate"),), origin=origin)


def _zip(evaluator: Evaluator, arguments: Arguments, origin: Origin) -> Value:
    columns = tuple(iterated(evaluator, one, origin) for one in arguments.positional)
    return Sequence((Sequence(columns, (), "tuple"),), (Unknown(why="zip"),), origin=origin)


def _next(evaluator: Evaluator, arguments: Arguments, origin: Origin) -> Value | None:
    value = arguments.get("", 0)
    return iterated(evaluator, value, origin) if value is not None else None


def _getattr(evaluator: Evaluator, arguments: Arguments, origin: Origin) -> Value | None:
    owner, name = arguments.get("", 0), arguments.get("", 1)
    names = [one for one in options(name) if isinstance(one, Constant)]
    if owner is None or not names or len(names) < len(options(name)):
        return None
    found = [
        conditioned(evaluator.attribute(one, str(known.value), origin), known.under)
        for known in names
        for one in options(owner)
    ]
    return union([*found, *arguments.positional[2:3]])


def _vars(evaluator: Evaluator, arguments: Arguments, origin: Origin) -> Value | None:
    found = [
        command_line.arguments(evaluator, one, origin) for one in options(arguments.get("", 0))
    ]
    known = [one for one in found if one is not None]
    return union(known) if known and len(known) == len(found) else None


def _imported(evaluator: Evaluator, arguments: Arguments, origin: Origin) -> Value | None:
    names = [*options(arguments.get("name", 0))]
    if not all(isinstance(one, Constant) and isinstance(one.value, str) for one in names):
        return None
    return union(
        [
            conditioned(evaluator.imported(origin.module, str(one.value), origin), one.under)
            for one in names
            if isinstance(one, Constant)
        ]
    )


def _extreme(evaluator: Evaluator, arguments: Arguments, origin: Origin) -> Value:
    """`max` and `min` of known numbers: one of them."""
    given = arguments.positional
    if len(given) > 1 and all(isinstance(one, Constant) for one in given):
        return union(given)
    return Unknown(origin=origin, why="extreme")


def _int(evaluator: Evaluator, arguments: Arguments, origin: Origin) -> Value | None:
    return _number(arguments.get("", 0), int, origin)


def _float(evaluator: Evaluator, arguments: Arguments, origin: Origin) -> Value | None:
    return _number(arguments.get("", 0), float, origin)


def _opaque(evaluator: Evaluator, arguments: Arguments, origin: Origin) -> Value:
    return Unknown(origin=origin, why="builtin")


def _environment(evaluator: Evaluator, arguments: Arguments, origin: Origin) -> Value:
    key = arguments.get("key", 0)
    name = key.value if isinstance(key, Constant) and isinstance(key.value, str) else ""
    default = arguments.get("default", 1)
    return Environ(name, default, origin=origin)


def _number(value: Value | None, kind: type[int] | type[float], origin: Origin) -> Value | None:
    if isinstance(value, Environ):
        default = _number(value.default, kind, origin)
        return replace(value, default=default) if default is not None else value
    if isinstance(value, Union):
        return union([_number(one, kind, origin) or one for one in value.options])
    if not isinstance(value, Constant):
        return Unknown(origin=origin, why=kind.__name__) if value is not None else None
    try:
        return Constant(kind(value.value), origin=value.origin, under=value.under)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return Unknown(origin=origin, why=kind.__name__)


def _dict(evaluator: Evaluator, arguments: Arguments, origin: Origin) -> Value:
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


def _collected(evaluator: Evaluator, arguments: Arguments, origin: Origin) -> Value:
    kind = "list"
    one = arguments.get("", 0)
    if one is None:
        return Sequence((), (), kind, origin=origin)
    if isinstance(one, Sequence):
        return replace(one, kind=kind, changes=())
    if isinstance(one, Mapping):
        return Sequence(tuple(entry.key for entry in one.entries), one.rest, kind, origin=origin)
    return Sequence((), (one,), kind, frozenset({0}), origin=origin)


def _urljoin(evaluator: Evaluator, arguments: Arguments, origin: Origin) -> Value:
    found: list[Value] = []
    for one in options(arguments.get("base", 0)):
        for other in options(arguments.get("url", 1)):
            if isinstance(one, Environ) and one.default is not None:
                one = one.default
            if isinstance(one, Constant) and isinstance(other, Constant):
                joined = urljoin(str(one.value), str(other.value))
                found.append(Constant(joined, origin=origin, under=one.under | other.under))
            else:
                found.append(Text((one, other), origin=origin, under=one.under))
    return union(found)


def _urlencode(evaluator: Evaluator, arguments: Arguments, origin: Origin) -> Value:
    """Write a query of what is known of it; what else may be in it is a hole at the end."""
    found: list[Value] = []
    for one in options(arguments.get("query", 0)):
        if not isinstance(one, Mapping):
            return Unknown(origin=origin, why="urlencode")
        pieces: list[str | Value] = []
        for entry in one.entries:
            name = entry.name if entry.name is not None else entry.key
            pieces += ["&" if pieces else "", name, "=", *text_parts(entry.value)]
        pieces += one.rest
        found.append(conditioned(text_of(pieces, origin), one.under))
    return union(found)


_SAME = ("str", "iter", "sorted", "reversed")
_COLLECTIONS = ("list", "tuple", "set", "frozenset")

FUNCTIONS: dict[str, Function] = {
    **DUMPING_FUNCTIONS,
    **dict.fromkeys(
        ("os.getenv", "os.environ.get", "environ.get", "decouple.config", "os.environ.setdefault"),
        _environment,
    ),
    **dict.fromkeys((f"builtins.{name}" for name in _SAME), _same),
    **dict.fromkeys((f"builtins.{name}" for name in _COLLECTIONS), _collected),
    **dict.fromkeys(
        (f"builtins.{name}" for name in ("bool", "len", "isinstance", "hasattr")), _opaque
    ),
    "copy.copy": _same,
    "copy.deepcopy": _same,
    "typing.cast": _cast,
    "builtins.dict": _dict,
    "builtins.enumerate": _enumerate,
    "builtins.zip": _zip,
    "builtins.next": _next,
    "builtins.getattr": _getattr,
    "builtins.vars": _vars,
    "builtins.__import__": _imported,
    "importlib.import_module": _imported,
    "builtins.max": _extreme,
    "builtins.min": _extreme,
    "builtins.int": _int,
    "builtins.float": _float,
    "urllib.parse.urlencode": _urlencode,
    "urllib.parse.urljoin": _urljoin,
}
"""The functions that are looked into, by dotted name."""
