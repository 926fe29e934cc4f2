"""Edits that mend code without changing how it looks."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Sequence
from pathlib import Path

import libcst as cst
import pytest

from claude_lint.checks import repairs
from claude_lint.files.source import SourceFile, decode_source
from claude_lint.findings import Edit
from claude_lint.python.evaluate import Evaluator
from claude_lint.python.module import Module
from claude_lint.python.project import Project
from claude_lint.python.syntax import string_value, walk
from claude_lint.python.values import Entry, Mapping, Origin


class Code:
    """A module, and what a test wants to name in it."""

    def __init__(self, text: str, *, dedent: bool = True) -> None:
        text = textwrap.dedent(text).removeprefix("\n") if dedent else text
        self.source = SourceFile(Path("/p/a.py"), "a.py", text, "utf-8", b"")
        self._open(self.source)

    @classmethod
    def notebook(cls, *cells: str) -> Code:
        made = cls.__new__(cls)
        document = {
            "nbformat": 4,
            "cells": [{"cell_type": "code", "source": cell, "outputs": []} for cell in cells],
        }
        data = json.dumps(document).encode()
        made._open(decode_source(Path("/p/a.ipynb"), "a.ipynb", data))
        return made

    def _open(self, source: SourceFile) -> None:
        self.source = source
        project = Project(Path("/p"), lambda path: None, lambda root: [])
        self.module: Module = project.module(source)
        for unit in self.module.all_units():
            unit.load()
        self.evaluator = Evaluator(project)

    def _nodes(self) -> list[cst.CSTNode]:
        roots = [unit.root for unit in self.module.all_units() if unit.root is not None]
        return [node for root in roots for node in walk(root)]

    def call(self, name: str = "f") -> Origin:
        """The first call of a function."""
        return next(
            Origin(self.module, node)
            for node in self._nodes()
            if isinstance(node, cst.Call)
            and isinstance(node.func, cst.Name)
            and node.func.value == name
        )

    def dict(self) -> Origin:
        """The first dict display."""
        found = (n for n in self._nodes() if isinstance(n, cst.Dict))
        return Origin(self.module, next(found))

    def text(self, value: str) -> Origin:
        """The string that says `value`."""
        strings = (cst.SimpleString, cst.ConcatenatedString)
        found = (n for n in self._nodes() if isinstance(n, strings) and string_value(n) == value)
        return Origin(self.module, next(found))

    def entry(self, name: str) -> Entry:
        """The keyword of a call, the entry of a dict, or the statement that sets it."""
        for node in self._nodes():
            if isinstance(node, cst.Call):
                entries = self.evaluator.arguments(self.module, node).keywords.named(name)
            elif isinstance(node, (cst.Dict, cst.Name)):
                value = self.evaluator.value(self.module, node)
                entries = value.named(name) if isinstance(value, Mapping) else []
            else:
                continue
            if entries:
                return entries[0]
        raise LookupError(name)

    def with_edits(self, edits: Sequence[Edit]) -> str:
        """The text after edits; there must be some."""
        assert edits
        text = self.source.text
        for edit in sorted(edits, key=lambda one: self._offsets(one), reverse=True):
            first, last = self._offsets(edit)
            text = text[:first] + edit.text + text[last:]
        cst.parse_module(text)
        return text

    def _offsets(self, edit: Edit) -> tuple[int, int]:
        place, cell = edit.location.span, edit.location.cell
        first, last = (
            self.source.text_line(place.line, cell),
            self.source.text_line(place.end_line, cell),
        )
        return self.source.offset(first, place.column), self.source.offset(last, place.end_column)


def dedented(text: str) -> str:
    return textwrap.dedent(text).removeprefix("\n")


# ---------------------------------------------------------------------- literals


@pytest.mark.parametrize(
    ("old", "text", "new"),
    [
        ('x = "old"', "new", 'x = "new"'),
        ("x = 'old'", "it's", r"x = 'it\'s'"),
        ('x = "old"', 'say "a\\b"', r'x = "say \"a\\b\""'),
        ('x = r"old"', "new", 'x = r"new"'),
        ('x = r"old"', "a\\b", r'x = "a\\b"'),
        ('x = """old"""', "new", 'x = """new"""'),
        ("x = u'old'", "new", "x = u'new'"),
        ("x = (\"ol\" 'd')", "new", 'x = ("new")'),
        ('x = "old"', "a\nb", r'x = "a\nb"'),
    ],
)
def test_a_text_is_replaced_in_its_own_quotes(old: str, text: str, new: str) -> None:
    code = Code(old)
    assert code.with_edits(repairs.replace_text(code.text("old"), text)) == new


def test_columns_count_code_points() -> None:
    code = Code('é = "😀"; x = "old"')
    (edit,) = repairs.replace_text(code.text("old"), "new")
    assert (edit.location.span.column, edit.location.span.end_column) == (14, 19)


# ---------------------------------------------------------------------- names


def test_a_keyword_is_renamed() -> None:
    code = Code("f(a, stop=1)")
    edits = repairs.rename_keyword(code.entry("stop"), "stop_sequences")
    assert code.with_edits(edits) == "f(a, stop_sequences=1)"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("d = {'stop': 1}", "d = {'end': 1}"),
        ("d = dict(stop=1)", "d = dict(end=1)"),
        ('d = {}\nd["stop"] = 1\nd', 'd = {}\nd["end"] = 1\nd'),
    ],
)
def test_a_key_is_replaced_wherever_it_is_written(old: str, new: str) -> None:
    code = Code(old)
    assert code.with_edits(repairs.replace_key(code.entry("stop"), "end")) == new


def test_a_key_that_is_no_literal_is_left_alone() -> None:
    code = Code('STOP = "stop"\nd = {STOP: 1}')
    assert repairs.replace_key(code.entry("stop"), "end") == ()


# ---------------------------------------------------------------------- deleting


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("f(a=1, b=2, c=3)", "f(a=1, c=3)"),
        ("f(b=2, c=3)", "f(c=3)"),
        ("f(a=1, b=2)", "f(a=1)"),
        ("f(a=1, b=2,)", "f(a=1,)"),
        ("f(b=2)", "f()"),
        ("f(b=2,)", "f()"),
        ("f(*a, b=2, **c)", "f(*a, **c)"),
        ("f(\n    a=1,\n    b=2,\n    c=3,\n)", "f(\n    a=1,\n    c=3,\n)"),
        ("f(\n    a=1,\n    b=2,\n)", "f(\n    a=1,\n)"),
        ("f(\n    a=1,\n    b=2\n)", "f(\n    a=1,\n)"),
        ("f(\n    b=2,\n)", "f(\n)"),
        ("f(a=1,\n  b=2)", "f(a=1)"),
        ("f(a=1,\n  b=2,\n  c=3)", "f(a=1,\n  c=3)"),
        ("f(\n    a=1, b=2,\n    c=3,\n)", "f(\n    a=1, c=3,\n)"),
        ("f(\n    a=1,  # keep\n    b=2,  # goes\n)", "f(\n    a=1,  # keep\n)"),
        ("f(\n    a=1,\n    b=g(\n        2,\n    ),\n)", "f(\n    a=1,\n)"),
        ("f(a=1, b=(\n    2\n), c=3)", "f(a=1, c=3)"),
    ],
)
def test_an_argument_goes_with_its_comma_and_its_line(old: str, new: str) -> None:
    code = Code(old)
    assert code.with_edits(repairs.delete_arguments(code.entry("b"))) == new


def test_neighbours_go_together() -> None:
    code = Code("f(a=1, b=2, c=3, d=4, e=5)")
    edits = repairs.delete_arguments(*(code.entry(name) for name in "bcea"))
    assert code.with_edits(edits) == "f(d=4)"


def test_all_arguments_go() -> None:
    code = Code("f(a=1, b=2)")
    assert code.with_edits(repairs.delete_arguments(code.entry("a"), code.entry("b"))) == "f()"


def test_entries_go_from_several_places() -> None:
    code = Code("""
        d = {"a": 1, "b": 2}
        d["c"] = 3
        d["e"] = 4
        f(**d)
    """)
    edits = repairs.delete_entries(code.entry("b"), code.entry("c"))
    assert code.with_edits(edits) == dedented("""
        d = {"a": 1}
        d["e"] = 4
        f(**d)
    """)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('if x:\n    d["c"] = 3  # why\n', ""),
        ('if x is not None and y["k"] > 0:\n    if not x.y:\n        d["c"] = 3\n', ""),
        ('if x: d["c"] = 3\n', ""),
        ('if x:\n    z()\nelif y:\n    d["c"] = 3\n', "if x:\n    z()\n"),
        ('if x:\n    z()\nelse:\n    d["c"] = 3\n', "if x:\n    z()\n"),
        (
            'if x:\n    z()\nelse:\n    if y:\n        d["c"] = 3\n    z()\n',
            "if x:\n    z()\nelse:\n    z()\n",
        ),
    ],
)
def test_an_if_goes_with_all_that_it_does(old: str, new: str) -> None:
    code = Code(f"d = {{}}\n{old}f(**d)\n")
    edits = repairs.delete_entries(code.entry("c"))
    assert code.with_edits(edits) == f"d = {{}}\n{new}f(**d)\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("if x():\n    ", ""),
        ("if x:  # the old models\n    ", ""),
        ("if x:\n    # the old models\n    ", ""),
        ("if x:\n    ", "\n    # as long as it is so"),
        ("if x:\n    ", "\nelse:\n    z()"),
        ("for x in y:\n    ", ""),
        ("if x: z(); ", ""),
        ("if x():\n    if y:\n        ", ""),
    ],
)
def test_a_block_never_becomes_empty(before: str, after: str) -> None:
    code = Code(f'd = {{}}\n{before}d["c"] = 3{after}\nf(**d)\n')
    edits = repairs.delete_entries(code.entry("c"))
    kept = before.replace("if y:\n        ", "")
    assert code.with_edits(edits) == f"d = {{}}\n{kept}pass{after}\nf(**d)\n"


def test_a_statement_that_sets_several_entries_stays() -> None:
    code = Code("d = {}\nfor k in ('b', 'c'):\n    d[k] = 1\nf(**d)\n")
    assert repairs.delete_entries(code.entry("b")) == ()


def test_a_value_that_something_else_gets_stays() -> None:
    code = Code('d = {}\nd["c"] = x = 3\nf(**d)\n')
    assert repairs.delete_entries(code.entry("c")) == ()


def test_of_two_statements_on_a_line_one_stays() -> None:
    code = Code('d = {}\nd["c"] = 3; d["e"] = 4\nf(**d)')
    edits = repairs.delete_entries(code.entry("c"))
    assert code.with_edits(edits) == 'd = {}\npass; d["e"] = 4\nf(**d)'


def test_what_no_edit_can_delete_is_left_alone() -> None:
    code = Code("d = {}\nd.update(a=1)\nfor k in ('b', 'c'):\n    d[k] = 1\nd")
    assert repairs.delete_arguments(code.entry("b")) == ()


def test_windows_lines_stay_windows_lines() -> None:
    code = Code("f(\r\n    a=1,\r\n    b=2,\r\n)\r\n", dedent=False)
    edits = repairs.delete_arguments(code.entry("b"))
    assert code.with_edits(edits) == "f(\r\n    a=1,\r\n)\r\n"


# ---------------------------------------------------------------------- inserting


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("f()", "f(n=1)"),
        ("f(a)", "f(a, n=1)"),
        ("f(a=1,)", "f(a=1, n=1,)"),
        ("f(**a)", "f(**a, n=1)"),
        ("f(\n    a=1,\n)", "f(\n    a=1,\n    n=1,\n)"),
        ("f(\n    a=1\n)", "f(\n    a=1,\n    n=1\n)"),
        ("f(\n    a=1,  # why\n)", "f(\n    a=1,  # why\n    n=1,\n)"),
        ("f(\n    a=1  # why\n)", "f(\n    a=1,  # why\n    n=1\n)"),
        ("f(\n    a=1)", "f(\n    a=1,\n    n=1)"),
        ("f(a=1,\n  b=2)", "f(a=1,\n  b=2,\n  n=1)"),
        ("f(\n    a=1, b=2,\n)", "f(\n    a=1, b=2, n=1,\n)"),
        ("f((x for x in y))", "f((x for x in y), n=1)"),
        ("f(\r\n    a=1,\r\n)", "f(\r\n    a=1,\r\n    n=1,\r\n)"),
    ],
)
def test_an_argument_is_added_as_its_neighbours_are_written(old: str, new: str) -> None:
    code = Code(old, dedent=False)
    assert code.with_edits(repairs.insert_argument(code.call(), "n=1")) == new


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("f(a=1, b=2)", "f(a=1, n=1, b=2)"),
        ("f(\n    a=1,  # why\n    b=2,\n)", "f(\n    a=1,  # why\n    n=1,\n    b=2,\n)"),
        ("f(a=1,\n  b=2)", "f(a=1, n=1,\n  b=2)"),
    ],
)
def test_an_argument_is_added_behind_another(old: str, new: str) -> None:
    code = Code(old)
    edits = repairs.insert_argument(code.call(), "n=1", after=code.entry("a"))
    assert code.with_edits(edits) == new


def test_a_lone_generator_would_need_parentheses_first() -> None:
    code = Code("f(x for x in y)")
    assert repairs.insert_argument(code.call(), "n=1") == ()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("d = {}", 'd = {"n": 1}'),
        ('d = {"a": 1}', 'd = {"a": 1, "n": 1}'),
        ('d = {\n    "a": 1,\n}', 'd = {\n    "a": 1,\n    "n": 1,\n}'),
        ("d = {\n    **x\n}", 'd = {\n    **x,\n    "n": 1\n}'),
    ],
)
def test_an_entry_is_added_to_a_dict(old: str, new: str) -> None:
    code = Code(old)
    assert code.with_edits(repairs.insert_entry(code.dict(), '"n": 1')) == new


def test_an_edit_in_a_notebook_counts_from_its_cell() -> None:
    code = Code.notebook("import a\n", "x = 1\nf(\n    a=1,\n)\n")
    (edit,) = repairs.insert_argument(code.call(), "n=1")
    assert (edit.location.path, edit.location.cell) == ("a.ipynb", 2)
    assert (edit.location.span.line, edit.location.span.column) == (3, 9)
    assert code.with_edits([edit]).endswith("f(\n    a=1,\n    n=1,\n)\n")


# ---------------------------------------------------------------------- imports


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("import anthropic\n", "import os\n\nimport anthropic\n"),
        ("from json import loads\n", "import os\nfrom json import loads\n"),
        ("import json\nimport sys\n", "import json\nimport os\nimport sys\n"),
        ("import json\n\nimport anthropic\n", "import json\nimport os\n\nimport anthropic\n"),
        ('"""Doc."""\n\nimport sys\n', '"""Doc."""\n\nimport os\nimport sys\n'),
        (
            "#!/usr/bin/env python\n# licence\n\nimport sys\n",
            "#!/usr/bin/env python\n# licence\n\nimport os\nimport sys\n",
        ),
        (
            "from __future__ import annotations\n\nfrom a import b\n",
            "from __future__ import annotations\n\nimport os\n\nfrom a import b\n",
        ),
        ("x = 1\n", "import os\n\nx = 1\n"),
        ("import json  # noqa\nx = 1\n", "import json  # noqa\nimport os\nx = 1\n"),
        ("import sys\r\n", "import os\r\nimport sys\r\n"),
    ],
)
def test_an_import_goes_where_imports_stand(old: str, new: str) -> None:
    code = Code(old, dedent=False)
    assert code.with_edits(repairs.add_import(code.module, "os")) == new


def test_an_import_in_a_notebook_goes_into_the_first_cell_with_code() -> None:
    code = Code.notebook("%pip install anthropic\n", "%%time\nimport anthropic\n", "f()\n")
    (edit,) = repairs.add_import(code.module, "os")
    assert (edit.location.cell, edit.location.span.line) == (2, 2)


# ---------------------------------------------------------------------- the environment


def test_a_literal_becomes_a_look_into_the_environment() -> None:
    code = Code('import anthropic\n\nclient = anthropic.Anthropic(api_key="secret")\n')
    edits = repairs.read_environment(code.text("secret"), "ANTHROPIC_API_KEY")
    assert code.with_edits(edits) == dedented("""
        import os

        import anthropic

        client = anthropic.Anthropic(api_key=os.environ["ANTHROPIC_API_KEY"])
    """)


def test_an_f_string_keeps_its_quotes_to_itself() -> None:
    code = Code("""import os\nx = f"{f('secret')}"\n""")
    edits = repairs.read_environment(code.text("secret"), "KEY")
    assert code.with_edits(edits) == """import os\nx = f"{f(os.environ['KEY'])}"\n"""


def test_os_is_imported_only_once() -> None:
    code = Code('import os\nx = "secret"\n')
    edits = repairs.read_environment(code.text("secret"), "KEY")
    assert code.with_edits(edits) == 'import os\nx = os.environ["KEY"]\n'


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    import os\n\n", ""),
        ("import typing\nif typing.TYPE_CHECKING:\n    import os\n", ""),
        ("", "import os\n"),
    ],
)
def test_an_import_for_types_or_one_that_comes_later_is_none(start: str, end: str) -> None:
    code = Code(f'{start}x = "secret"\n{end}', dedent=False)
    edits = repairs.read_environment(code.text("secret"), "KEY")
    assert "import os\n" in code.with_edits(edits).removesuffix(end).replace("    import os\n", "")


def test_an_import_that_comes_before_the_call_is_one() -> None:
    code = Code('def f():\n    return "secret"\n\n\nimport os\n')
    (edit,) = repairs.read_environment(code.text("secret"), "KEY")
    assert edit.text == 'os.environ["KEY"]'


def test_a_function_that_imports_os_too_late_keeps_its_own() -> None:
    code = Code('def f():\n    x = "secret"\n    import os\n')
    assert repairs.read_environment(code.text("secret"), "KEY") == ()


def test_another_os_is_not_mistaken_for_the_module() -> None:
    code = Code('from mine import os\nx = "secret"\n')
    assert repairs.read_environment(code.text("secret"), "KEY") == ()
