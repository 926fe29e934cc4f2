"""Run commands as whole processes, in turn, and compare them round by round."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

# The exit codes of a linter that ran: 1 is that it found something.
_RAN = (0, 1)


@dataclass(frozen=True, slots=True)
class Command:
    """What to run and where; `before` is done first and not timed."""

    words: tuple[str, ...]
    folder: Path
    before: Callable[[], object] | None = None
    may_fail: bool = False


@dataclass(frozen=True, slots=True)
class Run:
    """What one run took: seconds on the clock and of the processors, the largest process's MB."""

    wall: float
    cpu: float
    memory: float


@dataclass(frozen=True, slots=True)
class Runs:
    """All counted runs of a command."""

    all: tuple[Run, ...]

    @property
    def wall(self) -> list[float]:
        return [run.wall for run in self.all]

    @property
    def cpu(self) -> float:
        return median(run.cpu for run in self.all)

    @property
    def memory(self) -> float:
        return max(run.memory for run in self.all)


class FailedError(Exception):
    """A command did not do its work, or was still at it when its time was over."""


def run(command: Command, limit: float | None = None) -> Run:
    """Run a command once. Raise `FailedError` when it fails or takes longer than `limit`."""
    if command.before:
        command.before()
    start = time.perf_counter()
    process = subprocess.Popen(
        command.words,
        cwd=command.folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    # Only `wait4` tells what a process and those it waited for have used.
    while not (ended := os.wait4(process.pid, 0 if limit is None else os.WNOHANG))[0]:
        if limit is not None and time.perf_counter() - start > limit:
            os.killpg(process.pid, 9)
            os.wait4(process.pid, 0)
            process.returncode = -9
            raise FailedError(f"stopped after {limit:.0f} s")
        time.sleep(0.005)
    wall = time.perf_counter() - start
    _, status, usage = ended
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in _RAN and not command.may_fail:
        raise FailedError(f"{' '.join(command.words)[:200]} exited {process.returncode}")
    return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024 / 1e6)


def in_turn(commands: Sequence[Command], rounds: int, budget: float) -> list[Runs]:
    """Run the commands one after the other, again and again; the first round is not counted.

    Fewer rounds are made, though at least one that counts, when they take longer than `budget`.
    """
    counted: list[list[Run]] = [[] for _ in commands]
    start = time.perf_counter()
    for number in range(rounds + 1):
        if number > 1 and time.perf_counter() - start > budget:
            break
        for runs, command in zip(counted, commands, strict=True):
            done = run(command)
            if number:
                runs.append(done)
    return [Runs(tuple(runs)) for runs in counted]


def ratios(ours: Runs, others: Runs) -> list[float]:
    """Compare two commands round by round, so that what slows both down tells nothing."""
    return [a / b for a, b in zip(ours.wall, others.wall, strict=True)]
