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
