"""What `nox -s drift` tells, on releases that are made up."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

from claude_lint.claude.catalog import load

TOOL = Path(__file__).parent.parent / "tools" / "check_drift.py"
SURFACE = {
    "versions": {"2": ["2.0.0"]},
    "clients": {"Anthropic": {"12": ["api_key"], "1": ["old"]}},
    "methods": {"messages.create": {"required": ["model"], "12": ["model"], "2": ["messages"]}},
}
KNOWN = {
    "version": "2.1.0",
    "models": ["claude-opus-5-5", "claude-haiku-4-5"],
    "deprecated": {"claude-sonnet-4-5": "November 30th, 2026"},
    "clients": {"Anthropic": ["api_key"], "AsyncAnthropic": ["api_key", "different"]},
    "methods": {
        "Anthropic:messages.create": ["messages", "model"],
        "AnthropicBedrock:messages.create": ["messages", "model"],
    },
}


def drift(**changes: Any) -> list[str]:
    spec = importlib.util.spec_from_file_location("check_drift", TOOL)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return list(module.drift({**KNOWN, **changes}, load(), SURFACE))


def test_a_release_of_which_all_is_known_is_silent() -> None:
    assert drift() == []


def test_a_model_and_another_day_are_told() -> None:
    days = {"claude-sonnet-4-5": "December 1st, 2026", "claude-new": "May 2nd, 2030"}
    assert drift(models=["claude-opus-9"], deprecated=days) == [
        "model claude-opus-9: not in the catalogue",
        "model claude-sonnet-4-5: the SDK says 2026-12-01, the catalogue 2026-11-30",
        "model claude-new: not in the catalogue, and retires on May 2nd, 2030",
    ]


def test_parameters_that_came_and_went_are_told() -> None:
    methods = {"Anthropic:messages.create": ["model", "new"]}
    assert drift(clients={"Anthropic": ["api_key", "token"]}, methods=methods) == [
        "Anthropic: takes `token`",
        "messages.create: takes `new`",
        "messages.create: takes no `messages` any more",
    ]


def test_a_method_that_went_and_a_new_major_are_told() -> None:
    assert drift(methods={}) == ["messages.create: gone"]
    assert drift(version="3.0.0") == ["anthropic 3.0.0: the catalogue knows no major version 3"]
