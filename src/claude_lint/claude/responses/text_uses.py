"""Where an expression is used as a string: methods, functions, operators, returns, f-strings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import libcst as cst

from claude_lint.claude.view import View
from claude_lint.python.module import Module, attribute_name
from claude_lint.python.syntax import access_path
from claude_lint.python.values import (
    Attribute,
    Constant,
    Result,
    Sequence,
    Symbol,
    Text,
    Value,
    options,
)

TEXT_METHODS = frozenset(
    name for name in {*dir(str), "decode"} - {*dir(list)} if not name.startswith("_")
)
"""Methods that a string has and a list has not."""

_INPUT_METHODS = TEXT_METHODS - {*dir(dict)}
# Functions that refuse anything but text, with the position of the argument.
_PARSERS = {
    "ast.literal_eval": 0, "json.loads": 0, "json5.loads": 0, "json_repair.loads": 0,
    "json_repair.repair_json": 0, "orjson.loads": 0, "rapidjson.loads": 0, "simplejson.loads": 0,
    "ujson.loads": 0, "yaml.safe_load": 0,
}  # fmt: skip
_READERS = {
    "builtins.eval": 0, "builtins.exec": 0, "builtins.float": 0, "builtins.int": 0,
    "html.escape": 0, "html.unescape": 0, "io.StringIO": 0, "re.findall": 1, "re.finditer": 1,
    "re.fullmatch": 1, "re.match": 1, "re.search": 1, "re.split": 1, "re.sub": 2, "re.subn": 2,
    "textwrap.dedent": 0, "textwrap.fill": 0, "textwrap.indent": 0, "textwrap.shorten": 0,
    "textwrap.wrap": 0,
}  # fmt: skip
_FUNCTIONS = {**_PARSERS, **_READERS}
_TEXT_KEYWORDS = frozenset({"s", "string", "text"})
_PATTERN_METHODS = frozenset({"search", "match", "fullmatch", "findall", "finditer", "split"})
_JSON_METHODS = frozenset({"model_validate_json", "parse_raw"})
_PARSER_NAMES = frozenset(path.rpartition(".")[2] for path in _PARSERS) | _JSON_METHODS
_LAST_NAMES = frozenset(
    {path.rpartition(".")[2] for path in _FUNCTIONS}
    | _JSON_METHODS | _PATTERN_METHODS | {"write", "write_text", "join", "str", "format"}
)  # fmt: skip
TEXT_FUNCTIONS = _PARSER_NAMES | _PATTERN_METHODS
"""Names that a piece of code must hold if a parser or a regular expression gets something in it."""
REPR_MAKERS = frozenset({"f-string", "str()", "format()", "%"})
"""What makes a text of anything, of an object its `repr`."""

# Calls that only show what they are given.
_SHOWING = frozenset({
    "critical", "debug", "echo", "error", "exception", "fail", "hash", "info", "len", "log",
    "pprint", "print", "rprint", "secho", "skip", "warn", "warning", "write",
})  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """A use of the expression `base` that is wrong for some parts of a response.

    `how`, `name` and `at` are a `ResponseUse`'s. `operand` is the expression that `base` is or is
    an alternative of; `call` the call that gets it. `refuses_input` says that the input of a tool
    is wrong there too, `is_telling` that few other things are used so.
    """

    how: str
    name: str
    at: cst.CSTNode
    base: cst.BaseExpression
    operand: cst.BaseExpression
    call: cst.Call | None = None
    refuses_input: bool = False
    is_telling: bool = False


def text_candidates(module: Module, node: cst.CSTNode) -> Iterator[Candidate]:
    """Yield the expressions that a node uses as a string, each alternative for itself."""
    for candidate in _candidates(module, node):
        for leaf in _alternatives(candidate.base):
            at = leaf if candidate.at is candidate.base else candidate.at
            yield replace(candidate, at=at, base=leaf)


def _alternatives(node: cst.BaseExpression) -> Iterator[cst.BaseExpression]:
    """Look through `a if b else c` and `a or b`."""
    if isinstance(node, cst.IfExp):
        yield from _alternatives(node.body)
        yield from _alternatives(node.orelse)
    elif isinstance(node, cst.BooleanOperation):
        if isinstance(node.operator, cst.Or):
            yield from _alternatives(node.left)
        yield from _alternatives(node.right)
    else:
        yield node


def _candidates(module: Module, node: cst.CSTNode) -> Iterator[Candidate]:
    if isinstance(node, cst.Call):
        yield from _call(module, node)
    elif isinstance(node, cst.BinaryOperation) and isinstance(node.operator, cst.Add):
        for side in (node.left, node.right):
            yield Candidate("text", "+", side, side, side)
    elif isinstance(node, cst.BinaryOperation) and isinstance(node.operator, cst.Modulo):
        if not _is_shown(module, node):
            for value in _elements(node.right):
                yield Candidate("text", "%", value, value, value)
    elif isinstance(node, cst.AugAssign) and isinstance(node.operator, cst.AddAssign):
        yield Candidate("text", "+=", node.value, node.value, node.value)
    elif isinstance(node, cst.Comparison) and len(node.comparisons) == 1:
        yield from _comparison(node, node.comparisons[0])
    elif isinstance(node, cst.Return) and node.value is not None:
        if _returns_text(module, node):
            yield Candidate("text", "return", node.value, node.value, node.value)
    elif isinstance(node, cst.FormattedStringExpression):
        if not _is_shown(module, node):
            yield Candidate("text", "f-string", node.expression, node.expression, node.expression)


def _elements(node: cst.BaseExpression) -> Iterator[cst.BaseExpression]:
    if isinstance(node, cst.Tuple):
        yield from (element.value for element in node.elements)
    else:
        yield node


def _call(module: Module, node: cst.Call) -> Iterator[Candidate]:
    func = node.func
    if isinstance(func, cst.Attribute) and (name := func.attr.value) in TEXT_METHODS:
        base = func.value
        takes_input = name in _INPUT_METHODS
        yield Candidate("text", f".{name}()", base, base, base, None, takes_input)
    name = _called(module, func)
    if name in _LAST_NAMES:
        is_parser = name in _PARSER_NAMES
        path = access_path(func) if name not in ("format", "join") else None
        shown = ".".join(path or (name,)) + "()"
        for arg in node.args:
            if arg.star == "":
                value = arg.value
                is_telling = name in TEXT_FUNCTIONS
                yield Candidate("text", shown, value, value, value, node, is_parser, is_telling)


def _called(module: Module, func: cst.BaseExpression) -> str:
    """Return the last name of what is called, of an import its original one."""
    if isinstance(func, cst.Attribute):
        return func.attr.value
    if not isinstance(func, cst.Name):
        return ""
    owner = module.place(func)[0].owner(func.value)
    for binding in owner.bindings(func.value) if owner is not None else ():
        if binding.kind == "from":
            return binding.target.rpartition(".")[2]
    return func.value


def _comparison(node: cst.Comparison, target: cst.ComparisonTarget) -> Iterator[Candidate]:
    left, right = node.left, target.comparator
    if isinstance(target.operator, (cst.Equal, cst.NotEqual)):
        for one, other in ((left, right), (right, left)):
            if _is_literal(other):
                yield Candidate("text", "==", one, one, one)
    elif isinstance(target.operator, (cst.In, cst.NotIn)) and _is_literal(left):
        yield Candidate("text", "in", right, right, right)


def _is_literal(node: cst.BaseExpression) -> bool:
    return isinstance(node, (cst.SimpleString, cst.ConcatenatedString, cst.FormattedString))


def _returns_text(module: Module, node: cst.Return) -> bool:
    for parent in module.ancestors(node):
        if isinstance(parent, cst.FunctionDef):
            hint = parent.returns.annotation if parent.returns is not None else None
            return isinstance(hint, cst.Name) and hint.value == "str"
    return False


def _is_shown(module: Module, node: cst.CSTNode) -> bool:
    """Tell whether a text is only printed, logged or part of an error."""
    for parent in module.ancestors(node):
        if isinstance(parent, (cst.Raise, cst.Assert)):
            return True
        if isinstance(parent, cst.Call):
            name = attribute_name(parent.func) or ""
            if name in _SHOWING or name.endswith(("Error", "Exception")):
                return True
        if isinstance(parent, cst.BaseSmallStatement):
            return False
    return False


# ---------------------------------------------------------------------- evaluated


def takes_text(view: View, candidate: Candidate) -> bool:
    """Tell whether what uses a candidate's expression certainly wants a string."""
    module, operand = view.module, candidate.operand
    parent = module.parents.get(operand)
    if candidate.name == "+" and isinstance(parent, cst.BinaryOperation):
        other = parent.right if parent.left is operand else parent.left
        return _is_text(view.evaluator.value(module, other))
    if candidate.name == "%":
        return _is_formatted(view, operand)
    if candidate.name == "+=" and isinstance(parent, cst.AugAssign):
        return _is_text(view.evaluator.value(module, parent.target))
    if isinstance(parent, cst.Arg):
        call = module.parents.get(parent)
        if isinstance(call, cst.Call):
            return _accepts_text(view, call, parent)
    return True


def _is_formatted(view: View, operand: cst.CSTNode) -> bool:
    for around in view.module.ancestors(operand):
        if isinstance(around, cst.BinaryOperation):
            return _is_text(view.evaluator.value(view.module, around.left))
    return False


def _accepts_text(view: View, call: cst.Call, arg: cst.Arg) -> bool:
    place = call.args.index(arg) if arg.keyword is None else None
    for callee in options(view.evaluator.value(view.module, call.func)):
        if isinstance(callee, Symbol):
            if callee.path == "builtins.str":
                return not _is_shown(view.module, call)
            at = _FUNCTIONS.get(callee.path)
            is_named = arg.keyword is not None and arg.keyword.value in _TEXT_KEYWORDS
            if at is not None and (place == at or is_named):
                return True
        elif isinstance(callee, Attribute):
            if (place == 0 and _method_takes_text(callee)) or _formats(view, call, callee):
                return True
    if isinstance(call.func, cst.Attribute) and place == 0:
        return call.func.attr.value in _JSON_METHODS | {"write_text"}
    return False


def _method_takes_text(method: Attribute) -> bool:
    base = method.base
    if method.name in _PATTERN_METHODS:
        return _is_result_of(base, "re.compile")
    if method.name == "write":
        return _is_result_of(base, "builtins.open")
    return method.name == "join" and _is_text(base)


def _formats(view: View, call: cst.Call, method: Attribute) -> bool:
    """Tell whether a call is `"…".format(…)`, and its text not only shown."""
    return method.name == "format" and _is_text(method.base) and not _is_shown(view.module, call)


def _is_result_of(value: Value, path: str) -> bool:
    return (
        isinstance(value, Result) and isinstance(value.callee, Symbol) and value.callee.path == path
    )


def _is_text(value: Value) -> bool:
    found = options(value)
    return any(
        isinstance(one, Text) or (isinstance(one, Constant) and isinstance(one.value, str))
        for one in found
    ) and not any(isinstance(one, Sequence) for one in found)
