"""The language server while somebody types: what it answers at once, and what it leaves."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("pygls", reason="the extra `lsp` is not installed")

from lsprotocol import types

from server.editor import Editor, editor

CALL = """\
from anthropic import Anthropic

client = Anthropic()
client.messages.create(model="claude-opus-5-5", messages=[{"role": "user", "content": "hi"}])
"""
START = types.Range(types.Position(0, 0), types.Position(0, 0))


def run(scenario: Coroutine[Any, Any, None]) -> None:
    asyncio.run(scenario)


@pytest.fixture
def app(tmp_path: Path) -> Path:
    """A file with a call that lacks `max_tokens` in its fourth line."""
    path = tmp_path / "app.py"
    path.write_text(CALL, "utf-8")
    return path


def told(problems: list[types.Diagnostic]) -> list[tuple[str, int, int]]:
    return [(str(p.code), p.range.start.line, p.range.start.character) for p in problems]


def versions(it: Editor, uri: str) -> list[int | None]:
    return [one.version for one in it.published if one.uri == uri]


def test_the_pointer_is_answered_from_what_is_known(app: Path) -> None:
    async def scenario() -> None:
        async with editor(app.parent) as it:
            uri = it.open(app)
            await it.problems(uri, 1)
            for line in range(4, 14):
                it.type(uri, "# typing\n", START)
                answer = asyncio.create_task(it.hover(uri, line, 3))
                await asyncio.sleep(0)
                it.type(uri, "#", types.Range(types.Position(0, 8), types.Position(0, 8)))
                assert (await answer).startswith("# CL201 missing-max-tokens")

    run(scenario())


def test_of_what_was_just_typed_nothing_is_known(app: Path) -> None:
    async def scenario() -> None:
        async with editor(app.parent) as it:
            uri = it.open(app)
            await it.problems(uri, 1)
            call = CALL.splitlines()[3]
            it.type(
                uri,
                f"print({call})",
                types.Range(types.Position(3, 0), types.Position(3, len(call))),
            )
            assert await it.hover(uri, 3, 2) == ""
            assert "**claude-opus-5-5**" in await it.hover(uri, 3, 40)

    run(scenario())


def test_no_action_is_offered_for_a_text_that_is_gone(app: Path) -> None:
    async def scenario() -> None:
        async with editor(app.parent) as it:
            uri = it.open(app)
            await it.problems(uri, 1)
            it.type(uri, "# typing\n", START)
            answer = asyncio.create_task(it.actions(uri, 4))
            await asyncio.sleep(0.05)
            last = it.type(uri, "# typing\n", START)
            assert await answer == {}
            offered = await it.actions(uri, 5)
            assert "Ignore missing-max-tokens in this line" in offered
            assert told(await it.problems(uri, last)) == [("missing-max-tokens", 5, 0)]

    run(scenario())


def test_asking_for_actions_at_each_key_judges_no_text_sooner(app: Path) -> None:
    async def scenario() -> None:
        async with editor(app.parent) as it:
            uri = it.open(app)
            await it.problems(uri, 1)
            asked = []
            for _ in range(20):
                last = it.type(uri, "# typing\n", START)
                asked.append(asyncio.create_task(it.actions(uri, 3)))
                await asyncio.sleep(0.01)
            assert told(await it.problems(uri, last)) == [("missing-max-tokens", 23, 0)]
            await asyncio.gather(*asked)
            # A busy machine may pause the typing for long enough.
            assert len(versions(it, uri)) <= 5

    run(scenario())


def test_a_file_that_is_closed_meanwhile_has_no_actions(app: Path) -> None:
    async def scenario() -> None:
        async with editor(app.parent) as it:
            uri = it.open(app)
            answer = asyncio.create_task(it.actions(uri, 3))
            await asyncio.sleep(0)
            it.close(uri)
            assert await answer == {}

    run(scenario())
