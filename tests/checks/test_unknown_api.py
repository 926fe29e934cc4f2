from __future__ import annotations

from collections.abc import Callable

import pytest

from claude_lint.findings import Finding

Lint = Callable[..., list[Finding]]

HEAD = """\
import anthropic

client = anthropic.Anthropic()
common = {"model": "claude-opus-5-5", "max_tokens": 100}
common["messages"] = [{"role": "user", "content": "Hi"}]
"""


def told(findings: list[Finding], rule: str) -> list[tuple[str, str, str]]:
    return [(str(f.severity), f.message, f.help) for f in findings if f.rule == rule]


# ---------------------------------------------------------------------- unknown-argument


@pytest.mark.parametrize(
    ("call", "callee", "name", "cure"),
    [
        (
            "client.messages.create(stop_sequence=[], **common)",
            "",
            "stop_sequence",
            "stop_sequences",
        ),
        ("client.messages.create(toolChoice={}, **common)", "", "toolChoice", "tool_choice"),
        ("client.messages.create(sytem='Hi', **common)", "", "sytem", "system"),
        ("client.messages.create(modelId='m', **common)", "", "modelId", "model"),
        ("client.messages.create(request_timeout=9, **common)", "", "request_timeout", "timeout"),
        ("anthropic.Anthropic(apikey='k')", "Anthropic", "apikey", "api_key"),
        ("anthropic.AsyncAnthropic(api_base='u')", "AsyncAnthropic", "api_base", "base_url"),
        ("client.with_options(timout=9)", "with_options", "timout", "timeout"),
    ],
)
def test_a_wrong_name_is_told_with_the_right_one(
    lint: Lint, call: str, callee: str, name: str, cure: str
) -> None:
    message = f"`{callee or 'messages.create'}` takes no `{name}`: the call raises TypeError"
    found = told(lint(f"{HEAD}{call}\n"), "unknown-argument")
    assert found == [("error", message, f"Use `{cure}`")]


def test_options_of_the_client_are_none_of_a_call(lint: Lint) -> None:
    (finding,) = lint(f"{HEAD}client.messages.create(**common,\n    max_retries=0)\n")
    assert (finding.code, finding.location.span.line, finding.location.span.column) == (
        "CL222",
        7,
        5,
    )
    assert finding.help == "Pass `max_retries` to the client, or to `client.with_options`"


def test_a_positional_request_is_all_that_is_told(check: Lint) -> None:
    (first, *_others) = check(
        """
        import anthropic


        class Bot:
            def __init__(self):
                self.client = anthropic.AsyncAnthropic()

            async def ask(self, params):
                await self.client.messages.create({"n": 1})  # error: unknown-argument
                return await self.client.messages.create(
                    params,  # error: unknown-argument
                )
        """
    )
    assert first.message == (
        "`messages.create` takes keyword arguments only: the call raises TypeError"
    )
    assert first.help == "Unpack the dict with `**`"


def test_a_misnamed_field_is_not_missing_too(check: Lint) -> None:
    check(
        """
        import anthropic

        client = anthropic.Anthropic()
        messages = [{"role": "user", "content": "Hi"}]
        client.messages.create(
            model_name="claude-opus-5-5",  # error: unknown-argument
            max_token=100,  # error: unknown-argument
            message=messages,  # error: unknown-argument
        )
        client.messages.create(
            model="claude-opus-5-5",
            max_tokens=100,
            prompt="Hi",  # error: unknown-argument
        )
        """
    )


def test_other_names_are_told_where_the_range_ends(lint: Lint) -> None:
    code = f"{HEAD}client.messages.create(betas=['b'], **common)\n"
    message = "`messages.create` takes no `betas`: the call raises TypeError"
    cure = "Use `client.beta.messages.create`"
    assert lint(code) == []
    assert lint(code, target_sdk=">=2") == []
    assert told(lint(code, target_sdk="1"), "unknown-argument") == [("error", message, cure)]
    assert told(lint(code, target_sdk=">=0.60"), "unknown-argument") == [
        ("warning", f"{message} with anthropic 0 and 1", cure)
    ]


def test_a_keyword_of_newer_majors_is_told_for_the_older_ones(lint: Lint) -> None:
    code = f"{HEAD}client.messages.create(workspace_id='w', **common)\n"
    assert lint(code) == []
    assert told(lint(code, target_sdk=">=0.60"), "unknown-argument") == [
        (
            "warning",
            "`messages.create` takes no `workspace_id`: the call raises TypeError with anthropic 0",
            "Leave `workspace_id` out, or require a release that takes it",
        )
    ]


def test_wrapped_clients_take_more(check: Lint) -> None:
    check(
        """
        import anthropic
        import instructor
        from langsmith.wrappers import wrap_anthropic
        from posthog.ai.anthropic import Anthropic as Watched


        class Traced(anthropic.Anthropic):
            def __init__(self, tag, **options):
                super().__init__(**options)


        def ask(messages, client):
            common = {"model": "claude-opus-5-5", "max_tokens": 9, "messages": messages}
            patched = instructor.from_anthropic(anthropic.Anthropic())
            patched.messages.create(response_model=dict, **common)
            wrapped = wrap_anthropic(anthropic.Anthropic())
            wrapped.messages.create(langsmith_extra={}, **common)
            Watched(posthog_client=None).messages.create(posthog_distinct_id="x", **common)
            client.messages.create(model="m", sytem="Hi")
            return Traced(tag="t")
        """
    )


# ---------------------------------------------------------------------- unknown-method


@pytest.mark.parametrize(
    ("expression", "owner", "name", "cure"),
    [
        ("client.message.create", "client", "message", "client.messages"),
        ("client.messages.creat", "client.messages", "creat", "client.messages.create"),
        ("client.messages.batchs", "client.messages", "batchs", "client.messages.batches"),
        ("client.beta.mesages.create", "client.beta", "mesages", "client.beta.messages"),
        (
            "client.messages.with_raw_response.craete",
            "client.messages.with_raw_response",
            "craete",
            "client.messages.with_raw_response.create",
        ),
    ],
)
def test_a_misspelling_is_told_with_what_is_meant(
    lint: Lint, expression: str, owner: str, name: str, cure: str
) -> None:
    found = told(lint(f"{HEAD}{expression}(**common)\n"), "unknown-method")
    message = f"`{owner}` has no `{name}`: reading it raises AttributeError"
    assert found == [("error", message, f"Use `{cure}`")]


def test_names_of_other_sdks_are_told_on_what_is_certainly_a_client(check: Lint) -> None:
    findings = check(
        {
            "clients.py": """
            import anthropic

            claude = anthropic.Anthropic()


            def make():
                return anthropic.AsyncAnthropic()
            """,
            "app.py": """
            import anthropic
            from clients import claude, make


            class Bot:
                def __init__(self):
                    self.client = None
                    self.client = make()

                async def ask(self, text):
                    await self.client.responses.create(input=text)  # error: unknown-method
                    return claude.chat.completions.create(messages=[])  # error: unknown-method


            def embed(client: anthropic.Anthropic, text):
                chat = client.chat  # error: unknown-method
                chat.completions.create(messages=[])
                anthropic.ChatCompletion.create(messages=[])  # error: unknown-method
                anthropic.messages.create(model="m")  # error: unknown-method
                return client.embeddings.create(input=text)  # error: unknown-method
            """,
        }
    )
    assert (findings[0].location.span.column, findings[0].message) == (
        15,
        "`client` has no `responses`, which is OpenAI's: reading it raises AttributeError",
    )


def test_what_may_be_another_client_is_left_alone(check: Lint) -> None:
    check(
        """
        from unittest.mock import MagicMock

        import anthropic
        import instructor
        import openai


        class Bot:
            def __init__(self, provider):
                self.provider = provider
                self.client = openai.OpenAI() if provider == "openai" else anthropic.Anthropic()
                self.patched = instructor.from_anthropic(anthropic.Anthropic())

            def ask(self, messages):
                if self.provider == "openai":
                    return self.client.chat.completions.create(model="gpt-5", messages=messages)
                return self.patched.chat.completions.create(messages=messages)


        def test_it(given):
            fake = MagicMock(spec=anthropic.Anthropic)
            fake.chat.completions.create.return_value = 1
            given.chat.completions.create()
            client = anthropic.Anthropic()
            client.chat = MagicMock()
            if hasattr(client, "responses"):
                client.responses.create()
            try:
                client.embeddings.create()
            except AttributeError:
                pass
        """
    )


def test_newer_resources_are_told_where_the_range_ends(lint: Lint) -> None:
    code = f"{HEAD}client.workflows.create()\n"
    assert lint(code) == []
    assert [f.message for f in lint(code, target_sdk="1")] == [
        "`client` has no `workflows`: reading it raises AttributeError"
    ]
    code = f"{HEAD}client.user_profiles.list()\n"
    assert lint(code) == []
    assert told(lint(code, target_sdk=">=0.60"), "unknown-method") == [
        (
            "warning",
            "`client` has no `user_profiles`: reading it raises AttributeError with anthropic 0",
            "",
        )
    ]


def test_what_is_passed_sometimes_may_go_to_another_method(lint: Lint) -> None:
    code = f"""{HEAD}
def ask(betas, **options):
    params = dict(common)
    if betas:
        params["betas"] = betas
    if options:
        params["max_retries"] = 3
    if betas:
        return client.beta.messages.create(**params)
    return client.messages.create(**params)
"""
    found = told(lint(code, target_sdk="1"), "unknown-argument")
    assert {message.split("`")[3] for _severity, message, _cure in found} == {"max_retries"}


@pytest.mark.parametrize(
    ("call", "cure"),
    [
        (
            "client.beta.messages.stream(stream=True, **common)",
            "Leave `stream` out: this method always streams",
        ),
        (
            "client.messages.count_tokens(**common)",
            "Leave `max_tokens` out: to count tokens makes no answer",
        ),
    ],
)
def test_what_makes_no_sense_for_a_method_is_told_for_all_releases(
    lint: Lint, call: str, cure: str
) -> None:
    ((severity, _message, told_cure),) = told(lint(f"{HEAD}{call}\n"), "unknown-argument")
    assert (severity, told_cure) == ("error", cure)


def test_what_belongs_to_a_call_is_none_of_the_client(lint: Lint) -> None:
    code = """
    import anthropic

    client = anthropic.Anthropic(max_retries=4, model="claude-opus-5-5", temperature=0)
    """
    assert told(lint(code), "unknown-argument") == [
        (
            "error",
            f"`Anthropic` takes no `{name}`: the call raises TypeError",
            cure,
        )
        for name, cure in (
            ("model", "Pass `model` to each call"),
            ("temperature", "Leave `temperature` out"),
        )
    ]
