"""What README says can be done."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from claude_lint.cli import command_line
from claude_lint.configuration.settings import load_settings
from claude_lint.findings import Severity

PROJECT = Path(__file__).parents[1]
README = (PROJECT / "README.md").read_text("utf-8")
PAGES = {page.name: page.read_text("utf-8") for page in sorted(PROJECT.glob("docs/*.md"))}


def test_the_first_line_says_what_is_linted() -> None:
    assert "code that calls the Claude API" in README.split("\n", 1)[0]


def test_the_settings_shown_are_accepted(tmp_path: Path) -> None:
    shown = re.search(r"```toml\n(.*?)```", README, re.S)
    assert shown is not None
    (tmp_path / "pyproject.toml").write_text(shown[1], "utf-8")
    settings = load_settings(tmp_path)
    assert settings.ignore == ("CL405",)
    assert settings.severity == (("missing-timeout", "error"),)
    assert settings.fail_on is Severity.WARNING


def _invocations() -> list[str]:
    texts = "\n".join([README, *PAGES.values()])
    return [
        line.strip().removeprefix("- ").removeprefix("$ ").removeprefix("run: ")
        for line in re.findall(r"^ *(?:- )?(?:\$ |run: )?claude-lint(?: .*)?$", texts, re.M)
    ]


@pytest.mark.parametrize("invocation", _invocations())
def test_the_commands_and_options_shown_exist(invocation: str) -> None:
    words = re.split(r"[#|]", invocation)[0].split()[1:]
    name = words[0] if words and words[0] in command_line.commands else "check"
    options = {
        option for parameter in command_line.commands[name].params for option in parameter.opts
    }
    assert {word for word in words if word.startswith("--")} <= options


def test_commands_that_readme_teaches_are_commands() -> None:
    taught = {invocation.split()[1] for invocation in _invocations() if len(invocation.split()) > 1}
    assert {"explain", "diagnose", "models", "config"} <= taught & set(command_line.commands)


@pytest.mark.parametrize("page", PAGES)
def test_the_settings_that_a_page_shows_are_accepted(page: str, tmp_path: Path) -> None:
    for number, shown in enumerate(re.findall(r"```toml\n(.*?)```", PAGES[page], re.S)):
        if "language-server" in shown or shown.startswith("code = "):
            continue  # an editor's, or a rule's facts
        (tmp_path / f"{number}").mkdir()
        (tmp_path / f"{number}" / "claude-lint.toml").write_text(shown, "utf-8")
        load_settings(tmp_path / f"{number}")


def test_links_between_pages_lead_somewhere() -> None:
    pages = {"README.md": README, **{f"docs/{name}": text for name, text in PAGES.items()}}
    for page, text in pages.items():
        for link in re.findall(r"\]\((?!https?:)([^)#]+)", text):
            assert ((PROJECT / page).parent / link).exists(), f"{page}: {link}"
