"""Settings: which file holds for which path, what it says, and where each value comes from."""

from __future__ import annotations

import functools
import os
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from claude_lint import __version__
from claude_lint.configuration.settings_schema import (
    KEYS,
    Boolean,
    Key,
    ListOf,
    Mismatch,
    Number,
    TableOf,
    Type,
)
from claude_lint.configuration.toml_lines import KeyPath, key_lines
from claude_lint.files.encoding import Unreadable, read_bytes
from claude_lint.files.globs import Glob
from claude_lint.findings import Severity, UnusableError

_KEYS = {key.name: key for key in KEYS}
_FILE_NAMES = (".claude-lint.toml", "claude-lint.toml", "pyproject.toml")
_MISSPELLED = re.compile(rb"^[ \t]*\[tool\.claude_lint\b", re.MULTILINE)
_PROJECT_MARKS = (".git", ".hg", "pyproject.toml", "setup.py", "setup.cfg")


class SettingsError(UnusableError):
    """Settings that cannot be used: the file and 1-based line, where known, and what is wrong."""

    def __init__(self, path: Path | None, line: int | None, message: str) -> None:
        super().__init__(path, line, message)
        self.path = path
        self.line = line
        self.message = message

    def __str__(self) -> str:
        if self.path is None:
            return self.message
        return f"{self.message} in {Origin(self.path, self.line)}"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a value comes from: a settings file and its line, the command line, or the default."""

    source: Path | str = "default"
    line: int | None = None

    def __str__(self) -> str:
        source = self.source
        if isinstance(source, Path) and source.is_relative_to(Path.cwd()):
            source = source.relative_to(Path.cwd())
        text = source.as_posix() if isinstance(source, Path) else source
        return text if self.line is None else f"{text}:{self.line}"


_DEFAULT = Origin()
_COMMAND_LINE = Origin("command line")


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings that hold for a path; `settings_schema.KEYS` documents each field.

    `root` is the folder of the closest settings file, or the repository, or the project.
    `files` are the settings files that were read, the closest first.
    """

    root: Path
    files: tuple[Path, ...]
    required_version: str | None
    select: tuple[str, ...] | None
    ignore: tuple[str, ...]
    extend_select: tuple[str, ...]
    per_file_ignores: tuple[tuple[Glob, tuple[str, ...]], ...]
    exclude: tuple[Glob, ...]
    extend_exclude: tuple[Glob, ...]
    respect_gitignore: bool
    fail_on: Severity
    severity: tuple[tuple[str, str], ...]
    target_sdk: str | None
    target_api: str | None
    auth_header: str
    extra_models: tuple[str, ...]
    api_hosts: tuple[str, ...]
    retirement_warning_days: int | None
    catalog: tuple[Path, ...]
    retry_wrappers: tuple[str, ...]
    client_factories: tuple[str, ...]
    baseline: Path | None
    fixable: tuple[str, ...]
    unfixable: tuple[str, ...]
    cache_dir: Path
    max_file_size: int
    file_time_limit: float
    origins: Mapping[KeyPath, Origin] = field(default_factory=dict, compare=False, repr=False)

    def origin(self, *path: str | int) -> Origin:
        """Tell where a key, or an item below it, was set."""
        for length in range(len(path), 0, -1):
            if path[:length] in self.origins:
                return self.origins[path[:length]]
        return _DEFAULT


def load_settings(path: Path, *, config: Path | None = None, isolated: bool = False) -> Settings:
    """Find the settings that hold for a file or folder, which need not exist.

    `config` names the only file to read; `isolated` reads none. Results are kept per folder until
    `forget_settings` is called. Raise `SettingsError` where a file cannot be used.
    """
    absolute = Path(os.path.abspath(path))
    folder = absolute if absolute.is_dir() else absolute.parent
    if isolated:
        return _settings_from(None, _root(folder))
    if config is not None:
        config = Path(os.path.abspath(config))
        if not os.path.isfile(config):
            raise SettingsError(config, None, "No such settings file")
        return _settings_from(config, _root(folder))
    return _closest_settings(folder)


def forget_settings() -> None:
    """Read settings files anew from now on."""
    for cached in (_closest_settings, _settings_file, _settings_from, _root, _exists, _layer):
        cached.cache_clear()


def override(settings: Settings, values: Mapping[str, object], base: Path) -> Settings:
    """Put values from the command line, written as in TOML, over the settings.

    Keys that begin with `extend-` add to what is there. Paths and globs are relative to `base`.
    """
    layer = _Layer(Path(), {}, {})
    for name, value in values.items():
        try:
            layer.values[name] = _KEYS[name].type.read(value, base)
        except Mismatch as mismatch:
            raise SettingsError(None, None, f"`--{name}` {mismatch}") from None
        layer.origins[(name,)] = _COMMAND_LINE
    origins = dict(settings.origins)
    merged = {_KEYS[name].field: getattr(settings, _KEYS[name].field) for name in values}
    _lay_over(merged, origins, layer)
    return replace(settings, origins=origins, **merged)


def describe(
    path: Path, *, config: Path | None = None, isolated: bool = False
) -> list[tuple[str, str | None, str]]:
    """List each key with its value as TOML (None: not set) and where that was said."""
    settings = load_settings(path, config=config, isolated=isolated)
    return [
        (key.name, _toml(getattr(settings, key.field), key.type), _told(settings, key))
        for key in KEYS
        if key.name != "extend"
    ]


def nearest(word: str, known: Iterable[str]) -> str:
    """Give the known word most like `word`; among equals the one that begins like it."""
    from difflib import SequenceMatcher  # wanted only on the way to an error

    def likeness(each: str) -> tuple[float, bool]:
        return SequenceMatcher(None, each, word).ratio(), each.startswith(word[:3])

    return max(sorted(known), key=likeness)


@dataclass(frozen=True, slots=True)
class _Layer:
    """What one file says."""

    path: Path
    values: dict[str, object]
    origins: dict[KeyPath, Origin]


@functools.cache
def _closest_settings(folder: Path) -> Settings:
    for ancestor in (folder, *folder.parents):
        found = _settings_file(ancestor)
        if found is not None:
            return _settings_from(found, ancestor)
    return _settings_from(None, _root(folder))


@functools.cache
def _settings_file(folder: Path) -> Path | None:
    for name in _FILE_NAMES:
        path = folder / name
        if os.path.isfile(path) and (name != "pyproject.toml" or _layer(path) is not None):
            return path
    return None


@functools.cache
def _root(folder: Path) -> Path:
    """Find the folder that a project without settings is taken to begin at."""
    ancestors = (folder, *folder.parents)
    for mark in _PROJECT_MARKS:
        for ancestor in ancestors:
            if _exists(ancestor, mark):
                return ancestor
    return Path.cwd() if Path.cwd() in ancestors else folder


@functools.cache
def _exists(folder: Path, name: str) -> bool:
    return os.path.exists(os.path.join(folder, name))


@functools.cache
def _settings_from(path: Path | None, root: Path) -> Settings:
    # Defaults are relative to the root, so that they hold whatever folder `--config` names.
    values = {
        key.field: None if key.default is None else key.type.read(key.default, root)
        for key in KEYS
        if key.name != "extend"
    }
    origins: dict[KeyPath, Origin] = {}
    layers = [] if path is None else _with_extended(path)
    for layer in reversed(layers):
        _lay_over(values, origins, layer)
    files = tuple(layer.path for layer in layers)
    typed: dict[str, Any] = values
    return Settings(root=root, files=files, origins=origins, **typed)


def _with_extended(path: Path) -> list[_Layer]:
    """Read a file and those it extends, the closest first."""
    layers: list[_Layer] = []
    asked_by = Origin(path)
    while True:
        layer = _layer(path)
        if layer is None:
            source, line = asked_by.source, asked_by.line
            raise SettingsError(
                Path(source), line, f"`{path.name}` has no table `[tool.claude-lint]`"
            )
        layers.append(layer)
        extended = layer.values.get("extend")
        if not isinstance(extended, Path):
            return layers
        asked_by = layer.origins[("extend",)]
        path = Path(os.path.abspath(extended))
        problem = None
        if any(path == read.path for read in layers):
            problem = f"`extend` leads back to `{path.name}`"
        elif not os.path.isfile(path):
            problem = f"`extend` names `{extended.name}`, which is no file"
        if problem is not None:
            raise SettingsError(layer.path, asked_by.line, problem)


def _lay_over(values: dict[str, Any], origins: dict[KeyPath, Origin], layer: _Layer) -> None:
    for name, value in layer.values.items():
        if name == "extend":
            continue
        key = _KEYS[name]
        shift = 0
        if key.is_added:
            shift = len(values[key.field])
            value = (*values[key.field], *value)  # type: ignore[misc]
        else:
            for path in [path for path in origins if path[0] == name]:
                del origins[path]
        values[key.field] = value
        for path, origin in layer.origins.items():
            if path[0] == name:
                origins[_shifted(path, shift)] = origin


def _shifted(path: KeyPath, by: int) -> KeyPath:
    if len(path) > 1 and isinstance(path[1], int):
        return (path[0], path[1] + by, *path[2:])
    return path


@functools.cache
def _layer(path: Path) -> _Layer | None:
    """Read one file; None for a `pyproject.toml` that says nothing to us."""
    try:
        data = read_bytes(path, sys.maxsize)
    except Unreadable as problem:
        reason = str(problem).removeprefix("Cannot be read: ")
        raise SettingsError(path, None, f"Cannot be read ({reason})") from None
    is_shared = path.name == "pyproject.toml"
    if is_shared and b"claude-lint" not in data:
        if (misspelled := _MISSPELLED.search(data)) is not None:
            line = data.count(b"\n", 0, misspelled.start()) + 1
            message = "The table `tool.claude_lint` is read by nobody; call it `tool.claude-lint`"
            raise SettingsError(path, line, message)
        return None  # whatever else is wrong with it is not ours to say
    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise SettingsError(path, line, "Not UTF-8, as TOML must be") from None
    table = _parsed(path, text)
    lines = key_lines(text)
    prefix: KeyPath = ("tool", "claude-lint") if is_shared else ()
    for step in prefix:
        table = table.get(str(step)) if isinstance(table, dict) else None
    if table is None:
        return None

    def line_of(*steps: str | int) -> int | None:
        whole = (*prefix, *steps)
        return next(
            (lines[whole[:n]] for n in range(len(whole), 0, -1) if whole[:n] in lines), None
        )

    if not isinstance(table, dict):
        raise SettingsError(path, line_of(), "`tool.claude-lint` must be a table")
    values = _read_values(path, table, line_of)
    origins = {
        steps[len(prefix) :]: Origin(path, line)
        for steps, line in lines.items()
        if len(steps) > len(prefix) and steps[: len(prefix)] == prefix
    }
    for name in values:
        origins.setdefault((name,), Origin(path, line_of(name)))
    return _Layer(path, values, origins)


def _parsed(path: Path, text: str) -> Any:
    import tomli  # a run without settings files goes without

    try:
        return tomli.loads(text)
    except tomli.TOMLDecodeError as error:
        reason, _, place = str(error).rpartition(" (at ")
        number = re.match(r"line (\d+)", place)
        line = int(number[1]) if number else text.count("\n") + 1
        raise SettingsError(path, line, f"Not valid TOML: {reason or error}") from None
    except RecursionError:
        raise SettingsError(path, None, "Nested too deeply") from None
    except ValueError as error:  # an integer of thousands of digits
        raise SettingsError(path, None, f"Not valid TOML: {error}") from None


def _read_values(
    path: Path, table: dict[str, object], line_of: Callable[..., int | None]
) -> dict[str, object]:
    # First, because to an older version the keys of a newer one would look misspelled.
    names = sorted(table, key=lambda name: name != "required-version")
    values: dict[str, object] = {}
    for name in names:
        if name == "tool":
            message = f"`{path.name}` is all ours: its keys stand without `[tool.claude-lint]`"
            raise SettingsError(path, line_of(name), message)
        if name not in _KEYS:
            guess = nearest(name, _KEYS)
            raise SettingsError(
                path, line_of(name), f"Unknown key `{name}`; did you mean `{guess}`?"
            )
        try:
            values[name] = _KEYS[name].type.read(table[name], path.parent)
        except Mismatch as mismatch:
            where = "".join(
                f"[{step}]" if isinstance(step, int) else f".{step}" for step in mismatch.where
            )
            line = line_of(name, *mismatch.where)
            raise SettingsError(path, line, f"`{name}{where}` {mismatch}") from None
        if name == "required-version":
            _require_version(path, line_of(name), str(values[name]))
    return values


def _require_version(path: Path, line: int | None, wanted: str) -> None:
    from packaging.specifiers import SpecifierSet

    if not SpecifierSet(wanted).contains(__version__, prereleases=True):
        message = f"claude-lint {wanted} is required, this is {__version__}"
        raise SettingsError(path, line, message)


def _told(settings: Settings, key: Key) -> str:
    value = getattr(settings, key.field)
    items = range(len(value)) if key.is_added else ()
    places = [settings.origin(key.name, item) for item in items] or [settings.origin(key.name)]
    return ", ".join(dict.fromkeys(str(place) for place in places))


def _toml(value: Any, kind: Type) -> str | None:
    if value is None:
        return None
    if isinstance(kind, TableOf):
        pairs = (f"{_quoted(key)} = {_toml(item, kind.value)}" for key, item in value)
        return f"{{ {', '.join(pairs)} }}" if value else "{}"
    if isinstance(kind, ListOf):
        return f"[{', '.join(map(_quoted, value))}]"
    if isinstance(kind, Boolean):
        return str(value).lower()
    return str(value) if isinstance(kind, Number) else _quoted(value)


def _quoted(value: object) -> str:
    text = value.as_posix() if isinstance(value, Path) else str(value)
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
