"""CL107, CL221, CL219: the API version a request states, and where the SDK is told to send."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from claude_lint.findings import Finding

Lint = Callable[..., list[Finding]]
URL = "https://api.anthropic.com/v1/messages"
OURS = {"missing-version-header", "unknown-api-version", "doubled-base-url"}


@pytest.fixture
def told(lint: Lint) -> Callable[..., list[tuple[str, int, int, str]]]:
    """Return what our rules report of code: rule, line, column, help."""

    def told(code: str, **options: str) -> list[tuple[str, int, int, str]]:
        code = code.replace("@messages", URL).replace("@api", URL.removesuffix("/v1/messages"))
        found = [one for one in lint(code, **options) if one.rule in OURS]
        return [
            (one.rule, one.location.span.line, one.location.span.column, one.help) for one in found
        ]

    return told


Told = Callable[..., list[tuple[str, int, int, str]]]


def test_a_request_without_a_version(told: Told) -> None:
    assert told(
        """
        import requests
        def ask(key):
            headers = {"x-api-key": key}
            return requests.post("@messages", headers=headers, json={"model": "m", "messages": []})
        """
    ) == [
        ("missing-version-header", 4, 12, 'Add `"anthropic-version": "2026-10-21"` to its headers')
    ]


@pytest.mark.parametrize("body", ['{"temperature": 0.5}', '{**options, "top_p": 1}', "options"])
def test_a_request_that_may_sample_needs_the_older_version(told: Told, body: str) -> None:
    (found,) = told(
        f"""
        import requests
        def ask(key, options):
            requests.post("@messages", headers={{"x-api-key": key}}, json={body})
        """
    )
    assert found[3] == 'Add `"anthropic-version": "2023-06-01"` to its headers'


def test_before_a_version_existed_it_is_not_recommended(told: Told) -> None:
    (found,) = told(
        """
        import requests
        requests.post("@messages", headers={"x-api-key": "k"}, json={"messages": []})
        """,
        as_of="2026-01-01",
    )
    assert found[3] == 'Add `"anthropic-version": "2023-06-01"` to its headers'


def test_a_header_that_was_meant_to_be_the_version_is_shown(lint: Lint) -> None:
    (finding,) = [
        one
        for one in lint(
            f"""
            import requests
            HEADERS = {{"x-api-key": "k", "anthropic_version": "2023-06-01"}}
            requests.post("{URL}", headers=HEADERS, json={{}})
            """
        )
        if one.rule == "missing-version-header"
    ]
    assert [(one.location.span.line, one.message) for one in finding.related] == [
        (2, "not this name")
    ]


@pytest.mark.parametrize(
    "call",
    [
        'requests.post("@messages", headers={"x-api-key": key, "Anthropic-Version": "2023-06-01"})',
        'requests.post("@messages", headers={"x-api-key": key, **more})',
        'requests.post("@messages", headers=more)',
        'requests.post("https://openrouter.ai/api/v1/messages", headers={"x-api-key": key})',
        'requests.post("@api/v1/chat/completions", headers={"x-api-key": key})',
        'requests.post("@api/v1/complete", headers={"x-api-key": key}, json={"prompt": "p"})',
        'requests.get("@api/api/oauth/usage", headers={"x-api-key": key})',
        'requests.post(base + "/v1/messages", headers={"x-api-key": key})',
        'anthropic.Anthropic().messages.create(model="m", max_tokens=1, messages=[])',
    ],
)
def test_a_version_that_is_or_may_be_stated_is_not_missing(told: Told, call: str) -> None:
    assert told(
        f"""
        import anthropic
        import requests
        def ask(key, more, base):
            {call}
        """
    ) == []  # fmt: skip


def test_a_call_that_can_also_reach_another_host_lacks_nothing(told: Told) -> None:
    assert told(
        """
        import requests
        def ask(key, other):
            url = "https://llm.example/v1/messages" if other else "@messages"
            requests.post(url, headers={"x-api-key": key}, json={})
        """
    ) == []  # fmt: skip


@pytest.mark.parametrize(
    ("stated", "instead"),
    [
        ("2023-06-1", "2023-06-01"),
        ("2023-6-1", "2023-06-01"),
        ("20230601", "2023-06-01"),
        ("2023-06", "2023-06-01"),
        ("2024-06-01", "2023-06-01"),
        ("2026-10-12", "2026-10-21"),
        ("latest", "2026-10-21"),
    ],
)
def test_a_version_the_api_never_had(told: Told, stated: str, instead: str) -> None:
    assert told(
        f"""
        import requests
        VERSION = "{stated}"
        HEADERS = {{"x-api-key": "k", "anthropic-version": VERSION}}
        requests.post("@messages", headers=HEADERS, json={{"model": "m"}})
        requests.post("@messages", headers=HEADERS, json={{"model": "n"}})
        """
    ) == [("unknown-api-version", 2, 11, f"Use `{instead}`")]


def test_a_version_from_the_environment_is_its_default(told: Told) -> None:
    assert told(
        """
        import os
        import requests
        headers = {"x-api-key": "k"}
        headers["anthropic-version"] = os.getenv("ANTHROPIC_VERSION", "v1")
        requests.post("@messages", headers=headers, json={"temperature": 1})
        """
    ) == [("unknown-api-version", 4, 63, "Use `2023-06-01`")]


def test_the_sdk_s_headers_are_judged_too(told: Told) -> None:
    assert told(
        """
        import anthropic
        client = anthropic.Anthropic(default_headers={"anthropic-version": "2026-11-01"})
        client.messages.create(model="m", max_tokens=1, messages=[])
        """
    ) == [("unknown-api-version", 2, 68, "Use `2026-10-21`")]


@pytest.mark.parametrize(
    "call",
    [
        'requests.post("@messages", headers={"x-api-key": key, "anthropic-version": "2023-01-01"})',
        'requests.post("@messages", headers={"x-api-key": "", "anthropic-version": "2026-10-21 "})',
        'requests.post("@messages", headers={"x-api-key": key, "anthropic-version": version})',
        'requests.post("https://llm.example/v1/messages", headers={"anthropic-version": "v9"})',
        'requests.post("@messages", json={"anthropic_version": "bedrock-1"}, headers=more)',
    ],
)
def test_versions_that_exist_or_are_not_known_are_silent(told: Told, call: str) -> None:
    assert told(
        f"""
        import requests
        def ask(key, version, more):
            {call}
        """
    ) == []  # fmt: skip


# ---------------------------------------------------------------------- doubled-base-url


@pytest.mark.parametrize(
    "url",
    [
        "https://api.anthropic.com/v1",
        "https://api.anthropic.com/v1/",
        "https://api.anthropic.com/v1/messages",
        "HTTPS://API.anthropic.com/v1",
    ],
)
def test_a_base_url_with_the_path_the_sdk_adds(lint: Lint, url: str) -> None:
    findings = lint(
        f"""
        import os
        from anthropic import Anthropic, AsyncAnthropic
        URL = "{url}"
        sync = Anthropic(base_url=URL)
        other = AsyncAnthropic(base_url=os.getenv("BASE", "{url}"))
        """
    )
    assert [(one.rule, one.location.span.line, one.location.span.column) for one in findings] == [
        ("doubled-base-url", 3, 7),
        ("doubled-base-url", 5, 51),
    ]
    path = url.partition(".com")[2]
    assert findings[0].message == (
        f"The base URL ends in `{path}`, and the SDK adds `/v1` itself: the API answers 404"
    )
    assert findings[0].fix is not None


def test_a_base_url_given_later_or_in_pieces(told: Told) -> None:
    assert [
        found[:3]
        for found in told(
            """
            import anthropic
            HOST = "https://api.anthropic.com"
            def clients(client: anthropic.Anthropic):
                options = {"base_url": f"{HOST}/v1"}
                anthropic.Anthropic(**options)
                client.with_options(base_url=HOST + "/v1")
            """
        )
    ] == [("doubled-base-url", 4, 28), ("doubled-base-url", 6, 34)]


@pytest.mark.parametrize(
    "call",
    [
        'anthropic.Anthropic(base_url="https://api.anthropic.com")',
        'anthropic.Anthropic(base_url="https://api.anthropic.com/")',
        'anthropic.Anthropic(base_url="https://llm.example/v1")',
        'anthropic.Anthropic(base_url=base + "/v1")',
        'openai.OpenAI(base_url="https://api.anthropic.com/v1")',
        'ChatAnthropic(model="claude-opus-5-5", base_url="https://api.anthropic.com/v1")',
    ],
)
def test_other_base_urls_are_silent(told: Told, call: str) -> None:
    assert told(
        f"""
        import anthropic, openai
        from langchain_anthropic import ChatAnthropic
        def make(base):
            return {call}
        """
    ) == []  # fmt: skip


def test_a_version_in_a_line_of_curl_keeps_its_name(lint: Lint) -> None:
    code = """
    import subprocess

    url = "https://api.anthropic.com/v1/messages"
    subprocess.run(["curl", url, "-H", "anthropic-version: 2023-06-02", "-d", "{}"], timeout=60)
    """
    (finding,) = lint(code, select="unknown-api-version")
    assert finding.fix is not None
    assert [edit.text for edit in finding.fix.edits] == ['"anthropic-version: 2023-06-01"']
