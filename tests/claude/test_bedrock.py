"""What calls of Amazon Bedrock's runtime come down to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Facts = Callable[..., list[dict[str, Any]]]


@pytest.mark.parametrize(
    ("default", "platforms"),
    [("''", ["bedrock"]), ("None", ["bedrock"]), ("'meta.llama3-70b-instruct-v1:0'", [])],
)
def test_a_model_that_is_yet_to_be_named_is_no_other_vendor_s(
    facts: Facts, default: str, platforms: list[str]
) -> None:
    found = facts(
        f"""
        import boto3

        class Asker:
            def __init__(self, settings, model={default}):
                self.client = boto3.session.Session().client("bedrock-runtime")
                self.model = model
                if settings:
                    self.model = settings.model

            def ask(self):
                self.client.converse(modelId=self.model, inferenceConfig={{"maxTokens": 9}})
        """
    )
    assert [way["platform"] for way in found] == platforms


def test_of_bodies_for_several_vendors_those_of_claude_go_to_claude(facts: Facts) -> None:
    [way] = facts(
        """
        import json
        import boto3

        client = boto3.client("bedrock-runtime")

        def body(vendor, prompt):
            if vendor == "meta":
                return {"prompt": prompt, "max_gen_len": 9}
            return {"anthropic_version": "bedrock-2023-05-31", "max_tokens": 9, "messages": []}

        def ask(vendor, prompt, model="anthropic.claude-opus-4-20250514-v1:0"):
            client.invoke_model(modelId=model, body=json.dumps(body(vendor, prompt)))
        """
    )
    assert way["operation"] == "messages.create"
    assert [sorted(one) for one in way["body"]] == [["anthropic_version", "max_tokens", "messages"]]
