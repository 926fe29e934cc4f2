"""CL505 to CL508: clients called without `await`, with too much of it, or built too often."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from claude_lint.findings import Finding, Safety

Lint = Callable[..., list[Finding]]
Check = Callable[..., list[Finding]]

ASK = 'model="claude-haiku-4-5", max_tokens=9, messages=[{"role": "user", "content": "x"}]'
SELECT = "unawaited-call,awaited-sync-call,blocking-call"


@pytest.fixture
def checked(check: Lint) -> Check:
    def checked(code: str | dict[str, str], select: str = SELECT) -> list[Finding]:
        files = {"example.py": code} if isinstance(code, str) else code
        return check(
            {path: text.replace("ASK", ASK) for path, text in files.items()}, select=select
        )

    return checked


# ---------------------------------------------------------------------- unawaited-call


def test_a_coroutine_read_as_if_it_were_the_answer(checked: Check) -> None:
    (finding,) = checked("""
        from anthropic import AsyncAnthropic
        client = AsyncAnthropic()

        async def ask():
            response = client.messages.create(ASK)  # error: unawaited-call
            return response.content
    """)
    assert finding.message == "The coroutine of `messages.create()` is never awaited"
    assert (finding.location.span.line, finding.location.span.column) == (5, 16)
    assert [(r.location.span.line, r.message) for r in finding.related] == [
        (6, "used here as if it were the answer")
    ]
    assert finding.fix is not None
    assert finding.fix.safety is Safety.UNSAFE
    (edit,) = finding.fix.edits
    assert (edit.text, edit.location.span.column, edit.location.span.end_column) == (
        "await ",
        16,
        16,
    )


def test_every_way_to_forget_await(checked: Check) -> None:
    findings = checked("""
        import anthropic

        class Api:
            def __init__(self, client: anthropic.AsyncAnthropic):
                self.client = client

            async def all(self):
                self.client.messages.create(ASK)  # error: unawaited-call
                text = self.client.messages.create(ASK).content[0].text  # error: unawaited-call
                print(self.client.messages.create(ASK))  # error: unawaited-call
                messages = self.client.messages
                async for event in messages.create(ASK, stream=True):  # error: unawaited-call
                    print(event)
                for event in messages.create(ASK, stream=True):  # error: unawaited-call
                    print(event)
                stream = self.client.messages.create(ASK, stream=True)  # error: unawaited-call
                async for event in stream:
                    print(event)
                count = self.client.messages.count_tokens(messages=[])  # error: unawaited-call
                print(count.input_tokens)
                raw = self.client.messages.with_raw_response.create(ASK)  # error: unawaited-call
                print(raw.headers)
                async with self.client.messages.stream(ASK) as stream:
                    final = stream.get_final_message()  # error: unawaited-call
                return final.content
    """)
    edits = [[e.text for e in f.fix.edits] if f.fix else None for f in findings]
    assert edits[0] == ["await "]
    assert edits[1] == ["(await ", ")"]
    assert edits[4] is None


def test_in_a_plain_function_there_is_no_fix(checked: Check) -> None:
    (finding,) = checked("""
        import anthropic

        def ask():
            client = anthropic.AsyncAnthropic()
            return client.messages.create(ASK).content  # error: unawaited-call
    """)
    assert finding.fix is None
    assert finding.help == "Await it in an `async def`, or use the synchronous client"


def test_coroutines_that_someone_awaits(checked: Check) -> None:
    checked("""
        import asyncio
        import anthropic
        client = anthropic.AsyncAnthropic()
        call = lambda: client.messages.create(ASK)

        def start():
            return client.messages.create(ASK)

        async def all(queue, flag):
            one = client.messages.create(ASK)
            task = asyncio.create_task(client.messages.create(ASK))
            later = client.messages.create(ASK)
            tasks = [client.messages.create(ASK) for _ in range(3)]
            tasks.append(client.messages.create(ASK))
            queue.pending = client.messages.create(ASK)
            await queue.put(client.messages.create(ASK))
            answers = await asyncio.gather(one, *tasks)
            two = await asyncio.wait_for(later, timeout=30)
            three = await (client.messages.create(ASK) if flag else start())
            first, second = client.messages.create(ASK), 2
            yield client.messages.create(ASK)
            return await task, await first

        asyncio.run(client.messages.create(ASK))
    """)


def test_what_makes_no_coroutine(checked: Check) -> None:
    checked("""
        import anthropic
        client = anthropic.AsyncAnthropic()

        async def all():
            async with client.messages.stream(ASK) as stream:
                async for text in stream.text_stream:
                    print(text)
            manager = client.messages.stream(ASK)
            async with manager as stream:
                print(await stream.get_final_message())
            async with client.messages.with_streaming_response.create(ASK) as response:
                print(await response.parse())
            async for model in client.models.list():
                print(model)
            print(client.with_options(timeout=9))
    """)


def test_an_unknown_client_or_a_mock_is_silent(checked: Check) -> None:
    checked("""
        from unittest.mock import AsyncMock
        import anthropic

        async def ask(client, flag):
            print(client.messages.create(ASK).content)
            await client.messages.create(ASK)
            AsyncMock().messages.create(ASK)
            either = anthropic.AsyncAnthropic() if flag else anthropic.Anthropic()
            either.messages.create(ASK)
            await either.messages.create(ASK)

        async def typed(client: anthropic.Anthropic | anthropic.AsyncAnthropic):
            answer = client.messages.create(ASK)
            return await answer if hasattr(answer, "__await__") else answer
    """)


# ---------------------------------------------------------------------- awaited-sync-call


def test_await_on_the_synchronous_client(checked: Check) -> None:
    (first, second, third, *_) = checked("""
        import asyncio
        from anthropic import Anthropic, AnthropicBedrock

        class Api:
            client = Anthropic()

            async def all(self):
                a = await self.client.messages.create(ASK)  # error: awaited-sync-call
                async with self.client.messages.stream(ASK) as stream:  # error: awaited-sync-call
                    pass
                b = self.client.messages.create(ASK, stream=True)  # error: awaited-sync-call
                async for event in b:
                    print(event)
                with self.client.messages.stream(ASK) as stream:  # warning: blocking-call
                    c = await stream.get_final_message()  # error: awaited-sync-call
                d = await asyncio.wait_for(
                    AnthropicBedrock().messages.create(ASK), 9  # error: awaited-sync-call
                )
                e = await self.client.messages.count_tokens(messages=[])  # error: awaited-sync-call
    """)
    assert first.message == (
        "`messages.create()` of the synchronous client is no coroutine to await"
    )
    assert (first.location.span.line, first.location.span.column) == (8, 19)
    assert second.message.endswith("cannot be used with `async with` or `async for`")
    assert [(r.location.span.line, r.message) for r in third.related] == [(12, "here")]


def test_what_is_awaited_may_be_what_runs_the_call(checked: Check) -> None:
    checked("""
        import asyncio, inspect
        from functools import partial
        import anthropic
        client = anthropic.Anthropic()

        async def all(loop, pool):
            a = await asyncio.to_thread(client.messages.create, ASK)
            b = await loop.run_in_executor(None, lambda: client.messages.create(ASK))
            c = await loop.run_in_executor(pool, partial(client.messages.create, ASK))
            return a, b, c

        async def other(client: anthropic.Anthropic | anthropic.AsyncAnthropic):
            if isinstance(client, anthropic.AsyncAnthropic):
                return await client.messages.create(ASK)
    """)


# ---------------------------------------------------------------------- blocking-call


def test_the_synchronous_client_in_an_async_def(checked: Check) -> None:
    (first, *_) = checked({
        "clients.py": """
            import os
            from anthropic import Anthropic

            def make_client():
                return Anthropic(api_key=os.environ["ANTHROPIC_API_KEY"])
        """,
        "app.py": """
            import anthropic
            from clients import make_client

            shared = make_client()

            async def endpoint(prompt):
                message = shared.messages.create(ASK)  # warning: blocking-call
                return [shared.messages.create(ASK) for _ in message]  # warning: blocking-call

            class Service:
                def __init__(self, client=None):
                    self.client = client or anthropic.Anthropic()

                async def stream(self):
                    with self.client.messages.stream(ASK) as stream:  # warning: blocking-call
                        for text in stream.text_stream:
                            yield text

                async def batch(self):
                    patient = self.client.with_options(timeout=9)
                    patient.messages.batches.create(requests=[])  # warning: blocking-call

                async def models(self):
                    for model in self.client.models.list():  # warning: blocking-call
                        yield model
        """,
    })  # fmt: skip
    assert first.message == ("`messages.create()` of the synchronous client blocks the event loop")
    assert (first.location.span.line, first.location.span.column) == (7, 15)


def test_calls_that_run_outside_the_event_loop(checked: Check) -> None:
    checked("""
        import asyncio
        import anthropic
        client = anthropic.Anthropic()
        asynchronous = anthropic.AsyncAnthropic()

        def ask():
            return client.messages.create(ASK)

        async def all(loop, executor):
            def inner():
                return client.messages.create(ASK)

            await asyncio.to_thread(inner)
            await loop.run_in_executor(None, lambda: client.messages.create(ASK))
            executor.submit(client.messages.create, ASK)
            await asynchronous.messages.create(ASK)
            other = client.with_options(max_retries=1)
            return other

        print(client.messages.create(ASK))
    """)


# ---------------------------------------------------------------------- client-per-call


def test_a_client_in_a_loop_or_for_one_request(checked: Check) -> None:
    (first, second, *_) = checked(
        """
        import anthropic

        def ask():
            client = anthropic.Anthropic()  # info: client-per-call
            return client.messages.create(ASK)

        for prompt in ["a", "b"]:
            print(anthropic.Anthropic().messages.create(ASK))  # info: client-per-call

        async def endpoint():
            async with anthropic.AsyncAnthropic() as client:  # info: client-per-call
                return await client.messages.create(ASK)

        def inline():
            return anthropic.AnthropicBedrock().messages.create(ASK)  # info: client-per-call
        """,
        select="client-per-call",
    )
    assert first.message == (
        "`Anthropic` is built anew in each call of the function, and its connections with it"
    )
    assert second.message == (
        "`Anthropic` is built anew in each turn of a loop, and its connections with it"
    )


def test_clients_that_are_kept(checked: Check) -> None:
    checked(
        """
        from functools import lru_cache
        import anthropic
        shared = anthropic.Anthropic()
        lazy = None

        @lru_cache
        def cached():
            client = anthropic.Anthropic()
            client.messages.create(ASK)
            return client

        def make():
            return anthropic.Anthropic()

        def first():
            global lazy
            if lazy is None:
                lazy = anthropic.Anthropic()
            return lazy.messages.create(ASK)

        def many(prompts):
            client = anthropic.Anthropic()
            return [client.messages.create(ASK) for prompt in prompts]

        class Api:
            def __init__(self):
                self.client = anthropic.Anthropic()
                self.client.messages.create(ASK)

            def ask(self):
                if self.client is None:
                    self.client = anthropic.Anthropic()
                return self.client.with_options(timeout=9).messages.create(ASK)

        def main():
            client = anthropic.Anthropic()
            print(client.messages.create(ASK))
        """,
        select="client-per-call",
    )
