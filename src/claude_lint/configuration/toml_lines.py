"""Where the keys of a TOML text stand, which the parser does not tell."""

from __future__ import annotations

import re

KeyPath = tuple[str | int, ...]

_TOKEN = re.compile(
    r'"""(?:\\.|[^\\])*?"""(?!")'
    r"|'''.*?'''(?!')"
    r'|"(?:\\.|[^"\\\n])*"'
    r"|'[^'\n]*'"
    r"|\#[^\n]*"
    r"|[\[\]{}=,.\n]"
    r"|[^\s\[\]{}=,.\#\"']+",
    re.DOTALL,
)


def key_lines(text: str) -> dict[KeyPath, int]:
    """Map each key path, and each item of an array by its index, to its 1-based line.

    The text must be valid TOML. A quoted key that is written with escapes is not found.
    """
    return _Reader(text).read()


class _Reader:
    def __init__(self, text: str) -> None:
        self.tokens: list[tuple[str, int]] = []
        line, counted = 1, 0
        for match in _TOKEN.finditer(text):
            line += text.count("\n", counted, match.start())
            counted = match.start()
            if not match[0].startswith("#"):
                self.tokens.append((match[0], line))
        self.at = 0
        self.lines: dict[KeyPath, int] = {}

    def read(self) -> dict[KeyPath, int]:
        table: KeyPath = ()
        while self.at < len(self.tokens):
            if self.peek() == "\n":
                self.at += 1
            elif self.peek() == "[":
                self.skip("[")
                table = self.key(())
                self.skip("]")
            else:
                self.entry(table)
        return self.lines

    def peek(self) -> str:
        return self.tokens[self.at][0] if self.at < len(self.tokens) else ""

    def skip(self, *tokens: str) -> None:
        while self.peek() and self.peek() in tokens:
            self.at += 1

    def key(self, prefix: KeyPath) -> KeyPath:
        path = prefix
        while self.peek() not in ("=", "]", ""):
            token, line = self.tokens[self.at]
            self.at += 1
            if token != ".":
                path = (*path, token[1:-1] if token[0] in "\"'" else token)
                self.lines.setdefault(path, line)
        return path

    def entry(self, table: KeyPath) -> None:
        path = self.key(table)
        self.at += 1  # the equals sign
        self.value(path)

    def value(self, path: KeyPath) -> None:
        opening = self.peek()
        if opening == "[":
            self.at += 1
            self.items(path)
        elif opening == "{":
            self.at += 1
            self.skip("\n", ",")
            while self.peek() not in ("}", ""):
                self.entry(path)
                self.skip("\n", ",")
            self.at += 1
        else:  # a scalar may be several tokens: 1.5, 2026-11-24 10:00:00
            while self.peek() not in ("\n", ",", "]", "}", ""):
                self.at += 1

    def items(self, path: KeyPath) -> None:
        index = 0
        self.skip("\n", ",")
        while self.peek() not in ("]", ""):
            item = (*path, index)
            self.lines[item] = self.tokens[self.at][1]
            self.value(item)
            self.skip("\n", ",")
            index += 1
        self.at += 1
