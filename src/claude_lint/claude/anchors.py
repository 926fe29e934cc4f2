"""Which files can hold a fact at all, told from their bytes."""

from __future__ import annotations

import functools
import os
from collections.abc import Iterable
from pathlib import Path

from claude_lint.files.discovery import gate
from claude_lint.files.encoding import bytes_beside
from claude_lint.python.imports import ImportFinder, imported_names

NEEDLES: tuple[bytes, ...] = (b"anthropic", b"claude", b"sk-ant-", b".messages.")
"""The first gate, matched against the lower-cased bytes of a file."""

SENDERS: tuple[bytes, ...] = (
    b"requests", b"httpx", b"aiohttp", b"urllib", b"http.client", b"litellm", b"openai", b"boto3",
    b"langchain", b"completion", b"invoke_model", b"curl",
)  # fmt: skip
"""What a file holds that sends something without a word of Claude: all that is imported."""


def may_send(text: str, api_hosts: tuple[str, ...]) -> bool:
    """Tell whether a module can hold a request at all."""
    hosts = tuple(host.encode() for host in api_hosts)
    return gate(text.encode("utf-8", "replace"), (*NEEDLES, *SENDERS, *hosts))


class Mentions:
    """Knows which files of a project mention Claude or import what does; reads each file once."""

    def __init__(self, root: Path, needles: tuple[bytes, ...]) -> None:
        self._needles = needles
        self._finder = ImportFinder(root)
        self._direct: dict[str, bool] = {}
        self._imported: dict[str, bool] = {}
        self._users_beside: dict[str, frozenset[str]] = {}  # what such files of a folder import

    def note(self, path: str, lowered: bytes) -> bool:
        """Tell whether a file mentions Claude, given its lower-cased bytes, and remember it."""
        found = self._direct[path] = any(needle in lowered for needle in self._needles)
        return found

    def are_behind(self, names: Iterable[str], here: str) -> bool:
        """Tell whether imports of a file lead to one that mentions Claude or imports such a one.

        So do those of a mentioning file beside it: a class that derives from one here may say
        what its requests are.
        """
        return self._in_a_user_beside(here) or any(
            self._in_file(path) or self._in_imported(path)
            for dotted in names
            for path in self._finder.files(here, dotted)
        )

    def _in_a_user_beside(self, here: str) -> bool:
        folder = os.path.dirname(here)
        if folder not in self._users_beside:
            self._users_beside[folder] = frozenset(
                file
                for name in _names_in(folder)
                if name.endswith(".py") and self._in_file(path := os.path.join(folder, name))
                for dotted in imported_names(bytes_beside(Path(path)))
                for file in self._finder.files(path, dotted)
            )
        return here in self._users_beside[folder]

    def _in_file(self, path: str) -> bool:
        known = self._direct.get(path)
        return self.note(path, bytes_beside(Path(path)).lower()) if known is None else known

    def _in_imported(self, path: str) -> bool:
        known = self._imported.get(path)
        if known is None:
            known = self._imported[path] = any(
                self._in_file(file)
                for dotted in imported_names(bytes_beside(Path(path)))
                for file in self._finder.files(path, dotted)
            )
        return known


def _names_in(folder: str) -> list[str]:
    try:
        return sorted(os.listdir(folder))
    except OSError:
        return []


def is_sender(lowered: bytes) -> bool:
    """Tell whether a file can send something at all, given its lower-cased bytes."""
    return any(sender in lowered for sender in SENDERS)


@functools.lru_cache(maxsize=16)
def mentions_in(root: Path, needles: tuple[bytes, ...]) -> Mentions:
    """Return what is known of a project until it is forgotten."""
    return Mentions(root, needles)


def forget_mentions() -> None:
    """Look into files anew from now on."""
    mentions_in.cache_clear()
