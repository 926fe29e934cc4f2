"""The check on real packages: its data, and how it compares. The packages are not fetched here."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

TOOL = Path(__file__).parents[1] / "tools" / "ecosystem.py"


@pytest.fixture(scope="module")
def ecosystem() -> ModuleType:
    spec = importlib.util.spec_from_file_location("ecosystem", TOOL)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["ecosystem"] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


def test_each_recorded_warning_is_judged_with_a_reason(ecosystem: ModuleType) -> None:
    _as_of, packages = ecosystem.read_packages([])
    findings = ecosystem.read_findings()
    assert {finding.package for finding in findings} <= {package.name for package in packages}
    assert findings == sorted(findings)
    for finding in findings:
        judged = (finding.verdict in ("right", "wrong"), bool(finding.reason))
        assert judged == (finding.counts, finding.counts), finding


def test_nearly_all_of_them_are_right(ecosystem: ModuleType) -> None:
    judged = [finding for finding in ecosystem.read_findings() if finding.counts]
    wrong = [finding.rule for finding in judged if finding.verdict == "wrong"]
    assert len(wrong) <= 0.03 * len(judged)
    for rule in set(wrong):
        assert wrong.count(rule) <= 0.1 * sum(finding.rule == rule for finding in judged)


def test_what_is_new_and_what_is_gone_is_told(ecosystem: ModuleType) -> None:
    kept = ecosystem.Finding("p", "a.py", 1, 2, "retired-model", "error", "right", "sent")
    gone = ecosystem.Finding("p", "b.py", 3, 4, "missing-retry", "warning", "wrong", "no request")
    new = ecosystem.Finding("p", "c.py", 5, 6, "bearer-auth", "warning")
    found = {ecosystem.Finding(*kept.place): "kept", new: "A key is sent as Bearer"}
    assert list(ecosystem.compare([kept, gone], found)) == [
        "+ p/c.py:5:6: warning: bearer-auth: A key is sent as Bearer",
        "- p/b.py:3:4: warning: missing-retry (wrong: no request)",
    ]
    assert list(ecosystem.precision([kept, gone])) == [
        "all rules: 1 of 2 are right (50.0%)",
        "missing-retry: 0 of 1 are right (0.0%)",
    ]
