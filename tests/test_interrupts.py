"""Ctrl-C, SIGTERM, pipes that close and disks that are full: clean words, no orphans, no halves."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from claude_lint.reports import FORMATS

BAD = "import anthropic\nanthropic.Anthropic().messages.create(model='claude-2.1')\n"
COMMAND = [sys.executable, "-m", "claude_lint", "--no-cache"]
# Takes seconds to judge: none of these calls says what another does.
SLOW = "import anthropic\nclient = anthropic.Anthropic()\n" + "".join(
    f"client.messages.create(model='claude-2.1', max_tokens=a{n})\n" for n in range(3_000)
)


def children(of: int) -> list[int]:
    listed = Path(f"/proc/{of}/task/{of}/children").read_text()
    return [int(number) for number in listed.split()]


def is_running(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="looks into /proc")
@pytest.mark.parametrize(
    ("number", "code", "said"),
    [(signal.SIGINT, 130, "error: interrupted\n"), (signal.SIGTERM, 143, "")],
)
def test_a_run_that_is_ended_ends_its_workers(
    tmp_path: Path, number: int, code: int, said: str
) -> None:
    (tmp_path / "slow.py").write_text(SLOW)
    (tmp_path / "slow2.py").write_text(SLOW)
    command = [*COMMAND, "--jobs", "2", "--output-file", "report.txt", "."]
    run = subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 20
    while len(children(run.pid)) < 2 and time.monotonic() < deadline:
        time.sleep(0.05)
    workers = children(run.pid)
    assert len(workers) == 2
    run.send_signal(number)
    _, told = run.communicate(timeout=20)
    assert (run.returncode, told.lstrip("\n")) == (code, said)
    assert [worker for worker in workers if is_running(worker)] == []
    assert not (tmp_path / "report.txt").exists()


@pytest.mark.parametrize(
    ("output_format", "redirected", "count"),
    [
        *((output_format, "| true", 1) for output_format in FORMATS),
        *(("concise", redirected, 300) for redirected in ("| head -1", "2>&1 | head -0")),
    ],
)
def test_a_reader_that_goes_away_is_no_error(
    tmp_path: Path, output_format: str, redirected: str, count: int
) -> None:
    # A pipe holds some 64 KB: `head` must be gone before all is written, `true` is in any case.
    (tmp_path / "a.py").write_text(BAD * count)
    line = f"{' '.join(COMMAND)} -q --output-format {output_format} . {redirected}"
    done = subprocess.run(
        ["bash", "-c", f"{line}; exit ${{PIPESTATUS[0]}}"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (1, "")


@pytest.mark.parametrize(
    ("command", "code", "said"),
    [
        (". >&-", 1, ""),
        (". 2>&-", 1, ""),
        (". >&- 2>&-", 1, ""),
        (". --diff --unsafe-fixes >&- <&-", 1, "Would fix "),
        ("rules >&-", 0, ""),
        ("- <&-", 2, "error: there is nothing to read, for stdin is closed\n"),
        ("diagnose - <&-", 2, "error: there is nothing to read, for stdin is closed\n"),
        (
            "server <&-",
            2,
            "error: editors talk to the language server over stdin, which is closed\n",
        ),
    ],
)
def test_streams_may_be_closed_from_the_start(
    tmp_path: Path, command: str, code: int, said: str
) -> None:
    (tmp_path / "a.py").write_text(BAD)
    done = subprocess.run(
        ["bash", "-c", f"{sys.executable} -m claude_lint {command}"],
        cwd=tmp_path, capture_output=True, text=True,
    )  # fmt: skip
    assert (done.returncode, done.stderr[: len(said) or None]) == (code, said)
    assert (tmp_path / "a.py").read_text() == BAD


def test_a_working_directory_that_is_gone_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(BAD)
    (tmp_path / "gone").mkdir()
    for paths in (".", str(tmp_path / "a.py")):
        line = f"mkdir -p {tmp_path}/gone; cd {tmp_path}/gone; rmdir {tmp_path}/gone; "
        done = subprocess.run(
            ["bash", "-c", f"{line}{' '.join(COMMAND)} {paths}"], capture_output=True, text=True
        )
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr == "error: the current folder no longer exists\n"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
@pytest.mark.parametrize("command", [["check", "."], ["rules"], ["explain", "CL201"], ["models"]])
def test_a_full_disk_under_stdout_is_said_in_one_line(tmp_path: Path, command: list[str]) -> None:
    (tmp_path / "a.py").write_text(BAD)
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "claude_lint", *command],
            cwd=tmp_path, stdout=full, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr == "error: the output cannot be written: No space left on device\n"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
@pytest.mark.parametrize("output_format", FORMATS)
def test_a_report_on_a_full_disk_is_said_in_one_line(tmp_path: Path, output_format: str) -> None:
    (tmp_path / "a.py").write_text(BAD)
    options = ["--output-format", output_format, "--output-file", "/dev/full"]
    done = subprocess.run([*COMMAND, *options, "."], cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "error: Could not open file '/dev/full': No space left on device\n"


def no_file_over_100_bytes() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))


@pytest.mark.parametrize(
    ("options", "file"),
    [
        (["--output-format", "json", "--output-file", "kept"], "kept"),
        (["--baseline", "kept", "--write-baseline"], "kept"),
        (["--fix", "--unsafe-fixes"], "a.py"),
        (["--add-ignore"], "a.py"),
    ],
)
def test_what_cannot_be_written_is_left_as_it_was(
    tmp_path: Path, options: list[str], file: str
) -> None:
    (tmp_path / "a.py").write_text(BAD + "# so that it is longer than what can be written\n" * 3)
    (tmp_path / "kept").write_text("{}")
    for number in range(9):
        (tmp_path / f"{number}.py").write_text(BAD)
    before = (tmp_path / file).read_text()
    done = subprocess.run(
        [*COMMAND, *options, "."],
        cwd=tmp_path, capture_output=True, text=True, preexec_fn=no_file_over_100_bytes,
    )  # fmt: skip
    assert (tmp_path / file).read_text() == before
    assert "File too large" in done.stderr
    assert "Traceback" not in done.stderr
    assert "internal error" not in done.stderr
    assert done.returncode in (1, 2)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        ["a.py", "kept", *(f"{number}.py" for number in range(9))]
    )


def test_a_cache_on_a_full_disk_is_done_without(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(BAD)
    os.utime(tmp_path / "a.py", (1_700_000_000, 1_700_000_000))
    command = [sys.executable, "-m", "claude_lint", "--output-format", "concise", "a.py"]
    free = subprocess.run([*command, "--no-cache"], cwd=tmp_path, capture_output=True, text=True)
    for _ in range(2):
        done = subprocess.run(
            command,
            cwd=tmp_path, capture_output=True, text=True, preexec_fn=no_file_over_100_bytes,
        )  # fmt: skip
        assert (done.returncode, done.stdout, done.stderr) == (1, free.stdout, "")
    kept = {path.name for path in (tmp_path / ".claude-lint-cache").iterdir()}
    assert kept <= {"CACHEDIR.TAG", ".gitignore"}


def test_a_folder_that_takes_no_file_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(BAD)
    done = subprocess.run(
        [*COMMAND, "--output-file", "/proc/none/report", "."],
        cwd=tmp_path, capture_output=True, text=True,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error: ")
    assert done.stderr.count("\n") == 1


def test_a_cache_that_cannot_be_written_is_done_without(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(BAD)
    done = subprocess.run(
        [sys.executable, "-m", "claude_lint", "--cache-dir", "/proc/none", "-q",
         "--output-format", "concise", "."],
        cwd=tmp_path, capture_output=True, text=True, env={**os.environ, "HOME": "/proc/none"},
    )  # fmt: skip
    assert done.returncode == 1
    assert "a.py:2:" in done.stdout
    assert "Traceback" not in done.stderr
