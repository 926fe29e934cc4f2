from __future__ import annotations

from collections.abc import Callable

import pytest

from claude_lint.findings import Finding, Safety

Lint = Callable[..., list[Finding]]


def described(findings: list[Finding]) -> list[tuple[str, int, int, str]]:
    return [(f.code, f.location.span.line, f.location.span.column, f.message) for f in findings]


# ---------------------------------------------------------------------- unsupported-thinking


@pytest.mark.parametrize(
    ("model", "kind", "accepted"),
    [
        ("claude-opus-5-5", "enabled", '`{"type": "adaptive"}`'),
        ("claude-opus-5-5", "disabled", '`{"type": "adaptive"}`'),
        ("claude-sonnet-5-5", "disabled", '`{"type": "adaptive"}` or `{"type": "between_tools"}`'),
        ("claude-opus-4-7", "enabled", '`{"type": "adaptive"}` or `{"type": "disabled"}`'),
        (
            "claude-haiku-4-5-20251001",
            "adaptive",
            '`{"type": "enabled", "budget_tokens": …}` or `{"type": "disabled"}`',
        ),
        ("claude-fable-5-2", "auto", '`{"type": "adaptive"}`'),
    ],
)
def test_each_model_has_its_own_types(lint: Lint, model: str, kind: str, accepted: str) -> None:
    code = f"""
    import anthropic

    anthropic.Anthropic().messages.create(
        model="{model}",
        max_tokens=8000,
        thinking={{
            "type": "{kind}",
            "budget_tokens": 2000,
        }},
        messages=[{{"role": "user", "content": "Hi"}}],
    )
    """
    (finding,) = lint(code)
    message = f"`{model}` rejects thinking of type `{kind}`: the API answers 400"
    assert described([finding]) == [("CL206", 7, 9, message)]
    assert finding.help == f"Use {accepted}"


def test_a_type_set_elsewhere_is_told_at_its_entry(check: Lint) -> None:
    check(
        {
            "thinking.py": """
            import anthropic

            THINKING = {"type": "enabled", "budget_tokens": 4000}  # error: unsupported-thinking


            def options(model, deep):
                found = {"model": model, "max_tokens": 8000}
                if deep:
                    found["thinking"] = {"type": "disabled"}  # error: unsupported-thinking
                return found


            class Bot:
                model = "claude-opus-5-5"

                def __init__(self):
                    self.client = anthropic.AsyncAnthropic()

                async def ask(self, messages):
                    await self.client.messages.create(messages=messages, **options(self.model, 1))
                    return await self.client.messages.create(
                        model="claude-sonnet-5",
                        max_tokens=8000,
                        messages=messages,
                        thinking=THINKING,
                    )
            """
        }
    )


def test_raw_requests_batches_typed_dicts_and_langchain_are_judged(check: Lint) -> None:
    check(
        """
        import anthropic
        from anthropic.types import ThinkingConfigEnabledParam
        from langchain_anthropic import ChatAnthropic

        client = anthropic.Anthropic()
        messages = [{"role": "user", "content": "Hi"}]
        client.messages.create(
            model="claude-opus-5",
            max_tokens=8000,
            messages=messages,
            thinking=ThinkingConfigEnabledParam(
                type="enabled", budget_tokens=2000  # error: unsupported-thinking
            ),
        )
        client.messages.batches.create(
            requests=[
                {
                    "custom_id": "1",
                    "params": {
                        "model": "claude-opus-4-8",
                        "max_tokens": 8000,
                        "messages": messages,
                        "thinking": {"type": "enabled"},  # error: unsupported-thinking
                    },
                }
            ]
        )
        chat = ChatAnthropic(
            model="claude-sonnet-5-5",
            thinking={"type": "disabled"},  # error: unsupported-thinking
        )
        """
    )


def test_disabled_thinking_goes_with_effort_up_to_high(check: Lint) -> None:
    check(
        """
        import anthropic

        client = anthropic.Anthropic()


        def ask(messages, effort):
            common = {"model": "claude-haiku-5-5", "max_tokens": 8000, "messages": messages}
            client.messages.create(
                thinking={"type": "disabled"},  # error: unsupported-thinking
                output_config={"effort": "xhigh"},
                **common,
            )
            client.messages.create(
                thinking={"type": "adaptive"}, output_config={"effort": "xhigh"}, **common
            )
            client.messages.create(
                thinking={"type": "disabled"}, output_config={"effort": "high"}, **common
            )
            client.messages.create(
                thinking={"type": "disabled"}, output_config={"effort": effort}, **common
            )
            client.messages.create(thinking={"type": "disabled"}, **common)
        """
    )


def test_what_is_not_known_or_not_claudes_is_left_alone(check: Lint) -> None:
    check(
        """
        import anthropic
        import litellm

        client = anthropic.Anthropic()
        gateway = anthropic.Anthropic(base_url="https://llm.example.com")
        thinking = {"type": "enabled", "budget_tokens": 2000}


        def ask(model, kind, messages, new):
            client.messages.create(
                model=model, max_tokens=8000, messages=messages, thinking=thinking
            )
            client.messages.create(
                model="claude-opus-5-5", max_tokens=8000, messages=messages, thinking={"type": kind}
            )
            gateway.messages.create(
                model="claude-opus-5-5", max_tokens=8000, messages=messages, thinking=thinking
            )
            litellm.completion("anthropic/claude-opus-5-5", messages=messages, thinking=thinking)
            if new:
                chosen, how = "claude-opus-5-5", {"type": "adaptive"}
            else:
                chosen, how = "claude-haiku-4-5-20251001", {"type": "enabled", "budget_tokens": 2000}
            client.messages.create(model=chosen, max_tokens=8000, messages=messages, thinking=how)
        """
    )


# ---------------------------------------------------------------------- invalid-thinking-budget


def test_a_budget_is_held_against_the_least_and_against_max_tokens(lint: Lint) -> None:
    code = """
    import anthropic

    client = anthropic.Anthropic()
    messages = [{"role": "user", "content": "Hi"}]
    client.messages.create(
        model="claude-sonnet-4-6",
        max_tokens=4000,
        messages=messages,
        thinking={"type": "enabled", "budget_tokens": 1023},
    )
    client.messages.create(
        model="claude-sonnet-4-6",
        max_tokens=4000,
        messages=messages,
        thinking={"type": "enabled", "budget_tokens": 4000},
    )
    """
    findings = lint(code)
    assert described(findings) == [
        ("CL207", 9, 34, "`budget_tokens` is 1023, below 1024: the API answers 400"),
        (
            "CL207",
            15,
            34,
            "`budget_tokens` is 4000, not below the `max_tokens` of 4000: the API answers 400",
        ),
    ]
    assert [r.location.span.line for r in findings[1].related] == [13]


def test_a_budget_is_judged_without_knowing_the_model(check: Lint) -> None:
    check(
        """
        import anthropic
        import os

        BUDGET = int(os.getenv("BUDGET", "500"))


        def think(tokens):
            return {
                "type": "enabled",
                "budget_tokens": tokens,  # error: invalid-thinking-budget
            }


        def ask(client: anthropic.Anthropic, model, messages):
            client.messages.create(
                model=model, max_tokens=2000, messages=messages, thinking=think(BUDGET)
            )
            client.messages.create(
                model=model, max_tokens=8000, messages=messages, thinking=think(4000)
            )
        """
    )


def test_a_limit_raised_with_the_budget_leaves_room(check: Lint) -> None:
    check(
        """
        import anthropic


        def ask(client: anthropic.Anthropic, model, messages, budget):
            payload = {"model": model, "max_tokens": 4000, "messages": messages}
            if budget:
                payload["max_tokens"] = budget + 4000
                payload["thinking"] = {"type": "enabled", "budget_tokens": 8000}
            return client.messages.create(**payload)
        """
    )


def test_interleaved_thinking_may_have_a_larger_budget(check: Lint) -> None:
    check(
        """
        import anthropic

        client = anthropic.Anthropic(
            default_headers={"anthropic-beta": "interleaved-thinking-2025-05-14"}
        )


        def ask(messages, headers):
            big = {"type": "enabled", "budget_tokens": 16_000}
            client.messages.create(
                model="claude-sonnet-4-6", max_tokens=4000, messages=messages, thinking=big
            )
            plain = anthropic.Anthropic()
            plain.messages.create(
                model="claude-sonnet-4-6",
                max_tokens=4000,
                messages=messages,
                thinking=big,
                extra_headers=headers,
            )
        """
    )


def test_a_rejected_type_hides_its_budget(check: Lint) -> None:
    check(
        """
        import anthropic

        anthropic.Anthropic().messages.create(
            model="claude-opus-5-5",
            max_tokens=4000,
            messages=[{"role": "user", "content": "Hi"}],
            thinking={"type": "enabled", "budget_tokens": 100},  # error: unsupported-thinking
        )
        """
    )


# ---------------------------------------------------------------------- forced-tool-choice


def test_a_forced_tool_is_told_at_the_argument(lint: Lint) -> None:
    code = """
    import anthropic

    CHOICE = {"type": "tool", "name": "t"}
    anthropic.Anthropic().messages.create(
        model="claude-sonnet-5-5",
        max_tokens=1000,
        messages=[{"role": "user", "content": "Hi"}],
        tools=[{"name": "t", "description": "Do it", "input_schema": {"type": "object"}}],
        tool_choice=CHOICE,
    )
    """
    (finding,) = lint(code)
    message = "`claude-sonnet-5-5` rejects a `tool_choice` of type `tool`: the API answers 400"
    assert described([finding]) == [("CL208", 9, 5, message)]
    assert [(r.location.span.line, r.message) for r in finding.related] == [(3, "the type")]


def test_forcing_is_judged_by_model_and_by_thinking(check: Lint) -> None:
    check(
        """
        import anthropic
        from langchain_anthropic import ChatAnthropic

        TOOLS = [{"name": "t", "description": "Do it", "input_schema": {"type": "object"}}]


        def ask(client: anthropic.AnthropicVertex, messages, model):
            common = {"max_tokens": 4000, "messages": messages, "tools": TOOLS}
            client.messages.create(
                model="claude-opus-5-5",
                tool_choice={"type": "any"},  # error: forced-tool-choice
                **common,
            )
            client.messages.create(
                model=model,
                thinking={"type": "enabled", "budget_tokens": 2000},
                tool_choice={"type": "any"},  # error: forced-tool-choice
                **common,
            )
            client.messages.create(
                model="claude-opus-4-8",
                thinking={"type": "adaptive"},
                tool_choice={"type": "any"},
                **common,
            )
            client.messages.create(model=model, tool_choice={"type": "any"}, **common)
            client.messages.create(model="claude-opus-5-5", tool_choice={"type": "auto"}, **common)


        chat = ChatAnthropic(
            model="claude-fable-5-2",
            tool_choice={"type": "any"},  # error: forced-tool-choice
        )
        """
    )


def test_a_limit_that_code_works_out_is_trusted(check: Lint) -> None:
    check(
        """
        import anthropic

        BUDGETS = {"low": 2048, "high": 16_000}


        def level(client: anthropic.Anthropic, model, messages, effort):
            budget = BUDGETS.get(effort, 0)
            payload = {"model": model, "max_tokens": 4096 + budget, "messages": messages}
            if budget:
                payload["thinking"] = {"type": "enabled", "budget_tokens": budget}
            return client.messages.create(**payload)


        def ask(client: anthropic.Anthropic, model, messages, thinking, limits):
            how = None
            most = 4096
            if thinking:
                how = {"type": "enabled", "budget_tokens": thinking.get("budget", 10_000)}
                most = max(4096, how["budget_tokens"] + 1000)
            params = {"model": model, "max_tokens": most, "messages": messages}
            if how:
                params["thinking"] = how
            client.messages.create(**params)
            return client.messages.create(
                model=model,
                max_tokens=limits.get(model) or 4096,
                messages=messages,
                thinking={"type": "enabled", "budget_tokens": 8000},
            )


        def short(client: anthropic.Anthropic, model, messages, most=4096):
            return client.messages.create(
                model=model,
                max_tokens=most,
                messages=messages,
                thinking={
                    "type": "enabled",
                    "budget_tokens": 8000,  # error: invalid-thinking-budget
                },
            )


        def fixed(client: anthropic.Anthropic, model, messages):
            return client.messages.create(
                model=model,
                max_tokens=4 * 1024,
                messages=messages,
                thinking={
                    "type": "enabled",
                    "budget_tokens": 8 * 1024,  # error: invalid-thinking-budget
                },
            )
        """
    )


def test_a_choice_that_another_model_of_the_call_takes_is_left(lint: Lint) -> None:
    code = """
    import anthropic


    def ask(messages, tools, fast):
        return anthropic.Anthropic().messages.create(
            model=MODEL,
            max_tokens=9,
            messages=messages,
            tools=tools,
            tool_choice={"type": "any"},
        )
    """
    both = '"claude-haiku-4-5-20251001" if fast else "claude-opus-5-5"'
    for model, safety in ((both, Safety.DISPLAY), ('"claude-opus-5-5"', Safety.UNSAFE)):
        (finding,) = lint(code.replace("MODEL", model), select="forced-tool-choice")
        assert finding.fix is not None
        assert finding.fix.safety is safety


def test_a_choice_that_code_makes_is_left_to_it(lint: Lint) -> None:
    code = """
    import anthropic


    def choice(tools):
        return {"type": "any"} if len(tools) > 1 else {"type": "auto"}


    def ask(messages, tools):
        return anthropic.Anthropic().messages.create(
            model="claude-opus-5-5",
            max_tokens=9,
            messages=messages,
            tools=tools,
            tool_choice=choice(tools),
        )
    """
    (finding,) = lint(code, select="forced-tool-choice")
    assert finding.fix is not None
    assert finding.fix.safety is Safety.DISPLAY
