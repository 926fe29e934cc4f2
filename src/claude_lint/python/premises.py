"""What tests take for granted, so that equal tests in different places agree.

`if self.provider == "anthropic":` in one method and in another hold or fail together. A test is
read into premises on a subject: a variable or attribute by its text, the scope that owns it, and
how often it had been bound.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import libcst as cst

from claude_lint.python.flow import Premise
from claude_lint.python.syntax import access_path, string_value, walk
from claude_lint.python.values import Origin

if TYPE_CHECKING:
    from claude_lint.python.scopes import Scope

Premises = frozenset[Premise]
NO_PREMISES: Premises = frozenset()
_TRUE = frozenset({"true"})
_NONE = frozenset({"<None>"})
_EQUALITIES = (cst.Equal, cst.Is)
_INEQUALITIES = (cst.NotEqual, cst.IsNot)
# What an expression may consist of for its text to mean the same wherever it stands.
_PURE = (
    cst.Name, cst.Attribute, cst.SimpleString, cst.Integer, cst.Comparison, cst.ComparisonTarget,
    cst.In, cst.NotIn, cst.Equal, cst.NotEqual, cst.Is, cst.IsNot, cst.LessThan, cst.GreaterThan,
    cst.LessThanEqual, cst.GreaterThanEqual, cst.Call, cst.Arg, cst.Subscript,
    cst.SubscriptElement, cst.Index, cst.Tuple, cst.List, cst.Set, cst.Element,
)  # fmt: skip
_PURE_METHODS = frozenset({"lower", "upper", "strip", "startswith", "endswith", "casefold", "get"})
_PURE_FUNCTIONS = frozenset({"isinstance", "hasattr", "bool", "str"})
_CLASS_NAME = re.compile(r"[A-Z][A-Z0-9]*[a-z]\w*")
_OF_CLASSES = frozenset({"class", "import", "from"})
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Subject:
    """What a premise is about. `owner` is the scope whose name it is, of `self` the class.

    `expression` is where it is asked, `compared` what with.
    """

    owner: Hashable
    text: str
    version: int = 0
    expression: Origin | None = field(default=None, compare=False)
    compared: Origin | None = field(default=None, compare=False)


def in_order(premises: Iterable[Premise]) -> list[Premise]:
    """Return premises, each once, in an order that is the same in each run.

    What is asked first may take the rest of a budget.
    """
    found = list(premises)
    return sorted(set(found), key=_rank) if len(found) > 1 else found


def _rank(premise: Premise) -> tuple[str, int, list[str], bool]:
    about = premise.subject
    assert isinstance(about, Subject)
    return about.text, about.version, sorted(premise.values), premise.holds


@dataclass(frozen=True, slots=True)
class Outcome:
    """What holds where a test succeeds and where it fails."""

    success: Premises = NO_PREMISES
    failure: Premises = NO_PREMISES

    @property
    def negated(self) -> Outcome:
        """The outcome of `not` the test."""
        return Outcome(self.failure, self.success)


def outcome(test: cst.BaseExpression, scope: Scope, order: int) -> Outcome:
    """Read a test that stands at a place of a scope; `order` is its point's."""
    if isinstance(test, cst.UnaryOperation) and isinstance(test.operator, cst.Not):
        return outcome(test.expression, scope, order).negated
    if isinstance(test, cst.BooleanOperation):
        left, right = outcome(test.left, scope, order), outcome(test.right, scope, order)
        if isinstance(test.operator, cst.And):
            return _both(left, right)
        return _both(left.negated, right.negated).negated
    if isinstance(test, cst.Comparison) and len(test.comparisons) == 1:
        return _compared(test, test.comparisons[0], scope, order)
    return _truth(test, scope, order)


def _both(left: Outcome, right: Outcome) -> Outcome:
    """Both succeed together; of the failures only what the two share a subject of is certain."""
    failure = NO_PREMISES
    if len(left.failure) == len(right.failure) == 1:
        (one,), (other,) = left.failure, right.failure
        if one.subject == other.subject and one.holds and other.holds:
            failure = frozenset({Premise(one.subject, one.values | other.values)})
    return Outcome(left.success | right.success, failure)


def _compared(
    test: cst.Comparison, target: cst.ComparisonTarget, scope: Scope, order: int
) -> Outcome:
    left, right, operator = test.left, target.comparator, target.operator
    compared = right
    if isinstance(operator, (cst.In, cst.NotIn)):
        values = _members(right) or _any_member(right, scope)
    elif isinstance(operator, (*_EQUALITIES, *_INEQUALITIES)):
        if (constant := constant_text(right)) is None and (constant := constant_text(left)):
            left, compared = right, left
        values = frozenset({constant}) if constant is not None else None
    else:
        values = None
    if values is None:
        return _truth(test, scope, order)
    about = subject(left, scope, order)
    if about is None:
        return Outcome()
    there = Origin(scope.module, compared)
    about = Subject(about.owner, about.text, about.version, about.expression, there)
    succeeds = Premise(about, values)
    found = Outcome(frozenset({succeeds}), frozenset({succeeds.negated}))
    if values == _NONE and (truth := _truth_premise(left, scope, order)) is not None:
        found = Outcome(found.success | {truth.negated}, found.failure)
    if isinstance(operator, (cst.NotIn, *_INEQUALITIES)):
        return found.negated
    return found


def _truth(test: cst.BaseExpression, scope: Scope, order: int) -> Outcome:
    premise = _truth_premise(test, scope, order)
    if premise is None:
        return Outcome()
    return Outcome(frozenset({premise}), frozenset({premise.negated}))


def _truth_premise(test: cst.BaseExpression, scope: Scope, order: int) -> Premise | None:
    about = subject(test, scope, order)
    if about is None:
        return None
    text = f"bool({about.text})"
    return Premise(Subject(about.owner, text, about.version, about.expression), _TRUE)


def _members(node: cst.BaseExpression) -> frozenset[str] | None:
    if not isinstance(node, (cst.Tuple, cst.List, cst.Set)):
        return None
    found = [constant_text(element.value) for element in node.elements]
    known = frozenset(text for text in found if text is not None)
    return known if known and len(known) == len(found) else None


def _any_member(node: cst.BaseExpression, scope: Scope) -> frozenset[str] | None:
    """Return what stands for any member of an enumeration, None for what is no class."""
    path = access_path(node)
    if path is None or not _CLASS_NAME.fullmatch(path[-1]):
        return None
    owner = scope.owner(path[0])
    kinds = {binding.kind for binding in owner.bindings(path[0])} if owner is not None else set()
    return frozenset({f"{path[-1]}.*"}) if kinds and kinds <= _OF_CLASSES else None


def constant_text(node: cst.CSTNode) -> str | None:
    """Return a text for a literal, or for a name that is written like a constant's."""
    if isinstance(node, cst.SimpleString):
        return repr(string_value(node))
    if isinstance(node, cst.Integer):
        return node.value
    path = access_path(node)
    if path == ("None",):
        return "<None>"
    if path is not None and path[-1].isupper():
        return ".".join(path)
    if path is not None and len(path) > 2 and path[-1] in ("value", "name") and path[-2].isupper():
        return ".".join(path[:-1])
    return None


def equalities(about: Subject, text: str, written: cst.CSTNode | None) -> Premises:
    """Return the premises that a subject is a string, one for the name it is written as."""
    name = constant_text(written) if written is not None else None
    return frozenset(Premise(about, frozenset({one})) for one in (repr(text), name) if one)


def case_values(pattern: cst.MatchPattern) -> frozenset[str] | None:
    """Return the constants that a `case` names, None for any other pattern."""
    alternatives = (
        [one.pattern for one in pattern.patterns] if isinstance(pattern, cst.MatchOr) else [pattern]
    )
    found = [
        constant_text(one.value) if isinstance(one, cst.MatchValue) else None
        for one in alternatives
    ]
    known = frozenset(text for text in found if text is not None)
    return known if len(known) == len(found) else None


# ---------------------------------------------------------------------- subjects


def subject(node: cst.CSTNode, scope: Scope, order: int) -> Subject | None:
    """Return what names an expression wherever it is read, None for what a text cannot name."""
    roots: set[str] = set()
    other_names: set[cst.CSTNode] = set()  # of attributes, keywords and functions
    for part in walk(node):
        if not isinstance(part, _PURE):
            return None
        if isinstance(part, cst.Attribute):
            other_names.add(part.attr)
        elif isinstance(part, cst.Call) and not _is_pure_call(part, other_names):
            return None
        elif isinstance(part, cst.Arg) and part.keyword is not None:
            other_names.add(part.keyword)
        elif isinstance(part, cst.Name) and part not in other_names:
            roots.add(part.value)
    if not roots:
        return None
    text = cst.Module([]).code_for_node(node).strip()
    for name in sorted(roots):
        if (variable := _in_other_case(name, scope)) is not None:
            text = re.sub(rf"(?<![\w.'\"]){name}\b(?!['\"=])", f"{variable}.lower()", text)
            roots = roots - {name} | {variable}
    if len(text) > _LONGEST:
        return None
    return _owned(text, roots, scope, order, Origin(scope.module, node))


def _in_other_case(name: str, scope: Scope) -> str | None:
    """Return the variable that a name only holds in lower case, None where it is another thing."""
    bindings = scope.bound.get(name, ())
    if len(bindings) != 1 or bindings[0].kind != "assign" or bindings[0].path:
        return None
    call = bindings[0].node
    if not isinstance(call, cst.Call) or call.args or not isinstance(call.func, cst.Attribute):
        return None
    variable = call.func.value
    is_lower = call.func.attr.value in ("lower", "casefold")
    if not is_lower or not isinstance(variable, cst.Name) or variable.value == name:
        return None
    since = bindings[0].point.order
    if any(one.point.order > since for one in scope.bound.get(variable.value, ())):
        return None
    return variable.value


def _is_pure_call(call: cst.Call, other_names: set[cst.CSTNode]) -> bool:
    if isinstance(call.func, cst.Name):
        other_names.add(call.func)
        return call.func.value in _PURE_FUNCTIONS
    return isinstance(call.func, cst.Attribute) and call.func.attr.value in _PURE_METHODS


def _owned(text: str, roots: set[str], scope: Scope, order: int, expression: Origin) -> Subject:
    receiver = scope.receiver()
    if receiver is not None and roots == {receiver} and text.startswith(f"{receiver}."):
        return Subject(scope.enclosing_class(), text.removeprefix(receiver), 0, expression)
    owner, version = _version(roots, scope, order)
    if receiver is not None and version == 1 and len(roots) == 1:
        # `self.provider = provider`: from here on the parameter and the attribute are the same.
        (name,) = roots
        rest = text.removeprefix(name)
        if rest != text and rest[:1] in ("", ".", "[") and is_kept(name, receiver, scope):
            return Subject(scope.enclosing_class(), f".{text}", 0, expression)
    return Subject(owner, text, version, expression)


def is_kept(name: str, receiver: str, scope: Scope) -> bool:
    """Tell whether a method sets an attribute of its object to a variable of that name."""
    return any(
        event.path == (receiver, name)
        and event.kind == "setattr"
        and isinstance(event.value, cst.Name)
        and event.value.value == name
        for event in scope.events.get(receiver, ())
    )


def _version(roots: set[str], scope: Scope, order: int) -> tuple[Hashable, int]:
    """Return the innermost scope that binds one of the names, and how often it has so far."""
    one: Scope | None = scope
    while one is not None and one.kind != "module":
        count = sum(
            binding.point.order < order for name in roots for binding in one.bound.get(name, ())
        )
        if count and (one.kind != "class" or one is scope):
            return one, count
        one = one.parent
    return scope.module, 0
