"""What requests built by hand come down to, library by library."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Facts = Callable[..., list[dict[str, Any]]]
URL = "https://api.anthropic.com/v1/messages"


@pytest.fixture
def sent(facts: Facts) -> Callable[[str], dict[str, Any]]:
    """Return the only way in which some code sends."""

    def sent(code: str) -> dict[str, Any]:
        (way,) = facts(code)
        assert isinstance(way, dict)
        return way

    return sent


Sent = Callable[[str], dict[str, Any]]


def test_requests_post(sent: Sent) -> None:
    way = sent(
        """
        import requests
        requests.post("@messages", None, {"max_tokens": 5},
                      headers={"x-api-key": "k"}, timeout=9)
        """
    )
    assert (way["library"], way["operation"], way["platform"]) == (
        "requests",
        "messages.create",
        "claude",
    )
    assert (way["url"], way["timeout"]) == (URL, 9)
    assert (way["headers"], way["body"]) == ([{"x-api-key": "k"}], [{"max_tokens": 5}])


def test_a_session_adds_its_headers_below_those_of_the_call(sent: Sent) -> None:
    way = sent(
        """
        import requests
        session = requests.Session()
        session.headers.update({"X-Api-Key": "old", "anthropic-version": "2023-06-01"})
        session.request("POST", "@messages", headers={"x-api-key": "new"})
        """
    )
    assert way["headers"] == [{"anthropic-version": "2023-06-01", "x-api-key": "new"}]


def test_a_prepared_request_is_sent_by_its_session(sent: Sent) -> None:
    way = sent(
        """
        import requests
        session = requests.Session()
        session.headers["x-api-key"] = "k"
        ready = session.prepare_request(
            requests.Request("POST", "@messages", json={"a": 1})
        )
        session.send(ready, timeout=5)
        """
    )
    assert (way["url"], way["headers"], way["body"]) == (URL, [{"x-api-key": "k"}], [{"a": 1}])


def test_an_httpx_client_has_a_base_url_headers_and_a_timeout(sent: Sent) -> None:
    way = sent(
        """
        import httpx
        base = "https://api.anthropic.com/v1/"
        with httpx.Client(base_url=base, headers={"x-api-key": "k"}, timeout=60) as client:
            client.headers["anthropic-version"] = "2023-06-01"
            client.post("messages", json={"a": 1})
        """
    )
    assert (way["library"], way["url"], way["timeout"]) == ("httpx", URL, 60)
    assert way["headers"] == [{"x-api-key": "k", "anthropic-version": "2023-06-01"}]


def test_an_httpx_client_leaves_whole_urls_alone(sent: Sent) -> None:
    way = sent(
        """
        import httpx2
        client = httpx2.Client(base_url="https://elsewhere.example")
        client.post("@messages")
        """
    )
    assert (way["library"], way["url"], way["platform"]) == ("httpx2", URL, "claude")


def test_a_built_request_is_told_where_it_is_sent(facts: Facts) -> None:
    (way,) = facts(
        """
        import httpx
        base = "https://api.anthropic.com/v1"
        client = httpx.AsyncClient(base_url=base, headers={"x-api-key": "k"})
        async def ask(body):
            request = client.build_request("POST", "/messages", content=b"{}", headers={"a": "b"})
            return await client.send(request, stream=True)
        """
    )
    assert (way["url"], way["headers"]) == (URL, [{"x-api-key": "k", "a": "b"}])


def test_an_httpx_stream_and_functions(facts: Facts) -> None:
    ways = facts(
        """
        import httpx
        with httpx.stream("POST", "@messages", headers=httpx.Headers({"a": "b"})) as answer:
            pass
        httpx.request("GET", "https://api.anthropic.com/v1/models")
        """
    )
    assert [way["operation"] for way in ways] == ["messages.create", "models.list"]
    assert ways[0]["headers"] == [{"a": "b"}]


def test_aiohttp_sessions(facts: Facts) -> None:
    ways = facts(
        """
        import json
        import aiohttp
        H = {"x-api-key": "k"}
        async def ask(body):
            base = "https://api.anthropic.com"
            async with aiohttp.ClientSession(headers=H, base_url=base) as session:
                async with session.post("/v1/messages", data=json.dumps({"a": 1})) as answer:
                    pass
                await session._request("POST", "/v1/messages", json={"a": 2}, headers={"b": "c"})
        """
    )
    assert {way["url"] for way in ways} == {URL}
    assert [way["headers"] for way in ways] == [
        [{"x-api-key": "k"}],
        [{"x-api-key": "k", "b": "c"}],
    ]
    assert [way["body"] for way in ways] == [[{"a": 1}], [{"a": 2}]]


def test_urllib_adds_headers_to_a_request(sent: Sent) -> None:
    way = sent(
        """
        import json, urllib.request
        ready = urllib.request.Request(
            "@messages", json.dumps({"a": 1}).encode("utf-8"), {"b": "c"}
        )
        ready.add_header("x-api-key", "k")
        urllib.request.urlopen(ready, timeout=5)
        """
    )
    assert (way["library"], way["operation"], way["timeout"]) == ("urllib", "messages.create", 5)
    assert (way["headers"], way["body"]) == ([{"b": "c", "x-api-key": "k"}], [{"a": 1}])


def test_an_opener_of_urllib(sent: Sent) -> None:
    way = sent(
        """
        import urllib.request as u
        opener = u.build_opener(u.ProxyHandler({}))
        opener.open(u.Request("https://api.anthropic.com/v1/models", headers={"x-api-key": "k"}))
        """
    )
    assert (way["operation"], way["headers"]) == ("models.list", [{"x-api-key": "k"}])


def test_headers_of_a_urllib3_call_replace_the_pool_s(facts: Facts) -> None:
    ways = facts(
        """
        import urllib3
        pool = urllib3.PoolManager(headers={"x-api-key": "k"})
        pool.request("POST", "@messages", json={"a": 1})
        pool.request("POST", "@messages", headers={"b": "c"})
        hosts = urllib3.HTTPSConnectionPool("api.anthropic.com")
        hosts.urlopen("POST", "/v1/messages", headers={"d": "e"})
        """
    )
    assert {way["url"] for way in ways} == {URL}
    assert [way["headers"] for way in ways] == [[{"x-api-key": "k"}], [{"b": "c"}], [{"d": "e"}]]


def test_http_client_knows_its_host(sent: Sent) -> None:
    way = sent(
        """
        import http.client, json
        connection = http.client.HTTPSConnection("api.anthropic.com", timeout=3)
        connection.request("POST", "/v1/messages", json.dumps({"a": 1}), {"x-api-key": "k"})
        """
    )
    assert (way["library"], way["url"], way["timeout"]) == ("http.client", URL, 3)
    assert (way["headers"], way["body"]) == ([{"x-api-key": "k"}], [{"a": 1}])


def test_curl_as_a_list_of_words(sent: Sent) -> None:
    way = sent(
        """
        import json, subprocess
        subprocess.run(
            ["curl", "-sS", "-XPOST", "@messages", "--max-time", "5",
             "-H", "x-api-key: k", "--header=anthropic-version: 2023-06-01",
             "-d", json.dumps({"a": 1})],
            check=True,
        )
        """
    )
    assert (way["library"], way["operation"], way["timeout"]) == ("curl", "messages.create", "5")
    assert way["headers"] == [{"x-api-key": "k", "anthropic-version": "2023-06-01"}]
    assert way["body"] == [{"a": 1}]


def test_curl_as_a_command_line(sent: Sent) -> None:
    way = sent(
        r"""
        import os
        def ask(key):
            os.system(
                f'curl @messages -H "x-api-key: {key}" '
                f"-H 'content-type: application/json' \
                  -d '{{\"model\": \"m\", \"max_tokens\": 5}}'"
            )
        """
    )
    assert (way["operation"], way["url"]) == ("messages.create", URL)
    assert way["headers"] == [{"x-api-key": "{key}", "content-type": "application/json"}]
    assert way["body"] == [{"model": "?", "max_tokens": "?"}]


def test_a_command_that_is_not_curl_sends_nothing(facts: Facts) -> None:
    assert facts('import subprocess\nsubprocess.run(["echo", "@messages"])') == []


def test_pycurl_performs_what_was_set(sent: Sent) -> None:
    way = sent(
        """
        import pycurl
        handle = pycurl.Curl()
        handle.setopt(handle.URL, "@messages")
        handle.setopt(pycurl.HTTPHEADER, ["x-api-key: k"])
        handle.setopt(pycurl.POSTFIELDS, '{"max_tokens": 1}')
        handle.perform()
        """
    )
    assert (way["library"], way["operation"]) == ("pycurl", "messages.create")
    assert (way["headers"], way["body"]) == ([{"x-api-key": "k"}], [{"max_tokens": "?"}])


def test_a_session_from_outside_may_add_headers(sent: Sent) -> None:
    way = sent(
        """
        async def ask(session):
            await session.post("@messages", headers={"a": "b"}, json={"c": 1})
        """
    )
    assert (way["library"], way["platform"], way["headers"]) == ("", "claude", [{"a": "b"}, "?"])


@pytest.mark.parametrize("sender", ["respx_mock", "requests_mock", "cache", "mocked_responses"])
def test_what_plays_the_server_sends_nothing(facts: Facts, sender: str) -> None:
    assert facts(f'def test({sender}):\n    {sender}.post("{URL}", json={{"a": 1}})') == []


def test_a_subclass_of_a_session_may_set_headers_itself(sent: Sent) -> None:
    way = sent(
        """
        import requests
        class Session(requests.Session):
            def __init__(self):
                super().__init__()
                self.headers["x-api-key"] = "k"
        Session().post("@messages")
        """
    )
    assert way["headers"] == [{}, "?"]


def test_arguments_that_are_not_seen_leave_everything_open(sent: Sent) -> None:
    way = sent(
        """
        import requests
        def ask(**options):
            requests.post("@messages", **options)
        """
    )
    assert (way["headers"], way["body"]) == (["?"], ["?"])


def test_a_connection_is_told_line_by_line(sent: Sent) -> None:
    way = sent(
        """
        import http.client, json
        connection = http.client.HTTPSConnection("api.anthropic.com", timeout=9)
        connection.putrequest("POST", "/v1/messages")
        connection.putheader("x-api-key", "k")
        connection.endheaders(json.dumps({"max_tokens": 5}).encode())
        """
    )
    assert (way["url"], way["operation"], way["timeout"]) == (URL, "messages.create", 9)
    assert (way["headers"], way["body"]) == ([{"x-api-key": "k"}], [{"max_tokens": 5}])


def test_an_object_that_authenticates_may_set_any_header(sent: Sent) -> None:
    way = sent(
        """
        import requests

        class Key(requests.auth.AuthBase):
            def __call__(self, request):
                request.headers["anthropic-version"] = "2023-06-01"
                return request

        requests.post("@messages", json={}, auth=Key())
        """
    )
    assert way["headers"] == [{"**": "?"}]


def test_a_pair_that_authenticates_sets_one_header(sent: Sent) -> None:
    way = sent('import requests; requests.post("@messages", json={}, auth=("user", "word"))')
    assert way["headers"] == [{}]


@pytest.mark.parametrize(
    "call",
    [
        'retry_call(requests.post, ["@messages"], {"json": BODY, "timeout": 9}, tries=3)',
        'tenacity.Retrying()(requests.post, "@messages", json=BODY, timeout=9)',
        'stamina.RetryingCaller()(OSError, requests.post, "@messages", json=BODY, timeout=9)',
        'stamina.RetryingCaller().on(OSError)(requests.post, "@messages", json=BODY, timeout=9)',
    ],
)
def test_a_function_handed_to_a_retry_is_called(sent: Sent, call: str) -> None:
    prelude = "import requests, stamina, tenacity\nfrom retry.api import retry_call\n"
    way = sent(f'{prelude}BODY = {{"max_tokens": 5}}\n{call}\n')
    assert (way["library"], way["operation"]) == ("requests", "messages.create")
    assert (way["body"], way["timeout"]) == ([{"max_tokens": 5}], 9)


def test_a_model_of_pydantic_is_sent_with_what_it_was_given_and_its_defaults(sent: Sent) -> None:
    way = sent(
        """
        import requests
        from pydantic import BaseModel

        class Body(BaseModel):
            max_tokens: int
            model: str = "claude-opus-5-5"

        requests.post("@messages", json=Body(max_tokens=5).model_dump(exclude_none=True))
        """
    )
    assert way["body"] == [{"max_tokens": 5, "model": "claude-opus-5-5"}]


@pytest.mark.parametrize(
    "sending",
    [
        "requests.post('@messages', json=body.dict())",
        "requests.post('@messages', data=body.json())",
        "requests.post('@messages', data=body.model_dump_json().encode())",
        "requests.post('@messages', data=json.dumps(body.model_dump()))",
    ],
)
def test_a_model_that_comes_from_outside_has_its_fields(sent: Sent, sending: str) -> None:
    way = sent(
        f"""
        import json
        import requests
        from pydantic import BaseModel, Field

        class Body(BaseModel):
            messages: list[dict]
            max_tokens: int = Field(default=200)

        def ask(body: Body):
            {sending}
        """
    )
    assert way["body"] == [{"messages": "?", "max_tokens": {"any_of": [200, "?"]}}]


@pytest.mark.parametrize(
    ("module", "timeout", "seconds"),
    [
        ("aiohttp", "aiohttp.ClientTimeout(total=30)", 30),
        ("aiohttp", "aiohttp.ClientTimeout(total=None)", "<…>"),
        ("httpx", "httpx.Timeout(60, connect=5)", 60),
        ("httpx", "httpx.Timeout(connect=5, read=60, write=5, pool=5)", "<…>"),
    ],
)
def test_an_object_of_time_outs_is_what_the_whole_request_may_take(
    facts: Facts, module: str, timeout: str, seconds: object
) -> None:
    session = {"aiohttp": "aiohttp.ClientSession", "httpx": "httpx.AsyncClient"}[module]
    (way,) = facts(
        f"""
        import {module}

        async def ask(body):
            async with {session}() as session:
                await session.post("@messages", json=body, timeout={timeout})
        """
    )
    assert way["timeout"] == seconds


def test_a_path_for_another_form_of_an_address_is_not_put_behind_the_known_one(
    facts: Facts,
) -> None:
    ways = facts(
        """
        import os
        import httpx

        class Claude:
            def __init__(self):
                self.base = os.getenv("CLAUDE_URL", "https://api.anthropic.com").rstrip("/")
                self.prefix = "" if self.base.endswith("/v1") else "/v1"

            def ask(self, body):
                httpx.post(f"{self.base}{self.prefix}/messages", json=body)
        """
    )
    assert {way["operation"] for way in ways} == {"messages.create"}


def test_a_method_chosen_among_several_names_is_one_of_them(facts: Facts) -> None:
    ways = facts(
        """
        import requests

        def send(verb):
            return getattr(requests, verb)("@messages", json={})

        send("post")
        send("get")
        """
    )
    assert sorted(way["operation"] for way in ways) == ["http", "messages.create"]


def test_a_variable_is_read_although_others_are_set(sent: Sent) -> None:
    way = sent(
        """
        import os
        import requests
        os.environ["MODEL"] = "claude-opus-5-5"
        headers = {"x-api-key": os.environ.get("KEY"), "a": os.environ["A"], "m": os.environ["MODEL"]}
        requests.post("@messages", json={}, headers=headers)
        """
    )
    assert way["headers"] == [
        {"x-api-key": {"env": "KEY"}, "a": {"env": "A"}, "m": "claude-opus-5-5"}
    ]


def test_what_a_wrapping_session_is_given_is_the_inner_one_s(sent: Sent) -> None:
    way = sent(
        """
        import aiohttp
        from aiohttp_retry import RetryClient

        async def send():
            session = aiohttp.ClientSession(headers={"x-api-key": "k"})
            async with RetryClient(session).post("@messages", json={}) as answer:
                return answer
        """
    )
    assert way["headers"] == [{"x-api-key": "k"}]


@pytest.mark.parametrize(
    ("imported", "sending"),
    [
        ("from curl_cffi import requests", "requests.post(URL, json=BODY, headers=KEY, timeout=9)"),
        ("import curl_cffi", "curl_cffi.request('POST', URL, json=BODY, headers=KEY, timeout=9)"),
        (
            "from curl_cffi.requests import Session",
            "Session(headers=KEY, timeout=9).post('/v1/messages', json=BODY)",
        ),
        (
            "from curl_cffi import AsyncSession",
            "AsyncSession(headers=KEY, impersonate='chrome', timeout=9).post(URL, json=BODY)",
        ),
    ],
)
def test_curl_cffi_is_called_like_requests(sent: Sent, imported: str, sending: str) -> None:
    sending = sending.replace("Session(headers", "Session(base_url=HOST, headers")
    way = sent(
        f"""
        {imported}
        HOST, URL = "https://api.anthropic.com", "@messages"
        KEY = {{"x-api-key": "k"}}
        BODY = {{"max_tokens": 5}}
        {sending}
        """
    )
    assert (way["library"], way["operation"], way["url"]) == (
        "curl_cffi",
        "messages.create",
        "https://api.anthropic.com/v1/messages",
    )
    assert (way["headers"], way["body"], way["timeout"]) == (
        [{"x-api-key": "k"}],
        [{"max_tokens": 5}],
        9,
    )


def test_a_model_that_is_made_of_what_its_kind_is_dumped_to_ends(facts: Facts) -> None:
    [way] = facts(
        """
            import requests
            from pydantic import BaseModel

            class Body(BaseModel):
                max_tokens: int = 5
                model: str = "claude-opus-5-5"

            def again(body: Body) -> Body:
                return Body(**body.model_dump())

            def send(body: Body):
                requests.post("@messages", json=again(body).model_dump())
            """
    )
    assert sorted(way["body"][0]) == ["max_tokens", "model"]


def test_a_variable_that_must_not_be_empty_is_still_one_of_several_keys(sent: Sent) -> None:
    way = sent(
        """
        import os
        import requests

        def key_of(config):
            return config.key or os.environ.get("ANTHROPIC_API_KEY", "")

        def send(config):
            key = key_of(config)
            if not key:
                raise ValueError("no key")
            requests.post("@messages", headers={"x-api-key": key}, json={})
        """
    )
    [headers] = way["headers"]
    assert {"env": "ANTHROPIC_API_KEY"} in headers["x-api-key"]["any_of"]


def test_what_is_passed_filled_is_not_replaced_by_an_empty_dict(sent: Sent) -> None:
    way = sent(
        """
        import requests

        def post(url, headers=None):
            requests.post(url, headers=headers or {}, json={})

        post("@messages", {"x-api-key": "k"})
        """
    )
    assert way["headers"] == [{"x-api-key": "k"}]


def test_what_is_set_where_there_is_nothing_yet_is_sent_whatever_address_is(facts: Facts) -> None:
    ways = facts(
        """
        import requests

        class Base:
            def __init__(self, endpoint):
                self.endpoint = endpoint
                self.model = ""
                try:
                    self.endpoint = load().get("endpoint") or self.endpoint
                except OSError:
                    pass

        class Provider(Base):
            def __init__(self):
                super().__init__("@messages")
                if not self.model:
                    self.model = "claude-opus-5-5"

            def send(self):
                requests.post(self.endpoint, json={"model": self.model})
        """
    )
    assert {str(way["body"]) for way in ways} == {"[{'model': 'claude-opus-5-5'}]"}
