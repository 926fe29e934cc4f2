"""The project that makes a library, and the examples in it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from claude_lint.cli import command_line

_PACKAGE = """
class Anthropic:
    def __init__(self):
        self.messages = Messages()

class Messages:
    def create(self, **options): ...
"""
_USE = """
from anthropic import Anthropic
Anthropic().messages.create(model="claude-opus-5-5", max_tokens=9)
"""


@pytest.mark.parametrize(
    ("path", "surfaces"), [("examples/ask.py", ["sdk"]), ("src/anthropic/ask.py", [])]
)
def test_examples_of_a_library_use_it_as_others_do(
    tmp_path: Path, path: str, surfaces: list[str]
) -> None:
    files = {"pyproject.toml": "", "src/anthropic/__init__.py": _PACKAGE, path: _USE}
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    asked = ["--isolated", "--no-cache", "--jobs", "1", "--dump-facts", str(tmp_path / path)]
    found = json.loads(CliRunner().invoke(command_line, asked).stdout)["facts"]
    sites = [site for one in found.values() for site in one]
    assert [way["surface"] for site in sites for way in site["ways"]] == surfaces


def test_an_own_function_named_like_a_library_s_is_own(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("")
    (tmp_path / "litellm.py").write_text("def completion(model): ...")
    (tmp_path / "app.py").write_text("from litellm import completion\ncompletion(model='claude-x')")
    asked = ["--isolated", "--no-cache", "--jobs", "1", "--dump-facts", str(tmp_path / "app.py")]
    assert json.loads(CliRunner().invoke(command_line, asked).stdout)["facts"] == {}
