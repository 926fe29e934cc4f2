"""What of a credential may be shown: its first characters, never its secret tail."""

from __future__ import annotations

import re
from collections.abc import Iterator

from claude_lint.jumble import is_jumble

SHOWN = 12
"""The most characters of a credential that are ever printed."""

# A key may reach us without its beginning ("sk-" + "ant-api03-…", or a string cut in two), but
# `ant-` or `api03-` alone are everyday words: there only a long tail makes a secret.
_CREDENTIAL = re.compile(
    r"""(?P<lead> sk-ant-) [\w-]{16,}
      | (?P<piece> (?:ant-)? (?:api|admin|oat|ort|sid) \d\d -) [\w-]{32,}""",
    re.ASCII | re.VERBOSE,
)
# Of a key that is put together from several strings, what holds none of its beginning.
_TAIL = re.compile(r"[\w-]{20,}", re.ASCII)
# `sk-ant-your-api-key-goes-here`: words, each in one case, where a key has a jumble.
_PLACEHOLDER = re.compile(r"(?:[a-z]{1,12}\d{0,2}|[A-Z]{1,12})")
_LONGEST = 400  # of a tail; longer runs are data


def mask(text: str) -> str:
    """Replace every Anthropic credential by its first 12 characters and `…`.

    Placeholders stay as they are, and masked text is not changed by masking it again. Other long
    jumbles go too: they may be the rest of a key whose beginning stands elsewhere.
    """
    parts: list[str] = []
    done = 0
    for start, end in secrets(text):
        parts += (text[done:start], "…")
        done = end
    return "".join(parts) + text[done:]


def secrets(text: str) -> Iterator[tuple[int, int]]:
    """Find the ranges that must not be shown, as 0-based offsets, end exclusive, in order."""
    done = 0
    for start, shown, end in _credentials(text):
        yield from _tails(text, done, start)
        yield shown, end
        done = end
    yield from _tails(text, done, len(text))


def _credentials(text: str) -> Iterator[tuple[int, int, int]]:
    """Yield where a credential starts, where its secret part does, and where it ends."""
    for match in _CREDENTIAL.finditer(text):
        if not _is_placeholder(match[0]):
            shown = SHOWN if match["lead"] else min(SHOWN, len(match["piece"]))
            yield match.start(), match.start() + shown, match.end()


def _tails(text: str, first: int, last: int) -> Iterator[tuple[int, int]]:
    for match in _TAIL.finditer(text, first, last):
        is_left = text.startswith("…", match.end())  # over from masking: what may be shown
        if len(match[0]) < _LONGEST and not is_left and is_jumble(match[0]):
            yield match.span()


def _is_placeholder(key: str) -> bool:
    return all(_PLACEHOLDER.fullmatch(word) for word in re.split(r"[-_]+", key) if word)
