"""The byte strings without which a file can hold no fact."""

from __future__ import annotations

NEEDLES: tuple[bytes, ...] = (b"anthropic", b"claude", b"sk-ant-", b".messages.")
"""The first gate, matched against the lower-cased bytes of a file."""
