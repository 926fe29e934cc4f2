from __future__ import annotations

import pickle
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from claude_lint.configuration.selection import CommandLine, Selection, select
from claude_lint.configuration.settings import SettingsError, forget_settings, load_settings
from claude_lint.findings import Severity


@dataclass(frozen=True)
class Rule:
    code: str
    name: str
    default: bool = True


RULES = (
    Rule("CL101", "bearer-auth"),
    Rule("CL201", "missing-max-tokens"),
    Rule("CL202", "excessive-max-tokens"),
    Rule("CL303", "retired-model"),
    Rule("CL307", "inline-model", default=False),
)
WARNING = Severity.WARNING


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.chdir(tmp_path)
    forget_settings()
    yield tmp_path
    forget_settings()


def selection(settings: str = "", **command_line: list[str]) -> Selection:
    Path("claude-lint.toml").write_text(settings, encoding="utf-8")
    forget_settings()
    return select(RULES, load_settings(Path("app.py")), CommandLine(**command_line))


def enabled(settings: str = "", **command_line: list[str]) -> list[str]:
    chosen = selection(settings, **command_line)
    for rule in RULES:
        assert chosen.enabled(rule.code) is chosen.enabled(rule.name)
    return [rule.code for rule in RULES if chosen.enabled(rule.code)]


def test_by_default_all_rules_are_on_but_the_opt_in_ones() -> None:
    assert enabled() == ["CL101", "CL201", "CL202", "CL303"]


@pytest.mark.parametrize(
    ("selector", "codes"),
    [
        ("ALL", ["CL101", "CL201", "CL202", "CL303", "CL307"]),
        ("CL", ["CL101", "CL201", "CL202", "CL303", "CL307"]),
        ("CL3", ["CL303", "CL307"]),
        ("CL20", ["CL201", "CL202"]),
        ("CL307", ["CL307"]),
        ("inline-model", ["CL307"]),
    ],
)
def test_a_selector_includes_opt_in_rules(selector: str, codes: list[str]) -> None:
    assert enabled(f'select = ["{selector}"]') == codes
    assert enabled(select=[selector]) == codes


def test_the_most_specific_selector_wins() -> None:
    assert enabled('select = ["CL201"]\nignore = ["CL2"]') == ["CL201"]
    assert enabled('select = ["ALL"]\nignore = ["CL20"]\nextend-select = ["CL202"]') == [
        "CL101",
        "CL202",
        "CL303",
        "CL307",
    ]


def test_ignore_wins_among_equals_whether_code_or_name() -> None:
    assert enabled('select = ["CL201", "CL2"]\nignore = ["missing-max-tokens"]') == ["CL202"]


def test_extend_select_adds_to_the_default() -> None:
    assert "CL307" in enabled('extend-select = ["inline-model"]')
    assert "CL307" in enabled(extend_select=["inline-model"])


def test_select_on_the_command_line_replaces_the_settings() -> None:
    settings = 'select = ["CL1"]\nextend-select = ["CL307"]\nignore = ["CL303"]'
    assert enabled(settings, select=["CL3,CL201"]) == ["CL201", "CL303", "CL307"]


def test_a_broad_ignore_on_the_command_line_beats_an_exact_select_in_the_settings() -> None:
    assert enabled('select = ["CL201", "CL101"]', ignore=["CL2"]) == ["CL101"]


def test_extend_select_on_the_command_line_keeps_the_settings() -> None:
    assert enabled('select = ["CL1"]\nignore = ["CL201"]', extend_select=["CL201"]) == [
        "CL101",
        "CL201",
    ]


def test_only_select_and_ignore_narrow_a_run() -> None:
    assert selection(select=["ALL"]).is_narrowed
    assert selection(ignore=["CL1"]).is_narrowed
    assert not selection('select = ["CL1"]', extend_select=["CL2"]).is_narrowed


def test_severities_are_replaced_by_the_most_specific_entry() -> None:
    chosen = selection('severity = { ALL = "info", missing-max-tokens = "error" }')
    here = Path.cwd() / "app.py"
    assert chosen.severity_of("CL201", WARNING, here) is Severity.ERROR
    assert chosen.severity_of("CL202", WARNING, here) is Severity.INFO
    assert selection().severity_of("CL202", WARNING, here) is WARNING


def test_a_severity_of_off_disables_unless_the_command_line_asks() -> None:
    settings = 'select = ["CL201", "CL202"]\nseverity = { CL2 = "off", CL202 = "error" }'
    here = Path.cwd() / "app.py"
    assert enabled(settings) == ["CL202"]
    assert selection(settings).severity_of("CL201", WARNING, here) is None
    asked = selection(settings, select=["CL201"])
    assert asked.severity_of("missing-max-tokens", WARNING, here) is WARNING


def test_per_file_ignores_hold_in_the_files_that_match() -> None:
    chosen = selection('[per-file-ignores]\n"scripts/*" = ["CL2"]\n"*_test.py" = ["bearer-auth"]')
    script, test, other = (Path.cwd() / name for name in ("scripts/a.py", "a_test.py", "a.py"))
    assert chosen.severity_of("CL201", WARNING, script) is None
    assert chosen.severity_of("missing-max-tokens", WARNING, script) is None
    assert chosen.severity_of("CL101", WARNING, script) is WARNING
    assert chosen.severity_of("CL101", WARNING, test) is None
    assert chosen.severity_of("CL201", WARNING, other) is WARNING
    assert chosen.enabled("CL201")
    assert not chosen.enabled("CL201", script)


def test_per_file_ignores_hold_under_a_command_line_select() -> None:
    chosen = selection('per-file-ignores = { "a.py" = ["CL2"] }', select=["CL201"])
    assert chosen.severity_of("CL201", WARNING, Path.cwd() / "a.py") is None


def test_fixable_and_unfixable_choose_fixes_as_select_and_ignore_choose_rules() -> None:
    chosen = selection('fixable = ["CL2"]\nunfixable = ["CL202"]')
    assert [rule.code for rule in RULES if chosen.fixable(rule.code)] == ["CL201"]
    assert all(selection().fixable(rule.name) for rule in RULES)


def test_a_selection_reaches_a_worker_unchanged() -> None:
    chosen = selection('per-file-ignores = { "a.py" = ["CL2"] }', ignore=["CL1"])
    assert pickle.loads(pickle.dumps(chosen)) == chosen


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        (
            'select = [\n "CL1",\n "CL210",\n]',
            3,
            "`CL210` in `select` names no rule; did you mean `CL201`?",
        ),
        (
            'ignore = ["mising-max-tokens"]',
            1,
            "`mising-max-tokens` in `ignore` names no rule; did you mean `missing-max-tokens`?",
        ),
        ('extend-select = ["all"]', 1, "`all` in `extend-select` names no rule; "),
        ('unfixable = ["cl201"]', 1, "`cl201` in `unfixable` names no rule; "),
        (
            '[severity]\nCL1 = "info"\nretired-modle = "off"',
            3,
            "`retired-modle` in `severity` names no rule; did you mean `retired-model`?",
        ),
        (
            '[per-file-ignores]\n"a.py" = [\n"CL9"]',
            3,
            "`CL9` in `per-file-ignores` names no rule; ",
        ),
    ],
)
def test_an_unknown_selector_is_refused_with_its_line(text: str, line: int, message: str) -> None:
    with pytest.raises(SettingsError) as caught:
        selection(text)
    assert caught.value.path == Path.cwd() / "claude-lint.toml"
    assert caught.value.line == line
    assert caught.value.message.startswith(message)


def test_an_unknown_selector_on_the_command_line_names_the_option() -> None:
    with pytest.raises(SettingsError) as caught:
        selection(extend_select=["CL1,inline-modle"])
    assert str(caught.value) == (
        "`inline-modle` in `--extend-select` names no rule; did you mean `inline-model`?"
    )
