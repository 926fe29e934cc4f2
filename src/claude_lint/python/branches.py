"""What the branches of a function mean to one call of it.

A call that passes `"anthropic"` takes no branch that wants another provider; one that passes its
own variable on decides by that variable.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from collections.abc import Sequence as SequenceOf
from dataclasses import replace
from typing import TYPE_CHECKING

import libcst as cst

from claude_lint.python.answers import answers
from claude_lint.python.flow import Arm, Arms, Premise, compatible
from claude_lint.python.premises import Subject, constant_text, in_order
from claude_lint.python.syntax import access_path, walk
from claude_lint.python.values import (
    Constant,
    Entry,
    Environ,
    Frame,
    Instance,
    Mapping,
    Sequence,
    Text,
    Unknown,
    Value,
    options,
    union,
)

if TYPE_CHECKING:
    from claude_lint.python.evaluate import Evaluator
    from claude_lint.python.scopes import Binding, Scope


def in_frame(evaluator: Evaluator, arms: Iterable[Arm], frame: Frame | None) -> Arms | None:
    """Return branches as a call sees them, None where it cannot take them all."""
    if frame is None:
        return frozenset(arms)
    found: set[Arm] = set()
    for arm in arms:
        key = (arm, id(frame), evaluator.is_searching)
        if key not in evaluator.arms:
            evaluator.arms[key] = _seen_from(evaluator, arm, frame)
        seen = evaluator.arms[key]
        if seen is None:
            return None
        found.add(seen)
    return frozenset(found)


def seen_from(evaluator: Evaluator, value: Value, frame: Frame | None) -> Value:
    """Leave of what a function gives what its call lets be, by what the branches mean to that."""
    if frame is None:
        return value
    found: list[Value] = []
    for one in options(value):
        if isinstance(one, Mapping) and any(map(_is_told_by_tests, one.entries)):
            entries = [
                Entry(entry.key, entry.held, entry.origin, under)
                for entry in one.entries
                if (under := in_frame(evaluator, entry.under, frame)) is not None
            ]
            one = replace(one, entries=tuple(entries))
        if _is_told_by_tests(one):
            moved = in_frame(evaluator, one.under, frame)
            if moved is None:
                continue
            one = replace(one, under=moved)
        found.append(one)
    return union(found) if found else value


def _is_told_by_tests(placed: Value | Entry) -> bool:
    return any(arm.premises for arm in placed.under)


def _seen_from(evaluator: Evaluator, arm: Arm, frame: Frame) -> Arm | None:
    if any(_is_refuted(evaluator, one, frame) for one in in_order(arm.premises)):
        return None
    added = _moved(evaluator, arm.premises, frame)
    otherwise = _moved(evaluator, arm.otherwise, frame)
    if not added and not otherwise:
        return arm
    return replace(
        arm, premises=arm.premises.union(added), otherwise=arm.otherwise.union(otherwise)
    )


def _moved(evaluator: Evaluator, premises: Iterable[Premise], frame: Frame) -> list[Premise]:
    """Return premises on parameters as premises on what the call passes for them."""
    return [moved for one in premises if (moved := _at_call(evaluator, one, frame))]


def _is_refuted(evaluator: Evaluator, premise: Premise, frame: Frame) -> bool:
    """Tell whether what the call passes certainly contradicts a premise."""
    about = premise.subject
    assert isinstance(about, Subject)
    name, is_truth = name_of(about)
    if not is_truth and _names_another(premise, name, frame):
        return True
    kind = _KIND.fullmatch(name) if is_truth else None
    value = _passed(evaluator, about, kind["name"] if kind else name, frame)
    found = options(value)
    if kind is not None:
        return bool(found) and all(_is_of(one, kind) is (not premise.holds) for one in found)
    known = [one.value for one in found if isinstance(one, Constant)]
    if not known or len(known) < len(found):
        return _is_answered(evaluator, premise, about, frame)
    if is_truth:
        return all(bool(one) is not premise.holds for one in known)
    return _contradicts(premise, known) or _is_answered(evaluator, premise, about, frame)


def _is_answered(evaluator: Evaluator, premise: Premise, about: Subject, frame: Frame) -> bool:
    """Tell whether a test fails in a call, whatever of its values, or of its object's, it asks."""
    receiver = frame.receiver
    is_own = isinstance(receiver, Instance) and receiver.cls.scope is about.owner
    if about.owner is not frame.scope and not is_own:
        return False
    found = answers(evaluator, premise, frame)
    return bool(found) and all(passes is False for _value, passes in found)


def _names_another(premise: Premise, name: str, frame: Frame) -> bool:
    """Tell whether a call passes another member of the very enumeration that a premise names."""
    about = premise.subject
    assert isinstance(about, Subject)
    if about.owner is not frame.scope or about.version != 1:
        return False
    text = _constant_passed(name, frame)
    members = {tuple(one.split(".")[-2:]) for one in premise.values}
    own = tuple(text.split(".")[-2:])
    if len(own) < 2 or any(len(one) < 2 or one[0] != own[0] for one in members):
        return False
    if (own[0], "*") in members:
        return not premise.holds
    return own not in members if premise.holds else members == {own}


def _constant_passed(name: str, frame: Frame) -> str:
    """Return the text of the constant that a call passes, itself or by a variable of its own."""
    node: cst.CSTNode | None = _argument(name, frame)
    if isinstance(node, cst.Name) and constant_text(node) is None:
        scope = frame.call.module.place(frame.call.node)[0]
        owner = scope.owner(node.value)
        bindings = owner.bindings(node.value) if owner is not None else []
        node = bindings[0].node if len(bindings) == 1 and bindings[0].kind == "assign" else None
    return (constant_text(node) if node is not None else None) or ""


def _contradicts(premise: Premise, known: SequenceOf[object]) -> bool:
    """Tell whether no value is one that a premise allows."""
    texts = {"<None>" if one is None else repr(one) for one in known}
    if any(text[:1].isalpha() or text[:1] == "_" for text in premise.values):
        return False  # a constant's name: which value it has was not looked up
    return not texts & premise.values if premise.holds else texts <= premise.values


def name_of(about: Subject) -> tuple[str, bool]:
    """Return the text of what a premise is about, and whether it asks for its truth."""
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
    """Return a premise on a parameter as one on the variable that the call passes for it.

    One on an attribute of the object becomes one on an attribute of what the call names.
    """
    about = premise.subject
    assert isinstance(about, Subject)
    name, is_truth = name_of(about)
    rest = ""
    if name.startswith(".") and about.owner is frame.scope.enclosing_class():
        node, rest = _object_called(frame), name
    elif about.owner is frame.scope and about.version == 1:
        node = _argument(name, frame)
    else:
        return None
    if node is None or constant_text(node) is not None:
        return None
    moved = evaluator.subject(frame.call.module, node)
    if moved is None:
        return None
    text = f"bool({moved.text}{rest})" if is_truth else f"{moved.text}{rest}"
    expression = about.expression if rest else moved.expression
    there = replace(moved, text=text, expression=expression, compared=about.compared)
    return replace(premise, subject=there)


def _object_called(frame: Frame) -> cst.BaseExpression | None:
    """Return the expression whose method a call calls, None where that is the own object."""
    call = frame.call.node
    if not isinstance(call, cst.Call) or not isinstance(call.func, cst.Attribute):
        return None
    found = call.func.value
    is_own = isinstance(found, cst.Name) and (
        found.value == frame.call.module.place(call)[0].receiver()
    )
    return None if is_own or isinstance(found, cst.Call) else found


def _argument(name: str, frame: Frame) -> cst.BaseExpression | None:
    """Return the expression a call passes for a parameter."""
    call = frame.call.node
    return argument_passed(name, frame.scope, call) if isinstance(call, cst.Call) else None


def argument_passed(name: str, function: Scope, call: cst.Call) -> cst.BaseExpression | None:
    """Return the expression that a call of a function, or of its class, passes for a parameter."""
    from claude_lint.python.signatures import is_method, parameter_names

    if any(arg.star for arg in call.args):
        return None
    names = parameter_names(function)
    if is_method(function):
        names = names[1:]
    for number, arg in enumerate(call.args):
        if arg.keyword is not None:
            if arg.keyword.value == name:
                return arg.value
        elif number < len(names) and names[number] == name:
            return arg.value
    return None


# ---------------------------------------------------------------------- what tests leave of a value

_ASKING = re.compile(
    r"bool\((?:(?P<name>[\w.]+)(?:\.(?P<method>startswith|endswith)\((?P<affix>'[^'\\\\]*'|\"[^\"\\\\]*\")\))?"
    r"|(?P<part>'[^'\\\\]*'|\"[^\"\\\\]*\") in (?P<whole>[\w.]+?)"
    r"(?P<case>\.(?:lower|casefold)\(\))?)\)"
)


_KIND = re.compile(r"isinstance\((?P<name>[\w.]+),\s*(?P<types>\w+|\((?:\w+,\s*)*\w+,?\s*\))\)")
_KINDS = frozenset({"str", "bytes", "bool", "int", "float", "dict", "list", "tuple", "set"})


def _is_of(value: Value, asked: re.Match[str]) -> bool | None:
    """Tell whether a value is of one of the types that a test names, None where that is open."""
    types = set(re.findall(r"\w+", asked["types"]))
    if isinstance(value, Constant):
        kinds = {"int", "bool"} if isinstance(value.value, bool) else {type(value.value).__name__}
    elif isinstance(value, Text):
        kinds = {"str"}
    elif isinstance(value, Mapping):
        kinds = {"dict"}
    elif isinstance(value, Sequence) and value.kind in _KINDS:
        kinds = {value.kind}
    else:
        return None
    if kinds & types:
        return True
    return False if types <= _KINDS else None


def passing(value: Value, name: str, owner: Scope, version: int, arms: Iterable[Arm]) -> Value:
    """Leave of a variable's values those that the tests of the branches around let through.

    `version` counts the bindings of the name so far: a test of an earlier one says nothing.
    """
    premises = _premises_on(name, owner, version, arms)
    return let_through(value, [(name, one) for one in premises]) if premises else value


def let_through(value: Value, tests: SequenceOf[tuple[str, Premise]]) -> Value:
    """Leave of what a variable can be what passes some tests of it, each with its name there."""
    kept: list[Value] = []
    for one in options(value):
        if all(_lets_through(test, name, one) for name, test in tests):
            kept.append(one)
        elif isinstance(one, Environ):
            # A variable of the environment that has not its default may still have any value.
            kept.append(replace(one, default=None))
    return union(kept) if kept else Unknown(origin=value.origin, why="branch")


def beside(
    evaluator: Evaluator, value: Value, binding: Binding, arms: Iterable[Arm], frame: Frame | None
) -> Value:
    """Leave of an unpacked value what stands beside values that pass the tests around.

    `token, error = load()`: where there is no error, the token is none that came with one.
    """
    for premise in in_order(one for arm in arms for one in arm.premises):
        if not isinstance(premise.subject, Subject) or premise.subject.owner is not binding.scope:
            continue
        name, _is_truth = name_of(premise.subject)
        bound = binding.scope.bound.get(name, ())
        version = premise.subject.version
        other = bound[version - 1] if 0 < version <= len(bound) else None
        if other is None or other is binding or other.node is not binding.node:
            continue
        passed = [
            one.under
            for one in options(evaluator.bound(other, frame))
            if _lets_through(premise, name, one)
        ]
        kept = [
            one for one in options(value) if any(compatible(one.under, under) for under in passed)
        ]
        value = union(kept) if kept else value
    return value


def tests_of(
    part: cst.BaseExpression, premises: Iterable[Premise]
) -> Iterator[tuple[cst.CSTNode, list[tuple[str, Premise]]]]:
    """Yield the variables in one side of `a if test else b` that the test asks, each with that."""
    for node in walk(part) if premises else ():
        path = access_path(node) if isinstance(node, (cst.Name, cst.Attribute)) else None
        if path is None:
            continue
        names = (".".join(path), "." + ".".join(path[1:]) if len(path) > 1 else "")
        found = [
            (name, one)
            for one in premises
            for name in names
            if name and isinstance(one.subject, Subject) and name in one.subject.text
        ]
        if found:
            yield node, found


def may_pass(value: Value, name: str, owner: Scope, version: int, arms: Iterable[Arm]) -> bool:
    """Tell whether the tests of some branches let one value of a variable through."""
    premises = _premises_on(name, owner, version, arms)
    return all(_lets_through(test, name, value) for test in premises)


def _premises_on(name: str, owner: Scope, version: int, arms: Iterable[Arm]) -> list[Premise]:
    return [
        one
        for arm in arms
        for one in arm.premises
        if isinstance(one.subject, Subject)
        and one.subject.owner is owner
        and one.subject.version == version
        and name in one.subject.text
    ]


def _lets_through(premise: Premise, name: str, value: Value) -> bool:
    if isinstance(value, Environ) and value.default is not None:
        return any(_lets_through(premise, name, one) for one in options(value.default))
    assert isinstance(premise.subject, Subject)
    text = premise.subject.text
    kind = _KIND.fullmatch(text[5:-1]) if text.startswith("bool(") else None
    if kind is not None:
        return kind["name"] != name or _is_of(value, kind) is not (not premise.holds)
    if isinstance(value, Text) and text == f"bool({name})":
        is_never_empty = any(isinstance(part, str) and part for part in value.parts)
        return premise.holds or not is_never_empty
    if not isinstance(value, Constant):
        return True
    if text == name:
        return not _contradicts(premise, [value.value])
    asked = _ASKING.fullmatch(text)
    if asked is None or name not in (asked["name"], asked["whole"]):
        return True
    if asked["whole"] or asked["method"]:
        if not isinstance(value.value, str):
            return True
        part = (asked["part"] or asked["affix"])[1:-1]
        if asked["whole"]:
            whole = value.value.casefold() if asked["case"] else value.value
            return (part in whole) is premise.holds
        method = str.startswith if asked["method"] == "startswith" else str.endswith
        return method(value.value, part) is premise.holds
    return bool(value.value) is premise.holds
