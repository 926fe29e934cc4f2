"""The worker process of a folder, asked from an event loop: it may be slow, crash, or be ended."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import multiprocessing
import os
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from claude_lint import judge
from claude_lint.workers import Job, Outcome, Workers, method_beside_threads

R = TypeVar("R")
_Call = Callable[[], Any]

# Seconds that work nobody waits for any more may go on: mostly it is done sooner than a new
# process would know the project, and what it learns serves the next question.
_GRACE = 10.0


class Bench:
    """One process that answers one question at a time, in the order in which they are asked.

    What is asked is a call that can be pickled. The process remembers the project's modules from
    one question to the next, until `renew` is called.
    """

    def __init__(self, folder: Path) -> None:
        # A child of the fork server has all imports from the start.
        multiprocessing.set_forkserver_preload(["claude_lint.checker", "claude_lint.server.bench"])
        enter = functools.partial(_enter, folder)
        self._workers: Workers[_Call, Any] = Workers(_answer, enter, method_beside_threads())
        self._thread = ThreadPoolExecutor(max_workers=1)
        self._is_stale = False

    async def ask(self, call: Callable[[], R], time_limit: float) -> Outcome[R]:
        """Make a call in the process. When this is cancelled, the call soon is as well."""
        job: Job[_Call] = Job(call, time_limit)
        future = self._thread.submit(self._outcome, job)
        try:
            return await asyncio.wrap_future(future)
        except asyncio.CancelledError:
            asyncio.get_running_loop().call_later(_GRACE, self._cut, future, job)
            raise

    def renew(self) -> None:
        """Begin the next question with a new process, which reads all files anew."""
        self._is_stale = True

    def close(self) -> None:
        """End the process, whatever it does."""
        self._thread.shutdown(wait=False, cancel_futures=True)
        self._workers.cut()

    def _cut(self, future: Future[Any], job: Job[_Call]) -> None:
        if not future.done():
            self._workers.cut(job)

    def _outcome(self, job: Job[_Call]) -> Outcome[Any]:
        if self._is_stale:
            self._is_stale = False
            self._workers.stop()
        return next(outcome for _, outcome in self._workers.judge([job]))


def _enter(folder: Path) -> None:
    """Begin the life of a process; its folder is the one that paths are shown relative to."""
    with contextlib.suppress(OSError):  # in a folder that is gone, there is nothing to show
        os.chdir(folder)
    judge.prepare()


def _answer(call: _Call) -> Any:
    return call()
