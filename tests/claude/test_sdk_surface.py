import pytest

from claude_lint.claude.catalog import load as load_catalog
from claude_lint.claude.catalog.sdk_surface import Method, load

SDK = load()
MAJORS = (0, 1, 2)


def method(path: str, major: int, client: str = "Anthropic") -> Method:
    found = SDK.method(client, path, major)
    assert found is not None
    return found


@pytest.mark.parametrize("path", ["messages.create", "messages.stream", "beta.messages.create"])
def test_sampling_keywords_left_with_major_1(path: str) -> None:
    sampling = {"temperature", "top_p", "top_k"}
    assert sampling <= method(path, 0).keywords
    for major in (1, 2):
        assert not sampling & method(path, major).keywords
        assert sampling <= method(path, major).past


def test_a_messages_request_requires_three_keywords() -> None:
    for major in MAJORS:
        required = method("messages.create", major).required
        assert required == {"max_tokens", "messages", "model"}
        assert method("messages.count_tokens", major).required == {"messages", "model"}


def test_a_stream_is_not_awaited() -> None:
    assert method("messages.create", 2, "AsyncAnthropic").is_awaited
    assert method("messages.batches.create", 2).is_awaited
    assert not method("messages.stream", 2).is_awaited
    assert not method("messages.batches.list", 2).is_awaited
    assert not method("with_options", 2).is_awaited


def test_max_retries_is_an_option_of_clients_and_not_of_calls() -> None:
    for major in MAJORS:
        constructor = SDK.constructor("Anthropic", major)
        assert constructor is not None
        assert "max_retries" in constructor
        assert "max_retries" in method("with_options", major).keywords
        assert "max_retries" not in method("messages.create", major).keywords


def test_copy_is_with_options() -> None:
    assert method("copy", 2) == method("with_options", 2)


def test_a_raw_response_has_the_same_methods() -> None:
    plain = method("messages.create", 2)
    assert method("messages.with_raw_response.create", 2) == plain
    assert method("with_streaming_response.messages.create", 2) == plain
    assert SDK.attributes("Anthropic", "messages.with_raw_response", 2) == SDK.attributes(
        "Anthropic", "messages", 2
    )


def test_text_completions_left_with_major_1() -> None:
    attributes = [SDK.attributes("Anthropic", "", major) for major in MAJORS]
    assert ["completions" in names for names in attributes if names] == [True, False, False]
    assert SDK.method("Anthropic", "completions.create", 1) is None
    assert ["HUMAN_PROMPT" in SDK.exports(major) for major in MAJORS] == [True, False, False]


def test_what_only_earlier_releases_had_is_past() -> None:
    assert "count_tokens" in SDK.past_attributes("Anthropic", "")
    assert "prompt_caching" in SDK.past_attributes("Anthropic", "beta")
    for major in MAJORS:
        beta = SDK.attributes("Anthropic", "beta", major)
        assert beta is not None
        assert "prompt_caching" not in beta


def test_a_client_has_only_its_own_resources() -> None:
    assert SDK.attributes("AnthropicBedrock", "beta", 2) == {
        "messages",
        "with_raw_response",
        "with_streaming_response",
    }
    assert SDK.attributes("AnthropicBedrock", "models", 2) is None
    assert SDK.method("AnthropicBedrock", "models.list", 2) is None
    assert method("messages.create", 2, "AnthropicVertex").keywords


@pytest.mark.parametrize(
    ("name", "is_client", "is_async"),
    [
        ("Anthropic", True, False),
        ("Client", True, False),
        ("AsyncClient", True, True),
        ("AsyncAnthropicBedrock", True, True),
        ("AnthropicError", False, False),
        ("Async", False, False),
    ],
)
def test_clients_are_known_by_name(name: str, is_client: bool, is_async: bool) -> None:
    assert (SDK.is_client(name), SDK.is_async_client(name)) == (is_client, is_async)
    for major in MAJORS:
        assert (name in SDK.exports(major)) or name == "Async"


def test_every_client_is_exported_by_some_major() -> None:
    for name in SDK.rows["clients"]:
        for spelled in (name, f"Async{name}"):
            assert any(spelled in SDK.exports(major) for major in MAJORS), spelled


def test_an_unknown_path_is_not_known() -> None:
    assert SDK.attributes("Anthropic", "chat", 2) is None
    assert SDK.method("Anthropic", "chat.completions.create", 2) is None
    assert SDK.constructor("OpenAI", 2) is None


def test_some_models_have_a_limit_without_streaming() -> None:
    assert SDK.nonstreaming_tokens("claude-opus-4-0") == 8192
    assert SDK.nonstreaming_tokens("claude-opus-5-5") is None


def test_the_sdk_and_the_catalogue_agree_on_deprecated_models() -> None:
    catalog = load_catalog()
    for model_id in SDK.deprecated_models(2):
        model = catalog.find(model_id)
        assert model is not None, model_id
        assert model.retires or model.end_of_life, model_id


def test_no_parameter_of_openai_is_one_of_claudes() -> None:
    legal = set()
    for path in ("messages.create", "messages.stream", "messages.parse", "beta.messages.create"):
        for major in MAJORS:
            legal |= method(path, major).keywords
    parameters = load_catalog().openai_parameters.values()
    assert not {row.name for row in parameters} & legal
    assert {row.rename for row in parameters if row.rename} <= legal


def test_the_newest_release_of_each_major_is_the_catalogues() -> None:
    for row in load_catalog().sdk_majors:
        assert SDK.rows["versions"][str(row.major)] == [row.newest]
