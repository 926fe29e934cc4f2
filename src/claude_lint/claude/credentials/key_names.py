"""Which names say that they hold a Claude API key, and where such a value is only tested."""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from claude_lint.claude.view import View
from claude_lint.python.module import Module, word
from claude_lint.python.syntax import access_path, walk

# `anthropic_api_key`, `CLAUDE_KEY`, `my_claudeApiKey`; not `anthropic_key_name`, `claude_token`.
_KEY = re.compile(
    r"(?:.*_)?(?:anthropic|claude)_?"
    r"(?:(?:api_?|admin_?|secret_?|access_?)?key|(?:auth_?|oauth_?|access_?|api_?)token)",
    re.IGNORECASE,
)
_NO_KEY = re.compile(r"^(?:has|is|no|masked|redacted|hashed|use|need|missing|show|mask)_", re.I)
_TESTS = (cst.If, cst.IfExp, cst.While, cst.Assert)
_HANDING_ON = (cst.Attribute, cst.Call, cst.NamedExpr, cst.Element, cst.List, cst.Tuple, cst.Set)
_TESTING_CALLS = frozenset({"bool", "len", "any", "all", "isinstance"})


def names_key(name: str) -> bool:
    """Tell whether a name, or the last part of a dotted one, is that of a Claude API key."""
    last = name.rpartition(".")[2]
    return _KEY.fullmatch(last) is not None and not _NO_KEY.match(last)


def is_tested(module: Module, node: cst.CSTNode) -> bool:
    """Tell whether an expression is looked at to decide something, not handed on."""
    child = node
    for parent in module.ancestors(node):
        if isinstance(parent, _TESTS):
            return parent.test is child
        if isinstance(parent, (cst.Comparison, cst.ComparisonTarget, cst.UnaryOperation)):
            return True
        if isinstance(parent, cst.BooleanOperation):
            if parent.left is child:
                return True
        elif isinstance(parent, cst.Arg):
            around = module.parents.get(parent)
            called = access_path(around.func) if isinstance(around, cst.Call) else None
            return called is not None and called[-1] in _TESTING_CALLS
        elif not isinstance(parent, _HANDING_ON):
            return False
        child = parent
    return False


def is_name_tested(view: View, name: str) -> bool:
    """Tell whether the project looks somewhere at what a name of this module holds."""
    pattern = re.compile(word(name))
    for module in view.evaluator.project.modules_using(view.module, name):
        module.load_matching(pattern)
        for unit in module.all_units():
            if unit.root is not None and pattern.search(unit.text):
                if any(is_tested(module, node) for node in _uses(unit.root, name)):
                    return True
    return False


def _uses(root: cst.CSTNode, name: str) -> Iterator[cst.CSTNode]:
    for node in walk(root):
        if isinstance(node, (cst.Name, cst.Attribute)):
            path = access_path(node)
            if path is not None and path[-1] == name:
                yield node
