"""The cache gives what a run without it gives, and forgets when anything changes."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

import rule_examples
from claude_lint import cache, engine
from claude_lint.engine import Options, Report

KEY = rule_examples.make_key("api03")
CODE = f"""import anthropic

client = anthropic.Anthropic(api_key="{KEY}")
client.messages.create(model="claude-opus-5-5", messages=[])
"""
DAY = date(2026, 11, 24)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path(".claude-lint.toml").write_text("")
    Path("requirements.txt").write_text("anthropic<1\n")
    Path("other.py").write_text("LIMIT = 1\n")
    Path("app.py").write_text(CODE)
    # As if the files had been there for a while.
    now = time.time() + 100
    monkeypatch.setattr(cache, "_now", lambda: now)
    return tmp_path


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Count the files that each run hands to workers."""
    counts: list[int] = []
    real = engine._judge

    def counting(tasks, *rest):  # type: ignore[no-untyped-def]
        tasks = list(tasks)
        counts.append(len(tasks))
        return real(tasks, *rest)

    monkeypatch.setattr(engine, "_judge", counting)
    return counts


def run(**options: object) -> Report:
    return engine.run(Options(**{"as_of": DAY, **options}))  # type: ignore[arg-type]


def test_a_hit_says_what_was_said_and_starts_no_worker(judged: list[int]) -> None:
    first = run()
    assert [finding.code for finding in first.findings][:1] == ["CL102"]
    assert run().findings == first.findings == run(no_cache=True).findings
    assert judged == [1, 1]


@pytest.mark.parametrize(
    "change",
    [
        lambda: Path("other.py").write_text("import app\nLIMIT = 1\n"),
        lambda: Path("requirements.txt").write_text("anthropic<2\n"),
        lambda: Path("uv.lock").write_text(""),
        lambda: Path("new.py").write_text(""),
        lambda: os.unlink("other.py"),
    ],
    ids=["new import", "requirements", "new lock file", "new file", "removed file"],
)
def test_a_change_in_the_project_invalidates(
    change: Callable[[], object], judged: list[int]
) -> None:
    run()
    change()
    run()
    assert judged == [1, 1]


@pytest.mark.parametrize("name", ["../shared.txt", "deeper/pins", "missing.txt"])
def test_a_change_in_what_requirements_take_in_is_seen(name: str, judged: list[int]) -> None:
    project = Path("project")
    (project / "deeper").mkdir(parents=True)
    (project / ".claude-lint.toml").write_text("")
    (project / "app.py").write_text(CODE)
    (project / "requirements.txt").write_text(f"-r {name}\n")
    (project / "deeper/pins").write_text("anthropic<1\n")
    Path("shared.txt").write_text("anthropic<1\n")
    for count in (1, 1):
        run(paths=("project",))
        assert len(judged) == count
    (project / name).write_text("anthropic<2\n")
    run(paths=("project",))
    assert len(judged) == 2


def test_a_change_in_what_was_not_looked_at_costs_nothing(judged: list[int]) -> None:
    run()
    Path("other.py").write_text("LIMIT = 2\n")
    run()
    assert judged == [1]


ASK = """import anthropic

from settings import MODEL

def ask(limit):
    return anthropic.Anthropic().messages.create(model=MODEL, max_tokens=limit, messages=[])
"""


@pytest.mark.parametrize(
    ("path", "before", "after", "codes"),
    [
        ("settings.py", 'MODEL = "claude-opus-5-5"', 'MODEL = "claude-2.1"', ["CL303"]),
        (
            "use.py",
            "from ask import ask\nask(10)",
            "from ask import ask\nask(9_000_000)",
            ["CL202", "CL203"],
        ),
        ("base.py", 'LATEST = "claude-opus-5-5"', 'LATEST = "claude-2.1"', ["CL303"]),
    ],
    ids=["what it imports", "what calls it", "what that imports"],
)
def test_a_change_in_what_was_looked_at_is_seen(
    path: str, before: str, after: str, codes: list[str]
) -> None:
    Path("app.py").unlink()
    Path("ask.py").write_text(ASK)
    Path("settings.py").write_text("from base import LATEST\nMODEL = LATEST\n")
    Path("base.py").write_text('LATEST = "claude-opus-5-5"\n')
    Path(path).write_text(before + "\n")
    found = [{finding.code for finding in run().findings}]
    Path(path).write_text(after + "\n")
    found += [{finding.code for finding in run(**how).findings} for how in ({}, {"no_cache": True})]
    assert found[1] == found[2]
    assert found[1] - found[0] == set(codes)


@pytest.mark.parametrize(
    "other",
    [
        {"as_of": date(2026, 11, 25)},
        {"select": "CL1"},
        {"target_sdk": "2"},
        {"target_api": "2023-06-01"},
    ],
)
def test_another_question_is_not_answered_from_the_cache(
    other: dict[str, object], judged: list[int]
) -> None:
    run()
    assert run(**other).findings == run(no_cache=True, **other).findings
    assert judged == [1, 1, 1]


def test_what_concerns_the_run_alone_is_answered_from_the_cache(judged: list[int]) -> None:
    run()
    judged.clear()
    run(baseline="known.json", write_baseline=True)
    Path(".claude-lint.toml").write_text('baseline = "known.json"\nfail-on = "error"\n')
    run()
    assert judged == []
    Path(".claude-lint.toml").write_text('severity = { CL2 = "info" }\n')
    run()
    assert judged == [1]


def test_another_version_invalidates(monkeypatch: pytest.MonkeyPatch, judged: list[int]) -> None:
    run()
    monkeypatch.setattr(cache, "_tool", lambda: "another")
    run()
    assert judged == [1, 1]


def test_what_was_changed_a_moment_ago_is_not_kept(
    monkeypatch: pytest.MonkeyPatch, judged: list[int]
) -> None:
    now = os.stat("app.py").st_mtime + 1
    monkeypatch.setattr(cache, "_now", lambda: now)
    run()
    run()
    assert judged == [1, 1]


@pytest.mark.parametrize("damage", ["", "[]", "{}", '{"key": "x"}', "\0", "[" * 100_000])
def test_a_damaged_entry_is_rebuilt(damage: str, judged: list[int]) -> None:
    first = run()
    (entry, imports) = sorted(Path(".claude-lint-cache").glob("*.json"))
    assert imports.name == "imports.json"
    entry.write_text(damage)
    imports.write_text(damage)
    assert run().findings == run().findings == first.findings
    assert judged == [1, 1]


def test_no_key_is_written_down(folder: Path) -> None:
    assert "CL102" in {finding.code for finding in run().findings}
    written = [path.read_text() for path in (folder / ".claude-lint-cache").iterdir()]
    assert len(written) == 4
    assert not any(KEY[20:] in text or KEY[13:30] in text for text in written)


def test_a_folder_that_cannot_be_written_costs_only_speed(folder: Path) -> None:
    (folder / "taken").write_text("")
    assert run(cache_dir=folder / "taken").findings == run(no_cache=True).findings


def test_fixes_and_facts_go_round_the_cache(judged: list[int]) -> None:
    run()
    run(dump_facts=True)
    assert judged == [1, 1]
