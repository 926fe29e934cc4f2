"""CL201 and CL220: what a request must carry."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from claude_lint.findings import Finding

Lint = Callable[..., list[Finding]]

SDK = """
import asyncio
import functools

import anthropic
from anthropic import AsyncAnthropic

client = anthropic.Anthropic()
M = [{"role": "user", "content": "x"}]
"""
MARK = "  # error: missing-max-tokens"


@pytest.mark.parametrize(
    "code",
    [
        "client.messages.create(model='claude-opus-5-5', messages=M)",
        "client.beta.messages.create(model='claude-opus-5-5', messages=M)",
        "client.with_options(timeout=5).messages.create(model='claude-opus-5-5', messages=M)",
        "client.messages.create(model='claude-opus-5-5', messages=M, max_tokens=None)",
        "client.messages.create(model='claude-opus-5-5', messages=M, max_tokens=anthropic.NOT_GIVEN)",
        "client.messages.create(model='claude-opus-5-5', messages=M, extra_body={'max_tokens': 1})",
        "client.messages.stream(model='claude-opus-5-5', messages=M).__enter__()",
        "anthropic.Anthropic().messages.create(**dict(model='claude-opus-5-5', messages=M))",
        "functools.partial(client.messages.create, model='claude-opus-5-5')(messages=M)",
        "[client.messages.create(model='claude-opus-5-5', messages=M) for _ in range(3)]",
        "(lambda: client.messages.create(model='claude-opus-5-5', messages=M))()",
    ],
)
def test_a_request_without_max_tokens_is_reported(check: Lint, code: str) -> None:
    (finding,) = check(SDK + code + MARK)
    assert finding.message == "This request sends no `max_tokens`: the call raises TypeError"
    assert finding.location.span.line == 9


@pytest.mark.parametrize(
    "code",
    [
        "await asyncio.to_thread(client.messages.create, model='claude-opus-5-5', messages=M)",
        "await AsyncAnthropic().messages.create(model='claude-opus-5-5', messages=M)",
        "await asyncio.get_running_loop().run_in_executor(\n"
        "        None, functools.partial(client.messages.create, model='claude-opus-5-5', messages=M)"
        + MARK
        + "\n    )",
    ],
)
def test_a_call_in_disguise_is_a_call(check: Lint, code: str) -> None:
    check(SDK + "async def go():\n    " + code + ("" if MARK in code else MARK))


def test_keywords_built_in_steps_are_followed(check: Lint) -> None:
    check(
        SDK
        + """
def build(stream):
    kwargs = dict(model="claude-opus-5-5", messages=M)
    if stream:
        kwargs["stream"] = True
    return kwargs

client.messages.create(**build(True))  # error: missing-max-tokens
"""
    )


@pytest.mark.parametrize(
    "code",
    [
        "def ask(**more):\n    client.messages.create(model='claude-opus-5-5', messages=M, **more)",
        "def ask(more):\n    k = {'model': 'm', 'messages': M}\n    k.update(more)\n    client.messages.create(**k)",
        "from elsewhere import fill\nk = {'model': 'm', 'messages': M}\nfill(k)\nclient.messages.create(**k)",
        "k = {'model': 'm', 'messages': M}\nif M:\n    k['max_tokens'] = 1\nclient.messages.create(**k)",
        "client.messages.count_tokens(model='claude-opus-5-5', messages=M)",
        "client.messages.create.return_value = 1",
        "import twilio.rest\ntwilio.rest.Client().messages.create(to='1', body='claude')",
    ],
)
def test_what_may_still_be_added_or_needs_none_is_left_alone(check: Lint, code: str) -> None:
    check(SDK + code)


def test_a_helper_is_judged_with_all_its_callers(check: Lint) -> None:
    helper = """
def send(body):
    return client.messages.create(**body){mark}

send({{"model": "claude-opus-5-5", "messages": M}})
send({{"model": "claude-opus-5-5", "messages": M{more}}})
"""
    check(SDK + helper.format(mark=MARK, more=""))
    check(SDK + helper.format(mark="", more=', "max_tokens": 1'))


def test_a_body_sent_by_hand_lacks_it_only_where_every_host_is_claude_s(check: Lint) -> None:
    code = """
import requests

def ask(provider):
    url = "https://api.anthropic.com/v1/messages"
    if provider:
        url = "{other}"
    return requests.post(  # warning: missing-retry{mark}
        url,
        headers={{"x-api-key": provider, "anthropic-version": "2023-06-01"}},
        json={{"model": "claude-opus-5-5", "messages": [{{"role": "user", "content": "x"}}]}},
        timeout=60,
    )
"""
    same = "https://api.anthropic.com/v1/messages"
    check(code.format(other=same, mark="  # error: missing-max-tokens"))
    check(
        code.format(other="https://gateway.example.com/v1/messages", mark="").replace(
            "  # warning: missing-retry", ""
        )
    )


def test_model_and_messages_are_needed(check: Lint) -> None:
    (finding,) = check(SDK + "client.messages.create(max_tokens=1)  # error: missing-request-field")
    assert (
        finding.message
        == "This request sends no `model` and no `messages`: the call raises TypeError"
    )


def test_the_dictionary_that_lacks_it_is_shown_and_mended(lint: Lint) -> None:
    code = SDK + "k = {'model': 'claude-opus-5-5', 'messages': M}\nclient.messages.create(**k)\n"
    (finding,) = lint(code)
    assert [(r.location.span.line, r.message) for r in finding.related] == [
        (9, "this is what it sends")
    ]
    assert finding.fix is not None
    assert [(e.location.span.line, e.text) for e in finding.fix.edits] == [
        (9, ', "max_tokens": 1024')
    ]


def test_a_branch_that_no_call_of_the_project_takes_is_judged_all_the_same(check: Lint) -> None:
    check(
        SDK
        + """
def ask(text, stream=False):
    if stream:
        return client.messages.stream(model="claude-opus-5-5", messages=M)  # error: missing-max-tokens
    return client.messages.create(model="claude-opus-5-5", messages=M, max_tokens=1)

ask("x")
"""
    )
