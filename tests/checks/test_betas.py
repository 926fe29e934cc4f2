from __future__ import annotations

from collections.abc import Callable

from claude_lint.findings import Finding

Lint = Callable[..., list[Finding]]


def test_a_stale_beta_is_told_at_its_value_once(check: Lint) -> None:
    (finding,) = check(
        """
        import anthropic

        HEADERS = {"anthropic-beta": "prompt-caching-2024-07-31"}  # info: stale-beta-header
        client = anthropic.Anthropic(default_headers=HEADERS)


        def ask(messages):
            client.messages.create(model="claude-opus-5-5", max_tokens=100, messages=messages)
            client.messages.create(model="claude-opus-5", max_tokens=100, messages=messages)
        """
    )
    assert (finding.code, finding.location.span.column) == ("CL218", 30)
    assert finding.message == (
        "The beta `prompt-caching-2024-07-31` changes nothing any more: "
        "prompt caching needs no header"
    )


def test_lists_headers_and_raw_requests_are_looked_at(check: Lint) -> None:
    check(
        """
        import os

        import anthropic
        import requests
        from requests.adapters import HTTPAdapter
        from urllib3.util import Retry

        session = requests.Session()
        session.mount("https://", HTTPAdapter(max_retries=Retry(3, allowed_methods=None)))
        BETAS = ["computer-use-2025-01-24"]
        BETAS.append("token-counting-2024-11-01")  # info: stale-beta-header


        async def ask(messages):
            client = anthropic.AsyncAnthropic()
            await client.beta.messages.create(
                model="claude-opus-5-5", max_tokens=100, messages=messages, betas=BETAS
            )
            await client.beta.messages.batches.create(
                requests=[], betas=["message-batches-2024-09-24"]  # info: stale-beta-header
            )


        def send(body):
            beta = "fast-mode-2026-02-01, pdfs-2024-09-25"  # info: stale-beta-header
            headers = {
                "x-api-key": os.environ["ANTHROPIC_API_KEY"],
                "anthropic-version": "2026-10-21",
                "Anthropic-Beta": beta,
            }
            url = "https://api.anthropic.com/v1/messages"
            return session.post(url, headers=headers, json=body, timeout=60)
        """
    )


def test_betas_that_still_do_something_are_left_alone(check: Lint) -> None:
    check(
        """
        import anthropic


        def ask(client: anthropic.Anthropic, cloud: anthropic.AnthropicBedrock, messages, model):
            budget = {"type": "enabled", "budget_tokens": 2000}
            client.beta.messages.create(
                model="claude-sonnet-4-6",
                max_tokens=4000,
                messages=messages,
                thinking=budget,
                betas=["interleaved-thinking-2025-05-14", "files-api-2025-04-14"],
            )
            client.beta.messages.create(
                model="claude-sonnet-4-5-20250929",  # warning: deprecated-model
                max_tokens=4000,
                messages=messages,
                betas=["context-1m-2025-08-07"],
            )
            cloud.beta.messages.create(
                model="global.anthropic.claude-opus-4-8",
                max_tokens=4000,
                messages=messages,
                betas=["token-efficient-tools-2025-02-19"],
            )
            client.beta.messages.create(
                model="claude-opus-4-8",
                max_tokens=4000,
                messages=messages,
                extra_body={"output_format": {"type": "json_schema", "schema": {}}},
                betas=["structured-outputs-2025-11-13"],
            )
            client.beta.messages.create(
                model="claude-opus-5-5",
                max_tokens=4000,
                messages=messages,
                thinking={"type": "adaptive"},
                betas=["interleaved-thinking-2025-05-14"],  # info: stale-beta-header
            )
        """
    )


def test_a_beta_is_not_stale_before_its_day(lint: Lint) -> None:
    code = """
    import anthropic

    anthropic.Anthropic().beta.messages.create(
        model="claude-opus-4-8",
        max_tokens=4000,
        messages=[{"role": "user", "content": "Hi"}],
        betas=["prompt-caching-2024-07-31"],
    )
    """
    assert [f.rule for f in lint(code, as_of="2026-11-15")] == []
    assert [f.rule for f in lint(code, as_of="2026-11-16")] == ["stale-beta-header"]


def test_betas_of_one_text_are_told_and_taken_out_together(lint: Lint) -> None:
    code = """
    import anthropic

    anthropic.Anthropic().messages.create(
        model="claude-opus-5-5",
        max_tokens=4000,
        messages=[{"role": "user", "content": "Hi"}],
        extra_headers={
            "anthropic-beta": "pdfs-2024-09-25,fast-mode-2026-02-01,token-counting-2024-11-01",
        },
    )
    """
    (finding,) = lint(code)
    assert finding.message.startswith(
        "The betas `pdfs-2024-09-25` and `token-counting-2024-11-01` change nothing any more: "
    )
    assert finding.fix is not None
    assert [edit.text for edit in finding.fix.edits] == ['"fast-mode-2026-02-01"']


def test_an_argument_with_stale_betas_only_is_deleted(lint: Lint) -> None:
    code = """
    import anthropic

    anthropic.Anthropic().beta.messages.create(
        model="claude-opus-5-5",
        max_tokens=4000,
        betas=["pdfs-2024-09-25"],
        messages=[{"role": "user", "content": "Hi"}],
    )
    """
    (finding,) = lint(code)
    assert finding.fix is not None
    (edit,) = finding.fix.edits
    assert (edit.text, edit.location.span.line, edit.location.span.end_line) == ("", 6, 7)
