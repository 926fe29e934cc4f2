"""Runs to be written out: short ways to say what was found where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from claude_lint.documents import RuleDocument
from claude_lint.findings import Edit, Finding, Fix, Location, Safety, Severity, Span
from claude_lint.reports import Run, render

SECRET_TAIL = "R2dQ-x7Ya_" + "b8Kw3Zt0Lm" * 8 + "qHAA"
KEY = "sk-ant-" + "api03-" + SECRET_TAIL
RULES_URL = "https://github.com/claude-lint/claude-lint/blob/main/rules"


def rule(code: str, name: str, **fields: Any) -> RuleDocument:
    facts: dict[str, Any] = {
        "severity": Severity.ERROR,
        "http_status": (400,),
        "since": "0.1",
        "fix": "none",
        "default": True,
        "summary": f"Reports {name}.",
        "references": (),
        "matches": (),
        "body": f"Reports {name}.\n\n## Why\n\nBecause the request fails.\n",
    }
    return RuleDocument(code=code, name=name, **{**facts, **fields})


RULES = (
    rule("CL102", "hardcoded-key", http_status=(401,)),
    rule("CL201", "missing-max-tokens", fix="unsafe"),
    rule("CL303", "retired-model", http_status=(404,)),
    rule("CL508", "client-per-call", severity=Severity.INFO, default=False, http_status=()),
)


def at(place: str, length: int = 1, *, end: tuple[int, int] | None = None) -> Location:
    """Read `app.py:3:5` or `nb.ipynb:cell 3:2:6` as a location of some length."""
    path, *cell, line, column = place.split(":")
    start = int(line), int(column)
    stop = end or (start[0], start[1] + length)
    number = int(cell[0].removeprefix("cell ")) if cell else None
    return Location(path, Span(*start, *stop), number)


def finding(place: Location | str, code: str = "CL201", **fields: Any) -> Finding:
    facts: dict[str, Any] = {
        "rule": next(rule.name for rule in RULES if rule.code == code),
        "severity": Severity.ERROR,
        "message": "This call sends no `max_tokens`",
        "fingerprint": f"print-of-{code}",
    }
    location = at(place) if isinstance(place, str) else place
    return Finding(code=code, location=location, **{**facts, **fields})


def fix(place: Location, text: str, title: str, safety: Safety = Safety.SAFE) -> Fix:
    return Fix(title, safety, (Edit(place, text),))


def run(*findings: Finding, sources: Mapping[str, str] | None = None, **fields: Any) -> Run:
    """Make a run; `sources` maps `app.py` or `nb.ipynb:cell 3` to texts."""
    texts = sources or {}

    def lines(path: str, cell: int | None) -> Sequence[str]:
        return texts.get(path if cell is None else f"{path}:cell {cell}", "").split("\n")

    facts: dict[str, Any] = {
        "files": 12,
        "relevant_files": 4,
        "as_of": date(2026, 11, 24),
        "version": "0.1.0",
    }
    return Run(findings=findings, source_lines=lines, **{**facts, **fields})


def written(
    what: Run, fmt: str, *, color: bool = False, width: int | None = 80, quiet: bool = False
) -> str:
    return render(what, fmt, color=color, width=width, rules=RULES, quiet=quiet)
