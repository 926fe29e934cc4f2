"""Which bindings of a name can reach a use: order, branches, loops and early exits.

A structured approximation of reaching definitions. Every statement has a `Point`: its order in the
scope and the arms of compound statements it stands in.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

import libcst as cst

ENDLESS = 1 << 60


@dataclass(frozen=True, slots=True, eq=False)
class Branch:
    """A compound statement: `arms` is how many ways lead through it, 0 when it may be skipped.

    `serial` counts all branches, so that sets of them are gone through in the same order whenever
    the same is read: what is known once a budget is spent depends on that.
    """

    node: cst.CSTNode
    kind: str  # if, loop, try, match, with, guard (raises), round: what a loop is given at a time
    arms: int
    serial: int = field(default_factory=itertools.count().__next__)

    def __hash__(self) -> int:
        """Hash the serial number: places in memory are others in each run."""
        return self.serial


@dataclass(frozen=True, slots=True)
class Premise:
    """What a branch takes for granted: that its subject is one of `values`, or is none of them.

    Subjects are equal where two tests read the same variable, not set anew in between.
    """

    subject: Hashable
    values: frozenset[str]
    holds: bool = True

    @property
    def negated(self) -> Premise:
        """The opposite."""
        return Premise(self.subject, self.values, not self.holds)


@dataclass(frozen=True, slots=True)
class Arm:
    """One way through a branch, counted from 0. In a `try`, arm 0 is the body and its `else`.

    One that is not `taken` is the way past it. `premises` hold where it is taken, `otherwise` where
    it is not.
    """

    branch: Branch
    number: int
    premises: frozenset[Premise] = frozenset()
    otherwise: frozenset[Premise] = frozenset()
    taken: bool = True

    @property
    def past(self) -> Arm:
        """The way past."""
        return Arm(self.branch, self.number, self.otherwise, self.premises, not self.taken)

    def __hash__(self) -> int:
        """Hash what nearly always tells two apart; premises are costly."""
        return hash((self.branch, self.number))


@dataclass(frozen=True, slots=True)
class Point:
    """Where in a scope a statement stands. `arms` goes from the outermost inwards."""

    order: int
    arms: tuple[Arm, ...] = ()


FIRST = Point(0)
END = Point(ENDLESS)

Arms = frozenset[Arm]
NO_ARMS: Arms = frozenset()


class Placed(Protocol):
    """Anything that stands at a point."""

    @property
    def point(self) -> Point: ...  # noqa: D102


T = TypeVar("T", bound=Placed)


_OF_LOOPS = ("break", "continue")


def exclusive(left: Iterable[Arm], right: Iterable[Arm]) -> bool:
    """Tell whether two sets of arms can never be taken in one run."""
    of_branch: dict[Branch, list[Arm]] = {}
    premised: list[Arm] = []
    for one in left:
        of_branch.setdefault(one.branch, []).append(one)
        if one.premises:
            premised.append(one)
    if not of_branch:
        return False
    about: dict[Hashable, list[tuple[Branch, Premise]]] = {}
    for one in premised:
        for premise in one.premises:
            about.setdefault(premise.subject, []).append((one.branch, premise))
    for other in right:
        if any(_part(one, other) for one in of_branch.get(other.branch, ())):
            return True
        if about and any(
            _contradict(this, that)
            for that in other.premises
            for branch, this in about.get(that.subject, ())
            if branch is not other.branch
        ):
            return True
    return False


def _part(one: Arm, other: Arm) -> bool:
    """Tell whether two arms of one branch exclude each other."""
    if one.taken and other.taken:
        # A `try` body may have run in part before its handler does.
        partial = one.branch.kind == "try" and 0 in (one.number, other.number)
        return one.number != other.number and not partial
    return one.taken != other.taken and one.number == other.number


def _contradict(one: Premise, other: Premise) -> bool:
    """Tell whether two premises on the same subject cannot both hold."""
    if not (one.holds or other.holds):
        return False
    if one.holds and other.holds:
        # A constant's name says nothing of which string it is.
        same_kind = len({_is_literal(value) for value in one.values | other.values}) == 1
        return same_kind and not any(
            _meet(this, that) for this in one.values for that in other.values
        )
    positive, negative = (one, other) if one.holds else (other, one)
    if positive.values <= negative.values:
        return True
    families = {value[:-2] for value in negative.values if value.endswith(".*")}
    return bool(families) and all(
        value in negative.values or _family(value) in families for value in positive.values
    )


def _meet(one: str, other: str) -> bool:
    """Tell whether two texts may be of one value; `Kind.*` is any member of an enumeration."""
    if one.endswith(".*") or other.endswith(".*"):
        return _family(one) == _family(other) or not (_family(one) and _family(other))
    return one == other


def _family(text: str) -> str:
    """Return the class that the name of a constant is in, an empty text for one in none."""
    return "" if _is_literal(text) else text.rpartition(".")[0].rpartition(".")[2]


def _is_literal(value: str) -> bool:
    return not (value[:1].isalpha() or value[:1] == "_")


def compatible(left: Arms, right: Arms) -> bool:
    """Tell whether two conditions can hold together."""
    return not (left and right and exclusive(left, right))


def reaches(point: Point, use: Point, exits: Mapping[Arm, str]) -> bool:
    """Tell whether what happens at `point` can still hold at `use`, ignoring later rebinding."""
    if exclusive(point.arms, use.arms):
        return False
    used = set(use.arms)
    if point.order >= use.order:
        return any(arm.branch.kind == "loop" and arm in used for arm in point.arms)
    for arm in point.arms:
        if arm not in used and arm in exits:
            if exits[arm] not in _OF_LOOPS:
                return False
            # `continue` and `break` leave the rest of the loop body only.
            loops = [one for one in use.arms if one.branch.kind == "loop"]
            if (
                loops
                and loops[-1] in point.arms
                and point.arms.index(loops[-1]) < point.arms.index(arm)
            ):
                return False
    return True


def reaching(placed: Sequence[T], use: Point, exits: Mapping[Arm, str]) -> tuple[list[T], bool]:
    """Return what can reach `use`, latest first, and whether one of them certainly does."""
    found: list[T] = []
    covered: dict[Branch, set[int]] = defaultdict(set)
    used = set(use.arms)

    def certain(arms: tuple[Arm, ...]) -> bool:
        """Note that `arms` bind; say whether together they leave no way around."""
        rest = [arm for arm in arms if arm not in used and arm.taken]
        while rest:
            arm = rest.pop()
            covered[arm.branch].add(arm.number)
            ways = set(range(arm.branch.arms)) - {
                one.number
                for one in exits
                if one.branch is arm.branch and exits[one] not in _OF_LOOPS
            }
            if not arm.branch.arms or not ways <= covered[arm.branch]:
                return False
        return True

    before: list[tuple[T, Arm]] = []  # what an earlier round of a loop may have left
    for one in sorted(placed, key=lambda item: item.point.order, reverse=True):
        if not reaches(one.point, use, exits):
            loop = _loop_around(one.point, use, exits)
            before += [(one, loop)] if loop is not None else []
            continue
        found.append(one)
        if one.point.order < use.order and certain(one.point.arms):
            left = (other for other, loop in before if loop not in one.point.arms)
            return [*left, *found], True
    return [*(other for other, _loop in before), *found], False


def _loop_around(point: Point, use: Point, exits: Mapping[Arm, str]) -> Arm | None:
    """Return the loop in whose later rounds a use can meet what happens at a point."""
    used = set(use.arms)
    for number, arm in enumerate(point.arms):
        if arm.branch.kind == "loop" and arm in used:
            if all(exits.get(one, "continue") == "continue" for one in point.arms[number:]):
                return arm
    return None


def conditions(point: Point, use: Point) -> Arms:
    """Return the arms that had to be taken for `point`, beyond those `use` stands in."""
    if not point.arms:
        return NO_ARMS
    return deciding(point) - frozenset(use.arms)


def deciding(point: Point) -> Arms:
    """Return the arms around a point that a run may not take."""
    return frozenset(arm for arm in point.arms if arm.branch.kind in ("if", "match", "try"))


def ways(found: Iterable[T], use: Point) -> Iterator[tuple[T, Arms]]:
    """Yield what reaches `use`, given latest first, each with the branches it depends on.

    Those are the ones it stands in, and the ways past the later ones that would replace it.
    """
    passed: set[Arm] = set()
    for one in found:
        if exclusive(one.point.arms, use.arms):  # it was in an earlier round
            yield one, NO_ARMS
            continue
        own = conditions(one.point, use)
        if not exclusive(own, passed):
            yield one, own | passed
        if one.point.order < use.order and not _in_own_loop(one.point, use):
            around = way_past(own)
            if around is not None:
                passed.add(around)


def _in_own_loop(point: Point, use: Point) -> bool:
    return any(arm.branch.kind == "loop" and arm not in use.arms for arm in point.arms)


def way_past(arms: Arms) -> Arm | None:
    """Return the way that takes none of some branches, None where that is more than one way."""
    if len(arms) != 1:
        return None
    (arm,) = arms
    if not arm.taken or arm.branch.kind == "try":
        return None
    return arm.past
