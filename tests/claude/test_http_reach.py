"""Whom requests built by hand reach, and which headers go with which host."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Facts = Callable[..., list[dict[str, Any]]]


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
        ("claude", ["content-type", "x-api-key"]),
        ("gateway", ["Authorization", "content-type"]),
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
    assert [set(way["headers"][0]) for way in ways] == [{"Authorization"}]


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


def test_a_url_goes_with_the_key_that_is_set_beside_it(facts: Facts) -> None:
    ways = facts(
        """
        import os, requests

        class Llm:
            def __init__(self):
                self.url, self.key = "", ""
                self.use_own()

            def use_own(self):
                self.url = "@messages"
                self.key = os.environ["OWN_KEY"]

            def use_other(self):
                self.url = "https://llm.example/v1/messages"
                self.key = os.environ["OTHER_KEY"]

            def ask(self, body):
                return requests.post(self.url, headers={"x-api-key": self.key}, json=body)
        """
    )
    sent = {way["platform"]: way["headers"] for way in ways}
    assert sent["claude"] == [{"x-api-key": {"env": "OWN_KEY"}}]
    assert sent["gateway"] == [{"x-api-key": {"env": "OTHER_KEY"}}]


def test_a_header_with_two_possible_names_is_one_of_them(facts: Facts) -> None:
    (way,) = facts(
        """
        import requests

        def ask(key, is_token):
            name = "Authorization" if is_token else "x-api-key"
            requests.post("@messages", headers={name: key, "anthropic-version": "2023-06-01"})
        """
    )
    (headers,) = way["headers"]
    assert sorted(headers) == ["Authorization?", "anthropic-version", "x-api-key?"]


def test_a_branch_for_another_type_sends_nothing_of_this_one(facts: Facts) -> None:
    ways = facts(
        """
        import requests

        def ask(prompt):
            if isinstance(prompt, str):
                body = {"messages": [{"role": "user", "content": prompt}]}
            else:
                body = {"messages": prompt}
            requests.post("@messages", json=body)

        ask("Hello")
        """
    )
    assert [way["body"] for way in ways] == [[{"messages": [{"role": "user", "content": "Hello"}]}]]


def test_a_client_that_a_base_makes_goes_where_the_derived_class_says(facts: Facts) -> None:
    ways = facts(
        """
        import httpx

        class Provider:
            def __init__(self, base_url):
                self.base_url = base_url
                self._client = None

            def client(self):
                if self._client is None:
                    self._client = httpx.Client(base_url=self.base_url)
                return self._client

        class OpenAI(Provider):
            def __init__(self):
                super().__init__("https://api.openai.com")

        class Claude(Provider):
            def __init__(self):
                super().__init__("https://api.anthropic.com")

            def ask(self, body):
                self.client().post("/v1/messages", json=body)
        """
    )
    assert {way["url"] for way in ways} == {"https://api.anthropic.com/v1/messages"}


def test_of_many_possible_hosts_those_that_are_known_are_told(facts: Facts) -> None:
    ways = facts(
        """
        import requests
        from settings import find

        def base(name):
            if name == "a":
                return "https://api.anthropic.com"
            if name == "b":
                return find("b") or find("c") or find("d") or find("e") or find("f")
            if name == "c":
                return find("g") or find("h") or find("i") or find("j") or find("k")
            return "https://llm.example"

        def ask(name, body):
            requests.post(f"{base(name)}/v1/messages", json=body)
        """
    )
    assert [way["platform"] for way in ways] == ["claude", "unknown", "gateway"]
