"""Keep what was said of a file until anything changes that it could depend on.

What a file means depends on its neighbours, so an entry holds for one state of the whole project:
any change in it invalidates all entries. That is coarse, and certainly right.
"""

from __future__ import annotations

import functools
import hashlib
import importlib.resources
import importlib.util
import json
import os
import re
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from claude_lint import __version__, plugins
from claude_lint.configuration.rulings import Options
from claude_lint.configuration.settings import Settings
from claude_lint.files.discovery import discover
from claude_lint.findings import Edit, Finding, Fix, Location, Related, Safety, Severity, Span
from claude_lint.masking import mask

if TYPE_CHECKING:
    from claude_lint.judge import Judged, Task

_MOST_ENTRIES = 5_000
_MOST_BYTES = 50_000_000
_MOST_STATED = 100_000
# Within this many seconds a second change may leave a file's time as it is.
_RACY = 2.0
_now = time.time
_PYTHON = (".py", ".pyi", ".ipynb")
_DEPENDENCIES = (".txt", ".in", ".toml", ".lock", ".cfg", ".yml", ".yaml")
_OWN_SETTINGS = (".claude-lint.toml", "claude-lint.toml")
_ENTRY = re.compile(r"[0-9a-f]{64}\.json")
_INCLUDE = re.compile(rb"(?m)^[ \t]*(?:-r|--requirement|-c|--constraint)[ \t=]+(\S+)")
_TAG = "Signature: 8a477f597d28d172789f06886806bc55\n# The cache of claude-lint.\n"


class Cache:
    """The entries of one run. Whatever goes wrong with one only costs time."""

    def __init__(self, folder: Path, options: Options) -> None:
        self._folder = folder
        self._started = _now()
        self._digest = functools.cache(self._project)
        run = (options.select, options.ignore, options.extend_select, options.as_of, Path.cwd())
        self._run = repr((run, _tool(), sys.version))

    def find(self, task: Task) -> Judged | None:
        """Return what is known of a file; None where that is nothing."""
        key = self._key(task)
        if key is None:
            return None
        try:
            return _judged(json.loads((self._folder / f"{key}.json").read_bytes()), key)
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return None

    def keep(self, task: Task, judged: Judged) -> None:
        """Remember what was said of a file, unless it could not be judged."""
        key = None if judged.is_refused or judged.failures else self._key(task)
        if key is None:
            return
        said = repr([replace(finding, fingerprint="") for finding in judged.findings])
        if mask(said) != said:
            return  # nothing that could be a key is written down
        text = json.dumps(_entry(judged, key))
        with suppress(OSError):
            _mark(self._folder)
            _write(self._folder / f"{key}.json", text)

    def trim(self) -> None:
        """Drop the oldest entries beyond what the cache may hold."""
        with suppress(OSError):
            entries = []
            for entry in os.scandir(self._folder):
                if _ENTRY.fullmatch(entry.name):
                    status = entry.stat()
                    entries.append((status.st_mtime_ns, status.st_size, entry.path))
            size = 0
            for number, (_, length, path) in enumerate(sorted(entries, reverse=True), start=1):
                size += length
                if number > _MOST_ENTRIES or size > _MOST_BYTES:
                    with suppress(OSError):
                        os.unlink(path)

    def _key(self, task: Task) -> str | None:
        settings = task.settings
        project = self._digest(settings)
        if project is None or not task.path.is_relative_to(settings.root):
            return None
        if any(part.startswith(".") for part in task.path.relative_to(settings.root).parts):
            return None  # hidden neighbours are not looked at
        own = (str(task.path), task.display, hashlib.sha256(task.data).hexdigest())
        text = repr((own, self._run, project, _judging(settings)))
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()

    def _project(self, settings: Settings) -> str | None:
        """Describe the state of a project; None where that cannot be told for certain."""
        try:
            stated = list(_stated(settings))
            if any(time_ns / 1e9 > self._started - _RACY for *_, time_ns in stated):
                return None
            overlays = [path.read_bytes() for path in settings.catalog]
        except (OSError, _UncertainError):
            return None
        text = repr((sorted(stated), overlays))
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _judging(settings: Settings) -> Settings:
    """Leave out what settings say of a run as a whole: it changes nothing that is found."""
    return replace(
        settings, files=(), fail_on=Severity.WARNING, baseline=None, cache_dir=settings.root
    )


class _UncertainError(Exception):
    """The project reaches beyond what is looked at."""


def _stated(settings: Settings) -> Iterator[tuple[str, int, int, int]]:
    """Yield path, size, inode and last change of all that a judgement in a project may read.

    Imports reach files that Git or the settings leave out, so the folders are walked as they are.
    Hidden folders cannot be imported from; what is found in them is asked of the discovery.
    """
    root = str(settings.root)
    exclude = (*settings.exclude, *settings.extend_exclude)
    found = [str(file.path) for file in discover([settings.root], cwd=settings.root,
                                                 exclude=exclude).files]  # fmt: skip
    paths = set(found)
    for folder, folders, names in os.walk(root, onerror=_raise):
        folders[:] = [name for name in folders if not name.startswith(".")]
        if any(os.path.islink(os.path.join(folder, name)) for name in folders):
            raise _UncertainError
        for name in names:
            if name in _OWN_SETTINGS:
                continue  # what they say is part of the key already
            if name.endswith((*_PYTHON, *_DEPENDENCIES)) or name.startswith("Pipfile"):
                paths.add(os.path.join(folder, name))
        if len(paths) > _MOST_STATED:
            raise _UncertainError
    for path in paths:
        if os.path.isfile(path):
            if path.endswith((".txt", ".in", ".lock")):
                _check_includes(path)
            status = os.stat(path)
            changed = max(status.st_mtime_ns, status.st_ctime_ns)
            yield path, status.st_size, status.st_ino, changed
    # Which files are part of the project counts as much as what is in them.
    listed = hashlib.sha256("\0".join(sorted(found)).encode("utf-8", "surrogatepass")).hexdigest()
    yield listed, 0, 0, 0


def _raise(error: OSError) -> None:
    raise error


def _check_includes(path: str) -> None:
    """Raise `_UncertainError` for requirements that take in others by names not looked at."""
    with open(path, "rb") as stream:
        for included in _INCLUDE.findall(stream.read()):
            is_seen = included.endswith((b".txt", b".in", b".lock", b".toml"))
            if not is_seen or b".." in included or included.startswith((b"/", b".")):
                raise _UncertainError


@functools.cache
def _tool() -> str:
    """Describe the installed program, so that an edit to it invalidates what it said before."""
    package = Path(__file__).parent
    parts: list[object] = [__version__]
    rules = Path(str(importlib.resources.files("claude_lint.rules")))
    brought = plugins.installed()
    parts += map(repr, brought)
    of_plugins = (folder for plugin in brought for folder in plugin.folders)
    for folder in dict.fromkeys((package, rules, *of_plugins)):
        for path in sorted(folder.rglob("*")):
            if path.suffix in (".py", ".md", ".toml"):
                status = path.stat()
                parts.append((str(path), status.st_size, status.st_mtime_ns))
    for name in ("libcst", "packaging", "tomli", "rignore"):
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.origin:
            status = os.stat(spec.origin)
            parts.append((spec.origin, status.st_size, status.st_mtime_ns))
    return repr(parts)


def _mark(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in (("CACHEDIR.TAG", _TAG), (".gitignore", "*\n")):
        if not (folder / name).exists():
            _write(folder / name, text)


def _write(path: Path, text: str) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(text)
        os.replace(name, path)
    except OSError:
        with suppress(OSError):
            os.unlink(name)
        raise


def _entry(judged: Judged, key: str) -> dict[str, Any]:
    return {
        "key": key,
        "findings": [_written(finding) for finding in judged.findings],
        "suppressed": judged.suppressed,
        "notes": list(judged.notes),
    }


def _written(finding: Finding) -> dict[str, Any]:
    fix = finding.fix
    return {
        "code": finding.code,
        "rule": finding.rule,
        "severity": finding.severity.value,
        "message": finding.message,
        "location": _place(finding.location),
        "help": finding.help,
        "related": [(_place(one.location), one.message) for one in finding.related],
        "fix": fix
        and (fix.title, fix.safety.value, [(_place(e.location), e.text) for e in fix.edits]),
        "scope": finding.scope,
        "excerpt": finding.excerpt,
        "fingerprint": finding.fingerprint,
    }


def _place(at: Location) -> list[Any]:
    span = at.span
    return [at.path, [span.line, span.column, span.end_line, span.end_column], at.cell]


def _judged(entry: dict[str, Any], key: str) -> Judged:
    from claude_lint.judge import Judged

    if entry["key"] != key:
        raise ValueError("an entry under another's name")
    findings = tuple(_finding(each) for each in entry["findings"])
    return Judged(findings, int(entry["suppressed"]), notes=tuple(map(str, entry["notes"])))


def _finding(entry: dict[str, Any]) -> Finding:
    fix = entry["fix"]
    return Finding(
        **{
            **entry,
            "severity": Severity(entry["severity"]),
            "location": _location(entry["location"]),
            "related": tuple(Related(_location(at), str(words)) for at, words in entry["related"]),
            "fix": fix
            and Fix(fix[0], Safety(fix[1]), tuple(Edit(_location(at), t) for at, t in fix[2])),
        }
    )


def _location(entry: list[Any]) -> Location:
    path, span, cell = entry
    return Location(path, Span(*map(int, span)), cell)
