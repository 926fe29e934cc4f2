"""New content for files: the bytes that change, and all that do not."""

from __future__ import annotations

import codecs
import json
import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from claude_lint.files.changes import Unwritable, changes
from claude_lint.files.rewriting import replace_file, rewrite
from claude_lint.files.source import decode_source
from claude_lint.findings import Edit, Location, Span


def rewritten(data: bytes, *edits: tuple[int, int, int, int, str], name: str = "app.py") -> bytes:
    """Rewrite with edits given by line, column, end and text."""
    source = decode_source(Path("/project") / name, name, data)
    made = [Edit(Location(name, Span(*place)), text) for *place, text in edits]
    return rewrite(source, data, changes(source, made))


# ---------------------------------------------------------------------- Python


def test_encoding_bom_and_line_ends_stay() -> None:
    data = codecs.BOM_UTF8 + "# é\r\nx = 'old'\r\ny = 'ü'".encode()
    assert rewritten(data, (2, 6, 2, 9, "new")) == (
        codecs.BOM_UTF8 + "# é\r\nx = 'new'\r\ny = 'ü'".encode()
    )


def test_a_declared_encoding_is_written_in() -> None:
    data = "# coding: latin-1\nname = 'Zoë'\nx = 1\n".encode("latin-1")
    assert rewritten(data, (3, 5, 3, 6, "'ä'")) == (
        "# coding: latin-1\nname = 'Zoë'\nx = 'ä'\n".encode("latin-1")
    )


def test_what_an_encoding_has_not_is_not_written() -> None:
    data = b"# coding: ascii\nx = 1\n"
    with pytest.raises(Unwritable, match="the new text cannot be written in ascii"):
        rewritten(data, (2, 5, 2, 6, "'…'"))


def test_bytes_that_would_not_come_back_stop_it() -> None:
    # UTF-7 may write an `o` in two ways.
    data = b"# coding: utf-7\nx = '+AG8-'\ny = 1\n"
    with pytest.raises(Unwritable, match="writing utf-7 would change other bytes, too"):
        rewritten(data, (3, 5, 3, 6, "2"))


# ---------------------------------------------------------------------- notebooks


def cell(source: str) -> str:
    return f'{{"cell_type": "code", "metadata": {{}}, "outputs": [], "source": {source}}}'


def notebook(*sources: str) -> bytes:
    """Write a notebook by hand, oddly spaced, of the JSON of its cells' sources."""
    cells = ",\n  ".join(map(cell, sources))
    end = '],\n "metadata":{}, "nbformat":4,"nbformat_minor":5}\n'
    return f'{{ "cells" : [\n  {cells}{end}'.encode()


def in_notebook(source: str, *edits: tuple[int, int, int, int, str]) -> str:
    """Rewrite the only cell of a notebook; return the JSON of its source."""
    name = "nb.ipynb"
    data = notebook(source)
    parsed = decode_source(Path("/project") / name, name, data)
    made = [Edit(Location(name, Span(*place), 1), text) for *place, text in edits]
    before, after = data.decode().split(source)
    written = rewrite(parsed, data, changes(parsed, made)).decode()
    assert written.startswith(before)
    assert written.endswith(after)
    return written[len(before) : len(written) - len(after)]


def test_one_string_stays_one() -> None:
    assert in_notebook(r'"a = 1\nb = \"x\"\n"', (2, 5, 2, 8, "'y'")) == r'"a = 1\nb = ' "'y'" r'\n"'


def test_lines_stay_a_line_each() -> None:
    source = '[\n    "f(\\n",\n    "    a,\\n",\n    ")"\n   ]'
    assert in_notebook(source, (2, 7, 2, 7, "\n    b,")) == (
        '[\n    "f(\\n",\n    "    a,\\n",\n    "    b,\\n",\n    ")"\n   ]'
    )


def test_a_line_that_goes_goes_from_the_list() -> None:
    assert in_notebook(r'["a\n", "b\n", "c"]', (2, 1, 3, 1, "")) == r'["a\n", "c"]'
    assert in_notebook(r'["a\n", "b\n", "c"]', (3, 1, 4, 1, "")) == r'["a\n", "b"]'
    assert in_notebook(r'["a\n", "b"]', (1, 1, 2, 1, "")) == r'["b"]'


def test_lines_that_become_one_are_one_in_the_list() -> None:
    assert in_notebook(r'["f(\n", "a)\n", "b"]', (1, 3, 2, 1, "")) == r'["f(a)\n", "b"]'


def test_a_line_of_one_is_followed_by_others_as_lists_are_written() -> None:
    assert in_notebook('["x = 1"]', (1, 1, 1, 1, "import os\n")) == r'["import os\n","x = 1"]'
    assert in_notebook('[\n  "x = 1"]', (1, 1, 1, 1, "import os\n")) == (
        '[\n  "import os\\n",\n  "x = 1"]'
    )


def test_escapes_that_are_not_touched_stay_as_they_are_written() -> None:
    source = r'["s = \"\u00e9\ud83d\ude00\/\"; x = 1\n", "t = \u0031"]'
    assert in_notebook(source, (1, 16, 1, 17, "2")) == (
        r'["s = \"\u00e9\ud83d\ude00\/\"; x = 2\n", "t = \u0031"]'
    )


def test_new_text_is_escaped_where_the_notebook_is_ascii() -> None:
    assert in_notebook('["x = 1"]', (1, 5, 1, 6, '"é"')) == r'["x = \"\u00e9\""]'
    assert in_notebook('["x = 1  # ü"]', (1, 5, 1, 6, '"é"')) == r'["x = \"é\"  # ü"]'


def test_a_list_whose_items_are_no_lines_keeps_those_that_are_not_touched() -> None:
    assert in_notebook(r'["x", " = 1\ny = ", "2\n"]', (1, 5, 1, 6, "3")) == (
        r'["x", " = 3\ny = ", "2\n"]'
    )


def test_several_cells_change_at_once() -> None:
    name = "nb.ipynb"
    data = notebook(r'["a = 1\n", "b = 1"]', '"c = 1"', r'["d = 1"]')
    source = decode_source(Path("/project") / name, name, data)
    edits = [Edit(Location(name, Span(1, 5, 1, 6), number), "2") for number in (1, 2, 3)]
    assert rewrite(source, data, changes(source, edits)) == notebook(
        r'["a = 2\n", "b = 1"]', '"c = 2"', r'["d = 2"]'
    )


def test_a_magic_is_left_as_it_is() -> None:
    assert in_notebook(r'["!ls\n", "x = 1"]', (2, 5, 2, 6, "2")) == r'["!ls\n", "x = 2"]'
    with pytest.raises(Unwritable, match="it would change a line that is not Python"):
        in_notebook(r'["x = !ls\n", "y = 1"]', (1, 5, 1, 6, "2"))


def test_nothing_is_put_before_a_cell_magic() -> None:
    with pytest.raises(Unwritable, match="it would put code before a cell magic"):
        in_notebook(r'["%%time\n", "x = 1"]', (1, 1, 1, 1, "import os\n"))


def test_a_change_over_two_cells_is_not_made() -> None:
    name = "nb.ipynb"
    data = notebook('"a = 1"', '"b = 1"')
    source = decode_source(Path("/project") / name, name, data)
    with pytest.raises(Unwritable, match="it would change two cells at once"):
        rewrite(source, data, changes(source, [Edit(Location(name, Span(1, 1, 2, 3), 1), "")]))


def test_what_a_notebook_says_besides_stays_byte_for_byte() -> None:
    data = notebook('"a = 1"')
    written = rewritten_cell(data)
    assert json.loads(written)["cells"][0]["source"] == "a = 2"
    assert written == data.replace(b"a = 1", b"a = 2")


def rewritten_cell(data: bytes) -> bytes:
    source = decode_source(Path("/project/nb.ipynb"), "nb.ipynb", data)
    edit = Edit(Location("nb.ipynb", Span(1, 5, 1, 6), 1), "2")
    return rewrite(source, data, changes(source, [edit]))


# ---------------------------------------------------------------------- writing


def test_a_file_is_replaced_and_keeps_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "app.py"
    path.write_bytes(b"old")
    path.chmod(0o754)
    status = path.stat()

    replace_file(path, b"new", expected=b"old", root=tmp_path)

    assert path.read_bytes() == b"new"
    after = path.stat()
    assert stat.S_IMODE(after.st_mode) == 0o754
    assert (after.st_uid, after.st_gid) == (status.st_uid, status.st_gid)
    assert os.listdir(tmp_path) == ["app.py"]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="needs root")
def test_the_owner_stays(tmp_path: Path) -> None:
    path = tmp_path / "app.py"
    path.write_bytes(b"old")
    os.chown(path, 1234, 2345)

    replace_file(path, b"new", expected=b"old", root=tmp_path)

    assert (path.stat().st_uid, path.stat().st_gid) == (1234, 2345)


def test_a_file_that_has_changed_meanwhile_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "app.py"
    for found in (b"another", b"ol", b""):
        path.write_bytes(found)
        with pytest.raises(Unwritable, match="it has changed meanwhile"):
            replace_file(path, b"new", expected=b"old", root=tmp_path)
        assert path.read_bytes() == found
    path.unlink()
    with pytest.raises(Unwritable, match="it has changed meanwhile"):
        replace_file(path, b"new", expected=b"old", root=tmp_path)
    assert os.listdir(tmp_path) == []


def test_a_link_stays_one_and_its_target_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    target = tmp_path / "real" / "app.py"
    target.write_bytes(b"old")
    link = tmp_path / "app.py"
    link.symlink_to("real/app.py")

    replace_file(link, b"new", expected=b"old", root=tmp_path)

    assert link.is_symlink()
    assert target.read_bytes() == b"new"


def test_a_link_is_not_followed_out_of_the_project(tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    target = tmp_path / "app.py"
    target.write_bytes(b"old")
    link = project / "app.py"
    link.symlink_to(target)

    with pytest.raises(Unwritable, match="a link leads out of the project"):
        replace_file(link, b"new", expected=b"old", root=project)
    assert target.read_bytes() == b"old"


def test_a_read_only_file_stays_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "app.py"
    path.write_bytes(b"old")
    # Root may write everything, so that permissions alone prove nothing here.
    monkeypatch.setattr(os, "access", lambda path, mode: mode != os.W_OK)

    with pytest.raises(Unwritable, match="it is read-only"):
        replace_file(path, b"new", expected=b"old", root=tmp_path)
    assert path.read_bytes() == b"old"


def test_a_failed_replacement_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "app.py"
    path.write_bytes(b"old")

    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(Unwritable, match="it cannot be written: No space left on device"):
        replace_file(path, b"new", expected=b"old", root=tmp_path)
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["app.py"]


_ENDLESS = """
import sys
from pathlib import Path
from claude_lint.files.rewriting import replace_file

path = Path(sys.argv[1])
old, new = b"o" * 500_000, b"n" * 600_000
while True:
    replace_file(path, new, expected=old, root=path.parent)
    print("written", flush=True)
    old, new = new, old
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="kills as POSIX does")
def test_a_process_that_is_killed_leaves_one_or_the_other(tmp_path: Path) -> None:
    path = tmp_path / "app.py"
    for delay in range(12):
        path.write_bytes(b"o" * 500_000)
        command = [sys.executable, "-c", _ENDLESS, str(path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            process.stdout.readline()  # it is at it
            time.sleep(delay / 1000)
            process.kill()
        assert path.read_bytes() in (b"o" * 500_000, b"n" * 600_000)
