"""Patches, as Git itself takes them."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

import rule_examples
from claude_lint.reports.patch import patch

needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="needs Git")


def patch_of(old: str | bytes, new: str | bytes, path: str = "app.py") -> str:
    as_bytes = [text.encode() if isinstance(text, str) else text for text in (old, new)]
    return patch([(path, as_bytes[0], as_bytes[1])])[0].decode("utf-8", "surrogateescape")


def test_a_patch_shows_three_lines_around_what_changes() -> None:
    old = "".join(f"line {number}\n" for number in range(1, 10))
    assert patch_of(old, old.replace("line 5", "five")) == (
        "--- a/app.py\n+++ b/app.py\n@@ -2,7 +2,7 @@\n line 2\n line 3\n line 4\n"
        "-line 5\n+five\n line 6\n line 7\n line 8\n"
    )


def test_a_missing_last_line_end_is_told() -> None:
    assert patch_of("x = 1", "x = 2").endswith(
        "-x = 1\n\\ No newline at end of file\n+x = 2\n\\ No newline at end of file\n"
    )


def test_files_without_changes_make_no_patch() -> None:
    assert patch([("app.py", b"x\n", b"x\n")]) == (b"", False)
    assert patch([]) == (b"", False)


def test_a_key_is_masked_and_that_is_told() -> None:
    key = rule_examples.make_key("api03")
    text, is_masked = patch([("app.py", f'key = "{key}"\n'.encode(), b"key = read()\n")])
    assert is_masked
    assert b'-key = "sk-ant-api03\xe2\x80\xa6"\n' in text
    assert key.encode() not in text


@needs_git
@pytest.mark.parametrize("folder", [".", "sub"])
def test_git_applies_a_patch_where_it_was_made(tmp_path: Path, folder: str) -> None:
    files = {
        "crlf.py": (b"a\r\nb\r\nc\r\n", b"a\r\nB\r\nc\r\n"),
        "cr.py": (b"a\rb\rc\r", b"a\rB\rc\r"),
        "no end.py": (b"a\nb", b"a\nB"),
        "latin.py": ("# coding: latin-1\n# é\nx = 1\n".encode("latin-1"),
                     "# coding: latin-1\n# é\nx = 2\n".encode("latin-1")),
        "bom.py": (b"\xef\xbb\xbfx = 1\n", b"\xef\xbb\xbfx = 2\n"),
        "deep/é.py": (b"x = 1\n", b"x = 2\n"),
        "page.py": (b"a\n\x0c\nb\n", b"a\n\x0c\nB\n"),
    }  # fmt: skip
    root = tmp_path / folder
    for name, (old, _) in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(old)
    subprocess.run(["git", "init", "-q", tmp_path], check=True)

    text, _ = patch([(name, old, new) for name, (old, new) in files.items()])
    subprocess.run(["git", "apply"], input=text, cwd=root, check=True)

    assert {name: (root / name).read_bytes() for name in files} == after(files)


def after(files: Mapping[str, tuple[bytes, bytes]]) -> dict[str, bytes]:
    return {name: new for name, (_, new) in files.items()}
