"""Judge files in child processes, so that one which crashes or hangs the parser costs only itself.

LibCST is native code: hostile input can end its process with SIGSEGV or hold it for minutes. A
pool from `concurrent.futures` breaks as a whole when that happens and cannot stop a task that
runs; here each child has its own pipe, is killed on its own, and is replaced.
"""

from __future__ import annotations

import collections
import contextlib
import gc
import math
import multiprocessing
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from typing import Any, Generic, TypeVar

from claude_lint.findings import UnusableError

T = TypeVar("T")
R = TypeVar("R")

# A child that has said nothing for this long after its start never will (seconds).
_START_LIMIT = 60.0
# No limit is longer, for the system's clocks take no larger numbers.
_LONGEST_LIMIT = 1e6
# Time limits are for processor time, so that a busy machine finds nothing that an idle one does
# not. On the clock, a child that waits for something may take this many times as long.
_PATIENCE = 4 if hasattr(signal, "setitimer") else 1
# The main thread's 8 MiB end at some 5,000 nested parentheses. This only reserves addresses.
_STACK_SIZES = (256 << 20, 64 << 20)


@dataclass(frozen=True, slots=True)
class Job(Generic[T]):
    """One thing to judge and the seconds of processor time it may take."""

    item: T
    time_limit: float


@dataclass(frozen=True, slots=True)
class Answer(Generic[R]):
    """What judging a job returned."""

    value: R


@dataclass(frozen=True, slots=True)
class Crash:
    """The job ended its process or a limit ended the job; `reason` completes "the parser …"."""

    reason: str


@dataclass(frozen=True, slots=True)
class Failure:
    """Our own code raised; `traceback` is for a bug report, `error` is its last line."""

    error: str
    traceback: str


Outcome = Answer[R] | Crash | Failure


class Workers(Generic[T, R]):
    """Child processes that answer jobs, started when there is something to do.

    `work` and `prepare` run in the children and must be module-level functions. `prepare` is for
    slow imports: it runs once per child, before any time limit counts. Use as a context manager;
    leaving it ends every child, idle or not.
    """

    def __init__(
        self,
        work: Callable[[T], R],
        prepare: Callable[[], object] | None = None,
        method: str | None = None,
    ) -> None:
        self._work = work
        self._prepare = prepare
        self._method = method or _start_method()
        self._children: list[_Child[T, R]] = []

    def __enter__(self) -> Workers[T, R]:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """End every child; the next job begins with a new one."""
        for child in self._children:
            child.kill()
        self._children.clear()

    def cut(self, job: Job[T] | None = None) -> None:
        """End a job that may be under way, or all that are, as crashes; any thread may ask."""
        for child in tuple(self._children):
            if child.job is not None and job in (None, child.job):
                with contextlib.suppress(ValueError):  # closed meanwhile
                    child.process.kill()

    def warm(self) -> None:
        """Start the first child now, so that its imports run beside what the caller does next."""
        if not self._children:
            self._start()

    def judge(self, jobs: Iterable[Job[T]], count: int = 1) -> Iterator[tuple[Job[T], Outcome[R]]]:
        """Yield each job with its outcome when it is done, in up to `count` children at a time.

        The jobs are started in the given order.
        """
        waiting = collections.deque(jobs)
        open_jobs = len(waiting)
        while open_jobs:
            while len(self._children) < min(count, open_jobs):
                self._start()
            for child in self._children:
                if child.is_idle and waiting:
                    child.give(waiting.popleft())
            for child in self._reporting():
                done = self._listen(child)
                if done:
                    open_jobs -= 1
                    yield done

    def _start(self) -> None:
        context: Any = multiprocessing.get_context(self._method)
        ours, theirs = context.Pipe()
        # A forked child holds copies of all our ends; while it does, no pipe reports its end.
        inherited = (
            (ours, *(child.connection for child in self._children))
            if self._method == "fork"
            else ()
        )
        process = context.Process(
            target=_serve, args=(theirs, inherited, self._prepare, self._work), daemon=True
        )
        try:
            process.start()
        except OSError as error:
            ours.close()
            theirs.close()
            self._start_otherwise(error)
            return
        theirs.close()
        self._children.append(_Child(process, ours))

    def _start_otherwise(self, error: OSError) -> None:
        """Start a child without a fork server, whose socket needs room on a disk."""
        if self._method != "forkserver":
            reason = error.strerror or error
            raise UnusableError(f"no process can be started to judge in: {reason}") from None
        self._method = "spawn"
        self._start()

    def _reporting(self) -> list[_Child[T, R]]:
        """Wait until a child has something to say, has died, or must be ended."""
        nearest = min(child.deadline for child in self._children)
        connections = {child.connection: child for child in self._children}
        heard = wait(list(connections), max(0.0, nearest - time.monotonic()))
        if heard:
            return [connections[connection] for connection in heard]  # type: ignore[index]
        return [child for child in self._children if child.deadline <= time.monotonic()]

    def _listen(self, child: _Child[T, R]) -> tuple[Job[T], Outcome[R]] | None:
        """Take what the child reports; one that is dead or late is dismissed."""
        job = child.job
        outcome = child.report()
        if child.is_lost:
            child.kill()
            self._children.remove(child)
            if job is None:
                raise RuntimeError(f"A worker process did not start: {outcome}")
        if job is None or outcome is None:
            return None
        return job, outcome


class _Child(Generic[T, R]):
    """One process, the job it has, and the time by which it must have answered."""

    def __init__(self, process: Any, connection: Connection) -> None:
        self.process = process
        self.connection = connection
        self.job: Job[T] | None = None
        self.deadline = time.monotonic() + _START_LIMIT
        self.is_lost = False

    @property
    def is_idle(self) -> bool:
        """Whether it has reported, and has got nothing to do since."""
        return self.deadline == math.inf

    def give(self, job: Job[T]) -> None:
        self.job = job
        self.deadline = time.monotonic() + min(job.time_limit * _PATIENCE, _LONGEST_LIMIT)
        # If it died while idle, its end of the pipe reports that next.
        with contextlib.suppress(BrokenPipeError):
            self.connection.send(job)

    def report(self) -> Outcome[R] | None:
        """Read what the child says; None says that it is ready for its first job."""
        self.is_lost = True
        limit = self.job.time_limit if self.job else _START_LIMIT
        if not self.connection.poll():
            return Crash(f"took longer than {limit:g} s")
        try:
            outcome: Outcome[R] | None = self.connection.recv()
        except (EOFError, OSError):
            self.process.join()
            return _death(self.process.exitcode, limit)
        self.is_lost = False
        self.job = None
        self.deadline = math.inf
        return outcome

    def kill(self) -> None:
        self.process.kill()
        self.process.join()
        self.process.close()
        self.connection.close()


def _start_method() -> str:
    """Choose fork where it is safe, for a forked child starts within milliseconds.

    It is safe only on Linux (macOS frameworks do not survive it) and in a process of one thread:
    a lock that another thread held would stay locked in the child for ever.
    """
    if sys.platform == "linux" and _threads() == 1:
        return "fork"
    return method_beside_threads()


def method_beside_threads() -> str:
    """Choose how children are started in a process of several threads."""
    methods = multiprocessing.get_all_start_methods()
    return "forkserver" if "forkserver" in methods else "spawn"


def _threads() -> int:
    """Count this process's threads, those of native code as well where the system tells."""
    try:
        return len(os.listdir("/proc/self/task"))
    except OSError:
        return threading.active_count()


def _death(exit_code: int, limit: float) -> Crash | Failure:
    """Tell a crash of native code from an end that only our own code can have brought about."""
    if exit_code in (0, 1):
        return Failure(f"The worker process ended with exit code {exit_code}", "")
    name = {-number: number.name for number in signal.Signals}.get(exit_code)
    if name == "SIGPROF":
        return Crash(f"took longer than {limit:g} s")
    return Crash(f"crashed ({name or f'exit code {exit_code}'})")


def _serve(
    connection: Connection,
    inherited: tuple[Connection, ...],
    prepare: Callable[[], object] | None,
    work: Callable[[T], R],
) -> None:
    """Answer jobs until the pipe ends; this is a child's whole life."""
    # Ctrl-C reaches the whole process group: the parent decides, and ends us.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    for parents_end in inherited:
        parents_end.close()
    _run_on_deep_stack(lambda: _answer_jobs(connection, prepare, work))


def _run_on_deep_stack(target: Callable[[], None]) -> None:
    for size in _STACK_SIZES:
        threading.stack_size(size)
        thread = threading.Thread(target=target)
        try:
            thread.start()
        except RuntimeError:  # Not that much address space: a limit, or a 32-bit system.
            continue
        thread.join()
        return
    target()


def _answer_jobs(
    connection: Connection, prepare: Callable[[], object] | None, work: Callable[[T], R]
) -> None:
    try:
        # Syntax trees are large and free of cycles: collecting while one grows only costs time.
        gc.disable()
        unprepared = _attempt(prepare) if prepare else None
        gc.freeze()
        connection.send(None)
        while True:
            job: Job[T] = connection.recv()
            _die_after(job.time_limit)
            if isinstance(unprepared, Failure):
                connection.send(unprepared)
            else:
                connection.send(_attempt(lambda item=job.item: work(item)))  # type: ignore[misc]
            _die_after(0)
            gc.collect(0)
    except (EOFError, OSError):
        return  # The parent is gone or has closed the pipe: there is nobody to answer.


def _attempt(action: Callable[[], R]) -> Outcome[R]:
    try:
        return Answer(action())
    except RecursionError:
        return Crash("met code that is nested too deeply")
    except MemoryError:
        return Crash("ran out of memory")
    except BaseException as error:
        # A panic in Rust code comes as an exception that is no Exception.
        if type(error).__name__ == "PanicException":
            return Crash("crashed (panic)")
        last_line = traceback.format_exception_only(error)[-1].strip()
        return Failure(last_line, traceback.format_exc())


def _die_after(seconds: float) -> None:
    """Let the system end this process when it has used that much processor time; 0 calls it off.

    Python's own signal handlers would wait for native code to return; the default action of
    SIGPROF does not, nor does it need a parent that is still there.
    """
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_PROF, min(seconds, _LONGEST_LIMIT))
