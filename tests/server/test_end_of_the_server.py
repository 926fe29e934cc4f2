"""However the editor goes, the server ends with all that it has started, in few words."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("pygls", reason="the extra `lsp` is not installed")

from server.editor import PATIENCE
from server.wire import Wire

CALL = "import anthropic\nanthropic.Anthropic().messages.create(model='claude-2.1', messages=[])\n"


def running(session: int) -> list[str]:
    """Return the processes of a session that have not ended."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # ended just now
        if int(fields[3]) == session and fields[0] not in "ZX":
            found.append(stat.parent.name)
    return found


pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks into /proc")


def assert_nothing_runs(session: int) -> None:
    """Wait for the end of what ends by itself when the server is gone."""
    deadline = time.monotonic() + PATIENCE
    while running(session) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert running(session) == []


def end(wire: Wire) -> str:
    """Wait for the end of all; return what stderr says, if it was a pipe."""
    _, told = wire.process.communicate(timeout=PATIENCE)
    assert_nothing_runs(wire.process.pid)
    return (told or b"").decode()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_server_and_its_workers(tmp_path: Path, number: signal.Signals) -> None:
    wire = Wire(tmp_path, tmp_path)
    wire.begin(tmp_path)
    wire.open((tmp_path / "a.py").as_uri(), CALL)
    wire.wait_for("a.py", "missing-max-tokens")
    assert len(running(wire.process.pid)) > 1
    wire.process.send_signal(number)
    end(wire)
    assert wire.process.returncode == 128 + number


@pytest.mark.parametrize("seconds", [0.0, 1.0])
def test_an_editor_that_goes_in_the_middle_of_an_answer_is_no_error(
    tmp_path: Path, seconds: float
) -> None:
    wire = Wire(tmp_path, tmp_path, stderr=subprocess.PIPE)
    wire.begin(tmp_path)
    for number in range(9):
        wire.open((tmp_path / f"{number}.py").as_uri(), CALL)
    time.sleep(seconds)
    assert (end(wire), wire.process.returncode) == ("", 0)


def test_a_message_that_breaks_off_is_told_in_a_few_words(tmp_path: Path) -> None:
    wire = Wire(tmp_path, tmp_path, stderr=subprocess.PIPE)
    wire.begin(tmp_path)
    assert wire.process.stdin is not None
    wire.process.stdin.write(b'Content-Length: 500\r\n\r\n{"jsonrpc"')
    told = end(wire)
    assert told == "Unable to handle message\nExpecting ':' delimiter: line 1 column 11 (char 10)\n"
    assert wire.process.returncode == 0


def test_the_server_ends_when_nobody_reads_its_answers(tmp_path: Path) -> None:
    heard, said = os.pipe()
    wire = Wire(tmp_path, tmp_path, stdout=said, stderr=subprocess.PIPE)
    os.close(said)
    wire.begin(tmp_path)
    wire.open((tmp_path / "a.py").as_uri(), CALL)
    os.read(heard, 1)
    os.close(heard)
    assert wire.process.wait(PATIENCE) == 2
    assert end(wire) == "error: the editor cannot be answered: Broken pipe\n"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
def test_the_server_ends_when_its_answers_find_no_room(tmp_path: Path) -> None:
    with open("/dev/full", "wb") as full:
        wire = Wire(tmp_path, tmp_path, stdout=full, stderr=subprocess.PIPE)
    wire.begin(tmp_path)
    assert wire.process.wait(PATIENCE) == 2
    assert end(wire) == "error: the editor cannot be answered: No space left on device\n"


def no_room() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def test_the_server_judges_though_no_file_can_be_written(tmp_path: Path) -> None:
    pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    wire = Wire(tmp_path, tmp_path, preexec_fn=no_room, **pipes)
    wire.begin(tmp_path)
    wire.open((tmp_path / "a.py").as_uri(), CALL)
    said = wire.process.stdout
    assert said is not None
    seen = b""
    while b"missing-max-tokens" not in seen:
        seen += said.read1(9_999)  # type: ignore[attr-defined]
        assert wire.process.poll() is None, seen
    assert (end(wire), wire.process.returncode) == ("", 0)
