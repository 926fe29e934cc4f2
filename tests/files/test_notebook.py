"""Notebooks: their Python as one module, and the way back to cells and JSON lines."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

import pytest

from claude_lint.files.encoding import Unreadable, lines
from claude_lint.files.magics import run_file, without_magics
from claude_lint.files.notebook import Aside, Cell, asides, code_of, json_line
from claude_lint.files.source import read_source
from claude_lint.findings import Location, Span


def code(source: str | list[str], **more: Any) -> dict[str, Any]:
    return {"cell_type": "code", "metadata": {}, "outputs": [], "source": source, **more}


def markdown(source: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, "source": source}


def notebook(*cells: dict[str, Any], **more: Any) -> bytes:
    whole = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5, **more}
    return json.dumps(whole, indent=1).encode()


def text_of(*cells: dict[str, Any], **more: Any) -> str:
    return code_of(notebook(*cells, **more))[0]


def test_code_cells_are_one_module_and_keep_their_raw_numbers() -> None:
    text, cells, _ = code_of(
        notebook(markdown("# Hi"), code("import a\nx = 1"), markdown("…"), code("y = x\n"))
    )
    assert text == "import a\nx = 1\ny = x\n"
    assert cells == (Cell(2, 1, 2), Cell(4, 3, 1))


def test_items_of_a_source_are_no_lines() -> None:
    text, cells, _ = code_of(notebook(code(["x = ", "1\ny", " = 2\r\n", "z = 3\r"]), code("w")))
    assert text == "x = 1\ny = 2\r\nz = 3\r\nw\n"
    assert cells == (Cell(1, 1, 3), Cell(2, 4, 1))


def test_an_empty_cell_has_no_lines() -> None:
    assert code_of(notebook(code(""), code([]), code("\n"), code("x")))[:2] == (
        "\nx\n",
        (Cell(3, 1, 1), Cell(4, 2, 1)),
    )


def test_a_notebook_without_code_has_no_text() -> None:
    assert code_of(notebook())[:2] == ("", ())


def test_a_finding_in_a_notebook_stands_in_its_cell(tmp_path: Path) -> None:
    path = tmp_path / "n.ipynb"
    path.write_bytes(notebook(code("a\nb"), markdown("m"), code("%time\nc")))
    source = read_source(path, "n.ipynb", 10_000)
    assert source.is_notebook
    assert source.locate(Span(4, 1, 4, 2)) == Location("n.ipynb", Span(2, 1, 2, 2), 3)


def test_await_at_top_level_can_be_parsed() -> None:
    assert isinstance(ast.parse(text_of(code("x = await f()"))).body[0], ast.Assign)


@pytest.mark.parametrize(
    "metadata",
    [
        {"kernelspec": {"language": "R"}},
        {"language_info": {"name": "julia"}},
        {"kernelspec": {"name": "ir"}, "language_info": {"name": "R"}},
    ],
)
def test_a_notebook_in_another_language_is_all_comments(metadata: dict[str, Any]) -> None:
    assert text_of(code("x <- 1\n\ny"), metadata=metadata) == "# <- 1\n\n#\n"


@pytest.mark.parametrize(
    "metadata",
    [{}, {"kernelspec": {"language": "python"}}, {"language_info": {"name": "ipython"}}, []],
)
def test_a_notebook_is_python_unless_it_says_otherwise(metadata: Any) -> None:
    assert text_of(code("x"), metadata=metadata) == "x\n"


def test_a_cell_that_vs_code_shows_in_another_language_is_comments() -> None:
    sql = code("select 1\nx", metadata={"vscode": {"languageId": "sql"}})
    python = code("y", metadata={"vscode": {"languageId": "python"}})
    assert text_of(sql, python) == "#elect 1\n#\ny\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("%matplotlib inline\n", "#matplotlib inline\n"),
        ("%%time\nx = 1\n", "#%time\nx = 1\n"),
        ("\n# note\n%%capture out\nx = 1\n", "\n# note\n#%capture out\nx = 1\n"),
        ("%%timeit -n 3\n%%capture\nx\n", "#%timeit -n 3\n#%capture\nx\n"),
        ("%%bash\nexport A=1\n\n  ls\n", "#%bash\n#xport A=1\n\n# ls\n"),
        ("%%writefile a.txt\nimport x\n", "#%writefile a.txt\n#mport x\n"),
        ("%sql select *\nfrom x\n", "#sql select *\n#rom x\n"),
        ("!pip install anthropic\n", "#pip install anthropic\n"),
        ("!pip install \\\n  a \\\n  b\nx\n", "#pip install \\\n# a \\\n# b\nx\n"),
        ("files = !ls *.py\n", "files = _#s *.py\n"),
        ("a, b = %time f()\n", "a, b = _#ime f()\n"),
        ("a.b[0] = !ls\n", "a.b[0] = _#s\n"),
        ("if x:\n    !ls\n", "if x:\n    _#s\n"),
        ("if x:\n    !\n", "if x:\n    _\n"),
        ("if x:\r\n\t%cd ..\r\n", "if x:\r\n\t_#d ..\r\n"),
        ("json.loads?\n", "#son.loads?\n"),
        ("x??\n", "#??\n"),
        ("?x\n", "#x\n"),
        ("*load*?", "#load*?"),
        ("pip install anthropic\n", "#ip install anthropic\n"),
        ("cd ..\n", "#d ..\n"),
        ("ls *.py\n", "#s *.py\n"),
        ("cat > x\n", "#at > x\n"),
        ("!echo it's (\nx = 1\n%cd\n", "#echo it's (\nx = 1\n#cd\n"),
    ],
)
def test_what_only_ipython_understands_becomes_a_comment(before: str, after: str) -> None:
    assert without_magics(before) == after
    assert list(map(len, lines(before))) == list(map(len, lines(after)))
    ast.parse(after)


def test_a_cell_that_is_written_to_a_file_of_python_has_no_magics_but_its_own() -> None:
    cell = "# note\n%%writefile a.py\nx = (7\n%3)\n"
    assert without_magics(cell) == "# note\n#%writefile a.py\nx = (7\n%3)\n"


def test_what_is_run_becomes_an_import() -> None:
    text = without_magics("x = 1\n%run './a b.py'\nif x:\n    run c\n")
    tree = ast.parse(text)
    named = [node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    assert [run_file(name or "") for name in named] == ["./a b.py", "c"]
    assert len(lines(text)) == 4
    assert run_file("_run_tests") is run_file("_run_ff") is None


@pytest.mark.parametrize(
    "python",
    [
        "x = '''\n%cd\n!ls\n'''\n",
        'x = """a\\"""\n!b\n"""\n',
        "x = (7\n%3)\n",
        "x = 7 \\\n% 3\n",
        "x = 'a\\\n!b'\n",
        "x = y % 3\n",
        "x %= 3\n",
        "x != 3\n",
        "print('x = %d' % 3)\n",
        "print('done?')\n",
        "# why?\n",
        "x = '# not a comment'\n(\n'?', 1)\n",
        "ls = []\n",
        "ls += [1]\n",
        "ls: list[int] = []\n",
        "ls\n",
        "time (3)\n",
        "run in (1, 2)\n",
        "config == 3\n",
        "env, b = 1, 2\n",
        "cat //= 2\n",
        "time; x\n",
        "x = {\n'a': '''(''',\n}\n",
        "",
    ],
)
def test_python_is_left_alone(python: str) -> None:
    ast.parse(python)
    assert without_magics(python) == python


def test_an_unclosed_string_spoils_only_its_line() -> None:
    assert without_magics("x = 'it\n%cd\n") == "x = 'it\n#cd\n"


def refusal(data: bytes) -> tuple[str, Span | None]:
    with pytest.raises(Unreadable) as caught:
        code_of(data)
    return str(caught.value), caught.value.span


@pytest.mark.parametrize(
    ("data", "message", "span"),
    [
        (
            b'{"cells": [],\n "a" 1}',
            "Not a notebook: invalid JSON (Expecting ':' delimiter)",
            Span(2, 6, 2, 7),
        ),
        (b"", "Not a notebook: invalid JSON (Expecting value)", Span(1, 1, 1, 2)),
        (b"[" * 100_000, "Not a notebook: JSON nested too deeply", None),
        (b"[]", "Not a notebook: the JSON is no object", None),
        (b"{}", "Not a notebook: there is no `nbformat`", None),
        (b'{"nbformat": 3}', "Notebook of format 3; only format 4 can be read", None),
        (b'{"nbformat": 4}', "Not a notebook: there are no `cells`", None),
        (notebook(code(None)), "Not a notebook: cell 1 has no `source`", None),  # type: ignore[arg-type]
        (notebook(code([1])), "Not a notebook: cell 1 has no `source`", None),  # type: ignore[list-item]
        (b'{"nbformat": 4, "cells": [1]}', "Not a notebook: cell 1 is no object", None),
        (b"{\xff}", "Not valid utf-8: byte 0xff", Span(1, 2, 1, 3)),
    ],
)
def test_what_is_no_notebook_is_refused(data: bytes, message: str, span: Span | None) -> None:
    assert refusal(data) == (message, span)


def test_characters_that_python_refuses_are_replaced() -> None:
    assert text_of(code("x = '\ud800\0'")) == "x = '\ufffd\ufffd'\n"


def test_a_huge_number_costs_no_time() -> None:
    data = notebook(code("x")).replace(b'"nbformat_minor": 5', b'"n": ' + b"9" * 900_000)
    assert code_of(data)[0] == "x\n"


def test_a_byte_order_mark_is_kept_apart() -> None:
    assert code_of(b"\xef\xbb\xbf" + notebook(code("x")))[2] == b"\xef\xbb\xbf"


def test_texts_of_outputs_are_given_with_their_cell(tmp_path: Path) -> None:
    path = tmp_path / "n.ipynb"
    outputs = [
        {"output_type": "stream", "name": "stdout", "text": ["a\n", "b"]},
        {
            "output_type": "display_data",
            "data": {"text/plain": "p", "image/png": "iVBOR", "application/json": {"k": [1, "v"]}},
        },
        {"output_type": "error", "ename": "E", "evalue": "e", "traceback": ["t", "u"]},
    ]
    path.write_bytes(notebook(markdown("m"), code("x", outputs=outputs), code("y")))
    found = [aside for aside in asides(path, 10_000) if aside.kind == "output"]
    texts = {aside.text for aside in found}
    assert {"a\nb", "p", "v", "e", "tu"} <= texts
    assert "iVBOR" not in texts
    assert {aside.cell for aside in found} == {2}


def test_what_stands_beside_code_and_outputs_is_given_as_well(tmp_path: Path) -> None:
    path = tmp_path / "n.ipynb"
    told = code("x", metadata={"note": "n"}, id="abc")
    path.write_bytes(notebook(markdown("# m"), told, metadata={"kernel": ["k", {"l": "m"}]}))
    found = list(asides(path, 10_000))
    assert Aside(1, "prose", "# m") in found
    assert {Aside(2, "metadata", text) for text in ("note", "n", "abc")} <= set(found)
    assert {Aside(None, "metadata", text) for text in ("kernel", "k", "l", "m")} <= set(found)


def test_a_line_of_a_cell_is_found_in_the_json(tmp_path: Path) -> None:
    path = tmp_path / "n.ipynb"
    data = notebook(
        markdown("source"),
        code(["x = ':'\n", "", "y", " = 2\n", "z"], id='a"source'),
        code("one\nstring"),
        code([]),
        metadata={"cells": [{"source": ["no"]}]},
    )
    path.write_bytes(data)
    raw = data.decode().split("\n")
    shown = {(2, 1): "x = ':'", (2, 2): '"y"', (2, 3): '"z"', (3, 1): "one", (3, 2): "one"}
    for (cell, line), text in shown.items():
        assert text in raw[json_line(path, cell, line) - 1]
    assert json_line(path, 2, 99) == json_line(path, 2, 3)
    assert json_line(path, 4, 1) == json_line(path, 9, 1) == 1


def test_a_notebook_that_is_gone_or_broken_has_its_findings_in_line_1(tmp_path: Path) -> None:
    path = tmp_path / "n.ipynb"
    assert json_line(path, 1, 1) == 1
    for broken in ('"', "]]]]:", '{"cells": [{"source": "a', '{"cells": [["x", "\\q"', "{\xff"):
        path.write_bytes(broken.encode("latin-1"))
        assert json_line(path, 1, 1) == 1
