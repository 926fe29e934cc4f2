"""Lint pinned releases of real packages and compare with the findings that were judged.

    python tools/ecosystem.py [--update | --whole] [PACKAGE …]

`tests/ecosystem/packages.toml` pins the packages; `findings.tsv` beside it has each finding in
them, and of every warning and error whether it is right, judged once by reading the source. What is
new or gone is printed and fails the run, as does a warning that nobody has judged. `--update`
records what is found; verdicts stay with the findings that stay. `--whole` parses each file as a
whole, where the linter parses the statements that matter: the findings must be the same.

Source archives come from the index that pip is set to use and are checked against their hashes.
They are only unpacked and read: nothing in them is built or run.
"""

from __future__ import annotations

import argparse
import functools
import hashlib
import json
import os
import subprocess
import sys
import tarfile
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import tomli

if TYPE_CHECKING:
    from unearth import PackageFinder

WHOLE = Path(__file__).with_name("lint_whole.py")
DATA = Path(__file__).resolve().parent.parent / "tests" / "ecosystem"
FINDINGS = DATA / "findings.tsv"
VERDICTS = ("right", "wrong")


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """A line of `findings.tsv`; advice (`info`) has no verdict."""

    package: str
    path: str
    line: int
    column: int
    rule: str
    severity: str
    verdict: str = ""
    reason: str = ""

    @property
    def place(self) -> tuple[str, str, int, int, str, str]:
        """What makes it the same finding as one in another run."""
        return (self.package, self.path, self.line, self.column, self.rule, self.severity)

    @property
    def counts(self) -> bool:
        """Whether the finding needs a verdict."""
        return self.severity != "info"

    def __str__(self) -> str:
        return f"{self.package}/{self.path}:{self.line}:{self.column}: {self.severity}: {self.rule}"


@dataclass(frozen=True, slots=True)
class Package:
    """A release on the index and the hash of its source archive."""

    name: str
    version: str
    sha256: str


class EcosystemError(Exception):
    """The check cannot be made."""


def read_packages(names: Iterable[str]) -> tuple[str, list[Package]]:
    """Return the day to judge by and the packages of these names, all when none is given."""
    data = tomli.loads((DATA / "packages.toml").read_text("utf-8"))
    packages = {name: Package(name, **row) for name, row in data["packages"].items()}
    if unknown := set(names) - set(packages):
        raise EcosystemError(f"packages.toml has no {', '.join(sorted(unknown))}")
    return data["as-of"], [packages[name] for name in (names or packages)]


def read_findings() -> list[Finding]:
    """Return what `findings.tsv` records."""
    if not FINDINGS.exists():
        return []
    rows = [line.split("\t") for line in FINDINGS.read_text("utf-8").splitlines()[1:]]
    return [Finding(a, b, int(c), int(d), *rest) for a, b, c, d, *rest in rows]


def write_findings(findings: Iterable[Finding]) -> None:
    """Rewrite `findings.tsv`."""
    rows = [[each.name for each in fields(Finding)], *map(astuple, sorted(findings))]
    lines = ("\t".join(map(str, row)) for row in rows)
    FINDINGS.write_text("\n".join(lines) + "\n", "utf-8")


def index_urls() -> list[str]:
    """Return the index pip is set to use; none stands for the usual one."""
    command = [sys.executable, "-m", "pip", "config", "get", "global.index-url"]
    url = (
        os.environ.get("PIP_INDEX_URL")
        or subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
    )
    return [url] if url else []


def fetch(package: Package, finder: PackageFinder, folder: Path) -> Path:
    """Return the path of a package's source archive, downloaded unless it is there already."""
    path = folder / f"{package.name}-{package.version}.tar.gz"
    if not path.exists():
        requirement = f"{package.name}=={package.version}"
        found = finder.find_best_match(requirement, allow_yanked=True).best
        if found is None or not found.link.filename.endswith(".tar.gz"):
            raise EcosystemError(f"the index has no .tar.gz of {requirement}")
        data = finder.session.get(found.link.url_without_fragment).raise_for_status().content
        path.write_bytes(data)
    actual = hashlib.sha256(path.read_bytes()).hexdigest()
    if actual != package.sha256:
        path.unlink()
        raise EcosystemError(f"{path.name} has the hash {actual}, not {package.sha256!r}")
    return path


def lint(
    package: Package, archive: Path, as_of: str, program: Sequence[str]
) -> list[dict[str, Any]]:
    """Return the findings in a package as the JSON report has them."""
    # Outside of any repository, so that the package is a project of its own.
    with tempfile.TemporaryDirectory() as scratch:
        with tarfile.open(archive) as tar:
            tar.extractall(scratch, filter="data")
        (folder,) = Path(scratch).iterdir()
        options = ["--isolated", "--no-cache", "--no-respect-gitignore", "--jobs=1"]
        options += [f"--as-of={as_of}", "--output-format=json", "--exit-zero"]
        command = [sys.executable, *program, *options, "."]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise EcosystemError(f"claude-lint failed in {package.name}:\n{done.stderr}")
    found: list[dict[str, Any]] = json.loads(done.stdout)["findings"]
    return found


def as_finding(package: Package, found: dict[str, Any]) -> Finding:
    """Read a finding of the JSON report."""
    cell = f":cell {found['cell']}" if found["cell"] else ""
    place = (found["path"] + cell, found["line"], found["column"])
    return Finding(package.name, *place, found["rule"], found["severity"])


def compare(recorded: Iterable[Finding], found: dict[Finding, str]) -> Iterator[str]:
    """Yield what differs, one line each; `found` has each finding's message."""
    known = {finding.place for finding in recorded}
    for finding in sorted(found):
        if finding.place not in known:
            yield f"+ {finding}: {found[finding]}"
    places = {finding.place for finding in found}
    for finding in sorted(recorded):
        if finding.place not in places:
            yield f"- {finding}" + (f" ({finding.verdict}: {finding.reason})" * finding.counts)


def precision(findings: Iterable[Finding]) -> Iterator[str]:
    """Yield how many of the judged findings are right, in all and for the rules with wrong ones."""
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for finding in findings:
        if finding.verdict in VERDICTS:
            for name in ("all rules", finding.rule):
                counts[name][0] += finding.verdict == "right"
                counts[name][1] += 1
    for name, (right, judged) in counts.items():
        if right < judged or name == "all rules":
            yield f"{name}: {right} of {judged} are right ({right / judged:.1%})"


def main() -> int:
    """Run the check."""
    from unearth import PackageFinder  # the only thing here that tests can do without

    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("packages", nargs="*", metavar="PACKAGE")
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--update", action="store_true", help="record what is found")
    how.add_argument("--whole", action="store_true", help="parse each file as a whole")
    parser.add_argument("--archives", type=Path, help="where to keep the downloaded archives")
    arguments = parser.parse_args()

    as_of, packages = read_packages(arguments.packages)
    finder = PackageFinder(index_urls=index_urls(), no_binary=[":all:"], ignore_compatibility=True)
    with tempfile.TemporaryDirectory() as scratch:
        archives = arguments.archives or Path(scratch)
        archives.mkdir(parents=True, exist_ok=True)
        paths = [fetch(package, finder, archives) for package in packages]
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            program = (str(WHOLE),) if arguments.whole else ("-m", "claude_lint")
            lint_as_of = functools.partial(lint, as_of=as_of, program=program)
            reports = list(pool.map(lint_as_of, packages, paths))
    found = {
        as_finding(package, each): each["message"]
        for package, report in zip(packages, reports, strict=True)
        for each in report
    }
    names = {package.name for package in packages}
    everything = read_findings()
    recorded = [finding for finding in everything if finding.package in names]
    differences = list(compare(recorded, found))
    print(*differences, sep="\n")
    if arguments.update:
        judged = {finding.place: finding for finding in recorded}
        others = [finding for finding in everything if finding.package not in names]
        recorded = [judged.get(finding.place, finding) for finding in found]
        write_findings([*others, *recorded])
        differences = []
    unjudged = [each for each in recorded if each.counts and each.verdict not in VERDICTS]
    for finding in unjudged:
        print(f"? {finding}: neither right nor wrong")
    print(f"{len(packages)} packages, {len(found)} findings;", *precision(recorded), sep="\n  ")
    return 1 if differences or unjudged else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except EcosystemError as problem:
        sys.exit(f"error: {problem}")
