"""What is measured against what: the rows of README's table."""

from __future__ import annotations

import itertools
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks.measuring import Command, in_turn, ratios
from benchmarks.trees import Tree, Trees

BARE_PARSE = Path(__file__).with_name("bare_parse.py")
# The linter keeps no result of a file that has changed within the last seconds.
SETTLED = 2.5
# Seconds after which a row must do with the rounds that it has had.
BUDGET = 120.0


@dataclass(frozen=True, slots=True)
class Programs:
    """Where the commands are: our own, the interpreter beside it, and Ruff."""

    claude_lint: str
    python: str
    ruff: str


@dataclass(frozen=True, slots=True)
class Goal:
    """A row: two commands and how many times as long ours may take."""

    name: str
    work: str
    against: str
    at_most: float
    ours: Command
    other: Command
    rounds: int = 5


def goals(trees: Trees, programs: Programs, scratch: Path, rounds: int) -> Iterator[Goal]:
    """Yield the rows; each is made ready only when the one before is done."""
    lint = (programs.claude_lint, "--isolated", "--quiet", "--exit-zero")
    cold = (*lint, "--no-cache")

    yield Goal(
        "plain",
        f"{_size(trees.plain)} without a word of Claude",
        "`ruff check --no-cache --select F`",
        1.0,
        Command((*cold, "."), trees.plain.folder),
        _ruff(programs, trees.plain),
        rounds,
    )
    listed = scratch / "mention.txt"
    listed.write_text("\n".join(map(str, trees.claude.mention)), "utf-8")
    yield Goal(
        "claude",
        f"{_size(trees.claude)}, {len(trees.claude.mention):,} of which mention Claude",
        "bare `libcst.parse_module` of those that mention Claude",
        0.35,
        Command((*cold, "."), trees.claude.folder),
        Command((programs.python, str(BARE_PARSE), str(listed)), scratch),
        rounds,
    )
    time.sleep(SETTLED)
    yield Goal(
        "again",
        "the same again, nothing changed",
        "`ruff check --no-cache --select F`",
        1.0,
        Command((*lint, f"--cache-dir={scratch / 'again'}", "."), trees.claude.folder),
        _ruff(programs, trees.claude),
        rounds,
    )
    changed = trees.mixed.mention[0]
    yield Goal(
        "changed",
        f"one file changed among {_size(trees.mixed)}, {len(trees.mixed.mention):,} of which mention Claude",
        "that file alone",
        2.0,
        Command(
            (*lint, f"--cache-dir={scratch / 'changed'}", "."),
            trees.mixed.folder,
            before=_changes(changed),
        ),
        Command((*cold, str(changed)), trees.mixed.folder),
        rounds,
    )
    for name, path, module, at_most in (
        ("call", trees.call, "libcst", 1.5),
        ("no-call", trees.no_call, "click", 2.0),
    ):
        has = "with a call of Claude" if name == "call" else "without one"
        yield Goal(
            name,
            f"one clean file {has}",
            f'`python -c "import {module}"`',
            at_most,
            Command((*cold, path.name), path.parent),
            Command((programs.python, "-c", f"import {module}"), path.parent),
            3 * rounds,
        )


def measure(goal: Goal) -> dict[str, object]:
    """Measure a row."""
    ours, other = in_turn([goal.ours, goal.other], goal.rounds, BUDGET)
    found = ratios(ours, other)
    return {
        "name": goal.name,
        "work": goal.work,
        "against": goal.against,
        "goal": goal.at_most,
        "ratio": round(median(found), 2),
        "lowest": round(min(found), 2),
        "highest": round(max(found), 2),
        "seconds": round(median(ours.wall), 3),
        "others_seconds": round(median(other.wall), 3),
        "cpu_seconds": round(ours.cpu, 3),
        "others_cpu_seconds": round(other.cpu, 3),
        "megabytes": round(ours.memory),
        "others_megabytes": round(other.memory),
        "rounds": len(found),
    }


def _ruff(programs: Programs, tree: Tree) -> Command:
    words = (programs.ruff, "check", "--no-cache", "--isolated", "--select=F", "--quiet", ".")
    return Command(words, tree.folder)


def _size(tree: Tree) -> str:
    return f"{len(tree.files):,} files ({tree.megabytes:.0f} MB)"


def _changes(path: Path) -> Callable[[], None]:
    """Return what changes a file, each time anew, and waits until it counts as settled."""
    numbers = itertools.count()
    original = path.read_bytes()

    def change() -> None:
        path.write_bytes(original + b"# changed: %d\n" % next(numbers))
        time.sleep(SETTLED)

    return change


def fresh_scratch() -> Path:
    """Make a folder for lists and caches."""
    return Path(tempfile.mkdtemp(prefix="benchmarks-"))


def discard(scratch: Path) -> None:
    """Remove what was made."""
    shutil.rmtree(scratch, ignore_errors=True)
