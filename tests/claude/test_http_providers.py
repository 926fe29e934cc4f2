"""Code that serves several providers: what belongs to one of them never goes to another."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from typing import Any

import pytest

Facts = Callable[..., list[dict[str, Any]]]

CLAUDE = "https://api.anthropic.com/v1/messages"
CONFIGURATIONS = """
import enum
from dataclasses import dataclass

import requests

class Provider(enum.Enum):
    OPENAI = enum.auto()
    CLAUDE = enum.auto()

@dataclass
class Config:
    provider: Provider
    url: str
    model: str
    is_cheap: bool = False

CONFIGS = [
    Config(Provider.OPENAI, "https://api.openai.com/v1/chat/completions", "gpt-9"),
    Config(
        provider=Provider.CLAUDE,
        url="https://api.anthropic.com/v1/messages",
        model="claude-opus-5-5",
        is_cheap=True,
    ),
]
"""


def sent(ways: list[dict[str, Any]]) -> list[tuple[str, object]]:
    return [(way["url"], way["body"][0].get("model")) for way in ways]


def test_a_test_of_an_object_tells_which_one_it_is(facts: Facts) -> None:
    code = """
        class Model:
            def __init__(self, config):
                self.config = config

            def ask(self, prompt):
                if self.config.provider == Provider.OPENAI:
                    return None
                elif self.config.provider is Provider.CLAUDE:
                    return self._ask_claude(prompt)

            def _ask_claude(self, prompt):
                body = {"model": self.config.model, "messages": prompt}
                requests.post(self.config.url, json=body)

        for config in CONFIGS:
            Model(config).ask("Hello")
        """
    ways = facts(CONFIGURATIONS + textwrap.dedent(code))
    assert sent(ways) == [(CLAUDE, "claude-opus-5-5")]


@pytest.mark.parametrize(
    "test",
    [
        "config.provider is Provider.CLAUDE",
        "config.provider in (Provider.CLAUDE, None)",
        "config.is_cheap",
        'config.model.startswith("claude")',
        '"claude" in config.model',
        'not config.url.endswith(("/completions", "/chat"))',
    ],
)
def test_a_test_of_what_a_loop_gives_tells_which_round_it_is(facts: Facts, test: str) -> None:
    code = f"""
        for config in CONFIGS:
            if {test}:
                requests.post(config.url, json={{"model": config.model}})
        """
    ways = facts(CONFIGURATIONS + textwrap.dedent(code))
    assert sent(ways) == [(CLAUDE, "claude-opus-5-5")]


def test_a_comprehension_leaves_what_its_tests_let_through(facts: Facts) -> None:
    code = """
        def of(provider):
            return [one for one in CONFIGS if one.provider == provider and one.is_cheap]

        chosen = of(Provider.CLAUDE)[0]
        requests.post(chosen.url, json={"model": chosen.model})
        """
    ways = facts(CONFIGURATIONS + textwrap.dedent(code))
    assert sent(ways) == [(CLAUDE, "claude-opus-5-5")]


def test_rows_of_a_table_are_told_apart_by_what_is_asked_of_them(facts: Facts) -> None:
    ways = facts(
        """
        import requests
        TABLE = [
            {"kind": "openai", "url": "https://api.openai.com/v1/messages", "header": "a"},
            {"kind": "claude", "url": "https://api.anthropic.com/v1/messages", "header": "b"},
        ]
        for row in TABLE:
            if row["kind"] == "claude":
                requests.post(row["url"], headers={row["header"]: "key"}, json={})
        """
    )
    assert [(way["url"], way["headers"]) for way in ways] == [(CLAUDE, [{"b": "key"}])]


def test_what_a_method_asks_was_in_the_variable_that_the_object_was_made_with(facts: Facts) -> None:
    ways = facts(
        """
        import requests
        from settings import chosen
        CLAUDE, OTHER = "claude", "other"
        TABLE = {
            CLAUDE: {"url": "https://api.anthropic.com", "key": "x-api-key"},
            OTHER: {"url": "https://llm.example", "key": "api-key", "more": {"x-other": "1"}},
        }

        def url_of(provider):
            return TABLE[provider]["url"]

        def headers_of(provider, key):
            row = TABLE[provider]
            headers = {row["key"]: key}
            if "more" in row:
                headers.update(row["more"])
            return headers

        class Client:
            def __init__(self, provider, url, headers):
                self.provider = provider
                self.url = url
                self.headers = headers

            def ask(self, body):
                if self.provider == CLAUDE:
                    return self._ask_claude(body)
                return self._ask_other(body)

            def _ask_claude(self, body):
                return self._post(f"{self.url}/v1/messages", body)

            def _ask_other(self, body):
                return self._post(f"{self.url}/chat", body)

            def _post(self, url, body):
                return requests.post(url, headers=self.headers, json=body)

        def main():
            name = chosen()
            Client(name, url_of(name), headers_of(name, "secret")).ask({})
        """
    )
    assert [(way["url"], way["headers"]) for way in ways] == [
        (CLAUDE, [{"x-api-key": "secret"}]),
        ("https://llm.example/chat", [{"api-key": "secret", "x-other": "1"}]),
    ]


def test_an_object_is_none_that_its_constructor_refuses(facts: Facts) -> None:
    ways = facts(
        """
        import requests

        class Config:
            provider: str = "openai"

            def url(self):
                if self.provider == "openai":
                    return "https://api.openai.com"
                elif self.provider == "claude":
                    return "https://api.anthropic.com"
                return "http://localhost"

        class Claude:
            def __init__(self, config: Config):
                if config.provider != "claude":
                    raise ValueError(config)
                self.url = config.url()

            def ask(self, body):
                requests.post(f"{self.url}/v1/messages", json=body)
        """
    )
    assert [way["url"] for way in ways] == [CLAUDE]


def test_a_factory_is_followed_by_the_name_it_tidies_up(facts: Facts) -> None:
    ways = facts(
        """
        import os
        import requests

        class Claude:
            def __init__(self, key):
                self.key = key

            def ask(self, body):
                headers = {"x-api-key": self.key}
                requests.post("@messages", headers=headers, json=body)

        def make(provider, key):
            name = provider.strip().lower()
            if name == "claude":
                return Claude(key)
            return None

        make("OpenAI", os.environ["OPENAI_API_KEY"])
        make("Claude", os.environ["ANTHROPIC_API_KEY"])
        """
    )
    assert [way["headers"] for way in ways] == [[{"x-api-key": {"env": "ANTHROPIC_API_KEY"}}]]


def test_what_nobody_knows_stays_possible_beside_a_default(facts: Facts) -> None:
    ways = facts(
        """
        import requests
        config = {}
        for name, value in load().items():
            config[name] = value
        timeout = float(config.get("TIMEOUT", 60))
        headers = {"x-api-key": config.get("KEY", "")}
        requests.post("@messages", headers=headers, json={}, timeout=timeout)
        """
    )
    assert [(way["headers"], way["timeout"]) for way in ways] == [
        ([{"x-api-key": {"any_of": ["?", ""]}}], {"any_of": ["?", 60.0]})
    ]


def test_what_a_base_is_made_with_is_seen_where_the_derived_class_is(facts: Facts) -> None:
    ways = facts(
        """
        import os
        import requests

        class Provider:
            def __init__(self, config):
                self.config = config

        class Claude(Provider):
            def ask(self, body):
                url = self.config["url"].rstrip("/")
                headers = {"x-api-key": self.config["key"]}
                requests.post(f"{url}/v1/messages", headers=headers, json=body)

        class Other(Provider):
            def ask(self, body):
                requests.post(self.config["url"], json=body)

        def make(name):
            if name == "claude":
                url = os.getenv("CLAUDE_URL") or "https://api.anthropic.com"
                return Claude({"url": url, "key": os.environ["CLAUDE_KEY"]})
            return Other({"url": "https://llm.example/v1", "key": os.environ["OTHER_KEY"]})
        """
    )
    assert [(way["platform"], way["headers"]) for way in ways] == [
        ("claude", [{"x-api-key": {"env": "CLAUDE_KEY"}}]),
        ("gateway", [{}]),
    ]
