"""CL205, CL209, CL210, CL211, CL212, CL217: what is said in a request, and by whom."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from functools import partial

import pytest

from claude_lint.findings import Finding, Safety, Severity

Lint = Callable[..., list[Finding]]
RULES = (
    "unsupported-prefill,misplaced-system-message,consecutive-roles,invalid-message-list,"
    "empty-content,rejected-content-block"
)
SDK = "import anthropic\nclient = anthropic.Anthropic()\n"


@pytest.fixture
def check(check: Lint) -> Lint:
    return partial(_with_sdk, partial(check, select=RULES))


@pytest.fixture
def report(lint: Lint) -> Lint:
    return partial(_with_sdk, partial(lint, select=RULES))


def _with_sdk(run: Lint, code: str | dict[str, str], **options: str) -> list[Finding]:
    """`ASK(…)` is a request to the newest Opus, `ASK(m, …)` one to the model `m`."""
    files = {"example.py": code} if isinstance(code, str) else code
    create = "client.messages.create(max_tokens=9, model="
    return run(
        {
            path: SDK
            + _dedented(text)
            .replace("ASK_OLD(", create + '"claude-haiku-4-5", messages=')
            .replace("ASK_MID(", create + '"claude-sonnet-4-6", messages=')
            .replace("ASK_S5(", create + '"claude-sonnet-5", messages=')
            .replace("ASK(", create + '"claude-opus-5-5", messages=')
            for path, text in files.items()
        },
        **options,
    )


def _dedented(text: str) -> str:
    return textwrap.dedent(text).removeprefix("\n")


# ---------------------------------------------------------------------- unsupported-prefill


def test_a_prefill_is_reported_at_the_message(check: Lint) -> None:
    (finding,) = check("""
        question = {"role": "user", "content": "x"}
        ASK([question, {"role": "assistant", "content": "{"}])  # error: unsupported-prefill
    """)
    assert finding.message == (
        "`claude-opus-5-5` cannot go on from a last message of the assistant's: the API answers 400"
    )
    assert (finding.location.span.line, finding.location.span.column) == (4, 83)
    assert finding.severity is Severity.ERROR


def test_a_prefill_counts_however_the_list_is_made(check: Lint) -> None:
    check("""
        import json
        from anthropic.types import MessageParam
        def ask(history, tag, start):
            ASK(history + [{"role": "assistant", "content": "{"}])  # error: unsupported-prefill
            ASK([*history, dict(role="assistant", content="{")])  # error: unsupported-prefill
            ASK([*history, MessageParam(role="assistant", content="[")])  # error: unsupported-prefill
            blocks = [{"type": "text", "text": f"<{tag}>"}]
            ASK(history + [{"role": "assistant", "content": blocks}])  # error: unsupported-prefill
            messages = [{"role": "user", "content": "x"}]
            messages.append({"role": "assistant", "content": "Here is"})  # error: unsupported-prefill
            ASK(messages)
            for turn in history:
                messages.append({"role": "user", "content": turn})
            messages += [{"role": "assistant", "content": start}]
            if start:
                messages.extend([{"role": "user", "content": "y"}])
                messages.extend([{"role": "assistant", "content": "("}])  # error: unsupported-prefill
            ASK(messages)
    """)


def test_a_prefill_of_a_list_that_was_handed_in(check: Lint) -> None:
    check("""
        import copy
        def ask(history):
            talk = copy.deepcopy(history)
            talk.append({"role": "assistant", "content": "{"})  # error: unsupported-prefill
            ASK(talk)
            history.append({"role": "user", "content": "x"})
            ASK(history)
            history.append({"role": "assistant", "content": "["})  # error: unsupported-prefill
            ASK(history)
    """)


def test_a_prefill_by_helpers_and_their_callers(check: Lint) -> None:
    (finding,) = check("""
        class Asker:
            def __init__(self, model="claude-sonnet-5-5"):
                self.client, self.model = anthropic.AsyncAnthropic(), model
            async def ask(self, prompt, start=None):
                messages = [{"role": "user", "content": prompt}]
                if start is not None:
                    messages.append({"role": "assistant", "content": start})  # error: unsupported-prefill
                return await self.client.beta.messages.create(
                    model=self.model, max_tokens=9, messages=messages
                )
        async def main():
            await Asker().ask("x", start="```json")
    """)
    assert "claude-sonnet-5-5" in finding.message
    assert [related.message for related in finding.related] == ["the text", "sent here"]


def test_a_prefill_in_raw_bedrock_and_batch_requests(check: Lint) -> None:
    check({
        "raw.py": """
            import json, boto3, requests
            body = {"model": "claude-opus-5-5", "max_tokens": 9}
            body["messages"] = [{"role": "user", "content": "x"}]
            body["messages"].append({"role": "assistant", "content": "{"})  # error: unsupported-prefill
            requests.post("https://api.anthropic.com/v1/messages", json=body, timeout=9)
            runtime = boto3.client("bedrock-runtime")
            text = json.dumps({
                "anthropic_version": "bedrock-2023-05-31", "max_tokens": 9,
                "messages": [
                    {"role": "user", "content": "x"},
                    {"role": "assistant", "content": "{"},  # error: unsupported-prefill
                ],
            })
            runtime.invoke_model(modelId="us.anthropic.claude-opus-4-6-v1", body=text)
        """,
        "batch.py": """
            START = {"role": "assistant", "content": "{"}  # error: unsupported-prefill
            def params(text):
                messages = [{"role": "user", "content": text}, START]
                return {"model": "claude-opus-5-5", "max_tokens": 9, "messages": messages}
            client.messages.batches.create(
                requests=[{"custom_id": "1", "params": params("x")}],
            )
        """,
    })  # fmt: skip


def test_models_that_take_a_prefill_and_unknown_ones_are_silent(report: Lint) -> None:
    assert report("""
        import os
        talk = [{"role": "user", "content": "x"}, {"role": "assistant", "content": "{"}]
        ASK_OLD(talk)
        client.messages.create(model=os.environ["MODEL"], max_tokens=9, messages=talk)
        client.messages.count_tokens(model="claude-opus-5-5", messages=talk)
        gateway = anthropic.Anthropic(base_url="https://gateway.example.com")
        gateway.messages.create(model="claude-opus-5-5", max_tokens=9, messages=talk)
    """) == []  # fmt: skip


def test_what_was_answered_is_no_prefill(report: Lint) -> None:
    assert report("""
        def work(history, answer):
            messages = [{"role": "user", "content": "x"}]
            while True:
                response = ASK(messages)
                if response.stop_reason != "pause_turn":
                    break
                messages.append({"role": "assistant", "content": response.content})
            ASK(messages + [{"role": "assistant", "content": f"So: {response.content[0].text}"}])
            ASK(history + [{"role": "assistant", "content": answer}])
            tool = {"type": "server_tool_use", "id": "1", "name": "web_search", "input": {}}
            ASK(history + [{"role": "assistant", "content": [tool]}])
    """) == []  # fmt: skip


def test_an_assistant_in_the_middle_or_perhaps_there_is_silent(report: Lint) -> None:
    assert report("""
        def work(history, texts):
            ASK([{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"},
                 {"role": "user", "content": "c"}])
            ASK([{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}] + history)
            messages = [{"role": "user", "content": "a"}]
            for text in texts:
                messages.append({"role": "assistant", "content": "noted"})
                messages.append({"role": "user", "content": text})
            ASK(messages)
        class Talk:
            def __init__(self):
                self.messages = []
            def hear(self, text):
                self.messages.append({"role": "user", "content": text})
            def greet(self):
                self.messages.append({"role": "assistant", "content": "Hello!"})
            def ask(self):
                return ASK(self.messages)
    """) == []  # fmt: skip


def test_the_model_decides_branch_by_branch(check: Lint) -> None:
    check("""
        def ask(old, text):
            messages = [{"role": "user", "content": text}]
            if old:
                model = "claude-haiku-4-5"
                messages.append({"role": "assistant", "content": "{"})
            else:
                model = "claude-opus-5-5"
            client.messages.create(model=model, max_tokens=9, messages=messages)
    """)


# ---------------------------------------------------------------------- system messages


def test_a_first_system_message_moves_into_system(check: Lint) -> None:
    (finding,) = check("""
        def ask(rule, text):
            client.messages.create(
                model="claude-opus-5-5",
                max_tokens=9,
                messages=[
                    {"role": "system", "content": rule},  # error: misplaced-system-message
                    {"role": "user", "content": text},
                ],
            )
    """)
    assert finding.message == "A message of role `system` comes first: the API answers 400"
    assert finding.help == "Pass the text as `system`, beside `messages`"
    assert finding.fix is not None
    assert finding.fix.safety is Safety.UNSAFE
    assert [edit.text for edit in finding.fix.edits] == ["", "\n        system=rule,"]


def test_a_first_system_message_counts_however_it_gets_there(check: Lint) -> None:
    findings = check("""
        import httpx
        SYSTEM = {"role": "system", "content": "Be brief."}  # error: misplaced-system-message
        def build(rule, text):
            return [
                {"role": "system", "content": rule},  # error: misplaced-system-message
                {"role": "user", "content": text},
            ]
        def ask(history, text, rule=None):
            ASK([SYSTEM, *history])
            ASK(build("x", text))
            messages = [{"role": "user", "content": text}]
            messages.insert(0, {"role": "system", "content": text})  # error: misplaced-system-message
            client.messages.count_tokens(model="claude-opus-5-5", messages=messages)
            messages = []
            if rule:
                messages.append({"role": "system", "content": rule})  # error: misplaced-system-message
            messages.append({"role": "user", "content": text})
            ASK(messages)
            httpx.post(
                "https://api.anthropic.com/v1/messages",
                json={
                    "model": text,
                    "messages": [{"role": "system", "content": "x"}] + history,  # error: misplaced-system-message
                },
            )
    """)
    assert [finding.fix is None for finding in findings] == [True, True, True, True, False]


def test_a_model_without_the_role_refuses_it_anywhere(check: Lint) -> None:
    findings = check("""
        def ask(history, text):
            ASK_MID(history + [{"role": "system", "content": text}])  # error: misplaced-system-message
            ASK_S5(history + [{"role": "system", "content": text}])  # warning: misplaced-system-message
            ASK(history + [{"role": "system", "content": text}])
    """)
    assert [finding.message for finding in findings] == [
        "`claude-sonnet-4-6` has no messages of role `system`: the API answers 400",
        "`claude-sonnet-5` ignores messages of role `system`",
    ]


def test_a_system_message_that_is_taken_out_before_is_silent(report: Lint) -> None:
    assert report("""
        talk = [{"role": "system", "content": "s"}, {"role": "user", "content": "u"}]
        def ask(history):
            ASK([m for m in talk if m["role"] != "system"], system=talk[0]["content"])
            ASK(talk[1:], system="s")
            others = []
            for m in talk:
                if m["role"] == "system":
                    continue
                others.append({"role": m["role"], "content": m["content"]})
            ASK_MID(others)
            mine = [{"role": "system", "content": "s"}, {"role": "user", "content": "u"}]
            rule = mine.pop(0)["content"]
            ASK_MID(mine, system=rule)
            if talk[0]["role"] == "system":
                talk = talk[1:]
            ASK(talk)
            ASK(history, system=[{"type": "text", "text": "s"}])
    """) == []  # fmt: skip


def test_openai_s_client_may_have_one(report: Lint) -> None:
    assert report("""
        from openai import OpenAI
        talk = [{"role": "system", "content": "s"}, {"role": "user", "content": "u"}]
        OpenAI().chat.completions.create(model="gpt-5", messages=talk)
        OpenAI(base_url="https://api.anthropic.com/v1/").chat.completions.create(
            model="claude-opus-5-5", messages=talk
        )
    """) == []  # fmt: skip


# ---------------------------------------------------------------------- consecutive-roles


def test_two_of_a_role_are_reported_at_the_second(check: Lint) -> None:
    (first, _, _) = check("""
        def ask(text, history):
            ASK([
                {"role": "user", "content": text},
                {"role": "user", "content": "y"},  # info: consecutive-roles
            ])
            messages = [{"role": "user", "content": "x"}, {"role": "assistant", "content": "y"}]
            messages.append({"role": "assistant", "content": "z"})  # info: consecutive-roles
            messages.append({"role": "user", "content": text})
            ASK(messages)
            user = {"role": "user", "content": "x"}
            ASK(history + [user, {"role": "user", "content": "z"}])  # info: consecutive-roles
    """)
    assert first.message == "Two messages of role `user` in a row are read as one turn"
    assert [related.message for related in first.related] == ["the first of them"]


def test_what_may_stand_between_two_of_a_role_keeps_it_silent(report: Lint) -> None:
    assert report("""
        def ask(history, texts):
            user = {"role": "user", "content": "x"}
            ASK([user, *history, user])
            ASK([user, {"role": "assistant", "content": "y"}, user])
            messages = [user]
            for text in texts:
                messages.append({"role": "assistant", "content": text})
            messages.append({"role": "user", "content": "z"})
            ASK(messages)
            ASK([user, {"role": "system", "content": "a"}, {"role": "system", "content": "b"}])
            ASK([{"role": "user", "content": text} for text in texts])
            filled = [user] if texts else []
            if not filled:
                filled.append({"role": "user", "content": "hello"})
            ASK(filled)
    """) == []  # fmt: skip


# ---------------------------------------------------------------------- invalid-message-list


def test_lists_that_are_none(check: Lint) -> None:
    findings = check("""
        def ask(prompt):
            ASK([])  # error: invalid-message-list
            ASK("Hello")  # error: invalid-message-list
            ASK(f"Hello {prompt}")  # error: invalid-message-list
            ASK({"role": "user", "content": prompt})  # error: invalid-message-list
            ASK(["Hello"])  # error: invalid-message-list
            ASK([("user", prompt)])  # error: invalid-message-list
            nothing = []
            ASK(nothing)  # error: invalid-message-list
    """)
    assert [finding.message for finding in findings] == [
        "`messages` is empty: the API answers 400",
        "`messages` is a text, not a list of messages: the API answers 400",
        "`messages` is a text, not a list of messages: the API answers 400",
        "`messages` is a dict, not a list of messages: the API answers 400",
        "A message is no dict with `role` and `content`: the API answers 400",
        "A message is no dict with `role` and `content`: the API answers 400",
        "`messages` is empty: the API answers 400",
    ]
    assert findings[0].location.span.column == 67


def test_roles_that_the_api_has_not(check: Lint) -> None:
    findings = check("""
        HUMAN = "human"
        def ask(history, result):
            ASK([{"role": HUMAN, "content": "x"}])  # error: invalid-message-list
            ASK(history + [{"role": "tool", "content": result}])  # error: invalid-message-list
            ASK(history + [
                {
                    "content": result,
                    "role": "function",  # error: invalid-message-list
                },
            ])
            ASK([{"role": "ai" if result else "user", "content": "x"}])  # error: invalid-message-list
            ASK([{"role": "developer", "content": "x"}, *history])  # error: invalid-message-list
    """)
    assert [(finding.message, finding.help) for finding in findings[:2]] == [
        ("The API has no role `human`: it answers 400", "Use `user`"),
        (
            "The API has no role `tool`: it answers 400",
            "Send results of tools as `tool_result` blocks in a message of role `user`",
        ),
    ]
    assert findings[2].location.span.column == 13


def test_an_assistant_first_is_a_warning(check: Lint) -> None:
    (finding,) = check("""
        def ask(history):
            hello = {"role": "assistant", "content": "Hello!"}  # warning: invalid-message-list
            ASK([hello] + history)
            ASK(history + [hello, {"role": "user", "content": "x"}])
    """)
    assert finding.message == "The first message is the assistant's, where the API wants the user's"


def test_lists_that_something_may_be_added_to_are_silent(report: Lint) -> None:
    assert report("""
        import store
        def ask(text, history=[], turns=()):
            messages = []
            messages.append({"role": "user", "content": text})
            ASK(messages)
            ASK(history)
            others = []
            for turn in turns:
                others.append({"role": turn.role, "content": turn.text})
            ASK(others)
            filled = []
            store.fill(filled)
            ASK(filled)
            payload = {"model": "claude-opus-5-5", "max_tokens": 9, "messages": []}
            payload["messages"].append({"role": "user", "content": text})
            client.messages.create(**payload)
        class Talk:
            messages = []
            def ask(self):
                ASK(self.messages)
    """) == []  # fmt: skip


def test_roles_that_are_turned_into_others_are_silent(report: Lint) -> None:
    assert report("""
        talk = [{"role": "human", "content": "x"}, {"role": "ai", "content": "y"}]
        def ask():
            out = []
            for turn in talk:
                role = "user" if turn["role"] == "human" else "assistant"
                out.append({"role": role, "content": turn["content"]})
            ASK(out)
            names = {"human": "user", "ai": "assistant"}
            ASK([{"role": names[turn["role"]], "content": turn["content"]} for turn in talk])
    """) == []  # fmt: skip


# ---------------------------------------------------------------------- empty-content


def test_blank_texts_are_reported_where_they_are_said(check: Lint) -> None:
    findings = check("""
        BLANK = "  "
        def ask(image, text=""):
            ASK([{"role": "user", "content": ""}])  # warning: empty-content
            ASK([{"role": "user", "content": BLANK}])  # warning: empty-content
            ASK([{"role": "user", "content": []}])  # warning: empty-content
            ASK([{"role": "user", "content": [image, {"type": "text", "text": " "}]}])  # warning: empty-content
            ASK([{"role": "user", "content": text}])
        def tell(text):
            ASK([{"role": "user", "content": text}])  # warning: empty-content
        tell("\\n")
    """)
    assert findings[0].message == "A message of role `user` says nothing: the API answers 400"
    assert findings[0].location.span.column == 94
    assert [related.message for related in findings[1].related] == ["the text"]


def test_texts_that_may_say_something_are_silent(report: Lint) -> None:
    assert report("""
        def ask(lines, flag):
            text = ""
            for line in lines:
                text += line
            ASK([{"role": "user", "content": text}])
            said = ""
            if flag:
                said = "x"
            ASK([{"role": "user", "content": said}])
            result = {"type": "tool_result", "tool_use_id": "1", "content": ""}
            ASK([{"role": "user", "content": [result]}])
            ASK_OLD([{"role": "user", "content": "x"}, {"role": "assistant", "content": ""}])
            parts = []
            message = {"role": "user", "content": []}
            for line in lines:
                message["content"].append({"type": "text", "text": line})
            ASK([message], system="")
    """) == []  # fmt: skip


# ---------------------------------------------------------------------- rejected-content-block


BLOCKS = """
    paper = {"type": "document", "source": {"type": "file", "file_id": "f"}}
    quoted = {"type": "text", "text": "x", "citations": [{"type": "char_location"}]}{mark}
    found = {"type": "search_result", "source": "s", "title": "t", "content": [quoted]}
    ASK([
        {"role": "user", "content": "x"},
        {"role": "assistant", "content": [paper]},
        {"role": "user", "content": [found]},
    ])
"""


def _blocks(severity: str) -> str:
    mark = f"  # {severity}: rejected-content-block" if severity else ""
    return BLOCKS.replace("{mark}", mark).replace('"file_id": "f"}}', f'"file_id": "f"}}}}{mark}')


def test_blocks_are_judged_by_the_api_version_that_the_sdk_sends(check: Lint) -> None:
    findings = check(_blocks("error"), target_sdk="2")
    assert [finding.message for finding in findings] == [
        "API version 2026-10-21 rejects a `document` in a message of the assistant's: "
        "the API answers 400",
        "API version 2026-10-21 rejects `citations` on a text of the user's: the API answers 400",
    ]
    check(_blocks(""), target_sdk="1")


def test_where_some_versions_reject_a_block_it_is_a_warning_that_names_them(check: Lint) -> None:
    findings = check(_blocks("warning"), target_sdk=">=1")
    assert findings[0].message.endswith("the API answers 400 with anthropic 2")


def test_a_raw_request_states_its_version_itself(check: Lint) -> None:
    code = """
        import requests
        talk = [
            {"role": "user", "content": "x"},
            {"role": "assistant", "content": [{"type": "document", "source": {}}]},MARK
            {"role": "user", "content": "y"},
        ]
        requests.post(
            "https://api.anthropic.com/v1/messages",
            headers={"x-api-key": "k", "anthropic-version": "VERSION"},
            json={"model": "claude-opus-5-5", "max_tokens": 9, "messages": talk},
            timeout=60,
        )
    """
    check(code.replace("VERSION", "2023-06-01").replace("MARK", ""))
    check(
        code.replace("VERSION", "2026-10-21").replace("MARK", "  # error: rejected-content-block")
    )


def test_documents_of_users_and_results_and_enabled_citations_are_fine(report: Lint) -> None:
    assert report("""
        paper = {"type": "document", "source": {}, "citations": {"enabled": True}}
        result = {"type": "tool_result", "tool_use_id": "1", "content": [paper]}
        said = {"type": "text", "text": "x", "citations": [{"type": "char_location"}]}
        plain = {"type": "text", "text": "x", "citations": []}
        ASK([
            {"role": "user", "content": [paper, plain]},
            {"role": "assistant", "content": [said]},
            {"role": "user", "content": [result]},
        ])
    """) == []  # fmt: skip


def test_a_list_that_functions_fill_in_a_loop_need_not_be_empty_before(check: Lint) -> None:
    check(
        """
        import anthropic

        client = anthropic.Anthropic()


        def add(messages, turn):
            if not turn:
                return
            messages.append({"role": turn.role, "content": turn.text})


        def ask(turns, prefill):
            messages = []
            for turn in turns:
                add(messages, turn)
            if prefill:
                messages.append({"role": "assistant", "content": prefill})
            client.messages.create(model=turns.model, max_tokens=9, messages=messages)
        """
    )
