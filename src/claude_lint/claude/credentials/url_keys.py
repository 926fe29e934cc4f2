"""Keys that travel in a URL: as a query parameter, or before the host."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from claude_lint.claude.credentials.authentication import Kind, kind_of
from claude_lint.claude.facts import Request
from claude_lint.python.texts import text_parts
from claude_lint.python.values import Constant, Entry, Origin, Text, Value, options

_PARAMETER = re.compile(
    r"(?:(?:x|anthropic|claude)[_-])*(?:api[_-]?)?key|authorization|auth[_-]?token|access[_-]?token"
    r"|token|bearer|auth",
    re.I,
)
_BEFORE_VALUE = re.compile(rf"[?&]({_PARAMETER.pattern})=$", re.I)
_WITH_VALUE = re.compile(rf"[?&]({_PARAMETER.pattern})=[^&#]+", re.I)
_BEFORE_HOST = re.compile(r"//(?:[^/@]*:)?$")


@dataclass(frozen=True, slots=True, eq=False)
class UrlKey:
    """A credential in a URL. `entry` is the query parameter where that stands in a mapping."""

    at: Origin
    name: str
    entry: Entry | None = None


def url_keys(request: Request) -> Iterator[UrlKey]:
    """Yield the credentials that a request has in its URL."""
    for option in request.query.options:
        for entry in option.entries:
            if entry.name is not None and _PARAMETER.fullmatch(entry.name):
                yield UrlKey(entry.origin, entry.name, entry)
    for one in options(request.url):
        name = _named_in(one)
        if name is not None and one.origin is not None:
            yield UrlKey(one.origin, name)


def _named_in(url: Value) -> str | None:
    """Return the parameter of a URL that holds a key, `""` for one before the host."""
    if isinstance(url, Constant):
        found = _WITH_VALUE.search(str(url.value))
        return found[1] if found else None
    if not isinstance(url, Text):
        return None
    before = ""
    for part in text_parts(url):
        if isinstance(part, str):
            before += part
            found = _WITH_VALUE.search(part)
            if found:
                return found[1]
            continue
        found = _BEFORE_VALUE.search(before)
        if found:
            return found[1]
        if _BEFORE_HOST.search(before) and kind_of(part) is Kind.KEY:
            return ""
        before += "\0"
    return None
