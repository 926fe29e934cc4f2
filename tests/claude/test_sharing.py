"""What goes to another API as well is not changed for Claude's sake."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from claude_lint.findings import Finding, Safety

Lint = Callable[..., list[Finding]]

OPTIONS = 'options = {"temperature": 0.2}'
OPENAI = "openai.chat.completions.create(model=other, messages=messages, **options)"
CLAUDE = (
    'claude.messages.create(model="claude-opus-5-5", max_tokens=9, messages=messages, **options)'
)


def code(*statements: str) -> str:
    body = "\n".join(f"    {one}" for one in statements)
    return (
        "import anthropic\nimport openai\n\nclaude = anthropic.Anthropic()\n\n\n"
        f"def ask(other, messages):\n{body}\n"
    )


@pytest.mark.parametrize(
    "statements",
    [
        (OPTIONS, OPENAI, CLAUDE),
        ("options = dict(temperature=0.2)", OPENAI, CLAUDE),
        ("options = {}", 'options["temperature"] = 0.2', OPENAI, CLAUDE),
    ],
)
def test_a_dict_that_another_api_gets_is_left_alone(lint: Lint, statements: tuple[str]) -> None:
    (finding,) = lint(code(*statements))
    assert finding.rule == "sampling-parameter"
    assert finding.fix is not None
    assert finding.fix.safety is Safety.DISPLAY


@pytest.mark.parametrize(
    "statements",
    [
        (OPTIONS, CLAUDE),
        (OPTIONS, CLAUDE, CLAUDE.replace("claude.", "unknown.")),
        (OPTIONS, CLAUDE, "print(options)", "options.update(other)", "dict(**options)"),
        (OPTIONS, OPENAI.replace("**options", "options=options"), CLAUDE),
        (OPENAI, CLAUDE.replace("**options", "temperature=0.2")),
        ("def two(options):", f"    {OPENAI}", OPTIONS, CLAUDE),
    ],
)
def test_a_dict_of_claudes_own_is_mended(lint: Lint, statements: tuple[str]) -> None:
    (finding,) = [one for one in lint(code(*statements)) if one.rule == "sampling-parameter"]
    assert finding.fix is not None
    assert finding.fix.safety is Safety.UNSAFE


def test_messages_that_another_api_gets_keep_their_system_message(lint: Lint) -> None:
    (finding,) = lint(
        code(
            'messages = [{"role": "system", "content": "Be brief"}, *messages]',
            OPENAI.replace(", **options", ""),
            CLAUDE.replace(", **options", ""),
        )
    )
    assert finding.rule == "misplaced-system-message"
    assert finding.fix is not None
    assert finding.fix.safety is Safety.DISPLAY


def test_a_renamed_parameter_keeps_its_name_for_the_other_api(lint: Lint) -> None:
    (finding,) = lint(code('options = {"stop": ["x"]}', OPENAI, CLAUDE))
    assert finding.rule == "openai-parameter"
    assert finding.fix is not None
    assert finding.fix.safety is Safety.DISPLAY


def test_a_body_that_another_host_gets_is_left_alone(lint: Lint) -> None:
    (finding,) = lint(
        """
        import requests

        def ask(headers, text):
            body = {"model": "claude-opus-5-5", "max_tokens": 9, "temperature": 0.2}
            body["messages"] = [{"role": "user", "content": text}]
            requests.post("https://openrouter.ai/api/v1/messages", json=body, headers=headers)
            requests.post("https://api.anthropic.com/v1/messages", json=body, headers=headers)
        """,
        select="CL204",
    )
    assert finding.fix is not None
    assert finding.fix.safety is Safety.DISPLAY
