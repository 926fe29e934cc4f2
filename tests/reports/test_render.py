"""What holds for every format."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from claude_lint.findings import Related
from claude_lint.reports import FORMATS, Note, render
from reports.sample import KEY, SECRET_TAIL, at, finding, fix, run, written


@pytest.mark.parametrize("fmt", FORMATS)
def test_no_format_shows_a_key_that_a_check_forgot_to_mask(fmt: str) -> None:
    place = at("app.py:1:12", len(KEY) + 2)
    leak = finding(
        place,
        "CL102",
        message=f"{KEY} is in the source",
        help=f"Rotate {KEY}",
        fix=fix(place, f'"{KEY}"', f"Replace {KEY}"),
        related=(Related(place, f"{KEY} again"),),
        fingerprint=KEY,
    )
    source = {"app.py": f'API_KEY = "{KEY}"'}
    text = written(run(leak, sources=source, notes=(Note(f"{KEY} in a note"),)), fmt)
    assert "sk-ant-api03" in text
    assert SECRET_TAIL[:8] not in text


@pytest.mark.parametrize("fmt", FORMATS)
def test_no_format_lets_source_or_names_steer_the_terminal(fmt: str) -> None:
    hostile = "\x1b[2J\x07\u202e\u2028"
    odd = finding(f"{hostile}.py:1:1", message=hostile, help=hostile)
    text = written(run(odd, sources={f"{hostile}.py": f"call({hostile})"}), fmt)
    assert not set("\x1b\x07\u202e\u2028") & set(text)


@pytest.mark.parametrize("fmt", FORMATS)
def test_a_file_name_that_is_no_text_can_be_written_out(fmt: str) -> None:
    text = written(run(finding("caf\udce9.py:1:1")), fmt)
    text.encode("utf-8")
    assert "caf" in text


@pytest.mark.parametrize("fmt", FORMATS)
def test_the_same_run_is_written_the_same_way(fmt: str) -> None:
    what = run(finding("a.py:1:1"), finding("b.py:2:1", "CL303"))
    assert written(what, fmt) == written(what, fmt)


def test_an_unknown_format_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown output format 'xml', expected one of full"):
        render(run(), "xml", color=False, width=80, rules=())


@pytest.mark.parametrize("fmt", FORMATS)
def test_rich_is_imported_only_to_draw_code(fmt: str) -> None:
    found = "" if fmt == "full" else "at('a.py:1:1')"
    code = (
        "import sys; from reports.sample import at, finding, run, written; "
        f"written(run(*map(finding, [{found}])), {fmt!r}); "
        "print([name for name in ('rich', 'libcst', 'markdown_it') if name in sys.modules])"
    )
    tests = Path(__file__).parents[1]
    told = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tests
    )
    assert told.stdout == "[]\n"
