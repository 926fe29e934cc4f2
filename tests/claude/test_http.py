"""What requests built by hand come down to, library by library."""

from __future__ import annotations

import datetime
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from claude_lint.checker import Checker, CheckSettings
from claude_lint.claude.dump import dump
from claude_lint.files.source import read_source
from claude_lint.settings import load_settings

Facts = Callable[..., list[dict[str, Any]]]
URL = "https://api.anthropic.com/v1/messages"


@pytest.fixture
def facts(tmp_path: Path) -> Facts:
    """Return every way in which code can send, in source order; `@messages` stands for the URL."""

    def facts(code: str, **settings: Any) -> list[dict[str, Any]]:
        path = tmp_path / "example.py"
        path.write_text(textwrap.dedent(code).lstrip("\n").replace("@messages", URL))
        found = load_settings(path, config=None, isolated=True)
        for name, value in settings.items():
            object.__setattr__(found, name, value)
        checker = Checker(CheckSettings(datetime.date(2026, 11, 24), tmp_path, found))
        module = checker.project.module(read_source(path, path.name, 10**6))
        return [way for site in dump(checker._view(module)) for way in site["ways"]]

    return facts


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


@pytest.mark.parametrize(
    "url",
    [
        '"https://api.anthropic.com" + "/v1/messages"',
        'f"{BASE}/v1/messages"',
        'urljoin(BASE, "/v1/messages")',
        'os.getenv("ANTHROPIC_BASE_URL", "https://api.anthropic.com") + "/v1/messages"',
        '(os.getenv("ANTHROPIC_BASE_URL") or BASE).rstrip("/") + "/v1/messages"',
        "Settings.url",
        "Settings().messages",
        '"https://API.anthropic.com:443/v1/messages?beta=true"',
        '"{}/{}".format(BASE, "v1/messages")',
        '"/".join([BASE, "v1", "messages"])',
    ],
)
def test_urls_however_they_are_written(facts: Facts, url: str) -> None:
    ways = facts(
        f"""
        import os
        import requests
        from urllib.parse import urljoin
        BASE = "https://api.anthropic.com"
        class Settings:
            url = "https://api.anthropic.com/v1/messages"
            @property
            def messages(self):
                return BASE + "/v1/messages"
        requests.post({url}, json={{}})
        """
    )
    assert [(way["operation"], way["platform"]) for way in ways] == [("messages.create", "claude")]


@pytest.mark.parametrize(
    ("url", "platform"),
    [
        ("https://api.openai.com/v1/messages", "gateway"),
        ("https://api.anthropic.com.evil.example/v1/messages", "gateway"),
        ("https://bedrock-runtime.us-east-1.amazonaws.com/model/x/invoke", "gateway"),
        ("https://llm.example/v1/messages", "claude"),
    ],
)
def test_whose_host_it_is(facts: Facts, url: str, platform: str) -> None:
    (way,) = facts(f'import requests\nrequests.post("{url}")', api_hosts=["llm.example"])
    assert way["platform"] == platform


def test_each_provider_s_headers_go_with_its_url(facts: Facts) -> None:
    ways = facts(
        """
        import requests
        class Llm:
            def __init__(self, provider, key):
                self.provider, self.key = provider, key
                self.url = "https://api.openai.com/v1/chat/completions"
                if self.provider == "anthropic":
                    self.url = "@messages"
            def headers(self):
                made = {"content-type": "application/json"}
                if self.provider == "anthropic":
                    made["x-api-key"] = self.key
                else:
                    made["Authorization"] = "Bearer " + self.key
                return made
            def ask(self, body):
                return requests.post(self.url, headers=self.headers(), json=body)
        """
    )
    assert [(way["platform"], sorted(way["headers"][0])) for way in ways] == [
        ("claude", ["content-type", "x-api-key?"]),
        ("gateway", ["Authorization?", "content-type"]),
    ]


def test_a_helper_sends_what_each_caller_passes(facts: Facts) -> None:
    ways = facts(
        """
        import requests
        def send(url, headers, body):
            return requests.post(url, headers=headers, json=body, timeout=60)
        send("@messages", {"x-api-key": "k"}, {"max_tokens": 1})
        send("https://api.openai.com/v1/chat/completions", {"Authorization": "Bearer k"}, {})
        """
    )
    assert [(way["platform"], way["headers"]) for way in ways] == [
        ("claude", [{"x-api-key": "k"}]),
        ("gateway", [{"Authorization": "Bearer k"}]),
    ]


def test_headers_removed_in_a_branch_are_not_sent_with_what_replaces_them(facts: Facts) -> None:
    ways = facts(
        """
        import requests
        def ask(key, token):
            headers = {"x-api-key": key}
            if token:
                del headers["x-api-key"]
                headers["Authorization"] = "Bearer " + token
            if token:
                requests.post("@messages", headers=headers)
        """
    )
    assert [set(way["headers"][0]) for way in ways] == [{"Authorization?"}]


def test_a_base_class_sends_what_each_derived_class_says(facts: Facts) -> None:
    ways = facts(
        """
        import requests
        class Provider:
            url = None
            def headers(self):
                raise NotImplementedError
            def ask(self, body):
                return self._post(self.url, body)
            def _post(self, url, body):
                return requests.post(url, headers=self.headers(), json=body)
        class Claude(Provider):
            url = "@messages"
            def headers(self):
                return {"x-api-key": "k"}
        class Other(Provider):
            url = "https://llm.example/v1"
            def headers(self):
                return {"Authorization": "Bearer k"}
        """
    )
    assert [(way["platform"], way["headers"]) for way in ways] == [
        ("unknown", [{}]),
        ("claude", [{"x-api-key": "k"}]),
        ("gateway", [{"Authorization": "Bearer k"}]),
    ]


def test_a_session_from_outside_is_told_by_what_callers_pass(facts: Facts) -> None:
    ways = facts(
        """
        class Provider:
            def __init__(self, session):
                self.session = session
            async def _post(self, url, headers, data):
                return await self.session.post(url, headers=headers, json=data)
            async def ask(self, data):
                return await self._post("@messages", {"x-api-key": "k"}, data)
            async def ask_other(self, data):
                return await self._post(self.other_url, {"Authorization": "Bearer k"}, data)
        """
    )
    assert [(way["platform"], way["headers"]) for way in ways] == [
        ("claude", [{"x-api-key": "k"}, "?"])
    ]
