import datetime

import pytest

from claude_lint.claude.catalog import State, load
from claude_lint.claude.catalog.model_ids import Judgement, Verdict, edits, judge

TODAY = datetime.date(2026, 11, 24)
CATALOG = load()


def judged(text: str, platform: str = "claude", as_of: datetime.date = TODAY) -> Judgement:
    return judge(CATALOG, text, platform, as_of)


@pytest.mark.parametrize("model_id", sorted(CATALOG.models))
def test_every_id_of_the_catalogue_is_right(model_id: str) -> None:
    found = judged(model_id)
    model = CATALOG.models[model_id]
    assert found.verdict is (Verdict.MOVING if model.moving else Verdict.KNOWN)
    assert found.model is model
    if found.state in (State.DEPRECATED, State.RETIRED):
        newer = CATALOG.replacement(model, TODAY)
        assert newer is not None
        assert found.suggestion == newer.id
    else:
        assert found.suggestion == (model.alias_of or None)


def test_every_platforms_id_is_right_there_and_wrong_on_the_claude_api() -> None:
    for model in CATALOG.snapshots():
        for platform, offer in model.offers.items():
            found = judged(offer.id, platform.value)
            assert found.verdict is Verdict.KNOWN, offer.id
            if offer.id not in CATALOG.models:
                there = judged(offer.id)
                assert there.verdict is Verdict.WRONG_PLATFORM, offer.id
                assert there.suggestion in CATALOG.models, offer.id
                assert there.same_model, offer.id


@pytest.mark.parametrize(
    ("text", "nearest"),
    [
        # swapped, missing, doubled and wrong letters
        ("claude-opsu-4-6", "claude-opus-4-6"),
        ("claude-opus-4-66", "claude-opus-4-6"),
        ("claude-ops-4-6", "claude-opus-4-6"),
        ("claude-opuss-4-6", "claude-opus-4-6"),
        ("claude-ops-5-5", "claude-opus-5-5"),
        ("claude-opis-5-5", "claude-opus-5-5"),
        ("claude-sonet-4-6", "claude-sonnet-4-6"),
        ("claude-sonnett-4-6", "claude-sonnet-4-6"),
        ("claude-sonnte-5-5", "claude-sonnet-5-5"),
        ("claude-sonnets-5-5", "claude-sonnet-5-5"),
        ("claude-sonent-5", "claude-sonnet-5"),
        ("claude-haiuk-5-5", "claude-haiku-5-5"),
        ("claude-hiaku-5-5", "claude-haiku-5-5"),
        ("claude-haku-4-5-20251001", "claude-haiku-4-5-20251001"),
        ("claude-haikku-4-5-20251001", "claude-haiku-4-5-20251001"),
        ("claude-fabel-5-2", "claude-fable-5-2"),
        ("claude-mithos-5-2", "claude-mythos-5-2"),
        ("cluade-opus-4-6", "claude-opus-4-6"),
        ("claud-opus-4-6", "claude-opus-4-6"),
        ("calude-sonnet-5-5", "claude-sonnet-5-5"),
        ("claudee-haiku-5-5", "claude-haiku-5-5"),
        ("clade-opus-5-5", "claude-opus-5-5"),
        # separators
        ("claude-opus-4.6", "claude-opus-4-6"),
        ("claude-opus-5.5", "claude-opus-5-5"),
        ("claude_opus_4_6", "claude-opus-4-6"),
        ("claude-opus-4_6", "claude-opus-4-6"),
        ("claude-opus46", "claude-opus-4-6"),
        ("claude-opus-46", "claude-opus-4-6"),
        ("claude-opus4-6", "claude-opus-4-6"),
        ("claudeopus-4-6", "claude-opus-4-6"),
        ("claude--opus-4-6", "claude-opus-4-6"),
        ("claude-opus-4-6-", "claude-opus-4-6"),
        ("claude.opus.4.6", "claude-opus-4-6"),
        ("claude-haiku-45", "claude-haiku-4-5-20251001"),
        ("claude-haiku-4.5", "claude-haiku-4-5-20251001"),
        ("claude-35-sonnet-20241022", "claude-3-5-sonnet-20241022"),
        ("claude-3.5-sonnet-20241022", "claude-3-5-sonnet-20241022"),
        ("claude3-5-sonnet-20241022", "claude-3-5-sonnet-20241022"),
        ("claude-3-5-sonnet20241022", "claude-3-5-sonnet-20241022"),
        ("claude-haiku-4520251001", "claude-haiku-4-5-20251001"),
        # order
        ("claude-4-6-opus", "claude-opus-4-6"),
        ("claude-4.6-sonnet", "claude-sonnet-4-6"),
        ("claude-4-sonnet", "claude-sonnet-4-20250514"),
        ("claude-sonnet-3-7", "claude-3-7-sonnet-20250219"),
        ("claude-haiku-3-5-20241022", "claude-3-5-haiku-20241022"),
        ("claude-opus-3", "claude-3-opus-20240229"),
        # dates and suffixes nobody gave them
        ("claude-opus-4-6-20260205", "claude-opus-4-6"),
        ("claude-opus-5-5-20260922", "claude-opus-5-5"),
        ("claude-opus-5-5-latest", "claude-opus-5-5"),
        ("claude-sonnet-latest", "claude-sonnet-5-5"),
        ("claude-sonnet-4-6-thinking", "claude-sonnet-4-6"),
        ("claude-opus-4-6-v1", "claude-opus-4-6"),
        ("claude-3-5-sonnet-20241020", "claude-3-5-sonnet-20241022"),
        ("claude-3-5-sonnet-2024102", "claude-3-5-sonnet-20241022"),
        ("claude-3-5-sonnet-20240621", "claude-3-5-sonnet-20240620"),
        ("claude-3-5-sonnet-v2", "claude-3-5-sonnet-20241022"),
        ("claude-3-haiku-20240308", "claude-3-haiku-20240307"),
        ("claude-haiku-4-5-20251010", "claude-haiku-4-5-20251001"),
        # generations nobody made
        ("claude-haiku-5", "claude-haiku-5-5"),
        ("claude-opus-4-3", "claude-opus-4-5-20251101"),
        ("claude-sonnet-5-2", "claude-sonnet-5"),
        ("claude-3-7-haiku", "claude-3-5-haiku-20241022"),
        ("claude-3-5-opus-20240229", "claude-3-opus-20240229"),
        # short
        ("claude-3-haiku", "claude-3-haiku-20240307"),
        ("claude-3-5-sonnet", "claude-3-5-sonnet-20241022"),
        ("claude-opus", "claude-opus-5-5"),
        ("claude-3", "claude-3-sonnet-20240229"),
        ("claude-v1", "claude-1.0"),
        ("claude-v1.3", "claude-1.3"),
        ("claude-v2", "claude-2.0"),
        ("claude-instant-v1", "claude-instant-1.0"),
        ("claude-instant-v1.1", "claude-instant-1.1"),
    ],
)
def test_an_id_that_does_not_exist_is_unknown_and_has_a_nearest(text: str, nearest: str) -> None:
    found = judged(text)
    assert found.verdict is Verdict.UNKNOWN
    assert found.model is not None
    assert found.model.id == nearest
    # What is suggested is served: the nearest one, or what replaced it.
    assert found.suggestion is not None
    suggested = CATALOG.models[found.suggestion]
    assert CATALOG.state(suggested, TODAY) in (State.ACTIVE, State.LEGACY)
    assert suggested.family in (found.model.family, found.model.succeeded_by)
    assert found.suggestion == nearest or CATALOG.state(found.model, TODAY) not in (
        State.ACTIVE,
        State.LEGACY,
    )


@pytest.mark.parametrize(
    "text",
    [
        # a generation above the newest: newer than the catalogue
        "claude-opus-6",
        "claude-opus-5-6",
        "claude-sonnet-6-20270101",
        "claude-7-haiku",
        "anthropic.claude-opus-6",
        # a family word that is none
        "claude-code",
        "claude-code-20250219",
        "claude-agent-sdk",
        "claude-direct",
        "claude-desktop-2",
        "claude-cli-1.0",
        "claude-verse-1",
        "claude-plus",
        "claude-pro",
        # no model at all
        "claude",
        "Claude 3.5 Sonnet",
        "claude opus",
        "claude-opus-4-6.json",
        "claude.ai",
        "claude-opus-4-6[1m]",
        "claude-*",
        "claude-{version}",
        "https://claude.ai/claude-opus-4",
        "models/claude-opus-4-6",
        "arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-v2",
        "sonnet",
        "clause-3",
        "cloud-sonnet",
        "my-model",
        "gpt-4o",
        "glm-4.6",
        "amazon.nova-pro-v1:0",
        "",
        " ",
        "claude-" * 100,
    ],
)
@pytest.mark.parametrize("platform", ["claude", "aws", "bedrock", "vertex", "unknown"])
def test_what_cannot_be_judged_is_silent(text: str, platform: str) -> None:
    assert judged(text, platform).verdict is Verdict.SILENT


@pytest.mark.parametrize("text", ["claude-opus-4.6", "claude-3-5-sonnet-20241022", "CLAUDE-2"])
def test_a_gateway_names_models_as_it_likes(text: str) -> None:
    assert judged(text, "gateway").verdict is Verdict.SILENT


@pytest.mark.parametrize(
    "text",
    [
        "claude-3-haiku",
        "claude-3.5-sonnet",
        "claude-opus-4.6",
        "claude-sonnet-4",
        "claude3-opus",
        "Claude-3-Opus",
        "anthropic/claude-3.5-sonnet",
        "anthropic/claude-3-5-sonnet-20241022",
    ],
)
def test_a_routers_spelling_is_silent_where_nothing_is_known(text: str) -> None:
    assert judged(text, "unknown").verdict is Verdict.SILENT


@pytest.mark.parametrize(
    "text", ["claude-opus-4-6-20260205", "claude-sonnet-4-5-latest", "claude-sonet-4-6"]
)
def test_what_exists_nowhere_is_unknown_everywhere(text: str) -> None:
    assert judged(text, "unknown").verdict is Verdict.UNKNOWN


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("Claude-Opus-4-6", "claude-opus-4-6"),
        (" claude-opus-4-6", "claude-opus-4-6"),
        ("claude-opus-4-6\n", "claude-opus-4-6"),
        ("CLAUDE-3-5-SONNET-20241022", "claude-3-5-sonnet-20241022"),
    ],
)
def test_an_id_that_is_right_but_for_its_case_is_miscased(text: str, right: str) -> None:
    found = judged(text)
    assert (found.verdict, found.suggestion, found.same_model) == (Verdict.MISCASED, right, True)


@pytest.mark.parametrize(
    ("text", "platform", "right", "same_model"),
    [
        ("us.anthropic.claude-opus-4-8", "claude", "claude-opus-4-8", True),
        (
            "anthropic.claude-3-haiku-20240307-v1:0",
            "claude",
            "claude-3-haiku-20240307",
            True,
        ),
        ("claude-haiku-4-5@20251001", "claude", "claude-haiku-4-5-20251001", True),
        ("anthropic/claude-opus-5-5", "claude", "claude-opus-5-5", True),
        ("anthropic:claude-opus-5-5", "claude", "claude-opus-5-5", True),
        ("anthropic/claude-opus-6", "claude", "claude-opus-6", True),
        ("anthropic/claude-sonnet-4.6", "claude", "claude-sonnet-4-6", False),
        ("anthropic/claude-3.5-sonnet", "claude", "claude-sonnet-5-5", False),
        ("us.anthropic.claude-sonet-4-6", "claude", "claude-sonnet-4-6", False),
        ("claude-haiku-4-5", "mantle", "anthropic.claude-haiku-4-5", True),
        (
            "claude-haiku-4-5",
            "bedrock",
            "global.anthropic.claude-haiku-4-5-20251001-v1:0",
            False,
        ),
        ("claude-3-opus-20240229", "bedrock", "global.anthropic.claude-opus-5-5", False),
        ("claude-haiku-4-5-20251001", "vertex", "claude-haiku-4-5@20251001", True),
        ("eu.anthropic.claude-sonnet-5-5", "vertex", "claude-sonnet-5-5", True),
    ],
)
def test_another_platforms_id_is_on_the_wrong_one(
    text: str, platform: str, right: str, same_model: bool
) -> None:
    found = judged(text, platform)
    assert found.verdict is Verdict.WRONG_PLATFORM
    assert (found.suggestion, found.same_model) == (right, same_model)


@pytest.mark.parametrize(
    ("text", "suggestion"),
    [
        ("us.anthropic.claude-3-5-sonnet-20240620-v1:0", "us.anthropic.claude-sonnet-5-5"),
        ("anthropic.claude-v2", "global.anthropic.claude-opus-5-5"),
        ("anthropic.claude-v2:1:200k", "global.anthropic.claude-opus-5-5"),
        ("eu.anthropic.claude-3-haiku-20240307-v1:0", "eu.anthropic.claude-haiku-5-5"),
    ],
)
@pytest.mark.parametrize("platform", ["bedrock", "unknown"])
def test_a_retired_bedrock_model_keeps_its_region(
    text: str, suggestion: str, platform: str
) -> None:
    found = judged(text, platform)
    assert (found.verdict, found.platform.value) == (Verdict.KNOWN, "bedrock")
    assert (found.state, found.suggestion) == (State.RETIRED, suggestion)


@pytest.mark.parametrize(
    ("text", "platform"),
    [
        ("ca.anthropic.claude-sonnet-4-6", "bedrock"),
        ("anthropic.claude-haiku-4-5", "bedrock"),
        ("claude-haiku-4-5", "vertex"),
        ("claude-opus-4-6@default", "vertex"),
        ("claude-haiku-4-5", "foundry"),
    ],
)
def test_short_names_on_other_platforms_are_right_and_do_not_move(text: str, platform: str) -> None:
    found = judged(text, platform)
    assert (found.verdict, found.suggestion) == (Verdict.KNOWN, None)


@pytest.mark.parametrize("text", ["our-claude", "claude-opus-4.6", "claude-3-5-sonnet-20241022"])
def test_a_foundry_deployment_may_have_any_name(text: str) -> None:
    assert judged(text, "foundry").verdict is Verdict.SILENT


def test_a_dated_bedrock_id_with_another_revision_is_unknown() -> None:
    found = judged("anthropic.claude-3-5-sonnet-20241022-v1:0", "bedrock")
    assert found.verdict is Verdict.UNKNOWN
    assert found.model is CATALOG.models["claude-3-5-sonnet-20241022"]


def test_another_vendors_model_is_unknown_on_a_claude_client_only() -> None:
    found = judge(CATALOG, "gpt-4o", "claude", TODAY, on_claude_client=True)
    assert (found.verdict, found.model) == (Verdict.UNKNOWN, None)
    assert found.suggestion == "claude-sonnet-5-5"


def test_the_day_decides_what_is_suggested() -> None:
    past = datetime.date(2026, 3, 1)
    assert judged("claude-opus-5.5", as_of=past).suggestion == "claude-opus-4-6"
    assert judged("claude-3.5-sonnet", as_of=past).suggestion == "claude-sonnet-4-6"
    assert judged("claude-sonnet-4.5", as_of=past).suggestion == "claude-sonnet-4-5-20250929"


def test_extra_models_are_never_judged() -> None:
    catalog = load(extra_models=("claude-opus-4.6", "claude-eap-*"))
    for text in ("claude-opus-4.6", "claude-eap-opus-4"):
        assert judge(catalog, text, "claude", TODAY).verdict is Verdict.SILENT


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ("opus", "opus", 0),
        ("opus", "opsu", 1),
        ("opus", "ops", 1),
        ("code", "opus", 4),
        ("", "ab", 2),
    ],
)
def test_edits_count_a_swap_as_one(left: str, right: str, expected: int) -> None:
    assert edits(left, right) == expected
