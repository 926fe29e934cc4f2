import datetime
import json

import pytest

from claude_lint.claude.catalog import load
from claude_lint.commands.models import UnknownModelError, render_models

TODAY = datetime.date(2026, 11, 24)


def test_the_table_has_a_line_for_every_model() -> None:
    lines = render_models(None, "text", TODAY).splitlines()
    assert lines[0].split() == [
        "model", "state", "released", "ends", "replacement", "output", "context",
    ]  # fmt: skip
    rows = {line.split()[0]: line.split() for line in lines[1:-1]}
    assert rows.keys() == load().models.keys()
    assert rows["claude-sonnet-4-5-20250929"] == [
        "claude-sonnet-4-5-20250929", "deprecated", "2025-09-29", "2026-11-30",
        "claude-sonnet-5-5", "64,000", "200,000",
    ]  # fmt: skip
    assert rows["claude-mythos-preview"][3] == "2026-06-30?"
    assert rows["claude-opus-5"][3:5] == ["≥", "2027-07-24"]
    assert rows["claude-haiku-4-5"][1:3] == ["→", "claude-haiku-4-5-20251001"]
    assert lines[-1] == "State on 2026-11-24. Catalogue checked on 2026-11-24."


def test_a_narrow_terminal_gets_fewer_columns_and_all_of_them_whole() -> None:
    narrow = render_models(None, "text", TODAY, width=80)
    assert narrow.split()[:4] == ["model", "state", "ends", "replacement"]
    assert max(map(len, narrow.splitlines())) <= 80
    assert "…" not in narrow
    words = set(narrow.split())
    assert {"claude-3-7-sonnet-20250219", "2026-02-19", "claude-sonnet-5-5"} <= words


def test_a_catalogue_older_than_sixty_days_says_so() -> None:
    for days, told in ((60, False), (61, True)):
        text = render_models(None, "text", TODAY + datetime.timedelta(days=days))
        assert (f"{days} days before" in text) is told


def test_a_model_is_shown_on_every_platform_and_on_the_day() -> None:
    text = render_models("claude-sonnet-4-5", "text", datetime.date(2026, 11, 30))
    assert text.startswith("claude-sonnet-4-5\n")
    assert "  state               retired\n" in text
    assert "  moving alias of     claude-sonnet-4-5-20250929\n" in text
    assert "anthropic.claude-sonnet-4-5-20250929-v1:0" in text
    assert ": deprecated, ends 2027-04-08\n" in text


@pytest.mark.parametrize(
    "spelled", ["us.anthropic.claude-3-haiku-20240307-v1:0", "claude-3-haiku@20240307"]
)
def test_a_model_is_found_by_any_platforms_id(spelled: str) -> None:
    shown = json.loads(render_models(spelled, "json", TODAY))
    assert [model["id"] for model in shown["models"]] == ["claude-3-haiku-20240307"]


def test_json_states_facts_and_where_they_come_from() -> None:
    shown = json.loads(render_models(None, "json", TODAY))
    assert (shown["version"], shown["as_of"], shown["checked_on"]) == (
        1,
        "2026-11-24",
        "2026-11-24",
    )
    models = {model["id"]: model for model in shown["models"]}
    assert models.keys() == load().models.keys()
    opus = models["claude-3-opus-20240229"]
    assert (opus["state"], opus["retires"], opus["replacement"]) == (
        "retired",
        "2026-01-05",
        "claude-opus-5-5",
    )
    assert opus["platforms"]["vertex"]["retires"] == "2025-08-01"
    assert opus["sources"][0].startswith("https://platform.claude.com/")
    # What is not known is null.
    assert models["claude-opus-4-6"]["sampling"] is None


def test_a_day_in_the_past_shows_the_models_of_that_day() -> None:
    shown = json.loads(render_models("claude-3-opus-20240229", "json", datetime.date(2025, 8, 1)))
    model = shown["models"][0]
    assert (model["state"], model["replacement"]) == ("deprecated", "claude-opus-4-20250514")


@pytest.mark.parametrize(
    ("model_id", "message"),
    [
        (
            "claude-opus-4.6",
            "no model `claude-opus-4.6` in the catalogue; the nearest is `claude-opus-4-6`",
        ),
        (
            "Claude-Opus-4-6",
            "no model `Claude-Opus-4-6` in the catalogue; the nearest is `claude-opus-4-6`",
        ),
        ("gpt-4o", "no model `gpt-4o` in the catalogue; `claude-lint models` lists all"),
        (
            "claude-opus-6",
            "no model `claude-opus-6` in the catalogue; `claude-lint models` lists all",
        ),
    ],
)
@pytest.mark.parametrize("fmt", ["text", "json"])
def test_an_unknown_id_is_an_error_that_names_the_nearest(
    model_id: str, message: str, fmt: str
) -> None:
    with pytest.raises(UnknownModelError) as error:
        render_models(model_id, fmt, TODAY)
    assert str(error.value) == message
