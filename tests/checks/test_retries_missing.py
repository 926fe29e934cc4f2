"""CL401 and CL406: requests built by hand that are sent once, or wait without end."""

from __future__ import annotations

import pytest

from conftest import Lint
from rule_examples import as_lines

PRELUDE = """
import asyncio, functools, json, random, subprocess, time
import http.client, urllib.error, urllib.request
import aiohttp, backoff, httpx, requests, retrying, stamina, tenacity, urllib3
from aiohttp_retry import ExponentialRetry, RetryClient
from celery import shared_task
from httpx_retries import Retry as HttpxRetry, RetryTransport
from prefect import task
from ratelimit import limits, sleep_and_retry
from requests.adapters import HTTPAdapter
from retry import retry
from retry.api import retry_call
from urllib3.util.retry import Retry

URL = "https://api.anthropic.com/v1/messages"
HEADERS = make_headers()
"""

SENT_ONCE = {
    "requests": """
        def ask(body):
            return requests.post(URL, headers=HEADERS, json=body, timeout=60)  # warning: missing-retry
        """,
    "a session with headers of its own": """
        class Client:
            def __init__(self):
                self.session = requests.Session()
                self.session.headers.update(HEADERS)

            def ask(self, body):
                return self.session.post(URL, json=body, timeout=60)  # warning: missing-retry
        """,
    "an async client": """
        async def ask(body):
            async with httpx.AsyncClient(timeout=60) as client:
                return await client.post(URL, headers=HEADERS, json=body)  # warning: missing-retry
        """,
    "aiohttp": """
        async def ask(body):
            async with aiohttp.ClientSession(headers=HEADERS) as session:
                async with session.post(URL, json=body) as answer:  # warning: missing-retry
                    return await answer.json()
        """,
    "urllib": """
        def ask(body):
            request = urllib.request.Request(URL, data=body, headers=HEADERS)
            return urllib.request.urlopen(request, timeout=60)  # warning: missing-retry
        """,
    "http.client": """
        def ask(body):
            connection = http.client.HTTPSConnection("api.anthropic.com", timeout=60)
            connection.request("POST", "/v1/messages", body=body, headers=HEADERS)  # warning: missing-retry
        """,
    "urllib3, whose own retry is of connections": """
        def ask(body):
            pool = urllib3.PoolManager(timeout=60)
            return pool.request("POST", URL, headers=HEADERS, body=body)  # warning: missing-retry
        """,
    "curl": """
        def ask(body):
            return subprocess.run(["curl", "-m", "60", "-d", body, URL])  # warning: missing-retry
        """,
    "one model after the other": """
        def ask(body):
            for model in ("claude-opus-5-5", "claude-sonnet-5-5"):
                try:
                    return requests.post(URL, json={**body, "model": model}, timeout=60)  # warning: missing-retry
                except requests.RequestException:
                    continue
        """,
    "one prompt after the other": """
        def ask(prompts):
            for number in range(len(prompts)):
                try:
                    requests.post(URL, json=prompts[number], timeout=60)  # warning: missing-retry
                except requests.RequestException as error:
                    print(error)
        """,
    "a chat": """
        def chat(body):
            while True:
                question = input()
                try:
                    print(requests.post(URL, json=body, timeout=60).json())  # warning: missing-retry
                except requests.RequestException as error:
                    print(error)
        """,
    "polling": """
        def wait_for(batch):
            while True:
                answer = requests.get(f"{URL}/batches/{batch}", headers=HEADERS, timeout=60)  # warning: missing-retry
                if answer.json()["processing_status"] == "ended":
                    return answer
                time.sleep(60)
        """,
    "asking again for better JSON": """
        def ask(body):
            for _ in range(3):
                answer = requests.post(URL, json=body, timeout=60)  # warning: missing-retry
                answer.raise_for_status()
                try:
                    return json.loads(answer.json()["content"][0]["text"])
                except (json.JSONDecodeError, KeyError):
                    continue
        """,
    "a retry of what is no failure of the request": """
        @tenacity.retry(retry=tenacity.retry_if_exception_type(json.JSONDecodeError))
        def ask(body):
            answer = requests.post(URL, json=body, timeout=60)  # warning: missing-retry
            answer.raise_for_status()
            return json.loads(answer.json()["content"][0]["text"])
        """,
    "waiting for one's own rate limit": """
        @sleep_and_retry
        @limits(calls=5, period=60)
        def ask(body):
            return requests.post(URL, json=body, timeout=60)  # warning: missing-retry
        """,
    "attempts that are not entered": """
        def ask(body):
            for attempt in tenacity.Retrying(stop=tenacity.stop_after_attempt(3)):
                return requests.post(URL, json=body, timeout=60)  # warning: missing-retry
        """,
    "an adapter that is mounted elsewhere": """
        def ask(body):
            session = requests.Session()
            session.mount("https://api.example.com", HTTPAdapter(max_retries=Retry(3, allowed_methods=None)))
            return session.post(URL, json=body, timeout=60)  # warning: missing-retry
        """,
    "a task that is only told how often": """
        @shared_task(max_retries=3)
        def ask(body):
            return requests.post(URL, json=body, timeout=60).json()  # warning: missing-retry
        """,
    "an error that ends the loop": """
        def ask(body):
            for _ in range(3):
                try:
                    return requests.post(URL, json=body, timeout=60)  # warning: missing-retry
                except requests.RequestException as error:
                    raise RuntimeError("no answer") from error
        """,
}

RETRIED = {
    "tenacity": """
        @tenacity.retry(stop=tenacity.stop_after_attempt(5), wait=tenacity.wait_exponential(), retry=tenacity.retry_if_exception(passes))
        def ask(body):
            return requests.post(URL, json=body, timeout=60)
        """,
    "tenacity's attempts, entered": """
        async def ask(session: aiohttp.ClientSession, body):
            only = tenacity.retry_if_exception_type(aiohttp.ClientConnectionError)
            async for attempt in tenacity.AsyncRetrying(stop=tenacity.stop_after_attempt(3), wait=tenacity.wait_exponential(), retry=only):
                with attempt:
                    async with session.post(URL, json=body) as answer:
                        return await answer.json()
        """,
    "a retrying object called with the function": """
        def post(body):
            return requests.post(URL, json=body, timeout=60)

        def ask(body):
            only = tenacity.retry_if_exception_type(requests.ConnectionError)
            retrying = tenacity.Retrying(stop=tenacity.stop_after_attempt(3), wait=tenacity.wait_exponential(), retry=only)
            return retrying(post, body)
        """,
    "backoff on what is returned": """
        @backoff.on_predicate(backoff.expo, lambda answer: answer.status_code in (429, 529), max_tries=5)
        def ask(body):
            return requests.post(URL, json=body, timeout=60)
        """,
    "stamina": """
        @stamina.retry(on=httpx.TransportError, attempts=3)
        def ask(body):
            return httpx.post(URL, json=body, timeout=60)
        """,
    "retrying": """
        @retrying.retry(stop_max_attempt_number=3, wait_exponential_multiplier=1000, retry_on_exception=passes)
        def ask(body):
            return requests.post(URL, json=body, timeout=60)
        """,
    "retry_call": """
        def post(body):
            return requests.post(URL, json=body, timeout=60)

        def ask(body):
            return retry_call(post, fargs=[body], exceptions=requests.ConnectionError, tries=3, delay=1, backoff=2)
        """,
    "an adapter that repeats POST": """
        def session():
            made = requests.Session()
            adapter = HTTPAdapter(max_retries=Retry(5, backoff_factor=1, status_forcelist=[429], allowed_methods=["POST"]))
            for scheme in ("http://", "https://"):
                made.mount(scheme, adapter)
            return made

        def ask(body):
            return session().post(URL, json=body, timeout=60)
        """,
    "a transport": """
        client = httpx.Client(transport=RetryTransport(retry=HttpxRetry(total=4, allowed_methods=["POST"])), timeout=60)

        def ask(body):
            return client.post(URL, json=body)
        """,
    "aiohttp-retry": """
        async def ask(body):
            async with RetryClient(retry_options=ExponentialRetry(attempts=3, statuses={429})) as client:
                async with client.post(URL, json=body) as answer:
                    return await answer.json()
        """,
    "curl --retry": """
        def ask(body):
            return subprocess.run(["curl", "--retry", "5", "--max-time", "60", "-d", body, URL])
        """,
    "a loop that looks at the status": """
        def ask(body, tries=5):
            wait = 1
            while tries > 0:
                answer = requests.post(URL, json=body, timeout=60)
                if answer.status_code not in (429, 500, 529):
                    answer.raise_for_status()
                    return answer.json()
                time.sleep(wait)
                wait = min(wait * 2, 30)
                tries -= 1
        """,
    "a match on the status": """
        async def ask(client: httpx.AsyncClient, body):
            for attempt in range(5):
                answer = await client.post(URL, json=body, timeout=60)
                match answer.status_code:
                    case 200:
                        return answer.json()
                    case 429 | 529:
                        await asyncio.sleep(2**attempt)
                    case _:
                        answer.raise_for_status()
        """,
    "a function that calls itself": """
        def ask(body, attempt=0):
            request = urllib.request.Request(URL, data=body, headers=HEADERS)
            try:
                return urllib.request.urlopen(request, timeout=60)
            except urllib.error.HTTPError as error:
                if error.code in (429, 529) and attempt < 4:
                    time.sleep(2**attempt)
                    return ask(body, attempt + 1)
                raise
        """,
    "a second try written out": """
        def ask(body):
            answer = requests.post(URL, json=body, timeout=60)
            if answer.status_code == 429:
                time.sleep(float(answer.headers["retry-after"]))
                answer = requests.post(URL, json=body, timeout=60)
            return answer.json()
        """,
    "a list of waits": """
        def ask(body):
            for wait in (1, 4, 16, None):
                try:
                    return requests.post(URL, json=body, timeout=60)
                except requests.ConnectionError:
                    if wait is None:
                        raise
                    time.sleep(wait)
        """,
    "a decorator of one's own": """
        def patiently(times):
            def decorate(function):
                @functools.wraps(function)
                def run(*args, **kwargs):
                    for number in range(times):
                        try:
                            return function(*args, **kwargs)
                        except requests.ConnectionError:
                            time.sleep(2**number + random.random())
                return run
            return decorate

        @patiently(times=4)
        def ask(body):
            return requests.post(URL, json=body, timeout=60)
        """,
    "a decorator that is an object": """
        class Patiently:
            def __init__(self, times):
                self.times = times

            def __call__(self, function):
                def run(*args):
                    for number in range(self.times):
                        try:
                            return function(*args)
                        except requests.ConnectionError:
                            time.sleep(2**number)
                return run

        @Patiently(3)
        def ask(body):
            return requests.post(URL, json=body, timeout=60)
        """,
    "a decorator made of a library's": """
        def patiently(function):
            only = tenacity.retry_if_exception_type(requests.ConnectionError)
            return tenacity.retry(stop=tenacity.stop_after_attempt(3), wait=tenacity.wait_exponential(), retry=only)(function)

        @patiently
        def ask(body):
            return requests.post(URL, json=body, timeout=60)
        """,
    "a method that retries what it is handed": """
        class Client:
            def _post(self, body):
                answer = requests.post(URL, json=body, timeout=60)
                answer.raise_for_status()
                return answer

            def ask(self, body):
                return self._patiently(self._post, body)

            def count(self, body):
                return self._patiently(lambda: requests.post(f"{URL}/count_tokens", json=body, timeout=60))

            def _patiently(self, function, *args):
                delay = 1.0
                for number in range(5):
                    try:
                        return function(*args)
                    except (requests.ConnectionError, requests.Timeout):
                        if number == 4:
                            raise
                        time.sleep(delay + random.random())
                        delay *= 2
        """,
    "a caller that tries again": """
        def post(body):
            return requests.post(URL, json=body, timeout=60)

        def ask(body):
            for number in range(3):
                try:
                    answer = post(body)
                except requests.RequestException:
                    time.sleep(2**number)
                else:
                    return answer
        """,
    "a helper that returns None on failure": """
        def post(body):
            try:
                answer = requests.post(URL, json=body, timeout=60)
                answer.raise_for_status()
                return answer.json()
            except requests.RequestException:
                return None

        def ask(body):
            for number in range(3):
                answer = post(body)
                if answer is not None:
                    return answer
                time.sleep(2**number)
        """,
    "the class that the method's own derives from": """
        class Base:
            def ask(self, body):
                for number in range(3):
                    try:
                        return self.post(body)
                    except requests.ConnectionError:
                        time.sleep(2**number)

        class Claude(Base):
            def post(self, body):
                return requests.post(URL, json=body, timeout=60)
        """,
    "tasks of queues": """
        @shared_task(autoretry_for=(requests.ConnectionError,), retry_backoff=True)
        def ask(body):
            return requests.post(URL, json=body, timeout=60).json()

        @shared_task(bind=True, max_retries=3)
        def ask_again(self, body):
            try:
                return requests.post(URL, json=body, timeout=60).json()
            except requests.ConnectionError as error:
                raise self.retry(exc=error, countdown=2**self.request.retries)

        @task(retries=3, retry_delay_seconds=10)
        def ask_a_flow(body):
            return requests.post(URL, json=body, timeout=60).json()
        """,
    "a decorator that cannot be read, by its name": """
        from company.network import retry_politely

        @retry_politely
        def ask(body):
            return requests.post(URL, json=body, timeout=60)
        """,
    "another host": """
        def ask(body):
            return requests.post("https://gateway.example.com/v1/messages", json=body)
        """,
}

NO_TIMEOUT = {
    "requests": """
        def ask(body):
            return requests.post(URL, json=body)  # warning: missing-timeout
        """,
    "requests with None": """
        def ask(body):
            return requests.post(URL, json=body, timeout=None)  # warning: missing-timeout
        """,
    "a session": """
        session = requests.Session()

        def ask(body):
            return session.post(URL, json=body)  # warning: missing-timeout
        """,
    "httpx": """
        def ask(body):
            return httpx.post(URL, json=body)  # warning: missing-timeout
        """,
    "a client of httpx": """
        async def ask(body):
            async with httpx.AsyncClient(headers=HEADERS) as client:
                return await client.post(URL, json=body)  # warning: missing-timeout
        """,
    "urllib": """
        def ask(body):
            return urllib.request.urlopen(urllib.request.Request(URL, data=body))  # warning: missing-timeout
        """,
    "urllib3": """
        def ask(body):
            return urllib3.PoolManager().request("POST", URL, body=body)  # warning: missing-timeout
        """,
    "http.client": """
        def ask(body):
            connection = http.client.HTTPSConnection("api.anthropic.com")
            connection.request("POST", "/v1/messages", body=body)  # warning: missing-timeout
        """,
    "curl": """
        def ask(body):
            return subprocess.run(["curl", "-d", body, URL])  # warning: missing-timeout
        """,
}

TIMEOUT = {
    "on the call": """
        def ask(body):
            return requests.post(URL, json=body, timeout=(5, 600))
        """,
    "on the client": """
        client = httpx.Client(base_url="https://api.anthropic.com", timeout=httpx.Timeout(600))

        def ask(body):
            return client.post("/v1/messages", json=body)
        """,
    "in options": """
        OPTIONS = {"timeout": 60}

        def ask(body):
            return requests.post(URL, json=body, **OPTIONS)
        """,
    "perhaps in options": """
        def ask(body, **options):
            return requests.post(URL, json=body, **options)
        """,
    "from a parameter": """
        def ask(body, timeout=30):
            return requests.post(URL, json=body, timeout=timeout)
        """,
    "aiohttp's own": """
        async def ask(session: aiohttp.ClientSession, body):
            async with session.post(URL, json=body) as answer:
                return await answer.json()
        """,
    "of sockets": """
        import socket
        socket.setdefaulttimeout(60)

        def ask(body):
            return urllib.request.urlopen(urllib.request.Request(URL, data=body))
        """,
    "in an adapter of one's own": """
        class Impatient(HTTPAdapter):
            def send(self, request, **options):
                options["timeout"] = options.get("timeout") or 60
                return super().send(request, **options)

        session = requests.Session()
        session.mount("https://", Impatient())

        def ask(body):
            return session.post(URL, json=body)
        """,
    "another host": """
        def ask(body):
            return requests.post("https://gateway.example.com/v1/messages", json=body)
        """,
}


def project(code: str) -> str:
    """The snippet behind the imports that all share."""
    import textwrap

    return PRELUDE + textwrap.dedent(code)


@pytest.mark.parametrize("code", SENT_ONCE.values(), ids=SENT_ONCE)
def test_a_request_that_nothing_repeats_is_reported(check: Lint, code: str) -> None:
    check(project(code), select="missing-retry")


@pytest.mark.parametrize("code", RETRIED.values(), ids=RETRIED)
def test_a_request_that_something_repeats_is_not_reported(check: Lint, code: str) -> None:
    check(project(code), select="missing-retry")


@pytest.mark.parametrize("code", NO_TIMEOUT.values(), ids=NO_TIMEOUT)
def test_a_request_without_time_out_is_reported(check: Lint, code: str) -> None:
    check(project(code), select="missing-timeout")


@pytest.mark.parametrize("code", TIMEOUT.values(), ids=TIMEOUT)
def test_a_request_with_a_time_out_is_not_reported(check: Lint, code: str) -> None:
    check(project(code), select="missing-timeout")


def test_the_call_is_reported_and_the_library_named(lint: Lint) -> None:
    code = """
        import httpx, requests

        URL = "https://api.anthropic.com/v1/messages"
        first = requests.post(URL, json=body)
        second = httpx.post(URL, json=body)
        """
    assert as_lines(lint(code, select="CL4")) == [
        "example.py:4:9 warning[missing-retry] "
        "This request is sent once: a 429, a 529 or a lost connection ends it",
        "example.py:4:9 warning[missing-timeout] "
        "No `timeout` is given, and requests waits without end",
        "example.py:5:10 warning[missing-retry] "
        "This request is sent once: a 429, a 529 or a lost connection ends it",
        "example.py:5:10 warning[missing-timeout] "
        "No `timeout` is given, and httpx gives up after 5 s",
    ]


def test_a_client_whose_time_out_is_none_waits_without_end(lint: Lint) -> None:
    code = """
        import httpx

        http = httpx.Client(timeout=None)
        http.post("https://api.anthropic.com/v1/messages", json=body)
        """
    assert as_lines(lint(code, select="CL406")) == [
        "example.py:4:1 warning[missing-timeout] "
        "No `timeout` is given, and httpx waits without end",
    ]


def test_a_retry_in_another_file_is_in_reach(check: Lint) -> None:
    files = {
        "client.py": """
            import requests

            def post(body):
                answer = requests.post("https://api.anthropic.com/v1/messages", json=body, timeout=60)
                answer.raise_for_status()
                return answer
            """,
        "service.py": """
            import time

            import requests

            from client import post

            def ask(claude, body):
                for attempt in range(3):
                    try:
                        return post(body)
                    except requests.RequestException:
                        time.sleep(2**attempt)
            """,
    }
    check(files, select="CL4", ignore="CL404")


def test_a_decorator_from_another_file_is_in_reach(check: Lint) -> None:
    files = {
        "network.py": """
            import time

            def patiently(function):
                def run(*args, **kwargs):
                    for attempt in range(3):
                        try:
                            return function(*args, **kwargs)
                        except OSError:
                            time.sleep(2**attempt)
                return run
            """,
        "client.py": """
            import requests

            from network import patiently

            @patiently
            def post(body):
                answer = requests.post("https://api.anthropic.com/v1/messages", json=body, timeout=60)
                answer.raise_for_status()
                return answer
            """,
    }
    check(files, select="CL4", ignore="CL404")


def test_the_settings_name_functions_that_retry(check: Lint) -> None:
    files = {
        "claude-lint.toml": 'retry-wrappers = ["company.network.politely"]\n',
        "client.py": """
            import requests
            from company.network import politely, quickly

            URL = "https://api.anthropic.com/v1/messages"

            @politely
            def post(body):
                return requests.post(URL, json=body, timeout=60)

            @quickly
            def post_once(body):
                return requests.post(URL, json=body, timeout=60)  # warning: missing-retry
            """,
    }
    check(files, select="missing-retry")


def test_text_completions_are_told_as_removed_only(check: Lint) -> None:
    code = """
        import requests
        requests.post("https://api.anthropic.com/v1/complete", json=body)
        """
    check(code, select="CL4")
