"""Text made harmless: what would move the cursor, hide or reorder other text is spelled out."""

from __future__ import annotations

import re
import unicodedata

# Control and format characters (escape sequences, bidirectional overrides), halves of surrogate
# pairs (from file names that are no text) and the separators that some terminals break lines at.
_HARMFUL = {"Cc", "Cf", "Cs", "Zl", "Zp"}
_MAYBE_HARMFUL = re.compile(r"[^\x20-\x7e]")


def visible(text: str) -> str:
    r"""Spell out the harmful characters of a text that stands on one line: `\x1b`, `\u202e`."""
    return _MAYBE_HARMFUL.sub(lambda match: visible_character(match[0]), text)


def visible_character(character: str) -> str:
    """Give the character, or its escape where it is harmful."""
    if unicodedata.category(character) in _HARMFUL:
        return character.encode("unicode_escape").decode("ascii")
    return character
