"""Tell a jumble that a machine drew from what a person typed: a key from its placeholder."""

from __future__ import annotations

import re
from itertools import pairwise

# Words of placeholders, in one case as people write them. Chance puts one of these into one key
# of some thousands.
_LONG_WORDS = (
    r"fake|mock|demo|dummy|your|here|test|todo|real|example|sample|secret|insert|invalid|hidden"
    r"|placeholder|replace|redact|anthropic|claude|token|change|string|value|xxxx|abcd|qwer|asdf|1234"
)
# Shorter ones count only between `-` and `_`.
_SHORT_WORDS = r"key|api|not|foo|bar|baz|abc|xyz|xxx|the|for|and|you|any|use|see|put|end|123"


def _spellings(words: str) -> str:
    forms = (words, words.upper(), "|".join(map(str.title, words.split("|"))))
    return "|".join(dict.fromkeys("|".join(forms).split("|")))


_TELLING = re.compile(
    rf"{_spellings(_LONG_WORDS)}|(?<![^_-])(?:{_spellings(_SHORT_WORDS)})(?![^_-])|(.)\1\1\1"
)


def is_jumble(text: str) -> bool:
    """Tell whether letters, digits, `-` and `_` stand in no order that a person would give them.

    One random text in a thousand is taken for something else; the fewer characters, the more.
    """
    return (
        all(any(kind(c) for c in text) for kind in (str.islower, str.isupper, str.isdigit))
        and not _TELLING.search(text)
        and _changes_kind(text)
        and _is_varied(text)
        and not _is_counted_up(text)
    )


def _changes_kind(text: str) -> bool:
    """Tell whether case and kind change as in no word: chance does it two times in three."""
    kinds = [(c.islower(), c.isupper(), c.isdigit()) for c in text]
    return sum(one != other for one, other in pairwise(kinds)) > 0.4 * len(text)


def _is_varied(text: str) -> bool:
    """Tell whether characters, and groups of three, come back no oftener than chance has it."""
    expected = 64 * (1 - (63 / 64) ** len(text))
    groups = [text[at : at + 3] for at in range(len(text) - 2)]
    return len(set(text)) > 0.7 * expected and len(set(groups)) > 0.93 * len(groups)


def _is_counted_up(text: str) -> bool:
    """Tell whether letters or digits go through the alphabet: `a1B2c3D4`, `9876543210`."""
    letters = [ord(c) for c in text.lower() if c.isalpha()]
    digits = [ord(c) for c in text if c.isdigit()]
    return _steps(letters, 2) > 0.4 * len(letters) or _steps(digits, 1) > max(4, 0.5 * len(digits))


def _steps(codes: list[int], most: int) -> int:
    """Count the neighbours that differ by up to `most`, in the direction that has more of them."""
    up = sum(0 < after - before <= most for before, after in pairwise(codes))
    down = sum(0 < before - after <= most for before, after in pairwise(codes))
    return max(up, down)
