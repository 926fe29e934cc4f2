"""No key gets out: keys are planted wherever one can stand, and all that is written is searched."""

from __future__ import annotations

import json
import os
import random
import string
import subprocess
import sys
from pathlib import Path

import pytest

from claude_lint.reports import FORMATS

PIECE = 15
RNG = random.Random(6)


def new_key(kind: str = "api03") -> str:
    letters = string.ascii_letters + string.digits
    return f"sk-ant-{kind}-" + "".join(RNG.choices(letters, k=93)) + "AA"


class Planted:
    """A project full of keys."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.keys: list[str] = []
        self._write()

    def key(self, kind: str = "api03") -> str:
        self.keys.append(new_key(kind))
        return self.keys[-1]

    def _write(self) -> None:
        k = self.key
        half = k()
        self.file("source.py", f'''"""Doc {k()}."""
import anthropic, os, requests
# {k()}
KEY = "{k()}"
B = b"{k('oat01')}"
JOINED = "{half[:30]}" + "{half[30:60]}" + "{half[60:]}"
HEADERS = {{"x-api-key": f"Bearer {k()}", "Authorization": "Bearer {k('admin01')}"}}
os.environ["ANTHROPIC_API_KEY"] = "{k()}"
DEFAULT = os.getenv("ANTHROPIC_API_KEY", "{k()}")
def {k().replace("-", "_")}(x="{k()}"): print("{k()}", KEY)
client = anthropic.Anthropic(api_key="{k()}", max_retries=0)
client.messages.create(model="{k()}", max_tokens="{k()}", messages=[{{"role": "{k()}"}}])
client.messages.create(**{{"{k()}": 1, "model": "claude-2.1"}}).choices["{k()}"]
requests.post("https://api.anthropic.com/v1/messages?api_key={k()}", headers=HEADERS)
requests.post("https://{k()}:x@api.anthropic.com/v1/messages", json={{"model": "{k()}"}})
x = """
  {k()}
"""  # claude-lint: ignore[{k()}] {k()}
y = 1  # noqa: CL102 {k()}
''')  # fmt: skip
        self.file("broken.py", f"import anthropic\nx = (\nkey = '{k()}'\n# {k()}\n")
        self.file("undecodable.py", f"# anthropic {k()}\nx = '\0'\n")
        cells = [
            {"cell_type": "code", "metadata": {"a": k()}, "outputs": [{"text": [k()]}],
             "source": ["import anthropic\n", f"key = '{k()}'\n", f"!echo {k()}\n"]},
            {"cell_type": "markdown", "metadata": {}, "source": f"# {k()}"},
        ]  # fmt: skip
        whole = {"cells": cells, "metadata": {"b": k()}, "nbformat": 4, "nbformat_minor": 5}
        self.file("book.ipynb", json.dumps(whole))
        self.file("bad.ipynb", f'{{"anthropic": "{k()}", {k()}')
        self.file(f"{k()}.py", "import anthropic\nanthropic.Anthropic().messages.create()\n")
        self.file(f"{k()}/a.py", "import anthropic\nx = (\n")
        self.file("requirements.txt", f"anthropic=={k()}\n# {k()}\n")
        self.file("claude-lint.toml", f'extra-models = ["{k()}"]\n# {k()}\n')
        self.file("odd/claude-lint.toml", f'target-sdk = "{k()}"\n')
        self.file("odd2/claude-lint.toml", f'extend = "{k()}.toml"\n')
        self.file("odd3/claude-lint.toml", f'"{k()}" = 1\n')
        self.file("odd4/claude-lint.toml", f"x = {k()}\n")
        self.file("odd5/base.json", f'{{"{k()}": {k()}')

    def file(self, name: str, text: str) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


COMMANDS = [
    *(["check", "--output-format", fmt, *more] for fmt in FORMATS for more in ([], ["-v"], ["-q"])),
    ["check", "--output-format", "full", "--output-file", "report.txt", "--statistics"],
    ["check", "--output-format", "sarif", "--output-file", "report.sarif"],
    ["check", "--diff"],
    ["check", "--diff", "--unsafe-fixes", "--select", "ALL"],
    ["check", "--dump-facts"],
    ["check", "--show-files"],
    ["check", "--baseline", "new.json", "--write-baseline"],
    ["check", "--baseline", "odd5/base.json"],
    ["check", "--select", "@KEY"],
    ["check", "--baseline", "@KEY"],
    ["check", "--config", "@KEY"],
    ["check", "--target-sdk", "@KEY"],
    ["check", "--diff-base", "@KEY"],
    ["check", "@KEY"],
    ["check", "--@KEY"],
    ["check", "odd/a.py"],
    ["check", "--config", "odd2/claude-lint.toml"],
    ["check", "--config", "odd3/claude-lint.toml"],
    ["check", "--config", "odd4/claude-lint.toml"],
    ["@KEY"],
    ["explain", "@KEY"],
    ["models", "@KEY"],
    ["diagnose", "401 invalid x-api-key @KEY"],
    ["config", "source.py"],
    ["config", "odd"],
]  # fmt: skip


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Planted:
    return Planted(tmp_path_factory.mktemp("planted"))


def shown_pieces(text: str, keys: list[str]) -> list[str]:
    """Return the keys of which 15 characters in a row are in a text, their beginning aside."""
    found = []
    for key in keys:
        secret = key[12:]
        pieces = (secret[at : at + PIECE] for at in range(len(secret) - PIECE + 1))
        if any(piece in text for piece in pieces):
            found.append(key)
    return found


def environment(planted: Planted, temp: Path) -> dict[str, str]:
    return {**os.environ, "ANTHROPIC_API_KEY": planted.key(), "TMPDIR": str(temp)}


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_nothing_that_is_written_shows_a_key(
    planted: Planted, command: list[str], tmp_path: Path
) -> None:
    before = {path for path in planted.root.rglob("*") if path.is_file()}
    given = planted.key()
    done = subprocess.run(
        [sys.executable, "-m", "claude_lint", *(word.replace("@KEY", given) for word in command)],
        cwd=planted.root, capture_output=True, text=True, encoding="utf-8", errors="replace",
        env=environment(planted, tmp_path),
    )  # fmt: skip
    assert "Traceback" not in done.stderr
    assert shown_pieces(done.stdout, planted.keys) == []
    assert shown_pieces(done.stderr, planted.keys) == []
    after = {path for path in planted.root.rglob("*") if path.is_file()} - before
    for path in (*after, *(path for path in tmp_path.rglob("*") if path.is_file())):
        assert shown_pieces(path.read_bytes().decode("latin-1"), planted.keys) == [], path


def test_code_on_stdin_is_given_back_as_it_is_and_told_without_its_key(planted: Planted) -> None:
    key = planted.key()
    code = f"import anthropic\nkey = '{key}'\nmodel = 'claude-3-opus-20240229'\n"
    done = subprocess.run(
        [sys.executable, "-m", "claude_lint", "check", "--output-format", "full", "-"],
        cwd=planted.root, input=code, capture_output=True, text=True, encoding="utf-8",
    )  # fmt: skip
    assert "hardcoded-key" in done.stdout or "CL102" in done.stdout
    assert shown_pieces(done.stdout + done.stderr, [key]) == []
