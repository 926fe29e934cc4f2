"""Fixes in a run. A stand-in for the rules reports words, each with a fix of its own kind."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

import rule_examples
from claude_lint import checker, cli, engine
from claude_lint.checker import CheckResult, CheckSettings
from claude_lint.engine import Options, Report
from claude_lint.files.source import SourceFile
from claude_lint.findings import Edit, Finding, Fix, Location, Safety, Severity, Span

MISCASED, RETIRED, DEPRECATED = "miscased-model", "retired-model", "deprecated-model"
CODES = {MISCASED: "CL302", RETIRED: "CL303", DEPRECATED: "CL304"}
WORD = re.compile(r"\w+")

# Word, rule, safety, and the word that mends it; each file says `claude`, so that it is read.
WORDS: Mapping[str, tuple[str, Safety, str]] = {
    "Cold": (MISCASED, Safety.SAFE, "cold"),
    "old": (RETIRED, Safety.UNSAFE, "new"),
    "shown": (RETIRED, Safety.DISPLAY, "new"),
    "Old": (MISCASED, Safety.SAFE, "old"),
    "stubborn": (RETIRED, Safety.SAFE, "stubborn"),
    "breaking": (RETIRED, Safety.SAFE, "("),
    "crashing": (RETIRED, Safety.SAFE, "CRASH"),
    "raising": (RETIRED, Safety.SAFE, "RAISE"),
    "harming": (RETIRED, Safety.SAFE, "harm"),
    "leading": (RETIRED, Safety.SAFE, "lead"),
    "ping": (RETIRED, Safety.SAFE, "pong"),
    "pong": (MISCASED, Safety.SAFE, "ping"),
}


class StandIn:
    """Reports words of the text, and `echo` and `follower` where another word calls for it."""

    def __init__(self, check: CheckSettings, contents: Mapping[Path, bytes] | None = None) -> None:
        self.check_settings = check
        self.contents = contents or {}

    def seeing(self, contents: Mapping[Path, bytes]) -> StandIn:
        return StandIn(self.check_settings, contents)

    def check(self, source: SourceFile) -> CheckResult:
        if "CRASH" in source.text:
            signal.raise_signal(signal.SIGKILL)
        if "RAISE" in source.text:
            raise KeyError("broken rule")
        return CheckResult(tuple(self._findings(source)))

    def _findings(self, source: SourceFile) -> Iterator[Finding]:
        for match in WORD.finditer(source.text):
            word = match[0]
            place = Span(*source.position(match.start()), *source.position(match.end()))
            at = source.locate(place)
            if word in WORDS:
                rule, safety, new = WORDS[word]
                yield found(rule, at, safety, Edit(at, new))
            elif word == "os_user":
                first = Location(at.path, Span(2, 1, 2, 1))
                edits = [Edit(first, "import os\n"), Edit(at, "os.user")]
                yield found(RETIRED, at, Safety.SAFE, *edits)
            elif word == "follower" and "lead" in WORD.findall(source.text):
                yield found(DEPRECATED, at, Safety.SAFE, Edit(at, "last"))
            elif (word == "echo" and "harm" in WORD.findall(source.text)) or (
                word == "neighbour" and b"harm" in self.neighbour(source).split()
            ):
                yield found(DEPRECATED, at)
            elif word == "later" and b"each" in self.neighbour(source):
                yield found(DEPRECATED, at, Safety.SAFE, Edit(at, "last"))
            elif word == "both":
                other = Location("lib.py", Span(2, 5, 2, 9))
                yield found(RETIRED, at, Safety.SAFE, Edit(at, "each"), Edit(other, "each"))

    def neighbour(self, source: SourceFile) -> bytes:
        path = source.path.parent / "lib.py"
        return self.contents.get(path) or path.read_bytes()


def found(rule: str, at: Location, safety: Safety = Safety.SAFE, *edits: Edit) -> Finding:
    fix = Fix("Mend it", safety, edits) if edits else None
    return Finding(CODES[rule], rule, Severity.ERROR, "Found", at, fix=fix)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(checker, "Checker", StandIn)
    # Children see the stand-in only if they are copies of this process.
    monkeypatch.setattr("claude_lint.workers._start_method", lambda: "fork")
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def write(**files: str | bytes) -> None:
    for name, content in files.items():
        text = content.encode() if isinstance(content, str) else content
        Path(f"{name}.py").write_bytes(b"# claude\n" + text)


def read(name: str) -> str:
    return Path(f"{name}.py").read_bytes().decode().removeprefix("# claude\n")


def fix(**options: Any) -> Report:
    return engine.run(Options(**{"fix": True, **options}))


def cli_run(*words: str, stdin: bytes | None = None) -> Result:
    words = ("check", "--output-format", "concise", *words)
    return CliRunner().invoke(cli.command_line, words, input=stdin, prog_name="claude-lint")


def reasons(report: Report) -> dict[str, str]:
    return {
        f"{one.location.path}:{one.location.span.line} {one.rule}": one.reason
        for one in report.refusals
    }


# ---------------------------------------------------------------------- which fixes


def test_safe_fixes_are_made_and_unsafe_ones_wait_for_their_switch() -> None:
    write(app="x = [Cold, old, shown]\n")

    report = fix()
    assert read("app") == "x = [cold, old, shown]\n"
    assert report.fixed == {("app.py", "CL302", MISCASED): 1}
    assert [finding.rule for finding in report.findings] == [RETIRED, RETIRED]

    report = fix(unsafe_fixes=True)
    assert read("app") == "x = [cold, new, shown]\n"
    assert report.fixed == {("app.py", "CL303", RETIRED): 1}
    assert [finding.location.span.column for finding in report.findings] == [17]


def test_nothing_is_fixed_unless_asked() -> None:
    write(app="x = Cold\n")
    assert fix(fix=False, unsafe_fixes=True).fixed == {}
    assert read("app") == "x = Cold\n"


def test_settings_say_which_rules_may_be_fixed() -> None:
    write(app="x = [Cold, old]\n")
    Path("claude-lint.toml").write_text('unfixable = ["miscased-model"]\n')
    report = fix(unsafe_fixes=True)

    assert read("app") == "x = [Cold, new]\n"
    assert [(finding.rule, finding.fix and finding.fix.safety) for finding in report.findings] == [
        (MISCASED, Safety.DISPLAY)
    ]


def test_a_rule_that_is_off_is_not_fixed() -> None:
    write(app="x = [Cold, old]\n")
    fix(unsafe_fixes=True, select="CL303")
    assert read("app") == "x = [Cold, new]\n"


def test_what_is_ignored_is_not_fixed() -> None:
    write(app="x = Cold  # claude-lint: ignore[miscased-model]\n")
    assert fix().suppressed == 1
    assert read("app").startswith("x = Cold")


def test_a_suppression_whose_finding_is_gone_goes_too() -> None:
    write(
        app="x = [\n    old,\n    leading,  # claude-lint: ignore[deprecated-model]\n]\nfollower\n"
    )
    fix()
    assert read("app") == "x = [\n    old,\n    lead,\n]\nlast\n"


def test_what_a_baseline_records_is_left_alone() -> None:
    write(app="x = [Cold, Cold]\n", other="x = Cold\n")
    Path("base.json").write_text('{"app.py": {"miscased-model": 2}}')

    report = fix(baseline="base.json")
    assert (read("app"), read("other")) == ("x = [Cold, Cold]\n", "x = cold\n")
    assert (report.baselined, report.findings) == (2, ())


def test_a_safe_fix_that_drops_a_comment_is_unsafe() -> None:
    edit = Edit(Location("app.py", Span(1, 5, 3, 2)), "cold")
    finding = found(MISCASED, edit.location, Safety.SAFE, edit)

    def safety(text: str) -> Safety | None:
        from claude_lint.fixing.fixes import settled

        source = SourceFile(Path("/project/app.py"), "app.py", text, "utf-8", b"")
        fix = settled(finding, source, is_fixable=True).fix
        return fix and fix.safety

    assert safety("x = (\n  Cold  # sic\n)\n") is Safety.UNSAFE
    assert safety("x = (\n  '# sic'\n)\n") is Safety.SAFE
    assert safety("x = (\n  Cold\n)  # behind it\n") is Safety.SAFE


# ---------------------------------------------------------------------- together


def test_fixes_that_meet_are_made_one_after_the_other() -> None:
    write(app="x = [Old, Cold]\n")
    report = fix(unsafe_fixes=True)

    assert read("app") == "x = [new, cold]\n"
    assert sum(report.fixed.values()) == 3


def test_what_two_fixes_want_alike_is_done_once() -> None:
    write(app="x = [os_user, os_user]\n")
    fix()
    assert read("app") == "import os\nx = [os.user, os.user]\n"


def test_a_fix_may_change_two_files_of_the_run() -> None:
    write(app="x = both\n", lib="y = both_\n")
    report = fix(unsafe_fixes=True)

    assert (read("app"), read("lib")) == ("x = each\n", "y = each_\n")
    assert report.findings == ()


def test_files_that_are_mended_together_see_what_became_of_each_other() -> None:
    write(app="x = [both, later]\n", lib="y = both_\n")
    report = fix(unsafe_fixes=True)

    assert read("app") == "x = [each, last]\n"
    assert report.refusals == ()


def test_a_fix_that_changes_two_files_is_not_safe() -> None:
    write(app="x = both\n", lib="y = both_\n")
    assert fix().fixed == {}
    assert (read("app"), read("lib")) == ("x = both\n", "y = both_\n")


def test_a_file_that_is_not_checked_is_not_changed() -> None:
    write(app="x = both\n", lib="y = both_\n")
    assert fix(unsafe_fixes=True, paths=(Path("app.py"),)).fixed == {}
    assert (read("app"), read("lib")) == ("x = both\n", "y = both_\n")


# ---------------------------------------------------------------------- what comes of it


def test_a_finding_that_a_fix_uncovers_on_the_same_literal_is_no_reason_against_it() -> None:
    write(app="x = Old\n")
    report = fix()

    assert read("app") == "x = old\n"
    assert [finding.rule for finding in report.findings] == [RETIRED]
    assert report.refusals == ()


def test_a_fix_that_does_not_mend_is_refused() -> None:
    write(app="x = stubborn\n")
    report = fix()

    assert read("app") == "x = stubborn\n"
    assert reasons(report) == {"app.py:2 retired-model": "the problem would stay"}
    assert [finding.fix and finding.fix.safety for finding in report.findings] == [Safety.DISPLAY]


def test_a_fix_that_breaks_the_code_is_refused_and_others_are_made() -> None:
    write(app="x = [Cold, breaking, Cold]\n")
    report = fix()

    assert read("app") == "x = [cold, breaking, cold]\n"
    assert reasons(report) == {"app.py:2 retired-model": "the code could not be parsed any more"}


def test_one_bad_fix_of_many_is_found() -> None:
    words = ["Cold"] * 20
    words[13] = "stubborn"
    write(app=f"x = [{', '.join(words)}]\n")
    report = fix()

    assert read("app") == f"x = [{', '.join(words)}]\n".replace("Cold", "cold")
    assert report.fixed == {("app.py", "CL302", MISCASED): 19}
    assert len(report.refusals) == 1


def test_a_fix_that_brings_up_another_problem_is_refused() -> None:
    write(app="x = harming\n\ny = echo\n")
    report = fix()

    assert read("app") == "x = harming\n\ny = echo\n"
    assert reasons(report) == {
        "app.py:2 retired-model": "it would bring CL304 (deprecated-model) in line 4"
    }


def test_a_fix_that_brings_up_a_problem_which_can_be_fixed_is_made() -> None:
    write(app="x = leading\n\ny = follower\n")
    report = fix()

    assert read("app") == "x = lead\n\ny = last\n"
    assert report.fixed == {
        ("app.py", "CL303", RETIRED): 1,
        ("app.py", "CL304", DEPRECATED): 1,
    }


def test_a_fix_that_brings_up_a_problem_in_another_file_is_taken_back() -> None:
    write(app="x = neighbour\n", lib="y = harming\nz = Cold\n", other="x = Cold\n")
    report = fix()

    assert (read("app"), read("lib")) == ("x = neighbour\n", "y = harming\nz = Cold\n")
    assert read("other") == "x = cold\n"
    why = "it would bring CL304 (deprecated-model) in line 2 of app.py"
    assert reasons(report) == {"lib.py:2 retired-model": why, "lib.py:3 miscased-model": why}
    assert report.fixed == {("other.py", "CL302", MISCASED): 1}


def test_a_fix_that_crashes_the_parser_is_refused() -> None:
    write(app="x = crashing\n", other="x = Cold\n")
    report = fix()

    assert (read("app"), read("other")) == ("x = crashing\n", "x = cold\n")
    assert reasons(report) == {"app.py:2 retired-model": "the parser crashed (SIGKILL)"}


def test_an_error_of_our_own_leaves_the_file_and_is_told() -> None:
    write(app="x = raising\n", other="x = Cold\n")
    report = fix()

    assert (read("app"), read("other")) == ("x = raising\n", "x = cold\n")
    assert [(one.path, one.error) for one in report.internal_errors] == [
        ("app.py", "KeyError: 'broken rule'")
    ]


def test_a_file_that_could_not_be_judged_keeps_no_other_from_being_fixed() -> None:
    write(a="Cold", b="RAISE")
    report = fix()
    assert (read("a"), read("b")) == ("cold", "RAISE")
    assert [one.path for one in report.internal_errors] == ["b.py"]


def test_fixes_without_end_are_ended_and_told() -> None:
    write(app="x = ping\n", other="x = Cold\n")
    report = fix()

    assert read("other") == "x = cold\n"
    assert report.notes == ("app.py: given up, for each fix brought up another",)
    assert len(report.findings) == 1


# ---------------------------------------------------------------------- files


def test_bom_line_ends_and_a_missing_last_one_stay() -> None:
    Path("app.py").write_bytes(b"\xef\xbb\xbf# claude\r\nx = os_user  # \xc3\xa9")
    fix()
    assert Path("app.py").read_bytes() == (
        b"\xef\xbb\xbf# claude\r\nimport os\r\nx = os.user  # \xc3\xa9"
    )


def test_a_cell_of_a_notebook_is_fixed_in_its_json() -> None:
    cell = {"cell_type": "code", "metadata": {}, "outputs": [], "source": ["# claude\n", "Cold"]}
    text = json.dumps({"nbformat": 4, "metadata": {}, "cells": [cell]}, indent=3)
    Path("nb.ipynb").write_text(text)
    fix()
    assert Path("nb.ipynb").read_text() == text.replace("Cold", "cold")


def test_a_file_that_changes_while_it_is_checked_is_not_overwritten(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from claude_lint.fixing import run as fix_run

    write(app="x = Cold\n", other="x = Cold\n")
    replace_file = fix_run.replace_file

    def saved_in_an_editor(path: Path, data: bytes, **more: Any) -> None:
        if path.name == "app.py":
            write(app="x = [Cold]\n")
        replace_file(path, data, **more)

    monkeypatch.setattr(fix_run, "replace_file", saved_in_an_editor)
    report = fix()

    assert (read("app"), read("other")) == ("x = [Cold]\n", "x = cold\n")
    assert reasons(report) == {"app.py:2 miscased-model": "it has changed meanwhile"}
    assert report.fixed == {("other.py", "CL302", MISCASED): 1}


def test_a_file_with_two_names_is_fixed_once() -> None:
    write(app="x = Cold\n")
    Path("link.py").symlink_to("app.py")
    report = fix(paths=(Path("app.py"), Path("link.py")))

    assert read("app") == "x = cold\n"
    assert Path("link.py").is_symlink()
    assert (report.findings, report.refusals) == ((), ())


def test_a_link_out_of_the_project_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "project").mkdir()
    write(app="x = Cold\n")
    Path("project/app.py").symlink_to("../app.py")
    os.chdir("project")
    report = fix()

    assert Path("app.py").read_text() == "# claude\nx = Cold\n"
    assert reasons(report) == {"app.py:2 miscased-model": "a link leads out of the project"}


# ---------------------------------------------------------------------- command line


def test_what_remains_decides_the_exit_code() -> None:
    write(app="x = Cold\n")
    assert cli_run("--fix").exit_code == 0
    write(app="x = [Cold, old]\n")
    assert cli_run("--fix").exit_code == 1


def test_a_run_can_fail_because_it_fixed_something() -> None:
    write(app="x = Cold\n")
    assert cli_run("--fix", "--exit-non-zero-on-fix").exit_code == 1
    assert cli_run("--fix", "--exit-non-zero-on-fix").exit_code == 0
    write(app="x = Cold\n")
    assert cli_run("--fix", "--exit-non-zero-on-fix", "--exit-zero").exit_code == 0


def test_the_summary_tells_what_was_fixed_and_which_switch_fixes_more() -> None:
    write(app="x = [Cold, Cold, old]\n", lib="x = Cold\n")
    result = cli_run("--fix", "--show-fixes")

    assert result.stdout == (
        "app.py:2:18: error CL303 Found\n"
        "Fixed 3 problems:\n"
        "- app.py:\n"
        "    2 × CL302 (miscased-model)\n"
        "- lib.py:\n"
        "    1 × CL302 (miscased-model)\n"
        "Found 1 problem in 1 file (1 error).\n"
        "1 fixable with --fix --unsafe-fixes.\n"
    )
    assert cli_run("--fix", "--unsafe-fixes").stdout.startswith("Fixed 1 problem.\nAll checks")


def test_a_refused_fix_is_told_with_its_rule_and_not_offered_again() -> None:
    write(app="x = stubborn\n")
    result = cli_run("--fix")

    assert result.stderr == (
        "warning: app.py:2:5: the fix of CL303 (retired-model) was not made: "
        "the problem would stay\n"
    )
    assert result.stdout.endswith("Found 1 problem in 1 file (1 error).\n")


def test_a_diff_changes_nothing_and_exits_1() -> None:
    write(app="x = [Cold, old]\n")
    result = cli_run("--diff")

    assert result.exit_code == 1
    assert result.stdout == (
        "--- a/app.py\n+++ b/app.py\n@@ -1,2 +1,2 @@\n # claude\n"
        "-x = [Cold, old]\n+x = [cold, old]\n"
    )
    assert result.stderr == "Would fix 1 problem.\n1 fixable with --fix --unsafe-fixes.\n"
    assert read("app") == "x = [Cold, old]\n"


def test_a_key_in_a_diff_is_masked_and_that_is_told() -> None:
    key = rule_examples.make_key("api03")
    write(app=f"x = Cold\nkey = '{key}'\n")
    result = cli_run("--diff")

    assert " key = 'sk-ant-api03…'\n" in result.stdout
    assert result.stderr.startswith(
        "warning: keys are masked in this patch, so it cannot be applied\n"
    )


def test_an_empty_diff_exits_0_whatever_is_found() -> None:
    write(app="x = old\n")
    result = cli_run("--diff", "--fix")

    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == "1 fixable with --fix --unsafe-fixes.\n"


def test_git_applies_the_diff_to_what_fix_would_write() -> None:
    write(app="x = [os_user, Cold]\r\ny = Cold")
    Path("my folder").mkdir()
    Path("my folder/é.py").write_text("# claude\nx = Cold\n")
    subprocess.run(["git", "init", "-q"], check=True)
    patch = cli_run("--diff").stdout_bytes

    subprocess.run(["git", "apply"], input=patch, check=True)
    assert read("app") == "import os\r\nx = [os.user, cold]\r\ny = cold"
    assert Path("my folder/é.py").read_text() == "# claude\nx = cold\n"
    assert fix().fixed == {}


def test_a_diff_is_of_the_file_that_a_link_leads_to() -> None:
    Path("real").mkdir()
    write(**{"real/app": "x = Cold\n"})
    Path("link.py").symlink_to("real/app.py")
    result = cli_run("--fix", "--diff", "link.py", "real")
    assert re.findall(r"^\+\+\+ (.*)", result.stdout, re.MULTILINE) == ["b/real/app.py"]


def test_fixed_stdin_goes_to_stdout_and_findings_to_stderr() -> None:
    result = cli_run("--fix", "-", stdin=b"# claude\r\nx = [Cold, old]\r\n")

    assert result.stdout_bytes == b"# claude\r\nx = [cold, old]\r\n"
    assert result.stderr.startswith("-:2:12: error CL303 Found\nFixed 1 problem.\n")
    assert result.exit_code == 1


@pytest.mark.parametrize("code", [b"x = 1\n", b"# claude\nx = 1", b"# claude\nx = '\xff'\n", b""])
def test_stdin_with_nothing_to_fix_comes_out_as_it_went_in(code: bytes) -> None:
    assert cli_run("--fix", "-", stdin=code).stdout_bytes == code


def test_stdin_under_a_name_is_not_written_to_that_file() -> None:
    write(app="x = Cold\n")
    result = cli_run("--fix", "--stdin-filename", "app.py", "-", stdin=b"# claude\nCold\n")

    assert result.stdout_bytes == b"# claude\ncold\n"
    assert read("app") == "x = Cold\n"


def test_a_diff_of_stdin_names_its_file() -> None:
    result = cli_run("--diff", "--stdin-filename", "app.py", "-", stdin=b"# claude\nCold\n")
    assert result.stdout.startswith("--- a/app.py\n+++ b/app.py\n")


def test_the_report_in_json_tells_what_is_left() -> None:
    write(app="x = [Cold, old]\n")
    result = cli_run("--fix", "--output-format", "json")
    assert [one["rule"] for one in json.loads(result.stdout)["findings"]] == [RETIRED]


def test_ignores_are_not_added_along_with_fixes() -> None:
    result = cli_run("--fix", "--add-ignore")
    assert result.exit_code == 2
    assert "cannot be used with fixes" in result.stderr


def test_ignores_are_added_to_notebooks_in_their_json() -> None:
    cell = {"cell_type": "code", "metadata": {}, "outputs": [], "source": ["# claude\n", "Cold"]}
    text = json.dumps({"nbformat": 4, "metadata": {}, "cells": [cell]}, indent=3)
    Path("nb.ipynb").write_text(text)
    result = cli_run("--add-ignore")

    assert Path("nb.ipynb").read_text() == text.replace(
        "Cold", "Cold  # claude-lint: ignore[miscased-model]"
    )
    assert result.exit_code == 0
    assert result.stderr == "Added comments that ignore 1 of 1 findings\n"
