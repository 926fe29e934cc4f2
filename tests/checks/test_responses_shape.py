"""CL501: what other APIs' responses have, and Claude's have not."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from claude_lint.findings import Finding, Safety, Severity

Lint = Callable[..., list[Finding]]

CREATE = (
    'create(model="claude-haiku-4-5", max_tokens=9, messages=[{"role": "user", "content": "x"}]'
)


@pytest.fixture
def check(check: Lint) -> Lint:
    def expanded(code: str | dict[str, str]) -> list[Finding]:
        files = {"example.py": code} if isinstance(code, str) else code
        return partial(check, select="openai-style-response")(
            {path: text.replace("CREATE", CREATE) for path, text in files.items()}
        )

    return expanded


def test_choices_is_reported_at_the_attribute_with_the_text_as_its_fix(check: Lint) -> None:
    (finding,) = check("""
        import anthropic
        client = anthropic.Anthropic()
        response = client.messages.CREATE)
        text = response.choices[0].message.content  # error: openai-style-response
    """)
    assert (finding.location.span.line, finding.location.span.column) == (4, 8)
    assert finding.location.span.end_column == 24
    assert finding.message == "A Claude response has no attribute `choices`"
    assert finding.severity is Severity.ERROR
    assert finding.fix is not None
    assert finding.fix.safety is Safety.UNSAFE
    (edit,) = finding.fix.edits
    assert edit.text == 'next(block.text for block in response.content if block.type == "text")'
    assert (edit.location.span.column, edit.location.span.end_column) == (8, 43)


def test_a_fix_in_an_f_string_uses_the_other_quote(check: Lint) -> None:
    (finding,) = check("""
        import anthropic
        response = anthropic.Anthropic().messages.CREATE)
        print(f"It said {response.choices[0].message.content}")  # error: openai-style-response
    """)
    assert finding.fix is not None
    (edit,) = finding.fix.edits
    assert edit.text == "next(block.text for block in response.content if block.type == 'text')"


def test_usage_has_other_names(check: Lint) -> None:
    findings = check("""
        import anthropic
        client = anthropic.Anthropic()
        response = client.messages.CREATE)
        usage = response.usage
        a = usage.prompt_tokens  # error: openai-style-response
        b = response.usage.completion_tokens  # error: openai-style-response
        c = usage.total_tokens  # error: openai-style-response
        d = usage["input_tokens"]  # error: openai-style-response
        e = response.usage.get("output_tokens", 0)  # error: openai-style-response
    """)
    assert [f.fix.edits[0].text if f.fix else None for f in findings] == [
        "usage.input_tokens",
        "response.usage.output_tokens",
        "(usage.input_tokens + usage.output_tokens)",
        "usage.input_tokens",
        None,
    ]


def test_a_response_read_like_a_dict(check: Lint) -> None:
    findings = check("""
        from anthropic import Anthropic
        message = Anthropic().messages.CREATE)
        a = message["content"][0]["text"]  # error: openai-style-response
        b = message.get("stop_reason")  # error: openai-style-response
        c = message.content[0]["text"]  # error: openai-style-response
        for block in message.content:
            if block.type == "tool_use":
                print(block["input"])  # error: openai-style-response
    """)
    assert findings[0].message == 'A Claude response is no dict: `["content"]` fails'
    assert findings[1].message == "A Claude response is no dict: `.get()` fails"


def test_a_response_that_went_through_functions_and_attributes(check: Lint) -> None:
    check({
        "claude_api.py": """
            from anthropic import Anthropic as Client

            class Api:
                def __init__(self, client=None):
                    self.client = client or Client()
                    self.last = None

                def send(self, text):
                    return self.client.messages.CREATE)

                def keep(self, text):
                    self.last = self.send(text)
                    return self.last.choices  # error: openai-style-response
        """,
        "app.py": """
            from claude_api import Api

            api = Api()
            print(api.send("x").choices[0].message)  # error: openai-style-response
            print(api.last.usage.prompt_tokens)  # error: openai-style-response
        """,
    })  # fmt: skip


def test_a_function_that_is_handed_a_response(check: Lint) -> None:
    check("""
        import anthropic

        def text_of(response):
            return response.choices[0].message.content  # error: openai-style-response

        print(text_of(anthropic.Anthropic().messages.CREATE)))
    """)


def test_asynchronous_raw_and_typed_responses(check: Lint) -> None:
    check("""
        import asyncio
        import anthropic
        from anthropic.types import Message
        client = anthropic.AsyncAnthropic()
        sync = anthropic.Anthropic()

        async def ask():
            one = await client.messages.CREATE)
            two = await asyncio.wait_for(client.messages.CREATE), timeout=30)
            raw = await client.messages.with_raw_response.CREATE)
            three = await raw.parse()
            four = await asyncio.to_thread(sync.messages.create, model="claude-haiku-4-5")
            for each in await asyncio.gather(client.messages.CREATE)):
                print(each.choices)  # error: openai-style-response
            print(one.choices)  # error: openai-style-response
            print(two.choices)  # error: openai-style-response
            print(three.choices)  # error: openai-style-response
            print(four.choices)  # error: openai-style-response

        def show(message: Message):
            print(message.choices)  # error: openai-style-response
    """)


def test_streams_and_their_final_message(check: Lint) -> None:
    (first, *_) = check("""
        import anthropic
        client = anthropic.Anthropic()
        for chunk in client.messages.CREATE, stream=True):
            print(chunk.choices[0].delta.content)  # error: openai-style-response
        with client.messages.stream(model="claude-haiku-4-5", max_tokens=9, messages=[]) as stream:
            final = stream.get_final_message()
        print(final.usage.total_tokens)  # error: openai-style-response
    """)
    assert first.message == "An event of Claude's stream has no attribute `choices`"
    assert first.help == "Use `client.messages.stream()` and its `text_stream`"


def test_responses_kept_in_a_list(check: Lint) -> None:
    check("""
        import anthropic
        client = anthropic.Anthropic()
        kept = []
        for _ in range(3):
            kept.append(client.messages.CREATE))
        for response in kept:
            print(response.choices)  # error: openai-style-response
        for number, response in enumerate(kept):
            print(number, response["usage"])  # error: openai-style-response
        print(kept[0].choices)  # error: openai-style-response
        print([client.messages.CREATE) for _ in kept][1].choices)  # error: openai-style-response
    """)


def test_batch_results_hold_messages(check: Lint) -> None:
    check("""
        import anthropic
        for outcome in anthropic.Anthropic().messages.batches.results("id"):
            print(outcome.result.message.choices)  # error: openai-style-response
            print(outcome.result.message.usage.input_tokens)
    """)


def test_an_unresolved_client_counts_with_a_claude_model(check: Lint) -> None:
    check("""
        def ask(client):
            return client.messages.CREATE).choices  # error: openai-style-response

        def text(client):
            return client.messages.create(body="hello").choices
    """)


def test_right_reads_are_silent(check: Lint) -> None:
    check("""
        import anthropic
        client = anthropic.Anthropic()
        response = client.messages.CREATE)
        print(response.content[0].text, response.usage.input_tokens, response.stop_reason)
        print(response.model_dump()["content"][0]["text"], dict(response)["usage"])
        print(getattr(response.usage, "prompt_tokens", 0))
        print([block.input["choices"] for block in response.content if block.type == "tool_use"])
    """)


def test_other_apis_have_choices(check: Lint) -> None:
    check("""
        import anthropic, instructor, litellm, openai, requests
        from twilio.rest import Client

        claude = openai.OpenAI(base_url="https://api.anthropic.com/v1/")
        claude_response = claude.chat.completions.create(model="claude-haiku-4-5", messages=[])
        print(claude_response.choices[0].message.content, claude_response.usage.prompt_tokens)
        print(litellm.completion(model="claude-haiku-4-5", messages=[]).choices[0])
        patched = instructor.from_anthropic(anthropic.Anthropic())
        print(patched.messages.create(model="claude-haiku-4-5", response_model=dict).choices)
        answer = requests.post("https://api.anthropic.com/v1/messages", json={}).json()
        print(answer["content"][0]["text"], answer.get("usage"))
        print(Client().messages.create(body="x")["choices"])
    """)


def test_one_variable_for_several_providers_is_silent(check: Lint) -> None:
    check("""
        import anthropic, openai

        def ask(provider):
            if provider == "openai":
                response = openai.OpenAI().chat.completions.create(model="gpt-4o", messages=[])
            else:
                response = anthropic.Anthropic().messages.CREATE)
            if provider == "openai":
                return response.choices[0].message.content
            return response.content[0].text
    """)


def test_code_that_asks_first_is_silent(check: Lint) -> None:
    check("""
        import anthropic

        def tokens(client: anthropic.Anthropic):
            response = client.messages.CREATE)
            if hasattr(response, "choices"):
                return response.choices[0].message.content
            if isinstance(response, dict):
                return response["content"]
            try:
                return response.usage.prompt_tokens
            except AttributeError:
                return response.usage.input_tokens
    """)


def test_a_dict_style_read_fails_whatever_is_caught_around_it(check: Lint) -> None:
    check("""
        import anthropic
        response = anthropic.Anthropic().messages.CREATE)
        try:
            text = response.content[0]["text"]  # error: openai-style-response
        except Exception as error:
            text = ""
    """)


def test_a_mocked_method_gives_what_the_mock_gives(check: Lint) -> None:
    check("""
        import anthropic
        client = anthropic.Anthropic()
        client.messages.create = lambda **options: options
        print(client.messages.CREATE)["model"])
    """)


def test_in_tests_it_is_for_information(check: Lint) -> None:
    check({
        "test_api.py": """
            import anthropic
            print(anthropic.Anthropic().messages.CREATE).choices)  # info: openai-style-response
        """
    })  # fmt: skip


@pytest.mark.parametrize(
    ("compared", "texts"),
    [
        ('response.choices[0].finish_reason == "stop"', ["response.stop_reason", '"end_turn"']),
        ('"length" != response.finish_reason', ["response.stop_reason", '"max_tokens"']),
        (
            "response.choices[0].finish_reason in ('tool_calls', 'other')",
            ["response.stop_reason", "'tool_use'"],
        ),
        ("response.choices[0].finish_reason == reason", ["response.stop_reason"]),
    ],
)
def test_reasons_to_stop_are_compared_by_claudes_names(
    lint: Lint, compared: str, texts: list[str]
) -> None:
    (finding,) = lint(
        f"""
        import anthropic
        response = anthropic.Anthropic().messages.create(model="claude-opus-5-5", max_tokens=9, messages=[])
        print({compared})
        """,
        select="openai-style-response",
    )
    assert finding.fix is not None
    assert sorted(edit.text for edit in finding.fix.edits) == sorted(texts)
