"""No credential is ever printed whole, and everything else stays as it was."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claude_lint.masking import mask

# Put together here, so that no file of ours holds what looks like a key.
TAIL = "R2dQ-x7Ya_" + "b8Kw3Zt0Lm" * 8 + "qHAA"


def key(kind: str) -> str:
    return "sk-ant-" + kind + "-" + TAIL


@pytest.mark.parametrize(
    ("kind", "shown"),
    [
        ("api03", "sk-ant-api03…"),
        ("oat01", "sk-ant-oat01…"),
        ("ort01", "sk-ant-ort01…"),
        ("sid02", "sk-ant-sid02…"),
        ("admin01", "sk-ant-admin…"),
        ("new9", "sk-ant-new9-…"),
    ],
)
def test_every_kind_of_credential_keeps_twelve_characters(kind: str, shown: str) -> None:
    assert (
        mask(f'client = Anthropic(api_key="{key(kind)}")')
        == f'client = Anthropic(api_key="{shown}")'
    )


def test_each_of_several_keys_is_masked() -> None:
    text = f"{key('api03')}, {key('oat01')}\n{key('api03')}"
    assert mask(text) == "sk-ant-api03…, sk-ant-oat01…\nsk-ant-api03…"


@pytest.mark.parametrize("start", ["ant-api03-", "api03-", "ant-oat01-", "admin01-"])
def test_a_key_without_its_beginning_is_masked(start: str) -> None:
    assert mask(f'"sk-" + "{start}{TAIL}"') == f'"sk-" + "{start}…"'


def test_a_key_that_was_cut_short_is_masked_all_the_same() -> None:
    assert mask(key("api03")[:30]) == "sk-ant-api03…"


@pytest.mark.parametrize(
    "text",
    [
        "sk-ant-...",
        "sk-ant-…",
        "sk-ant-api03-...",
        "sk-ant-api03-…",
        "sk-ant-xxx",
        "sk-ant-test-key",
        "sk-ant-your-api-key-goes-here",
        "sk-ant-api03-YOUR_ANTHROPIC_API_KEY",
        "my-api01-service-that-answers-the-phone-in-the-morning",
        "the keys begin with sk-ant-api03- or sk-ant-admin01-",
        "r'sk-ant-[a-zA-Z0-9_-]{20,}'",
    ],
)
def test_what_holds_no_secret_stays_readable(text: str) -> None:
    assert mask(text) == text


def test_what_masking_left_is_not_masked_again() -> None:
    once = mask("sk-sk-R2dQ-x7Yaapi03-" + TAIL)
    assert once == "sk-sk-R2dQ-x7Yaapi03-…"
    assert mask(once) == once


def test_the_rest_of_a_key_is_masked_without_its_beginning() -> None:
    rest = "q7Zt-Xk9mP2qR7vL4nT8wY1zB6cF3hJ5dG0s"
    assert mask(f'"sk-ant-" + "{rest}"') == '"sk-ant-" + "…"'
    assert mask("AnthropicBedrockMantleClient2") == "AnthropicBedrockMantleClient2"


@given(st.lists(st.sampled_from(["sk-", "ant-", "api03-", TAIL, TAIL[:9], "x", "…", " ", "é"])))
def test_masking_twice_changes_nothing_more(parts: list[str]) -> None:
    once = mask("".join(parts))
    assert mask(once) == once


@given(st.text(), st.text())
def test_no_key_survives_whatever_stands_around_it(before: str, after: str) -> None:
    assert TAIL not in mask(before + key("api03") + after)


@pytest.mark.parametrize("unit", ["sk-ant-", "sk-ant-abc ", "api03-", "ant-api03-a ", "a-", "sk-"])
def test_a_megabyte_of_beginnings_is_read_in_one_pass(unit: str) -> None:
    # A pattern that starts over at every character would not come back from this.
    text = unit * (1_000_000 // len(unit))
    assert mask(text) == text
