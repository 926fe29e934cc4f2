"""What a text in the source is for: an argument, a default, a list's item, or no data at all."""

from __future__ import annotations

import re

import libcst as cst

from claude_lint.python.module import Module
from claude_lint.python.syntax import access_path, assigned_name, string_value

_MODEL_NAMES = re.compile(r"model|claude|llm|engine|deployment", re.IGNORECASE)
# Names under which an ID is shown, priced or compared, not sent.
_SHOWN_NAMES = re.compile(
    r"(?:^|_)(?:label|title|description|desc|display|help|prompt|text|message|url|href|path|file|filename|note|doc|docs"
    r"|example|comment|price|prices|pricing|cost|costs|emoji|icon|usage|metavar|reason|placeholder|hint|tokenizer|instruct_type|family|series)s?(?:_|$)",
    re.IGNORECASE,
)
_PRICED_NAMES = re.compile(r"(?:^|_)(?:price|pricing|cost)s?(?:_|$)", re.IGNORECASE)
# Keys of a record of what was answered, which tells the model and sends it nowhere.
_ANSWERED = re.compile(
    r"(?:response|answer|error|timestamp|latency|elapsed|duration|stop_reason"
    r"|(?:input|output|total|completion|prompt)_tokens)(?:_\w+)?",
    re.IGNORECASE,
)
_READERS = frozenset({
    "print", "debug", "info", "warning", "error", "exception", "critical", "log", "startswith",
    "endswith", "replace", "removeprefix", "removesuffix", "split", "find", "index", "count",
    "match", "search", "sub", "compile", "fullmatch", "echo", "secho", "write", "assertEqual",
    "assertIn", "skip", "skipif", "skipIf", "fail", "deprecated", "warn", "lower",
    "parametrize", "encoding_for_model", "markdown", "caption", "subheader", "header", "title",
    "add_row", "assertNotEqual",
})  # fmt: skip
# Classes of the SDK whose objects say which model has answered.
_ANSWERS = frozenset({"Message", "BetaMessage", "ParsedMessage", "ParsedBetaMessage", "Completion"})
# What is compared, indexed, annotated or raised is not what a request is given.
_NO_DATA = (
    cst.Comparison,
    cst.ComparisonTarget,
    cst.Subscript,
    cst.SubscriptElement,
    cst.Index,
    cst.Assert,
    cst.Raise,
    cst.Annotation,
    cst.Attribute,
    cst.FormattedStringExpression,
    cst.MatchValue,
    cst.Decorator,
)
_DEFINING = (cst.FunctionDef, cst.ClassDef, cst.Lambda)


def role_of(module: Module, node: cst.CSTNode) -> tuple[str, str]:
    """Return what a literal is for and the name it is given, `("", "")` where it is no data."""
    child = node
    for parent in module.ancestors(node):
        if isinstance(parent, (cst.IfExp,)):
            if parent.test is child:
                return "", ""
        elif isinstance(
            parent, (cst.BooleanOperation, cst.BinaryOperation, cst.Await, cst.NamedExpr)
        ):
            pass
        elif isinstance(parent, _NO_DATA):
            return "", ""
        elif isinstance(parent, cst.DictElement):
            return _entry_role(module, parent, child)
        elif isinstance(parent, (cst.Element, cst.StarredElement)):
            return _item_role(module, parent)
        elif isinstance(parent, cst.Arg):
            return _argument_role(module, parent)
        elif isinstance(parent, cst.Param):
            return _shown("default", parent.name.value)
        elif isinstance(parent, (cst.Assign, cst.AnnAssign)):
            return _assigned_role(parent)
        elif isinstance(parent, cst.Return):
            return "returned", function_name(module, parent)
        elif isinstance(parent, (cst.Expr, *_DEFINING)):
            return "", ""
        child = parent
    return "", ""


def _shown(role: str, name: str) -> tuple[str, str]:
    return ("", "") if _SHOWN_NAMES.search(name) else (role, name)


def _entry_role(module: Module, entry: cst.DictElement, child: cst.CSTNode) -> tuple[str, str]:
    if entry.key is child:
        return "", ""
    key = string_value(entry.key)
    name = key if isinstance(key, str) else ""
    outer = holder_name(module, entry)
    if _SHOWN_NAMES.search(name) or _PRICED_NAMES.search(outer) or _is_of_record(module, entry):
        return "", ""  # a table from labels to IDs holds IDs to send, one of prices does not
    return "entry", name


def _is_of_record(module: Module, entry: cst.DictElement) -> bool:
    display = module.parents.get(entry)
    if not isinstance(display, cst.Dict):
        return False
    keys = [string_value(one.key) for one in display.elements if isinstance(one, cst.DictElement)]
    return any(isinstance(key, str) and _ANSWERED.fullmatch(key) is not None for key in keys)


def _item_role(module: Module, element: cst.CSTNode) -> tuple[str, str]:
    for parent in module.ancestors(element):
        if isinstance(parent, (cst.ComparisonTarget, cst.Comparison)):
            return "", ""
        if isinstance(parent, cst.Arg):
            role, name = _argument_role(module, parent)
            return ("item", name) if role else ("", "")
        if isinstance(parent, (cst.Assign, cst.AnnAssign, cst.Param, cst.Return, cst.DictElement)):
            break
        if isinstance(parent, (cst.Subscript, cst.Annotation)):
            return "", ""
        if isinstance(parent, cst.For):
            return "item", ""
    return _shown("item", holder_name(module, element))


def holder_name(module: Module, node: cst.CSTNode) -> str:
    """Return the name of the constant or attribute that holds the display around a node."""
    for parent in module.ancestors(node):
        if isinstance(parent, (cst.Assign, cst.AnnAssign)):
            return assigned_name(parent)
        if isinstance(parent, _DEFINING):
            return ""
    return ""


def _assigned_role(node: cst.Assign | cst.AnnAssign) -> tuple[str, str]:
    target = node.target if isinstance(node, cst.AnnAssign) else node.targets[0].target
    if isinstance(target, cst.Subscript):
        index = target.slice[0].slice
        key = string_value(index.value) if isinstance(index, cst.Index) else None
        return _shown("entry", key if isinstance(key, str) else "")
    path = access_path(target)
    name = path[-1] if path else ""
    return _shown("attribute" if path and len(path) > 1 else "constant", name)


def _argument_role(module: Module, arg: cst.Arg) -> tuple[str, str]:
    call = module.parents.get(arg)
    if isinstance(call, cst.ClassDef) or not isinstance(call, cst.Call):
        return "", ""
    path = access_path(call.func)
    called = (
        path[-1] if path else (call.func.attr.value if isinstance(call.func, cst.Attribute) else "")
    )
    if _is_of_answer(module, call):
        return "", ""
    keyword = arg.keyword.value if arg.keyword is not None else ""
    is_read = called in _READERS or _PRICED_NAMES.search(called) is not None
    if is_read or called.endswith(("Error", "Exception", "Warning")):
        return "", ""
    if keyword and (
        _SHOWN_NAMES.search(keyword) or keyword in {"name", "alias", "id", "key", "provider"}
    ):
        return "", ""
    if called in ("getenv", "get", "setdefault", "pop", "getattr"):
        return ("default", "") if call.args and arg is not call.args[0] else ("", "")
    if keyword == "default" or called in ("Field", "field", "Option", "option", "Argument"):
        return "default", _option_name(call)
    return "argument", keyword


def _is_of_answer(module: Module, call: cst.Call) -> bool:
    """Tell whether a call makes up an answer of the SDK's, or stands in one that does."""
    for node in (call, *module.ancestors(call)):
        if isinstance(node, cst.Call):
            path = access_path(node.func)
            if path is not None and path[-1] in _ANSWERS:
                return True
        if isinstance(node, (cst.BaseSmallStatement, cst.BaseCompoundStatement)):
            break
    return False


def _option_name(call: cst.Call) -> str:
    first = call.args[0].value if call.args else None
    text = string_value(first) if first is not None else None
    return text if isinstance(text, str) else ""


def function_name(module: Module, node: cst.CSTNode) -> str:
    """Return the name of the function around a node, `""` where there is none."""
    for parent in module.ancestors(node):
        if isinstance(parent, cst.FunctionDef):
            return parent.name.value
    return ""


def says_model(name: str) -> bool:
    """Tell whether a name says that what it holds is a model."""
    return _MODEL_NAMES.search(name) is not None


def class_name(module: Module, node: cst.CSTNode) -> str:
    """Return the name of the class around a node, `""` where there is none."""
    scope, _point = module.place(node)
    around = scope.enclosing_class()
    return around.name if around is not None else ""
