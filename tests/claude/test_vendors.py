"""Which of several models are Claude's, and which calls of Bedrock reach it."""

from __future__ import annotations

import json
import textwrap
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from claude_lint.cli import command_line


@pytest.fixture
def facts(tmp_path: Path) -> Any:
    """Return what `--dump-facts` says of the ways that the calls in some code can go."""

    def run(code: str) -> list[dict[str, Any]]:
        (tmp_path / "app.py").write_text(textwrap.dedent(code))
        asked = ["--isolated", "--no-cache", "--jobs", "1", "--dump-facts", str(tmp_path)]
        found = json.loads(CliRunner().invoke(command_line, asked).stdout)["facts"]
        return [way for sites in found.values() for site in sites for way in site["ways"]]

    return run


def test_of_many_providers_models_only_claude_s_are_sent_to_claude(facts: Any) -> None:
    code = """
    import anthropic
    MODELS = {"anthropic": "claude-opus-5-5", "openai": "gpt-4o", "none": None}

    def ask(provider):
        anthropic.Anthropic().messages.create(model=MODELS[provider], max_tokens=9)
    """
    (way,) = facts(code)
    assert way["body"] == [{"model": "claude-opus-5-5", "max_tokens": 9}]


def test_the_only_model_stays(facts: Any) -> None:
    (way,) = facts("""
    import anthropic
    anthropic.Anthropic().messages.create(model="gpt-4o", max_tokens=9)
    """)
    assert way["body"] == [{"model": "gpt-4o", "max_tokens": 9}]


@pytest.mark.parametrize("field", ["anthropic_version", "max_tokens_to_sample"])
def test_a_body_tells_which_vendor_a_model_on_bedrock_is_of(facts: Any, field: str) -> None:
    code = f"""
    import boto3, json  # for anthropic

    def ask(model="amazon.titan-text"):
        body = json.dumps({{"{field}": 1}})
        boto3.client("bedrock-runtime").invoke_model(modelId=model, body=body)
    """
    (way,) = facts(code)
    assert (way["surface"], way["body"]) == ("bedrock", [{field: 1}])


def test_of_bodies_for_many_vendors_only_claude_s_is_sent_to_claude(facts: Any) -> None:
    code = """
    import boto3, json

    def ask(model):
        body = {"inputText": "hello"}
        if model.startswith("anthropic"):
            body = {"anthropic_version": "bedrock-2023-05-31", "max_tokens": 9}
        elif model.startswith("mistral"):
            body = {"prompt": "hello"}
        runtime = boto3.client("bedrock-runtime")
        runtime.invoke_model(modelId=model, body=json.dumps(body))
    """
    (way,) = facts(code)
    assert way["operation"] == "messages.create"
    assert way["body"] == [{"anthropic_version": "bedrock-2023-05-31", "max_tokens": 9}]


def test_a_body_of_no_vendor_in_particular_is_none_of_claude_s(facts: Any) -> None:
    code = """
    import boto3, json  # for anthropic

    def ask(model="amazon.titan-text"):
        body = json.dumps({"prompt": 1})
        boto3.client("bedrock-runtime").invoke_model(modelId=model, body=body)
    """
    assert facts(code) == []


def test_a_wrapper_s_arguments_are_shown_with_the_model_it_takes(facts: Any) -> None:
    (way,) = facts("""
    import instructor
    from anthropic import Anthropic
    client = instructor.from_anthropic(Anthropic())
    client.messages.create(model="claude-opus-5-5", max_tokens=9, response_model=int)
    """)
    assert (way["model"], way["arguments"]["max_tokens"]) == ("claude-opus-5-5", 9)
