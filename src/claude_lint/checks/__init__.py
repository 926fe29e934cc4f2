"""Judgements: one small function per rule, facts in, problems out."""

from __future__ import annotations

import importlib
import pkgutil
import typing
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from claude_lint.claude.view import View
from claude_lint.findings import Edit, Location, Safety, Severity
from claude_lint.python.values import Entry, Origin, Value

Place = Origin | Value | Entry | Location
"""An expression, or a location for what is none: a comment, a cell's output."""


@dataclass(frozen=True, slots=True)
class Repair:
    """What would mend a problem; edits come from `claude_lint.checks.repairs`."""

    title: str
    safety: Safety
    edits: tuple[Edit, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """What a check says: the fact as `message`, the cure as `help`.

    `at` is the offending expression. `severity` lowers the document's. `related` are places that
    explain it, each with a few words.
    """

    at: Place
    message: str
    help: str = ""
    severity: Severity | None = None
    related: tuple[tuple[Place, str], ...] = ()
    fix: Repair | None = None


Check = Callable[[typing.Any, View], Iterable[Problem]]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule's functions, each with the type of fact it judges."""

    name: str
    checks: tuple[tuple[type, Check], ...] = ()


REGISTRY: dict[str, Rule] = {}
"""Every rule that judges code, by name. Filled by `load`."""


def rule(name: str) -> Callable[[Check], Check]:
    """Register a function as a check of a rule; its first parameter's type is the fact.

    A rule has one function for each type of fact that can show its cause.
    """

    def register(check: Check) -> Check:
        hints = typing.get_type_hints(check)
        fact = next(iter(hints.values()))
        known = REGISTRY.get(name, Rule(name))
        REGISTRY[name] = replace(known, checks=(*known.checks, (fact, check)))
        return check

    return register


def load() -> dict[str, Rule]:
    """Import every module of checks, so that their rules are registered."""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
    return REGISTRY


def origin_of(place: Place) -> Origin | None:
    """Return the expression a place stands for, None where it is none of which that is known."""
    if isinstance(place, Location):
        return None
    return place if isinstance(place, Origin) else place.origin


__all__ = [
    "REGISTRY",
    "Check",
    "Iterator",
    "Place",
    "Problem",
    "Repair",
    "Rule",
    "View",
    "load",
    "origin_of",
    "rule",
]
