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
    assert [way["surface"] for way in ways_in(tmp_path / path)] == surfaces


def test_examples_reach_the_library_by_its_package_as_well(tmp_path: Path) -> None:
    files = {
        "pyproject.toml": "",
        "instructor/__init__.py": "from .client import from_anthropic",
        "instructor/client.py": (
            "class Instructor:\n    def __init__(self, client):\n        self.messages = self\n"
            "    def create(self, **options): ...\n"
            "def from_anthropic(client):\n    return Instructor(client)\n"
        ),
        "examples/ask.py": (
            "import anthropic\nimport instructor\n"
            "client = instructor.from_anthropic(anthropic.Anthropic())\n"
            "client.messages.create(model='claude-opus-5-5', max_tokens=9)\n"
        ),
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    assert [way["library"] for way in ways_in(tmp_path / "examples/ask.py")] == ["instructor"]


def ways_in(path: Path) -> list[dict[str, object]]:
    asked = ["--isolated", "--no-cache", "--jobs", "1", "--dump-facts", str(path)]
    found = json.loads(CliRunner().invoke(command_line, asked).stdout)["facts"]
    return [way for sites in found.values() for site in sites for way in site["ways"]]


def test_an_own_function_named_like_a_library_s_is_own(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("")
    (tmp_path / "litellm.py").write_text("def completion(model): ...")
    (tmp_path / "app.py").write_text("from litellm import completion\ncompletion(model='claude-x')")
    assert ways_in(tmp_path / "app.py") == []
