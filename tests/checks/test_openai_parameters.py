from __future__ import annotations

from collections.abc import Callable

from claude_lint.findings import Finding, Safety

Lint = Callable[..., list[Finding]]


def test_the_error_depends_on_who_refuses(lint: Lint) -> None:
    code = """
    import anthropic

    client = anthropic.Anthropic()
    client.messages.create(
        model="claude-opus-5-5",
        max_tokens=1000,
        messages=[{"role": "user", "content": "Hi"}],
        n=2,
        extra_body={"seed": 7},
    )
    """
    findings = lint(code)
    assert [
        (f.location.span.line, f.location.span.column, f.message, f.help) for f in findings
    ] == [
        (
            8,
            5,
            "`n` is a parameter of OpenAI's API, not of Claude's: the call raises TypeError",
            "Send one request per answer",
        ),
        (
            9,
            17,
            "`seed` is a parameter of OpenAI's API, not of Claude's: the API answers 400",
            "Leave `seed` out",
        ),
    ]


def test_a_new_name_is_safe_only_for_the_same_value(lint: Lint) -> None:
    code = """
    import anthropic


    def ask(client: anthropic.Anthropic, messages, words):
        client.messages.create(
            model="claude-opus-5-5", max_completion_tokens=1000, messages=messages, stop=["."]
        )
        client.messages.create(
            model="claude-opus-5-5", max_tokens=1000, messages=messages, stop="."
        )
        client.messages.create(
            model="claude-opus-5-5",
            max_tokens=1000,
            max_completion_tokens=1000,
            messages=messages,
            stop=words,
        )
    """
    fixes = [(f.message.split("`")[1], f.fix and (f.fix.title, f.fix.safety)) for f in lint(code)]
    assert fixes == [
        ("max_completion_tokens", ("Use `max_tokens`", Safety.SAFE)),
        ("stop", ("Use `stop_sequences`", Safety.SAFE)),
        ("stop", ("Use `stop_sequences`", Safety.UNSAFE)),
        ("max_completion_tokens", ("Delete `max_completion_tokens`", Safety.UNSAFE)),
        ("stop", None),
    ]


def test_a_text_becomes_a_list_where_a_statement_sets_it(lint: Lint) -> None:
    code = """
    import anthropic


    def ask(client: anthropic.Anthropic, messages):
        options = {"model": "claude-opus-5-5", "max_tokens": 9, "messages": messages}
        options["stop"] = "."
        client.messages.create(**options)
        options["stop"] = options["end"] = "."
        client.messages.create(**options)
    """
    fixes = [finding.fix for finding in lint(code, select="openai-parameter")]
    assert [fix and [edit.text for edit in fix.edits] for fix in fixes] == [
        ['"stop_sequences"', "[", "]"],
        None,
    ]


def test_a_parameter_is_found_however_it_gets_there(check: Lint) -> None:
    check(
        """
        import asyncio
        from functools import partial

        from anthropic import Anthropic, AsyncAnthropic

        DEFAULTS = {"frequency_penalty": 0.2}  # error: openai-parameter


        def options(model, messages, as_json=False):
            found = dict(model=model, max_tokens=1000, messages=messages, **DEFAULTS)
            if as_json:
                found["response_format"] = {"type": "json"}  # error: openai-parameter
            found.update(user="me")  # error: openai-parameter
            return found


        class Bot:
            def __init__(self):
                self._claude = Anthropic()

            def sync(self, messages):
                return self._claude.messages.create(**options("claude-opus-5-5", messages, True))

            async def ask(self, messages, loop):
                kwargs = {"model": "claude-opus-5-5", "max_tokens": 100, "messages": messages}
                await asyncio.to_thread(
                    self._claude.messages.create,
                    stop=["x"],  # error: openai-parameter
                    **kwargs,
                )
                create = partial(
                    self._claude.messages.create,
                    logprobs=True,  # error: openai-parameter
                    **kwargs,
                )
                await loop.run_in_executor(None, create)
                async with AsyncAnthropic().messages.stream(
                    reasoning_effort="low",  # error: openai-parameter
                    **kwargs,
                ) as stream:
                    return await stream.get_final_text()
        """
    )


def test_raw_requests_and_count_tokens_are_refused_as_well(check: Lint) -> None:
    check(
        """
        import os

        import anthropic
        import requests
        from requests.adapters import HTTPAdapter
        from urllib3.util import Retry

        session = requests.Session()
        session.mount("https://", HTTPAdapter(max_retries=Retry(3, allowed_methods=None)))
        session.headers["x-api-key"] = os.environ["ANTHROPIC_API_KEY"]
        session.headers["anthropic-version"] = "2026-10-21"


        def ask(messages):
            payload = {
                "model": "claude-opus-5-5",
                "max_completion_tokens": 1000,  # error: openai-parameter
                "messages": messages,
            }
            session.post("https://api.anthropic.com/v1/messages", json=payload, timeout=60)
            return anthropic.Anthropic().messages.count_tokens(
                model="claude-opus-5-5",
                messages=messages,
                functions=[],  # error: openai-parameter
            )
        """
    )


def test_other_apis_and_gateways_are_left_alone(check: Lint) -> None:
    check(
        """
        import os

        import anthropic
        import litellm
        import openai
        import requests
        from langchain_anthropic import ChatAnthropic
        from requests.adapters import HTTPAdapter
        from urllib3.util import Retry

        KEY = os.environ["ANTHROPIC_API_KEY"]
        session = requests.Session()
        session.mount("https://", HTTPAdapter(max_retries=Retry(3, allowed_methods=None)))


        def ask(messages):
            compat = openai.OpenAI(api_key=KEY, base_url="https://api.anthropic.com/v1/")
            compat.chat.completions.create(model="claude-opus-5-5", messages=messages, n=1)
            body = {"model": "claude-opus-5-5", "messages": messages, "stop": ["x"]}
            auth = {"Authorization": f"Bearer {KEY}"}
            url = "https://api.anthropic.com/v1/chat/completions"
            session.post(url, headers=auth, json=body, timeout=60)
            session.post("https://llm.example.com/v1/messages", json=body, timeout=60)
            gateway = anthropic.Anthropic(base_url="https://llm.example.com")
            gateway.messages.create(
                model="m", max_tokens=10, messages=messages, extra_body={"seed": 1}
            )
            litellm.completion("anthropic/claude-opus-5-5", messages=messages, stop=["x"], n=1)
            return ChatAnthropic(model="claude-opus-5-5", stop=["x"])
        """
    )


def test_what_is_only_copied_from_keywords_nobody_gives_is_left_alone(check: Lint) -> None:
    check(
        """
        import anthropic

        client = anthropic.Anthropic()


        class Base:
            def parameters(self, **given):
                found = {"max_tokens": 100}
                if self.reasons():
                    found["seed"] = getattr(self.config, "seed", None)
                if "response_format" in given:
                    found["response_format"] = given["response_format"]
                if "stop" in given:
                    found["stop"] = given["stop"]  # error: openai-parameter
                return found


        class Claude(Base):
            def ask(self, messages, response_format=None, **others):
                found = self.parameters(stop=["x"], **others)
                return client.messages.create(model="claude-opus-5-5", messages=messages, **found)
        """
    )
