from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import rule_examples
from claude_lint.findings import Finding

RULES = "CL101,CL103,CL104,CL105,CL106,CL107,CL221"
URL = "https://api.anthropic.com/v1/messages"
VERSION = '"anthropic-version": "2023-06-01"'


@pytest.fixture
def check_headers(projects: Iterator[Path]) -> Callable[..., list[Finding]]:
    """Assert that exactly the marked lines of some code are reported by the rules of headers.

    `@messages` stands for the URL, `@version` for the header of the API version.
    """

    def check(code: str | dict[str, str], **options: str) -> list[Finding]:
        files = {"example.py": code} if isinstance(code, str) else code
        files = {
            path: textwrap.dedent(text)
            .removeprefix("\n")
            .replace("@messages", URL)
            .replace("@version", VERSION)
            for path, text in files.items()
        }
        root = next(projects)
        rule_examples.write_project(root, files)
        findings = rule_examples.run(root, select=RULES, **options)
        rule_examples.assert_marked(files, findings)
        return findings

    return check
