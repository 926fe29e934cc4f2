"""Which versions of a package a folder's dependency files ask for.

Every format is read as far as it names packages, and nothing is executed. A file that is
malformed, too large or unreadable says nothing; it never stops a run.
"""

from __future__ import annotations

import configparser
import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import tomli
from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from claude_lint.files.encoding import Unreadable, read_bytes

_MAX_SIZE = 20_000_000
_MAX_INCLUDES = 20

Reader = Callable[[Path, str], Iterable["Pin"]]


@dataclass(frozen=True, slots=True)
class Pin:
    """One mention of a package: the versions it allows and the 1-based line it stands on."""

    name: str
    specifier: SpecifierSet
    path: Path
    line: int
    extras: frozenset[str] = frozenset()
    is_locked: bool = False


def pins(folder: Path, names: frozenset[str]) -> list[Pin]:
    """Return the mentions of the packages in the first kind of a folder's files that has one.

    Lock files come first, then `pyproject.toml`, requirements, `setup.cfg`, `setup.py`, `Pipfile`,
    conda environments, and the metadata of a source archive. `names` are canonical.
    """
    for patterns, reader in (*_LOCKS, *_DECLARATIONS):
        if found := _read(folder, patterns, reader, names):
            return found
    return []


def locked_pins(folder: Path, names: frozenset[str]) -> list[Pin]:
    """Return the mentions in a folder's lock files alone."""
    for patterns, reader in _LOCKS:
        if found := _read(folder, patterns, reader, names):
            return found
    return []


def script_pins(path: Path, text: str, names: frozenset[str]) -> list[Pin]:
    """Return the mentions in the inline metadata (PEP 723) of a script."""
    text = text.replace("\r\n", "\n")
    block = re.search(r"^# /// script[ \t]*\n((?:#(?: .*)?\n)+?)# ///[ \t]*$", text, re.MULTILINE)
    if block is None:
        return []
    try:
        table = tomli.loads(re.sub(r"(?m)^# ?", "", block[1]))
    except ValueError:
        return []
    found = [_requirement(path, text, item) for item in _strings(table.get("dependencies"))]
    return [pin for pin in found if pin and pin.name in names]


def _read(
    folder: Path, patterns: tuple[str, ...], reader: Reader, names: frozenset[str]
) -> list[Pin]:
    found: list[Pin] = []
    for pattern in patterns:
        for path in _files(folder, pattern):
            text = _text(path)
            # Most files name none of the packages: do not parse those.
            if text and any(_loosely(name).search(text) for name in names):
                try:
                    found += [pin for pin in reader(path, text) if pin.name in names]
                except (ValueError, TypeError, AttributeError, RecursionError, configparser.Error):
                    continue
    return found


def _files(folder: Path, pattern: str) -> list[Path]:
    if "*" not in pattern:
        return [folder / pattern]
    try:
        return sorted(folder.glob(pattern))
    except OSError:
        return []  # the folder has gone meanwhile


def _text(path: Path) -> str:
    try:
        data = read_bytes(path, _MAX_SIZE)
    except Unreadable:
        return ""
    return data.decode("utf-8-sig", "replace").replace("\r\n", "\n")


@cache
def _loosely(name: str) -> re.Pattern[str]:
    """Match a package's name as people write it: any case, any of `-`, `_` and `.`."""
    return re.compile(re.escape(name).replace(r"\-", "[-_.]+"), re.IGNORECASE)


def _line(text: str, name: str, near: str = "") -> int:
    """Find the line of a mention: the one with the specifier on it, else the first by name."""
    first = None
    for mention in _loosely(name).finditer(text):
        start, end = text.rfind("\n", 0, mention.start()) + 1, text.find("\n", mention.end())
        if near and near in text[start : end if end != -1 else None]:
            return text.count("\n", 0, start) + 1
        first = start if first is None else first
    return text.count("\n", 0, first or 0) + 1


def _requirement(path: Path, text: str, written: str) -> Pin | None:
    written = written.split(" #")[0].split(" --")[0].strip().rstrip("\\").strip()
    try:
        requirement = Requirement(written)
    except InvalidRequirement:
        return None
    return Pin(
        canonicalize_name(requirement.name),
        requirement.specifier,
        path,
        _line(text, requirement.name, written),
        frozenset(requirement.extras),
    )


def _pin(path: Path, text: str, name: str, specifier: str, **more: Any) -> Pin | None:
    try:
        versions = SpecifierSet(specifier)
    except ValueError:  # no specifier, or a number of thousands of digits
        return None
    number = re.search(r"\d[\w.]*", specifier)
    line = _line(text, name, number[0] if number else "")
    return Pin(canonicalize_name(name), versions, path, line, **more)


def _strings(value: Any) -> Iterator[str]:
    """Yield the strings of a list; what is no list has none."""
    if isinstance(value, list):
        yield from (item for item in value if isinstance(item, str))


def _tables(value: Any) -> Iterator[dict[str, Any]]:
    """Yield the tables among a table's values."""
    if isinstance(value, dict):
        yield from (item for item in value.values() if isinstance(item, dict))


# --- lock files ---------------------------------------------------------------------------------

# Lock files can be megabytes, and TOML is slow to parse: their layout is fixed, so match it.
_LOCKED_PACKAGE = re.compile(
    r'^\[\[packages?\]\][ \t]*\r?\nname = "([^"]+)"[ \t]*\r?\nversion = "([^"]+)"', re.MULTILINE
)


def _toml_lock(path: Path, text: str) -> Iterator[Pin]:
    for match in _LOCKED_PACKAGE.finditer(text):
        line = text.count("\n", 0, match.start(2)) + 1
        try:
            versions = SpecifierSet(f"=={Version(match[2])}")
        except ValueError:
            continue
        yield Pin(canonicalize_name(match[1]), versions, path, line, is_locked=True)


def _pipfile_lock(path: Path, text: str) -> Iterator[Pin]:
    data = json.loads(text)
    for section in ("default", "develop"):
        for name, entry in (data.get(section) or {}).items():
            pin = _pin(path, text, name, entry.get("version", ""), is_locked=True)
            if pin and pin.specifier:
                line = next(
                    number
                    for number, written in enumerate(text.splitlines(), 1)
                    if f'"{name}": {{' in written or f'"{name}":{{' in written
                )
                yield Pin(pin.name, pin.specifier, path, line, is_locked=True)


# --- declarations -------------------------------------------------------------------------------


def _pyproject(path: Path, text: str) -> Iterator[Pin]:
    data = tomli.loads(text)
    project = data.get("project", {})
    tool = data.get("tool", {})
    lists = [project.get("dependencies"), *project.get("optional-dependencies", {}).values()]
    lists += data.get("dependency-groups", {}).values()
    uv = tool.get("uv", {})
    lists += [uv.get("dev-dependencies"), uv.get("constraint-dependencies")]
    lists += tool.get("pdm", {}).get("dev-dependencies", {}).values()
    for environment in _tables(tool.get("hatch", {}).get("envs")):
        lists += [environment.get("dependencies"), environment.get("extra-dependencies")]
    for written in (item for each in lists for item in _strings(each)):
        if pin := _requirement(path, text, written):
            yield pin
    poetry = tool.get("poetry", {})
    tables = [poetry.get("dependencies"), poetry.get("dev-dependencies")]
    tables += [group.get("dependencies") for group in _tables(poetry.get("group"))]
    tables += [tool.get("pixi", {}).get(key) for key in ("dependencies", "pypi-dependencies")]
    for table in tables:
        yield from _table(path, text, table)


def _pipfile(path: Path, text: str) -> Iterator[Pin]:
    data = tomli.loads(text)
    for section in ("packages", "dev-packages"):
        yield from _table(path, text, data.get(section))


def _table(path: Path, text: str, table: Any) -> Iterator[Pin]:
    """Read a table of name and constraint, which may be a string, a table or a list of them."""
    for name, entry in table.items() if isinstance(table, dict) else ():
        for one in entry if isinstance(entry, list) else [entry]:
            version = one.get("version", "*") if isinstance(one, dict) else one
            extras = frozenset(_strings(one.get("extras")) if isinstance(one, dict) else ())
            if isinstance(version, str):
                pin = _pin(path, text, name, _specifier(version), extras=extras)
                if pin:
                    yield pin


def _specifier(constraint: str) -> str:
    """Turn Poetry's, Pipenv's and conda's shorthands into a PEP 440 specifier."""
    parts = []
    for part in constraint.split("||")[-1].split(","):
        part = part.strip()
        operator, number = part[:1], part[1:].strip()
        if part in ("", "*", "latest"):
            continue
        if operator == "^":
            parts.append(f">={number},<{_caret(number)}")
        elif operator == "~" and not part.startswith("~="):
            major, _, rest = number.partition(".")
            parts.append(f">={number},=={major}.{rest.split('.')[0]}.*" if rest else f"=={major}.*")
        elif operator == "=" and not part.startswith("=="):
            parts.append(f"=={number.split('=')[0].removesuffix('.*')}.*")
        elif operator.isdigit():
            parts.append(f"=={part}")
        else:
            parts.append(part)
    return ",".join(parts)


def _caret(number: str) -> str:
    """Return the first version that `^number` does not allow: the leftmost non-zero part moves."""
    parts = [int(part) for part in re.findall(r"\d+", number.split("-")[0])][:3] or [0]
    index = next((at for at, part in enumerate(parts) if part), len(parts) - 1)
    return ".".join(str(part) for part in [*parts[:index], parts[index] + 1])


def _requirements(path: Path, text: str) -> Iterator[Pin]:
    waiting, seen = [(path, text)], {path}
    while waiting:
        path, text = waiting.pop()
        for line in text.replace("\\\n", " ").splitlines():
            if included := re.match(r"\s*(?:-r|--requirement|-c|--constraint)[\s=]+(\S+)", line):
                other = path.parent / included[1]
                if other not in seen and len(seen) < _MAX_INCLUDES:
                    seen.add(other)
                    waiting.append((other, _text(other)))
            elif pin := _requirement(path, text, line):
                yield pin


def _setup_cfg(path: Path, text: str) -> Iterator[Pin]:
    parser = configparser.RawConfigParser(strict=False)
    parser.read_string(text)
    values = [parser.get("options", "install_requires", fallback="")]
    if parser.has_section("options.extras_require"):
        values += [value for _, value in parser.items("options.extras_require")]
    for written in (line for value in values for line in re.split(r"[\n;]", value)):
        if pin := _requirement(path, text, written):
            yield pin


def _setup_py(path: Path, text: str) -> Iterator[Pin]:
    """Read the string literals that are requirements with a version; the code is not run."""
    for match in re.finditer(r"""(["'])([A-Za-z][^"'\n<>=~!]*[<>=~!][^"'\n]*)\1""", text):
        if pin := _requirement(path, text, match[2]):
            yield pin


def _metadata(path: Path, text: str) -> Iterator[Pin]:
    for match in re.finditer(r"^Requires-Dist:(.+)$", text, re.MULTILINE):
        if pin := _requirement(path, text, match[1]):
            yield pin


def _environment(path: Path, text: str) -> Iterator[Pin]:
    """Read conda's list, pip's sub-list included, line by line."""
    for line in text.splitlines():
        match = re.match(
            r"\s*-\s*[\"']?(?:[\w-]+::)?([A-Za-z][\w.-]*)(?:\[([^\]]*)\])?\s*([^\"'#]*)", line
        )
        if match:
            specifier = _specifier(match[3].strip().replace(" ", ""))
            extras = frozenset((match[2] or "").replace(" ", "").split(","))
            if pin := _pin(path, text, match[1], specifier, extras=extras):
                yield pin


_LOCKS: tuple[tuple[tuple[str, ...], Reader], ...] = (
    (("uv.lock", "poetry.lock", "pdm.lock", "pylock.toml", "pylock.*.toml"), _toml_lock),
    (("Pipfile.lock",), _pipfile_lock),
    (("requirements.lock",), _requirements),
)
_DECLARATIONS: tuple[tuple[tuple[str, ...], Reader], ...] = (
    (("pyproject.toml",), _pyproject),
    (("requirements*.txt", "requirements*.in", "requirements/*.txt"), _requirements),
    (("setup.cfg",), _setup_cfg),
    (("setup.py",), _setup_py),
    (("Pipfile",), _pipfile),
    (("environment.yml", "environment.yaml"), _environment),
    (("PKG-INFO",), _metadata),
)
