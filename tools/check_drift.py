"""Tell what the installed `anthropic` knows and the catalogue does not.

`nox -s drift` installs the newest release first. Exits 1 where there is anything to tell.
"""

from __future__ import annotations

import datetime
import json
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import tomli

from claude_lint.claude.catalog import Catalog, Platform, load

TOOLS = Path(__file__).resolve().parent
CATALOGUE = TOOLS.parent / "rules" / "catalog" / "sdk.toml"
_DAY = re.compile(r"(\w+) (\d+)(?:st|nd|rd|th)?, (\d{4})")

Release = Mapping[str, Any]
"""What `generate_sdk_catalog.probe` tells of a release."""


def drift(release: Release, catalog: Catalog, surface: Mapping[str, Any]) -> Iterator[str]:
    """Yield a line for each thing that the catalogue lacks or has otherwise."""
    yield from _models(release, catalog)
    yield from _deprecations(release, catalog)
    major = release["version"].partition(".")[0]
    if major not in surface["versions"]:
        yield f"anthropic {release['version']}: the catalogue knows no major version {major}"
        return
    yield from _parameters(release, surface, major)


def _models(release: Release, catalog: Catalog) -> Iterator[str]:
    for model in release["models"]:
        if model not in catalog.models:
            yield f"model {model}: not in the catalogue"


def _deprecations(release: Release, catalog: Catalog) -> Iterator[str]:
    for model, told in release["deprecated"].items():
        row, day = catalog.models.get(model), _day(told)
        if row is None:
            yield f"model {model}: not in the catalogue, and retires on {told}"
            continue
        known = catalog.dates(row, Platform.CLAUDE)[1] or row.end_of_life
        if day is not None and known != day:
            yield f"model {model}: the SDK says {day}, the catalogue {known or 'nothing'}"


def _day(told: str) -> datetime.date | None:
    found = _DAY.search(told)
    if found is None:
        return None
    return datetime.datetime.strptime(" ".join(found.groups()), "%B %d %Y").date()


def _parameters(release: Release, surface: Mapping[str, Any], major: str) -> Iterator[str]:
    for client, keywords in release["clients"].items():
        if client.startswith("Async"):
            continue
        known = _names(surface["clients"].get(client, {}), major)
        yield from _compared(client, set(keywords), known)
    for key, keywords in release["methods"].items():
        client, _, method = key.partition(":")
        if client.startswith("Async"):
            continue
        rows = surface["methods"]
        row = (None if client == "Anthropic" else rows.get(key)) or rows.get(method, {})
        shown = method if client == "Anthropic" else f"{client}.{method}"
        yield from _compared(shown, set(keywords), _names(row, major))
    for method, row in surface["methods"].items():
        key = method if ":" in method else f"Anthropic:{method}"
        if key not in release["methods"] and _names(row, major):
            yield f"{method}: gone"


def _names(row: Mapping[str, Any], major: str) -> set[str]:
    """Collect what a row lists for a major version."""
    return {
        name
        for majors, names in row.items()
        if isinstance(names, list) and majors != "required" and major in majors
        for name in names
    }


def _compared(callee: str, has: set[str], known: set[str]) -> Iterator[str]:
    yield from (f"{callee}: takes `{name}`" for name in sorted(has - known))
    yield from (f"{callee}: takes no `{name}` any more" for name in sorted(known - has))


def main() -> int:
    """Probe the SDK of this Python and compare."""
    probe = [sys.executable, str(TOOLS / "generate_sdk_catalog.py"), "--probe"]
    done = subprocess.run(probe, check=True, capture_output=True, text=True)
    release = json.loads(done.stdout)
    surface = tomli.loads(CATALOGUE.read_text("utf-8"))
    lines = list(drift(release, load(), surface))
    for line in lines:
        print(line)
    print(f"anthropic {release['version']}: {len(lines)} differences from the catalogue")
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main())
