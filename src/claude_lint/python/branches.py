"""What the branches of a function mean to one call of it.

A call that passes `"anthropic"` takes no branch that wants another provider; one that passes its
own variable on decides by that variable.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

import libcst as cst

from claude_lint.python.flow import Arm, Arms, Premise
from claude_lint.python.premises import Subject, constant_text
from claude_lint.python.values import Constant, Frame, Instance, Value, options

if TYPE_CHECKING:
    from claude_lint.python.evaluate import Evaluator


def in_frame(evaluator: Evaluator, arms: Iterable[Arm], frame: Frame | None) -> Arms | None:
    """Return branches as a call sees them, None where it cannot take them all."""
    if frame is None:
        return frozenset(arms)
    found: set[Arm] = set()
    for arm in arms:
        key = (arm, id(frame))
        if key not in evaluator.arms:
            evaluator.arms[key] = _seen_from(evaluator, arm, frame)
        seen = evaluator.arms[key]
        if seen is None:
            return None
        found.add(seen)
    return frozenset(found)


def _seen_from(evaluator: Evaluator, arm: Arm, frame: Frame) -> Arm | None:
    if any(_is_refuted(evaluator, one, frame) for one in arm.premises):
        return None
    added = [moved for one in arm.premises if (moved := _at_call(evaluator, one, frame))]
    return replace(arm, premises=arm.premises.union(added)) if added else arm


def _is_refuted(evaluator: Evaluator, premise: Premise, frame: Frame) -> bool:
    """Tell whether what the call passes certainly contradicts a premise."""
    about = premise.subject
    assert isinstance(about, Subject)
    name, is_truth = _name_of(about)
    value = _passed(evaluator, about, name, frame)
    found = options(value)
    if not found or not all(isinstance(one, Constant) for one in found):
        return False
    known = [one.value for one in found if isinstance(one, Constant)]
    if is_truth:
        return all(bool(one) is not premise.holds for one in known)
    texts = {"<None>" if one is None else repr(one) for one in known}
    if any(text[:1].isalpha() or text[:1] == "_" for text in premise.values):
        return False  # a constant's name: which value it has was not looked up
    return not texts & premise.values if premise.holds else texts <= premise.values


def _name_of(about: Subject) -> tuple[str, bool]:
    if about.text.startswith("bool(") and about.text.endswith(")"):
        return about.text[5:-1], True
    return about.text, False


def _passed(evaluator: Evaluator, about: Subject, name: str, frame: Frame) -> Value | None:
    """Return what a call passes for a parameter, or gave the object for an attribute."""
    if about.owner is frame.scope and about.version == 1:
        for binding in frame.scope.bound.get(name, ()):
            return evaluator.bound(binding, frame) if binding.kind == "parameter" else None
    receiver = frame.receiver
    if not name.startswith(".") or not isinstance(receiver, Instance):
        return None
    if receiver.arguments is None or receiver.cls.scope is not about.owner:
        return None
    key = (about, id(receiver))
    if key in evaluator.deciding:  # the attribute depends on the very test
        return None
    evaluator.deciding.add(key)
    try:
        return evaluator.attribute(receiver, name[1:], frame.call)
    finally:
        evaluator.deciding.discard(key)


def _at_call(evaluator: Evaluator, premise: Premise, frame: Frame) -> Premise | None:
    """Return a premise on a parameter as one on the variable that the call passes for it."""
    about = premise.subject
    assert isinstance(about, Subject)
    if about.owner is not frame.scope or about.version != 1:
        return None
    name, is_truth = _name_of(about)
    node = _argument(name, frame)
    if node is None or constant_text(node) is not None:
        return None
    moved = evaluator.subject(frame.call.module, node)
    if moved is None:
        return None
    text = f"bool({moved.text})" if is_truth else moved.text
    return replace(premise, subject=replace(moved, text=text))


def _argument(name: str, frame: Frame) -> cst.BaseExpression | None:
    """Return the expression a call passes for a parameter."""
    from claude_lint.python.objects import is_method, parameter_names

    call = frame.call.node
    if not isinstance(call, cst.Call) or any(arg.star for arg in call.args):
        return None
    names = parameter_names(frame.scope)
    if is_method(frame.scope):
        names = names[1:]
    for number, arg in enumerate(call.args):
        if arg.keyword is not None:
            if arg.keyword.value == name:
                return arg.value
        elif number < len(names) and names[number] == name:
            return arg.value
    return None
