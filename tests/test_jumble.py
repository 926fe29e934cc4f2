"""A key is told from a placeholder by how it looks alone."""

from __future__ import annotations

import random
import string

import pytest

from claude_lint.jumble import is_jumble

ALPHABET = string.ascii_letters + string.digits + "-_"


def test_what_chance_makes_is_nearly_always_a_jumble() -> None:
    rng = random.Random(1)
    keys = ["".join(rng.choices(ALPHABET, k=93)) + "AA" for _ in range(2000)]
    assert sum(is_jumble(key) for key in keys) > 1990


@pytest.mark.parametrize(
    "text",
    [
        "x" * 95,
        "aB3" * 31,
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789",
        "a1b2C3d4E5f6g7H8i9j0K1l2m3N4o5p6Q7r8s9t0U1v2w3X4y5z6",
        "deadbeefdeadbeefdeadbeefdeadbeefdeadbeef0123",
        "7f3a9c1e5b8d2046f7a3c9e1b5d80264",
        "thisIsNotARealKeyItIsOnlyHereToShowWhereTheRealOneGoes123",
        "your-anthropic-api-key-GOES-here-1",
        "AnthropicBedrockMantleClientWithOptions2",
        "test_Xk9mP2qR7vL4nT8wY1zB6cF3hJ5dG0sAeUiO",
        "qH7z-0000-Xk9mP2qR7vL4nT8wY1zB6cF3hJ5dG0",
    ],
)
def test_what_a_person_typed_is_none(text: str) -> None:
    assert not is_jumble(text)
