"""How long something waits before a request is sent once more, and whether that grows."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from claude_lint.python.values import Constant, Value, options


class Pace(enum.IntEnum):
    """How waiting goes on from one try to the next, worst first."""

    NONE = 0
    CONSTANT = 1
    GROWING = 2
    """Longer each time, or random, or as the server says, or in a way not known here."""


@dataclass(frozen=True, slots=True)
class Delay:
    """One wait; `seconds` where a constant one is known."""

    pace: Pace
    seconds: float | None = None


NO_DELAY = Delay(Pace.NONE)
GROWING = Delay(Pace.GROWING)


def longest(delays: tuple[Delay, ...]) -> Delay:
    """Return the best of the waits on one way."""
    return max(delays, key=lambda one: one.pace, default=NO_DELAY)


def constant(value: Value | None) -> Delay:
    """Return the delay of an argument that is the same each time."""
    found = options(value)
    numbers = [one.value for one in found if isinstance(one, Constant)]
    if len(found) == 1 and numbers and isinstance(numbers[0], (int, float)):
        return Delay(Pace.CONSTANT, float(numbers[0])) if numbers[0] else NO_DELAY
    return Delay(Pace.CONSTANT)
