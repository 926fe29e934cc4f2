"""The settings that tell of wrappers which lie in other packages."""

from __future__ import annotations

import pytest

from conftest import Lint

FACTORY = """
    from acme.llm import client

    client().messages.create(model="claude-opus-5-5", messages=[{"role": "user", "content": "Hi"}])
"""
GATEWAY = """
    import requests

    requests.post(
        "https://claude.internal.example/v1/messages",
        headers={"x-api-key": key(), "anthropic-version": "2023-06-01"},
        json={"model": "claude-2.1", "max_tokens": 9, "messages": [{"role": "user", "content": "Hi"}]},
        timeout=60,
    )
"""
RETRY = """
    import requests
    from acme.net import politely

    @politely
    def ask(body):
        return requests.post(
            "https://api.anthropic.com/v1/messages",
            headers={"x-api-key": key(), "anthropic-version": "2023-06-01"},
            json=body,
            timeout=60,
        )
"""


@pytest.mark.parametrize(
    ("setting", "code", "without", "told"),
    [
        ('client-factories = ["acme.llm.client"]', FACTORY, [], ["3:1 CL201"]),
        (
            'api-hosts = ["claude.internal.example"]',
            GATEWAY,
            [],
            ["3:1 CL401", "6:20 CL303"],
        ),
        ('retry-wrappers = ["acme.net.politely"]', RETRY, ["6:12 CL401"], []),
    ],
)
def test_rules_see_through_what_settings_name(
    setting: str, code: str, without: list[str], told: list[str], lint: Lint
) -> None:
    for settings, expected in (("", without), (setting, told)):
        findings = lint({"app.py": code, "claude-lint.toml": settings + "\n"})
        assert [
            f"{one.location.span.line}:{one.location.span.column} {one.code}" for one in findings
        ] == expected
