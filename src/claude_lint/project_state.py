"""The state of a project, as far as what is said of its files can depend on it."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from claude_lint.configuration.settings import Settings
from claude_lint.files.discovery import discover
from claude_lint.files.encoding import bytes_beside
from claude_lint.python.imports import imported_names

_MOST_STATED = 100_000
_MOST_INCLUDED = 100
# Within this many seconds a second change may leave a file's time as it is.
_RACY = 2.0
_PYTHON = (".py", ".pyi", ".ipynb")
_DEPENDENCIES = (".txt", ".in", ".toml", ".lock", ".cfg", ".yml", ".yaml")
_OWN_SETTINGS = (".claude-lint.toml", "claude-lint.toml")
_INCLUDE = re.compile(rb"(?m)^[ \t]*(?:-r|--requirement|-c|--constraint)[ \t=]+(\S+)")

Stated = tuple[int, int, int]
"""Size, inode and last change of a file."""

Imports = dict[str, tuple[Stated, str]]
"""By path, a digest of what the file of that state imports."""


@dataclass(frozen=True, slots=True)
class ProjectState:
    """What is the case in a project.

    `digest` covers which files there are, what each imports, and all of the files that name
    packages. `files` says of Python files what state they are in, but for those changed so lately
    that a second change might not show.
    """

    digest: str
    files: Mapping[str, Stated]
    imports: Imports


class UncertainError(Exception):
    """The project reaches beyond what is looked at, or is being changed."""


def project_state(settings: Settings, now: float, known: Imports) -> ProjectState:
    """Look at a project. `known` is what was found out of files before.

    Raises `UncertainError`, and `OSError` where something cannot be read.
    """
    found = _listed(settings)
    described: list[object] = [found]
    files: dict[str, Stated] = {}
    imports: Imports = {}
    for path in sorted({*found, *_walked(str(settings.root))}):
        if path.endswith(_PYTHON):
            stated = _stated(path)
            if stated is None:
                continue
            digest = _imports_of(path, stated, known)
            described.append((path, digest))
            if not _is_racy(stated, now):
                files[path] = stated
                imports[path] = (stated, digest)
            continue
        is_including = path.endswith((".txt", ".in"))
        for one in (path, *(_included(path) if is_including else ())):
            stated = _stated(one)
            if stated is not None and _is_racy(stated, now):
                raise UncertainError
            described.append((one, stated))
    described += [bytes_beside(path) for path in settings.catalog]
    return ProjectState(_digest(repr(described)), files, imports)


def _stated(path: str) -> Stated | None:
    """Return the state of a file, None for what is none."""
    if not os.path.isfile(path):
        return None
    status = os.stat(path)
    return status.st_size, status.st_ino, max(status.st_mtime_ns, status.st_ctime_ns)


def _is_racy(stated: Stated, now: float) -> bool:
    return stated[-1] / 1e9 > now - _RACY


def _listed(settings: Settings) -> list[str]:
    exclude = (*settings.exclude, *settings.extend_exclude)
    found = discover(
        [settings.root],
        cwd=settings.root,
        exclude=exclude,
        respect_gitignore=settings.respect_gitignore,
    )
    return sorted(str(file.path) for file in found.files)


def _walked(root: str) -> Iterator[str]:
    """Yield the paths of all that a judgement in a project may read.

    Imports reach files that Git or the settings leave out, so the folders are walked as they are.
    Hidden folders cannot be imported from; what is found in them is asked of the discovery.
    """
    count = 0
    for folder, folders, names in os.walk(root, onerror=_raise):
        folders[:] = [name for name in folders if not name.startswith(".")]
        if any(os.path.islink(os.path.join(folder, name)) for name in folders):
            raise UncertainError
        for name in names:
            if name in _OWN_SETTINGS:
                continue  # what they say is part of a key already
            if name.endswith((*_PYTHON, *_DEPENDENCIES)) or name.startswith("Pipfile"):
                count += 1
                yield os.path.join(folder, name)
        if count > _MOST_STATED:
            raise UncertainError


def _raise(error: OSError) -> None:
    raise error


def _imports_of(path: str, stated: Stated, known: Imports) -> str:
    if path in known and known[path][0] == stated:
        return known[path][1]
    data = bytes_beside(Path(path))
    if os.path.basename(path) == "setup.py":  # which also says what folders packages lie in
        return _digest(data.decode("utf-8", "replace"))
    return _digest("\n".join(imported_names(data)))


def _included(path: str) -> Iterator[str]:
    """Yield the files that requirements take in, and those that these do, wherever they are."""
    seen = {path}
    waiting = [path]
    while waiting and len(seen) <= _MOST_INCLUDED:
        path = waiting.pop()
        for name in _INCLUDE.findall(bytes_beside(Path(path))):
            included = os.path.join(os.path.dirname(path), os.fsdecode(name))
            if included not in seen:
                seen.add(included)
                waiting.append(included)
                yield included


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
