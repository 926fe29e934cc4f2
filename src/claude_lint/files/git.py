"""Which lines of the working tree are not as they were in a commit, as Git tells."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from claude_lint.findings import UnusableError

_PYTHON_FILES = ("*.py", "*.pyi", "*.ipynb")
_HUNK = re.compile(rb"@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
_ESCAPE = re.compile(rb'\\([0-7]{3}|[abfnrtv"\\])')
_ESCAPED = dict(zip(b'abfnrtv"\\', b'\a\b\f\n\r\t\v"\\', strict=True))
# Whatever the user's configuration says, the output must be one that can be read here.
_DIFF = (
    *("-c", "core.quotePath=false", "-c", "diff.relative=false"),
    *("diff", "--unified=0", "--inter-hunk-context=0", "--find-renames", "--text"),
    *("--no-color", "--no-ext-diff", "--no-textconv", "--src-prefix=a/", "--dst-prefix=b/"),
)


class GitError(UnusableError):
    """Git cannot tell what has changed; the message says why."""


@dataclass(frozen=True, slots=True)
class Hunk:
    """Lines that are new, or with a `count` of 0 the place after line `first` that lost some."""

    first: int
    count: int

    def touches(self, first: int, last: int) -> bool:
        """Tell whether any of the lines is new, or something was taken out between them."""
        if self.count:
            return self.first <= last and first < self.first + self.count
        return first <= self.first < last


@dataclass(frozen=True, slots=True)
class ChangedLines:
    """The lines that have changed since a commit, by real absolute path.

    Files that Git does not track, or stores in another form than they have here, count as changed
    wholly.
    """

    _hunks: Mapping[str, Sequence[Hunk]]
    _comparable: frozenset[str]

    def touch(self, path: Path, first: int, last: int) -> bool:
        """Tell whether anything has changed in the lines of a file, 1-based, the last included."""
        real = _real(path)
        hunks = self._hunks.get(real, ())
        return real not in self._comparable or any(hunk.touches(first, last) for hunk in hunks)

    def are_in(self, path: Path) -> bool:
        """Tell whether anything has changed in a file."""
        real = _real(path)
        return real not in self._comparable or bool(self._hunks.get(real))


def changed_lines(revision: str, folder: Path, files: Iterable[Path]) -> ChangedLines:
    """Compare the working tree that a folder lies in with a commit.

    `files` are those that are asked for later. Raise `GitError` outside of a repository, and for
    a revision that is none.
    """
    root = _git(folder, "rev-parse", "--show-toplevel").rstrip(b"\n")
    try:
        commit = _git(
            folder, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}"
        ).decode()
    except GitError:
        raise GitError(f"`{revision}` is no commit of this repository") from None
    wanted = [f":(top){pattern}" for pattern in _PYTHON_FILES]
    top = os.fsdecode(root)
    for file in files:
        # A file that was named is read whatever its name is.
        inside = os.path.relpath(_real(file), top)
        if file.suffix not in (".py", ".pyi", ".ipynb") and not inside.startswith(os.pardir):
            wanted.append(f":(top,literal){Path(inside).as_posix()}")
    patch = _git(folder, *_DIFF, commit.strip(), "--", *wanted)
    tracked = _git(folder, "ls-files", "-z", "--full-name", "--", *wanted)
    names = [name for name in tracked.split(b"\0") if name]
    comparable = set(names) - _filtered(folder, root, names)
    return ChangedLines(
        {_under(root, name): hunks for name, hunks in _hunks(patch)},
        frozenset(_under(root, name) for name in comparable),
    )


def _filtered(folder: Path, root: bytes, names: Sequence[bytes]) -> set[bytes]:
    """Return those of the files that a filter changes on their way into Git.

    The lines of what Git compares are not the file's lines then.
    """
    told = _git(
        Path(os.fsdecode(root)), "check-attr", "-z", "--stdin", "filter", stdin=b"\0".join(names)
    ).split(b"\0")
    return {
        name
        for name, value in zip(told[0::3], told[2::3], strict=False)
        if value not in (b"unspecified", b"unset")
    }


def _hunks(patch: bytes) -> Iterator[tuple[bytes, list[Hunk]]]:
    """Read a patch without context: the names of the files as they are now, and their hunks."""
    lines = iter(patch.split(b"\n"))
    hunks: list[Hunk] = []
    for line in lines:
        if line.startswith(b"+++ "):
            hunks = []
            if line != b"+++ /dev/null":
                yield _name(line), hunks
        elif match := _HUNK.match(line):
            removed, first, added = match.groups()
            count = 1 if added is None else int(added)
            hunks.append(Hunk(int(first), count))
            # What was taken out or put in may itself look like a header.
            left = count + (1 if removed is None else int(removed))
            while left:
                left -= not next(lines).startswith(b"\\")


def _name(line: bytes) -> bytes:
    """Read `+++ b/name`; a name with a space has a tab after it, one with a quote is quoted."""
    name = line.removeprefix(b"+++ ").removesuffix(b"\t")
    if name.startswith(b'"'):
        name = _ESCAPE.sub(_unescaped, name[1:-1])
    return name.removeprefix(b"b/")


def _unescaped(match: re.Match[bytes]) -> bytes:
    code = match[1]
    return bytes([int(code, 8) if len(code) == 3 else _ESCAPED[code[0]]])


def _under(root: bytes, name: bytes) -> str:
    return _real(Path(os.fsdecode(os.path.join(root, name))))


def _real(path: Path) -> str:
    """Return a file's path with its folders' links resolved: Git follows no link to a file."""
    return os.path.join(os.path.realpath(path.parent), path.name)


def _git(folder: Path, *words: str, stdin: bytes = b"") -> bytes:
    # Without optional locks, a commit at the same time cannot fail because of us.
    environment = {**os.environ, "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *words], input=stdin, capture_output=True, env=environment
        )
    except OSError as error:
        raise GitError(f"Git cannot be run ({error.strerror})") from None
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise GitError(said[0].removeprefix("fatal: ") if said else "there is no such commit")
    return done.stdout
