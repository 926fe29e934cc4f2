"""Whose server a URL leads to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from claude_lint.claude.catalog import Platform
from claude_lint.python.values import Constant, Environ, Text, Value, conditioned, options

API_HOST = "api.anthropic.com"
WEB_SITE = "claude.ai/api/"  # what the web site itself talks to; it has names of its own
_HOST = re.compile(
    r"^\s*(?:https?:)?//(?:[^/@\s]*@)?([^/:?#\s]+)(?::\d+)?([^?#\s]*)", re.IGNORECASE
)
_PLATFORMS = (
    (re.compile(r"(?:^|\.)bedrock-runtime[.-].*amazonaws\.com$"), Platform.BEDROCK),
    (re.compile(r"aiplatform\.googleapis\.com$"), Platform.VERTEX),
    (re.compile(r"\.(?:services\.ai|openai|cognitiveservices)\.azure\.com$"), Platform.FOUNDRY),
)


@dataclass(frozen=True, slots=True)
class Target:
    """One place a URL can lead to. `path` is what follows the host, None where it is not known."""

    url: Value
    host: str | None
    path: str | None
    platform: Platform


def targets(url: Value | None, api_hosts: tuple[str, ...]) -> Iterator[Target]:
    """Yield the places a URL can lead to, an environment variable's default standing for it."""
    for one in options(url):
        if isinstance(one, Environ) and one.default is not None:
            for inner in targets(one.default, api_hosts):
                yield Target(
                    conditioned(inner.url, one.under), inner.host, inner.path, inner.platform
                )
            continue
        text, is_whole = known_start(one)
        match = _HOST.match(text) if text is not None else None
        if match is None:
            path = text if text is not None and text.startswith("/") and is_whole else None
            yield Target(one, None, path, Platform.UNKNOWN)
            continue
        host, path = match.group(1).lower(), match.group(2)
        if match.end() == len(text or "") and not is_whole and not path:
            # The host itself may go on in the hole: `https://{name}`.
            yield Target(one, host, None, platform_of(host, api_hosts))
            continue
        yield Target(one, host, path, platform_of(host, api_hosts))


def place_of(url: Value | None) -> tuple[str, str]:
    """Return the host and the path of one URL, `""` for what is not known."""
    for target in targets(url, ()):
        return target.host or "", target.path or ""
    return "", ""


def known_start(value: Value) -> tuple[str | None, bool]:
    """Return the known beginning of a text, and whether it is all of it.

    An environment variable with a default inside the text counts as its default.
    """
    if isinstance(value, Constant):
        return (value.value, True) if isinstance(value.value, str) else (None, False)
    if not isinstance(value, Text):
        return None, False
    pieces: list[str] = []
    is_whole = True
    for part in value.parts:
        if isinstance(part, Environ) and part.default is not None:
            default = next((o for o in options(part.default) if isinstance(o, Constant)), None)
            part = str(default.value) if default is not None else part
        if isinstance(part, str):
            if not is_whole and not pieces:
                return None, False
            pieces.append(part)
            continue
        if not pieces:
            return None, False
        is_whole = False
        # A hole in the path or query is passed over: what follows still tells the endpoint.
        pieces.append("\0")
    return "".join(pieces), is_whole


def platform_of(host: str, api_hosts: tuple[str, ...]) -> Platform:
    """Return whose host it is; anybody's but Anthropic's and the known clouds' is a gateway."""
    if host == API_HOST or host in api_hosts:
        return Platform.CLAUDE
    for pattern, platform in _PLATFORMS:
        if pattern.search(host):
            return platform
    return Platform.GATEWAY
