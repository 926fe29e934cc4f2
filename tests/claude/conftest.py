"""Projects of one file, and what the calls in them send."""

from __future__ import annotations

import datetime
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from claude_lint.checker import Checker, CheckSettings
from claude_lint.claude.dump import dump
from claude_lint.configuration.settings import load_settings
from claude_lint.files.source import read_source

Facts = Callable[..., list[dict[str, Any]]]
URL = "https://api.anthropic.com/v1/messages"


@pytest.fixture
def facts(tmp_path: Path) -> Facts:
    """Return every way in which code can send, in source order; `@messages` stands for the URL."""

    def facts(code: str, **settings: Any) -> list[dict[str, Any]]:
        path = tmp_path / "example.py"
        path.write_text(textwrap.dedent(code).lstrip("\n").replace("@messages", URL))
        found = load_settings(path, config=None, isolated=True)
        for name, value in settings.items():
            object.__setattr__(found, name, value)
        checker = Checker(CheckSettings(datetime.date(2026, 11, 24), tmp_path, found))
        module = checker.project.module(read_source(path, path.name, 10**6))
        return [way for site in dump(checker._view(module)) for way in site["ways"]]

    return facts
