"""What the facts say of retries: what they repeat, when they wait, whether they end."""

from __future__ import annotations

import datetime
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from claude_lint.checker import Checker, CheckSettings
from claude_lint.claude.retries.delays import Pace
from claude_lint.claude.retries.failures import Failure, Library, catches
from claude_lint.claude.retries.policies import Policy
from claude_lint.claude.retries.reach import attempts
from claude_lint.configuration.settings import load_settings
from claude_lint.files.source import read_source
from claude_lint.python.evaluate import Evaluator
from claude_lint.python.values import Sequence, Symbol
from resolving import project

PRELUDE = """
import time
import anthropic, requests, tenacity

client = anthropic.Anthropic()
REQUEST = dict(model="claude-opus-5-5", max_tokens=9, messages=[])
URL = "https://api.anthropic.com/v1/messages"
"""
CLIENT_ERRORS = {400, 401, 403, 404}

Policies = Callable[[str], list[Policy]]


@pytest.fixture
def policies(tmp_path: Path) -> Policies:
    """Return the retries in reach of the only request in some code."""

    def policies(code: str) -> list[Policy]:
        path = tmp_path / "example.py"
        path.write_text(PRELUDE + textwrap.dedent(code), encoding="utf-8")
        settings = load_settings(path, config=None, isolated=True)
        checker = Checker(CheckSettings(datetime.date(2026, 11, 24), tmp_path, settings))
        module = checker.project.module(read_source(path, path.name, 10**6))
        (found,) = attempts(checker._view(module))
        return list(found.policies)

    return policies


def repeated(policy: Policy) -> set[object]:
    """The failures after which a retry sends again, statuses as numbers."""
    return {failure.value for failure in policy.repeats}


def always(policy: Policy) -> set[object]:
    """The failures after which it does so whatever else is the case."""
    return {failure.value for failure in policy.certain}


# ---------------------------------------------------------------------- loops


def test_a_loop_repeats_what_its_handlers_take(policies: Policies) -> None:
    (policy,) = policies(
        """
        def ask():
            for attempt in range(4):
                try:
                    return client.messages.create(**REQUEST)
                except (anthropic.RateLimitError, anthropic.APIConnectionError):
                    time.sleep(2 ** attempt)
        """
    )
    assert (policy.kind, policy.attempts, policy.is_bounded) == ("loop", 4, True)
    # A time-out is a kind of lost connection; 529 is an InternalServerError and not taken.
    assert repeated(policy) == always(policy) == {429, "connection", "timeout"}
    assert policy.delay.pace is Pace.GROWING


def test_conditions_on_the_status_are_decided(policies: Policies) -> None:
    (policy,) = policies(
        """
        def ask(body):
            while True:
                answer = requests.post(URL, json=body)
                status = answer.status_code
                if status == 429 or 500 <= status < 600:
                    time.sleep(9)
                elif status // 100 == 4:
                    raise ValueError(answer.text)
                else:
                    return answer
        """
    )
    assert repeated(policy) == always(policy) == {429, 500, 529}
    assert (policy.delay.pace, policy.delay.seconds) == (Pace.CONSTANT, 9.0)
    assert policy.is_bounded is False


def test_what_is_not_decided_is_possible_and_not_certain(policies: Policies) -> None:
    (policy,) = policies(
        """
        def ask():
            for attempt in range(4):
                try:
                    return client.messages.create(**REQUEST)
                except anthropic.APIError as error:
                    if not worth_it(error):
                        raise
        """
    )
    assert repeated(policy) >= CLIENT_ERRORS | {429}
    assert always(policy) == set()


def test_giving_up_after_the_last_try_leaves_the_others_certain(policies: Policies) -> None:
    (policy,) = policies(
        """
        def ask(most):
            tries = 0
            while True:
                try:
                    return client.messages.create(**REQUEST)
                except Exception:
                    tries += 1
                    if tries >= most:
                        raise
        """
    )
    assert always(policy) >= CLIENT_ERRORS
    assert policy.is_bounded is True
    assert policy.delay.pace is Pace.NONE


def test_raising_for_a_status_makes_an_answer_an_error(policies: Policies) -> None:
    code = """
        def ask(body):
            for attempt in range(4):
                try:
                    answer = requests.post(URL, json=body)
                    {raising}
                    return answer.text
                except requests.RequestException:
                    time.sleep(attempt)
        """
    (raising,) = policies(code.format(raising="answer.raise_for_status()"))
    (silent,) = policies(code.format(raising="print(answer)"))
    assert always(raising) >= CLIENT_ERRORS | {429}
    assert always(silent) == {"connection", "timeout"}


def test_reading_a_bad_answer_as_a_good_one_is_an_error_too(policies: Policies) -> None:
    (policy,) = policies(
        """
        def ask(body):
            for attempt in range(4):
                try:
                    return requests.post(URL, json=body).json()["content"][0]["text"]
                except Exception:
                    time.sleep(attempt)
        """
    )
    assert always(policy) >= CLIENT_ERRORS | {429}


def test_a_loop_of_tools_is_no_retry_although_some_of_them_fail(policies: Policies) -> None:
    found = policies(
        """
        class Refused(Exception): ...

        def checked(answer):
            try:
                answer.raise_for_status()
            except requests.HTTPError as error:
                log(answer.text)
                raise Refused(answer.text) from error
            return answer.json()

        def send(messages):
            return checked(requests.post(URL, json={"messages": messages}))

        def name_of(answer):
            if not answer:
                raise ValueError(answer)
            return answer["tool"]

        def ask(messages):
            for turn in range(5):
                try:
                    answer = send(messages)
                except Exception as error:
                    log(error)
                    break
                if is_final(answer):
                    return answer
                try:
                    messages.append(run(name_of(answer)))
                except Exception as error:
                    messages.append(str(error))
        """
    )
    assert found == []


def test_what_a_function_swallows_its_caller_sees_as_none(policies: Policies) -> None:
    found = policies(
        """
        def post():
            try:
                return client.messages.create(**REQUEST)
            except anthropic.RateLimitError:
                return None

        def ask():
            for attempt in range(4):
                answer = post()
                if answer:
                    return answer
                time.sleep(attempt)
        """
    )
    assert [(policy.kind, always(policy)) for policy in found] == [("loop", {429})]


def test_each_retry_on_the_way_is_found(policies: Policies) -> None:
    found = policies(
        """
        @tenacity.retry(stop=tenacity.stop_after_attempt(7))
        def post():
            return client.messages.create(**REQUEST)

        def ask():
            for attempt in range(4):
                try:
                    return post()
                except anthropic.RateLimitError:
                    continue

        def again(function):
            for attempt in range(2):
                try:
                    return function()
                except anthropic.APIError:
                    continue

        def run():
            return again(ask)
        """
    )
    assert [(policy.kind, policy.attempts) for policy in found] == [
        ("decorator", 7),
        ("loop", 4),
        ("loop", 2),
    ]


def test_statements_after_a_return_in_the_same_turn_are_not_reached(policies: Policies) -> None:
    found = policies(
        """
        def ask():
            for attempt in range(4):
                try:
                    return client.messages.create(**REQUEST)
                except anthropic.RateLimitError:
                    return None
                finally:
                    print("done")
                continue
        """
    )
    assert found == []


def test_finally_and_suppress_are_followed(policies: Policies) -> None:
    (policy,) = policies(
        """
        import contextlib

        def ask():
            for attempt in range(4):
                with contextlib.suppress(anthropic.RateLimitError):
                    try:
                        return client.messages.create(**REQUEST)
                    finally:
                        time.sleep(3)
        """
    )
    assert always(policy) == {429}
    assert (policy.delay.pace, policy.delay.seconds) == (Pace.CONSTANT, 3.0)


# ---------------------------------------------------------------------- libraries


@pytest.mark.parametrize(
    ("decorator", "pace", "is_bounded"),
    [
        ("tenacity.retry", Pace.NONE, False),
        ("tenacity.retry(wait=tenacity.wait_fixed(2))", Pace.CONSTANT, False),
        ("tenacity.retry(stop=tenacity.stop_never, wait=tenacity.wait_none())", Pace.NONE, False),
        (
            "tenacity.retry(stop=tenacity.stop_after_delay(9) | tenacity.stop_after_attempt(3),"
            " wait=tenacity.wait_fixed(1) + tenacity.wait_random(0, 2))",
            Pace.GROWING,
            True,
        ),
        ("tenacity.retry(**told())", Pace.GROWING, True),
    ],
)
def test_tenacity_is_read(policies: Policies, decorator: str, pace: Pace, is_bounded: bool) -> None:
    (policy,) = policies(
        f"""
        @{decorator}
        def ask():
            return client.messages.create(**REQUEST)
        """
    )
    assert (policy.delay.pace, policy.is_bounded) == (pace, is_bounded)


# ---------------------------------------------------------------------- errors


@pytest.mark.parametrize(
    ("caught", "library", "failure", "takes"),
    [
        ("anthropic.APIStatusError", "anthropic", Failure.RATE_LIMIT, True),
        ("anthropic.APIStatusError", "anthropic", Failure.CONNECTION, False),
        ("anthropic.APIConnectionError", "anthropic", Failure.TIMEOUT, True),
        ("anthropic.InternalServerError", "anthropic", Failure.OVERLOADED, True),
        ("anthropic.RateLimitError", "anthropic", Failure.OVERLOADED, False),
        ("openai.RateLimitError", "anthropic", Failure.RATE_LIMIT, False),
        ("requests.exceptions.HTTPError", "requests", Failure.NOT_FOUND, True),
        ("builtins.OSError", "requests", Failure.CONNECTION, True),
        ("builtins.IOError", "requests", Failure.TIMEOUT, True),
        ("builtins.ConnectionError", "requests", Failure.CONNECTION, False),
        ("httpx.HTTPError", "httpx", Failure.SERVER, True),
        ("httpx.TransportError", "httpx", Failure.SERVER, False),
        ("httpx2.TransportError", "httpx", Failure.TIMEOUT, False),
        ("aiohttp.ClientError", "aiohttp", Failure.FORBIDDEN, True),
        ("asyncio.TimeoutError", "aiohttp", Failure.TIMEOUT, True),
        ("urllib.error.URLError", "urllib", Failure.RATE_LIMIT, True),
        ("builtins.ValueError", "anthropic", Failure.BAD_REQUEST, False),
        ("builtins.Exception", "anthropic", Failure.BAD_REQUEST, True),
    ],
)
def test_handlers_take_errors_by_the_libraries_own_families(
    caught: str, library: str, failure: Failure, takes: bool
) -> None:
    evaluator = Evaluator(project({})[0])
    error = Library(library, raises=True).error(failure)
    assert catches(evaluator, Symbol(caught), error) is takes
    assert catches(evaluator, Sequence((Symbol("x.Other"), Symbol(caught))), error) is takes


def test_a_bare_handler_takes_everything() -> None:
    evaluator = Evaluator(project({})[0])
    assert catches(evaluator, None, Symbol("builtins.ValueError")) is True
