import datetime
from pathlib import Path

import pytest

from claude_lint.claude.catalog import CatalogError, Platform, State, load

TODAY = datetime.date(2026, 11, 24)
CATALOG = load()


def day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


def state(model_id: str, as_of: str = "2026-11-24", platform: str = "claude") -> str:
    return CATALOG.state(CATALOG.models[model_id], day(as_of), platform).value


def replacement(model_id: str, as_of: str = "2026-11-24", platform: str = "claude") -> str | None:
    found = CATALOG.replacement(CATALOG.models[model_id], day(as_of), platform)
    return found.id if found else None


@pytest.mark.parametrize(
    ("model_id", "expected"),
    [
        ("claude-fable-5-2", "active"),
        ("claude-mythos-5-2", "active"),
        ("claude-opus-5-5", "active"),
        ("claude-sonnet-5-5", "active"),
        ("claude-haiku-5-5", "active"),
        ("claude-fable-5", "legacy"),
        ("claude-opus-5", "legacy"),
        ("claude-opus-4-6", "legacy"),
        ("claude-sonnet-4-6", "legacy"),
        ("claude-opus-4-5", "deprecated"),
        ("claude-haiku-4-5-20251001", "legacy"),
        ("claude-sonnet-4-5", "deprecated"),
        ("claude-sonnet-4-5-20250929", "deprecated"),
        ("claude-mythos-preview", "deprecated"),
        ("claude-opus-4-1-20250805", "retired"),
        ("claude-sonnet-4-0", "retired"),
        ("claude-4-sonnet-20250514", "retired"),
        ("claude-3-7-sonnet-latest", "retired"),
        ("claude-3-5-sonnet-20241022", "retired"),
        ("claude-3-haiku-20240307", "retired"),
        ("claude-2.1", "retired"),
        ("claude-instant-1.2", "retired"),
    ],
)
def test_today_a_model_is_what_the_vendor_says(model_id: str, expected: str) -> None:
    assert state(model_id) == expected


def test_a_model_is_retired_on_the_day_of_its_retirement() -> None:
    assert state("claude-sonnet-4-5-20250929", "2026-11-29") == "deprecated"
    assert state("claude-sonnet-4-5-20250929", "2026-11-30") == "retired"


def test_a_model_past_an_unconfirmed_end_of_life_is_never_retired() -> None:
    preview = CATALOG.models["claude-mythos-preview"]
    assert preview.end_of_life == day("2026-06-30")
    assert preview.retires is None
    assert state("claude-mythos-preview", "2030-01-01") == "deprecated"


def test_a_states_history_follows_its_dates() -> None:
    history = ["2025-02-23", "2025-02-24", "2025-06-01", "2025-10-28", "2026-02-19"]
    assert [state("claude-3-7-sonnet-20250219", at) for at in history] == [
        "unreleased",
        "active",
        "legacy",
        "deprecated",
        "retired",
    ]


@pytest.mark.parametrize(
    ("model_id", "platform", "expected"),
    [
        ("claude-3-5-sonnet-20240620", "bedrock", "retired"),
        ("claude-3-haiku-20240307", "bedrock", "retired"),
        ("claude-2.0", "bedrock", "retired"),
        ("claude-sonnet-4-20250514", "bedrock", "retired"),
        ("claude-opus-4-1-20250805", "bedrock", "deprecated"),
        ("claude-sonnet-4-5-20250929", "bedrock", "deprecated"),
        ("claude-haiku-4-5-20251001", "bedrock", "legacy"),
        ("claude-3-5-haiku-20241022", "vertex", "retired"),
        # No sourced date on this platform: what the Claude API does says nothing.
        ("claude-opus-4-1-20250805", "vertex", "legacy"),
        ("claude-opus-4-1-20250805", "foundry", "retired"),
        ("claude-sonnet-4-5-20250929", "aws", "deprecated"),
    ],
)
def test_a_platform_retires_by_its_own_schedule(
    model_id: str, platform: str, expected: str
) -> None:
    assert state(model_id, platform=platform) == expected


def test_a_notice_nobody_saw_is_taken_from_the_platforms_promise() -> None:
    model = CATALOG.models["claude-sonnet-4-5-20250929"]
    deprecated, retires = CATALOG.dates(model, "bedrock")
    assert retires == day("2027-04-08")
    assert deprecated == day("2026-10-10")
    assert state("claude-sonnet-4-5-20250929", "2026-10-09", "bedrock") == "legacy"


@pytest.mark.parametrize(
    ("model_id", "as_of", "expected"),
    [
        ("claude-sonnet-4-5", "2026-11-24", "claude-sonnet-5-5"),
        ("claude-3-opus-20240229", "2026-11-24", "claude-opus-5-5"),
        ("claude-2.1", "2026-11-24", "claude-opus-5-5"),
        ("claude-instant-1.2", "2026-11-24", "claude-haiku-5-5"),
        ("claude-mythos-preview", "2026-11-24", "claude-mythos-5-2"),
        ("claude-opus-5-5", "2026-11-24", None),
        # Nothing that did not exist on the day is recommended, nor what was on its way out.
        ("claude-3-opus-20240229", "2026-01-10", "claude-opus-4-5-20251101"),
        ("claude-2.1", "2025-07-21", "claude-opus-4-20250514"),
        ("claude-3-opus-20240229", "2026-04-20", "claude-opus-4-7"),
        ("claude-instant-1.2", "2024-11-06", "claude-3-5-haiku-20241022"),
    ],
)
def test_a_replacement_is_the_newest_of_the_family_on_that_day(
    model_id: str, as_of: str, expected: str | None
) -> None:
    assert replacement(model_id, as_of) == expected


def test_a_replacement_is_offered_on_the_platform() -> None:
    assert replacement("claude-mythos-5", platform="bedrock") == "claude-mythos-5-1"


@pytest.mark.parametrize("platform", ["claude", "bedrock", "vertex", "foundry", "mantle"])
def test_every_model_that_ends_has_a_served_replacement(platform: str) -> None:
    for model in CATALOG.models.values():
        if CATALOG.spell(model, platform) and CATALOG.state(model, TODAY, platform) in (
            State.DEPRECATED,
            State.RETIRED,
        ):
            newer = CATALOG.replacement(model, TODAY, platform)
            assert newer is not None, model.id
            assert CATALOG.state(newer, TODAY, platform) in (State.ACTIVE, State.LEGACY)
            assert CATALOG.spell(newer, platform)


@pytest.mark.parametrize(
    ("model_id", "platform", "region", "expected"),
    [
        ("claude-opus-5-5", "claude", "", "claude-opus-5-5"),
        ("claude-opus-5-5", "bedrock", "eu", "eu.anthropic.claude-opus-5-5"),
        ("claude-opus-5-5", "bedrock", "", "global.anthropic.claude-opus-5-5"),
        ("claude-opus-5-5", "bedrock", "xx", "global.anthropic.claude-opus-5-5"),
        ("claude-opus-5-5", "mantle", "", "anthropic.claude-opus-5-5"),
        ("claude-3-haiku-20240307", "bedrock", "us", "us.anthropic.claude-3-haiku-20240307-v1:0"),
        ("claude-haiku-4-5-20251001", "vertex", "", "claude-haiku-4-5@20251001"),
        ("claude-haiku-4-5-20251001", "foundry", "", "claude-haiku-4-5"),
        ("claude-3-opus-20240229", "foundry", "", None),
        ("claude-mythos-5-2", "bedrock", "", None),
    ],
)
def test_a_model_is_spelled_as_its_platform_wants(
    model_id: str, platform: str, region: str, expected: str | None
) -> None:
    assert CATALOG.spell(CATALOG.models[model_id], platform, region) == expected


def test_an_alias_has_the_facts_of_what_it_stands_for() -> None:
    alias, snapshot = (
        CATALOG.models["claude-haiku-4-5"],
        CATALOG.models["claude-haiku-4-5-20251001"],
    )
    assert alias.alias_of == snapshot.id
    assert alias.moving
    assert alias.max_output_tokens == snapshot.max_output_tokens == 64_000
    assert not CATALOG.models["claude-4-opus-20250514"].moving
    assert not CATALOG.models["claude-opus-4-6"].is_alias


def test_what_models_accept_differs_by_model() -> None:
    opus, sonnet5 = CATALOG.models["claude-opus-5-5"], CATALOG.models["claude-sonnet-5"]
    assert opus.thinking_accepted == ("adaptive",)
    assert opus.forced_tool_choice is False
    assert opus.prefill is False
    assert opus.sampling == "default_only"
    assert sonnet5.system_role == "ignored"
    assert CATALOG.models["claude-sonnet-4-5"].sampling == "temperature_xor_top_p"
    # Not settled, so unknown.
    assert CATALOG.models["claude-opus-4-6"].sampling is None
    assert [opus.thinks_by_default(), CATALOG.models["claude-opus-4-8"].thinks_by_default()] == [
        True,
        False,
    ]


def test_every_row_has_a_known_source_and_a_day() -> None:
    rows = [*CATALOG.models.values(), *CATALOG.api_versions, *CATALOG.sdk_majors]
    rows += [*CATALOG.openai_parameters.values()]
    for row in rows:
        assert row.checked_on == TODAY
        assert row.source
        assert set(row.source) <= CATALOG.sources.keys(), row
    for model in CATALOG.models.values():
        for offer in model.offers.values():
            assert (offer.source in CATALOG.sources) == bool(offer.source), model.id
            assert offer.source or not offer.retires, model.id


def test_dates_of_a_model_are_in_order() -> None:
    for model in CATALOG.models.values():
        for platform in ("claude", "bedrock", "vertex"):
            deprecated, retires = CATALOG.dates(model, platform)
            known = [at for at in (model.released, deprecated, retires) if at]
            assert known == sorted(known), (model.id, platform)


def test_the_newest_api_version_and_sdk_are_those_of_the_day() -> None:
    assert CATALOG.newest_api_version(TODAY).id == "2026-10-21"
    assert CATALOG.newest_api_version(day("2026-10-20")).id == "2023-06-01"
    assert [CATALOG.newest_sdk(day(at)).major for at in ("2026-08-19", "2026-10-20", "2026-10-21")]
    assert CATALOG.newest_sdk(day("2026-08-19")).major == 0
    assert CATALOG.newest_sdk(day("2026-10-20")).major == 1
    assert CATALOG.newest_sdk(TODAY).major == 2
    assert CATALOG.newest_sdk(day("2020-01-01")).major == 0


def test_the_api_version_of_october_rejects_sampling() -> None:
    version = CATALOG.api_version("2026-10-21")
    assert version is not None
    assert version.rejected_parameters == ("temperature", "top_p", "top_k")
    assert CATALOG.api_version("2024-01-01") is None


def test_a_pure_rename_names_a_parameter() -> None:
    assert CATALOG.openai_parameters["max_completion_tokens"].rename == "max_tokens"
    assert CATALOG.openai_parameters["stop"].rename_type == "list"
    assert CATALOG.openai_parameters["response_format"].rename == ""


def test_an_overlay_changes_single_fields_and_adds_rows(tmp_path: Path) -> None:
    overlay = tmp_path / "ours.toml"
    overlay.write_text(
        '[[model]]\nid = "claude-opus-4-6"\ndeprecated = 2026-12-01\nretires = 2027-02-05\n'
        '[[model]]\nid = "claude-opus-6"\nfamily = "opus"\ngeneration = "6"\n'
        "released = 2026-11-20\n"
    )
    catalog = load((overlay,))
    old = catalog.models["claude-opus-4-6"]
    assert catalog.state(old, day("2027-02-05")) is State.RETIRED
    assert old.max_output_tokens == 128_000
    newer = catalog.replacement(old, TODAY)
    assert newer is not None
    assert newer.id == "claude-opus-6"
    assert load().find("claude-opus-6") is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            '[[model]]\nid = "claude-x"\nfamily = "x"\nretire = 2027-01-01\n',
            "unknown field `retire`",
        ),
        ("[[model]\n", "ours.toml"),
        ('[[alias]]\nid = "a"\nof = "nothing"\nmoving = true\n', "nothing"),
        ('[[model]]\nid = "claude-x"\n', "family"),
    ],
)
def test_an_overlay_that_makes_no_sense_is_an_error(
    tmp_path: Path, text: str, message: str
) -> None:
    overlay = tmp_path / "ours.toml"
    overlay.write_text(text)
    with pytest.raises(CatalogError) as error:
        load((overlay,))
    assert message in str(error.value)
    assert str(overlay) in str(error.value)


def test_a_missing_overlay_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(CatalogError) as error:
        load((tmp_path / "none.toml",))
    assert "none.toml" in str(error.value)


def test_platforms_compare_with_their_names() -> None:
    assert Platform("bedrock") is Platform.BEDROCK
    assert {Platform.BEDROCK: 1}["bedrock"] == 1  # type: ignore[index]
