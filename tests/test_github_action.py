"""The action, as far as it runs without GitHub."""

from __future__ import annotations

import importlib.util
import json
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

PROJECT = Path(__file__).parents[1]
COMMAND = [sys.executable, "-c", "from claude_lint.cli import main; main()"]
BAD = 'import anthropic\nM = "claude-2.1"\nanthropic.Anthropic(max_retries=0).messages.create()\n'


@pytest.fixture
def action(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script, with an empty repository as the working directory."""
    spec = importlib.util.spec_from_file_location("action", PROJECT / "tools" / "github_action.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    (tmp_path / "repository" / ".git").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "repository")
    return module


def _environment(folder: Path, **inputs: str) -> dict[str, str]:
    return {
        "GITHUB_STEP_SUMMARY": str(folder / "summary.md"),
        "GITHUB_OUTPUT": str(folder / "output.txt"),
        "INPUT_PATHS": ".",
        "INPUT_OPTIONS": "",
        **inputs,
    }


def test_findings_are_marked_summed_up_and_written_as_sarif(
    action: ModuleType, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    Path("app.py").write_text(BAD)
    verdict = action.lint(COMMAND, tmp_path, _environment(tmp_path, INPUT_OPTIONS="--select CL3"))

    assert verdict == 1
    assert "::warning title=claude-lint (CL303),file=app.py,line=2," in capfd.readouterr().out
    output = (tmp_path / "output.txt").read_text()
    assert output == f"findings=1\nsarif-file={tmp_path / 'claude-lint.sarif'}\n"
    [sarif] = json.loads((tmp_path / "claude-lint.sarif").read_text())["runs"]
    assert [result["ruleId"] for result in sarif["results"]] == ["CL303"]
    summary = (tmp_path / "summary.md").read_text()
    assert summary.startswith("### claude-lint: 1 warning\n")
    assert re.search(r"\| \[CL303 retired-model\]\(https://.*\) \| warning \| 1 \|", summary)
    assert re.search(r"\| app\.py:2 \| Model `claude-2\.1` was retired on .* \|", summary)


def test_a_clean_repository_passes(action: ModuleType, tmp_path: Path) -> None:
    Path("app.py").write_text("import anthropic\n")
    assert action.lint(COMMAND, tmp_path, _environment(tmp_path)) == 0
    assert "all checks passed" in (tmp_path / "summary.md").read_text()
    assert "findings=0\n" in (tmp_path / "output.txt").read_text()


def test_wrong_options_fail_the_step_and_leave_no_report(
    action: ModuleType, tmp_path: Path
) -> None:
    assert action.lint(COMMAND, tmp_path, _environment(tmp_path, INPUT_OPTIONS="--nonsense")) == 2
    assert not (tmp_path / "output.txt").exists()


def test_paths_are_lines(action: ModuleType, tmp_path: Path) -> None:
    Path("a b.py").write_text(BAD)
    Path("other.py").write_text(BAD)
    action.lint(COMMAND, tmp_path, _environment(tmp_path, INPUT_PATHS="a b.py\n"))
    report = json.loads((tmp_path / "claude-lint.json").read_text())
    assert {one["path"] for one in report["findings"]} == {"a b.py"}


def test_what_is_long_or_odd_stays_a_table(action: ModuleType) -> None:
    one = {
        "code": "CL201",
        "rule": "missing-max-tokens",
        "severity": "error",
        "url": "u",
        "path": "a|b.py",
        "cell": 3,
        "line": 7,
        "message": "a | b\nc",
    }
    counts = {"errors": 60, "warnings": 0, "infos": 0, "files": 1, "relevant_files": 1}
    text = action.summary({"findings": [one] * 60, "summary": counts})
    assert "| a\\|b.py:cell 3:7 | a \\| b c |" in text
    assert text.endswith("| | … and 10 more |\n")


def test_every_action_of_others_is_pinned() -> None:
    files = [PROJECT / "action.yml", *PROJECT.glob("docs/*.md")]
    used = [
        (match[1], match[2])
        for file in files
        for match in re.finditer(r"uses: (\S+?)@(.+)", file.read_text("utf-8"))
        if not match[1].startswith("claude-lint/")
    ]
    assert used
    for name, version in used:
        assert re.fullmatch(r"[0-9a-f]{40} # v\d+(\.\d+)*", version), name
