"""What of a credential may be shown: its first characters, never its secret tail."""

from __future__ import annotations

import re
from collections.abc import Iterator

SHOWN = 12
"""The most characters of a credential that are ever printed."""

# A key may reach us without its beginning ("sk-" + "ant-api03-…", or a string cut in two), but
# `ant-` or `api03-` alone are everyday words: there only a long tail makes a secret.
_CREDENTIAL = re.compile(
    r"""(?P<lead> sk-ant-) [\w-]{16,}
      | (?P<piece> (?:ant-)? (?:api|admin|oat|ort|sid) \d\d -) [\w-]{32,}""",
    re.ASCII | re.VERBOSE,
)
# `sk-ant-your-api-key-goes-here`: words, each in one case, where a key has a jumble.
_PLACEHOLDER = re.compile(r"(?:[a-z]{1,12}\d{0,2}|[A-Z]{1,12})")


def mask(text: str) -> str:
    """Replace every Anthropic credential by its first 12 characters and `…`.

    Placeholders stay as they are, and masked text is not changed by masking it again.
    """
    parts: list[str] = []
    done = 0
    for start, end in secrets(text):
        parts += (text[done:start], "…")
        done = end
    return "".join(parts) + text[done:]


def secrets(text: str) -> Iterator[tuple[int, int]]:
    """Find the ranges that must not be shown, as 0-based offsets, end exclusive."""
    for match in _CREDENTIAL.finditer(text):
        if _is_placeholder(match[0]):
            continue
        shown = SHOWN if match["lead"] else min(SHOWN, len(match["piece"]))
        yield match.start() + shown, match.end()


def _is_placeholder(key: str) -> bool:
    return all(_PLACEHOLDER.fullmatch(word) for word in re.split(r"[-_]+", key) if word)
