"""What other libraries that carry Claude are given."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Facts = Callable[..., list[dict[str, Any]]]


@pytest.mark.parametrize(
    "call",
    [
        "claude_agent_sdk.ClaudeAgentOptions(max_turns=1)",
        "claude_agent_sdk.ClaudeAgentOptions()",
        "langchain_aws.ChatAnthropicBedrock()",
        "langchain_aws.ChatBedrock(provider='anthropic')",
    ],
)
def test_a_wrapper_of_claude_s_own_needs_no_model(call: str, facts: Facts) -> None:
    [way] = facts(f"import claude_agent_sdk\nimport langchain_aws\n{call}\n")
    assert way["surface"] == "wrapper"
    assert "model" not in way


def test_a_model_that_is_not_known_is_told_as_that(facts: Facts) -> None:
    [way] = facts(
        """
        from langchain_anthropic import ChatAnthropic

        def chat(name, **options):
            return ChatAnthropic(model=name, temperature=0, max_tokens=9, **options)
        """
    )
    assert way["model"] == "?"
    assert way["arguments"] == {"model": "?", "temperature": 0, "max_tokens": 9, "**": "?"}


@pytest.mark.parametrize(
    "call",
    [
        "litellm.completion(model=name)",
        "langchain_aws.ChatBedrock(model_id=name)",
        "pydantic_ai.Agent()",
    ],
)
def test_a_wrapper_of_many_models_is_claude_s_only_by_name(call: str, facts: Facts) -> None:
    assert not facts(
        f"import litellm\nimport langchain_aws\nimport pydantic_ai\ndef ask(name):\n    {call}\n"
    )


def test_callers_may_say_that_a_call_reaches_claude(facts: Facts) -> None:
    found = facts(
        """
        import boto3
        import litellm
        from langchain_aws import ChatBedrock

        runtime = boto3.client("bedrock-runtime")

        def ask(model):
            litellm.completion(model=model, messages=[])
            ChatBedrock(model_id=model)

        def converse(**options):
            runtime.converse(**options)

        ask("anthropic.claude-v2")
        converse(modelId="anthropic.claude-v2", messages=[])
        """
    )
    assert [way["library"] for way in found] == ["litellm", "langchain_aws", "boto3"]
