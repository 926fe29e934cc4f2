"""Which of the SDK releases that a file has to work with something holds for."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from packaging.specifiers import SpecifierSet
from packaging.version import InvalidVersion, Version

from claude_lint.claude.catalog import Catalog
from claude_lint.claude.catalog.target import Target
from claude_lint.findings import Severity


@dataclass(frozen=True, slots=True)
class Extent:
    """The releases that something holds for: all that the target admits, or those `words` name."""

    is_all: bool
    words: str

    @property
    def severity(self) -> Severity | None:
        """What becomes of a rule's own severity: a warning where it holds for some only."""
        return None if self.is_all else Severity.WARNING

    def qualify(self, statement: str) -> str:
        """Say of a statement which releases it is limited to, where it is."""
        return statement if self.is_all else f"{statement} with {self.words}"


def in_majors(target: Target, failing: Collection[int]) -> Extent | None:
    """Return the extent of what holds in some majors, `None` where the target admits none."""
    named = [major for major in target.sdk_majors() if major in failing]
    if not named:
        return None
    return Extent(len(named) == len(target.sdk_majors()), name_majors(named))


def from_release(target: Target, catalog: Catalog, since: Version) -> Extent | None:
    """Return the extent of what holds from a release on, `None` where the target admits none."""
    admitted = list(_admitted(target, catalog, since))
    later = [version for version in admitted if version >= since]
    if not later:
        return None
    if since.release[1:] in ((0,), (0, 0)):
        words = name_majors(sorted({version.major for version in later}))
    else:
        words = f"anthropic {short(since)} and later"
    return Extent(len(later) == len(admitted), words)


def name_majors(majors: Collection[int]) -> str:
    """Write majors of the package: `anthropic 0, 1 and 2`."""
    *most, last = [str(major) for major in majors]
    return "anthropic " + (f"{', '.join(most)} and {last}" if most else last)


def short(version: Version) -> str:
    """Write a version without its last part where that is nought: `1.0`, `0.39`."""
    return str(version).removesuffix(".0") if len(version.release) > 2 else str(version)


def _admitted(target: Target, catalog: Catalog, since: Version) -> Iterator[Version]:
    """Yield releases that a target admits, on both sides of one if there are such."""
    ranges = [SpecifierSet(each) for each in target.specifier.split(" or ") if each]
    for major in target.sdk_majors():
        row = catalog.sdk(major)
        if row is None:
            continue
        if not ranges:
            yield Version(row.newest)
            continue
        samples = {Version(row.first), Version(row.newest), *_around(since)}
        for each in ranges:
            for bound in each:
                samples.update(_around(_version(bound.version)))
        for sample in sorted(samples):
            if sample.major == major and any(each.contains(sample) for each in ranges):
                yield sample


def _version(text: str) -> Version | None:
    try:
        return Version(text.removesuffix(".*"))
    except InvalidVersion:
        return None


def _around(version: Version | None) -> Iterator[Version]:
    """Yield a release, one just before it and one just after it."""
    if version is None:
        return
    yield version
    yield Version(f"{version.major}.{version.minor}.{version.micro + 1}")
    if version.minor:
        yield Version(f"{version.major}.{version.minor - 1}.9999")
