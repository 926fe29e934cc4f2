"""CL103 to CL106: credentials that are sent wrongly, twice or not at all."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from claude_lint import checks
from claude_lint.findings import Finding

Lint = Callable[..., list[Finding]]


def test_every_rule_of_headers_is_registered() -> None:
    names = {
        "bearer-auth", "key-in-url", "missing-auth-header", "malformed-auth-header",
        "conflicting-credentials", "missing-version-header", "unknown-api-version",
        "doubled-base-url",
    }  # fmt: skip
    assert names <= checks.load().keys()


# ---------------------------------------------------------------------- key-in-url


@pytest.mark.parametrize(
    "arguments",
    [
        '"@messages?api_key=" + key',
        'f"@messages?beta=true&key={key}"',
        '"@messages", params={"api_key": key}',
        '"@messages", params=[("x-api-key", key)]',
        '"@messages", params=dict(apikey=key)',
        '"@messages?" + urlencode({"a": 1}) + "&access_token=" + key',
        'f"https://{api_key}@api.anthropic.com/v1/messages"',
        '"@messages?api_key=sk-ant-..."',
    ],
)
def test_a_key_in_the_url(check_headers: Lint, arguments: str) -> None:
    check_headers(
        f"""
        import requests
        from urllib.parse import urlencode
        def ask(key, api_key):
            requests.post({arguments}, headers={{@version}}, json={{}})  # error: key-in-url
        """
    )


def test_the_expression_that_holds_the_key_is_told(check_headers: Lint) -> None:
    found = check_headers(
        """
        import requests
        def ask(api_key, body):
            url = f"@messages?api_key={api_key}"  # error: key-in-url
            params = {
                "beta": "true",
                "api_key": api_key,  # error: key-in-url
            }
            requests.post(url, headers={@version}, json=body)
            requests.post("@messages", params=params, headers={@version}, json=body)
        """
    )
    assert [one.location.span.column for one in found] == [11, 9]
    assert found[0].message == (
        "The key is sent as `api_key` in the URL: the API ignores it there, and logs keep it"
    )


@pytest.mark.parametrize(
    "call",
    [
        'requests.post("@messages?beta=true", headers=HEADERS)',
        'requests.get("https://api.anthropic.com/v1/models", params={"limit": 5}, headers=HEADERS)',
        'requests.post("https://generativelanguage.googleapis.com/v1/models?key=" + key)',
        'requests.post(f"{base}/v1/messages?api_key={key}", headers=HEADERS)',
        'requests.get("https://api.anthropic.com/v1/models?after_id=" + key, headers=HEADERS)',
    ],
)
def test_other_queries_are_silent(check_headers: Lint, call: str) -> None:
    check_headers(
        f"""
        import requests
        HEADERS = {{"x-api-key": "k", @version}}
        def ask(key, base):
            {call}
        """
    )


# ---------------------------------------------------------------------- missing-auth-header


def test_no_credential_at_all(check_headers: Lint) -> None:
    (finding,) = check_headers(
        """
        import requests
        HEADERS = {"content-type": "application/json", @version}
        answer = requests.post("@messages", headers=HEADERS, json={})  # error: missing-auth-header
        """
    )
    assert finding.location.span.column == 10
    assert finding.message == "This request carries no credential: the API answers 401"
    assert [(one.location.span.line, one.message) for one in finding.related] == [
        (2, "its headers")
    ]


def test_no_credential_in_sessions_loops_and_helpers(check_headers: Lint) -> None:
    check_headers(
        """
        import httpx
        import requests

        def send(path, headers):
            url = "https://api.anthropic.com" + path
            return requests.get(url, headers=headers)  # error: missing-auth-header

        send("/v1/models", {@version})

        class Claude:
            def __init__(self):
                self.client = httpx.Client(base_url="https://api.anthropic.com/v1")
                self.client.headers.update({@version})

            def ask(self, body):
                return self.client.post("/messages", json=body)  # error: missing-auth-header
        """
    )


@pytest.mark.parametrize(
    "call",
    [
        'requests.post("@messages", headers={**more, @version})',
        'requests.post("@messages", headers=build(), json={})',
        'requests.post("@messages", **more)',
        'requests.post("@messages", headers={@version}, auth=more)',
        'session.post("@messages", headers={@version})',
        'requests.get("https://api.anthropic.com")',
        'requests.head("@messages")',
        'requests.post("https://api.anthropic.com/v1/oauth/token", json={})',
        'requests.post(base + "/v1/messages", headers={@version})',
        'requests.post("@messages", headers=added({@version}))',
    ],
)
def test_credentials_that_may_be_there_are_not_missing(check_headers: Lint, call: str) -> None:
    check_headers(
        f"""
        import requests
        from elsewhere import build
        def added(headers):
            headers.update(build())
            return headers
        def ask(more, session, base):
            {call}
        """
    )


def test_a_call_that_one_caller_gives_a_key_lacks_nothing(check_headers: Lint) -> None:
    check_headers(
        """
        import requests
        def send(headers):
            return requests.post("@messages", headers=headers, json={})
        send({@version})
        send({"x-api-key": "k", @version})
        """
    )


def test_a_key_set_in_one_branch_is_not_missing(check_headers: Lint) -> None:
    check_headers(
        """
        import requests
        def ask(api_key, body):
            headers = {@version}
            if api_key:
                headers["X-API-Key"] = api_key
            return requests.post("@messages", headers=headers, json=body)
        """
    )


# ---------------------------------------------------------------------- malformed-auth-header


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ('"x-api-key": f"Bearer {api_key}"', "`x-api-key` holds `Bearer` and a key"),
        ('"X-Api-Key": "Bearer " + value', "`x-api-key` holds `Bearer` and a key"),
        ('"x-api-key": "@@KEY-oat01@@"', "`x-api-key` holds an OAuth token"),
        ('"x-api-key": oauth_token', "`x-api-key` holds an OAuth token"),
        ("\"x-api-key\": environ['ANTHROPIC_AUTH_TOKEN']", "`x-api-key` holds an OAuth token"),
        ('"Authorization": api_key', "`Authorization` holds the key without a scheme"),
        ('"authorization": environ["API_KEY"]', "`Authorization` holds the key without a scheme"),
        ('"Authorization": f"{api_key}"', "`Authorization` holds the key without a scheme"),
        ('"Authorization": "Token " + api_key', "`Authorization` holds a key behind `token`"),
        ('"Authorization": f"Bearer{api_key}"', "`Authorization` holds a key behind `bearer`"),
        ('"api-key": value', "The API does not read a header `api-key`"),
        ('"anthropic-api-key": value', "The API does not read a header `anthropic-api-key`"),
        ('"X_API_KEY": value', "The API does not read a header `X_API_KEY`"),
    ],
)  # fmt: skip
def test_credentials_in_a_wrong_form(check_headers: Lint, entry: str, message: str) -> None:
    (finding,) = check_headers(
        f"""
        from os import environ
        import requests
        def ask(api_key, value, oauth_token, body):
            headers = {{
                @version,
                {entry},  # error: malformed-auth-header
            }}
            return requests.post("@messages", headers=headers, json=body)
        """
    )
    assert finding.location.span.column == 9
    fact, _, consequence = finding.message.rpartition(": ")
    assert (fact, consequence) in ((message, "the API answers 401"), (message, "it answers 401"))


@pytest.mark.parametrize(
    "entry",
    [
        '"x-api-key": api_key',
        '"x-api-key": token',
        '"Authorization": auth_header',
        '"Authorization": token',
        '"Authorization": f"{scheme} {token}"',
        '"api-key": api_key, "x-api-key": api_key',
        '"x-request-key": value, "x-api-key": api_key',
    ],
)
def test_forms_that_may_be_right_are_silent(check_headers: Lint, entry: str) -> None:
    check_headers(
        f"""
        import requests
        def ask(api_key, value, token, scheme, auth_header, body):
            requests.post("@messages", headers={{@version, {entry}}}, json=body)
        """
    )


def test_foundry_reads_api_key(check_headers: Lint) -> None:
    check_headers(
        """
        import requests
        def ask(api_key, body):
            url = "https://example.services.ai.azure.com/anthropic/v1/messages"
            requests.post(url, headers={"api-key": api_key, @version}, json=body)
        """
    )


# ---------------------------------------------------------------------- conflicting-credentials


def test_both_headers_are_told_at_the_call(check_headers: Lint) -> None:
    (finding,) = check_headers(
        """
        import requests
        def ask(api_key, token, body):
            return requests.post(  # warning: conflicting-credentials
                "@messages",
                headers={"x-api-key": api_key, "Authorization": f"Bearer {token}", @version},
                json=body,
            )
        """
    )
    assert finding.location.span.column == 12
    assert [one.message for one in finding.related] == ["the one", "the other"]


def test_both_headers_from_session_and_call(check_headers: Lint) -> None:
    check_headers(
        """
        import httpx
        def ask(api_key, token, body):
            client = httpx.Client(headers={"X-Api-Key": api_key, @version})
            bearer = {"authorization": "Bearer " + token}
            client.post("@messages", headers=bearer)  # warning: conflicting-credentials
        """
    )


def test_either_header_is_no_conflict(check_headers: Lint) -> None:
    check_headers(
        """
        import requests
        def ask(api_key, token, body):
            headers = {@version}
            if token:
                headers["Authorization"] = f"Bearer {token}"
            else:
                headers["x-api-key"] = api_key
            requests.post("@messages", headers=headers, json=body)

        def ask_with_token_first(api_key, token, body):
            headers = {@version, "x-api-key": api_key}
            if token:
                headers.pop("x-api-key")
                headers["Authorization"] = f"Bearer {token}"
            requests.post("@messages", headers=headers, json=body)
        """
    )


def test_two_credentials_make_the_constructor_fail(check_headers: Lint) -> None:
    (finding,) = check_headers(
        """
        import os
        from anthropic import AsyncAnthropic as Client
        client = Client(  # error: conflicting-credentials
            api_key="k", auth_token=os.environ["ANTHROPIC_AUTH_TOKEN"]
        )
        """,
        target_sdk="2",
    )
    assert finding.location.span.column == 10
    assert finding.message == (
        "Both `api_key` and `auth_token` are passed: the call raises ValueError"
    )


def test_older_clients_send_both_credentials(check_headers: Lint) -> None:
    (finding,) = check_headers(
        """
        import anthropic
        def client(options):
            options = {"api_key": "k", "auth_token": options.token}
            return anthropic.Anthropic(**options)  # warning: conflicting-credentials
        """,
        target_sdk="1",
    )
    assert finding.message == (
        "Both `api_key` and `auth_token` are passed: "
        "both headers are sent, which the API may refuse"
    )


def test_a_range_of_majors_is_named(check_headers: Lint) -> None:
    (finding,) = check_headers(
        """
        import anthropic
        anthropic.Anthropic(api_key="k", auth_token="t")  # warning: conflicting-credentials
        """,
        target_sdk=">=1,<3",
    )
    assert finding.message.endswith("the call raises ValueError with anthropic 2")


def test_one_credential_is_no_conflict(check_headers: Lint) -> None:
    check_headers(
        """
        import anthropic
        def clients(key, token, use_token):
            anthropic.Anthropic(api_key=key)
            anthropic.Anthropic(api_key=None, auth_token=token)
            anthropic.Anthropic(
                api_key=None if use_token else key, auth_token=token if use_token else None
            )
            options = {}
            if use_token:
                options["auth_token"] = token
            else:
                options["api_key"] = key
            anthropic.Anthropic(**options)
        """,
        target_sdk="2",
    )
