"""CL101: an API key in the header that is made for tokens."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from claude_lint.findings import Finding, Safety, Severity

Lint = Callable[..., list[Finding]]


@pytest.mark.parametrize(
    "value",
    [
        'f"Bearer {API_KEY}"',
        '"Bearer " + API_KEY',
        '"Bearer %s" % API_KEY',
        '"Bearer %s" % (API_KEY,)',
        '"Bearer {}".format(API_KEY)',
        '" ".join(["Bearer", API_KEY])',
        'f"bearer {api_key}"',
        'f"Bearer {key.strip()}"',
        "f\"Bearer {os.environ['CLAUDE_API_KEY']}\"",
        'f"Bearer {os.getenv("ANTHROPIC_KEY", "")}"'.replace(
            '"ANTHROPIC_KEY", ""', "'ANTHROPIC_KEY'"
        ),
        "f\"Bearer {config['anthropic']['api_key']}\"",
        "f\"Bearer {get_secret('ANTHROPIC_API_KEY')}\"",
        'f"Bearer {settings.anthropic_api_key}"',
        'f"Bearer {settings.anthropic.key}"',
        '"Bearer YOUR_ANTHROPIC_API_KEY"',
        '"Bearer @@KEY-api03@@"',
    ],
)
def test_an_api_key_as_bearer(check_headers: Lint, value: str) -> None:
    (finding,) = check_headers(
        f"""
        import os
        import requests
        API_KEY = os.environ["ANTHROPIC_API_KEY"]
        def ask(body, api_key, key, config, settings):
            return requests.post("@messages", json=body, headers={{
                @version,
                "Authorization": {value},  # warning: bearer-auth
            }})
        """
    )
    assert finding.location.span.column == 9
    assert finding.message == (
        "An API key goes as `Authorization: Bearer`: the API takes that only since October 2026, "
        "older deployments and proxies do not"
    )
    assert finding.help == "Send the key as `x-api-key`, which is right for every API version"


@pytest.mark.parametrize(
    "value",
    [
        'f"Bearer {token}"',
        'f"Bearer {access_token}"',
        'f"Bearer {self.credentials.oauth}"',
        'f"Bearer {value}"',
        "f\"Bearer {os.environ['ANTHROPIC_AUTH_TOKEN']}\"",
        "f\"Bearer {os.environ['CLAUDE_CODE_OAUTH_TOKEN']}\"",
        '"Bearer @@KEY-oat01@@"',
        'f"Bearer {openai_api_key}"',
        "auth_header",
        "make_header(api_key)",
    ],
)
def test_what_may_be_a_token_is_silent(check_headers: Lint, value: str) -> None:
    check_headers(
        f"""
        import os
        import requests
        def ask(self, body, token, access_token, value, openai_api_key, auth_header, api_key):
            requests.post("@messages", json=body, headers={{@version, "Authorization": {value}}})
        """
    )


@pytest.mark.parametrize(
    "url",
    [
        "https://api.anthropic.com/v1/chat/completions",
        "https://openrouter.ai/api/v1/messages",
        "https://example.services.ai.azure.com/anthropic/v1/messages",
        "https://bedrock-runtime.us-east-1.amazonaws.com/model/claude/invoke",
    ],
)
def test_bearer_is_right_elsewhere(check_headers: Lint, url: str) -> None:
    check_headers(
        f"""
        import requests
        def ask(api_key):
            headers = {{"Authorization": f"Bearer {{api_key}}", @version}}
            requests.post("{url}", headers=headers, json={{}})
        """
    )


def test_stating_the_newest_version_makes_it_information(
    check_headers: Lint,
) -> None:
    (finding,) = check_headers(
        """
        import httpx
        async def ask(api_key, body):
            async with httpx.AsyncClient() as client:
                headers = {"anthropic-version": "2026-10-21"}
                headers["Authorization"] = f"Bearer {api_key}"  # info: bearer-auth
                await client.post("@messages", headers=headers, json=body)
        """
    )
    assert finding.severity is Severity.INFO


def test_before_october_the_api_refused_a_key_as_bearer(check_headers: Lint) -> None:
    (finding,) = check_headers(
        """
        import requests
        def ask(api_key, body):
            requests.post("@messages", json=body, headers={
                @version,
                "Authorization": f"Bearer {api_key}",  # warning: bearer-auth
            })
        """,
        as_of="2026-10-01",
    )
    assert finding.message == "The API refuses an API key as `Authorization: Bearer` with 401"


def test_headers_of_sessions_helpers_and_attributes(check_headers: Lint) -> None:
    check_headers(
        """
        import os
        import aiohttp
        import requests

        KEY = os.environ["ANTHROPIC_API_KEY"]
        session = requests.Session()
        session.headers.update({"Authorization": f"Bearer {KEY}"})  # warning: bearer-auth
        session.post("@messages", headers={@version}, json={})

        class Claude:
            def __init__(self, api_key):
                self.api_key = api_key
                self.headers = dict(Authorization="Bearer " + api_key)  # warning: bearer-auth
                self.headers["anthropic-version"] = "2023-06-01"

            def _headers(self):
                headers = {@version}
                headers["authorization"] = "Bearer " + self.api_key  # warning: bearer-auth
                return headers

            def ask(self, body):
                return requests.post("@messages", headers=self.headers, json=body)

            async def stream(self, body):
                async with aiohttp.ClientSession(headers=self._headers()) as session:
                    async with session.post("@messages", json=body) as answer:
                        return await answer.json()
        """
    )


def test_urllib_and_curl(check_headers: Lint) -> None:
    check_headers(
        """
        import json
        import subprocess
        import urllib.request

        def ask(api_key, body):
            ready = urllib.request.Request("@messages", data=json.dumps(body).encode())
            ready.add_header("anthropic-version", "2023-06-01")
            ready.add_header("Authorization", f"Bearer {api_key}")  # warning: bearer-auth
            urllib.request.urlopen(ready)
            subprocess.run([
                "curl", "@messages",
                "-H", "anthropic-version: 2023-06-01",
                "-H", f"Authorization: Bearer {api_key}",  # warning: bearer-auth
                "-d", json.dumps(body),
            ])
        """
    )


def test_one_class_for_many_providers_sends_each_its_own_header(check_headers: Lint) -> None:
    check_headers(
        """
        import requests

        class Llm:
            def __init__(self, provider, api_key):
                self.provider = provider
                self.api_key = api_key

            def _url(self):
                if self.provider == "anthropic":
                    return "@messages"
                elif self.provider == "openai":
                    return "https://api.openai.com/v1/chat/completions"
                return "https://api.groq.com/openai/v1/chat/completions"

            def _headers(self):
                headers = {"content-type": "application/json"}
                if self.provider == "anthropic":
                    headers["x-api-key"] = self.api_key
                    headers["anthropic-version"] = "2023-06-01"
                else:
                    headers["Authorization"] = f"Bearer {self.api_key}"
                return headers

            def ask(self, body):
                return requests.post(self._url(), headers=self._headers(), json=body)
        """
    )


def test_the_wrong_provider_of_many_is_found(check_headers: Lint) -> None:
    check_headers(
        """
        import requests

        PROVIDERS = {
            "openai": {"url": "https://api.openai.com/v1/chat/completions", "version": None},
            "anthropic": {"url": "@messages", "version": "2023-06-01"},
        }

        def ask(provider, api_key, body):
            chosen = PROVIDERS[provider]
            headers = {"anthropic-version": chosen["version"]}
            headers["Authorization"] = f"Bearer {api_key}"  # warning: bearer-auth
            return requests.post(chosen["url"], headers=headers, json=body)
        """
    )


def test_code_that_asks_whether_it_has_a_token_knows_what_it_sends(check_headers: Lint) -> None:
    check_headers(
        """
        import requests

        def ask(api_key, body, key, use_oauth):
            if api_key.startswith("sk-ant-oat"):
                headers = {"Authorization": f"Bearer {api_key}", @version}
            else:
                headers = {"x-api-key": api_key, @version}
            requests.post("@messages", headers=headers, json=body)
            if use_oauth:
                more = {"Authorization": f"Bearer {key}", @version}
                requests.post("@messages", headers=more, json=body)
            beta = {"anthropic-beta": "oauth-2025-04-20", @version}
            beta["Authorization"] = f"Bearer {key}"
            requests.post("@messages", headers=beta, json=body)
        """
    )


def test_tests_of_other_things_say_nothing_of_tokens(check_headers: Lint) -> None:
    check_headers(
        """
        import requests

        def ask(api_key, body, max_tokens):
            if not api_key.startswith("sk-ant-"):
                raise ValueError("this is no key")
            headers = {@version}
            if api_key.startswith("sk-ant-api"):
                headers["Authorization"] = f"Bearer {api_key}"  # warning: bearer-auth
            if max_tokens:
                return requests.post("@messages", headers=headers, json=body)

        def ask_with_key(api_key, body):
            if api_key.startswith("sk-ant-oat"):
                return None
            headers = {"Authorization": f"Bearer {api_key}", @version}  # warning: bearer-auth
            return requests.post("@messages", headers=headers, json=body)
        """
    )


def test_auth_header_any_turns_bearer_auth_off(check_headers: Lint) -> None:
    check_headers(
        {
            "pyproject.toml": '[tool.claude-lint]\nauth-header = "any"\n',
            "example.py": """
                import requests
                def ask(api_key):
                    headers = {"Authorization": f"Bearer {api_key}", @version}
                    requests.post("@messages", headers=headers, json={})
                """,
        }
    )


def test_a_gateway_set_to_behave_like_the_api_is_judged_like_it(check_headers: Lint) -> None:
    check_headers(
        {
            "pyproject.toml": '[tool.claude-lint]\napi-hosts = ["llm.example"]\n',
            "example.py": """
                import requests
                def ask(api_key):
                    headers = {@version}
                    headers["Authorization"] = f"Bearer {api_key}"  # warning: bearer-auth
                    requests.post("https://llm.example/v1/messages", headers=headers, json={})
                    requests.post(
                        "https://llm.example/v1/messages", headers={"api-key": api_key, @version}
                    )
                """,
        }
    )


def test_headers_imported_from_another_file_are_told_at_the_call(check_headers: Lint) -> None:
    (finding,) = check_headers(
        {
            "keys.py": """
                import os
                HEADERS = {"Authorization": "Bearer " + os.environ["ANTHROPIC_API_KEY"], @version}
                """,
            "example.py": """
                import requests
                from keys import HEADERS
                requests.post("@messages", headers=HEADERS, json={})  # warning: bearer-auth
                """,
        }
    )
    assert [(one.location.path, one.message) for one in finding.related] == [("keys.py", "here")]


def test_a_header_that_goes_to_another_host_as_well_is_meant_for_that(check: Lint) -> None:
    code = """
    import dataclasses, os, requests

    @dataclasses.dataclass
    class Config:
        provider: str
        url: str

    class Asker:
        def __init__(self, config: Config):
            self.config = config

        def ask_openai(self, body):
            headers = {"Authorization": f"Bearer {os.environ['API_KEY']}"}
            return requests.post(self.config.url, headers=headers, json=body)

    Asker(Config("openai", "https://api.openai.com/v1/chat/completions")).ask_openai({})
    Asker(Config("claude", "https://api.anthropic.com/v1/messages")).ask_openai({})
    """
    check(code, select="CL101")


def test_a_header_that_another_call_sends_elsewhere_is_not_renamed(lint: Lint) -> None:
    code = """
    import os, requests

    def headers(key):
        return {"Authorization": f"Bearer {key}", "anthropic-version": "2023-06-01"}

    claude, openai = os.environ["ANTHROPIC_API_KEY"], os.environ["OPENAI_API_KEY"]
    requests.post("https://api.anthropic.com/v1/models", headers=headers(claude), timeout=60)
    requests.post("https://api.openai.com/v1/models", headers=headers(openai), timeout=60)
    """
    (finding,) = lint(code, select="CL101")
    assert finding.fix is not None
    assert finding.fix.safety is Safety.DISPLAY
