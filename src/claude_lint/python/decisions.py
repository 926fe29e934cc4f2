"""What the tests of branches say of the objects they ask.

Under `if self.config.provider == "anthropic":` the configuration is none of those that were made
with another provider, and neither are their URLs and keys.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from claude_lint.python.answers import answers
from claude_lint.python.branches import argument_passed, name_of
from claude_lint.python.flow import NO_ARMS, Arm, Arms, Premise, compatible
from claude_lint.python.inheritance import initializer
from claude_lint.python.premises import Subject, in_order, is_kept
from claude_lint.python.scopes import Scope
from claude_lint.python.values import ClassValue, Frame

if TYPE_CHECKING:
    from claude_lint.python.evaluate import Evaluator

_OWN_ATTRIBUTE = re.compile(r"\.(\w+)(?![\w(])")


def is_possible(evaluator: Evaluator, arms: Arms, frame: Frame | None = None) -> bool:
    """Tell whether a run can take all of some branches, by what their tests ask.

    It cannot where all that a test can be asked of there fails it.
    """
    key = (arms, id(frame), evaluator.is_searching)
    if key not in evaluator.possible:
        evaluator.possible[key] = True  # what is asked may depend on the very branches
        premises = in_order(premise for arm in arms for premise in arm.premises)
        evaluator.possible[key] = all(
            passed(evaluator, one, arms, frame) is not False for one in premises
        )
    return evaluator.possible[key]


def at_making(evaluator: Evaluator, arms: Arms) -> Arms:
    """Return what branches that ask an object say of the variables it was made with.

    `Client(provider, url)` is made in one place: where its methods ask for `self.provider`, they
    ask for what was in that variable.
    """
    found = {
        moved
        for arm in arms
        for premise in in_order(arm.premises)
        if (moved := _at_making(evaluator, premise)) is not None
    }
    if not found:
        return NO_ARMS
    premises = frozenset(found)
    return frozenset({Arm(evaluator.branch(("made with", premises), kind="guard"), 0, premises)})


def _at_making(evaluator: Evaluator, premise: Premise) -> Premise | None:
    from claude_lint.python.functions import callers

    about = premise.subject
    assert isinstance(about, Subject)
    name, is_truth = name_of(about)
    owner = about.owner
    match = _OWN_ATTRIBUTE.match(name)
    if match is None or not isinstance(owner, Scope) or owner.node is None:
        return None
    maker = initializer(evaluator, ClassValue(owner))
    if maker is None or not is_kept(match[1], maker.receiver() or "", maker):
        return None
    calls = callers(evaluator, maker)
    node = argument_passed(match[1], maker, calls[0][1]) if len(calls) == 1 else None
    there = evaluator.subject(calls[0][0], node) if node is not None else None
    if there is None:
        return None
    text = there.text + name[match.end() :]
    text = f"bool({text})" if is_truth else text
    return replace(premise, subject=replace(there, text=text, compared=about.compared))


def undecided(evaluator: Evaluator, arms: Arms, world: Arms, frame: Frame | None = None) -> Arms:
    """Leave of branches those that are not certainly taken where others are."""
    if not arms:
        return arms
    taken = {(arm.branch, arm.number, arm.taken) for arm in world}
    told = {premise for arm in world for premise in arm.premises}
    return frozenset(
        arm
        for arm in arms
        if (arm.branch, arm.number, arm.taken) not in taken
        and not _is_certain(evaluator, arm, told, arms | world, frame)
    )


def _is_certain(
    evaluator: Evaluator, arm: Arm, told: set[Premise], world: Arms, frame: Frame | None
) -> bool:
    """Tell whether one premise of a branch holds, where its premises all say the same.

    Of `a and b` the failure tells nothing, and one of the two may not have been read.
    """
    if not arm.premises or arm.otherwise != {one.negated for one in arm.premises}:
        return False
    return not told.isdisjoint(arm.premises) or any(
        passed(evaluator, one, world, frame) for one in in_order(arm.premises)
    )


def passed(evaluator: Evaluator, premise: Premise, arms: Arms, frame: Frame | None) -> bool | None:
    """Tell whether a premise holds of all that it can be asked of where branches are taken.

    It is not asked of what is only set where it holds: `if not self.model: self.model = "…"`.
    """
    found = {
        passes
        for value, passes in answers(evaluator, premise, frame)
        if compatible(value.under, arms) and not any(premise in arm.premises for arm in value.under)
    }
    return found.pop() if len(found) == 1 else None
