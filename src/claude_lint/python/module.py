"""A module as an index of statements that LibCST parses when something asks for them.

`ast`, ten times as fast, gives the extent and the bound names of every statement, down to the
members of classes. A statement is parsed on its own, members under a `class _:` line so that
their text, and with it every string and column, stays as it is.
"""

from __future__ import annotations

import ast
import re
import warnings
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cached_property

import libcst as cst

from claude_lint.files.hazards import hazard
from claude_lint.files.source import SourceFile
from claude_lint.python.binder import Binder
from claude_lint.python.flow import Point
from claude_lint.python.scopes import Event, Scope
from claude_lint.python.syntax import access_path, children

_ORDER_PER_UNIT = 1 << 20
_LINE_END = re.compile(r"\r\n|\r|\n")
_GLOBAL = re.compile(r"^[ \t]*global[ \t]+([\w, \t]+)", re.MULTILINE)
_REFUSALS = (SyntaxError, ValueError, RecursionError, MemoryError)
# The tree's own checks raise a kind of SyntaxError, `'a' b'b'` for one.
_CST_REFUSALS = (cst.ParserSyntaxError, SyntaxError, ValueError, RecursionError)
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_CHANGING = frozenset({"setitem", "setattr", "call", "augmented", "delitem"})
# A lone backslash before a statement, a lone carriage return: rare, so others are not compared.
_MAY_BE_LOST = re.compile(r"^[ \t\f]*\\\r?$|\r(?!\n)|\f", re.MULTILINE)
_MEMBER_HEADER = "class _:\n"


def word(name: str) -> str:
    r"""Return a pattern that finds an identifier.

    Unlike one that begins with `\b`, it begins with what `re` can look for many times as fast.
    """
    return rf"{name}(?<!\w{name})\b"


class UnparsableError(Exception):
    """Neither parser accepts the text. `line` and `column` are 1-based."""

    def __init__(self, message: str, line: int = 1, column: int = 1) -> None:
        super().__init__(message)
        self.message, self.line, self.column = message, line, column


class Unit:
    """One statement of a module or class body: its extent, its names, and its tree on demand."""

    __slots__ = (
        "failed", "first", "header_end", "is_definition", "is_function", "last", "loaded",
        "members", "module",
        "names", "number", "owner", "positions", "root", "scope",
    )  # fmt: skip

    def __init__(
        self, module: Module, number: int, first: int, last: int, names: frozenset[str]
    ) -> None:
        self.module, self.number = module, number
        self.first, self.last = first, last  # 1-based lines, both included
        self.names = names
        self.members: tuple[Unit, ...] = ()  # of a class whose body is indexed
        self.header_end = 0  # last line of an indexed class's header
        self.scope: Scope = module.scope
        self.owner: Unit | None = None  # the class whose member it is
        self.is_definition = False  # of a function or class
        self.is_function = False
        self.loaded = False
        self.failed = False
        self.root: cst.Module | None = None
        self.positions: dict[cst.CSTNode, tuple[int, int, int, int]] | None = None

    @property
    def text(self) -> str:
        """The source of the statement, of an indexed class its header only."""
        last = self.header_end if self.members else self.last
        return self.module.line_range(self.first, last)

    @property
    def line_offset(self) -> int:
        """What to add to a line of the parsed text to get a line of the module."""
        return self.first - (2 if self.owner is not None else 1)

    def load(self) -> None:
        """Parse the statement and fill the scope it stands in. A second call does nothing."""
        if self.loaded:
            return
        self.loaded = True
        text = self.text
        if self.owner is not None:
            self.owner.load()
            text = _MEMBER_HEADER + text
        if self.members:
            text += (
                ("" if text.endswith(("\n", "\r")) else "\n")
                + self.module.body_indent(self)
                + "pass\n"
            )
        if self.module.is_hazardous(text):
            self.failed = True
            return
        try:
            self.root = _parse_cst(text)
        except _CST_REFUSALS:
            self.failed = True
            return
        self.module.adopt(self)
        self.module.parsed += len(text)


class Module:
    """The index of one source file. `name` is its dotted name, `""` when it has none."""

    def __init__(self, source: SourceFile, name: str = "", *, is_parsed: bool = True) -> None:
        self.source, self.name = source, name
        self.lines = source.text
        self._starts = [0, *(match.end() for match in _LINE_END.finditer(source.text))]
        self.scopes: dict[cst.CSTNode, Scope] = {}
        self.places: dict[cst.CSTNode, tuple[Scope, Point]] = {}
        self.parents: dict[cst.CSTNode, cst.CSTNode] = {}
        self.unit_of_root: dict[cst.CSTNode, Unit] = {}
        self.calls: list[cst.Call] = []
        self.calls_by_name: dict[str, list[cst.Call]] = defaultdict(list)
        self.star_imports: list[str] = []
        self.parsed = 0  # characters of the statements that were parsed
        self._searched: set[str] = set()
        self._foreign_events: dict[tuple[str, bool], list[Event]] = {}
        self.broken: list[UnparsableError] = []  # cells of a notebook
        self._count = -1
        self.scope = Scope("module", name, None, self)
        self.units: tuple[Unit, ...] = ()
        if is_parsed:
            self._index()

    @classmethod
    def unparsed(cls, source: SourceFile) -> Module:
        """Return a module without statements: all that is known of it is its text."""
        return cls(source, is_parsed=False)

    # ------------------------------------------------------------------ text

    def line_range(self, first: int, last: int) -> str:
        """Return whole lines, 1-based and both included."""
        starts = self._starts
        end = starts[last] if last < len(starts) else len(self.lines)
        return self.lines[starts[first - 1] : end]

    def body_indent(self, unit: Unit) -> str:
        """Return the white space that the members of an indexed class stand behind."""
        line = self.line_range(unit.members[0].first, unit.members[0].first)
        return line[: len(line) - len(line.lstrip(" \t\f"))]

    def is_hazardous(self, text: str) -> bool:
        """Tell whether LibCST might not survive this text."""
        return hazard(text) is not None

    # ------------------------------------------------------------------ index

    def _index(self) -> None:
        try:
            tree = _parse_ast(self.source.text)
        except _REFUSALS as error:
            if self.source.cells:
                self._index_cells(error)
            else:
                self._index_whole(error)
            return
        self._index_body(tree.body)

    def _index_body(self, body: Sequence[ast.stmt]) -> None:
        self.units = self._units_of(body, self.scope, None)
        self.scope.units = self.units

    def _index_cells(self, error: Exception) -> None:
        """Take the cells of a notebook that can be parsed, and remember what ails the others."""
        body: list[ast.stmt] = []
        for cell in self.source.cells:
            last = cell.first_line + cell.line_count - 1
            try:
                tree = _parse_ast(self.line_range(cell.first_line, last))
            except _REFUSALS as problem:
                self.broken.append(_refusal(problem, cell.first_line - 1))
                continue
            ast.increment_lineno(tree, cell.first_line - 1)
            body.extend(tree.body)
        if not body:
            raise _refusal(error)
        self._index_body(body)

    def _index_whole(self, error: Exception) -> None:
        """Take the file as one unit where only LibCST knows the syntax."""
        refusal = _refusal(error)
        is_of_syntax = isinstance(error, SyntaxError) and "nested" not in refusal.message
        if not is_of_syntax or self.is_hazardous(self.source.text):
            raise refusal
        unit = Unit(self, 0, 1, len(self._starts), frozenset())
        try:
            unit.root = _parse_cst(self.source.text)
        except _CST_REFUSALS:
            raise refusal from None
        unit.loaded = True
        self.parsed = len(self.source.text)
        self.units = (unit,)
        self.adopt(unit)
        unit.names = frozenset(self.scope.bound) | (
            frozenset("*") if self.star_imports else frozenset()
        )

    def _units_of(
        self, body: Sequence[ast.stmt], scope: Scope, owner: Unit | None
    ) -> tuple[Unit, ...]:
        units: list[Unit] = []
        for statement in body:
            first, last = _first_line(statement), statement.end_lineno or statement.lineno
            names = frozenset(_bound_names(statement))
            if units and first <= units[-1].last:  # `a; b` on one line is one unit
                units[-1].names |= names
                units[-1].last = max(units[-1].last, last)
                units[-1].members = ()
                continue
            unit = Unit(self, self._next_number(), first, last, names)
            unit.scope, unit.owner = scope, owner
            unit.is_definition = isinstance(statement, _DEFINITIONS)
            unit.is_function = isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef))
            units.append(unit)
            if isinstance(statement, ast.ClassDef) and owner is None:
                self._index_class(unit, statement)
        for unit in units:
            if not unit.members:
                unit.names |= self._declared_global(unit)
        return tuple(units)

    def _index_class(self, unit: Unit, statement: ast.ClassDef) -> None:
        body_first = min(_first_line(one) for one in statement.body)
        header = self.line_range(unit.first, body_first - 1) if body_first > unit.first else ""
        if body_first <= statement.lineno or not header.strip():
            return
        scope = Scope("class", statement.name, self.scope, self)
        members = self._units_of(statement.body, scope, unit)
        if len(members) == 1 and members[0].last == members[0].first:
            return  # nothing to gain
        unit.header_end = body_first - 1
        unit.members = members
        scope.units = members

    def _declared_global(self, unit: Unit) -> frozenset[str]:
        text = self.line_range(unit.first, unit.last)
        if "global" not in text:
            return frozenset()
        found: set[str] = set()
        for match in _GLOBAL.finditer(text):
            found.update(name.strip() for name in match.group(1).split(","))
        return frozenset(found)

    def _next_number(self) -> int:
        self._count += 1
        return self._count

    # ------------------------------------------------------------------ trees

    def adopt(self, unit: Unit) -> None:
        """Enter a freshly parsed unit: parents, scopes, bindings, calls."""
        assert unit.root is not None
        root = unit.root
        self.unit_of_root[root] = unit
        stack: list[cst.CSTNode] = [root]
        parents = self.parents
        while stack:
            node = stack.pop()
            for child in children(node):
                parents[child] = node
                stack.append(child)
        binder = Binder(self, unit.number * _ORDER_PER_UNIT)
        statements: Sequence[cst.CSTNode] = root.body
        if unit.owner is not None:
            wrapper = root.body[0]
            assert isinstance(wrapper, cst.ClassDef)
            statements = wrapper.body.body
        if unit.members:
            self._adopt_class(unit, statements[0], binder)
        else:
            binder.build(list(statements), unit.scope)

    def _adopt_class(self, unit: Unit, header: cst.CSTNode, binder: Binder) -> None:
        inner = unit.members[0].scope
        assert isinstance(header, cst.ClassDef)
        binder.build([header], unit.scope)
        # The header was walked as a class with an empty body; its members stand in the index.
        unit.scope.inner.pop()
        unit.scope.inner.append(inner)
        inner.node, inner.parent = header, unit.scope
        self.scopes[header] = inner

    def note_call(self, node: cst.Call, scope: Scope, point: Point) -> None:
        """Remember a call, by the last name of what is called as well."""
        self.calls.append(node)
        self.places[node] = (scope, point)
        path = node.func
        if isinstance(path, cst.Attribute):
            self.calls_by_name[path.attr.value].append(node)
        elif isinstance(path, cst.Name):
            self.calls_by_name[path.value].append(node)

    def load_star_imports(self) -> None:
        """Load the statements that import every name of a module."""
        for unit in self.units:
            if "*" in unit.names:
                unit.load()

    def all_units(self) -> Iterator[Unit]:
        """Yield every unit, members after their class."""
        for unit in self.units:
            yield unit
            yield from unit.members

    def load_matching(self, pattern: re.Pattern[str]) -> None:
        """Load the units in whose lines the pattern is found."""
        for unit in self.units_matching(pattern):
            unit.load()

    def units_matching(self, pattern: re.Pattern[str]) -> Iterator[Unit]:
        """Yield the units in whose lines the pattern is found, each once."""
        units, starts = self._extents
        position = 0
        while (match := pattern.search(self.lines, position)) is not None:
            number = bisect_right(starts, match.start()) - 1
            if number >= 0 and match.start() < self._end_of(units[number]):
                yield units[number]
            if number + 1 == len(starts):
                return
            position = starts[number + 1]

    @cached_property
    def _extents(self) -> tuple[list[Unit], list[int]]:
        """The units in the order of their lines, and the offsets that these begin at."""
        units = sorted(self.all_units(), key=lambda unit: unit.first)
        return units, [self._starts[unit.first - 1] for unit in units]

    def _end_of(self, unit: Unit) -> int:
        last = unit.header_end if unit.members else unit.last
        return self._starts[last] if last < len(self._starts) else len(self.lines)

    def place(self, node: cst.CSTNode) -> tuple[Scope, Point]:
        """Return the scope and point an expression is evaluated at."""
        one: cst.CSTNode | None = node
        while one is not None:
            found = self.places.get(one)
            if found is not None:
                return found
            one = self.parents.get(one)
        return self.scope, Point(0)

    def ancestors(self, node: cst.CSTNode) -> Iterator[cst.CSTNode]:
        """Yield the nodes around a node, innermost first, up to its unit's root."""
        parent = self.parents.get(node)
        while parent is not None:
            yield parent
            parent = self.parents.get(parent)

    def unit(self, node: cst.CSTNode) -> Unit | None:
        """Return the unit a node was parsed in."""
        while (parent := self.parents.get(node)) is not None:
            node = parent
        return self.unit_of_root.get(node)

    def call_sites(self, name: str) -> list[cst.Call]:
        """Return the calls in this module whose callee ends in `name`."""
        if name not in self._searched:
            self._searched.add(name)
            self.load_matching(re.compile(rf"{word(name)}(?<!def {name})\s*\("))
        return self.calls_by_name.get(name, [])

    def events_from_functions(self, name: str, *, is_namespace: bool = False) -> list[Event]:
        """Return the changes that functions make to the object of a module-level name.

        Of a namespace, which a class or a module is, they only change what it holds: what else
        they do with it, most often, is to call something in it.
        """
        known = self._foreign_events.get((name, is_namespace))
        if known is None:
            self._foreign_events[name, is_namespace] = known = []
            ends = r"=(?!=)|[-+|]=|\.\s*\w+\s*[\[(=.]" if is_namespace else r"[\[(=.]"
            direct = "" if is_namespace else r"|\[|\|=|\+="
            changing = re.compile(rf"{word(name)}\s*(?:\.\w+\s*(?:\[|{ends}){direct})")
            for unit in self.units_matching(re.compile(word(name))):
                if not unit.is_definition or changing.search(unit.text):
                    unit.load()
            shortest = {"call": 3, "setattr": 2} if is_namespace else {}
            stack = list(self.scope.inner)
            while stack:
                inner = stack.pop()
                stack.extend(inner.inner)
                found = inner.events.get(name)
                if found and inner.owner(name) is self.scope:
                    known.extend(
                        event
                        for event in found
                        if event.kind in _CHANGING
                        and len(event.path) >= shortest.get(event.kind, 1 + is_namespace)
                    )
        return known

    @cached_property
    def imported_names(self) -> frozenset[str]:
        """The first components of absolute imports and the dots of relative ones, from the text."""
        found = re.findall(r"^[ \t]*(?:from|import)[ \t]+([\w.]+)", self.lines, re.MULTILINE)
        return frozenset(found)


def _refusal(error: Exception, line_offset: int = 0) -> UnparsableError:
    """Tell in our words why `ast` refuses a text that starts below `line_offset` lines."""
    line, column = getattr(error, "lineno", None) or 1, getattr(error, "offset", None) or 1
    message = getattr(error, "msg", None) or str(error) or type(error).__name__
    kind = "syntax error" if isinstance(error, SyntaxError) else "cannot be parsed"
    return UnparsableError(f"{kind}: {message}", line + line_offset, column)


def parse_expression(text: str) -> cst.BaseExpression | None:
    """Parse the text of an expression that stands in a string; None where LibCST cannot take it."""
    if hazard(text) is not None:
        return None
    try:
        return cst.parse_expression(text)
    except _CST_REFUSALS:
        return None


def _parse_cst(text: str) -> cst.Module:
    """Parse with LibCST; raise ValueError where that loses lines, for then places are wrong."""
    root = cst.parse_module(text)
    if _MAY_BE_LOST.search(text) and root.code.rstrip("\r\n") != text.rstrip("\r\n"):
        raise ValueError("LibCST does not keep this text")
    return root


def _parse_ast(text: str) -> ast.Module:
    flags = ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree = compile(text, "<source>", "exec", flags, dont_inherit=True)
    assert isinstance(tree, ast.Module)
    return tree


def _first_line(statement: ast.stmt) -> int:
    decorators: list[ast.expr] = getattr(statement, "decorator_list", [])
    return min([statement.lineno, *(one.lineno for one in decorators)])


def _bound_names(statement: ast.stmt) -> Iterator[str]:
    """Yield the names a statement binds in its own scope, blocks included, functions not."""
    stack: list[ast.AST] = [statement]
    while stack:
        node = stack.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield node.name
        elif isinstance(node, ast.Name):
            if isinstance(node.ctx, ast.Store):
                yield node.id
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            for alias in node.names:
                yield (alias.asname or alias.name).split(".")[0]
        elif isinstance(node, ast.Lambda):
            continue
        else:
            if (isinstance(node, ast.ExceptHandler) and node.name) or (
                isinstance(node, (ast.MatchAs, ast.MatchStar)) and node.name
            ):
                yield node.name
            stack.extend(ast.iter_child_nodes(node))


def attribute_name(node: cst.CSTNode) -> str | None:
    """Return the last name of a dotted expression."""
    path = access_path(node)
    return path[-1] if path else None
