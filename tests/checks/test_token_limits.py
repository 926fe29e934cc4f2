from __future__ import annotations

from collections.abc import Callable

from claude_lint.findings import Finding

Lint = Callable[..., list[Finding]]


def described(findings: list[Finding]) -> list[tuple[str, int, int, str]]:
    return [(f.code, f.location.span.line, f.location.span.column, f.message) for f in findings]


# ---------------------------------------------------------------------- excessive-max-tokens


def test_more_tokens_than_the_model_has_are_told_at_the_argument(lint: Lint) -> None:
    code = """
    import anthropic as ai

    LIMIT = 100_000
    with ai.Client().messages.stream(
        model="claude-haiku-4-5-20251001",
        max_tokens=LIMIT,
        messages=[{"role": "user", "content": "Hi"}],
    ) as stream:
        print(stream.get_final_text())
    """
    (finding,) = lint(code)
    assert described([finding]) == [
        (
            "CL202",
            6,
            5,
            "`max_tokens` is 100000, above the 64000 of `claude-haiku-4-5-20251001`: "
            "the API answers 400",
        )
    ]
    assert finding.help == "Pass at most 64000"
    assert [(r.location.span.line, r.message) for r in finding.related] == [(3, "the number")]


def test_the_cap_holds_in_every_shape_a_request_can_have(check: Lint) -> None:
    check(
        """
        import anthropic


        class Bot:
            limit = 150_000

            def __init__(self):
                self.client = anthropic.AsyncAnthropic(timeout=900)

            async def ask(self, messages):
                options = dict(model="claude-opus-5-5", messages=messages)
                options["max_tokens"] = self.limit  # error: excessive-max-tokens
                return await self.client.messages.create(**options)


        def params(tokens):
            return {
                "model": "claude-haiku-5-5",
                "max_tokens": tokens,  # error: excessive-max-tokens
                "messages": [{"role": "user", "content": "Hi"}],
            }


        client = anthropic.Anthropic()
        client.messages.batches.create(requests=[{"custom_id": "1", "params": params(128_001)}])
        client.messages.batches.create(requests=[{"custom_id": "2", "params": params(128_000)}])
        """
    )


def test_a_number_that_never_meets_the_model_is_no_matter(check: Lint) -> None:
    check(
        """
        import anthropic

        client = anthropic.Anthropic(timeout=900)


        def ask(small, messages):
            if small:
                model, tokens = "claude-haiku-4-5-20251001", 64_000
            else:
                model, tokens = "claude-opus-5-5", 128_000
            return client.messages.create(model=model, max_tokens=tokens, messages=messages)
        """
    )


def test_gateways_retired_models_and_raised_caps_are_left_alone(check: Lint) -> None:
    check(
        """
        import anthropic

        MESSAGES = [{"role": "user", "content": "Hi"}]
        gateway = anthropic.Anthropic(base_url="https://llm.example.com", timeout=900)
        gateway.messages.create(model="claude-opus-5-5", max_tokens=500_000, messages=MESSAGES)
        client = anthropic.Anthropic(timeout=900)
        client.messages.create(
            model="claude-3-opus-20240229",  # error: retired-model
            max_tokens=8192,
            messages=MESSAGES,
        )
        params = {"model": "claude-opus-5-5", "max_tokens": 300_000, "messages": MESSAGES}
        client.messages.batches.create(
            requests=[{"custom_id": "1", "params": params}],
            extra_headers={"anthropic-beta": "output-300k-2026-03-24"},
        )
        """
    )


# ---------------------------------------------------------------------- unstreamed-max-tokens


def test_the_sdks_bound_is_told_with_the_number_and_the_cure(lint: Lint) -> None:
    code = """
    from anthropic import AnthropicBedrock

    client = AnthropicBedrock(aws_region="us-east-1").with_options(max_retries=5)
    client.messages.create(
        model="global.anthropic.claude-opus-4-8",
        max_tokens=21334,
        messages=[{"role": "user", "content": "Hi"}],
    )
    """
    findings = [f for f in lint(code) if f.rule == "unstreamed-max-tokens"]
    assert described(findings) == [
        (
            "CL203",
            6,
            5,
            "`max_tokens` is 21334 without streaming: above 21333 the call raises ValueError",
        )
    ]


def test_parse_beta_and_raw_views_wait_as_well(check: Lint) -> None:
    check(
        """
        import anthropic

        client = anthropic.Anthropic(base_url="https://llm.example.com")
        options = {"model": "m", "messages": [{"role": "user", "content": "Hi"}]}
        client.messages.parse(max_tokens=40_000, **options)  # error: unstreamed-max-tokens
        client.beta.messages.create(max_tokens=40_000, **options)  # error: unstreamed-max-tokens
        client.messages.with_raw_response.create(
            max_tokens=40_000,  # error: unstreamed-max-tokens
            stream=False,
            timeout=anthropic.NOT_GIVEN,
            **options,
        )
        """
    )


def test_streams_timeouts_and_open_arguments_are_left_alone(check: Lint) -> None:
    check(
        """
        import anthropic

        MESSAGES = [{"role": "user", "content": "Hi"}]
        client = anthropic.Anthropic()


        def ask(options, stream, given: anthropic.Anthropic):
            fixed = {"model": "claude-opus-5-5", "messages": MESSAGES, "max_tokens": 64_000}
            client.messages.create(stream=True, **fixed)
            client.messages.create(stream=stream, **fixed)
            client.messages.create(timeout=None, **fixed)
            client.messages.create(**fixed, **options)
            client.with_options(timeout=600).messages.create(**fixed)
            given.messages.create(**fixed)
            return client.messages.create(
                model="claude-opus-5-5", max_tokens=21_333, messages=MESSAGES
            )
        """
    )


def test_an_sdk_without_the_bound_does_not_raise(lint: Lint) -> None:
    code = """
    import anthropic

    client = anthropic.Anthropic()
    messages = [{"role": "user", "content": "Hi"}]
    client.messages.create(model="claude-opus-5-5", max_tokens=64_000, messages=messages)
    """
    assert lint(code, target_sdk="==0.39.0") == []
    (some,) = lint(code, target_sdk=">=0.39,<0.60")
    assert (str(some.severity), some.message) == (
        "warning",
        "`max_tokens` is 64000 without streaming: above 21333 the call raises ValueError "
        "with anthropic 0.47 and later",
    )
