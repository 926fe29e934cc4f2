"""The command line as a user has it: what is printed where, and how the process ends."""

from __future__ import annotations

import json
import os
import pty
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from claude_lint import __version__, cli, engine
from claude_lint.checker import Checker, CheckResult
from claude_lint.claude.catalog.target import forget
from claude_lint.configuration.settings import forget_settings
from claude_lint.files.source import SourceFile

BAD = """\
import anthropic

client = anthropic.Anthropic()
client.messages.create(model="claude-2.1", max_tokens=9, messages=[])
"""
BAD_LINE = "bad.py:4:30: error CL303 "


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    Path("bad.py").write_text(BAD)
    Path("good.py").write_text("import anthropic\n")
    return tmp_path


def run(*words: str, stdin: str | None = None) -> Result:
    """Run the command in this process."""
    return CliRunner().invoke(cli.command_line, words, input=stdin, prog_name="claude-lint")


def check(*words: str, stdin: str | None = None) -> Result:
    """Look for retired models only, so that other rules may come and go."""
    return run("check", "--select", "CL303", "--output-format", "concise", *words, stdin=stdin)


# ---------------------------------------------------------------------- exit codes


def test_findings_exit_1_and_go_to_stdout() -> None:
    result = check()

    assert result.exit_code == 1
    assert result.stdout.startswith(BAD_LINE)
    assert "Found 1 problem in 1 file" in result.stdout
    assert result.stderr == ""


def test_no_findings_exit_0() -> None:
    result = check("good.py")

    assert result.exit_code == 0
    assert result.stdout == "All checks passed! (1 file, 1 of them to do with Claude)\n"


def test_exit_zero_shows_findings_all_the_same() -> None:
    result = check("--exit-zero")

    assert result.exit_code == 0
    assert result.stdout.startswith(BAD_LINE)


def test_findings_below_the_limit_are_shown_but_do_not_fail() -> None:
    Path("tests").mkdir()
    Path("bad.py").rename("tests/bad.py")

    assert (check().exit_code, check("--fail-on", "info").exit_code) == (0, 1)
    assert check().stdout.startswith("tests/bad.py:4:30: info CL303 ")


def test_a_folder_without_python_exits_0_and_says_so_on_stderr() -> None:
    Path("empty").mkdir()
    result = check("empty")

    assert result.exit_code == 0
    assert result.stderr == "warning: no Python files found\n"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["missing.py"], "no such file or folder: missing.py"),
        (["good.py", "missing"], "no such file or folder: missing"),
        (["--select", "CL777"], "`CL777` in `--select` names no rule; did you mean `CL"),
        (["--target-sdk", "two"], "`--target-sdk` must be a major version"),
        (["--as-of", "yesterday"], "Invalid value for '--as-of': 'yesterday' is no date such as"),
        (["--jobs", "0"], "Invalid value for '--jobs': 0 is not in the range x>=1."),
        (["--no-such-option"], "No such option '--no-such-option'."),
        (["--config", "none.toml"], "No such settings file in none.toml"),
        (["--baseline", "none.json"], "none.json` cannot be read: No such file or directory"),
        (["--write-baseline"], "`--write-baseline` needs `--baseline FILE`"),
        (["-", "good.py"], "`-` is code on stdin, and cannot be checked beside other paths"),
        (["good.py", "--stdin-filename", "a.py"], "`--stdin-filename` goes with `-`, not with"),
        (["-", "--add-ignore"], "`--add-ignore` writes into files, and stdin is none"),
        (["--statistics", "--output-format", "sarif"], "`--statistics` can be shown as full,"),
        (["--output-file", "no/folder/report"], "no/folder/report"),
    ],
)
def test_wrong_usage_exits_2_with_one_line_on_stderr(words: list[str], message: str) -> None:
    result = run(*words)

    assert result.exit_code == 2
    assert result.stderr.startswith("error: ")
    assert message in result.stderr
    assert result.stderr.count("\n") == 1
    assert result.stdout == ""


def test_wrong_settings_exit_2_with_file_and_line() -> None:
    Path(".claude-lint.toml").write_text('[severity]\nCL303 = "fatal"\n')
    result = run()

    assert result.exit_code == 2
    assert result.stderr.startswith("error: ")
    assert result.stderr.endswith(" in .claude-lint.toml:2\n")


def test_wrong_rows_for_the_catalogue_exit_2() -> None:
    Path(".claude-lint.toml").write_text('catalog = ["rows.toml"]\n')
    Path("rows.toml").write_text("[[model]\n")
    result = run("good.py")

    assert result.exit_code == 2
    assert "rows.toml: " in result.stderr


def test_a_missing_path_like_a_command_suggests_the_command() -> None:
    assert run("chekc").stderr == (
        "error: no such file or folder: chekc; did you mean the command `check`?\n"
    )


def broken(*_: object) -> None:
    raise KeyError("broken")


def test_an_exception_of_ours_is_one_line_and_exits_2(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "find_files", broken)
    result = run("--show-files")

    assert result.exit_code == 2
    assert result.stderr == (
        "error: internal error (KeyError: 'broken'); please report it, with the output of -v\n"
    )
    assert "Traceback" in run("--show-files", "-v").stderr


def test_an_exception_of_ours_in_one_file_is_named_and_exits_2_after_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real_check = Checker.check

    def check_badly(self: Checker, source: SourceFile) -> CheckResult:
        if source.display == "good.py":
            raise KeyError("broken")
        return real_check(self, source)

    monkeypatch.setattr(Checker, "check", check_badly)
    monkeypatch.setattr("claude_lint.workers._start_method", lambda: "fork")
    result = check("--exit-zero")

    assert result.exit_code == 2
    assert result.stdout.startswith(BAD_LINE)
    assert result.stderr == (
        "error: good.py: internal error (KeyError: 'broken'); please report it, with the output "
        "of -v\n"
    )
    assert "in check_badly" in check("-v").stderr


# ---------------------------------------------------------------------- commands


def test_a_first_word_that_is_no_command_belongs_to_check() -> None:
    assert (
        run("bad.py", "--select=CL303", "-q").stdout
        == check("bad.py", "--output-format=full", "-q").stdout
    )
    assert run("--select=CL303", "bad.py").exit_code == 1


def test_a_folder_named_like_a_command_is_checked_with_check() -> None:
    Path("rules").mkdir()
    Path("bad.py").rename("rules/bad.py")

    assert check("rules").stdout.startswith(f"rules/{BAD_LINE}")
    assert "missing-max-tokens" in run("rules").stdout


def test_only_the_first_word_can_be_a_command() -> None:
    assert run("-q", "rules").stderr.startswith("error: no such file or folder: rules")


@pytest.mark.parametrize("words", [["--version"], ["check", "--version"], ["-q", "--version"]])
def test_the_version_is_told(words: list[str]) -> None:
    assert run(*words).stdout == f"claude-lint {__version__}\n"


@pytest.mark.parametrize("words", [["--help"], ["-h"], ["check", "--help"], ["explain", "-h"]])
def test_help_is_told(words: list[str]) -> None:
    result = run(*words)

    assert result.exit_code == 0
    assert result.stdout.startswith("Usage: claude-lint ")


@pytest.mark.parametrize("rule", ["CL303", "cl303", "retired-model"])
def test_a_rule_is_explained_as_markdown_where_there_is_no_terminal(rule: str) -> None:
    result = run("explain", rule)

    assert result.exit_code == 0
    assert result.stdout.startswith("# CL303 retired-model\n\nSeverity: error · HTTP status: 404")
    assert "\n```python bad" in result.stdout
    assert "\x1b" not in result.stdout


def test_a_rule_is_rendered_for_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    result = run("explain", "CL303")

    assert result.exit_code == 0
    assert "\x1b[" in result.stdout
    assert "```" not in result.stdout
    assert "bad" in result.stdout


def test_an_unknown_rule_suggests_the_nearest() -> None:
    result = run("explain", "retired-modle")

    assert result.exit_code == 2
    assert result.stderr == (
        "error: no rule `retired-modle`; did you mean `retired-model`? "
        "`claude-lint rules` lists all\n"
    )


def test_rules_are_listed_in_three_formats() -> None:
    text, markdown = run("rules").stdout, run("rules", "--format", "markdown").stdout
    listed = {row["code"]: row for row in json.loads(run("rules", "--format", "json").stdout)}

    assert listed["CL303"]["rule"] == "retired-model"
    assert listed["CL303"]["http_status"] == [404]
    assert listed["CL303"]["url"].endswith("/CL303-retired-model.md")
    assert [line.split()[:2] for line in text.splitlines()] == [
        [row["code"], row["rule"]] for row in listed.values()
    ]
    assert "| CL303 | [retired-model](" in markdown


def test_models_are_told_as_of_a_day() -> None:
    def state(day: str) -> str:
        told = run("models", "claude-2.1", "--format", "json", "--as-of", day)
        return str(json.loads(told.stdout)["models"][0]["state"])

    assert state("2025-07-20") == "deprecated"
    assert state("2025-07-21") == "retired"
    assert "claude-2.1" in run("models").stdout


def test_an_unknown_model_exits_2() -> None:
    result = run("models", "claude-opus-9.9")

    assert result.exit_code == 2
    assert result.stderr.startswith("error: no model `claude-opus-9.9` in the catalogue")


def test_help_as_a_word_is_answered_with_the_option() -> None:
    assert run("help").stderr == "error: no such file or folder: help; did you mean `--help`?\n"


def test_an_empty_folder_has_passed_nothing() -> None:
    Path("empty").mkdir()
    result = run("empty")
    assert result.exit_code == 0
    assert result.stdout == "Nothing was checked.\n"
    assert result.stderr == "warning: no Python files found\n"


def test_a_workflow_of_github_gets_annotations(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    annotated = run("check", "--select", "CL303").stdout
    assert annotated.startswith("::error title=claude-lint (CL303),file=bad.py,line=4,")
    assert "::error" not in check().stdout
    assert run("check", "--select", "CL303", "--statistics").stdout == "1  CL303  retired-model\n"


def test_settings_are_shown_with_their_origin() -> None:
    Path("claude-lint.toml").write_text('ignore = ["CL5"]\n')
    lines = run("config", "bad.py").stdout.splitlines()

    assert 'ignore = ["CL5"]  # claude-lint.toml:1' in lines
    assert lines[0] == "# settings files: claude-lint.toml"
    assert "# select is not set" in lines
    assert "ignore = []  # default" in run("config", "--isolated").stdout.splitlines()
    assert run("config", "missing.py").stderr == "error: no such file or folder: missing.py\n"


def test_the_sdk_that_is_judged_by_is_shown_with_its_origin() -> None:
    said = "nothing in the project says which, so the newest major is taken: 2"
    assert run("config").stdout.splitlines()[-1] == f"# SDK to judge by: anthropic ({said})"
    Path("requirements.txt").write_text("click\nanthropic>=0.40,<1\n")
    forget()
    shown = run("config", "bad.py").stdout.splitlines()[-1]
    assert shown == "# SDK to judge by: anthropic <1,>=0.40 (requirements.txt:2)"
    Path("claude-lint.toml").write_text("target-sdk = 1\n")
    forget_settings()
    shown = run("config").stdout.splitlines()[-1]
    assert shown == "# SDK to judge by: anthropic ==1.* (claude-lint.toml:1)"


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ('select = ["CL2", "retried-model"]', "`retried-model` in `select` names no rule; "),
        ('target-sdk = ">=99"', "`target-sdk`: no release of anthropic satisfies `>=99` in "),
    ],
)
def test_settings_that_no_run_could_use_are_not_shown(settings: str, message: str) -> None:
    Path("claude-lint.toml").write_text(f"{settings}\n")
    for words in (["config"], ["bad.py"]):
        result = run(*words)
        assert result.exit_code == 2
        assert result.stderr.startswith(f"error: {message}")
        assert result.stderr.endswith("claude-lint.toml:1\n")


def test_an_sdk_that_does_not_exist_is_an_error_of_the_call() -> None:
    result = run("bad.py", "--target-sdk", ">=99")
    assert result.exit_code == 2
    assert result.stderr == "error: `target-sdk`: no release of anthropic satisfies `>=99`\n"


def test_a_catalogue_that_is_missing_is_told_with_its_line() -> None:
    Path("claude-lint.toml").write_text('# ours\ncatalog = ["none.toml"]\n')
    result = run("bad.py")
    assert result.exit_code == 2
    assert result.stderr.startswith("error: `catalog` names `")
    assert result.stderr.endswith("none.toml`, which is no file in claude-lint.toml:2\n")


def test_clean_empties_the_cache_that_is_named(tmp_path: Path) -> None:
    named = tmp_path / "elsewhere"
    for folder in (named, Path(".claude-lint-cache")):
        folder.mkdir()
        (folder / "CACHEDIR.TAG").touch()

    done = run("clean", "--cache-dir", str(named))

    assert (done.exit_code, done.stderr) == (0, f"Removed {named}\n")
    assert not named.exists()
    assert Path(".claude-lint-cache").exists()


def test_clean_removes_only_what_is_marked_as_a_cache() -> None:
    Path(".claude-lint.toml").write_text('cache-dir = "kept"\n')
    assert run("clean").stderr.startswith("Nothing to clean: ")

    Path("kept").mkdir()
    Path("kept/thesis.txt").write_text("")
    assert run("clean").exit_code == 2
    assert Path("kept/thesis.txt").exists()

    Path("kept/CACHEDIR.TAG").write_text("")
    assert run("clean").exit_code == 0
    assert not Path("kept").exists()


# ---------------------------------------------------------------------- options of check


def test_code_on_stdin_is_checked() -> None:
    assert check("-", stdin=BAD).stdout.startswith("-:4:30: error CL303 ")
    named = check("-", "--stdin-filename", "lib/new.py", stdin=BAD)
    assert named.stdout.startswith("lib/new.py:4:30: error CL303 ")
    assert check("--stdin-filename", "lib/new.py", stdin=BAD).stdout == named.stdout


def test_code_on_stdin_is_shown_in_the_frame() -> None:
    result = check("-", "--stdin-filename", "bad.py", "--output-format=full", stdin="\n" + BAD)

    assert '5 | client.messages.create(model="claude-2.1"' in result.stdout


def test_who_asks_for_one_rule_in_the_list_is_led_to_it() -> None:
    result = run("rules", "CL201")
    assert (result.exit_code, result.stderr) == (
        2,
        "error: this lists all rules; to read of one: `claude-lint explain CL201`\n",
    )


def test_in_a_terminal_each_rule_has_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    listed = run("rules").stdout.splitlines()
    assert max(map(len, listed)) == 80
    assert listed[0].startswith("CL101  bearer-auth")
    assert listed[0].endswith("…")


def test_how_a_run_went_is_told_where_its_report_goes_to_a_file() -> None:
    result = check("--output-format", "junit", "--output-file", "report.xml")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        "Found 1 problem in 1 file (1 error).\n1 fixable with --fix --unsafe-fixes.\n"
    )
    assert check("--quiet", "--output-file", "report.txt").stderr == ""


def test_a_report_goes_to_a_file() -> None:
    result = check("--output-format", "json", "--output-file", "report.json")

    assert result.exit_code == 1
    assert result.stdout == ""
    report = json.loads(Path("report.json").read_text())
    assert [finding["path"] for finding in report["findings"]] == ["bad.py"]
    assert report["summary"]["files"] == 2


def test_json_goes_to_stdout_alone() -> None:
    Path("empty").mkdir()
    result = check("empty", "--output-format", "json", "--as-of", "2026-01-02")

    assert json.loads(result.stdout)["as_of"] == "2026-01-02"
    assert result.stderr == "warning: no Python files found\n"


def test_quiet_leaves_findings_only() -> None:
    Path("empty").mkdir()

    assert check("-q").stdout.count("\n") == 1
    assert check("empty", "-q").output == ""


def test_statistics_count_by_rule() -> None:
    Path("other.py").write_text(BAD)

    assert check("--statistics").stdout == "2  CL303  retired-model\n"
    counted = check("--statistics", "--output-format", "json")
    assert json.loads(counted.stdout) == [{"code": "CL303", "rule": "retired-model", "count": 2}]
    assert counted.exit_code == 1
    assert check("--statistics", "good.py").stdout == ""


def test_files_are_listed_without_being_checked() -> None:
    result = check("--show-files", "--exclude", "good.py")

    assert (result.exit_code, result.stdout) == (0, "bad.py\n")


def test_globs_are_split_at_commas() -> None:
    Path("third.py").write_text(BAD)

    assert check("--show-files", "--exclude", "good.py,third.py").stdout == "bad.py\n"
    assert check("--show-files", "--extend-exclude", "good.py", "third.py").stdout == "third.py\n"
    assert check("--show-files", "--force-exclude", "--exclude=*.py", "bad.py").stdout == ""


def test_facts_are_dumped_as_json() -> None:
    result = run("--dump-facts")

    assert json.loads(result.stdout)["facts"].keys() == {"bad.py"}
    assert "claude-2.1" in result.stdout


def test_timings_go_to_stderr() -> None:
    assert [line.split("  ")[-1] for line in check("--timings").stderr.splitlines()] == [
        "finding files",
        "reading",
        "judging",
    ]


def test_there_is_no_cache_to_be_used_with_no_cache() -> None:
    assert check("--no-cache").stdout == check().stdout


def test_a_baseline_is_written_and_used() -> None:
    assert check("--baseline", "known.json", "--write-baseline").exit_code == 0
    assert json.loads(Path("known.json").read_text()) == {"bad.py": {"retired-model": 1}}
    result = check("--baseline", "known.json")
    assert result.exit_code == 0
    assert "1 in the baseline" in result.stdout


def test_ignores_are_written_into_files_that_stay_what_they_are_otherwise() -> None:
    bad = Path("bad.py")
    bad.write_bytes(b"\xef\xbb\xbf" + BAD.replace("\n", "\r\n").encode())
    bad.chmod(0o750)
    Path("link.py").symlink_to("bad.py")
    result = check("--add-ignore", "link.py")

    assert result.exit_code == 0
    assert result.stderr == "Added comments that ignore 1 of 1 findings\n"
    expected = BAD.rstrip("\n") + "  # claude-lint: ignore[retired-model]\n"
    assert bad.read_bytes() == b"\xef\xbb\xbf" + expected.replace("\n", "\r\n").encode()
    assert bad.stat().st_mode & 0o777 == 0o750
    assert Path("link.py").is_symlink()
    assert set(os.listdir()) - {".claude-lint-cache"} == {"bad.py", "good.py", "link.py"}


def test_names_that_are_no_unicode_are_printed_all_the_same() -> None:
    Path(os.fsdecode(b"bad\xff.py")).write_text(BAD)

    assert r"bad\xff.py:4:30: error CL303 " in check(os.fsdecode(b"bad\xff.py")).stdout


# ---------------------------------------------------------------------- terminals and pipes


@pytest.mark.parametrize(
    ("variables", "has_color"),
    [
        ({}, False),
        ({"FORCE_COLOR": "1"}, True),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        ({"FORCE_COLOR": "", "NO_COLOR": ""}, False),
    ],
)
def test_colours_follow_the_environment(
    variables: dict[str, str], has_color: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    assert ("\x1b[" in check("--output-format", "full").stdout) is has_color


def test_a_report_in_a_file_has_no_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    check("--output-format", "full", "--output-file", "report.txt")

    assert "error[CL303]" in Path("report.txt").read_text()
    assert "\x1b" not in Path("report.txt").read_text()


def on_terminal(*words: str) -> tuple[int, str]:
    """Run the command on a terminal of its own; give the exit code and what it shows."""
    process, terminal = pty.fork()
    if process == 0:
        os.execv(sys.executable, [sys.executable, "-m", "claude_lint", *words])
    shown = b""
    try:
        while chunk := os.read(terminal, 65536):
            shown += chunk
    except OSError:  # How Linux says that nobody writes any more.
        pass
    os.close(terminal)
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]), shown.decode()


def test_a_terminal_shows_colours() -> None:
    exit_code, shown = on_terminal("bad.py", "--select", "CL303")

    assert exit_code == 1
    assert "\x1b[" in shown
    assert "retired-model" in shown


def test_a_reader_that_goes_away_changes_nothing() -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "claude_lint", "bad.py", "--select=CL303", "-v"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    errors = process.stderr.read()
    process.stderr.close()

    assert process.wait() == 1
    assert errors == ""


HANGING = """
import sys, time
from claude_lint import checker, cli

def hang(self, source):
    print("hangs", file=sys.stderr, flush=True)
    time.sleep(60)

checker.Checker.check = hang
cli.main()
"""


@pytest.mark.parametrize(
    ("number", "exit_code", "message"),
    [(signal.SIGINT, 130, "error: interrupted\n"), (signal.SIGTERM, 143, "")],
)
def test_a_signal_ends_the_program_and_its_children(
    number: signal.Signals, exit_code: int, message: str
) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", HANGING, "bad.py"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    assert process.stderr.readline() == "hangs\n"
    os.killpg(process.pid, number)

    # Both streams end only when the last process that holds them has ended.
    ready, _, _ = select.select([process.stdout], [], [], 10)
    assert ready
    assert process.stdout.read() == ""
    assert process.stderr.read().lstrip("\n") == message
    assert process.wait(10) == exit_code
    process.stdout.close()
    process.stderr.close()


def modules_after(*words: str) -> set[str]:
    """List what a run has imported into the parent process."""
    code = (
        "import sys\nfrom claude_lint import cli\n"
        "try: cli.main()\nfinally: print('\\n' + ' '.join(sys.modules), file=sys.stderr)"
    )
    process = subprocess.run(
        [sys.executable, "-c", code, *words], capture_output=True, text=True, check=False
    )
    return set(process.stderr.splitlines()[-1].split())


@pytest.mark.parametrize("words", [["--version"], ["plain.py"]])
def test_what_is_slow_to_import_is_left_out_where_it_is_not_needed(words: list[str]) -> None:
    Path("plain.py").write_text("x = 1\n")

    assert {"libcst", "rich", "multiprocessing"}.isdisjoint(modules_after(*words))


def test_the_parent_process_never_imports_the_parser() -> None:
    assert "libcst" not in modules_after("bad.py")


def test_verbose_says_how_old_the_catalogue_is_once_that_matters() -> None:
    told = (
        "note: Catalogue checked on 2026-11-24, 61 days before: a newer claude-lint may know more"
    )
    assert told in check("-v", "--as-of", "2027-01-24").stderr.splitlines()
    assert "Catalogue" not in check("-v", "--as-of", "2027-01-23").stderr
    assert "Catalogue" not in check("-v", "--as-of", "2025-06-01").stderr
    assert "Catalogue" not in check("--as-of", "2027-01-24").stderr


def test_the_server_without_its_extra_says_how_to_get_it() -> None:
    without = "import sys; sys.modules.update(pygls=None, lsprotocol=None)"
    program = f"{without}; from claude_lint.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", program, "server"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert done.stderr == (
        'error: the language server needs an extra: `pip install "claude-lint[lsp]"`\n'
    )


@pytest.mark.skipif(os.name == "nt", reason="sparse files")
def test_a_neighbour_too_large_for_memory_does_not_matter() -> None:
    Path("claude-lint.toml").touch()
    with Path("sparse.py").open("wb") as stream:
        stream.truncate(1 << 40)
    # Whoever imports the module is looked for: what callers pass may be a request's.
    Path("raw.py").write_text(
        "import requests\n\ndef ask(body, headers):\n"
        "    return requests.post('https://api.anthropic.com/v1/messages', json=body, headers=headers)\n"
    )
    result = run("check", "--select", "CL401,CL901", "--output-format", "concise", "raw.py")
    assert result.stdout.startswith("raw.py:4:12: warning CL401 This request is sent once")
