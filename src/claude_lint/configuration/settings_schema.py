"""The keys a settings file may hold: name, type, default and a line of documentation each."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from claude_lint.configuration.toml_lines import KeyPath
from claude_lint.files import globs
from claude_lint.findings import Severity
from claude_lint.masking import mask

_ANY_TEXT = r"(?s:.+)"
_CHOICES = re.compile(r"[\w-]+(?:\|[\w-]+)+")


class Mismatch(Exception):
    """A value that is not of its key's type; `where` leads to it from the key."""

    def __init__(self, expected: str, value: object, where: KeyPath = ()) -> None:
        self.expected = expected
        self.value = value
        self.where = where
        super().__init__(f"must be {expected}, not {_shown(value)}")


class Type(Protocol):
    """What a key's value must be, and how it becomes the value the program works with."""

    @property
    def expected(self) -> str:
        """Say what is accepted, to follow "must be"."""

    def read(self, value: object, base: Path) -> object:
        """Check and convert a TOML value; paths and globs are relative to `base`.

        Raise `Mismatch` for a value of another type.
        """

    def json_schema(self) -> dict[str, object]:
        """Say the same to an editor, as far as JSON Schema can."""


@dataclass(frozen=True, slots=True)
class Boolean:
    """True or false."""

    expected: str = "true or false"

    def read(self, value: object, base: Path) -> object:
        """Accept only a boolean."""
        if not isinstance(value, bool):
            raise Mismatch(self.expected, value)
        return value

    def json_schema(self) -> dict[str, object]:
        """Allow a boolean."""
        return {"type": "boolean"}


@dataclass(frozen=True, slots=True)
class Number:
    """A number of at least `minimum`; a whole one unless `is_whole` is false."""

    expected: str
    minimum: int
    is_whole: bool = True

    def read(self, value: object, base: Path) -> object:
        """Accept a number in range."""
        kinds = int if self.is_whole else (int, float)
        if not isinstance(value, kinds) or isinstance(value, bool) or not value >= self.minimum:
            raise Mismatch(self.expected, value)
        return value

    def json_schema(self) -> dict[str, object]:
        """Allow numbers from the minimum on."""
        return {"type": "integer" if self.is_whole else "number", "minimum": self.minimum}


@dataclass(frozen=True, slots=True)
class Text:
    """A string that matches `pattern` as a whole.

    `make` converts it, raising ValueError for what the pattern could not tell. `is_bare` also
    accepts a number or date that was written without quotes.
    """

    expected: str = "a string"
    pattern: str = _ANY_TEXT
    make: Callable[[str, Path], object] = lambda text, base: text
    is_bare: bool = False

    def read(self, value: object, base: Path) -> object:
        """Accept a string of the right form."""
        if self.is_bare and isinstance(value, (int, datetime.date)) and not isinstance(value, bool):
            value = str(value)
        if not isinstance(value, str) or not re.fullmatch(self.pattern, value):
            raise Mismatch(self.expected, value)
        try:
            return self.make(value, base)
        except ValueError:
            raise Mismatch(self.expected, value) from None

    def json_schema(self) -> dict[str, object]:
        """Allow the texts that the pattern does, listed where they are few."""
        if _CHOICES.fullmatch(self.pattern):
            return {"enum": self.pattern.split("|")}
        text: dict[str, object] = {"type": "string", "minLength": 1}
        if self.pattern != _ANY_TEXT:
            text["pattern"] = f"^(?:{self.pattern})$"
        # Of TOML's dates, editors make strings.
        return {"anyOf": [text, {"type": "integer"}]} if self.is_bare else text


@dataclass(frozen=True, slots=True)
class Selector(Text):
    """A rule's code, the beginning of one, a rule's name, or `ALL`."""

    def json_schema(self) -> dict[str, object]:
        """Refer to the list of all rules, which is not known here."""
        return {"$ref": "#/$defs/rule"}


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list whose items are all of one type."""

    item: Type
    expected: str

    def read(self, value: object, base: Path) -> object:
        """Convert to a tuple."""
        if not isinstance(value, list):
            raise Mismatch(self.expected, value)
        return tuple(_inside(index, self.item, item, base) for index, item in enumerate(value))

    def json_schema(self) -> dict[str, object]:
        """Allow an array of such items."""
        return {"type": "array", "items": self.item.json_schema()}


@dataclass(frozen=True, slots=True)
class TableOf:
    """A table whose keys are all of one type, and so are its values."""

    key: Type
    value: Type
    expected: str

    def read(self, value: object, base: Path) -> object:
        """Convert to a tuple of pairs, in the table's order."""
        if not isinstance(value, dict):
            raise Mismatch(self.expected, value)
        return tuple(
            (_inside(key, self.key, key, base), _inside(key, self.value, item, base))
            for key, item in value.items()
        )

    def json_schema(self) -> dict[str, object]:
        """Allow an object with such keys and values."""
        return {
            "type": "object",
            "propertyNames": self.key.json_schema(),
            "additionalProperties": self.value.json_schema(),
        }


@dataclass(frozen=True, slots=True)
class Key:
    """One key of the settings; a default of None means that it is not set."""

    name: str
    type: Type
    default: object
    doc: str

    @property
    def field(self) -> str:
        """The name of the attribute of `Settings` that holds the value."""
        return self.name.replace("-", "_")

    @property
    def is_added(self) -> bool:
        """Whether its items join those of an extended file instead of replacing them."""
        return self.name.startswith("extend-")


def _inside(step: str | int, kind: Type, value: object, base: Path) -> object:
    try:
        return kind.read(value, base)
    except Mismatch as mismatch:
        where = (step, *mismatch.where)
        raise Mismatch(mismatch.expected, mismatch.value, where) from None


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "`true`" if value else "`false`"
    if isinstance(value, (str, int, float)):
        return f"`{mask(str(value))}`" if value != "" else "an empty string"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, dict):
        return "a table"
    return "a date or time"


# To read the digits of a number takes time with the square of how many there are.
_LONGEST_RANGE = 1_000


def _sdk_range(text: str, base: Path) -> str:
    if len(text) > _LONGEST_RANGE:
        raise ValueError("too long for versions")
    from packaging.specifiers import SpecifierSet  # costs more than this whole module

    if not text.isdecimal():
        SpecifierSet(text)
    return text


def _version_range(text: str, base: Path) -> str:
    if len(text) > _LONGEST_RANGE:
        raise ValueError("too long for versions")
    from packaging.specifiers import SpecifierSet

    exact = f"=={text}" if text[0].isdecimal() else text
    SpecifierSet(exact)
    return exact


def _path(text: str, base: Path) -> Path:
    if "\0" in text:
        raise ValueError("no name of a file holds a NUL")
    return base / text


_SELECTORS = ListOf(Selector(), "a list of rule codes, prefixes or names")
_GLOB = Text("a glob", make=globs.check)
_GLOBS = ListOf(_GLOB, "a list of globs")
_DOTTED_NAMES = ListOf(
    Text("a dotted name such as `app.net.with_retry`", r"[^\W\d]\w*(\.[^\W\d]\w*)*"),
    "a list of dotted names",
)
_HOST = Text(
    "a bare host such as `gateway.example.com`",
    r"[\w-]+(\.[\w-]+)*(:\d+)?",
    make=lambda text, base: text.lower(),
)

# Folders that hold what was built, installed or remembered, never what somebody wrote.
_EXCLUDED = [
    ".direnv",
    ".eggs",
    ".git",
    ".hg",
    ".hypothesis",
    ".ipynb_checkpoints",
    ".mypy_cache",
    ".nox",
    ".pants.d",
    ".pyenv",
    ".pytest_cache",
    ".pytype",
    ".ruff_cache",
    ".svn",
    ".tox",
    ".venv",
    "__pycache__",
    "__pypackages__",
    "build",
    "buck-out",
    "dist",
    "node_modules",
    "site-packages",
    "venv",
]

KEYS: tuple[Key, ...] = (
    Key(
        "extend",
        Text("the path of a settings file", make=_path),
        None,
        "Settings file whose keys hold where this one is silent.",
    ),
    Key(
        "required-version",
        Text("a version or a range such as `>=0.1`", make=_version_range),
        None,
        "Versions of claude-lint that may use these settings.",
    ),
    Key("select", _SELECTORS, None, "Rules to enable, in place of the default ones."),
    Key("ignore", _SELECTORS, [], "Rules to disable."),
    Key("extend-select", _SELECTORS, [], "Rules to enable besides the selected ones."),
    Key(
        "per-file-ignores",
        TableOf(_GLOB, _SELECTORS, "a table from globs to lists of rules"),
        {},
        "Rules to disable in the files that a glob matches.",
    ),
    Key("exclude", _GLOBS, _EXCLUDED, "Files and folders to leave out when walking a folder."),
    Key("extend-exclude", _GLOBS, [], "Files and folders to leave out besides `exclude`."),
    Key("respect-gitignore", Boolean(), True, "Leave out what Git ignores."),
    Key(
        "fail-on",
        Text(
            "`info`, `warning` or `error`",
            "info|warning|error",
            make=lambda text, base: Severity[text.upper()],
        ),
        "warning",
        "Least severity of a finding that makes the run fail.",
    ),
    Key(
        "severity",
        TableOf(
            Selector(),
            Text("`info`, `warning`, `error` or `off`", "info|warning|error|off"),
            "a table from rules to severities",
        ),
        {},
        "Severity of rules, in place of the one they report.",
    ),
    Key(
        "target-sdk",
        Text(
            "a major version (`2`) or a range (`>=0.40,<1`)",
            make=_sdk_range,
            is_bare=True,
        ),
        None,
        "Versions of the `anthropic` package to judge by, in place of what the project requires.",
    ),
    Key(
        "target-api",
        Text("an API version such as `2023-06-01`", r"\d{4}-\d\d-\d\d", is_bare=True),
        None,
        "API version to judge by where neither the request nor its SDK decides.",
    ),
    Key(
        "auth-header",
        Text("`x-api-key` or `any`", "x-api-key|any"),
        "x-api-key",
        "Header in which a raw request may carry an API key; `any` allows `Authorization: Bearer`.",
    ),
    Key(
        "extra-models",
        ListOf(Text("a model ID or a glob"), "a list of model IDs or globs"),
        [],
        "Model IDs that are known to exist although the catalogue lacks them.",
    ),
    Key(
        "api-hosts",
        ListOf(_HOST, "a list of hosts"),
        [],
        "Hosts that behave like the Claude API.",
    ),
    Key(
        "retirement-warning-days",
        Number("a number of days", 0),
        None,
        "Days ahead for which `deprecated-model` warns; all announced dates unless set.",
    ),
    Key(
        "catalog",
        ListOf(Text("the path of a TOML file", make=_path), "a list of paths of TOML files"),
        [],
        "TOML files whose rows overlay the shipped facts.",
    ),
    Key("retry-wrappers", _DOTTED_NAMES, [], "Own functions and decorators that retry."),
    Key("client-factories", _DOTTED_NAMES, [], "Own functions that return a Claude client."),
    Key("baseline", Text("a path", make=_path), None, "File of findings that are already known."),
    Key("fixable", _SELECTORS, ["ALL"], "Rules whose fixes may be applied."),
    Key("unfixable", _SELECTORS, [], "Rules whose fixes may not be applied."),
    Key(
        "cache-dir",
        Text("a path", make=_path),
        ".claude-lint-cache",
        "Folder in which results are kept from run to run.",
    ),
    Key(
        "max-file-size",
        Number("a number of bytes above 0", 1),
        5_000_000,
        "Size in bytes above which a file is not read.",
    ),
    Key(
        "file-time-limit",
        Number("a number of seconds, at least 1", 1, is_whole=False),
        30,
        "Seconds after which the work on one file is given up.",
    ),
)
