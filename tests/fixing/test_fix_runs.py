"""Runs that fix with the rules as they are, over files that know each other."""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import Any

import pytest

import rule_examples
from claude_lint import engine
from claude_lint.engine import Options, Report

TODAY = datetime.date.fromisoformat(rule_examples.TODAY)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def fix(**options: Any) -> Report:
    given = {"fix": True, "unsafe_fixes": True, "isolated": True, "no_cache": True, **options}
    return engine.run(Options(as_of=TODAY, **given))


def test_what_a_fix_brings_up_where_its_value_goes_is_fixed_too() -> None:
    Path("ask.py").write_text(
        "import anthropic\n\n\n"
        "def ask(text, model):\n"
        "    return anthropic.Anthropic().messages.create(\n"
        "        model=model,\n"
        "        max_tokens=4096,\n"
        '        thinking={"type": "enabled", "budget_tokens": 2000},\n'
        '        messages=[{"role": "user", "content": text}],\n'
        "    )\n"
    )
    Path("app.py").write_text(
        'from ask import ask\n\nprint(ask("Hello", model="claude-sonnet-4-5"))\n'
    )
    report = fix()
    assert '"claude-sonnet-5-5"' in Path("app.py").read_text()
    assert 'thinking={"type": "adaptive"}' in Path("ask.py").read_text()
    assert report.findings == ()
    assert not fix().fixed


def test_what_a_fix_brings_counts_whichever_rules_are_selected() -> None:
    head = "import anthropic\n\nclient = anthropic.Anthropic()\n"
    call = 'client.messages.create(model="claude-2.1", max_tokens=9, messages=['
    user, prefill = '{"role": "user", "content": "Hi"}', '{"role": "assistant", "content": "{"}'
    prefilled = f"{head}{call}{user}, {prefill}])\n"
    Path("prefilled.py").write_text(prefilled)
    Path("first.py").write_text(f"{head}print({call}{user}]).content[0].text)\n")

    report = fix(select="retired-model")

    assert Path("prefilled.py").read_text() == prefilled
    assert [refusal.reason for refusal in report.refusals] == [
        "it would bring CL205 (unsupported-prefill) in line 4"
    ]
    mended = Path("first.py").read_text()
    assert '"claude-opus-5-5"' in mended
    assert "content[0]" not in mended
    assert report.fixed == {
        ("first.py", "CL303", "retired-model"): 1,
        ("first.py", "CL502", "first-block-text"): 1,
    }


def test_what_a_test_says_must_fail_is_left_as_it_is() -> None:
    code = (
        "import anthropic\n"
        "import pytest\n\n\n"
        "def test_error():\n"
        "    with pytest.raises(anthropic.NotFoundError):\n"
        "        anthropic.Anthropic().messages.create(\n"
        '            model="claude-2.1",\n'
        "            max_tokens=5,\n"
        '            messages=[{"role": "user", "content": "Hello"}],\n'
        "        )\n"
    )
    Path("test_app.py").write_text(code)
    report = fix()
    assert [finding.rule for finding in report.findings] == ["retired-model"]
    assert Path("test_app.py").read_text() == code


def test_what_another_file_lacks_is_added_to_the_call() -> None:
    Path("conf.py").write_text(
        'ASKED = {"model": "claude-opus-4-8", "messages": [{"role": "user", "content": "Hello"}]}\n'
    )
    Path("app.py").write_text(
        "import anthropic\n"
        "from conf import ASKED\n\n"
        "client = anthropic.Anthropic()\n"
        "client.messages.create(**ASKED)\n"
        "client.messages.create(\n"
        "    **ASKED,\n"
        ")\n"
    )
    assert fix().findings == ()
    assert Path("app.py").read_text().splitlines()[4:] == [
        "client.messages.create(**ASKED, max_tokens=1024)",
        "client.messages.create(",
        "    **ASKED,",
        "    max_tokens=1024,",
        ")",
    ]


def test_a_dict_in_parentheses_is_unpacked_with_them() -> None:
    sent = '{"model": "claude-opus-4-8", "max_tokens": 5, "messages": [{"role": "user", "content": "Hi"}]}'
    start = "import anthropic\n\nanthropic.Anthropic().messages.create("
    Path("app.py").write_text(f"{start}({sent}))\n")
    assert fix().findings == ()
    assert Path("app.py").read_text() == f"{start}**({sent}))\n"


def test_a_cell_is_mended_beside_one_that_cannot_be_parsed() -> None:
    call = (
        'anthropic.Anthropic().messages.create(model="Claude-Opus-5-5", max_tokens=5, messages=[])'
    )
    cells = ["def broken(:\n", f"import anthropic\n{call}\n", "x = 'open\n"]
    Path("lesson.ipynb").write_text(
        json.dumps(
            {
                "cells": [
                    {"cell_type": "code", "metadata": {}, "outputs": [], "source": source}
                    for source in cells
                ],
                "metadata": {},
                "nbformat": 4,
                "nbformat_minor": 5,
            }
        )
    )
    before = Path("lesson.ipynb").read_text()
    report = fix(select="miscased-model,unparsable-file")
    assert Path("lesson.ipynb").read_text() == before.replace("Claude-Opus-5-5", "claude-opus-5-5")
    assert [(one.rule, one.location.cell) for one in report.findings] == [
        ("unparsable-file", 1),
        ("unparsable-file", 3),
    ]
    assert not report.refusals
