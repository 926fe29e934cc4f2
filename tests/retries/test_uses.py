"""Uses of retries, tried on the real libraries: what is sent, and what claude-lint says of it.

Each document here is a library; a heading names a use, and its fence says how many requests go out
when each is answered with one status. `CLAUDE_LINT_RETRIES` names a Python with the libraries;
`nox -s retries` makes one. Without it only claude-lint's side is tried.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import rule_examples
from claude_lint import documents
from claude_lint.findings import Finding

Lint = Callable[..., list[Finding]]

PYTHON = os.environ.get("CLAUDE_LINT_RETRIES", "")
HERE = Path(__file__).parent
STATUSES = (429, 529, 400)
ENDLESS = 12  # requests, as in run_use.py
# Libraries whose waiting is not done by this process, or not in its eager mode.
UNTIMED = {"celery", "curl"}
# Each request of these is another one.
SOMETHING_ELSE = {"`for` over models"}
# What depends on more than is in the code, and what a task queue may leave to its settings.
SILENT_ALL_THE_SAME = {
    '`Retry(…, allowed_methods=["POST"])` alone, where no `retry-after` comes',
    "`RetryClient()`, which repeats 5xx only",
}
# Tables of the rules' documents, and the libraries that each is about.
TABLE_HEAD = "| library | use | 429 | 529 | 400 | reported |\n|---|---|---|---|---|---|\n"
TRANSPORTS = {"requests", "urllib3", "httpx", "httpx2", "httpx-retries", "aiohttp-retry"}

_HEADING = re.compile(r"^## (.+)$", re.M)
_FENCE = re.compile(r"^```python(.*)\n((?:.*\n)*?)```$", re.M)


@dataclass(frozen=True)
class Use:
    """`requests` holds, for each status, how many are sent: a number, or `endless`."""

    library: str
    name: str
    code: str
    requests: dict[int, str]

    @property
    def rules(self) -> list[str]:
        return sorted({rule for _, _, _, rule in rule_examples.marks({"use.py": self.code})})

    @property
    def row(self) -> str:
        """The use as a row of a table."""
        counts = " | ".join(self.requests[status] for status in STATUSES)
        return f"| {self.library} | {self.name} | {counts} | {', '.join(self.rules)} |"


def _uses() -> list[Use]:
    found = []
    for path in sorted(HERE.glob("*.md")):
        start, *parts = _HEADING.split(path.read_text(encoding="utf-8"))
        (shared,) = (code for _, code in _FENCE.findall(start))
        library = start.splitlines()[0].removeprefix("# ")
        for name, part in zip(parts[::2], parts[1::2], strict=True):
            ((words, code),) = _FENCE.findall(part)
            counts = dict(word.split("=") for word in words.split())
            requests = {int(status): count for status, count in counts.items()}
            found.append(Use(library, name, f"{shared}\n\n{code}", requests))
    return found


USES = _uses()
each_use = pytest.mark.parametrize("use", USES, ids=lambda use: f"{use.library}: {use.name}")


def _measured(use: Use) -> dict[str, Any]:
    given = {"code": rule_examples.without_markers(use.code), "statuses": STATUSES}
    run = subprocess.run(
        [PYTHON, str(HERE / "run_use.py")],
        input=json.dumps(given),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert run.returncode == 0, run.stderr
    found: dict[str, Any] = json.loads(run.stdout)
    return found


def _count(requests: int) -> str:
    return "endless" if requests > ENDLESS else str(requests)


@each_use
def test_claude_lint_says_of_a_use_what_is_marked(use: Use, check: Lint) -> None:
    check({"use.py": use.code})


@pytest.mark.skipif(not PYTHON, reason="CLAUDE_LINT_RETRIES names no Python with the libraries")
@each_use
def test_a_use_sends_as_often_as_its_document_says(use: Use) -> None:
    measured = _measured(use)
    counts = {status: _count(measured[str(status)]["requests"]) for status in STATUSES}
    assert counts == use.requests, [one["error"] for one in measured.values()]
    waits = measured["429"]["waits"]
    if "retry-without-backoff" in use.rules:
        assert not waits or use.requests[429] == "endless" or len(set(waits)) == 1
    elif counts[429] != "1" and use.library not in UNTIMED and not use.rules:
        assert max(waits) > 0


@each_use
def test_what_is_reported_is_what_happens(use: Use) -> None:
    count, rules = use.requests[429], use.rules
    if rules in (["missing-retry"], ["ineffective-retry"], ["disabled-retry"]):
        assert count == "1" or use.name in SOMETHING_ELSE
    elif not rules:
        assert count not in ("1", "endless") or use.name in SILENT_ALL_THE_SAME
    assert ("retried-client-error" in rules) == (
        use.requests[400] != "1" and use.name not in SOMETHING_ELSE
    )


@pytest.mark.parametrize("library", sorted({use.library for use in USES} - {"curl"}))
def test_each_library_has_three_right_uses_and_two_wrong_ones(library: str) -> None:
    reported = [bool(use.rules) for use in USES if use.library == library]
    assert (reported.count(False) >= 3, reported.count(True) >= 2) == (True, True)


@pytest.mark.parametrize("rule", ["missing-retry", "ineffective-retry"])
def test_the_rule_s_document_has_the_uses_as_a_table(rule: str) -> None:
    body = next(one for one in documents.load() if one.name == rule).body
    is_transport = rule == "ineffective-retry"
    wanted = [use.row for use in USES if (use.library in TRANSPORTS) == is_transport]
    start = body.index(TABLE_HEAD) + len(TABLE_HEAD)
    assert body[start:].split("\n\n")[0].splitlines() == wanted
