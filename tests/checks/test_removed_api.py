from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import rule_examples
from claude_lint.findings import Finding, Safety

Lint = Callable[..., list[Finding]]


def told(findings: list[Finding]) -> list[tuple[str, int, int, str]]:
    return [
        (str(f.severity), f.location.span.line, f.location.span.column, f.message)
        for f in findings
        if f.rule == "removed-api"
    ]


# ---------------------------------------------------------------------- Text Completions


def test_text_completions_are_told_once_whatever_is_pinned(lint: Lint) -> None:
    code = """
    import anthropic

    client = anthropic.Anthropic()


    def ask(model, prompt):
        return client.completions.create(
            model=model, prompt=prompt, max_tokens_to_sample=300, temperature=0, stop_sequences=[]
        )
    """
    gone = (
        "Text Completions serve no model since 2025-07-21, "
        "and anthropic 1.0 dropped `client.completions`"
    )
    for sdk in (None, "0", ">=0.3", "2"):
        assert told(lint(code, target_sdk=sdk)) == [("error", 7, 12, gone)]
        assert len(lint(code, target_sdk=sdk)) == 1
    assert lint(code, target_sdk="0", as_of="2025-07-20") == []


def test_text_completions_are_found_in_every_disguise(check: Lint) -> None:
    check(
        """
        import asyncio
        import os

        import anthropic
        import requests
        from anthropic import AsyncAnthropic
        from requests.adapters import HTTPAdapter
        from urllib3.util import Retry

        session = requests.Session()
        session.mount("https://", HTTPAdapter(max_retries=Retry(3, allowed_methods=None)))
        HEADERS = {"x-api-key": os.environ["CLAUDE_KEY"], "anthropic-version": "2023-06-01"}
        URL = "https://api.anthropic.com/v1/complete"  # error: removed-api


        class Old:
            def __init__(self, given):
                self.client = anthropic.Client(api_key=os.environ["CLAUDE_KEY"])
                self.async_client = AsyncAnthropic()
                self.given = given

            async def ask(self, model, prompt):
                common = {"prompt": prompt, "model": model, "max_tokens_to_sample": 100}
                await self.async_client.completions.create(**common)  # error: removed-api
                await asyncio.to_thread(  # error: removed-api
                    self.client.completions.create, **common
                )
                self.client.completions.with_raw_response.create(**common)  # error: removed-api
                self.given.completions.create(  # error: removed-api
                    model=model, prompt=prompt, max_tokens_to_sample=9
                )
                self.client.completion(prompt=prompt, model=model)  # error: removed-api
                session.post(URL, headers=HEADERS, json=common, timeout=60)
                return session.post(URL, headers=HEADERS, json=common, timeout=60)
        """
    )


def test_a_gateway_may_still_have_text_completions(lint: Lint) -> None:
    code = """
    import anthropic

    gateway = anthropic.Anthropic(base_url="https://llm.example.com")
    gateway.completions.create(model="m", prompt="Hi", max_tokens_to_sample=9)
    """
    assert lint(code, target_sdk="0") == []
    message = "`client.completions` is gone since anthropic 1.0: reading it raises AttributeError"
    assert told(lint(code)) == [("error", 4, 1, message)]
    some = f"{message} with anthropic 1 and 2"
    assert told(lint(code, target_sdk=">=0.50")) == [("warning", 4, 1, some)]


def test_completions_of_other_clients_are_left_alone(check: Lint) -> None:
    check(
        """
        import openai


        def ask(client, anthropic, prompt):
            openai.OpenAI().completions.create(model="m", prompt=prompt)
            anthropic.completions.create(model="m", prompt=prompt)
            return client.completions.create(model="m", prompt=prompt, max_tokens=9)
        """
    )


# ---------------------------------------------------------------------- names of the package


def test_an_import_is_told_once_and_each_attribute_use(lint: Lint) -> None:
    code = """
    import anthropic as ai
    from anthropic import (
        AI_PROMPT,
        Anthropic,
    )

    prompt = f"{ai.HUMAN_PROMPT} Hi {AI_PROMPT}" + ai.HUMAN_PROMPT + AI_PROMPT
    print(Anthropic().HUMAN_PROMPT)
    """
    read = "`anthropic.HUMAN_PROMPT` is gone since anthropic 1.0: reading it raises AttributeError"
    assert told(lint(code)) == [
        ("error", 3, 5, "`anthropic.AI_PROMPT` is gone since anthropic 1.0: the import fails"),
        ("error", 7, 13, read),
        ("error", 7, 48, read),
        (
            "error",
            8,
            7,
            "`client.HUMAN_PROMPT` is gone since anthropic 1.0: reading it raises AttributeError",
        ),
    ]
    assert lint(code, target_sdk="0") == []


def test_types_that_went_are_told_with_their_module(check: Lint) -> None:
    check(
        """
        from anthropic import Transport  # error: removed-api
        from anthropic.types import Completion  # error: removed-api
        from anthropic.types.beta import BetaBase64PDFBlockParam  # error: removed-api
        from anthropic.types.beta.prompt_caching import (
            PromptCachingBetaMessage,  # error: removed-api
        )
        from anthropic.types.completion import Completion as Old  # error: removed-api
        """
    )


def test_code_that_is_ready_for_either_is_left_alone(check: Lint) -> None:
    check(
        """
        from typing import TYPE_CHECKING

        import anthropic

        try:
            from anthropic import AI_PROMPT, HUMAN_PROMPT
        except ImportError:
            AI_PROMPT, HUMAN_PROMPT = "A", "H"
        if TYPE_CHECKING:
            from anthropic.types import Completion
        if hasattr(anthropic, "HUMAN_PROMPT"):
            print(anthropic.HUMAN_PROMPT)


        def count(client: anthropic.Anthropic, text):
            if hasattr(client, "count_tokens"):
                return client.count_tokens(text)
            return len(text)
        """
    )


def test_a_local_module_of_that_name_is_its_own_affair(check: Lint) -> None:
    check(
        {
            "anthropic.py": 'HUMAN_PROMPT = "H"\n',
            "app.py": """
            import anthropic
            from anthropic import HUMAN_PROMPT

            print(anthropic.HUMAN_PROMPT, HUMAN_PROMPT)
            """,
        }
    )


def test_a_message_param_is_a_union_from_two_on(lint: Lint) -> None:
    code = """
    import anthropic
    from anthropic.types import MessageParam as Message

    first = Message(role="user", content="Hi")
    second: Message = {"role": "user", "content": "Hi"}
    third = anthropic.types.beta.BetaMessageParam(role="user", content="Hi")
    """
    assert [(line, message) for _severity, line, _column, message in told(lint(code))] == [
        (4, "`MessageParam` is a union since anthropic 2.0: calling it raises TypeError"),
        (6, "`BetaMessageParam` is a union since anthropic 2.0: calling it raises TypeError"),
    ]
    assert lint(code, target_sdk="1") == []


# ---------------------------------------------------------------------- members and arguments


@pytest.mark.parametrize(
    ("expression", "since", "last_with_it"),
    [
        ('client.count_tokens("Hi")', "0.39", "0.38.0"),
        ("client.get_tokenizer()", "0.39", "0.38.0"),
        ("client.beta.prompt_caching.messages.create()", "0.41", "0.40.0"),
        ("client.beta.tools.messages.create()", "0.27", "0.26.0"),
    ],
)
def test_a_member_is_gone_from_its_release_on(
    lint: Lint, expression: str, since: str, last_with_it: str
) -> None:
    code = f"import anthropic\n\nclient = anthropic.Anthropic()\n{expression}\n"
    path = ".".join(expression.split("(")[0].split(".")[:-2] or ["client"])
    path = {"client": expression.split("(")[0]}.get(path, path)
    message = f"`{path}` is gone since anthropic {since}: reading it raises AttributeError"
    assert told(lint(code)) == [("error", 4, 1, message)]
    assert told(lint(code, target_sdk=f"=={last_with_it}")) == []
    some = f"{message} with anthropic {since} and later"
    assert told(lint(code, target_sdk=">=0.20,<1")) == [("warning", 4, 1, some)]


@pytest.mark.parametrize(
    ("call", "sdk", "message"),
    [
        (
            "anthropic.Anthropic(proxies={})",
            None,
            "`Anthropic` takes no `proxies` since anthropic 0.41",
        ),
        ("anthropic.AsyncAnthropic(proxies={})", "==0.40.0", None),
        (
            "client.models.list(betas=[])",
            None,
            "`models.list` takes no `betas` since anthropic 2.0",
        ),
        ("client.models.list(betas=[])", "1", None),
        (
            "client.beta.messages.tool_runner(compaction_control={}, **common)",
            None,
            "`beta.messages.tool_runner` takes no `compaction_control` since anthropic 1.0",
        ),
        (
            "client.messages.parse(stream=True, **common)",
            None,
            "`messages.parse` takes no `stream` since anthropic 1.0",
        ),
        (
            "client.beta.messages.create(output_format=Shape, **common)",
            None,
            "`beta.messages.create` takes no `output_format` since anthropic 1.0",
        ),
        (
            'client.messages.stream(output_format={"type": "json_schema"}, **common)',
            None,
            "`output_format` takes no dict since anthropic 1.0",
        ),
        ('client.messages.stream(output_format={"type": "json_schema"}, **common)', "0", None),
        ("client.messages.stream(output_format=Shape, **common)", None, None),
        (
            'client.messages.create(output_format={"type": "json_schema"}, **common)',
            None,
            "`messages.create` takes no `output_format`",
        ),
    ],
)
def test_arguments_are_told_by_release(
    lint: Lint, call: str, sdk: str | None, message: str | None
) -> None:
    code = (
        "import anthropic\n\nclass Shape: ...\n\nclient = anthropic.Anthropic()\n"
        "common = dict(model='claude-opus-5-5', max_tokens=9, messages=[], tools=[])\n"
        f"{call}\n"
    )
    expected = [f"{message}: the call raises TypeError"] if message else []
    found = [text for _severity, _line, _column, text in told(lint(code, target_sdk=sdk))]
    assert found == expected


def test_the_old_name_of_max_tokens_is_told_alone(lint: Lint) -> None:
    code = """
    import anthropic

    client = anthropic.Anthropic()
    messages = [{"role": "user", "content": "Hi"}]
    client.messages.create(model="claude-opus-5-5", max_tokens_to_sample=9, messages=messages)
    params = {"model": "claude-opus-5-5", "max_tokens_to_sample": 9, "messages": messages}
    client.messages.batches.create(requests=[{"custom_id": "1", "params": params}])
    """
    findings = lint(code)
    assert told(findings) == [
        (
            "error",
            5,
            49,
            "`max_tokens_to_sample` belongs to Text Completions: the call raises TypeError",
        ),
        (
            "error",
            6,
            39,
            "`max_tokens_to_sample` belongs to Text Completions: the API answers 400",
        ),
    ]
    assert len(findings) == 2
    assert {f.fix and (f.fix.title, f.fix.safety) for f in findings} == {
        ("Use `max_tokens`", Safety.SAFE)
    }


def test_a_name_of_the_packages_kept_elsewhere_is_told_where_it_is_read(check: Lint) -> None:
    check(
        """
        import anthropic


        class Legacy:
            def __init__(self):
                self.HUMAN_PROMPT = anthropic.HUMAN_PROMPT  # error: removed-api

            def split(self, text):
                return text.split(self.HUMAN_PROMPT)
        """
    )


def test_a_dict_for_output_format_is_told_once_where_it_never_was_taken(lint: Lint) -> None:
    code = """
    import anthropic

    anthropic.Anthropic().messages.create(
        model="claude-opus-4-8",
        max_tokens=9,
        messages=[{"role": "user", "content": "Hi"}],
        output_format={"type": "json_schema"},
    )
    """
    assert [f.rule for f in lint(code, target_sdk="0")] == ["removed-api"]


def mended(lint: Lint, code: str) -> list[tuple[str, str]]:
    """Tell the title and the new texts of each fix."""
    return [
        (finding.fix.title, " ".join(edit.text for edit in finding.fix.edits))
        for finding in lint(code)
        if finding.fix is not None
    ]


def test_a_proxy_goes_to_an_http_client_of_the_right_kind(lint: Lint) -> None:
    code = """
    import anthropic

    anthropic.AsyncAnthropic(proxies="http://localhost")
    anthropic.Anthropic(proxies={"https://": "http://localhost"})
    anthropic.Anthropic(proxies="http://localhost", http_client=None)
    """
    assert mended(lint, code) == [
        (
            "Pass it to `anthropic.DefaultAsyncHttpxClient`",
            "http_client anthropic.DefaultAsyncHttpxClient(proxy= )",
        )
    ]


def test_what_is_built_in_by_now_is_read_from_the_client(lint: Lint) -> None:
    code = """
    import anthropic

    client = anthropic.Anthropic()
    client.beta.prompt_caching.messages.create(
        model="claude-opus-5-5", max_tokens=9, messages=[{"role": "user", "content": "Hi"}]
    )
    """
    assert mended(lint, code) == [("Leave `beta.prompt_caching` out", "client")]


def test_a_schema_moves_to_where_the_method_takes_it(lint: Lint) -> None:
    code = """
    import anthropic

    anthropic.Anthropic().beta.messages.create(
        model="claude-opus-5-5",
        max_tokens=9,
        messages=[{"role": "user", "content": "Hi"}],
        output_format={"type": "json_schema", "schema": {}},
    )
    """
    assert mended(lint, code) == [
        ("Pass it as `output_config`", 'output_config {"format":  }'),
    ]


def test_a_call_of_a_union_over_many_lines_keeps_them(projects: Iterator[Path]) -> None:
    root = next(projects)
    code = """
    from anthropic import types

    question = types.MessageParam(
        role="user",  # who
        content=("Hi"),
    )
    """
    path = root / "app.py"
    path.write_text(textwrap.dedent(code))
    rule_examples.fix(root)
    assert path.read_text().split("\n")[3:7] == [
        "question = {",
        '    "role": "user",  # who',
        '    "content": ("Hi"),',
        "}",
    ]


def test_names_with_a_new_name_or_a_known_text_are_replaced(projects: Iterator[Path]) -> None:
    root = next(projects)
    code = """
    import anthropic
    from anthropic import Anthropic, ApiException
    from anthropic.types.beta import BetaBase64PDFBlockParam as Block

    stops = [anthropic.HUMAN_PROMPT, Anthropic().AI_PROMPT]
    prompt = f"{anthropic.HUMAN_PROMPT} Hi"
    try:
        print(stops, prompt, Block)
    except (anthropic.ApiException, ApiException):
        pass
    """
    path = root / "app.py"
    path.write_text(textwrap.dedent(code))
    rule_examples.fix(root)
    assert path.read_text().split("\n")[2:-1] == [
        "from anthropic import Anthropic, APIError as ApiException",
        "from anthropic.types.beta import BetaRequestDocumentBlockParam as Block",
        "",
        r'stops = ["\n\nHuman:", "\n\nAssistant:"]',
        'prompt = f"{anthropic.HUMAN_PROMPT} Hi"',
        "try:",
        "    print(stops, prompt, Block)",
        "except (anthropic.APIError, ApiException):",
        "    pass",
    ]
