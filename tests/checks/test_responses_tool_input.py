"""CL504: the input of a tool call is no JSON text."""

from __future__ import annotations

from collections.abc import Callable

from claude_lint.findings import Finding, Safety

Lint = Callable[..., list[Finding]]

START = """
import json
import anthropic
client = anthropic.Anthropic()
response = client.messages.create(model="claude-haiku-4-5", max_tokens=9, messages=[], tools=[{}])
"""
SELECT = "string-tool-input"


def test_a_parsed_input_is_replaced_by_itself(check: Lint) -> None:
    (finding,) = check(
        START
        + """
for block in response.content:
    if block.type == "tool_use":
        arguments = json.loads(block.input)  # error: string-tool-input
""",
        select=SELECT,
    )
    assert (finding.location.span.line, finding.location.span.column) == (8, 21)
    assert finding.message == "The input of a tool call is a dict already: `json.loads()` fails"
    assert finding.fix is not None
    assert finding.fix.safety is Safety.SAFE
    assert [edit.text for edit in finding.fix.edits] == ["block.input"]


def test_blocks_that_were_picked_out_first(check: Lint) -> None:
    check(
        START
        + """
from json import loads as parse
call = next(b for b in response.content if b.type == "tool_use")
a = parse(call.input)  # error: string-tool-input
calls = [b for b in response.content if b.type == "tool_use"]
b = [json.loads(one.input) for one in calls]  # error: string-tool-input
c = json.loads(calls[0].input)  # error: string-tool-input
d = json.loads(response.content[-1].input)["city"]  # error: string-tool-input
given = response.content[1].input
e = json.loads(s=given)  # error: string-tool-input
f = given.strip()  # error: string-tool-input
""",
        select=SELECT,
    )


def test_tools_that_run_elsewhere(check: Lint) -> None:
    check(
        {
            "tools.py": """
                import json
                import anthropic
                from pydantic import BaseModel

                class City(BaseModel):
                    name: str

                def run(block):
                    return json.loads(block.input)  # error: string-tool-input

                def validate(block: anthropic.types.ToolUseBlock):
                    return City.model_validate_json(block.input)  # error: string-tool-input
            """,
            "app.py": """
                import anthropic
                from tools import run

                async def main():
                    client = anthropic.AsyncAnthropic()
                    message = await client.messages.create(
                        model="claude-haiku-4-5", max_tokens=9, messages=[], tools=[{}]
                    )
                    return [run(block) for block in message.content]
            """,
        },
        select=SELECT,
    )


def test_text_that_is_json_or_may_be_is_silent(check: Lint) -> None:
    check(
        START
        + """
for block in response.content:
    data = block.input
    a = json.loads(data) if isinstance(data, str) else data
    b = json.loads(block.input["payload"])
    c = json.loads(json.dumps(block.input))
    d = json.loads(block.text)
    try:
        e = json.loads(block.input)
    except TypeError:
        e = block.input
text = ""
options = {"model": "claude-haiku-4-5", "max_tokens": 9, "messages": []}
for event in client.messages.create(**options, stream=True):
    if event.delta.type == "input_json_delta":
        text += event.delta.partial_json
f = json.loads(text)
""",
        select=SELECT,
    )


def test_an_input_of_something_else_is_silent(check: Lint) -> None:
    check(
        """
import json, openai

def run(item, call):
    return json.loads(item.input), json.loads(call.function.arguments)

answer = openai.OpenAI().chat.completions.create(model="gpt-4o", messages=[])
print(json.loads(answer.choices[0].message.tool_calls[0].function.arguments))
print(json.loads(answer.input))
""",
        select=SELECT,
    )
