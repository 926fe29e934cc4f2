"""What a project holds is read and no more: it is not run, and it cannot speak for the linter."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from claude_lint import documents, reports
from claude_lint.findings import Finding, Location, Severity, Span
from claude_lint.reports import Run, render

BAD = "import anthropic\nanthropic.Anthropic().messages.create(model='claude-2.1')\n"
# Loaded by every Python that is started, workers included. Pairs of sockets lead nowhere but to
# the workers.
NO_SOCKETS = """
import socket
def refuse(*args, **kwargs):
    raise SystemExit("the network was asked for")
socket.create_connection = socket.getaddrinfo = refuse
socket.socket.connect = socket.socket.connect_ex = socket.socket.sendto = refuse
"""
# As the installed command does, without the working directory among what can be imported.
START = "import sys; sys.path.remove(''); from claude_lint.cli import main; main()"


def tree(root: Path) -> set[Path]:
    return {path for path in root.rglob("*") if path.is_file()}


@pytest.mark.parametrize("options", [[], ["--fix", "--unsafe-fixes"], ["--diff"], ["--add-ignore"]])
def test_scanned_code_is_not_run_and_nothing_asks_for_the_network(
    tmp_path: Path, options: list[str]
) -> None:
    project, blocked, temp = tmp_path / "project", tmp_path / "blocked", tmp_path / "temp"
    for folder in (project, blocked, temp):
        folder.mkdir()
    (blocked / "sitecustomize.py").write_text(NO_SOCKETS)
    trap = f"open({str(tmp_path / 'ran')!r}, 'w')\n"
    for name in ("a.py", "conftest.py", "sitecustomize.py", "claude_lint.py", "libcst.py"):
        (project / name).write_text(BAD + trap)
    (project / "setup.py").write_text(BAD + "import a\n" + trap)
    before = tree(tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", START, "--cache-dir", str(tmp_path / "cache"), *options, "."],
        cwd=project, capture_output=True, text=True,
        env={**os.environ, "PYTHONPATH": str(blocked), "TMPDIR": str(temp)},
    )  # fmt: skip
    assert done.returncode in (0, 1), done.stderr
    assert "network" not in done.stderr
    assert not (tmp_path / "ran").exists()
    new = tree(tmp_path) - before
    assert {path for path in new if not path.is_relative_to(tmp_path / "cache")} == set()


def test_a_fix_does_not_follow_a_link_out_of_the_project(tmp_path: Path) -> None:
    outside, project = tmp_path / "outside.py", tmp_path / "project"
    outside.write_text(BAD)
    project.mkdir()
    (project / "claude-lint.toml").write_text("")
    (project / "link.py").symlink_to(outside)
    done = subprocess.run(
        [sys.executable, "-m", "claude_lint", "--fix", "--unsafe-fixes", "."],
        cwd=project, capture_output=True, text=True,
    )  # fmt: skip
    assert outside.read_text() == BAD
    assert "a link leads out of the project" in done.stderr


# What means something to a terminal, to GitHub's runners, to XML and to JSON.
TELLING = st.sampled_from(
    ["\n", "\r", "\x1b[2J", "\x07", "\x9b", "\u202e", "\u2028", "::error::", "::", "%0A", "%", ",",
     "##[error]", "]]>", "<", "&", '"', "'", "\\", "\0", "\x85", "\ud800", ":", "\t", "a", " ",
     "\x1b]8;;https://x\x07", "\x1b]0;x\x1b\\", "\u2066", "\u200f", "\u2029", "::stop-commands::x", "\b"]
)  # fmt: skip
HOSTILE = st.lists(TELLING, min_size=1, max_size=12).map("".join)


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(path=HOSTILE.map(lambda text: text.replace("\ud800", "")), message=HOSTILE, line=HOSTILE)
def test_names_and_messages_cannot_speak_for_the_linter(path: str, message: str, line: str) -> None:
    place = Location(path, Span(1, 1, 1, 2))
    finding = Finding("CL201", "missing-max-tokens", Severity.ERROR, message, place, help=message)
    run = Run((finding,), 1, 1, date(2026, 11, 24), "0", source_lines=lambda path, cell: [line])
    said = {
        fmt: render(run, fmt, color=False, width=None, rules=documents.load())
        for fmt in reports.FORMATS
    }
    for fmt in ("full", "concise", "github"):
        assert all(c.isprintable() or c == "\n" for c in said[fmt]), fmt
    assert sum(one.startswith("::") for one in said["github"].split("\n")) == 1
    assert said["github"].startswith("::error title=claude-lint (CL201),file=")
    assert len(said["concise"].rstrip("\n").split("\n")) <= 3
    (result,) = json.loads(said["sarif"])["runs"][0]["results"]
    assert result["ruleId"] == "CL201"
    assert len(json.loads(said["json"])["findings"]) == 1
    assert len(json.loads(said["gitlab"])) == 1
