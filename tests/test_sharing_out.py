"""However the files are shared out among processes, what is said of them is the same."""

from __future__ import annotations

import multiprocessing
from datetime import date
from pathlib import Path

import pytest

from claude_lint import engine
from claude_lint.findings import Finding

APP = Path(__file__).resolve().parent.parent / "examples" / "broken_app"


def findings(jobs: int) -> tuple[Finding, ...]:
    options = engine.Options(
        paths=(APP,), as_of=date(2026, 11, 24), isolated=True, no_cache=True, jobs=jobs
    )
    return engine.run(options).findings


@pytest.mark.parametrize("method", multiprocessing.get_all_start_methods())
def test_findings_depend_on_neither_the_number_nor_the_kind_of_processes(
    method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "_WORTH_A_PROCESS", 1)
    alone = findings(jobs=1)
    assert len(alone) > 5

    monkeypatch.setattr("claude_lint.workers._start_method", lambda: method)

    assert findings(jobs=1) == alone
    assert findings(jobs=2) == alone
