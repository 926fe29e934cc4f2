"""Keep what was said of a file until anything changes that it could depend on.

What a file means depends on its neighbours. An entry holds while its file is the same, all that
was looked at to judge it is, and nothing changes in which files there are and what each imports.
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
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from claude_lint import __version__, plugins
from claude_lint.configuration.rulings import Options
from claude_lint.configuration.settings import Settings
from claude_lint.files.encoding import bytes_beside
from claude_lint.findings import Edit, Finding, Fix, Location, Related, Safety, Severity, Span
from claude_lint.masking import mask
from claude_lint.project_state import Imports, ProjectState, UncertainError, project_state

if TYPE_CHECKING:
    from claude_lint.judge import Judged, Task

_MOST_ENTRIES = 5_000
_MOST_BYTES = 50_000_000
_now = time.time
_IMPORTS = "imports.json"
# What reading JSON that we did not write can raise; an infinite number is no `int`.
_DAMAGE = (ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError)
_ENTRY = re.compile(r"[0-9a-f]{64}\.json")
_TAG = "Signature: 8a477f597d28d172789f06886806bc55\n# The cache of claude-lint.\n"


class Cache:
    """The entries of one run. Whatever goes wrong with one only costs time."""

    def __init__(self, folder: Path, options: Options) -> None:
        self._folder = folder
        self._started = _now()
        self._state = functools.cache(self._look)
        self._imports = _read_imports(folder / _IMPORTS)
        run = (options.select, options.ignore, options.extend_select, options.as_of, Path.cwd())
        self._run = repr((run, _tool(), sys.version))

    def find(self, task: Task) -> Judged | None:
        """Return what is known of a file; None where that is nothing."""
        key, state = self._key(task), self._state(task.settings)
        if key is None or state is None:
            return None
        try:
            entry = json.loads(bytes_beside(self._folder / f"{key}.json"))
            is_as_it_was = all(
                state.files.get(path) == tuple(stated) for path, stated in entry["read"].items()
            )
            return _judged(entry, key) if is_as_it_was else None
        except _DAMAGE:
            return None

    def keep(self, task: Task, judged: Judged) -> None:
        """Remember what was said of a file, unless it could not be judged."""
        key = None if judged.is_refused or judged.failures else self._key(task)
        state = self._state(task.settings)
        if key is None or state is None or not state.files.keys() >= set(judged.read):
            return
        said = repr([replace(finding, fingerprint="") for finding in judged.findings])
        if mask(said) != said or any(mask(path) != path for path in judged.read):
            return  # nothing that could be a key is written down
        read = {path: state.files[path] for path in judged.read}
        text = json.dumps({**_entry(judged, key), "read": read})
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
        state = self._state(settings)
        if state is None or not task.path.is_relative_to(settings.root):
            return None
        if any(part.startswith(".") for part in task.path.relative_to(settings.root).parts):
            return None  # hidden neighbours are not looked at
        own = (str(task.path), task.display, hashlib.sha256(task.data).hexdigest())
        text = repr((own, self._run, state.digest, _judging(settings)))
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()

    def _look(self, settings: Settings) -> ProjectState | None:
        """Describe the state of a project; None where that cannot be told for certain."""
        try:
            state = project_state(settings, self._started, self._imports)
        except (OSError, UncertainError):
            return None
        if state.imports.items() - self._imports.items():
            self._imports.update(state.imports)
            with suppress(OSError):
                _mark(self._folder)
                told = {path: of for path, of in self._imports.items() if mask(path) == path}
                _write(self._folder / _IMPORTS, json.dumps(told))
        return state


def _judging(settings: Settings) -> Settings:
    """Leave out what settings say of a run as a whole: it changes nothing that is found."""
    return replace(
        settings, files=(), fail_on=Severity.WARNING, baseline=None, cache_dir=settings.root
    )


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
                with suppress(OSError):  # an editor's mark, which leads nowhere
                    status = path.stat()
                    parts.append((str(path), status.st_size, status.st_mtime_ns))
    for name in ("libcst", "packaging", "tomli", "rignore"):
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.origin:
            status = os.stat(spec.origin)
            parts.append((spec.origin, status.st_size, status.st_mtime_ns))
    return repr(parts)


def _read_imports(path: Path) -> Imports:
    """Return what earlier runs found out of files; nothing where that is damaged."""
    try:
        found = json.loads(bytes_beside(path))
        return {
            str(name): ((int(size), int(inode), int(changed)), str(digest))
            for name, ((size, inode, changed), digest) in found.items()
        }
    except _DAMAGE:
        return {}


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
    except BaseException:
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
