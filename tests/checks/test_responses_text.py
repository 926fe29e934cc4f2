"""CL502, CL503 and CL509: how the text of a response is got at."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from claude_lint.findings import Finding, Severity

Lint = Callable[..., list[Finding]]
Check = Callable[..., list[Finding]]

ASK = 'max_tokens=9, messages=[{"role": "user", "content": "x"}]'
SELECT = "first-block-text,response-as-text"


@pytest.fixture
def checked(check: Lint) -> Check:
    def checked(code: str | dict[str, str], select: str = SELECT, **options: str) -> list[Finding]:
        files = {"example.py": code} if isinstance(code, str) else code
        expanded = {path: text.replace("ASK", ASK) for path, text in files.items()}
        return check(expanded, select=select, **options)

    return checked


# ---------------------------------------------------------------------- first-block-text


def test_a_model_that_thinks_by_default(checked: Check) -> None:
    (finding,) = checked("""
        import anthropic
        client = anthropic.Anthropic()
        response = client.messages.create(model="claude-opus-5-5", ASK)
        print(response.content[0].text)  # warning: first-block-text
    """)
    assert (
        finding.message == "The first block need not be text: `claude-opus-5-5` thinks by default"
    )
    assert (finding.location.span.column, finding.location.span.end_column) == (7, 31)
    assert [(r.location.span.line, r.message) for r in finding.related] == [(3, "the request")]
    assert finding.fix is not None
    assert finding.fix.edits[0].text == (
        'next(block.text for block in response.content if block.type == "text")'
    )


@pytest.mark.parametrize(
    "asked", ["if not TEXT: pass", "x = TEXT or y", "while TEXT: pass", "x = y if TEXT else z"]
)
def test_where_the_code_asks_if_there_is_text_none_is_no_error(checked: Check, asked: str) -> None:
    text = "response.content[0].text"
    (finding,) = checked(f"""
        import anthropic
        response = anthropic.Anthropic().messages.create(model="claude-opus-5-5", ASK)
        {asked.replace("TEXT", text)}  # warning: first-block-text
    """)
    assert finding.fix is not None
    assert finding.fix.edits[0].text == (
        'next((block.text for block in response.content if block.type == "text"), "")'
    )


def test_thinking_that_is_on(checked: Check) -> None:
    (first, *_) = checked("""
        import anthropic
        client = anthropic.Anthropic()
        options = {"model": "claude-sonnet-4-6", "max_tokens": 9, "messages": []}
        options["thinking"] = {"type": "adaptive"}
        a, b = client.messages.create(**options), None
        print(a.content[0].text)  # warning: first-block-text
        with client.messages.stream(**options) as stream:
            block = stream.get_final_message().content[0]
        print(block.text)  # warning: first-block-text
    """)
    assert first.message == "The first block need not be text: the request turns `thinking` on"


def test_tools_that_are_given(checked: Check) -> None:
    (first, *_) = checked("""
        import anthropic

        TOOLS = [{"name": "clock", "input_schema": {"type": "object"}}]

        class Agent:
            def __init__(self):
                self.client = anthropic.AsyncAnthropic()
                self.tools = []
                self.tools.append(TOOLS[0])

            async def one(self):
                message = await self.client.messages.create(
                    model="claude-haiku-4-5", tools=TOOLS, ASK
                )
                return message.content[0].text.strip()  # warning: first-block-text

            async def three(self, model, tools):
                message = await self.client.messages.create(model=model, tools=tools, ASK)
                return message.content[0].text  # warning: first-block-text

            async def four(self, model, tools=None):
                options = {"model": model}
                if tools:
                    options["tools"] = tools
                message = await self.client.messages.create(**options, ASK)
                return message.content[0].text  # warning: first-block-text

            async def two(self, model):
                message = await self.client.messages.create(model=model, tools=self.tools, ASK)
                first, *rest = message.content
                return first.text  # warning: first-block-text
    """)
    assert first.message == "The first block need not be text: the request gives `tools`"


def test_a_helper_that_takes_the_first_block_of_what_its_callers_ask(checked: Check) -> None:
    checked({
        "claude_texts.py": """
            def text_of(message):  # of Claude's
                return message.content[0].text  # warning: first-block-text
        """,
        "app.py": """
            import anthropic
            from claude_texts import text_of

            def ask(model="claude-sonnet-5-5"):
                return anthropic.Anthropic().messages.create(model=model, ASK)

            print(text_of(ask()))
            print([ask().content[0].text for _ in range(2)])  # warning: first-block-text
        """,
    })  # fmt: skip


def test_a_model_on_bedrock_thinks_as_well(checked: Check) -> None:
    checked("""
        from anthropic import AnthropicBedrock
        client = AnthropicBedrock(aws_region="us-east-1")
        message = client.messages.create(model="global.anthropic.claude-opus-5-5", ASK)
        print(message.content[0].text)  # warning: first-block-text
    """)


def test_no_other_block_can_come_first(checked: Check) -> None:
    checked("""
        import anthropic, os
        client = anthropic.Anthropic()
        proxy = anthropic.Anthropic(base_url="https://gateway.example.com")
        tools = [{"name": "clock", "input_schema": {"type": "object"}}]
        off = {"type": "disabled"}

        def ask(thinking, tools=None, **options):
            print(client.messages.create(model="claude-opus-4-6", tools=tools).content[0].text)
            print(client.messages.create(model="claude-haiku-4-5", ASK).content[0].text)
            print(client.messages.create(model="claude-opus-5", thinking=off, ASK).content[0].text)
            print(client.messages.create(model="claude-opus-5", thinking=thinking).content[0].text)
            print(client.messages.create(model="claude-opus-5", **options).content[0].text)
            print(client.messages.create(model=os.environ["MODEL"], ASK).content[0].text)
            print(proxy.messages.create(model="claude-opus-5-5", ASK).content[0].text)
            print(client.messages.create(model="claude-haiku-4-5", tools=[], ASK).content[0].text)
            print(client.messages.create(
                model="claude-haiku-4-5", tools=tools, tool_choice={"type": "none"}, ASK
            ).content[0].text)
    """)


def test_code_that_looks_at_the_block_first(checked: Check) -> None:
    checked("""
        import anthropic

        def first(client: anthropic.Anthropic):
            message = client.messages.create(model="claude-opus-5-5", ASK)
            if message.content[0].type == "text":
                return message.content[0].text

        def second(client: anthropic.Anthropic):
            block = client.messages.create(model="claude-opus-5-5", ASK).content[0]
            return block.text if isinstance(block, anthropic.types.TextBlock) else ""

        def third(client: anthropic.Anthropic):
            message = client.messages.create(model="claude-opus-5-5", ASK)
            try:
                return message.content[0].text
            except (AttributeError, IndexError):
                return ""

        def fourth(client: anthropic.Anthropic):
            message = client.messages.create(model="claude-opus-5-5", ASK)
            texts = [block for block in message.content if block.type == "text"]
            return texts[0].text, next(b.text for b in message.content if b.type == "text")

        def sixth(client: anthropic.Anthropic):
            message = client.messages.create(model="claude-opus-5-5", ASK)
            try:
                return message.content[0].text
            except Exception:
                return ""

        def fifth(client: anthropic.Anthropic):
            message = client.messages.create(model="claude-opus-5-5", ASK)
            match message.content[0]:
                case anthropic.types.TextBlock():
                    return message.content[0].text
    """)


def test_a_branch_that_is_taken_without_tools_only(checked: Check) -> None:
    checked("""
        import anthropic

        def ask(client: anthropic.Anthropic, tools=None):
            options = {"model": "claude-haiku-4-5"}
            if tools:
                options["tools"] = tools
            message = client.messages.create(**options, ASK)
            if tools:
                return message
            else:
                return message.content[0].text

        def early(client: anthropic.Anthropic, think, tools=None):
            options = {"model": "claude-haiku-4-5"}
            if tools is not None:
                options["tools"] = tools
            if think:
                options["thinking"] = {"type": "enabled", "budget_tokens": 1024}
            message = client.messages.create(**options, ASK)
            if tools is not None:
                return message
            if not think:
                return message.content[0].text
            return message.content[0].text  # warning: first-block-text
    """)


def test_a_try_around_the_request_is_about_its_errors(checked: Check) -> None:
    checked("""
        import anthropic

        def ask(client: anthropic.Anthropic):
            try:
                message = client.messages.create(model="claude-opus-5-5", ASK)
                return message.content[0].text  # warning: first-block-text
            except Exception as error:
                return f"Error: {error}"

        def again(client: anthropic.Anthropic):
            try:
                return client.messages.create(  # warning: first-block-text
                    model="claude-opus-5-5", ASK
                ).content[0].text
            except Exception:
                return ""
    """)


def test_a_look_at_the_stop_reason_settles_tools_but_not_thinking(checked: Check) -> None:
    checked("""
        import anthropic

        TOOLS = [{"name": "clock", "input_schema": {"type": "object"}}]

        def ask(client: anthropic.Anthropic, model):
            message = client.messages.create(model=model, tools=TOOLS, ASK)
            while message.stop_reason == "tool_use":
                message = client.messages.create(model=model, tools=TOOLS, ASK)
            return message.content[0].text

        def think(client: anthropic.Anthropic):
            message = client.messages.create(model="claude-opus-5-5", ASK)
            if message.stop_reason == "end_turn":
                return message.content[0].text  # warning: first-block-text
    """)


# ---------------------------------------------------------------------- response-as-text


def test_methods_and_functions_of_strings(checked: Check) -> None:
    (first, *_) = checked("""
        import json, re
        from pathlib import Path
        import anthropic
        response = anthropic.Anthropic().messages.create(model="claude-haiku-4-5", ASK)
        a = response.content.strip()  # error: response-as-text
        b = json.loads(response.content)  # error: response-as-text
        c = json.loads(response)  # error: response-as-text
        d = re.search(r"x", response.content)  # error: response-as-text
        e = "".join(response.content)  # error: response-as-text
        f = re.compile("x").findall(response.content)  # error: response-as-text
        Path("a.txt").write_text(response.content)  # error: response-as-text
        with open("a.txt", "w") as file:
            file.write(response.content)  # error: response-as-text
        g = response.text  # error: response-as-text
        h = response.content.text  # error: response-as-text
    """)
    assert first.message == (
        "The content of a Claude response is a list of blocks, not a string: `.strip()` fails"
    )
    assert (first.location.span.column, first.location.span.end_column) == (5, 21)


def test_operators_and_returns(checked: Check) -> None:
    findings = checked("""
        import anthropic
        response = anthropic.Anthropic().messages.create(model="claude-haiku-4-5", ASK)
        content = response.content
        log = ""
        log += content  # error: response-as-text
        a = "Claude: " + content  # error: response-as-text
        b = content + "\\n"  # error: response-as-text
        if content == "yes" or "no" in content:  # error: response-as-text, response-as-text
            pass

        async def ask(client: anthropic.AsyncAnthropic) -> str:
            message = await client.messages.create(model="claude-haiku-4-5", ASK)
            return message.content  # error: response-as-text
    """)
    assert findings[-1].message.endswith("the function says that it returns `str`")


def test_texts_made_of_the_repr_are_a_warning(checked: Check) -> None:
    (first, *_) = checked("""
        import anthropic
        response = anthropic.Anthropic().messages.create(model="claude-haiku-4-5", ASK)
        page = f"<p>{response.content}</p>"  # warning: response-as-text
        text = str(response.content)  # warning: response-as-text
        line = "it said %s" % response.content  # warning: response-as-text
        more = "{0}: {1}".format("it", response.content)  # warning: response-as-text
        either = response.content if text else text
        print(str(either).upper())
        print("{}".format(response.content), "%s" % (response.content,))
        print(f"raw: {response.content}", str(response.content))
    """)
    assert first.severity is Severity.WARNING
    assert first.message.endswith("this gives its `repr`")


def test_a_helper_that_parses_the_content_list(checked: Check) -> None:
    checked("""
        import json
        import anthropic

        def parse(answer):
            return json.loads(answer)  # error: response-as-text

        parse(anthropic.Anthropic().messages.create(model="claude-haiku-4-5", ASK).content)
    """)


def test_a_helper_that_returns_text_as_it_is_and_lists_joined(checked: Check) -> None:
    checked("""
        import anthropic

        def text_of(message) -> str:
            content = getattr(message, "content", None)
            if isinstance(content, str):
                return content
            return "".join(block.text for block in content)

        message = anthropic.Anthropic().messages.create(model="claude-haiku-4-5", ASK)
        print(text_of(message).strip())
    """)


def test_right_uses_of_the_content_list(checked: Check) -> None:
    checked("""
        import json, logging
        import anthropic
        client = anthropic.Anthropic()
        messages = []
        response = client.messages.create(model="claude-haiku-4-5", ASK)
        messages.append({"role": "assistant", "content": response.content})
        messages += [{"role": "user", "content": "more"}]
        blocks = response.content + [1]
        blocks += response.content
        print(response.content, len(response.content), response.content[0].text.strip())
        logging.info(f"raw: {response.content}")
        text = "".join(block.text for block in response.content if block.type == "text")
        data = json.loads(text)
        if not response.content or response.content == []:
            raise ValueError(f"empty: {response.content}")

        def kind() -> str:
            return response.content[0].type

        def as_text() -> str:
            content = response.content
            return content if isinstance(content, str) else content[0].text
    """)


def test_raw_http_and_other_libraries_have_text(checked: Check) -> None:
    checked("""
        import json
        import anthropic, httpx
        from langchain_anthropic import ChatAnthropic
        client = anthropic.Anthropic()
        reply = httpx.post("https://api.anthropic.com/v1/messages", json={}, timeout=60)
        print(reply.text, json.loads(reply.content), reply.content.decode())
        print(ChatAnthropic(model="claude-haiku-4-5").invoke("x").content.strip())
        raw = client.messages.with_raw_response.create(model="claude-haiku-4-5", ASK)
        print(raw.text, json.loads(raw.content))
        for event in client.messages.create(model="claude-haiku-4-5", stream=True, ASK):
            if event.type == "content_block_delta":
                print(event.delta.text.strip())
    """)


# ---------------------------------------------------------------------- unchecked-stop-reason


def test_text_with_no_look_at_the_stop_reason(checked: Check) -> None:
    (first, *_) = checked(
        """
        import anthropic
        client = anthropic.Anthropic()

        def one():
            response = client.messages.create(model="claude-haiku-4-5", ASK)
            return response.content[0].text  # info: unchecked-stop-reason

        def two():
            response = client.messages.create(model="claude-haiku-4-5", ASK)
            return "".join(
                block.text  # info: unchecked-stop-reason
                for block in response.content
                if block.type == "text"
            )

        def three():
            response = client.messages.create(model="claude-haiku-4-5", ASK)
            if response.stop_reason == "max_tokens":
                raise ValueError
            return response.content[0].text

        def send():
            response = client.messages.create(model="claude-haiku-4-5", ASK)
            assert response.stop_reason != "refusal"
            return response

        def four():
            return send().content[0].text
        """,
        select="unchecked-stop-reason",
    )
    assert first.message == (
        "This text is used without a look at `stop_reason`: it may be cut off or refused"
    )


def test_the_look_at_the_stop_reason_is_opt_in(lint: Lint) -> None:
    findings = lint("""
        import anthropic
        client = anthropic.Anthropic()
        message = client.messages.create(model="claude-opus-4-6", max_tokens=9, messages=[])
        print(message.content[0].text)
    """)
    assert [f.rule for f in findings if f.code.startswith("CL5")] == []
