from __future__ import annotations

from collections.abc import Callable

import pytest

from claude_lint.findings import Finding

Lint = Callable[..., list[Finding]]

CALL = """
import anthropic

client = anthropic.Anthropic()
client.messages.create(
    model="{model}",
    max_tokens=1000,
    messages=[{{"role": "user", "content": "Hi"}}],
    {argument},
)
"""


def told(findings: list[Finding]) -> list[tuple[str, int, int, str]]:
    return [
        (str(f.severity), f.location.span.line, f.location.span.column, f.message)
        for f in findings
        if f.rule == "sampling-parameter"
    ]


KEYWORD = "`messages.create` takes no `temperature` since anthropic 1.0: the call raises TypeError"
DEFAULT = "`claude-opus-4-8` takes no `temperature` but 1: the API answers 400"
VERSION = "API version 2026-10-21 rejects `temperature`: the API answers 400"


@pytest.mark.parametrize(
    ("sdk", "model", "argument", "expected"),
    [
        (None, "claude-haiku-4-5-20251001", "temperature=1.0", ("error", KEYWORD)),
        (None, "any", "temperature=anthropic.NOT_GIVEN", ("error", KEYWORD)),
        (None, "any", "temperature=None", ("error", KEYWORD)),
        ("1", "any", "temperature=0", ("error", KEYWORD)),
        ("0", "claude-opus-4-8", "temperature=0.5", ("error", DEFAULT)),
        ("0", "claude-opus-4-8", "temperature=1.0", None),
        ("0", "claude-opus-4-8", "temperature=None", None),
        ("0", "claude-haiku-4-5-20251001", "temperature=0", None),
        (
            ">=0.40",
            "claude-haiku-4-5-20251001",
            "temperature=0",
            ("warning", f"{KEYWORD} with anthropic 1 and 2"),
        ),
        (
            ">=0.40,<2",
            "any",
            "temperature=0",
            ("warning", f"{KEYWORD} with anthropic 1"),
        ),
        (
            ">=0.40",
            "claude-opus-4-8",
            "temperature=0",
            ("error", f"{KEYWORD} with anthropic 1 and 2; {DEFAULT} with anthropic 0"),
        ),
        ("2", "claude-haiku-4-5-20251001", 'extra_body={"temperature": 1}', ("error", VERSION)),
        (
            ">=1",
            "claude-haiku-4-5-20251001",
            'extra_body={"temperature": 0}',
            ("warning", f"{VERSION} with anthropic 2"),
        ),
        ("1", "claude-haiku-4-5-20251001", 'extra_body={"temperature": 0}', None),
        (
            "2",
            "claude-haiku-4-5-20251001",
            'extra_body={"temperature": 0}, extra_headers={"anthropic-version": "2023-06-01"}',
            None,
        ),
        (
            "2",
            "claude-opus-4-8",
            'extra_body={"temperature": 0}, extra_headers={"anthropic-version": "2023-06-01"}',
            ("error", DEFAULT),
        ),
    ],
)
def test_the_sdk_the_version_and_the_model_decide(
    lint: Lint, sdk: str | None, model: str, argument: str, expected: tuple[str, str] | None
) -> None:
    code = CALL.format(model=model, argument=argument)
    findings = [(severity, message) for severity, *_at, message in told(lint(code, target_sdk=sdk))]
    assert findings == ([expected] if expected else [])


def test_the_parameter_is_told_where_it_is_passed(lint: Lint) -> None:
    code = """
    import anthropic

    COLD = 0.1
    options = {"max_tokens": 1000, "top_p": 0.9}
    options["temperature"] = COLD
    anthropic.Anthropic().messages.create(
        model="claude-haiku-4-5-20251001",
        messages=[{"role": "user", "content": "Hi"}],
        top_k=5,
        **options,
    )
    """
    findings = lint(code)
    assert [(line, column) for _severity, line, column, _message in told(findings)] == [
        (4, 32),
        (5, 1),
        (9, 5),
    ]
    (cold,) = [f for f in findings if f.location.span.line == 5]
    assert [(r.location.span.line, r.message) for r in cold.related] == [(3, "the value")]


def test_streams_views_batches_and_async_clients_are_judged(check: Lint) -> None:
    check(
        {
            "clients.py": """
            import anthropic


            def make():
                return anthropic.AsyncAnthropicVertex(region="global", project_id="p")
            """,
            "app.py": """
            import anthropic
            from clients import make

            client = anthropic.Anthropic()
            messages = [{"role": "user", "content": "Hi"}]
            common = {"model": "claude-haiku-5-5", "max_tokens": 1000, "messages": messages}
            with client.messages.stream(top_k=3, **common) as stream:  # error: sampling-parameter
                print(stream.get_final_text())
            client.beta.messages.with_raw_response.create(
                temperature=0,  # error: sampling-parameter
                **common,
            )
            client.messages.batches.create(
                requests=[
                    {
                        "custom_id": "1",
                        "params": {"temperature": 0, **common},  # error: sampling-parameter
                    }
                ]
            )


            class Bot:
                def __init__(self, temperature=0.2):
                    self.client = make()
                    self.temperature = temperature

                async def ask(self):
                    return await self.client.messages.create(
                        model="claude-haiku-5-5",
                        max_tokens=1000,
                        messages=messages,
                        temperature=self.temperature,  # error: sampling-parameter
                    )
            """,
        }
    )


def test_raw_requests_go_by_their_own_version(check: Lint) -> None:
    check(
        """
        import os
        import requests
        from requests.adapters import HTTPAdapter
        from urllib3.util import Retry

        URL = "https://api.anthropic.com/v1/messages"
        session = requests.Session()
        session.mount("https://", HTTPAdapter(max_retries=Retry(3, allowed_methods=None)))


        def headers(version):
            return {"x-api-key": os.environ["ANTHROPIC_API_KEY"], "anthropic-version": version}


        def ask(model, messages, temperature, version):
            body = {"model": model, "max_tokens": 1000, "messages": messages}
            new = {**body, "temperature": temperature}  # error: sampling-parameter
            session.post(URL, headers=headers("2026-10-21"), json=new, timeout=60)
            old = {**body, "temperature": 0.3}
            session.post(URL, headers=headers("2023-06-01"), json=old, timeout=60)
            some = {**body, "temperature": 0.3}
            session.post(URL, headers=headers(version), json=some, timeout=60)
            sure = dict(body, model="claude-opus-4-7", temperature=0.3)  # error: sampling-parameter
            session.post(URL, headers=headers("2023-06-01"), json=sure, timeout=60)
        """
    )


def test_temperature_with_top_p_is_told_at_the_later_one(check: Lint) -> None:
    findings = check(
        """
        import anthropic

        messages = [{"role": "user", "content": "Hi"}]
        client = anthropic.Anthropic()
        client.messages.create(
            model="claude-haiku-4-5-20251001",
            max_tokens=1000,
            messages=messages,
            top_p=0.9,
            temperature=0.3,  # error: sampling-parameter
        )
        client.messages.create(
            model="claude-haiku-4-5-20251001", max_tokens=1000, messages=messages, top_p=0.9
        )
        client.messages.create(
            model="claude-sonnet-4-6",
            max_tokens=1000,
            messages=messages,
            top_p=0.9,
            temperature=0.3,
        )
        """,
        target_sdk="0",
    )
    assert findings[0].message == (
        "`claude-haiku-4-5-20251001` takes `temperature` or `top_p`, not both: the API answers 400"
    )


def test_langchain_passes_sampling_on_and_others_are_left_alone(check: Lint) -> None:
    check(
        {
            "app.py": """
            import litellm
            from langchain_anthropic import ChatAnthropic


            def chats(temperature):
                return [
                    ChatAnthropic(
                        model="claude-haiku-5-5",
                        temperature=0,  # error: sampling-parameter
                    ),
                    ChatAnthropic(model="claude-haiku-5-5", temperature=temperature),
                    litellm.completion("anthropic/claude-haiku-5-5", messages=[], temperature=0),
                ]
            """,
            "old/requirements.txt": "langchain-anthropic==0.3.0\n",
            "old/app.py": """
            from langchain_anthropic import ChatAnthropic

            chat = ChatAnthropic(model="claude-haiku-4-5-20251001", temperature=0)
            """,
        }
    )


def test_a_gateway_gets_what_it_likes_but_the_sdk_still_raises(check: Lint) -> None:
    check(
        """
        import anthropic

        gateway = anthropic.Anthropic(base_url="https://llm.example.com")
        messages = [{"role": "user", "content": "Hi"}]
        gateway.messages.create(
            model="claude-opus-5-5",
            max_tokens=1000,
            messages=messages,
            temperature=0.5,  # error: sampling-parameter
        )
        gateway.messages.create(
            model="claude-opus-5-5",
            max_tokens=1000,
            messages=messages,
            extra_body={"temperature": 0.5},
        )
        """
    )


def test_look_alikes_are_left_alone(check: Lint) -> None:
    check(
        """
        import openai
        from twilio.rest import Client

        weather = {"temperature": 21.5}


        def ask(messages):
            openai.OpenAI().chat.completions.create(model="gpt-5", messages=messages, temperature=0)
            return Client("id", "token").messages.create(body="Hi", temperature=weather)
        """
    )
