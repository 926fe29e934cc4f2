"""Which files a run reads: those named, and those found in the folders that are named."""

from __future__ import annotations

import contextlib
import os
import re
import stat
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import rignore

from claude_lint.files.encoding import Inaccessible
from claude_lint.files.globs import Glob, matcher

_SUFFIXES = (".py", ".pyi", ".ipynb")
_WITH_WILDCARD = re.compile(r"[*?\[\]{}!\\/]")
_UNPRINTABLE = re.compile("[\0-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_WALK_ERROR = re.compile(
    r"(.*?): IO error for operation on .*?: ([^:]+?)(?: \(os error \d+\))?", re.DOTALL
)
_CHUNK = 1 << 20
_MOST_READ = 64 << 20


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file to read: its absolute path, how to show it, and whether it was named itself.

    `display` is relative to the working directory, with `/`; characters that no terminal and no
    report should be sent, such as a newline or a byte that is no UTF-8, are escaped in it.
    """

    path: Path
    display: str
    explicit: bool


@dataclass(frozen=True, slots=True)
class Discovery:
    """The files of a run in the order of their display, and what was asked for in vain.

    `notes` say what could not be looked into; `missing` are the arguments that name nothing.
    """

    files: tuple[FoundFile, ...]
    notes: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


def discover(
    paths: Sequence[Path],
    *,
    cwd: Path,
    exclude: Sequence[Glob] = (),
    respect_gitignore: bool = True,
    force_exclude: bool = False,
) -> Discovery:
    """Find the files to read.

    A named file is taken whatever it is, a named folder gives its Python files and notebooks save
    those that `exclude` or Git leaves out. With `force_exclude`, `exclude` holds for what is named
    too. Links to folders are not followed; a link to a file that is found itself is left out.
    """
    excluded = matcher(exclude)
    named: set[str] = set()
    walked: dict[str, Path] = {}
    notes: list[str] = []
    missing: list[str] = []
    for path in paths:
        absolute = os.path.abspath(cwd / path)
        if not os.path.lexists(absolute):
            missing.append(str(path))
        elif force_exclude and excluded(Path(absolute)):
            continue
        elif os.path.isdir(absolute):
            walked.update(_walk(absolute, exclude, respect_gitignore, notes))
        else:
            named.add(absolute)
    paths_read = {name: Path(name) for name in named} | _regular(walked, notes)
    files = [
        FoundFile(path, display_path(name, cwd), name in named) for name, path in paths_read.items()
    ]
    files.sort(key=lambda file: (file.display, file.path))
    return Discovery(tuple(files), tuple(sorted(set(notes))), tuple(missing))


def display_path(path: str, cwd: Path) -> str:
    """Return an absolute path as it is shown: relative to `cwd`, with `/`, safe to print."""
    folder = os.path.join(cwd, "")
    if path.startswith(folder):
        shown = path[len(folder) :]
    else:
        try:
            shown = os.path.relpath(path, cwd)
        except ValueError:  # on another drive
            shown = path
    return _UNPRINTABLE.sub(_escaped, shown.replace(os.sep, "/"))


def gate(data: bytes, needles: tuple[bytes, ...]) -> bool:
    """Whether bytes contain any of the needles, in any case; the needles are lower-case."""
    lowered = data.lower()
    return any(needle in lowered for needle in needles)


def gate_file(path: Path, needles: tuple[bytes, ...]) -> bool:
    """Whether a file too large to be read at once contains any of the needles, in any case.

    What has gone unread after 64 MiB may contain them. Raise `Inaccessible` where reading fails.
    """
    overlap = max(map(len, needles), default=1) - 1
    tail = b""
    try:
        with open(path, "rb", opener=_without_waiting) as stream:
            for _ in range(_MOST_READ // _CHUNK):
                chunk = stream.read(_CHUNK)
                if gate(tail + chunk, needles):
                    return True
                if len(chunk) < _CHUNK:
                    return False
                tail = chunk[len(chunk) - overlap :]
    except OSError as error:
        raise Inaccessible(f"Cannot be read: {error.strerror}") from None
    return True


def _without_waiting(path: str, flags: int) -> int:
    """Open a file, and not wait for a writer if it has become a pipe."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def _walk(
    root: str, exclude: Sequence[Glob], respect_gitignore: bool, notes: list[str]
) -> Iterator[tuple[str, Path]]:
    """Yield what is below a folder, not left out, and named like a Python file or a notebook."""
    excluded = matcher(exclude)
    anchor = root
    # A folder named in spite of an exclusion is walked all the same: only what an exclusion
    # matches below it is left out, as if it stood where no exclusion matches.
    while excluded(Path(anchor)) and anchor != os.path.dirname(anchor):
        anchor = os.path.dirname(anchor)
    if respect_gitignore and (odd := list(_odd_gitignores(root, exclude))):
        notes += [_note(f"{path}: Not read, nor is any other: no regular file") for path in odd]
        respect_gitignore = False
    walker = rignore.walk(
        Path(root),
        ignore_hidden=False,
        read_ignore_files=False,
        read_git_ignore=respect_gitignore,
        read_global_git_ignore=respect_gitignore,
        read_git_exclude=respect_gitignore,
        require_git=False,
        overrides=_pruned(root, exclude),
    )
    has_odd_names = False
    while True:
        try:
            path = next(walker)
        except StopIteration:
            if has_odd_names:
                notes.extend(_odd_names(root, excluded))
            return
        except OSError as error:
            notes.append(_note(str(error)))
            continue
        except ValueError:
            has_odd_names = True
            continue
        if path is None or not (name := str(path)).endswith(_SUFFIXES):
            continue
        if not excluded(path if anchor is root else Path(anchor + name[len(root) :])):
            yield name, path


def _odd_gitignores(root: str, exclude: Sequence[Glob]) -> Iterator[str]:
    """Find each `.gitignore` that is a pipe or a device: to read it would never end.

    The walk would read those of folders that it is told to leave out, too.
    """
    for folder in Path(root).parents:
        path = os.path.join(folder, ".gitignore")
        if _is_odd_file(path):
            yield path
    pruned = {glob.text for glob in exclude if not _WITH_WILDCARD.search(glob.text)}
    pending = [root]
    while pending:
        with contextlib.suppress(OSError), os.scandir(pending.pop()) as entries:
            for entry in entries:
                if entry.name == ".gitignore":
                    if not entry.is_file(follow_symlinks=False) and _is_odd_file(entry.path):
                        yield entry.path
                elif entry.is_dir(follow_symlinks=False) and entry.name not in pruned:
                    pending.append(entry.path)


def _is_odd_file(path: str) -> bool:
    """Tell whether something can be read that is no regular file."""
    try:
        mode = os.stat(path).st_mode
    except (OSError, ValueError):
        return False  # mostly because there is none
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


def _odd_names(root: str, excluded: Callable[[Path], bool]) -> Iterator[str]:
    """Name what the walk cannot: files of ours with names that are not UTF-8."""
    for folder, _, names in os.walk(root):
        for name in names:
            path = os.path.join(folder, name)
            if _is_odd(path) and name.endswith(_SUFFIXES) and not excluded(Path(path)):
                yield _note(f"{path}: Left out, for its name is not UTF-8")


def _is_odd(path: str) -> bool:
    return any("\udc80" <= character <= "\udcff" for character in path)


def _pruned(root: str, exclude: Sequence[Glob]) -> list[str]:
    """Return overrides that keep the walk out of folders such as `node_modules`.

    Only plain names: for those a glob of ours and one of Git's mean the same.
    """
    return [
        f"!{glob.text}"
        for glob in exclude
        if not _WITH_WILDCARD.search(glob.text) and Path(root).is_relative_to(glob.base)
    ]


def _regular(walked: dict[str, Path], notes: list[str]) -> dict[str, Path]:
    """Return the regular files, and of links those to files that are not among them."""
    links = []
    regular = {}
    seen = set()
    for name, path in walked.items():
        try:
            status = os.lstat(name)
        except OSError:
            continue  # gone since it was listed
        if stat.S_ISREG(status.st_mode):
            seen.add((status.st_dev, status.st_ino))
            regular[name] = path
        elif stat.S_ISLNK(status.st_mode):
            links.append(name)
        elif not stat.S_ISDIR(status.st_mode):
            notes.append(_note(f"{name}: Left out, for it is no regular file"))
    for name in sorted(links):
        try:
            status = os.stat(name)
        except OSError as error:  # dangling, or a loop
            notes.append(_note(f"{name}: Left out, for it leads nowhere: {error.strerror}"))
            continue
        identity = (status.st_dev, status.st_ino)
        if stat.S_ISREG(status.st_mode) and identity not in seen:
            seen.add(identity)
            regular[name] = walked[name]
        elif not (stat.S_ISREG(status.st_mode) or stat.S_ISDIR(status.st_mode)):
            notes.append(_note(f"{name}: Left out, for it leads to no regular file"))
    return regular


def _note(text: str) -> str:
    """Return a note that names its path once and is one printable line."""
    if error := _WALK_ERROR.fullmatch(text):
        text = f"{error[1]}: {error[2]}"
    return _UNPRINTABLE.sub(_escaped, text)


def _escaped(match: re.Match[str]) -> str:
    character = match.group()
    if "\udc80" <= character <= "\udcff":  # how Python writes a byte that is no UTF-8
        return f"\\x{ord(character) - 0xDC00:02x}"
    return character.encode("unicode_escape").decode("ascii")
