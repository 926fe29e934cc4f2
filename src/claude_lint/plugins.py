"""Packages that bring rules of their own, found by the entry points of one group.

Documents are read without importing the package: what registers its functions needs LibCST, which
a run without relevant files must not wait for.
"""

from __future__ import annotations

import functools
import importlib
import importlib.util
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from claude_lint.configuration.settings import SettingsError

if TYPE_CHECKING:
    from importlib.metadata import Distribution

GROUP = "claude_lint.rules"


class PluginError(SettingsError):
    """A plugin that cannot be used; the text names it and says why."""

    def __init__(self, plugin: Plugin, problem: str) -> None:
        super().__init__(None, None, f"the rules of {plugin} cannot be used: {problem}")


@dataclass(frozen=True, slots=True)
class Plugin:
    """A package with rules, and the distribution that installed it.

    `rules_url` is where the distribution's documents are read: its project URL `Rules`.
    """

    distribution: str
    version: str
    package: str
    rules_url: str | None = None

    def __str__(self) -> str:
        return f"{self.distribution} {self.version}"

    @property
    def folders(self) -> tuple[Path, ...]:
        """Find where the package lies, without importing it; raise `PluginError` if nowhere."""
        try:
            spec = importlib.util.find_spec(self.package)
        except (ImportError, ValueError) as error:
            raise PluginError(self, f"`{self.package}` is not found: {error}") from None
        if spec is None:
            raise PluginError(self, f"`{self.package}` is not found")
        if spec.submodule_search_locations is None:
            raise PluginError(self, f"`{self.package}` is a module and no package with documents")
        return tuple(map(Path, spec.submodule_search_locations))

    def documents(self) -> Iterator[tuple[str, str]]:
        """Yield the names and texts of the package's documents."""
        for folder in self.folders:
            for path in sorted(folder.glob("*.md")):
                if path.name != "README.md":
                    yield path.name, path.read_text("utf-8")

    def register(self) -> None:
        """Import the package, which registers its functions; whatever that raises comes through."""
        importlib.import_module(self.package)


@functools.cache
def installed() -> tuple[Plugin, ...]:
    """Find the plugins that this Python has, by name."""
    plugins: dict[str, Plugin] = {}
    for distribution in _distributions():
        for entry in distribution.entry_points.select(group=GROUP):
            name, version = distribution.metadata["Name"], distribution.version
            plugin = Plugin(name, version, entry.value, _rules_url(distribution))
            plugins.setdefault(entry.value, plugin)
    return tuple(sorted(plugins.values(), key=lambda plugin: (plugin.distribution, plugin.package)))


def _distributions() -> Iterator[Distribution]:
    """Yield the distributions that name the group.

    Importing `importlib.metadata` takes longer than a run without findings, so that files are
    asked first. The working directory is left out: what is checked must not run.
    """
    for folder in dict.fromkeys(sys.path):
        if not folder or os.path.abspath(folder) == os.getcwd():
            continue
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError:
            continue
        for entry in entries:
            if entry.name.endswith((".dist-info", ".egg-info")) and _names_the_group(entry.path):
                from importlib.metadata import Distribution

                yield Distribution.at(entry.path)


def _names_the_group(metadata: str) -> bool:
    try:
        with open(os.path.join(metadata, "entry_points.txt"), "rb") as stream:
            return GROUP.encode() in stream.read()
    except OSError:
        return False


def _rules_url(distribution: Distribution) -> str | None:
    for stated in distribution.metadata.get_all("Project-URL") or ():
        label, _, url = stated.partition(",")
        if label.strip().lower() == "rules":
            return str(url.strip().rstrip("/"))
    return None
