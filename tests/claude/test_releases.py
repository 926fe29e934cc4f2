from __future__ import annotations

import datetime
from pathlib import Path

import pytest
from packaging.version import Version

from claude_lint.claude.catalog import load
from claude_lint.claude.catalog.releases import from_release, in_majors, short
from claude_lint.claude.catalog.target import Target, target_for
from claude_lint.findings import Severity

CATALOG = load()
TODAY = datetime.date(2026, 11, 24)


def target(sdk: str | None) -> Target:
    nowhere = Path("/nowhere")
    return target_for(nowhere / "app.py", nowhere, CATALOG, TODAY, sdk=sdk)


@pytest.mark.parametrize(
    ("sdk", "since", "expected"),
    [
        (None, "0.39.0", (True, "anthropic 0.39 and later")),
        (None, "1.0.0", (True, "anthropic 2")),
        ("0", "1.0.0", None),
        ("==0.38.0", "0.39.0", None),
        ("==0.39.0", "0.39.0", (True, "anthropic 0.39 and later")),
        ("<0.39", "0.39.0", None),
        (">0.30,<0.38", "0.39.0", None),
        ("~=0.38.1", "0.39.0", None),
        (">=0.38", "0.39.0", (False, "anthropic 0.39 and later")),
        (">=0.39", "0.39.0", (True, "anthropic 0.39 and later")),
        (">=0.39,<2", "1.0.0", (False, "anthropic 1")),
        (">=0.39", "1.0.0", (False, "anthropic 1 and 2")),
        ("1", "2.0.0", None),
    ],
)
def test_a_release_divides_what_a_target_admits(
    sdk: str | None, since: str, expected: tuple[bool, str] | None
) -> None:
    extent = from_release(target(sdk), CATALOG, Version(since))
    assert (extent and (extent.is_all, extent.words)) == expected


def test_majors_are_named_where_they_are_not_all() -> None:
    some = in_majors(target(">=0.40"), {0, 1})
    assert some is not None
    assert some.severity is Severity.WARNING
    assert some.qualify("It fails") == "It fails with anthropic 0 and 1"
    everything = in_majors(target(">=0.40,<2"), {0, 1, 2})
    assert everything is not None
    assert everything.severity is None
    assert everything.qualify("It fails") == "It fails"
    assert in_majors(target("0"), {1, 2}) is None


def test_versions_are_shown_without_what_says_nothing() -> None:
    assert [short(Version(text)) for text in ("1.0.0", "0.39.0", "0.39.1")] == [
        "1.0",
        "0.39",
        "0.39.1",
    ]
