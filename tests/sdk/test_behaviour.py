"""What the documents say that the SDK sends, repeats, returns and warns of, tried on itself.

`CLAIMS.md` names these tests beside the sentences that they hold for.
"""

from __future__ import annotations

import pytest

from sdk_runs import SDK, Run, major, run

pytestmark = pytest.mark.skipif(not SDK, reason="CLAUDE_LINT_SDK names no Python with the SDK")

CLIENT = "import anthropic\nimport os\nclient = anthropic.Anthropic()\n"
SYNC = "import anthropic\nimport asyncio\nclient = anthropic.Anthropic()\n"
ASYNC = "import anthropic\nimport asyncio\nclient = anthropic.AsyncAnthropic()\n"
HELLO = 'messages=[{"role": "user", "content": "Hi"}]'
ASK = f'client.messages.create(model="claude-opus-5-5", max_tokens=9, {HELLO})'
SOON = {"retry-after-ms": "1"}
TOOL_USE = {"type": "tool_use", "id": "t1", "name": "save", "input": {"a": 1}}
THINKING = {"type": "thinking", "thinking": "", "signature": "x"}


def only_error(done: Run) -> tuple[str, str]:
    (error,) = done.errors
    return error


def error_names(done: Run) -> list[str]:
    return [name for name, _text in done.errors]


# ---------------------------------------------------------------------- what is sent


def test_the_key_goes_in_the_header_of_its_major() -> None:
    (request,) = run(CLIENT + ASK).requests
    sent = {name: request["headers"].get(name) for name in ("x-api-key", "authorization")}
    if major() < 2:
        assert sent == {"x-api-key": "unused", "authorization": None}
    else:
        assert sent == {"x-api-key": None, "authorization": "Bearer unused"}


def test_the_api_version_of_its_major_is_sent() -> None:
    (request,) = run(CLIENT + ASK).requests
    wanted = "2023-06-01" if major() < 2 else "2026-10-21"
    assert request["headers"]["anthropic-version"] == wanted


def test_default_headers_state_another_version() -> None:
    code = CLIENT.replace(
        "Anthropic()", 'Anthropic(default_headers={"anthropic-version": "2023-06-01"})'
    )
    (request,) = run(code + ASK).requests
    assert request["headers"]["anthropic-version"] == "2023-06-01"


def test_two_credentials_are_both_sent_until_they_are_refused() -> None:
    done = run(CLIENT.replace("()", '(api_key="a", auth_token="b")') + ASK)
    if major() < 2:
        (request,) = done.requests
        assert request["headers"]["x-api-key"] == "a"
        assert request["headers"]["authorization"] == "Bearer b"
    else:
        assert done.errors[0][0] == "ValueError"
        assert "Pass at most one of" in done.errors[0][1]


def test_a_base_url_with_v1_doubles_it() -> None:
    code = CLIENT.replace("()", '(base_url=os.environ["ANTHROPIC_BASE_URL"] + "/v1")')
    (request,) = run(code + ASK).requests
    assert request["path"] == "/v1/v1/messages"


def test_a_sampling_parameter_in_extra_body_is_sent_by_every_major() -> None:
    (request,) = run(CLIENT + ASK[:-1] + ', extra_body={"temperature": 0.5})').requests
    assert request["body"]["temperature"] == 0.5


# ---------------------------------------------------------------------- what is repeated


@pytest.mark.parametrize("status", [408, 409, 429, 500, 529])
def test_what_may_pass_is_sent_twice_more(status: int) -> None:
    done = run(CLIENT + ASK, statuses=[status] * 9, headers=SOON)
    assert len(done.requests) == 3
    assert len(done.errors) == 1


@pytest.mark.parametrize("status", [400, 401, 403, 404])
def test_what_the_client_did_wrong_is_sent_once(status: int) -> None:
    assert len(run(CLIENT + ASK, statuses=[status] * 9, headers=SOON).requests) == 1


def test_no_retries_means_one_request() -> None:
    code = CLIENT.replace("()", "(max_retries=0)")
    done = run(code + ASK, statuses=[529] * 9, headers=SOON)
    assert len(done.requests) == 1
    assert only_error(done)[0] in ("OverloadedError", "InternalServerError")


def test_five_own_tries_make_fifteen() -> None:
    loop = f"""
for attempt in range(5):
    try:
        {ASK}
        break
    except anthropic.RateLimitError:
        continue
"""
    assert len(run(CLIENT + loop, statuses=[429] * 99, headers=SOON).requests) == 15


def test_the_sdk_waits_as_retry_after_says() -> None:
    first, second = run(CLIENT + ASK, statuses=[429], headers={"retry-after": "1"}).requests
    assert second["time"] - first["time"] >= 1


def test_the_sdk_waits_ten_minutes() -> None:
    assert run(CLIENT + "seen.append(client.timeout.read)").seen == [600]


def test_with_options_shares_the_connections() -> None:
    code = "seen.append(client.with_options(max_retries=1)._client is client._client)"
    assert run(CLIENT + code).seen == [True]


# ---------------------------------------------------------------------- what is refused unsent


@pytest.mark.parametrize(
    "arguments",
    [
        "",
        ", max_tokens=None",
        ", max_tokens=anthropic.NOT_GIVEN",
        ', extra_body={"max_tokens": 9}',
    ],
)
def test_a_request_without_max_tokens_is_refused_unsent(arguments: str) -> None:
    if major() < 1 and "None" in arguments:
        pytest.skip("0.x sends null")
    done = run(CLIENT + f'client.messages.create(model="claude-opus-5-5", {HELLO}{arguments})')
    assert only_error(done)[0] == "TypeError"
    assert done.requests == []


@pytest.mark.parametrize(
    "call",
    [
        f"create(max_tokens=9, {HELLO})",
        'create(model="claude-opus-5-5", max_tokens=9)',
        f"count_tokens({HELLO})",
        'count_tokens(model="claude-opus-5-5")',
    ],
)
def test_a_request_without_model_or_messages_is_refused_unsent(call: str) -> None:
    done = run(CLIENT + f"client.messages.{call}")
    assert only_error(done)[0] == "TypeError"
    assert done.requests == []


def test_the_default_temperature_is_refused_as_well() -> None:
    done = run(CLIENT + ASK[:-1] + ", temperature=1.0)")
    assert error_names(done) == ([] if major() < 1 else ["TypeError"])


@pytest.mark.parametrize(
    ("model", "tokens", "errors"),
    [
        ("claude-opus-5-5", 21_333, []),
        ("claude-opus-5-5", 21_334, ["ValueError"]),
        ("claude-opus-4-20250514", 8_192, []),
        ("claude-opus-4-20250514", 8_193, ["ValueError"]),
    ],
)
def test_too_many_tokens_are_refused_unsent(model: str, tokens: int, errors: list[str]) -> None:
    done = run(CLIENT + f'client.messages.create(model="{model}", max_tokens={tokens}, {HELLO})')
    assert error_names(done) == errors
    assert len(done.requests) == 1 - len(errors)


@pytest.mark.parametrize("where", ["client", "call"])
def test_a_time_out_of_ones_own_lifts_the_bound(where: str) -> None:
    code = CLIENT.replace("()", "(timeout=600)") if where == "client" else CLIENT
    argument = "" if where == "client" else ", timeout=600"
    ask = f'client.messages.create(model="claude-opus-5-5", max_tokens=64000, {HELLO}{argument})'
    assert run(code + ask).errors == []


def test_an_empty_key_fails_at_the_first_request() -> None:
    code = CLIENT.replace("Anthropic()", 'Anthropic(api_key=os.environ.pop("NO", ""))')
    done = run('import os; os.environ.pop("ANTHROPIC_API_KEY")\n' + code + ASK)
    name, text = only_error(done)
    assert done.requests == []
    assert name == ("TypeError" if major() < 2 else "APIConnectionError")
    assert ("authentication" in text) == (major() < 2)


def test_a_foreign_timeout_for_the_sdks_http_client_fails_every_request() -> None:
    made = "http_client=anthropic.DefaultHttpxClient(timeout=httpx.Timeout(9)), max_retries=0"
    done = run("import httpx\n" + CLIENT.replace("()", f"({made})") + ASK)
    assert error_names(done) == ([] if major() < 1 else ["APIConnectionError"])


def test_limits_of_httpx_do_no_harm() -> None:
    made = "http_client=anthropic.DefaultHttpxClient(limits=httpx.Limits(max_connections=9))"
    assert run("import httpx\n" + CLIENT.replace("()", f"({made})") + ASK).errors == []


# ---------------------------------------------------------------------- what is returned


def test_a_message_is_no_answer_of_openais() -> None:
    reads = "r.choices\nr.usage.prompt_tokens\nr.usage.total_tokens\nr.get('content')\nr['content']"
    done = run(f"{CLIENT}r = {ASK}\n{reads}")
    assert error_names(done) == ["AttributeError"] * 4 + ["TypeError"]


def test_the_content_is_no_text() -> None:
    reads = "c.strip()\njson.loads(c)\nc + ''\nseen += [c == 'Hello', str(c)]"
    done = run(f"{CLIENT}import json\nc = {ASK}.content\n{reads}")
    assert error_names(done) == ["AttributeError", "TypeError", "TypeError"]
    assert done.seen[0] is False
    assert done.seen[1].startswith("[TextBlock(citations=None, text=")


@pytest.mark.parametrize("first", [THINKING, TOOL_USE], ids=["thinking", "tool"])
def test_a_first_block_without_text_has_none(first: dict[str, object]) -> None:
    code = f"{CLIENT}r = {ASK}\nr.content[0].text"
    done = run(code, content=[first, {"type": "text", "text": "Hello"}])
    assert only_error(done)[0] == "AttributeError"


def test_the_input_of_a_tool_is_a_dict() -> None:
    done = run(
        f"{CLIENT}import json\nr = {ASK}\njson.loads(r.content[0].input)", content=[TOOL_USE]
    )
    assert only_error(done)[0] == "TypeError"


def test_a_coroutine_sends_nothing_and_has_no_content() -> None:
    done = run(f"{ASYNC}r = {ASK}\nr.content\nfor block in r: pass\nr.close()\n{ASK}\n")
    assert error_names(done) == ["AttributeError", "TypeError"]
    assert done.requests == []
    assert [name for name, text in done.warnings if "never awaited" in text] == ["RuntimeWarning"]


def test_streams_and_lists_are_no_coroutines() -> None:
    code = f"""
import inspect
for made in ({ASK.replace("create", "stream")}, client.models.list()):
    seen.append(inspect.iscoroutine(made))
"""
    assert run(ASYNC + code).seen == [False, False]


def test_awaiting_the_synchronous_client_loses_the_answer() -> None:
    done = run(f"{SYNC}async def ask():\n    await {ASK}\nasyncio.run(ask())")
    name, text = only_error(done)
    assert (name, len(done.requests)) == ("TypeError", 1)
    assert "await" in text


def test_a_synchronous_call_holds_up_the_event_loop() -> None:
    code = f"""
ticks = []
async def tick():
    while True:
        ticks.append(1)
        await asyncio.sleep(0.01)
async def main():
    ticking = asyncio.create_task(tick())
    await asyncio.sleep(0)
    before = len(ticks)
    {ASK}
    seen.append(len(ticks) - before)
    ticking.cancel()
asyncio.run(main())
"""
    assert run(SYNC + code, statuses=[429], headers={"retry-after": "1"}).seen == [0]


def test_a_client_has_what_the_document_lists() -> None:
    names = ["messages", "models", "beta"] + (["files", "skills"] if major() == 2 else [])
    methods = ["create", "stream", "parse", "count_tokens", "batches"]
    code = (
        f"seen += [hasattr(client, name) for name in {names}]\n"
        f"seen += [hasattr(client.messages, name) for name in {methods}]"
    )
    assert set(run(CLIENT + code).seen) == {True}


def test_betas_of_models_are_refused_since_2() -> None:
    done = run(CLIENT + "client.models.list(betas=[])")
    assert ("TypeError" in error_names(done)) == (major() == 2)


def test_a_deprecated_model_warns_with_its_day() -> None:
    if major() < 2:
        pytest.skip("this release is older than the announcement")
    done = run(CLIENT + ASK.replace("claude-opus-5-5", "claude-sonnet-4-5"))
    told = [text for name, text in done.warnings if name == "DeprecationWarning"]
    assert any("will reach end-of-life on November 30th, 2026" in text for text in told)
