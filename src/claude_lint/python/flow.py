"""Which bindings of a name can reach a use: order, branches, loops and early exits.

A structured approximation of reaching definitions. Every statement has a `Point`: its order in the
scope and the arms of compound statements it stands in.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

import libcst as cst

ENDLESS = 1 << 60


@dataclass(frozen=True, slots=True, eq=False)
class Branch:
    """A compound statement: `arms` is how many ways lead through it, 0 when it may be skipped."""

    node: cst.CSTNode
    kind: str  # if, loop, try, match, with
    arms: int


@dataclass(frozen=True, slots=True)
class Arm:
    """One way through a branch, counted from 0. In a `try`, arm 0 is the body and its `else`."""

    branch: Branch
    number: int


@dataclass(frozen=True, slots=True)
class Point:
    """Where in a scope a statement stands. `arms` goes from the outermost inwards."""

    order: int
    arms: tuple[Arm, ...] = ()


START = Point(-1)
END = Point(ENDLESS)

Arms = frozenset[Arm]
NO_ARMS: Arms = frozenset()


class Placed(Protocol):
    """Anything that stands at a point."""

    @property
    def point(self) -> Point: ...  # noqa: D102


T = TypeVar("T", bound=Placed)


def exclusive(left: Iterable[Arm], right: Iterable[Arm]) -> bool:
    """Tell whether two sets of arms can never be taken in one run."""
    numbers = {arm.branch: arm.number for arm in left}
    for arm in right:
        other = numbers.get(arm.branch)
        if other is None or other == arm.number:
            continue
        # A `try` body may have run in part before its handler does.
        if arm.branch.kind == "try" and 0 in (other, arm.number):
            continue
        return True
    return False


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
            if exits[arm] == "leave":
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
        rest = [arm for arm in arms if arm not in used]
        while rest:
            arm = rest.pop()
            covered[arm.branch].add(arm.number)
            ways = set(range(arm.branch.arms)) - {
                one.number for one in exits if one.branch is arm.branch and exits[one] == "leave"
            }
            if not arm.branch.arms or not ways <= covered[arm.branch]:
                return False
        return True

    for one in sorted(placed, key=lambda item: item.point.order, reverse=True):
        if not reaches(one.point, use, exits):
            continue
        found.append(one)
        if one.point.order < use.order and certain(one.point.arms):
            return found, True
    return found, False


def conditions(point: Point, use: Point) -> Arms:
    """Return the arms that had to be taken for `point`, beyond those `use` stands in."""
    if not point.arms:
        return NO_ARMS
    used = set(use.arms)
    return frozenset(
        arm for arm in point.arms if arm not in used and arm.branch.kind in ("if", "match", "try")
    )
