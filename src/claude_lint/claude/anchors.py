"""Which files can hold a fact at all, told from their bytes."""

from __future__ import annotations

import functools
from pathlib import Path

from claude_lint.files.discovery import gate
from claude_lint.python.imports import ImportFinder, imported_names

NEEDLES: tuple[bytes, ...] = (b"anthropic", b"claude", b"sk-ant-", b".messages.")
"""The first gate, matched against the lower-cased bytes of a file."""

SENDERS: tuple[bytes, ...] = (
    b"requests", b"httpx", b"aiohttp", b"urllib", b"http.client", b"litellm", b"openai", b"boto3",
    b"langchain", b"completion", b"invoke_model", b"curl",
)  # fmt: skip
"""What a file holds that sends something without a word of Claude: all that is imported."""

_DEPTH = 2


def may_send(text: str, api_hosts: tuple[str, ...]) -> bool:
    """Tell whether a module can hold a request at all."""
    hosts = tuple(host.encode() for host in api_hosts)
    return gate(text.encode("utf-8", "replace"), (*NEEDLES, *SENDERS, *hosts))


def imports_a_mention(data: bytes, path: Path, root: Path, needles: tuple[bytes, ...]) -> bool:
    """Tell whether a file that can send imports a project file that mentions Claude."""
    return gate(data, SENDERS) and _leads_to_a_mention(data, path, root, needles, _DEPTH)


def forget_mentions() -> None:
    """Look into imported files anew from now on."""
    _mentions.cache_clear()
    _finder.cache_clear()


def _leads_to_a_mention(
    data: bytes, path: Path, root: Path, needles: tuple[bytes, ...], depth: int
) -> bool:
    finder = _finder(root)
    for dotted in imported_names(data):
        for target, _names in finder.candidates(path, dotted):
            if _mentions(target, root, needles, depth - 1):
                return True
    return False


@functools.lru_cache(maxsize=4096)
def _mentions(path: Path, root: Path, needles: tuple[bytes, ...], depth: int) -> bool:
    try:
        data = path.read_bytes()
    except OSError:
        return False
    if gate(data, needles):
        return True
    return depth > 0 and _leads_to_a_mention(data, path, root, needles, depth)


@functools.lru_cache(maxsize=16)
def _finder(root: Path) -> ImportFinder:
    return ImportFinder(root)
