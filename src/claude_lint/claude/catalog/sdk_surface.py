"""What each major version of the `anthropic` SDK has: clients, resources, methods and keywords.

The rows are generated from the packages themselves into `rules/catalog/sdk.toml`. A name that
starts with an underscore is in none of them, and a path that is not there is unknown, not wrong.
"""

from __future__ import annotations

import functools
import importlib.resources
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import tomli

_ALIASES = {"Client": "Anthropic", "AsyncClient": "AsyncAnthropic"}
_VIEWS = ("with_raw_response", "with_streaming_response")
_PAST = "p"


@dataclass(frozen=True, slots=True)
class Method:
    """A method of one major version. `past` are keywords that only earlier releases had."""

    path: str
    keywords: frozenset[str]
    required: frozenset[str]
    past: frozenset[str]
    is_awaited: bool
    """Whether it is a coroutine on an asynchronous client."""


@dataclass(frozen=True, eq=False)
class SdkSurface:
    """The rows of the SDK catalogue, by client, dotted path and major version.

    Clients are named as exported, asynchronous ones and the alias `Client` included.
    """

    rows: Mapping[str, Any]

    def is_client(self, name: str) -> bool:
        """Say whether a name that the package exports is a client class."""
        return _plain(name) in self.rows["clients"]

    def is_async_client(self, name: str) -> bool:
        """Say whether a client's methods are coroutines."""
        return self.is_client(name) and _ALIASES.get(name, name).startswith("Async")

    def exports(self, major: int) -> frozenset[str]:
        """Return the public names of the package."""
        return _of(self.rows["exports"], str(major))

    def constructor(self, client: str, major: int) -> frozenset[str] | None:
        """Return the keywords a client takes, or `None` where that major has no such client."""
        row = self.rows["clients"].get(_plain(client), {})
        return _of(row, str(major)) or None

    def attributes(self, client: str, path: str, major: int) -> frozenset[str] | None:
        """Return the public names at a dotted path of a client (`""`, `beta.messages`).

        `None` where that client of that major has no such path, or we do not know it.
        """
        path = _without_views(path)
        return _of(self._attribute_row(client, path), str(major)) or None

    def past_attributes(self, client: str, path: str) -> frozenset[str]:
        """Return the names at a path that earlier releases of 0.x had."""
        return _of(self._attribute_row(client, path), _PAST)

    def method(self, client: str, path: str, major: int) -> Method | None:
        """Return what a method takes (`messages.create`), or `None` where it is not known."""
        path = _without_views(path)
        if path == "copy":
            path = "with_options"
        row = self._row("methods", client, path)
        keywords = _of(row, str(major))
        if not keywords:
            return None
        return Method(
            path,
            keywords,
            frozenset(row.get("required", ())) & keywords,
            _of(row, _PAST) - keywords,
            row.get("awaited", False),
        )

    def nonstreaming_tokens(self, model: str) -> int | None:
        """Return the SDK's own limit of tokens without streaming, for models that have one."""
        limit: int | None = self.rows["nonstreaming_tokens"].get(model)
        return limit

    def deprecated_models(self, major: int) -> frozenset[str]:
        """Return the models whose use the SDK warns of."""
        return _of(self.rows["deprecated_models"], str(major))

    def _attribute_row(self, client: str, path: str) -> Mapping[str, Any]:
        if path:
            return self._row("attributes", client, path)
        row: Mapping[str, Any] = self.rows["clients"].get(_plain(client), {}).get("attributes", {})
        return row

    def _row(self, section: str, client: str, path: str) -> Mapping[str, Any]:
        """Find a client's own row, else the one it shares with `Anthropic`."""
        own: Mapping[str, Any] | None = self.rows[section].get(f"{_plain(client)}:{path}")
        if own is not None:
            return own
        first = path.partition(".")[0]
        top = self.rows["clients"].get(_plain(client), {}).get("attributes", {})
        if not any(first in names for names in top.values()):
            return {}
        shared: Mapping[str, Any] = self.rows[section].get(path, {})
        return shared


@functools.cache
def load() -> SdkSurface:
    """Read the generated rows."""
    path = importlib.resources.files("claude_lint.rules") / "catalog" / "sdk.toml"
    return SdkSurface(tomli.loads(path.read_text("utf-8")))


@functools.cache
def method_names() -> frozenset[str]:
    """Return the last names of all methods that any client of any major has."""
    return frozenset(path.rpartition(":")[2].rpartition(".")[2] for path in load().rows["methods"])


def _plain(client: str) -> str:
    return _ALIASES.get(client, client).removeprefix("Async")


def _without_views(path: str) -> str:
    """Drop `with_raw_response` and its like, which have the methods of what they stand on."""
    return ".".join(part for part in path.split(".") if part not in _VIEWS)


def _of(row: Mapping[str, Any], label: str) -> frozenset[str]:
    """Join the lists of a row whose key names the label."""
    return frozenset(
        name
        for key, names in row.items()
        if label in key and key.strip("p012") == ""
        for name in names
    )
