"""The libraries that carry Claude calls. A new one is a module with `NAMES` and `requests`."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from claude_lint.claude.calls import Call
from claude_lint.claude.facts import Request
from claude_lint.claude.reading import Reading
from claude_lint.claude.surfaces import (
    bedrock,
    compat,
    http_aiohttp,
    http_client,
    http_curl,
    http_curl_cffi,
    http_httpx,
    http_other,
    http_requests,
    http_urllib,
    http_urllib3,
    sdk,
    wrapper_table,
    wrappers,
)

Reader = Callable[[Call, Reading], Iterator[Request]]

_MODULES = (
    sdk, bedrock, compat, wrappers, http_requests, http_httpx, http_aiohttp, http_urllib,
    http_urllib3, http_client, http_curl, http_curl_cffi, http_other,
)  # fmt: skip

NAMES: frozenset[str] = frozenset().union(*(module.NAMES for module in _MODULES))
"""The last names of all calls that any surface reads."""

READERS: tuple[Reader, ...] = tuple(module.requests for module in _MODULES)


def is_library_s(dotted: str) -> bool:
    """Tell whether a dotted name is of a package that Claude calls are made by."""
    package, _, names = dotted.partition(".")
    if package == sdk.LIBRARY:
        return not names or names.rpartition(".")[2].removeprefix("Async") in sdk.PLATFORMS
    return any(package in row.packages for row in wrapper_table.WRAPPERS)
