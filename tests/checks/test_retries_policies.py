"""CL403, CL404 and CL405: how long retries wait, what they repeat, and what they stand around."""

from __future__ import annotations

import textwrap

import pytest

from conftest import Lint
from rule_examples import as_lines

# `once` has no retry of its own, so that only one rule has something to say of a loop around it.
PRELUDE = """
import asyncio, functools, json, random, time
import aiohttp, anthropic, backoff, httpx, requests, retrying, stamina, tenacity
from anthropic import APIConnectionError, InternalServerError, RateLimitError
from requests.adapters import HTTPAdapter
from retry import retry
from urllib3.util.retry import Retry

URL = "https://api.anthropic.com/v1/messages"
REQUEST = dict(model="claude-opus-5-5", max_tokens=9, messages=[{"role": "user", "content": "Hi"}])
PASSING = (RateLimitError, InternalServerError, APIConnectionError)
once = anthropic.Anthropic(max_retries=0)
later = anthropic.AsyncAnthropic(max_retries=0)
client = anthropic.Anthropic()
"""

NO_BACKOFF = {
    "at once and without end": """
        def ask():
            while True:  # warning: retry-without-backoff
                try:
                    return once.messages.create(**REQUEST)
                except RateLimitError:
                    pass
        """,
    "the same wait each time": """
        def ask():
            for _ in range(3):  # warning: retry-without-backoff
                try:
                    return once.messages.create(**REQUEST)
                except PASSING:
                    time.sleep(10)
        """,
    "a wait that is passed in": """
        def ask(pause, tries=3):
            for _ in range(tries):  # warning: retry-without-backoff
                try:
                    return once.messages.create(**REQUEST)
                except PASSING:
                    time.sleep(pause)
        """,
    "a count of tries": """
        async def ask():
            tries = 0
            while tries < 5:  # warning: retry-without-backoff
                try:
                    return await later.messages.create(**REQUEST)
                except RateLimitError:
                    await asyncio.sleep(30)
                    tries += 1
        """,
    "waits that grow for ever": """
        async def ask():
            delay = 1
            while True:  # warning: retry-without-backoff
                try:
                    return await later.messages.create(**REQUEST)
                except RateLimitError:
                    await asyncio.sleep(delay)
                    delay *= 2
        """,
    "until there is an answer": """
        def ask():
            answer = None
            while answer is None:  # warning: retry-without-backoff
                try:
                    answer = once.messages.create(**REQUEST)
                except PASSING as error:
                    print(error)
                    time.sleep(5)
            return answer
        """,
    "until a flag is set": """
        def ask():
            done = False
            while not done:  # warning: retry-without-backoff
                try:
                    answer = once.messages.create(**REQUEST)
                    done = True
                except PASSING:
                    time.sleep(1)
            return answer
        """,
    "waiting before each try": """
        def ask():
            for attempt in range(3):  # warning: retry-without-backoff
                if attempt:
                    time.sleep(3)
                try:
                    return once.messages.create(**REQUEST)
                except PASSING:
                    continue
        """,
    "a status that is looked at": """
        def ask(body):
            for _ in range(5):  # warning: retry-without-backoff
                answer = requests.post(URL, json=body, timeout=60)
                if answer.status_code == 429:
                    time.sleep(60)
                    continue
                return answer.json()
        """,
    "a function that calls itself": """
        def ask(body, tries=0):
            answer = requests.post(URL, json=body, timeout=60)
            if answer.status_code == 529 and tries < 4:
                time.sleep(1)
                return ask(body, tries + 1)  # warning: retry-without-backoff
            return answer.json()
        """,
    "an answer that is never looked into": """
        def ask():
            while True:  # warning: retry-without-backoff
                try:
                    answer = once.messages.create(**REQUEST)
                except InternalServerError:
                    pass
                try:
                    return answer.content[0].text
                except:
                    print("again")
        """,
    "a decorator of one's own": """
        def twice(function):
            @functools.wraps(function)
            def run(*args):
                for _ in range(2):  # warning: retry-without-backoff
                    try:
                        return function(*args)
                    except PASSING:
                        continue
            return run

        @twice
        def ask():
            return once.messages.create(**REQUEST)
        """,
    "a function that is handed a lambda": """
        def again(function):
            tries = 0
            while True:  # warning: retry-without-backoff
                try:
                    return function()
                except PASSING:
                    tries += 1
                    if tries > 5:
                        raise
                    time.sleep(2)

        def ask():
            return again(lambda: once.messages.create(**REQUEST))
        """,
    "a function that is handed the method": """
        def again(function, **request):
            for _ in range(3):  # warning: retry-without-backoff
                try:
                    return function(**request)
                except PASSING:
                    time.sleep(2)

        def ask():
            return again(once.messages.create, **REQUEST)
        """,
    "tenacity that waits the same each time": """
        @tenacity.retry(wait=tenacity.wait_fixed(5), stop=tenacity.stop_after_attempt(3), retry=tenacity.retry_if_exception_type(PASSING))  # warning: retry-without-backoff
        def ask():
            return once.messages.create(**REQUEST)
        """,
    "tenacity's attempts": """
        def ask():
            only = tenacity.retry_if_exception_type(PASSING)
            for attempt in tenacity.Retrying(stop=tenacity.stop_after_attempt(3), retry=only):  # warning: retry-without-backoff
                with attempt:
                    return once.messages.create(**REQUEST)
        """,
    "backoff without a limit": """
        @backoff.on_exception(backoff.expo, PASSING)  # warning: retry-without-backoff
        def ask():
            return once.messages.create(**REQUEST)
        """,
    "retry as it is": """
        @retry(PASSING, tries=3)  # warning: retry-without-backoff
        def ask():
            return once.messages.create(**REQUEST)
        """,
    "retrying with a fixed wait": """
        @retrying.retry(wait_fixed=2000, stop_max_attempt_number=3, retry_on_exception=passes)  # warning: retry-without-backoff
        def ask():
            return once.messages.create(**REQUEST)
        """,
    "not the loop that asks until the answer is one of a few": """
        def post():
            answer = None
            while answer is None:  # warning: retry-without-backoff
                try:
                    answer = once.messages.create(**REQUEST)
                except PASSING:
                    time.sleep(2 ** random.random())
            return answer

        def classify():
            result = None
            while result is None:
                text = post().content
                if text in ("yes", "no"):
                    result = text
                else:
                    time.sleep(60)
        """,
    "a function that hands what it is given to itself": """
        def again(function, tries=3):
            try:
                return function()
            except PASSING:
                if tries == 0:
                    raise
                return again(function, tries - 1)  # warning: retry-without-backoff

        def ask():
            return again(lambda: once.messages.create(**REQUEST))
        """,
}

BACKOFF = {
    "longer each time": """
        def ask():
            for attempt in range(5):
                try:
                    return once.messages.create(**REQUEST)
                except PASSING as error:
                    if attempt == 4:
                        raise
                    time.sleep(2**attempt + random.random())
        """,
    "a delay that doubles": """
        def ask():
            delay = 1
            for _ in range(5):
                try:
                    return once.messages.create(**REQUEST)
                except PASSING:
                    time.sleep(delay)
                    delay = min(delay * 2, 60)
        """,
    "as the server says": """
        def ask(body):
            for attempt in range(4):
                answer = requests.post(URL, json=body, timeout=60)
                if answer.status_code == 429 or answer.status_code >= 500:
                    time.sleep(int(answer.headers.get("retry-after", 5)))
                    continue
                answer.raise_for_status()
                return answer.json()
        """,
    "waiting in a helper": """
        def pause(attempt):
            time.sleep(2**attempt)

        def ask():
            for attempt in range(5):
                try:
                    return once.messages.create(**REQUEST)
                except PASSING:
                    pause(attempt)
        """,
    "waiting longer before each try": """
        def ask():
            for attempt in range(4):
                if attempt > 0:
                    time.sleep(2**attempt)
                try:
                    return once.messages.create(**REQUEST)
                except PASSING:
                    continue
        """,
    "counting down": """
        def ask(tries=4):
            try:
                return once.messages.create(**REQUEST)
            except PASSING:
                if tries == 0:
                    raise
                time.sleep(2 ** (4 - tries))
                return ask(tries - 1)
        """,
    "a counter that a step of its own changes": """
        def ask():
            def attempt(left):
                try:
                    return once.messages.create(**REQUEST)
                except PASSING:
                    time.sleep(20 * (11 - left))
                    left = left - 1
                    if left == 0:
                        raise
                    return attempt(left)
            return attempt(10)
        """,
    "stamina": """
        @stamina.retry(on=RateLimitError, attempts=5)
        def ask():
            return once.messages.create(**REQUEST)
        """,
    "backoff with a limit": """
        @backoff.on_exception(backoff.expo, PASSING, max_tries=5)
        def ask():
            return once.messages.create(**REQUEST)
        """,
    "a wait that cannot be known": """
        @tenacity.retry(**policy(), retry=tenacity.retry_if_exception_type(PASSING))
        def ask():
            return once.messages.create(**REQUEST)
        """,
    "a chat": """
        def chat():
            while True:
                question = input()
                try:
                    print(once.messages.create(**REQUEST))
                except Exception as error:
                    print(error)
        """,
    "a key that is asked for until it works": """
        def read():
            return getpass.getpass("key: ")

        def setup():
            while True:
                key = read()
                try:
                    return once.with_options(api_key=key).messages.create(**REQUEST)
                except Exception as error:
                    print(error)
        """,
    "one model after the other, by way of a function": """
        def ask(models, around):
            for model in models:
                try:
                    client = once.with_options(default_headers={"x": model})

                    def send(client=client):
                        return client.messages.create(**REQUEST)

                    return around(send)()
                except PASSING as error:
                    print(error)
        """,
    "a request mended as the error says": """
        def ask(context):
            tried = False
            while True:
                try:
                    return once.messages.create(**REQUEST)
                except Exception as error:
                    if not tried and context.recover(error):
                        tried = True
                        continue
                    raise
        """,
    "one prompt after the other": """
        def ask(prompts):
            for prompt in prompts:
                try:
                    yield once.messages.create(model="claude-opus-5-5", max_tokens=9, messages=prompt)
                except Exception:
                    continue
        """,
    "one model after the other": """
        def ask():
            for model in ("claude-opus-5-5", "claude-sonnet-5-5"):
                try:
                    return once.messages.create(model=model, max_tokens=9, messages=[])
                except anthropic.APIError:
                    continue
        """,
    "a queue": """
        def work(queue):
            while queue:
                job = queue.pop()
                try:
                    return once.messages.create(model="claude-opus-5-5", max_tokens=9, messages=job)
                except Exception:
                    print("next")
        """,
    "polling": """
        def wait_for(batch):
            while True:
                if client.messages.batches.retrieve(batch).processing_status == "ended":
                    return
                time.sleep(60)
        """,
    "an agent's turns": """
        def run(messages):
            while True:
                answer = client.messages.create(model="claude-opus-5-5", max_tokens=9, messages=messages)
                if answer.stop_reason != "tool_use":
                    return answer
                messages.append({"role": "assistant", "content": answer.content})
        """,
    "asking again for better JSON": """
        def ask():
            for _ in range(3):
                answer = client.messages.create(**REQUEST)
                try:
                    return json.loads(answer.content[0].text)
                except json.JSONDecodeError:
                    continue
        """,
    "another provider next": """
        def ask(providers):
            current = providers.first()
            while current:
                try:
                    return current.client.messages.create(**REQUEST)
                except anthropic.APIError:
                    current = providers.after(current)
        """,
    "another model next": """
        def ask(model="claude-opus-5-5"):
            try:
                return once.messages.create(model=model, max_tokens=9, messages=[])
            except anthropic.APIError:
                return ask(model="claude-sonnet-5-5")
        """,
}

CLIENT_ERRORS = {
    "everything, patiently": """
        def ask():
            for attempt in range(4):  # info: retried-client-error
                try:
                    return once.messages.create(**REQUEST)
                except Exception:
                    if attempt == 3:
                        raise
                    time.sleep(2**attempt)
        """,
    "everything, impatiently": """
        def ask():
            for attempt in range(4):  # warning: retried-client-error
                try:
                    return once.messages.create(**REQUEST)
                except Exception:
                    time.sleep(1)
        """,
    "every error of the API": """
        def ask():
            for attempt in range(4):  # info: retried-client-error
                try:
                    return once.messages.create(**REQUEST)
                except anthropic.APIStatusError:
                    time.sleep(2**attempt)
        """,
    "all but one": """
        def ask():
            for attempt in range(4):  # info: retried-client-error
                try:
                    return once.messages.create(**REQUEST)
                except (TypeError, anthropic.NotFoundError):
                    raise
                except Exception:
                    time.sleep(2**attempt)
        """,
    "tenacity around what raises for a status": """
        @tenacity.retry(stop=tenacity.stop_after_attempt(3), wait=tenacity.wait_exponential())  # info: retried-client-error
        def ask(body):
            answer = requests.post(URL, json=body, timeout=60)
            answer.raise_for_status()
            return answer.json()
        """,
    "backoff on every error of requests": """
        @backoff.on_exception(backoff.expo, requests.exceptions.RequestException, max_tries=5)  # info: retried-client-error
        def ask(body):
            answer = requests.post(URL, json=body, timeout=60)
            answer.raise_for_status()
            return answer.json()
        """,
    "whatever is not 200": """
        def ask(body):
            for attempt in range(4):  # info: retried-client-error
                answer = httpx.post(URL, json=body, timeout=60)
                if answer.status_code == 200:
                    return answer.json()
                time.sleep(2**attempt)
        """,
    "an error of one's own for every status": """
        class Refused(Exception):
            pass

        def post(body):
            answer = requests.post(URL, json=body, timeout=60)
            if not answer.ok:
                raise Refused(answer.text)
            return answer.json()

        def ask(body):
            for attempt in range(4):  # info: retried-client-error
                try:
                    return post(body)
                except Refused:
                    time.sleep(2**attempt)
        """,
    "a list of statuses": """
        session = requests.Session()
        session.mount("https://", HTTPAdapter(max_retries=Retry(3, backoff_factor=1, status_forcelist=[401, 429], allowed_methods=None)))  # info: retried-client-error

        def ask(body):
            return session.post(URL, json=body, timeout=60)
        """,
    "a session that raises for every status": """
        async def ask(body):
            async with aiohttp.ClientSession(raise_for_status=True) as session:
                for attempt in range(4):  # info: retried-client-error
                    try:
                        async with session.post(URL, json=body) as answer:
                            return await answer.json()
                    except aiohttp.ClientError:
                        await asyncio.sleep(2**attempt)
        """,
}

NO_CLIENT_ERRORS = {
    "only what passes": """
        def ask():
            for attempt in range(4):
                try:
                    return once.messages.create(**REQUEST)
                except PASSING:
                    time.sleep(2**attempt)
        """,
    "by its status": """
        def ask():
            for attempt in range(4):
                try:
                    return once.messages.create(**REQUEST)
                except anthropic.APIStatusError as error:
                    if error.status_code not in {429, 500, 529}:
                        raise
                    time.sleep(2**attempt)
        """,
    "by its class": """
        def ask():
            for attempt in range(4):
                try:
                    return once.messages.create(**REQUEST)
                except Exception as error:
                    if not isinstance(error, PASSING):
                        raise
                    time.sleep(2**attempt)
        """,
    "by its text": """
        def ask():
            for attempt in range(4):
                try:
                    return once.messages.create(**REQUEST)
                except Exception as error:
                    if "429" in str(error) or "overloaded" in str(error).lower():
                        time.sleep(2**attempt)
                    else:
                        raise
        """,
    "by a function of one's own": """
        def ask():
            for attempt in range(4):
                try:
                    return once.messages.create(**REQUEST)
                except Exception as error:
                    if not passes(error):
                        raise
                    time.sleep(2**attempt)
        """,
    "in a helper that raises": """
        def judge(error, attempt):
            if error.status_code < 429 or attempt == 3:
                raise error
            time.sleep(2**attempt)

        def ask():
            for attempt in range(4):
                try:
                    return once.messages.create(**REQUEST)
                except Exception as error:
                    judge(error, attempt)
        """,
    "handlers in order": """
        def ask():
            for attempt in range(4):
                try:
                    return once.messages.create(**REQUEST)
                except (anthropic.BadRequestError, anthropic.NotFoundError):
                    raise
                except (anthropic.AuthenticationError, anthropic.PermissionDeniedError) as error:
                    raise SystemExit(str(error))
                except Exception:
                    time.sleep(2**attempt)
        """,
    "nothing that raises for a status": """
        @tenacity.retry(stop=tenacity.stop_after_attempt(3), wait=tenacity.wait_exponential())
        def ask(body):
            return requests.post(URL, json=body, timeout=60).json()
        """,
    "tenacity with a condition": """
        @tenacity.retry(stop=tenacity.stop_after_attempt(3), wait=tenacity.wait_exponential(), retry=tenacity.retry_if_exception(passes))
        def ask():
            return once.messages.create(**REQUEST)
        """,
    "backoff that gives up": """
        @backoff.on_exception(backoff.expo, anthropic.APIError, max_tries=4, giveup=lambda error: error.status_code < 429)
        def ask():
            return once.messages.create(**REQUEST)
        """,
    "another host": """
        def ask(body):
            for attempt in range(4):
                try:
                    answer = requests.post("https://gateway.example.com/v1/messages", json=body)
                    answer.raise_for_status()
                    return answer
                except Exception:
                    pass
        """,
}

STACKED = {
    "a loop": """
        def ask():
            for attempt in range(5):  # info: stacked-retry
                try:
                    return client.messages.create(**REQUEST)
                except RateLimitError:
                    time.sleep(2**attempt)
        """,
    "a decorator": """
        @stamina.retry(on=RateLimitError, attempts=5)  # info: stacked-retry
        def ask():
            return client.messages.create(**REQUEST)
        """,
    "a client that retries more": """
        @stamina.retry(on=RateLimitError, attempts=5)  # info: stacked-retry
        def ask():
            return client.with_options(max_retries=7).messages.create(**REQUEST)
        """,
    "around a stream": """
        def ask():
            for attempt in range(5):  # info: stacked-retry
                try:
                    with client.messages.stream(**REQUEST) as stream:
                        return stream.get_final_message()
                except RateLimitError:
                    time.sleep(2**attempt)
        """,
}

NOT_STACKED = {
    "a client that does not retry": """
        @stamina.retry(on=RateLimitError, attempts=5)
        def ask():
            return once.messages.create(**REQUEST)
        """,
    "a copy that does not retry": """
        @stamina.retry(on=RateLimitError, attempts=5)
        def ask():
            return client.with_options(max_retries=0).messages.create(**REQUEST)
        """,
    "a client of unknown making": """
        @stamina.retry(on=RateLimitError, attempts=5)
        def ask(client: anthropic.Anthropic):
            return client.messages.create(**REQUEST)
        """,
    "what the SDK does not repeat": """
        @stamina.retry(on=json.JSONDecodeError, attempts=5)
        def ask():
            return json.loads(client.messages.create(**REQUEST).content[0].text)
        """,
    "a raw request": """
        @stamina.retry(on=requests.ConnectionError, attempts=5)
        def ask(body):
            return requests.post(URL, json=body, timeout=60)
        """,
}


def project(code: str) -> str:
    """The snippet behind the imports and clients that all share."""
    return PRELUDE + textwrap.dedent(code)


@pytest.mark.parametrize("code", NO_BACKOFF.values(), ids=NO_BACKOFF)
def test_a_retry_without_backoff_is_reported_where_it_stands(check: Lint, code: str) -> None:
    check(project(code), select="retry-without-backoff")


@pytest.mark.parametrize("code", BACKOFF.values(), ids=BACKOFF)
def test_backoff_and_loops_that_are_no_retries_are_not_reported(check: Lint, code: str) -> None:
    check(project(code), select="retry-without-backoff")


@pytest.mark.parametrize("code", CLIENT_ERRORS.values(), ids=CLIENT_ERRORS)
def test_a_retry_of_client_errors_is_reported(check: Lint, code: str) -> None:
    check(project(code), select="retried-client-error")


@pytest.mark.parametrize("code", NO_CLIENT_ERRORS.values(), ids=NO_CLIENT_ERRORS)
def test_a_retry_that_looks_at_the_error_is_not_reported(check: Lint, code: str) -> None:
    check(project(code), select="retried-client-error")


@pytest.mark.parametrize("code", STACKED.values(), ids=STACKED)
def test_a_retry_around_the_sdks_own_is_reported(check: Lint, code: str) -> None:
    check(project(code), select="stacked-retry")


@pytest.mark.parametrize("code", NOT_STACKED.values(), ids=NOT_STACKED)
def test_the_only_retry_is_not_reported(check: Lint, code: str) -> None:
    check(project(code), select="stacked-retry")


def test_messages_say_how_long_what_and_how_often(lint: Lint) -> None:
    code = """
        import time

        import anthropic
        import tenacity

        client = anthropic.Anthropic()


        def ask(**request):
            for _ in range(4):
                try:
                    return client.messages.create(**request)
                except (anthropic.NotFoundError, anthropic.APIConnectionError):
                    time.sleep(2.5)


        @tenacity.retry
        def ask_for_ever(**request):
            return client.messages.create(**request)
        """
    assert as_lines(lint(code, select="CL4")) == [
        "example.py:10:5 warning[retry-without-backoff] "
        "This loop waits the same 2.5 s before each new try",
        "example.py:10:5 warning[retried-client-error] "
        "This loop also repeats 404, which fails the same way each time",
        "example.py:10:5 info[stacked-retry] "
        "This loop repeats what the SDK has already retried twice: up to 12 requests",
        "example.py:17:2 warning[retry-without-backoff] "
        "`retry` of tenacity repeats a failed request at once, without end",
        "example.py:17:2 warning[retried-client-error] `retry` of tenacity "
        "also repeats 400, 401, 403 and 404, which fail the same way each time",
        "example.py:17:2 info[stacked-retry] "
        "`retry` of tenacity repeats what the SDK has already retried twice",
    ]


def test_a_loop_around_a_function_of_another_file_is_reported_at_the_loop(check: Lint) -> None:
    files = {
        "claude.py": """
            import anthropic

            client = anthropic.Anthropic(max_retries=0)

            def ask(question):
                return client.messages.create(
                    model="claude-opus-5-5", max_tokens=9, messages=[{"role": "user", "content": question}]
                )
            """,
        "service.py": """
            import time

            from anthropic import RateLimitError
            from claude import ask

            def answer(question):
                for _ in range(3):  # warning: retry-without-backoff
                    try:
                        return ask(question)
                    except RateLimitError:
                        time.sleep(5)
            """,
    }
    check(files, select="CL40")


def test_a_decorator_of_another_file_is_reported_where_it_is_used(check: Lint) -> None:
    files = {
        "network.py": """
            import time

            def again(function):
                def run(*args):
                    for _ in range(3):
                        try:
                            return function(*args)
                        except Exception:
                            time.sleep(5)
                return run
            """,
        "claude.py": """
            import anthropic
            from network import again

            client = anthropic.Anthropic(max_retries=0)

            @again  # warning: retry-without-backoff, retried-client-error
            def ask(messages):
                return client.messages.create(model="claude-opus-5-5", max_tokens=9, messages=messages)
            """,
    }
    check(files, select="CL40")


def test_a_loop_that_sets_another_model_in_its_body_each_time_is_no_retry(check: Lint) -> None:
    code = """
    import requests

    def ask(headers, messages):
        body = {"max_tokens": 9, "messages": messages}
        for model in ("claude-opus-5-5", "claude-sonnet-5-5"):
            body["model"] = model
            answer = requests.post(  # warning: missing-retry
                "https://api.anthropic.com/v1/messages", headers=headers, json=body, timeout=60
            )
            if answer.status_code == 200:
                return answer.json()
    """
    check(code, select="CL4")


def test_what_is_waited_after_an_answer_counts_more_than_after_what_may_be_raised(
    check: Lint,
) -> None:
    code = """
    import time
    import requests

    def ask(headers, body):
        for attempt in range(5):
            try:
                answer = requests.post(
                    "https://api.anthropic.com/v1/messages", headers=headers, json=body, timeout=60
                )
                if answer.status_code == 429:
                    time.sleep(5 * 2**attempt)
                    continue
                return answer.json()
            except requests.ConnectionError:
                time.sleep(2)
    """
    check(code, select="CL403")
