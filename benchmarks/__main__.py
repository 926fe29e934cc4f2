"""Measure claude-lint beside its peers and write what README's tables are made of.

    python -m benchmarks [--folder FOLDER] [--rounds 5] [goals|peers|growth|stages …]

The first run downloads source archives and installs the tools, each into an environment of its
own; from then on a run takes some minutes. Nothing in the archives is built or run. Commands that
are compared run in turn, and the ratios are those within a round: quote them, for seconds say more
about the machine. On a busy machine even they are off.
"""

from __future__ import annotations

import argparse
import datetime
import os
import platform
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

import tomli

from benchmarks import installing, trees
from benchmarks.goals import Programs, discard, fresh_scratch, goals, measure
from benchmarks.measuring import Command, FailedError, Run, run

RESULTS = Path(__file__).with_name("results.toml")
PEERS = Path(__file__).with_name("peers.toml")
PEER_RULES = Path(__file__).with_name("peer_rules")
FOLDER = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache", "claude-lint-benchmarks")
PARTS = ("goals", "peers", "growth", "stages")
SIZES = (1_000, 10_000, 100_000)
# A peer is stopped after so many seconds; one that takes more than a few is run only once.
LIMIT, LONG = 30.0, 5.0


def main() -> int:
    """Measure the parts that are named, all by default; the others stay as they were."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--folder", type=Path, default=FOLDER, help="for trees and environments")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--rows", help="measure these goals only, by name, and write nothing")
    options = parser.parse_args()
    parts = options.parts or PARTS
    if unknown := set(parts) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    folder = options.folder.absolute()
    folder.mkdir(parents=True, exist_ok=True)

    print("fetching the trees and installing the tools", flush=True)
    forest = trees.prepare(folder)
    peers = tomli.loads(PEERS.read_text("utf-8"))["peer"]
    wanted = peers if "peers" in parts else [peer for peer in peers if peer["package"] == "ruff"]
    places = {
        peer["package"]: installing.peer(peer["package"], peer["version"], folder)
        for peer in wanted
    }
    own = installing.ourselves(folder)
    programs = Programs(str(own / "claude-lint"), str(own / "python"), str(places["ruff"] / "ruff"))
    results = tomli.loads(RESULTS.read_text("utf-8")) if RESULTS.exists() else {}
    scratch = fresh_scratch()
    try:
        if "goals" in parts:
            results["goal"] = list(_goals(forest, programs, scratch, options.rounds, options.rows))
        if options.rows:
            return 0
        results["machine"] = _machine(programs)
        if "peers" in parts:
            results["peer"] = list(_peers(forest, programs, wanted, places, options.rounds))
        if "growth" in parts:
            results["growth"] = list(_growth(forest, programs, folder))
        if "stages" in parts:
            results["stage"] = list(_stages(forest, programs))
    finally:
        discard(scratch)
    RESULTS.write_text(_toml(results), "utf-8")
    print(f"wrote {RESULTS}; `python tools/generate.py` brings it into README.md")
    return 0


def _goals(
    forest: trees.Trees, programs: Programs, scratch: Path, rounds: int, names: str | None
) -> Iterator[dict[str, object]]:
    for goal in goals(forest, programs, scratch, rounds):
        if names is None or goal.name in names.split(","):
            row = measure(goal)
            print(
                "{name}: {ratio} × ({lowest}–{highest}; goal {goal}), {seconds} s against"
                " {others_seconds} s, of the processors {cpu_seconds} s against"
                " {others_cpu_seconds} s, {megabytes} MB".format(**row),
                flush=True,
            )
            yield row


def _peers(
    forest: trees.Trees,
    programs: Programs,
    peers: list[dict[str, Any]],
    places: dict[str, Path],
    rounds: int,
) -> Iterator[dict[str, object]]:
    ours = (programs.claude_lint, "--isolated", "--quiet", "--exit-zero", "--no-cache", ".")
    files = forest.mention.folder
    yield _peer("claude-lint", "", "all its rules", Command(ours, files), rounds, None)
    with tempfile.TemporaryDirectory() as empty:
        for peer in peers:
            first, *rest = peer["command"]
            words = (word.format(files=files, rules=PEER_RULES) for word in rest)
            program = str(places[peer["package"]] / first)
            command = Command((program, *words), Path(empty), may_fail=True)
            yield _peer(peer["package"], peer["version"], peer["reads"], command, rounds)


def _peer(
    name: str,
    version: str,
    reads: str,
    command: Command,
    rounds: int,
    limit: float | None = LIMIT,
) -> dict[str, object]:
    row: dict[str, object] = {"package": name, "version": version, "reads": reads}
    try:
        runs: list[Run] = [run(command, limit)]
        if runs[0].wall < LONG:
            runs = [run(command, limit) for _ in range(rounds)]
        row |= {
            "seconds": round(median(one.wall for one in runs), 2),
            "lowest": round(min(one.wall for one in runs), 2),
            "highest": round(max(one.wall for one in runs), 2),
            "cpu_seconds": round(median(one.cpu for one in runs), 2),
            "megabytes": round(max(one.memory for one in runs)),
            "rounds": len(runs),
        }
    except FailedError as problem:
        row["problem"] = str(problem)
    print(*row.values(), flush=True)
    return row


def _growth(forest: trees.Trees, programs: Programs, folder: Path) -> Iterator[dict[str, object]]:
    """Lint ever larger trees without Claude, once each."""
    for size in SIZES:
        # Beside the files that it links to.
        with tempfile.TemporaryDirectory(dir=folder) as grown:
            trees.grown(forest.plain, size, Path(grown))
            lint = (programs.claude_lint, "--isolated", "--quiet", "--no-cache", ".")
            ruff = (programs.ruff, "check", "--no-cache", "--isolated", "--select=F", "-q", ".")
            ours, theirs = run(Command(lint, Path(grown))), run(Command(ruff, Path(grown)))
        row = {
            "files": size,
            "seconds": round(ours.wall, 2),
            "ruff_seconds": round(theirs.wall, 2),
            "cpu_seconds": round(ours.cpu, 2),
            "megabytes": round(ours.memory),
        }
        print(*row.items(), flush=True)
        yield row


def _stages(forest: trees.Trees, programs: Programs) -> Iterator[dict[str, object]]:
    """Ask the linter what it spends its time on."""
    for name, tree in (("plain", forest.plain), ("claude", forest.claude)):
        words = (programs.claude_lint, "--isolated", "--no-cache", "--timings", "--exit-zero", ".")
        done = subprocess.run(
            words, cwd=tree.folder, capture_output=True, text=True, errors="replace", check=False
        )
        for seconds, stage in re.findall(r"(?m)^ *([\d.]+) s  (.+)$", done.stderr):
            print(name, stage, seconds, flush=True)
            yield {"tree": name, "stage": stage, "seconds": float(seconds)}


def _machine(programs: Programs) -> dict[str, object]:
    asked = [programs.python, "-c", "import platform; print(platform.python_version())"]
    python = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()
    own = subprocess.run(
        [programs.claude_lint, "--version"], capture_output=True, text=True, check=True
    )
    return {
        "date": datetime.date.today().isoformat(),
        "cores": len(os.sched_getaffinity(0)),
        "processor": _processor(),
        "system": platform.system(),
        "python": python,
        "claude_lint": own.stdout.split()[-1],
    }


def _processor() -> str:
    try:
        found = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    except OSError:
        found = None
    return found[1].strip() if found else platform.processor() or platform.machine()


def _toml(results: dict[str, Any]) -> str:
    """Write tables, and lists of tables, of texts and numbers."""
    lines = ["# Written by `python -m benchmarks`; README's tables are made of it."]
    for name, tables in results.items():
        is_list = isinstance(tables, list)
        for table in tables if is_list else [tables]:
            lines += ["", f"[[{name}]]" if is_list else f"[{name}]"]
            lines += [f"{key} = {_value(value)}" for key, value in table.items()]
    return "\n".join(lines) + "\n"


def _value(value: object) -> str:
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return repr(value)


if __name__ == "__main__":
    sys.exit(main())
