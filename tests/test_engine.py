"""Runs over small trees. A stand-in for the rules reports each line that says `FIND CODE`."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from claude_lint import checker, documents, engine, relevance
from claude_lint.checker import CheckResult, CheckSettings
from claude_lint.configuration.settings import SettingsError
from claude_lint.engine import Options, Report
from claude_lint.files.encoding import Inaccessible
from claude_lint.files.source import SourceFile
from claude_lint.findings import Finding, Severity, Span

MARK = re.compile(r"FIND (CL\d{3})")


class StandIn:
    """Does what a line of the file says."""

    def __init__(self, check: CheckSettings, contents: Mapping[Path, bytes] | None = None) -> None:
        self.check_settings = check

    def check(self, source: SourceFile) -> CheckResult:
        if "CRASH" in source.text:
            signal.raise_signal(signal.SIGKILL)
        if "HANG" in source.text:
            while True:
                pass
        if "RAISE" in source.text:
            raise KeyError("broken rule")
        return CheckResult(
            tuple(self._findings(source)),
            facts=({"root": str(self.check_settings.root)},) if "FACT" in source.text else (),
            notes=("line 1 was not judged",) if "NOTE" in source.text else (),
        )

    def _findings(self, source: SourceFile) -> Sequence[Finding]:
        findings = []
        for number, line in enumerate(source.text.splitlines(), 1):
            for match in MARK.finditer(line):
                span = Span(number, match.start() + 1, number, match.end() + 1)
                rule = documents.find(match[1])
                name = rule.name if rule else "hardcoded-key"
                severity = rule.severity if rule else Severity.ERROR
                place = source.locate(span)
                findings.append(
                    Finding(match[1], name, severity, "Found", place, excerpt=line.strip())
                )
        return findings


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(checker, "Checker", StandIn)
    # Children see the stand-in only if they are copies of this process.
    monkeypatch.setattr("claude_lint.workers._start_method", lambda: "fork")
    return tmp_path


def write(root: Path, files: dict[str, str | bytes]) -> None:
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())


def run(*paths: str, **options: Any) -> Report:
    return engine.run(Options(paths=tuple(map(Path, paths or ["."])), **options))


def shown(report: Report) -> list[str]:
    return [
        f"{finding.location.path}:{finding.location.span.line}:{finding.location.span.column} "
        f"{finding.severity} {finding.code}"
        for finding in report.findings
    ]


def test_findings_come_sorted_by_path_line_column_and_code(project: Path) -> None:
    write(
        project,
        {
            "b.py": "# claude: FIND CL303\n# FIND CL303 FIND CL201\n",
            "a/z.py": "# claude\n" + "# padding\n" * 5000 + "# FIND CL201\n",
            "c.py": "# claude FIND CL304\n",
        },
    )

    assert shown(run(jobs=3)) == [
        "a/z.py:5002:3 error CL201",
        "b.py:1:11 error CL303",
        "b.py:2:3 error CL303",
        "b.py:2:14 error CL201",
        "c.py:1:10 warning CL304",
    ]


def test_what_mentions_nothing_of_claude_is_not_even_decoded(project: Path) -> None:
    write(project, {"a.py": b"\xff\xfe(((", "b.py": "FIND CL201"})
    report = run()

    assert shown(report) == []
    assert (report.files, report.relevant_files) == (2, 0)


@pytest.mark.parametrize("mention", ["import anthropic", "CLAUDE_KEY = 1", "x.messages.create()"])
def test_a_mention_of_claude_makes_a_file_matter(project: Path, mention: str) -> None:
    write(project, {"a.py": f"{mention}\n# FIND CL201\n", "b.py": "import httpx\n"})
    report = run()

    assert shown(report) == ["a.py:2:3 error CL201"]
    assert (report.files, report.relevant_files) == (2, 1)


def test_so_does_a_mention_of_a_host_that_the_settings_name(project: Path) -> None:
    write(
        project,
        {
            ".claude-lint.toml": 'api-hosts = ["gateway.example.com"]\n',
            "a.py": "url = 'https://Gateway.example.com'\n# FIND CL201\n",
        },
    )

    assert shown(run()) == ["a.py:2:3 error CL201"]


def test_so_does_being_imported_by_a_file_beside_that_mentions_claude(project: Path) -> None:
    write(
        project,
        {
            "providers/base.py": "import requests\n# FIND CL401\n",
            "providers/one.py": "from .base import Base  # Claude's\n",
            "others/base.py": "import requests\n# FIND CL401\n",
            "others/one.py": "from .base import Base\n",
        },
    )

    assert shown(run()) == ["providers/base.py:2:3 warning CL401"]
    assert shown(run("providers/base.py")) == ["providers/base.py:2:3 warning CL401"]


def test_a_file_that_cannot_be_decoded_is_a_finding_where_it_breaks(project: Path) -> None:
    write(project, {"a.py": b"# claude\nx = '\xff'\n", "b.py": "# claude FIND CL201\n"})
    report = run()

    assert shown(report) == ["a.py:2:6 error CL901", "b.py:1:10 error CL201"]
    assert report.findings[0].rule == "unparsable-file"
    assert report.fails


def test_a_file_over_the_size_limit_is_a_finding_only_if_it_could_matter(project: Path) -> None:
    write(
        project,
        {
            ".claude-lint.toml": "max-file-size = 20\n",
            "a.py": "#" * 30,
            "b.py": "#" * 30 + "claude",
        },
    )
    report = run()

    assert shown(report) == ["b.py:1:1 error CL901"]
    assert report.findings[0].message == "Larger than `max-file-size`, 20 bytes"
    assert report.relevant_files == 1


def refuse_to_read(path: Path, max_size: int) -> bytes:
    raise Inaccessible("Cannot be read: Permission denied")


def test_a_file_that_cannot_be_read_is_a_finding_if_it_was_named(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(project, {"a.py": ""})
    monkeypatch.setattr(relevance, "read_bytes", refuse_to_read)
    report = run("a.py")

    assert shown(report) == ["a.py:1:1 error CL901"]
    assert report.findings[0].message == "Cannot be read: Permission denied"
    assert report.notes == ()


def test_a_file_that_cannot_be_read_is_a_note_if_it_was_met_while_walking(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(project, {"a.py": ""})
    monkeypatch.setattr(relevance, "read_bytes", refuse_to_read)
    report = run()

    assert shown(report) == []
    assert report.notes == ("a.py: Cannot be read: Permission denied",)


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_file_that_kills_its_worker_costs_one_finding(project: Path, jobs: int) -> None:
    write(
        project,
        {
            "a.py": "# claude FIND CL201\n",
            "b.py": "# claude CRASH\n" + "#" * 200_000,
            "c.py": "# claude FIND CL201\n",
        },
    )
    report = run(jobs=jobs)

    assert shown(report) == [
        "a.py:1:10 error CL201",
        "b.py:1:1 error CL901",
        "c.py:1:10 error CL201",
    ]
    assert report.findings[1].message == "The parser crashed (SIGKILL)"
    assert report.internal_errors == ()


def test_a_file_over_the_time_limit_costs_one_finding(project: Path) -> None:
    write(
        project,
        {
            ".claude-lint.toml": "file-time-limit = 1\n",
            "a.py": "# claude HANG\n",
            "b.py": "# claude FIND CL201\n",
        },
    )
    report = run()

    assert shown(report) == ["a.py:1:1 error CL901", "b.py:1:10 error CL201"]
    assert report.findings[0].message == "The parser took longer than 1 s"


def test_an_exception_of_ours_names_the_file_and_the_run_goes_on(project: Path) -> None:
    write(project, {"a.py": "# claude RAISE\n", "b.py": "# claude FIND CL201\n"})
    report = run()

    assert shown(report) == ["b.py:1:10 error CL201"]
    (error,) = report.internal_errors
    assert (error.path, error.error) == ("a.py", "KeyError: 'broken rule'")
    assert "in check" in error.traceback


def test_in_test_files_all_but_keys_drops_to_info(project: Path) -> None:
    write(project, {"tests/helper.py": "# claude\n# FIND CL201\n# FIND CL303\n# FIND CL902\n"})

    assert shown(run()) == [
        "tests/helper.py:2:3 info CL201",
        "tests/helper.py:3:3 info CL303",
        "tests/helper.py:4:3 warning CL902",
    ]


def test_the_settings_have_the_last_word_on_severity(project: Path) -> None:
    write(
        project,
        {
            ".claude-lint.toml": 'severity = { CL303 = "warning", CL304 = "off" }\n',
            "test_a.py": "# claude FIND CL303 FIND CL304\n",
        },
    )

    assert shown(run()) == ["test_a.py:1:10 warning CL303"]


@pytest.mark.parametrize(
    ("options", "fails"), [({}, True), ({"fail_on": "error"}, False), ({"fail_on": "info"}, True)]
)
def test_a_run_fails_from_a_severity_on(project: Path, options: Any, fails: bool) -> None:
    write(project, {"a.py": "# claude FIND CL304\n"})

    assert run(**options).fails is fails


def test_the_severity_to_fail_from_is_that_of_the_files_own_settings(project: Path) -> None:
    write(
        project,
        {
            "strict/a.py": "# claude FIND CL304\n",
            "lax/.claude-lint.toml": 'fail-on = "error"\n',
            "lax/b.py": "# claude FIND CL304\n",
        },
    )

    assert run("strict").fails
    assert not run("lax").fails
    assert run().fails


def test_suppressed_findings_are_counted(project: Path) -> None:
    write(project, {"a.py": "claude = 'FIND CL201'  # claude-lint: ignore[CL201]\n"})
    report = run()

    assert shown(report) == []
    assert report.suppressed == 1


def test_a_comment_that_ignores_nothing_is_found_unless_the_selection_is_narrowed(
    project: Path,
) -> None:
    write(project, {"a.py": "claude = 1  # claude-lint: ignore[CL201]\n"})

    assert shown(run()) == ["a.py:1:13 warning CL902"]
    assert shown(run(select="CL3,CL902")) == []


def test_a_selector_that_names_no_rule_is_an_error_even_where_nothing_is_checked(
    project: Path,
) -> None:
    with pytest.raises(SettingsError, match="`CL777` in `--select` names no rule"):
        run(select="CL777")


def test_a_fingerprint_lasts_while_code_moves(project: Path) -> None:
    write(project, {"a.py": "# claude FIND CL201\n"})
    before = run().findings[0].fingerprint
    write(project, {"a.py": "\n\n    # claude FIND CL201\n"})

    assert run().findings[0].fingerprint == before
    assert re.fullmatch("[0-9a-f]{32}", before)


def test_findings_that_are_alike_have_fingerprints_of_their_own(project: Path) -> None:
    write(project, {"a.py": "# claude FIND CL201\n" * 3, "b.py": "# claude FIND CL201\n"})

    assert len({finding.fingerprint for finding in run().findings}) == 4


def test_a_suppression_does_not_change_the_fingerprints_of_others(project: Path) -> None:
    code = "claude = 1  # FIND CL201\n"
    write(project, {"a.py": code * 2})
    second = run().findings[1].fingerprint
    write(project, {"a.py": "# claude-lint: ignore[CL201]\n" + code * 2})

    assert [finding.fingerprint for finding in run().findings] == [second]


def test_a_fingerprint_knows_no_key(project: Path) -> None:
    def fingerprint(tail: str) -> str:
        key = "sk-ant-" + "api03-" + tail * 31 + "AA"
        write(project, {"a.py": f"key = '{key}'  # FIND CL201\n"})
        return run().findings[0].fingerprint

    assert fingerprint("qW4") == fingerprint("zX7")


def test_the_root_is_the_same_whichever_file_is_named(project: Path) -> None:
    write(
        project,
        {"pyproject.toml": "", "src/a.py": "# claude FACT\n", "b.py": "# claude FACT\n"},
    )

    for report in (run(), run("src/a.py"), run("src"), run("b.py", "src/a.py")):
        assert {fact["root"] for facts in report.facts.values() for fact in facts} == {str(project)}


def test_facts_and_remarks_are_told_by_file(project: Path) -> None:
    write(project, {"b.py": "# claude NOTE\n", "a.py": "# claude FACT NOTE\n"})
    report = run()

    assert list(report.facts) == ["a.py"]
    assert report.remarks == ("a.py: line 1 was not judged", "b.py: line 1 was not judged")


def test_settings_below_a_named_folder_can_exclude_more(project: Path) -> None:
    write(
        project,
        {
            "a.py": "# claude FIND CL201\n",
            "part/.claude-lint.toml": 'extend-exclude = ["generated"]\n',
            "part/b.py": "# claude FIND CL201\n",
            "part/generated/c.py": "# claude FIND CL201\n",
        },
    )

    assert shown(run()) == ["a.py:1:10 error CL201", "part/b.py:1:10 error CL201"]
    assert shown(run("part/generated/c.py")) == ["part/generated/c.py:1:10 error CL201"]
    assert shown(run("part/generated/c.py", force_exclude=True)) == []


def test_a_file_counts_once_however_often_it_is_named(project: Path) -> None:
    write(project, {"a.py": "# claude FIND CL201\n"})
    report = run(".", "a.py", str(project / "a.py"))

    assert shown(report) == ["a.py:1:10 error CL201"]
    assert report.files == 1


def test_a_folder_without_python_is_noted(project: Path) -> None:
    report = run()

    assert (report.files, report.fails) == (0, False)
    assert report.notes == ("no Python files found",)


def test_stdin_is_judged_under_its_name_and_by_its_folders_settings(project: Path) -> None:
    write(project, {"part/.claude-lint.toml": 'ignore = ["CL303"]\n'})
    code = b"# claude\n# FIND CL201 FIND CL303\n"

    assert shown(engine.run(Options(stdin=code, stdin_filename="part/a.py"))) == [
        "part/a.py:2:3 error CL201"
    ]
    assert shown(engine.run(Options(stdin=code))) == ["-:2:3 error CL201", "-:2:14 error CL303"]


def test_stdin_can_be_excluded_by_its_name(project: Path) -> None:
    options = Options(stdin=b"# claude FIND CL201", stdin_filename="build/a.py", force_exclude=True)

    assert engine.run(options).files == 0


def test_known_findings_are_taken_out_by_a_baseline(project: Path) -> None:
    write(
        project,
        {
            ".claude-lint.toml": 'baseline = "known.json"\n',
            "known.json": '{"a.py": {"missing-max-tokens": 1, "retired-model": 2}, "gone.py": {}}',
            "a.py": "# claude FIND CL201\n# FIND CL303\n# FIND CL304\n",
        },
    )
    report = run()

    assert shown(report) == ["a.py:3:3 warning CL304"]
    assert report.baselined == 2
    assert report.notes == ("a.py: 2 retired-model in the baseline, 1 found",)


def test_a_baseline_is_not_called_stale_for_what_was_not_judged(project: Path) -> None:
    write(
        project,
        {
            "known.json": '{"a.py": {"missing-max-tokens": 1}, "b.py": {"missing-max-tokens": 1}}',
            "a.py": "",
            "b.py": "",
        },
    )

    assert run("b.py", baseline="known.json").notes == (
        "b.py: 1 missing-max-tokens in the baseline, none found",
    )
    assert run("b.py", baseline="known.json", select="CL3").notes == ()


def test_a_written_baseline_takes_out_everything_at_once(project: Path) -> None:
    write(project, {"a.py": "# claude FIND CL201\n"})

    assert shown(run(baseline="known.json", write_baseline=True)) == []
    assert (project / "known.json").read_text() == (
        '{\n  "a.py": {\n    "missing-max-tokens": 1\n  }\n}\n'
    )
    assert run(baseline="known.json").baselined == 1


def test_a_baseline_is_not_written_when_a_file_could_not_be_judged(project: Path) -> None:
    write(
        project, {"a.py": "# claude FIND CL201\n", "b.py": "# claude RAISE\n", "known.json": "{}"}
    )
    report = run(baseline="known.json", write_baseline=True)

    assert shown(report) == ["a.py:1:10 error CL201"]
    assert (project / "known.json").read_text() == "{}"
    assert "was not written" in report.notes[0]


def test_progress_counts_the_files_that_are_judged(project: Path) -> None:
    write(project, {"a.py": "# claude\n", "b.py": "# claude\n", "c.py": ""})
    heard: list[tuple[int, int]] = []
    engine.run(Options(), lambda done, total: heard.append((done, total)))

    assert heard == [(1, 2), (2, 2)]


def test_the_command_line_overrides_the_settings(project: Path) -> None:
    write(
        project,
        {
            ".claude-lint.toml": 'exclude = ["a.py"]\nselect = ["CL303"]\n',
            ".gitignore": "c.py\n",
            "a.py": "# claude FIND CL201 FIND CL303\n",
            "b.py": "# claude FIND CL303\n",
            "c.py": "# claude FIND CL303\n",
        },
    )

    assert shown(run()) == ["b.py:1:10 error CL303"]
    assert shown(run(exclude=("b.py",), extend_select="CL201")) == [
        "a.py:1:10 error CL201",
        "a.py:1:21 error CL303",
    ]
    assert shown(run(isolated=True, respect_gitignore=False, ignore="CL303")) == [
        "a.py:1:10 error CL201"
    ]
    write(project, {"other/x.toml": 'select = ["CL201"]\n'})
    assert shown(run(config=Path("other/x.toml"))) == ["a.py:1:10 error CL201"]


def test_the_day_of_the_run_is_today_unless_told() -> None:
    assert Options().as_of == date.today()


def test_the_number_of_processors_is_what_this_process_may_use() -> None:
    assert engine._processors() == len(os.sched_getaffinity(0))
