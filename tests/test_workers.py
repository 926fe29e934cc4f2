"""`eval` is the work here: it can be found by name in any child, and can do anything to it."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import threading
import time

import pytest

from claude_lint.workers import Answer, Crash, Failure, Job, Outcome, Workers, _start_method

METHODS = multiprocessing.get_all_start_methods()


def outcomes(
    *expressions: str, count: int = 1, method: str | None = None, time_limit: float = 30
) -> dict[str, Outcome[object]]:
    jobs = [Job(expression, time_limit) for expression in expressions]
    pool: Workers[str, object] = Workers(eval, method=method)
    with pool as workers:
        return {job.item: outcome for job, outcome in workers.judge(jobs, count)}


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("count", [1, 2])
def test_every_job_is_answered_whatever_the_start_method(method: str, count: int) -> None:
    assert outcomes("1 + 1", "2 + 2", "3 + 3", count=count, method=method) == {
        "1 + 1": Answer(2),
        "2 + 2": Answer(4),
        "3 + 3": Answer(6),
    }


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("count", [1, 2])
def test_a_crash_costs_only_its_own_job(method: str, count: int) -> None:
    crash = "__import__('signal').raise_signal(9)"

    assert outcomes("1", crash, "2", "3", count=count, method=method) == {
        "1": Answer(1),
        crash: Crash("crashed (SIGKILL)"),
        "2": Answer(2),
        "3": Answer(3),
    }


@pytest.mark.parametrize("method", METHODS)
def test_a_job_over_its_time_limit_is_ended_and_the_others_go_on(method: str) -> None:
    hang = "__import__('time').sleep(60)"

    assert outcomes(hang, "1", method=method, time_limit=0.3) == {
        hang: Crash("took longer than 0.3 s"),
        "1": Answer(1),
    }


def test_native_code_that_holds_the_interpreter_lock_is_ended_as_well() -> None:
    hang = "__import__('re').match('(a*)*b', 'a' * 40)"

    assert outcomes(hang, time_limit=0.3) == {hang: Crash("took longer than 0.3 s")}


def test_time_that_other_processes_take_does_not_count() -> None:
    nap = "__import__('time').sleep(0.6)"

    assert outcomes(nap, time_limit=0.3) == {nap: Answer(None)}


def test_each_job_has_the_whole_time_limit_for_itself() -> None:
    sums = [f"sum(range(12_000_000)) and {number}" for number in range(4)]

    assert outcomes(*sums, time_limit=0.4) == {
        each: Answer(number) for number, each in enumerate(sums)
    }


def test_an_exception_is_a_failure_of_ours_with_its_traceback() -> None:
    outcome = outcomes("1 / 0")["1 / 0"]

    assert isinstance(outcome, Failure)
    assert outcome.error == "ZeroDivisionError: division by zero"
    assert outcome.traceback.startswith("Traceback (most recent call last):\n")


def test_an_answer_that_cannot_be_sent_is_a_failure_of_ours() -> None:
    outcome = outcomes("lambda: 0", "1")

    assert isinstance(outcome["lambda: 0"], Failure)
    assert outcome["1"] == Answer(1)


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("(lambda f: f(f))(lambda f: f(f))", "met code that is nested too deeply"),
        ("'x' * (1 << 62)", "ran out of memory"),
    ],
)
def test_code_that_exhausts_the_interpreter_is_a_crash(expression: str, reason: str) -> None:
    assert outcomes(expression, "1") == {expression: Crash(reason), "1": Answer(1)}


def test_jobs_start_in_the_given_order() -> None:
    with Workers(eval) as workers:
        done = [job.item for job, _ in workers.judge(Job(item, 30) for item in ["3", "1", "2"])]

    assert done == ["3", "1", "2"]


def test_children_work_on_a_stack_that_holds_out_longer_than_the_usual_one() -> None:
    stack_size = "__import__('threading').stack_size()"

    assert outcomes(stack_size) == {stack_size: Answer(256 << 20)}


def test_no_more_children_start_than_there_are_jobs() -> None:
    with Workers(eval) as workers:
        list(workers.judge([Job("1", 30), Job("2", 30)], count=8))
        assert len(multiprocessing.active_children()) == 2


def test_a_warm_child_takes_the_first_job() -> None:
    with Workers(eval) as workers:
        workers.warm()
        warmed = multiprocessing.active_children()[0].pid
        ((_, outcome),) = workers.judge([Job("__import__('os').getpid()", 30)])

    assert outcome == Answer(warmed)


def test_a_child_that_has_nothing_to_do_takes_later_jobs() -> None:
    with Workers(eval) as workers:
        done = [
            outcome
            for item in ["1", "__import__('signal').raise_signal(9)", "2", "3"]
            for _, outcome in workers.judge([Job(item, 30)])
        ]
        assert len(multiprocessing.active_children()) == 1

    assert done == [Answer(1), Crash("crashed (SIGKILL)"), Answer(2), Answer(3)]


def test_no_child_outlives_the_workers() -> None:
    with Workers(eval) as workers:
        list(workers.judge([Job("1", 30), Job("2", 30)], count=2))

    assert multiprocessing.active_children() == []


def failing_preparation() -> None:
    raise ImportError("no such module")


def test_a_preparation_that_fails_is_reported_for_every_job() -> None:
    with Workers(eval, prepare=failing_preparation, method="fork") as workers:
        done = [outcome for _, outcome in workers.judge([Job("1", 30), Job("2", 30)])]

    assert [outcome.error for outcome in done if isinstance(outcome, Failure)] == [
        "ImportError: no such module",
        "ImportError: no such module",
    ]


ORPHAN_MAKER = r"""
import sys
import threading
from claude_lint import workers

tell = "__import__('os').write(1, b'%d\\n' % __import__('os').getpid())"
hang = tell + " and __import__('re').match('(a*)*b', 'a' * 40)"
with workers.Workers(eval, method=sys.argv[1]) as pool:
    list(pool.judge([workers.Job(hang, 0.5), workers.Job(hang, 0.5)], 2))
"""


@pytest.mark.parametrize("method", METHODS)
def test_children_end_even_when_the_parent_is_killed(method: str) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", ORPHAN_MAKER, method], stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    children = [int(parent.stdout.readline()), int(parent.stdout.readline())]
    parent.kill()
    parent.wait()
    parent.stdout.close()

    deadline = time.monotonic() + 10
    while any(is_running(child) for child in children) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert [child for child in children if is_running(child)] == []


def is_running(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
        with open(f"/proc/{process_id}/stat") as stat:  # In a container nobody may reap it.
            return stat.read().rpartition(")")[2].split()[0] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False


def test_a_process_with_threads_is_not_forked() -> None:
    assert _start_method() == "fork"
    done = threading.Event()
    thread = threading.Thread(target=done.wait)
    thread.start()
    try:
        assert _start_method() == "forkserver"
    finally:
        done.set()
        thread.join()
