"""What Python itself does to values: subscripts, unpacking, formatting, methods of str and dict."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import libcst as cst

from claude_lint.python.branches import in_frame
from claude_lint.python.builtin_functions import FUNCTIONS
from claude_lint.python.flow import Arm, compatible
from claude_lint.python.premises import Subject, equalities
from claude_lint.python.texts import text_of, text_parts
from claude_lint.python.values import (
    Arguments,
    Attribute,
    Constant,
    Environ,
    Frame,
    Instance,
    Item,
    Mapping,
    Origin,
    Result,
    Sequence,
    Symbol,
    Text,
    Typed,
    Unknown,
    Value,
    conditioned,
    options,
    reckoned,
    union,
)

if TYPE_CHECKING:
    from claude_lint.python.evaluate import Evaluator

_ENVIRONMENTS = frozenset({"os.environ", "environ"})
_MOST_RESULTS = 16
# What `contextlib.ExitStack` enters is as good as what `with` does.
_ENTERING = frozenset({"enter_context", "enter_async_context"})
_ENTERED = frozenset({"__enter__", "__aenter__"})
_SAME_TEXT = frozenset({"encode", "decode", "__str__"})
_PLACEHOLDER = re.compile(r"%(?:\((\w+)\))?[-#0 +]*(?:[1-9.][\d.]*)?([sdrif%])")
_FIELD = re.compile(r"\{\{|\}\}|\{([^{}:!]*)(?:![rsa])?(?::[^{}]*)?\}")


def item(
    evaluator: Evaluator,
    base: Value,
    key: Value,
    origin: Origin,
    about: Subject | None = None,
    frame: Frame | None = None,
) -> Value:
    """Return `base[key]`. `about` names the key: what it chooses here it chooses elsewhere."""
    if isinstance(base, Symbol) and base.path in _ENVIRONMENTS:
        name = key.value if isinstance(key, Constant) and isinstance(key.value, str) else ""
        return Environ(name, None, origin=origin, under=base.under)
    if isinstance(base, Mapping):
        variable = _variable(base, key, None, origin)
        if variable is not None:
            return variable
        found = _mapping_item(evaluator, base, key, origin, about, frame)
        return conditioned(found, base.under)
    if isinstance(base, Sequence) and isinstance(key, Constant) and isinstance(key.value, int):
        if base.is_closed and -len(base.items) <= key.value < len(base.items):
            return conditioned(base.items[key.value], base.under)
    is_named = isinstance(key, Constant) and isinstance(key.value, str)
    if isinstance(base, Sequence) and not is_named:
        return union([*base.items, Unknown(origin=origin, why="item")])
    if isinstance(base, (Constant, Text, Sequence)):
        return Unknown(origin=origin, why="item")
    return Item(base, key, origin=origin, under=base.under)


def _variable(base: Mapping, key: Value, default: Value | None, origin: Origin) -> Value | None:
    """Read a variable of an environment in which the code sets some; None of another mapping."""
    if not any(isinstance(one, Symbol) and one.path in _ENVIRONMENTS for one in base.rest):
        return None
    name = key.value if isinstance(key, Constant) and isinstance(key.value, str) else ""
    own = [entry for entry in base.entries if name and entry.name == name]
    found = [conditioned(entry.value, entry.under) for entry in own]
    if all(entry.under for entry in own):
        found.append(Environ(name, default, origin=origin))
    return union(found)


def _mapping_item(
    evaluator: Evaluator,
    base: Mapping,
    key: Value,
    origin: Origin,
    about: Subject | None,
    frame: Frame | None,
) -> Value:
    wanted = [one.value for one in options(key) if isinstance(one, Constant)]
    found = list(base.entries)
    is_known = len(wanted) == len(options(key))
    if is_known:
        found = [e for e in found if isinstance(e.key, Constant) and e.key.value in wanted]
    values: list[Value] = []
    for number, entry in enumerate(found):
        under = entry.under
        if about is not None and len(found) > 1 and entry.name is not None:
            branch = evaluator.branch((base.origin.node if base.origin else None, about))
            node = entry.origin.node
            written = node.key if isinstance(node, cst.DictElement) else None
            chosen_by = equalities(about, entry.name, written)
            arm = Arm(branch, number, chosen_by, frozenset(one.negated for one in chosen_by))
            chosen = in_frame(evaluator, [arm], frame)
            if chosen is None:
                continue
            under = under | chosen
        values.append(conditioned(entry.value, under))
    if not values or not base.is_closed:  # a key that a closed mapping has not raises
        values.append(Unknown(origin=origin, why="item"))
    return union(values)


def unpack(evaluator: Evaluator, value: Value, path: tuple[int, ...], origin: Origin) -> Value:
    """Return the part of a value that tuple unpacking gives a name."""
    for place in path:
        if place < 0:
            return Unknown(origin=origin, why="star")
        value = union([item(evaluator, one, Constant(place), origin) for one in options(value)])
    return value


# ---------------------------------------------------------------------- text


def percent(left: Value, right: Value, origin: Origin) -> Value:
    """Return `left % right` for a known format."""
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


def arithmetic(operator: cst.BaseBinaryOp, left: Value, right: Value, origin: Origin) -> Value:
    """Return what an operator makes of numbers, of each with each that can stand beside it."""
    if len(options(left)) * len(options(right)) > _MOST_RESULTS:
        return Unknown(origin=origin, why="operator")
    return union(
        conditioned(_of_two(operator, one, other, origin), one.under | other.under)
        for one in options(left)
        for other in options(right)
        if compatible(one.under, other.under)
    )


def _of_two(operator: cst.BaseBinaryOp, left: Value, right: Value, origin: Origin) -> Value:
    if isinstance(left, Constant) and isinstance(right, Constant):
        return _reckoned(operator, left, right, origin)
    # What a variable falls back to is reckoned with, too.
    if isinstance(left, Environ) and isinstance(left.default, Constant):
        return replace(left, default=_of_two(operator, left.default, right, origin))
    if isinstance(right, Environ) and isinstance(right.default, Constant):
        return replace(right, default=_of_two(operator, left, right.default, origin))
    return Unknown(origin=origin, why="operator")


def _reckoned(operator: cst.BaseBinaryOp, left: Constant, right: Constant, origin: Origin) -> Value:
    a, b = left.value, right.value
    if isinstance(a, (int, float)) and isinstance(b, (int, float)):
        try:
            if isinstance(operator, cst.Subtract):
                return reckoned(a - b, origin)
            if isinstance(operator, cst.Multiply):
                return reckoned(a * b, origin)
            if isinstance(operator, cst.FloorDivide):
                return reckoned(a // b, origin)
            if isinstance(operator, cst.Divide):
                return reckoned(a / b, origin)
            if isinstance(operator, cst.Power) and abs(b) < 64 and abs(a) < 1 << 16:
                return reckoned(a**b, origin)
        except (ZeroDivisionError, OverflowError):
            pass
    return Unknown(origin=origin, why="operator")


_TEXT_METHODS: dict[str, Callable[..., object]] = {
    name: getattr(str, name)
    for name in (
        "strip", "lstrip", "rstrip", "lower", "upper", "replace", "removeprefix", "removesuffix",
        "title", "capitalize", "casefold", "split", "rsplit", "partition", "rpartition",
    )
}  # fmt: skip


def _text_method(base: Constant, name: str, arguments: Arguments, origin: Origin) -> Value | None:
    if not isinstance(base.value, str):
        return None
    if name == "format":
        return _format(base.value, arguments, origin)
    if name in _SAME_TEXT:
        return base
    if name == "join" and arguments.given:
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
    if not isinstance(pieces, Sequence) or not pieces.is_closed:
        return Unknown(origin=origin, why="join")
    parts: list[str | Value] = []
    for number, piece in enumerate(pieces.items):
        if number:
            parts.append(glue)
        parts.extend(text_parts(piece))
    return text_of(parts, origin)


# ---------------------------------------------------------------------- calls


def call(
    evaluator: Evaluator,
    callee: Value,
    arguments: Arguments,
    origin: Origin,
    frame: Frame | None = None,
) -> Value | None:
    """Return what a call of Python's own gives, None for all others."""
    if isinstance(callee, Symbol):
        known = FUNCTIONS.get(callee.path)
        return known(evaluator, arguments, origin) if known is not None else None
    if isinstance(callee, Attribute):
        found = _method(evaluator, callee.base, callee.name, arguments, origin, frame)
        return conditioned(found, callee.base.under) if found is not None else None
    return None


def _method(
    evaluator: Evaluator,
    base: Value,
    name: str,
    arguments: Arguments,
    origin: Origin,
    frame: Frame | None,
) -> Value | None:
    if isinstance(base, Constant):
        return _text_method(base, name, arguments, origin)
    if isinstance(base, Text) and name in (*_SAME_TEXT, "strip", "rstrip", "lstrip"):
        return base
    if isinstance(base, Environ) and name in ("strip", "rstrip", "lstrip", "lower", *_SAME_TEXT):
        return base
    if isinstance(base, Mapping):
        return _mapping_method(evaluator, base, name, arguments, origin, frame)
    if isinstance(base, Sequence) and name == "copy":
        return replace(base, changes=())
    if name in _ENTERING and arguments.given:
        return arguments.positional[0]
    if name in _ENTERED and isinstance(base, (Result, Typed)):
        return base  # as `with` takes it
    if (
        isinstance(base, (Attribute, Item, Unknown, Instance, Result))
        and name in ("get", "pop", "setdefault")
        and len(arguments.given) == 2
    ):
        # A read from something unknown, with what it falls back to.
        default = arguments.positional[1]
        known = [one for one in options(default) if isinstance(one, (Constant, Environ, Mapping))]
        if known:
            return union([*known, Unknown(origin=origin, why="get")])
    return None


def _mapping_method(
    evaluator: Evaluator,
    base: Mapping,
    name: str,
    arguments: Arguments,
    origin: Origin,
    frame: Frame | None,
) -> Value | None:
    given = arguments.positional
    if name in ("get", "pop", "setdefault") and given:
        fallback = given[1] if len(given) > 1 else None
        variable = _variable(base, given[0], fallback, origin)
        if variable is not None:
            return variable
        about = _first_argument_subject(evaluator, origin)
        found = options(_mapping_item(evaluator, base, given[0], origin, about, frame))
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
            if not (isinstance(one, Unknown) and one.why == "item" and base.is_closed)
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


def _first_argument_subject(evaluator: Evaluator, origin: Origin) -> Subject | None:
    """Return what the first argument of a call is by name."""
    if not isinstance(origin.node, cst.Call) or not origin.node.args:
        return None
    return evaluator.subject(origin.module, origin.node.args[0].value)
