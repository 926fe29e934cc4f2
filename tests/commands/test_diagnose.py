"""From an error to the code that can cause it."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import rule_examples
from claude_lint import cli
from claude_lint.commands.diagnose import rank, understand
from claude_lint.findings import Finding, Location, Severity, Span
from claude_lint.python.tracebacks import Frame

BEARER = """\
import os
import requests


def ask(question):
    return requests.post(
        "https://api.anthropic.com/v1/messages",
        headers={"Authorization": "Bearer " + os.environ["ANTHROPIC_API_KEY"]},
        json={"model": "claude-2.1", "messages": question},
    )
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    Path("ask.py").write_text(BEARER)
    return tmp_path


def diagnose(*words: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(
        cli.command_line, ["diagnose", *words], input=stdin, prog_name="claude-lint"
    )


def rules(text: str) -> set[str]:
    return {rule.name for rule in understand(text).rules}


# ---------------------------------------------------------------------- the command


def test_a_status_gives_meaning_findings_and_checklist() -> None:
    result = diagnose("401")

    assert result.exit_code == 0
    assert result.stdout.startswith("401: the credential was refused\nThe API got no credential")
    assert "A retry cannot help" in result.stdout
    assert "warning[CL101] bearer-auth: " in result.stdout
    assert " --> ask.py:8:18\n" in result.stdout
    assert "help: Send the key as `x-api-key`" in result.stdout
    assert result.stdout.index("bearer-auth") < result.stdout.index("What no linter can see")
    assert "  [ ] the key was revoked, or has expired" in result.stdout
    assert result.stderr == ""


def test_only_rules_that_can_cause_the_error_are_run() -> None:
    shown = diagnose("401").stdout
    assert "bearer-auth" in shown
    assert "retired-model" not in shown

    shown = diagnose("not_found_error: model: claude-2.1").stdout
    assert "retired-model" in shown
    assert "bearer-auth" not in shown


def test_the_text_is_read_from_stdin_for_a_dash() -> None:
    body = '{"type": "error", "error": {"type": "not_found_error", "message": "model: claude-2.1"}}'
    result = diagnose("-", stdin=body)

    assert result.exit_code == 0
    assert result.stdout.startswith("404: there is no such model\n")
    assert "error[CL303] retired-model" in result.stdout


@pytest.mark.parametrize("text", ["", "  \n"])
def test_no_text_is_usage_error(text: str) -> None:
    for result in (diagnose(text), diagnose("-", stdin=text)):
        assert result.exit_code == 2
        assert result.stderr == "error: there is no text to diagnose\n"


def test_a_missing_path_is_usage_error() -> None:
    result = diagnose("401", "gone.py")
    assert (result.exit_code, result.stderr) == (2, "error: no such file or folder: gone.py\n")


def test_only_the_paths_that_are_named_are_checked() -> None:
    Path("other.py").write_text("import anthropic\n")
    assert "Nothing in the code explains this: 1 file checked" in diagnose("401", "other.py").stdout


def test_what_no_rule_can_cause_checks_no_code() -> None:
    shown = diagnose("Your credit balance is too low to access the Anthropic API").stdout
    assert "No rule can see the cause of this, so no code was checked." in shown
    assert "ask.py" not in shown
    assert "  [ ] the balance, under Plans & Billing in the Console" in shown


def test_an_unknown_text_is_said_to_be_unknown_and_all_rules_are_run() -> None:
    result = diagnose("it does not work")
    assert result.exit_code == 0
    assert result.stdout.startswith("This text names no error that is known here")
    assert "bearer-auth" in result.stdout
    assert "missing-max-tokens" in result.stdout


def test_the_name_of_a_file_stands_for_what_is_in_it() -> None:
    Path("error.log").write_text("401")
    assert diagnose("error.log").stdout == diagnose("401").stdout


def test_a_folder_is_no_error() -> None:
    Path("src").mkdir()
    assert diagnose("src").stderr == (
        "error: the error comes first: `claude-lint diagnose 401 src`\n"
    )


def test_findings_that_a_baseline_records_are_shown() -> None:
    runner = CliRunner()
    Path("claude-lint.toml").write_text('baseline = "known.json"\n')
    runner.invoke(cli.command_line, ["check", "--baseline", "known.json", "--write-baseline"])
    assert "bearer-auth" in Path("known.json").read_text()

    assert "warning[CL101] bearer-auth: " in diagnose("401").stdout


def test_a_key_in_the_text_is_not_shown() -> None:
    key = rule_examples.make_key("api03")
    trace = f'  File "/app/{key}/ask.py", line 6, in ask\nError code: 401'
    shown = diagnose(trace).stdout
    assert key not in shown
    assert "/app/sk-ant-api03…" in shown


def test_prose_is_wrapped_where_lines_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    shown = diagnose("Your credit balance is too low").stdout
    assert max(map(len, shown.splitlines())) <= 60


# ---------------------------------------------------------------------- which rules


def test_words_narrow_the_rules_that_a_status_names() -> None:
    assert {"bearer-auth", "missing-auth-header"} <= rules("401")
    named = rules('401 {"error": {"type": "authentication_error", "message": "invalid x-api-key"}}')
    assert "bearer-auth" in named
    assert "missing-auth-header" not in named


def test_words_of_a_rule_are_found_in_escaped_json() -> None:
    body = (
        '{"error": {"type": "invalid_request_error", "message": '
        '"\\"thinking.type.enabled\\" is not supported for this model."}}'
    )
    assert "unsupported-thinking" in rules(body)
    assert "missing-max-tokens" not in rules(body)


def test_rate_limits_lead_to_the_rules_about_retries() -> None:
    assert {"missing-retry", "disabled-retry", "retry-without-backoff"} <= rules("529")
    assert rules("500") >= {"missing-retry", "disabled-retry"}


def test_an_exception_of_python_leads_to_the_rules_that_foresee_it() -> None:
    error = "TypeError: create() got an unexpected keyword argument 'temperature'"
    assert {"sampling-parameter", "unknown-argument"} <= rules(error)
    error = "AttributeError: 'ThinkingBlock' object has no attribute 'text'"
    assert "first-block-text" in rules(error)


def test_the_linters_own_rules_cause_no_errors() -> None:
    assert not {name for name in rules("hello") if "ignore" in name or name == "unparsable-file"}


# ---------------------------------------------------------------------- where


TRACE = """\
Traceback (most recent call last):
  File "/app/src/main.py", line 20, in <module>
    print(ask("Hi"))
  File "/app/src/llm.py", line 8, in ask
    return client.messages.create(
  File "/venv/lib/python3.11/site-packages/anthropic/_base_client.py", line 1300, in post
    raise self._make_status_error_from_response(err.response) from None
anthropic.BadRequestError: Error code: 400
"""


def test_frames_of_the_users_code_are_shown_the_innermost_first() -> None:
    shown = diagnose(TRACE).stdout
    assert (
        "Your code in the traceback, the innermost call first:\n"
        "  /app/src/llm.py:8 in ask\n"
        "  /app/src/main.py:20 in <module>\n"
    ) in shown


def found(path: str, line: int, severity: Severity = Severity.WARNING) -> Finding:
    place = Location(path, Span(line, 1, line + 1, 1))
    return Finding("CL201", "missing-max-tokens", severity, "m", place)


def test_findings_follow_the_traceback_from_the_inside() -> None:
    places = understand(TRACE).frames
    far = found("src/llm.py", 90)
    near = found("src/llm.py", 9)
    outer = found("src/main.py", 21)
    error = found("src/other.py", 1, Severity.ERROR)
    info = found("src/any.py", 1, Severity.INFO)

    assert rank([info, error, far, near, outer], places) == (near, far, outer, error, info)


def test_a_file_of_the_same_name_in_another_folder_is_not_the_one_meant() -> None:
    here, elsewhere = found("src/llm.py", 300), found("tests/llm.py", 8)
    assert rank([elsewhere, here], [Frame("/app/src/llm.py", 8)]) == (here, elsewhere)


def test_without_a_traceback_the_worst_comes_first() -> None:
    mild, bad = found("a.py", 1), found("b.py", 1, Severity.ERROR)
    assert rank([mild, bad], []) == (bad, mild)


def test_of_a_long_log_the_end_counts() -> None:
    log = "\n".join(["Error code: 401", *(["retrying"] * 10_000), "Error code: 529"])
    assert [error.id for error in understand(log).errors] == ["529"]


def test_where_nothing_is_known_the_rules_are_counted_and_not_listed() -> None:
    Path("ask.py").write_text("import anthropic\n")
    [*_, told] = diagnose("something went wrong").stdout.splitlines()
    assert told.startswith("Nothing in the code explains this: 1 file checked for all ")
    assert told.endswith(" rules.")
