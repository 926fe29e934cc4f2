"""The worker of a folder: it may crash, hang, and be asked again."""

from __future__ import annotations

import asyncio
import functools
import operator
import os
import signal
import time
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("pygls", reason="the extra `lsp` is not installed")

from claude_lint.server.bench import Bench
from claude_lint.workers import Answer, Crash, Failure

FOUR = functools.partial(operator.add, 2, 2)
DIE = functools.partial(signal.raise_signal, signal.SIGSEGV)


def run(scenario: Coroutine[Any, Any, None]) -> None:
    asyncio.run(scenario)


def test_answers_come_from_the_folder(tmp_path: Path) -> None:
    async def scenario() -> None:
        bench = Bench(tmp_path)
        assert await bench.ask(os.getcwd, 9) == Answer(str(tmp_path))
        bench.close()

    run(scenario())


def test_a_crash_costs_one_question(tmp_path: Path) -> None:
    async def scenario() -> None:
        bench = Bench(tmp_path)
        assert await bench.ask(DIE, 9) == Crash("crashed (SIGSEGV)")
        assert await bench.ask(FOUR, 9) == Answer(4)
        bench.close()

    run(scenario())


def test_an_error_of_ours_is_told_from_a_crash(tmp_path: Path) -> None:
    async def scenario() -> None:
        bench = Bench(tmp_path)
        outcome = await bench.ask(functools.partial(operator.truediv, 1, 0), 9)
        assert isinstance(outcome, Failure)
        assert outcome.error == "ZeroDivisionError: division by zero"
        bench.close()

    run(scenario())


def test_the_process_stays_until_files_are_to_be_read_anew(tmp_path: Path) -> None:
    async def scenario() -> None:
        bench = Bench(tmp_path)
        first, second = await bench.ask(os.getpid, 9), await bench.ask(os.getpid, 9)
        assert first == second
        bench.renew()
        assert await bench.ask(os.getpid, 9) != first
        bench.close()

    run(scenario())


def test_what_nobody_waits_for_any_more_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("claude_lint.server.bench._GRACE", 0.1)

    async def scenario() -> None:
        bench = Bench(tmp_path)
        await bench.ask(FOUR, 9)
        start = time.monotonic()
        slow = asyncio.create_task(bench.ask(functools.partial(time.sleep, 300), 300))
        await asyncio.sleep(0.1)
        slow.cancel()
        assert await bench.ask(FOUR, 9) == Answer(4)
        assert time.monotonic() - start < 60
        bench.close()

    run(scenario())
