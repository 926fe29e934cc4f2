"""CL213: tools, and the choice among them."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from functools import partial

import pytest

from claude_lint.findings import Finding, Safety, Severity

Lint = Callable[..., list[Finding]]
SDK = "import anthropic\nclient = anthropic.Anthropic()\n"
CREATE = 'create(model="claude-opus-5-5", max_tokens=9, messages=[{"role": "user", "content": "x"}]'


@pytest.fixture
def check(check: Lint) -> Lint:
    """Check code in which `CREATE` begins the arguments of a request."""

    def expanded(code: str) -> list[Finding]:
        text = SDK + textwrap.dedent(code).removeprefix("\n").replace("CREATE", CREATE)
        return partial(check, select="malformed-tool")(text)

    return expanded


def test_a_tool_for_openai_is_reported_at_the_tool_and_converted(check: Lint) -> None:
    (finding,) = check("""
        client.messages.CREATE, tools=[
            {"type": "function", "function": {"name": "get", "parameters": {}}},  # error: malformed-tool
        ])
    """)
    assert finding.message == "Tool `get` is described as for OpenAI's API: the API answers 400"
    assert (finding.location.span.line, finding.location.span.column) == (4, 5)
    assert finding.severity is Severity.ERROR
    assert finding.fix is not None
    assert finding.fix.safety is Safety.UNSAFE
    assert [edit.text for edit in finding.fix.edits] == ['{"name": "get", "input_schema": {}}']


def test_tools_count_however_they_get_there(check: Lint) -> None:
    check("""
        import asyncio
        def build():
            tools = [{"name": "a", "input_schema": {"type": "object"}}]
            tools.append({"name": "b", "description": "B"})  # error: malformed-tool
            return tools
        class Asker:
            FUNCTION = {"name": "c", "parameters": {"type": "object"}}  # error: malformed-tool
            def __init__(self):
                self.client = anthropic.AsyncAnthropic()
            async def ask(self, extra):
                options = {"tools": [self.FUNCTION, *extra]}
                await self.client.beta.messages.CREATE, **options)
        client.messages.CREATE, tools=build())
        client.messages.count_tokens(model="claude-opus-5-5", messages=[], tools=[
            {"type": "custom", "name": "d", "description": "D"},  # error: malformed-tool
            anthropic.types.ToolParam(name="e", description="E"),  # error: malformed-tool
        ])
    """)


def test_a_schema_under_another_name_is_renamed(check: Lint) -> None:
    first, second = check("""
        client.messages.CREATE, tools=[
            {"name": "a", "parameters": {"type": "object"}},  # error: malformed-tool
            {"type": "function", "name": "b", "parameters": {}, "strict": True},  # error: malformed-tool
        ])
    """)
    assert first.message == "Tool `a` has no `input_schema`: the API answers 400"
    assert first.fix is not None
    assert second.fix is not None
    assert [edit.text for edit in first.fix.edits] == ['"input_schema"']
    assert [edit.text for edit in second.fix.edits] == ['"input_schema"', ""]


def test_names_are_letters_digits_and_two_signs(check: Lint) -> None:
    findings = check("""
        SCHEMA = {"type": "object"}
        client.messages.CREATE, tools=[
            {"name": "get weather", "input_schema": SCHEMA},  # error: malformed-tool
            {"name": "db.query", "input_schema": SCHEMA},  # error: malformed-tool
            {"name": "", "input_schema": SCHEMA},  # error: malformed-tool
            {"name": "wetter-für-alle", "input_schema": SCHEMA},  # error: malformed-tool
            {"name": "n" * 3, "input_schema": SCHEMA},
            {"input_schema": SCHEMA},  # error: malformed-tool
            {"name": "get_weather-2", "input_schema": SCHEMA},
        ])
    """)
    assert [finding.message for finding in findings][:1] == [
        "`get weather` is no name for a tool: the API answers 400"
    ]
    assert findings[-1].message == "A tool has no `name`: the API answers 400"


def test_a_choice_is_a_dict(check: Lint) -> None:
    findings = check("""
        TOOLS = [{"name": "get", "input_schema": {"type": "object"}}]
        def ask(forced):
            client.messages.CREATE, tools=TOOLS, tool_choice="auto")  # error: malformed-tool
            client.messages.CREATE, tools=TOOLS, tool_choice="required")  # error: malformed-tool
            client.messages.CREATE, tools=TOOLS,
                tool_choice="get" if forced else {"type": "auto"},  # error: malformed-tool
            )
            choice = {"type": "function", "function": {"name": "get"}}
            client.messages.CREATE, tools=TOOLS, tool_choice=choice)  # error: malformed-tool
            client.messages.CREATE, tools=TOOLS, tool_choice={"type": "tool", "name": "get"})
            client.messages.CREATE, tools=TOOLS, tool_choice={"type": "none"})
    """)
    assert findings[0].message == (
        "`tool_choice` is the text `auto`, where the API wants a dict: it answers 400"
    )
    assert [f.fix.edits[0].text for f in findings if f.fix is not None] == [
        '{"type": "auto"}',
        '{"type": "any"}',
        '{"type": "tool", "name": "get"}',
        '{"type": "tool", "name": "get"}',
    ]


def test_a_body_made_by_hand_is_judged_alike(check: Lint) -> None:
    check("""
        import json, urllib.request
        body = {
            "model": "claude-opus-5-5",
            "max_tokens": 9,
            "messages": [{"role": "user", "content": "x"}],
            "tools": [
                {"name": "a"},  # error: malformed-tool
            ],
            "tool_choice": "any",  # error: malformed-tool
        }
        urllib.request.urlopen(urllib.request.Request(
            "https://api.anthropic.com/v1/messages", data=json.dumps(body).encode()
        ))
    """)


def test_tools_of_the_api_itself_need_no_schema(check: Lint) -> None:
    check("""
        client.messages.CREATE, tools=[
            {"type": "web_search_20250305", "name": "web_search", "max_uses": 3},
            {"type": "bash_20250124", "name": "bash"},
            {"type": "mcp_toolset", "mcp_server_name": "x"},
            {"type": "custom", "name": "a", "input_schema": {"type": "object"}},
        ])
    """)


def test_what_is_not_known_in_full_is_silent(check: Lint) -> None:
    check("""
        import mine
        TOOLS = [
            {"type": "function", "function": {"name": "a", "parameters": {}}},
            {"type": "custom", "name": "b", "input_schema": {}},
        ]
        def ask(tool, extra, kind):
            made = {"name": "a", **extra}
            completed = {"name": "b"}
            mine.complete(completed)
            filled = {"name": "c"}
            filled["input_schema"] = tool.schema()
            client.messages.CREATE, tools=[tool, made, completed, filled, {"type": kind, "name": "d"}])
            client.messages.CREATE, tools=[
                {"name": t["function"]["name"], "input_schema": t["function"]["parameters"]}
                for t in TOOLS[:1]
            ])
            client.messages.CREATE, tools=[t for t in TOOLS if t["type"] != "function"])
            client.messages.CREATE, tools=mine.converted(TOOLS), tool_choice=mine.choice("auto"))
    """)


def test_other_libraries_and_gateways_take_what_they_like(check: Lint) -> None:
    check("""
        from langchain_anthropic import ChatAnthropic
        from openai import OpenAI
        TOOLS = [{"type": "function", "function": {"name": "a", "parameters": {}}}]
        ChatAnthropic(model="claude-opus-5-5").bind_tools(TOOLS, tool_choice="auto")
        OpenAI(base_url="https://api.anthropic.com/v1/").chat.completions.CREATE, tools=TOOLS)
        gateway = anthropic.Anthropic(base_url="https://gateway.example.com")
        gateway.messages.CREATE, tools=TOOLS, tool_choice="auto")
    """)


def test_functions_are_tools_of_the_runner(check: Lint) -> None:
    check("""
        @anthropic.beta_tool
        def get(place: str) -> str:
            return place
        client.beta.messages.tool_runner(
            model="claude-opus-5-5", max_tokens=9,
            messages=[{"role": "user", "content": "x"}], tools=[get],
        )
    """)


def test_a_name_that_is_looked_up_with_something_to_fall_back_on_is_not_judged(check: Lint) -> None:
    check(
        """
        import anthropic

        def ask(function, messages):
            tool = {"name": function.get("name", ""), "input_schema": {"type": "object"}}
            anthropic.Anthropic().messages.create(
                model="claude-opus-5-5", max_tokens=9, messages=messages, tools=[tool]
            )
        """
    )
