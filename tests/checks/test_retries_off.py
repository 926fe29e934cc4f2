"""CL402 and CL407: retries that are turned off, and retries that do nothing."""

from __future__ import annotations

import textwrap

import pytest

from conftest import Lint
from rule_examples import as_lines

PRELUDE = """
import asyncio, json, os, time
import anthropic, httpx, httpx2, requests, tenacity, urllib3
from anthropic import Anthropic, AsyncAnthropic, RateLimitError
from httpx_retries import Retry as HttpxRetry, RetryTransport
from requests.adapters import HTTPAdapter
from urllib3.util.retry import Retry

URL = "https://api.anthropic.com/v1/messages"
REQUEST = dict(model="claude-opus-5-5", max_tokens=9, messages=[{"role": "user", "content": "Hi"}])
"""

OFF = {
    "a client": """
        client = anthropic.Anthropic(max_retries=0)  # warning: disabled-retry

        def ask():
            return client.messages.create(**REQUEST)
        """,
    "a copy": """
        client = Anthropic()

        def ask():
            return client.with_options(max_retries=0).messages.create(**REQUEST)  # warning: disabled-retry
        """,
    "a copy with a name": """
        client = Anthropic(max_retries=3)

        def ask():
            hasty = client.copy(timeout=9, max_retries=0)  # warning: disabled-retry
            with hasty.messages.stream(**REQUEST) as stream:
                return stream.get_final_message()
        """,
    "an argument on a line of its own": """
        class Bot:
            def __init__(self, key):
                self.client = AsyncAnthropic(
                    api_key=key,
                    max_retries=0,  # warning: disabled-retry
                )

            async def ask(self):
                return await self.client.messages.create(**REQUEST)
        """,
    "a default": """
        class Bot:
            def __init__(self, max_retries=0):
                self.client = Anthropic(max_retries=max_retries)  # warning: disabled-retry

            def ask(self):
                return self.client.messages.create(**REQUEST)
        """,
    "options": """
        OPTIONS = {"timeout": 30, "max_retries": 0}  # warning: disabled-retry
        client = Anthropic(**OPTIONS)

        def ask():
            return client.messages.create(**REQUEST)
        """,
    "another platform": """
        client = anthropic.AnthropicBedrock(aws_region="us-east-1", max_retries=0)  # warning: disabled-retry

        def ask():
            return client.messages.create(**REQUEST)
        """,
    "a handler that does not try again": """
        def ask():
            try:
                return Anthropic(max_retries=0).messages.create(**REQUEST)  # warning: disabled-retry
            except RateLimitError as error:
                return None
        """,
    "one call of two without a retry": """
        client = Anthropic(max_retries=0)  # warning: disabled-retry

        @tenacity.retry(stop=tenacity.stop_after_attempt(3), wait=tenacity.wait_exponential(), retry=tenacity.retry_if_exception_type(RateLimitError))
        def ask():
            return client.messages.create(**REQUEST)

        def count():
            return client.messages.count_tokens(**REQUEST)
        """,
}

ON = {
    "the default": """
        def ask():
            return Anthropic(timeout=60).messages.create(**REQUEST)
        """,
    "a loop around it": """
        client = Anthropic(max_retries=0)

        def ask():
            for attempt in range(5):
                try:
                    return client.messages.create(**REQUEST)
                except RateLimitError:
                    time.sleep(2**attempt)
        """,
    "a caller's loop": """
        client = AsyncAnthropic(max_retries=0)

        async def post():
            return await client.messages.create(**REQUEST)

        async def ask():
            for attempt in range(5):
                try:
                    return await post()
                except RateLimitError:
                    await asyncio.sleep(2**attempt)
        """,
    "a copy that turns them on again": """
        client = Anthropic(max_retries=0)

        def ask():
            return client.with_options(max_retries=4).messages.create(**REQUEST)
        """,
    "a number from the environment": """
        client = Anthropic(max_retries=int(os.environ["RETRIES"]))

        def ask():
            return client.messages.create(**REQUEST)
        """,
    "a client that another library gets": """
        import instructor

        client = instructor.from_anthropic(Anthropic(max_retries=0))
        """,
    "another library's": """
        from openai import OpenAI

        client = OpenAI(max_retries=0)
        """,
}

IN_VAIN = {
    "the default methods": """
        session = requests.Session()
        session.mount("https://", HTTPAdapter(max_retries=Retry(total=5, status_forcelist=[429])))  # info: ineffective-retry

        def ask(body):
            return session.post(URL, json=body, timeout=60)
        """,
    "a number": """
        session = requests.Session()
        session.mount("https://", HTTPAdapter(max_retries=3))  # info: ineffective-retry

        def ask(body):
            return session.post(URL, json=body, timeout=60)
        """,
    "methods without POST": """
        policy = Retry(total=3, allowed_methods=frozenset(["GET", "HEAD"]), status_forcelist=[429])  # info: ineffective-retry

        def ask(body):
            with requests.Session() as session:
                session.mount("https://api.anthropic.com", HTTPAdapter(max_retries=policy))
                return session.post(URL, json=body, timeout=60)
        """,
    "the old name": """
        session = requests.Session()
        session.mount("https://", HTTPAdapter(max_retries=Retry(3, method_whitelist=["GET"])))  # info: ineffective-retry

        def ask(body):
            return session.post(URL, json=body, timeout=60)
        """,
    "a session in an attribute": """
        class Client:
            def __init__(self):
                self.session = requests.Session()
                adapter = HTTPAdapter(
                    max_retries=Retry(total=3, backoff_factor=1),  # info: ineffective-retry
                )
                self.session.mount("https://", adapter)

            def ask(self, body):
                return self.session.post(URL, json=body, timeout=60)
        """,
    "a pool": """
        pool = urllib3.PoolManager(retries=5, timeout=60)  # info: ineffective-retry

        def ask(body):
            return pool.request("POST", URL, body=body)
        """,
    "a call of urllib3": """
        def ask(body):
            return urllib3.request("POST", URL, body=body, timeout=60, retries=Retry(3, status_forcelist=[429]))  # info: ineffective-retry
        """,
    "a transport of httpx": """
        client = httpx.Client(transport=httpx.HTTPTransport(retries=3), timeout=60)  # info: ineffective-retry

        def ask(body):
            return client.post(URL, json=body)
        """,
    "an async transport of httpx2": """
        async def ask(body):
            transport = httpx2.AsyncHTTPTransport(retries=2)  # info: ineffective-retry
            async with httpx2.AsyncClient(transport=transport, timeout=60) as client:
                return await client.post(URL, json=body)
        """,
    "httpx-retries as it is": """
        client = httpx.Client(transport=RetryTransport(), timeout=60)  # info: ineffective-retry

        def ask(body):
            return client.post(URL, json=body)
        """,
}

NOT_IN_VAIN = {
    "POST among the methods": """
        session = requests.Session()
        session.mount("https://", HTTPAdapter(max_retries=Retry(3, allowed_methods={"GET", "POST"}, status_forcelist=[429])))

        def ask(body):
            return session.post(URL, json=body, timeout=60)
        """,
    "every method": """
        session = requests.Session()
        session.mount("https://", HTTPAdapter(max_retries=Retry(3, allowed_methods=None, status_forcelist=[429])))

        def ask(body):
            return session.post(URL, json=body, timeout=60)
        """,
    "methods that cannot be known": """
        session = requests.Session()
        session.mount("https://", HTTPAdapter(max_retries=Retry(3, allowed_methods=Retry.DEFAULT_ALLOWED_METHODS | {"POST"})))
        other = requests.Session()
        other.mount("https://", HTTPAdapter(max_retries=Retry(3, **options())))

        def ask(body):
            other.post(URL, json=body, timeout=60)
            return session.post(URL, json=body, timeout=60)
        """,
    "a GET": """
        session = requests.Session()
        session.mount("https://", HTTPAdapter(max_retries=Retry(3, status_forcelist=[429])))

        def models():
            return session.get("https://api.anthropic.com/v1/models", timeout=60)
        """,
    "a retry of connections beside a loop": """
        client = httpx.Client(transport=httpx.HTTPTransport(), timeout=60)

        def ask(body):
            for attempt in range(3):
                answer = client.post(URL, json=body)
                if answer.status_code != 429:
                    return answer
                time.sleep(2**attempt)
        """,
    "another host": """
        session = requests.Session()
        session.mount("https://", HTTPAdapter(max_retries=Retry(3)))

        def ask(body):
            return session.post("https://gateway.example.com/v1/messages", json=body)
        """,
    "below the SDK, which retries": """
        client = Anthropic(http_client=httpx2.Client(transport=httpx2.HTTPTransport(retries=3)))

        def ask():
            return client.messages.create(**REQUEST)
        """,
}


def project(code: str) -> str:
    """The snippet behind the imports that all share."""
    return PRELUDE + textwrap.dedent(code)


@pytest.mark.parametrize("code", OFF.values(), ids=OFF)
def test_retries_that_are_turned_off_are_reported(check: Lint, code: str) -> None:
    check(project(code), select="disabled-retry")


@pytest.mark.parametrize("code", ON.values(), ids=ON)
def test_retries_that_are_on_or_made_up_for_are_not_reported(check: Lint, code: str) -> None:
    check(project(code), select="disabled-retry")


@pytest.mark.parametrize("code", IN_VAIN.values(), ids=IN_VAIN)
def test_a_retry_that_does_nothing_is_reported_instead_of_a_missing_one(
    check: Lint, code: str
) -> None:
    check(project(code), select="CL4")


@pytest.mark.parametrize("code", NOT_IN_VAIN.values(), ids=NOT_IN_VAIN)
def test_a_retry_that_works_or_does_not_matter_is_not_reported(check: Lint, code: str) -> None:
    check(project(code), select="ineffective-retry")


def test_the_setting_is_reported_with_the_calls_it_holds_for(lint: Lint) -> None:
    code = """
        import anthropic

        client = anthropic.Anthropic(max_retries=0, timeout=60)
        client.messages.create(model="claude-opus-5-5", max_tokens=9, messages=[])
        """
    (finding,) = lint(code, select="CL402")
    assert as_lines([finding]) == [
        "example.py:3:30 warning[disabled-retry] "
        "`max_retries=0` turns off the SDK's retries, and nothing else repeats the request"
    ]
    assert [(one.location.span.line, one.message) for one in finding.related] == [(4, "sent once")]
    assert finding.fix is not None
    assert (finding.fix.title, [edit.text for edit in finding.fix.edits]) == (
        "Remove `max_retries=0`",
        [""],
    )


def test_a_zero_that_comes_from_elsewhere_is_shown_and_not_mended(lint: Lint) -> None:
    code = """
        import anthropic

        NEVER = 0
        client = anthropic.Anthropic(max_retries=NEVER)
        client.messages.create(model="claude-opus-5-5", max_tokens=9, messages=[])
        """
    (finding,) = lint(code, select="CL402")
    places = [(one.location.span.line, one.message) for one in finding.related]
    assert places == [(5, "sent once"), (3, "the 0 comes from here")]


def test_messages_name_what_leaves_out_post(lint: Lint) -> None:
    code = """
        import httpx
        import requests
        from requests.adapters import HTTPAdapter

        URL = "https://api.anthropic.com/v1/messages"
        session = requests.Session()
        session.mount("https://", HTTPAdapter(max_retries=3))
        client = httpx.Client(timeout=60, transport=httpx.HTTPTransport(retries=3))
        session.post(URL, json={}, timeout=60)
        client.post(URL, json={})
        """
    assert as_lines(lint(code, select="CL407")) == [
        "example.py:7:27 info[ineffective-retry] "
        "`max_retries=3` leaves out POST: a 429 or 5xx still ends this request",
        "example.py:8:45 info[ineffective-retry] "
        "`HTTPTransport` repeats connecting only: a 429 or 5xx still ends the request",
    ]


def test_a_client_that_nobody_is_seen_to_use_is_reported(check: Lint) -> None:
    code = """
        import anthropic

        client = anthropic.Anthropic(max_retries=0)  # warning: disabled-retry
        """
    check(code, select="disabled-retry")


def test_a_client_is_followed_into_other_files(check: Lint) -> None:
    files = {
        "clients.py": """
            import anthropic

            hasty = anthropic.Anthropic(max_retries=0)  # warning: disabled-retry
            patient = anthropic.Anthropic(max_retries=0)
            """,
        "service.py": """
            import time

            import anthropic
            from clients import hasty, patient

            def ask(**request):
                return hasty.messages.create(**request)

            def ask_again(**request):
                for attempt in range(4):
                    try:
                        return patient.messages.create(**request)
                    except anthropic.RateLimitError:
                        time.sleep(2**attempt)
            """,
    }
    check(files, select="disabled-retry")


@pytest.mark.parametrize(
    ("made", "text"),
    [
        ("client.with_options(max_retries=0)", "client"),
        ("client.with_options(max_retries=0, timeout=5)", ""),
        ("client.copy(max_retries=0)", ""),
    ],
)
def test_a_client_without_other_options_is_the_client(lint: Lint, made: str, text: str) -> None:
    code = f"""
    import anthropic

    client = anthropic.Anthropic()
    other = {made}
    """
    (finding,) = lint(code, select="disabled-retry")
    assert finding.fix is not None
    assert [edit.text for edit in finding.fix.edits] == [text]
