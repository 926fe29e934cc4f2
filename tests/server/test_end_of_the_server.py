"""A signal ends the server and all that it has started, though it waits for an editor's word."""

from __future__ import annotations

import signal
import time
from pathlib import Path

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


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks into /proc")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_server_and_its_workers(tmp_path: Path, number: signal.Signals) -> None:
    wire = Wire(tmp_path, tmp_path)
    wire.ask("initialize", {"processId": None, "rootUri": tmp_path.as_uri(), "capabilities": {}})
    wire.tell("initialized", {})
    wire.open((tmp_path / "a.py").as_uri(), CALL)
    wire.wait_for("a.py", "missing-max-tokens")
    assert len(running(wire.process.pid)) > 1
    wire.process.send_signal(number)
    assert wire.process.wait(PATIENCE) == 128 + number
    deadline = time.monotonic() + PATIENCE
    while running(wire.process.pid) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert running(wire.process.pid) == []
    wire.process.communicate()
