"""Which releases of the `anthropic` SDK, and which API version, a file has to work with.

The answer comes from the command line, the settings, or the project's own dependency files; never
from the environment the linter happens to run in.
"""

from __future__ import annotations

import datetime
import functools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from packaging.specifiers import Specifier, SpecifierSet
from packaging.version import InvalidVersion, Version

from claude_lint.claude.catalog import Catalog, SdkMajor, Wrapper
from claude_lint.claude.catalog.dependencies import Pin, locked_pins, pins, script_pins

_SDK = frozenset({"anthropic"})


class TargetError(ValueError):
    """A target that is no major version and no range that any release satisfies."""


@dataclass(frozen=True, slots=True)
class Target:
    """The SDK majors a file may run with, and what says so.

    `specifier` is empty where nothing bounds the version; the newest major is then assumed.
    `origin` is the file that decided and `line` its 1-based line; both are `None` where the
    command line, the settings or nothing did. `is_open_ended` says that releases newer than the
    catalogue are allowed. `api_version` is the one asked for; it decides only where no header,
    client or SDK does.
    """

    majors: tuple[int, ...]
    specifier: str = ""
    origin: Path | None = None
    line: int | None = None
    wrapper: str = ""
    is_open_ended: bool = True
    api_version: str | None = None

    def sdk_majors(self) -> tuple[int, ...]:
        """Return the admitted majors, oldest first; never empty."""
        return self.majors

    def sdk_api_versions(self, catalog: Catalog) -> tuple[str, ...]:
        """Return the API versions that the admitted SDK majors send, oldest first."""
        rows = [row for row in catalog.sdk_majors if row.major in self.majors]
        return tuple(dict.fromkeys(row.api_version for row in rows))


def target_for(
    path: Path,
    root: Path,
    catalog: Catalog,
    as_of: datetime.date,
    *,
    sdk: str | None = None,
    api_version: str | None = None,
    text: str = "",
) -> Target:
    """Return the target of a file. `path` and `root` are absolute; nothing above `root` counts.

    `sdk` is what the command line or the settings say: a major or a PEP 440 range. `text` is the
    file's own, for the metadata of a script. Raises `TargetError` for an `sdk` that says nothing.
    """
    if sdk:
        specifier = parse_sdk(sdk)
        majors = _majors(specifier, catalog)
        if not majors:
            raise TargetError(f"no release of anthropic satisfies `{sdk}`")
        return Target(
            majors,
            str(specifier),
            is_open_ended=_is_open(specifier, catalog),
            api_version=api_version,
        )
    mentioned = script_pins(path, text, _SDK) if "# /// script" in text else []
    if mentioned:
        return _from_pins(mentioned, catalog, as_of, api_version)
    found = _project_pins(path.parent, root, _wrapper_names(catalog))
    return _from_pins(found, catalog, as_of, api_version)


def parse_sdk(text: str) -> SpecifierSet:
    """Read a major version, a version, or a PEP 440 range. Raises `TargetError`."""
    text = text.strip()
    try:
        if text.isdigit():
            return SpecifierSet(f"=={text}.*")
        try:
            return SpecifierSet(f"=={Version(text)}")
        except InvalidVersion:
            return SpecifierSet(text)
    except ValueError:  # no specifier, or a number of thousands of digits
        raise TargetError(
            f"`{text}` is no target: give a major version (0, 1, 2) or a range (>=0.40,<1)"
        ) from None


def forget() -> None:
    """Drop what was read of dependency files, for a process that outlives their changes."""
    _project_pins.cache_clear()
    _pins.cache_clear()


@functools.lru_cache(maxsize=4096)
def _project_pins(folder: Path, root: Path, wrappers: frozenset[str]) -> tuple[Pin, ...]:
    """Find the nearest folder that names the SDK, else the nearest that names a wrapper."""
    folders = list(_upwards(folder, root))
    for names in (_SDK, wrappers):
        for at, each in enumerate(folders):
            if found := _pins(each, names):
                return tuple(_narrow(found, folders[at + 1 :], names))
    return ()


@functools.lru_cache(maxsize=4096)
def _pins(folder: Path, names: frozenset[str]) -> list[Pin]:
    return pins(folder, names)  # those of the root are asked for from every folder below it


def _upwards(folder: Path, root: Path) -> Iterator[Path]:
    yield folder
    if folder != root and folder.is_relative_to(root):
        yield from _upwards(folder.parent, root)


def _narrow(found: list[Pin], above: Iterable[Path], names: frozenset[str]) -> list[Pin]:
    """Replace a member's range by what the lock file of its workspace chose within it."""
    if found[0].is_locked:
        return found
    for folder in above:
        locked = [
            lock
            for lock in locked_pins(folder, names)
            if any(pin.name == lock.name and _allows(pin.specifier, lock) for pin in found)
        ]
        if locked:
            return locked
    return found


def _allows(specifier: SpecifierSet, lock: Pin) -> bool:
    return all(specifier.contains(spec.version, prereleases=True) for spec in lock.specifier)


def _from_pins(
    found: Sequence[Pin], catalog: Catalog, as_of: datetime.date, api_version: str | None
) -> Target:
    newest = (catalog.newest_sdk(as_of).major,)
    if not found:
        return Target(newest, api_version=api_version)
    bounded = [pin for pin in found if pin.specifier]
    first = bounded[0] if bounded else found[0]
    wrapper = first.name if first.name not in _SDK else ""
    if wrapper:
        ranges = _through_wrapper(first, catalog)
    elif first.is_locked:
        # A lock file may hold several versions, one for each kind of environment.
        ranges = [pin.specifier for pin in bounded]
    else:
        # Declarations add up: requirements, extras and groups are installed together.
        ranges = [_combined(bounded, catalog)] if bounded else []
    majors = sorted({major for each in ranges for major in _majors(each, catalog)})
    if not majors:
        return Target(newest, "", first.path, first.line, wrapper, api_version=api_version)
    # A range without an upper bound admits what did not exist yet on an earlier day.
    existing = [row.major for row in catalog.sdk_majors if row.released <= as_of]
    return Target(
        tuple(major for major in majors if major in existing) or tuple(majors),
        " or ".join(str(each) for each in ranges),
        first.path,
        first.line,
        wrapper,
        any(_is_open(each, catalog) for each in ranges),
        api_version,
    )


def _combined(bounded: Sequence[Pin], catalog: Catalog) -> SpecifierSet:
    combined = bounded[0].specifier
    for pin in bounded[1:]:
        if _majors(combined & pin.specifier, catalog):
            combined &= pin.specifier
    return combined


def _wrapper_names(catalog: Catalog) -> frozenset[str]:
    return frozenset(row.name for row in catalog.wrappers)


def _through_wrapper(pin: Pin, catalog: Catalog) -> list[SpecifierSet]:
    """Return what the wrapper's possible versions require; an unbounded wrapper is the newest."""
    rows = [
        row
        for row in catalog.wrappers
        if row.name == pin.name and (not row.extra or row.extra in pin.extras)
    ]
    if not pin.specifier:
        rows = rows[-1:]
    return [SpecifierSet(row.anthropic) for row in rows if _overlaps(pin.specifier, row)]


def _overlaps(specifier: SpecifierSet, row: Wrapper) -> bool:
    first, last = Version(row.first), Version(row.last or "9999")
    named = [version for version in _versions(specifier) if first <= version <= last]
    return any(specifier.contains(version, prereleases=True) for version in (first, last, *named))


def _majors(specifier: SpecifierSet, catalog: Catalog) -> tuple[int, ...]:
    return tuple(row.major for row in catalog.sdk_majors if _admits(specifier, row))


def _admits(specifier: SpecifierSet, row: SdkMajor) -> bool:
    """Say whether some release of a major satisfies a range.

    Its first and newest release, one yet to come, those the range names and the next ones tell.
    """
    samples = [Version(row.first), Version(row.newest), Version(f"{row.major}.9999")]
    for version in _versions(specifier):
        if version.major == row.major:
            samples += [version, Version(f"{version.major}.{version.minor}.{version.micro + 1}")]
    return any(specifier.contains(version, prereleases=True) for version in samples)


def _versions(specifier: SpecifierSet) -> Iterator[Version]:
    for spec in specifier:
        try:
            yield Version(_bare(spec))
        except InvalidVersion:
            continue


def _bare(spec: Specifier) -> str:
    return spec.version.removesuffix(".*")


def _is_open(specifier: SpecifierSet, catalog: Catalog) -> bool:
    """Say whether a range allows releases newer than the catalogue."""
    newest = max(row.major for row in catalog.sdk_majors)
    return any(
        specifier.contains(version, prereleases=True) for version in (f"{newest}.9999", "9999")
    )
