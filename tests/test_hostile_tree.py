"""A tree in which all is hostile but one file: that one is judged, and the others are named."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

GOOD = "import anthropic\n\nclient = anthropic.Anthropic()\nclient.messages.create(model='claude-2.1')\n"
TOP = "# anthropic\n"
CLIENT = "import anthropic\nclient = anthropic.Anthropic()\n"
# Too long a chain for the parsers of some Pythons, and short enough for those of others.
SOME_PYTHONS = "cannot be parsed"

# What is said of each file; None where it is judged like any other.
FILES: dict[str, tuple[str | bytes, str | None]] = {
    "nul.py": (b"# anthropic\nx = '\0'\n", "Holds a NUL byte, which Python does not allow in source"),
    "nothing_but_nul.py": (b"\0" * 5000 + b"anthropic", "Holds a NUL byte"),
    "lying_cookie.py": (b"# coding: ascii\n# anthropic \xe9\n", "Not valid ascii"),
    "unknown_cookie.py": ("# coding: klingon\n# anthropic\n", "klingon"),
    "codec_cookie.py": ("# coding: rot13\n# anthropic\n", "rot13"),
    "slow_cookie.py": ("# coding: punycode\n# anthropic" + "é" * 9000, "punycode"),
    "bom_and_cookie.py": (b"\xef\xbb\xbf# coding: latin-1\n# anthropic\n", "UTF-8 BOM"),
    "utf16.py": (TOP.encode("utf-16") + b"anthropic", "UTF-16"),
    "utf16_no_bom.py": (TOP.encode("utf-16-le") + b"anthropic", "Holds a NUL byte"),
    "utf32.py": (TOP.encode("utf-32") + b"anthropic", "UTF-32"),
    "latin1.py": (b"# anthropic\nx = '\xe9'\n", "Not valid utf-8"),
    "binary.py": (bytes(range(256)) * 40 + b"anthropic", "Not valid utf-8"),
    "elf.py": (b"\x7fELF\x02\x01\x01" + b"\0" * 90 + b"anthropic", "Holds a NUL byte"),
    "zip.py": (b"PK\x03\x04\xff\xfe anthropic", "Not valid utf-8"),
    "deep_brackets.py": (TOP + "x = " + "(" * 10_000 + ")" * 10_000, "nest"),
    "deep_lists.py": (TOP + "x = " + "[" * 5_000 + "]" * 5_000, "nest"),
    "deep_8k.py": (TOP + "x = " + "[" * 4_000 + "]" * 4_000, "nest"),
    "deep_500.py": (TOP + "x = " + "[" * 500 + "]" * 500 + "\n", "nest"),
    "deep_blocks.py": (TOP + "".join(" " * n + "if x:\n" for n in range(200)), "indent"),
    "unclosed.py": (TOP + "x = (((((\n" * 2000, "syntax error"),
    "half.py": (TOP + "def f(:\n", "syntax error"),
    "conflict.py": (TOP + "<<<<<<< HEAD\nx = 1\n=======\n", "syntax error"),
    "python2.py": (TOP + "print 'x'\n", "syntax error"),
    "notebook_no_json.ipynb": ('{"cells": [ anthropic', "Not a notebook: invalid JSON"),
    "notebook_deep.ipynb": ('{"anthropic": ' + "[" * 100_000, "Not a notebook"),
    "notebook_list.ipynb": ('["anthropic"]', "Not a notebook: the JSON is no object"),
    "notebook_3.ipynb": ('{"nbformat": 3, "x": "anthropic"}', "Notebook of format 3"),
    "notebook_cells.ipynb": ('{"nbformat": 4, "cells": ["anthropic"]}', "cell 1 is no object"),
    "too_large.py": (TOP + "x = 1\n" * 400_000, "Larger than `max-file-size`"),
    # What follows is valid, or at least code that something can be said of.
    "long_sum.py": (TOP + "x = 1" + " + 1" * 50_000 + "\n", SOME_PYTHONS),
    "long_attributes.py": (TOP + "x" + ".a" * 5_000 + "\n", SOME_PYTHONS),
    "long_elif.py": (TOP + "if a: pass\n" + "elif a: pass\n" * 3_000, SOME_PYTHONS),
    "nested_pattern.py": (TOP + "match a:\n  case " + "(" * 20 + "1" + ",)" * 20 + ": pass\n", None),
    "lone_returns.py": (GOOD.replace("\n", "\r"), None),
    "form_feeds.py": (TOP + "\f\nclass A:\n\f\n    x = 1\n\f  \n    y = 2\n", None),
    "mixed_indents.py": (TOP + "if x:\n\tif y:\n\t    z = 1\n\tw = 2\n", None),
    "long_line.py": (TOP + "x = '" + "a" * 900_000 + "'\n", None),
    "long_words.py": (TOP + "x = '" + "sk-ant-" * 120_000 + "'\n", None),
    "many_lines.py": (TOP + "\n" * 400_000, None),
    "cycle_a.py": ("from cycle_b import *\nfrom cycle_b import client\nimport anthropic\n" + GOOD, None),
    "cycle_b.py": ("from cycle_a import *\nfrom cycle_a import client\n" + TOP, None),
    "aliases.py": (CLIENT + "client = client.client\nx = x\nx.messages.create(model=x)\n", None),
    "classes.py": (CLIENT + "class A(A): a = A\nclass B(C): pass\nclass C(B): pass\nB().x()\n", None),
    "functions.py": (CLIENT + "def f(*a): return f(f(*a), *a, *a)\nf().messages.create(**f())\n", None),
    "doubling.py": (CLIENT + "x = ['a']\n" + "x = [*x, *x]\n" * 60 + "client.messages.create(x)\n", None),
    "huge_number.py": (CLIENT + "client.messages.create(max_tokens=0x" + "f" * 9_000 + ")\n", None),
    "power.py": (CLIENT + "client.messages.create(max_tokens=9 ** 9 ** 9 ** 9)\n", None),
    "annotation.py": (CLIENT + f"def f(x: '{'(' * 10_000}'): x.messages.create()\n", None),
    "escapes.py": (TOP + "x = '\\N{no such name}'\n", None),
    "surrogates.py": (CLIENT + "client.messages.create(model='claude-\\ud800')\n", None),
    "terminal\x1b[2J.py": (GOOD, None),
    "two\nlines.py": (GOOD, None),
    "co:lon,=%0A::error::.py": (GOOD, None),
    "blank and 'quote'.py": (GOOD, None),
    "é\u202e.py": (GOOD, None),
}  # fmt: skip


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("hostile")
    (root / "claude-lint.toml").write_text("max-file-size = 2_000_000\n")
    (root / "good.py").write_text(GOOD)
    for name, (content, _) in FILES.items():
        data = content.encode() if isinstance(content, str) else content
        (root / name).write_bytes(data)
    (root / os.fsdecode(b"bytes\xff.py")).write_text(GOOD)
    os.mkfifo(root / "fifo.py")
    (root / "dangling.py").symlink_to("nowhere.py")
    (root / "loop.py").symlink_to("loop.py")
    (root / "device.py").symlink_to("/dev/zero")
    (root / "folder.py").mkdir()
    (root / "circle").symlink_to(".")
    (root / "locked").mkdir()
    (root / "locked" / "secret.py").write_text(GOOD)
    (root / "locked").chmod(0)
    yield root
    (root / "locked").chmod(0o755)


def run(tree: Path, *options: str) -> subprocess.CompletedProcess[str]:
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "claude_lint", "--no-cache", "--as-of", "2026-11-24", *options, "."],
        cwd=tree, capture_output=True, text=True, encoding="utf-8", errors="surrogateescape",
    )  # fmt: skip
    assert time.monotonic() - started < 60
    return done


@pytest.mark.parametrize("jobs", ["1", "4"])
def test_the_good_file_is_judged_and_each_bad_one_named(tree: Path, jobs: str) -> None:
    done = run(tree, "--jobs", jobs, "--output-format", "json")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "internal error" not in done.stderr

    found: dict[str, list[tuple[str, str]]] = {}
    for finding in json.loads(done.stdout)["findings"]:
        found.setdefault(finding["path"], []).append((finding["code"], finding["message"]))
    assert {code for code, _ in found["good.py"]} == {"CL201", "CL220", "CL303"}
    for name, (_, expected) in FILES.items():
        said = [message for code, message in found.get(name, []) if code == "CL901"]
        if expected is None or (expected == SOME_PYTHONS and not said):
            assert (name, said) == (name, [])
        else:
            assert (name, [expected in one for one in said]) == (name, [True]), said
    for name in ("fifo.py", "dangling.py", "loop.py", "device.py", r"bytes\xff.py"):
        assert name in done.stderr
    if os.geteuid() != 0:  # for whom no folder is locked
        assert "locked" in done.stderr
