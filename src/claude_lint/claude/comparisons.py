"""Whether what holds a model ID is only compared with, or shown: then no request is given it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from claude_lint.claude.model_roles import role_of
from claude_lint.python.module import Module, word
from claude_lint.python.project import Project
from claude_lint.python.syntax import access_path, assigned_names, walk

_Holder = cst.Assign | cst.AnnAssign | cst.FunctionDef
_Read = tuple[Module, cst.CSTNode]

# What gives the same items, or the same text, once more.
_COPYING = frozenset(
    {"sorted", "list", "tuple", "set", "frozenset", "enumerate", "reversed", "join"}
)
_RESPELLING = frozenset({
    "lower", "upper", "casefold", "strip", "split", "rsplit", "removeprefix", "get"
})  # fmt: skip
_COMPARING = frozenset({"startswith", "endswith", "find", "index", "count", "isdisjoint"})
# Keywords under which an ID may be told to a function that sends it; of a literal they say less.
_TELLING = frozenset({"name", "alias", "id", "key"})
_NEVER = (
    cst.Yield, cst.Lambda, cst.StarredElement, cst.StarredDictElement, cst.Param, cst.NamedExpr,
)  # fmt: skip


class Comparisons:
    """Judges what holds the literals of a module, each holder once."""

    def __init__(self, project: Project, module: Module) -> None:
        self._project, self._module = project, module
        self._judged: dict[tuple[cst.CSTNode, int | None], bool] = {}

    def alone_use(self, node: cst.CSTNode) -> bool:
        """Tell whether a literal has a name, or a function that gives it, and is only compared."""
        holder = self._holder(node)
        return holder is not None and self._are_compared(self._module, holder, self._column(node))

    def _column(self, node: cst.CSTNode) -> int | None:
        """Return the place of a literal in its row, where a table of rows holds it."""
        row = self._module.parents[self._module.parents[node]]
        if isinstance(row, cst.Tuple) and isinstance(self._module.parents[row], cst.Element):
            return next(i for i, one in enumerate(row.elements) if one.value is node)
        return None

    def _holder(self, node: cst.CSTNode) -> _Holder | None:
        for parent in self._module.ancestors(node):
            if isinstance(parent, (cst.Assign, cst.AnnAssign)):
                return parent
            if isinstance(parent, cst.Return):
                return _function_around(self._module, parent)
            if isinstance(parent, cst.Call) and _called(parent) not in _COPYING:
                return None
            if isinstance(parent, (cst.FunctionDef, cst.Lambda)):
                return None
        return None

    # ------------------------------------------------------------------ who reads

    def _are_compared(self, module: Module, holder: _Holder, column: int | None) -> bool:
        """Tell whether every read of a name, or call of a function, ends in a comparison."""
        if (holder, column) not in self._judged:
            self._judged[holder, column] = True  # what goes round in a circle adds nothing
            reads = list(self._reads(module, holder))
            found = bool(reads) and all(self._is_compared(*read, column) for read in reads)
            self._judged[holder, column] = found
        return self._judged[holder, column]

    def _reads(self, module: Module, holder: _Holder) -> Iterator[_Read]:
        name = _name_of(holder)
        if isinstance(holder, cst.FunctionDef):
            for user, node in self._reads_anywhere(module, name):
                call = user.parents.get(node)
                yield user, call if isinstance(call, cst.Call) and call.func is node else node
            return
        function = _function_around(module, holder)
        if function is None or isinstance(_target(holder), cst.Attribute):
            yield from self._reads_anywhere(module, name)
        else:
            yield from _reads_in(module, function.body, name)

    def _reads_anywhere(self, module: Module, name: str) -> Iterator[_Read]:
        if not name:
            return
        naming = re.compile(word(name))
        for user in self._project.modules_using(module, name):
            user.load_matching(naming)
            for unit in user.all_units():
                if unit.root is not None and naming.search(unit.text):
                    yield from _reads_in(user, unit.root, name)

    # ------------------------------------------------------------------ what a read is for

    def _is_compared(self, module: Module, node: cst.CSTNode, column: int | None = None) -> bool:
        """Tell whether an expression, or a column of it, is compared with something, or shown."""
        child = node
        for parent in module.ancestors(node):
            if isinstance(parent, (cst.Comparison, cst.ComparisonTarget)):
                return True
            if isinstance(parent, (cst.For, cst.CompFor)):
                return parent.iter is child and self._items_are_compared(module, parent, column)
            if isinstance(parent, _NEVER):
                return False
            if isinstance(parent, cst.Subscript):
                if parent.value is not child:
                    return True  # it only picks what stands under it
            elif isinstance(parent, cst.Attribute):
                if parent.attr.value in _COMPARING:
                    return True
                if parent.attr.value not in _RESPELLING:
                    return False
            elif isinstance(parent, cst.FormattedString):
                return role_of(module, parent) == ("", "")
            elif isinstance(parent, cst.Arg):
                called = _called(module.parents[parent])
                if called == "len":
                    return True
                if called not in _COPYING:
                    is_told = parent.keyword is not None and parent.keyword.value in _TELLING
                    return not is_told and role_of(module, child) == ("", "")
            elif isinstance(parent, (cst.Assign, cst.AnnAssign, cst.Return)):
                return self._goes_on(module, parent, column)
            elif not isinstance(parent, (cst.Call, cst.FormattedStringExpression, cst.Index)):
                if role_of(module, child) == ("", ""):
                    return True
            child = parent
        return False

    def _goes_on(
        self, module: Module, node: cst.Assign | cst.AnnAssign | cst.Return, column: int | None
    ) -> bool:
        """Judge what an ID is assigned to, or the function that returns it."""
        if isinstance(node, cst.Return):
            function = _function_around(module, node)
            return function is not None and self._are_compared(module, function, column)
        target = _target(node)
        is_own = isinstance(target, cst.Name) or (
            # Others may read a public attribute where nobody sees it.
            isinstance(target, cst.Attribute) and target.attr.value.startswith("_")
        )
        return is_own and self._are_compared(module, node, column)

    def _items_are_compared(
        self, module: Module, loop: cst.For | cst.CompFor, column: int | None
    ) -> bool:
        """Tell whether a loop over IDs only compares them."""
        around: cst.CSTNode = loop
        while isinstance(around, cst.CompFor):
            around = module.parents[around]
        body = loop.body if isinstance(loop, cst.For) else around
        reads = [
            read
            for target, path in assigned_names(loop.target)
            if column is None or path in ((), (column,))
            for read in _reads_in(module, body, target.value)
            if read[1] is not target
        ]
        return bool(reads) and all(self._is_compared(*read) for read in reads)


def _function_around(module: Module, node: cst.CSTNode) -> cst.FunctionDef | None:
    return next((one for one in module.ancestors(node) if isinstance(one, cst.FunctionDef)), None)


def _target(holder: cst.Assign | cst.AnnAssign) -> cst.BaseExpression:
    return holder.target if isinstance(holder, cst.AnnAssign) else holder.targets[0].target


def _name_of(holder: _Holder) -> str:
    if isinstance(holder, cst.FunctionDef):
        return holder.name.value
    path = access_path(_target(holder))
    return path[-1] if path is not None else ""


def _reads_in(module: Module, root: cst.CSTNode, name: str) -> Iterator[_Read]:
    """Yield the expressions below a node that read a name, or an attribute of that name."""
    for node in walk(root):
        if not isinstance(node, cst.Name) or node.value != name:
            continue
        parent = module.parents[node]
        if isinstance(parent, cst.Attribute) and parent.attr is node:
            if not isinstance(module.parents[parent], (cst.AssignTarget, cst.AnnAssign)):
                yield module, parent
        elif _is_read(parent, node):
            yield module, node


def _is_read(parent: cst.CSTNode, name: cst.Name) -> bool:
    if isinstance(parent, (cst.AnnAssign, cst.NamedExpr, cst.Arg, cst.Attribute)):
        return parent.value is name
    if isinstance(parent, (cst.For, cst.CompFor)):
        return parent.iter is name
    if isinstance(parent, cst.Param):
        return parent.default is name
    return not isinstance(
        parent,
        (cst.AssignTarget, cst.ImportAlias, cst.AsName, cst.FunctionDef, cst.NameItem, cst.Del),
    )


def _called(call: cst.CSTNode) -> str:
    function = call.func if isinstance(call, cst.Call) else call
    if isinstance(function, cst.Attribute):
        return function.attr.value
    return function.value if isinstance(function, cst.Name) else ""
