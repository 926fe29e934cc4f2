"""What an expression can be: a small lattice of values, each knowing where it comes from.

Anything outside the project stays symbolic: `anthropic.Anthropic(max_retries=0).messages.create`
is an `Attribute` of an `Attribute` of a `Result` of a `Symbol`, for the domain to read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeVar

import libcst as cst

from claude_lint.python.flow import NO_ARMS, Arm, Arms, exclusive

if TYPE_CHECKING:
    from claude_lint.python.module import Module
    from claude_lint.python.scopes import Event, Scope

_MOST_OPTIONS = 64
_LARGEST_NUMBER = 1 << 100


@dataclass(frozen=True, slots=True, eq=False)
class Origin:
    """The expression a value was written as."""

    module: Module
    node: cst.CSTNode


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Value:
    """The top of the lattice.

    `under` holds the branches that must be taken for the value to be this one. `via` lists the
    names it travelled under, the latest last. `changes` are the events that touched the object
    since it was made, other than those already folded into a mapping or sequence.
    """

    origin: Origin | None = None
    under: Arms = NO_ARMS
    via: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()


V = TypeVar("V", bound=Value)


@dataclass(frozen=True, slots=True, eq=False)
class Change:
    """An event on an object, seen from the object: `path` starts below it.

    `repeats` says that it may happen any number of times, between others and after them;
    `follows_rounds` that earlier rounds of a loop may have left something before it.
    """

    path: tuple[str, ...]
    event: Event
    frame: Frame | None
    under: Arms = NO_ARMS
    repeats: bool = False
    follows_rounds: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Unknown(Value):
    """Nothing is known. `why`: parameter, budget, cycle, call, …; `name` where it has one."""

    why: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Constant(Value):
    """A string, bytes, number, bool or None."""

    value: str | bytes | int | float | bool | None


@dataclass(frozen=True, slots=True, eq=False)
class Text(Value):
    """A string with holes: literal pieces and the values between them."""

    parts: tuple[str | Value, ...]


Held = Value | Callable[[], Value]
"""A value, or what works it out: most of what a call passes is never asked for."""


def held_value(held: Held) -> Value:
    """Return a held value, working it out where it is not known yet."""
    return held if isinstance(held, Value) else held()


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """One `key: value` of a mapping, or one keyword argument.

    `origin` is the whole entry as written (`Arg`, `DictElement`, or the statement that sets it).
    """

    key: Value
    held: Held
    origin: Origin
    under: Arms = NO_ARMS

    @property
    def value(self) -> Value:
        """What stands under the key."""
        return held_value(self.held)

    @property
    def name(self) -> str | None:
        """The key where it is a known string."""
        if isinstance(self.key, Constant) and isinstance(self.key.value, str):
            return self.key.value
        return None


@dataclass(frozen=True, slots=True, eq=False)
class Mapping(Value):
    """A dict. `rest` are spreads and changes that could not be resolved: empty means closed."""

    entries: tuple[Entry, ...] = ()
    rest: tuple[Value, ...] = ()

    @property
    def is_closed(self) -> bool:
        """Whether every entry is known."""
        return not self.rest and all(entry.name is not None for entry in self.entries)

    def named(self, name: str) -> list[Entry]:
        """Return the entries that can be under a key."""
        return [entry for entry in self.entries if entry.name == name]

    def header(self, name: str) -> list[Entry]:
        """Return the entries under a key whatever its case, as HTTP headers are compared."""
        return [e for e in self.entries if e.name is not None and e.name.strip().lower() == name]

    def get(self, name: str) -> Value | None:
        """Return what can be under a key, None when no entry has it."""
        found = self.named(name)
        return union([conditioned(e.value, e.under) for e in found]) if found else None

    def lacks(self, name: str) -> bool:
        """Tell whether the key is certainly absent."""
        return self.is_closed and not self.named(name)


@dataclass(frozen=True, slots=True, eq=False)
class Sequence(Value):
    """A list, tuple or set. `rest` are unresolved parts: empty means closed.

    `gaps` are the places where unresolved parts may stand: before the item of that number, behind
    the last one where it is the number of items; None where nothing is known of that.
    """

    items: tuple[Value, ...] = ()
    rest: tuple[Value, ...] = ()
    kind: str = "list"
    gaps: frozenset[int] | None = None

    @property
    def is_closed(self) -> bool:
        """Whether every item is known, in order."""
        return not self.rest

    def known_gaps(self) -> frozenset[int] | None:
        """Return the places where something unresolved may stand, None where it may anywhere."""
        return self.gaps if self.rest else frozenset()

    def has_gap(self, place: int) -> bool:
        """Tell whether something unresolved may stand at a place."""
        gaps = self.known_gaps()
        return gaps is None or place in gaps


@dataclass(frozen=True, slots=True, eq=False)
class Environ(Value):
    """An environment variable, with what it falls back to."""

    name: str = ""
    default: Value | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Symbol(Value):
    """A name outside the project, by the dotted path it is imported from."""

    path: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Attribute(Value):
    """An attribute of something symbolic."""

    base: Value = field(default_factory=Unknown)
    name: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Item(Value):
    """A subscript of something symbolic."""

    base: Value = field(default_factory=Unknown)
    key: Value = field(default_factory=Unknown)


@dataclass(frozen=True, slots=True, eq=False)
class Arguments:
    """What a call passes. Keyword entries come from keywords and resolved `**` mappings."""

    given: tuple[Held, ...]
    keywords: Mapping
    starred: bool = False  # an unresolved `*args`

    @property
    def positional(self) -> tuple[Value, ...]:
        """The positional arguments, in order."""
        return tuple(held_value(one) for one in self.given)

    def get(self, name: str, position: int | None = None) -> Value | None:
        """Return an argument by keyword or 0-based position, None when it is not passed."""
        # What fills a place cannot come by name as well, whatever `**options` may hold.
        if position is not None and position < len(self.given):
            return held_value(self.given[position])
        return self.keywords.get(name)

    def may_pass(self, name: str, position: int | None = None) -> bool:
        """Tell whether the argument might be passed, by resolved means or not."""
        if self.get(name, position) is not None or not self.keywords.is_closed:
            return True
        return self.starred and position is not None


@dataclass(frozen=True, slots=True, eq=False)
class Result(Value):
    """What a call of something symbolic returns."""

    callee: Value = field(default_factory=Unknown)
    arguments: Arguments = field(default_factory=lambda: Arguments((), Mapping()))


@dataclass(frozen=True, slots=True, eq=False)
class Typed(Value):
    """Something known by its annotation only."""

    type: Value = field(default_factory=Unknown)


@dataclass(frozen=True, slots=True, eq=False)
class FunctionValue(Value):
    """A function or lambda of the project; `receiver` is what it is bound to."""

    scope: Scope
    receiver: Value | None = None
    frame: Frame | None = None  # of the function it was defined in


@dataclass(frozen=True, slots=True, eq=False)
class ClassValue(Value):
    """A class of the project."""

    scope: Scope
    frame: Frame | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Instance(Value):
    """An object of a class of the project; without arguments where it is only `self`."""

    cls: ClassValue
    arguments: Arguments | None = None
    call: Origin | None = None


@dataclass(frozen=True, slots=True, eq=False)
class ModuleValue(Value):
    """A module of the project."""

    module: Module


@dataclass(frozen=True, slots=True, eq=False)
class Union(Value):
    """One of several values."""

    options: tuple[Value, ...] = ()


_NAMELESS = (
    Mapping,
    Sequence,
    FunctionValue,
    ClassValue,
    ModuleValue,
    Instance,
    Symbol,
    Result,
    Typed,
)


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One call of a project function, to evaluate its body with what the call passes."""

    scope: Scope
    arguments: Arguments
    receiver: Value | None
    call: Origin
    outer: Frame | None = None  # of the function it was defined in
    depth: int = 0


def options(value: Value | None) -> tuple[Value, ...]:
    """Return the alternatives of a value, itself when there is one only."""
    if value is None:
        return ()
    return value.options if isinstance(value, Union) else (value,)


def union(values: Iterable[Value]) -> Value:
    """Join values, flat and without repeats."""
    found: dict[object, Value] = {}
    for value in values:
        for option in options(value):
            key: object = id(option)
            if isinstance(option, Unknown):
                key = (option.why, option.name, option.under)
            found.setdefault(key, option)
    if not found:
        return Unknown(why="nothing")
    joined = tuple(found.values())
    if len(joined) == 1:
        return joined[0]
    if len(joined) > _MOST_OPTIONS:
        joined = (*joined[:_MOST_OPTIONS], Unknown(why="budget"))
    return Union(options=joined)


def reckoned(value: float, origin: Origin | None) -> Value:
    """Return the result of a sum or product, unknown where it is none to reckon on with."""
    if not abs(value) < _LARGEST_NUMBER:  # nor is it "not a number"
        return Unknown(origin=origin, why="number")
    return Constant(value, origin=origin)


def conditioned(value: Value, under: Arms) -> Value:
    """Return the value with further branches it depends on."""
    if not under:
        return value
    if isinstance(value, Union):
        return replace(value, options=tuple(conditioned(one, under) for one in value.options))
    return replace(value, under=value.under | under)


def possible(value: Value, arms: Iterable[Arm]) -> Value:
    """Leave of a value what it can be where some branches were taken; all if that is nothing."""
    if not isinstance(value, Union):
        return value
    taken = tuple(arms)
    kept = [one for one in value.options if not exclusive(one.under, taken)]
    return union(kept) if 0 < len(kept) < len(value.options) else value


def named(value: V, name: str) -> V:
    """Return the value as one that also travelled under `name`, where names can matter."""
    if isinstance(value, _NAMELESS):
        return value
    if isinstance(value, Union):
        return replace(value, options=tuple(named(one, name) for one in value.options))
    if value.via and value.via[-1] == name:
        return value
    return replace(value, via=(*value.via[-7:], name))


def changed(value: Value, changes: tuple[Change, ...]) -> Value:
    """Return the value with further events on the object."""
    if not changes:
        return value
    if isinstance(value, Union):
        return replace(value, options=tuple(changed(one, changes) for one in value.options))
    return replace(value, changes=(*value.changes, *changes))


def is_known(value: Value) -> bool:
    """Tell whether every alternative of a value is known."""
    return not any(isinstance(one, Unknown) for one in options(value))


def strings(value: Value | None) -> Iterator[Constant]:
    """Yield the alternatives that are known strings, environment defaults included."""
    for one in options(value):
        if isinstance(one, Constant) and isinstance(one.value, str):
            yield one
        elif isinstance(one, Environ):
            yield from strings(one.default)


def is_constant(value: Value | None, *wanted: object) -> bool:
    """Tell whether a value is certainly one of the given constants."""
    found = options(value)
    return bool(found) and all(
        isinstance(one, Constant)
        and any(one.value is w or (one.value == w and type(one.value) is type(w)) for w in wanted)
        for one in found
    )
