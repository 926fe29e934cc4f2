"""Suppression comments as written: where each stands, what it names, how to take it out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from claude_lint.files.source import SourceFile
from claude_lint.findings import Edit, Span
from claude_lint.python.comments import Comment, comments

_OURS = re.compile(r"#\s*claude-lint:\s*(?P<word>[\w-]+)(?P<list>\s*\[(?P<items>[^\]#]*)\])?")
_NOQA = re.compile(r"#\s*(?i:noqa)\s*:\s*(?P<items>[A-Z]+\d+(?:[,\s]+[A-Z]+\d+)*)")
_ITEM = re.compile(r"[^\s,](?:[^,]*[^\s,])?")
_NOQA_ITEM = re.compile(r"\b[A-Z]+\d+")


@dataclass(frozen=True, slots=True)
class Item:
    """A rule as a directive names it: its place in the list, and the offsets it stands between."""

    text: str
    index: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Directive:
    """A suppression in a comment, between two offsets in the text.

    `word` is `ignore`, `file-ignore` or whatever else follows `claude-lint:`, or it is `noqa`,
    whose items may be codes of other linters. `items` is None where no list of rules follows.
    """

    word: str
    items: tuple[Item, ...] | None
    start: int
    end: int
    comment: Comment

    @property
    def covers_file(self) -> bool:
        """Whether it holds for the whole file."""
        return self.word == "file-ignore" and self.comment.is_alone

    @property
    def suppresses(self) -> bool:
        """Whether it suppresses what it names."""
        return self.word in ("ignore", "noqa") or self.covers_file


def find_directives(text: str) -> tuple[Directive, ...]:
    """Find all suppressions in the comments of Python text, ours and `noqa` with codes."""
    if "claude-lint:" not in text and not _NOQA.search(text):
        return ()
    return tuple(directive for comment in comments(text) for directive in _directives_in(comment))


def _directives_in(comment: Comment) -> Iterator[Directive]:
    for match in _OURS.finditer(comment.text):
        items = tuple(_items(comment, match, _ITEM)) if match["list"] is not None else None
        yield _directive(match["word"], items, match, comment)
    for match in _NOQA.finditer(comment.text):
        yield _directive("noqa", tuple(_items(comment, match, _NOQA_ITEM)), match, comment)


def _items(comment: Comment, match: re.Match[str], item: re.Pattern[str]) -> Iterator[Item]:
    offset = comment.start + match.start("items")
    for index, found in enumerate(item.finditer(match["items"])):
        yield Item(found[0], index, offset + found.start(), offset + found.end())


def _directive(
    word: str, items: tuple[Item, ...] | None, match: re.Match[str], comment: Comment
) -> Directive:
    start, end = comment.start + match.start(), comment.start + match.end()
    return Directive(word, items, start, end, comment)


def span_between(source: SourceFile, start: int, end: int) -> Span:
    """Turn two offsets in the text into a span of it."""
    return Span(*source.position(start), *source.position(end))


def removal(source: SourceFile, directive: Directive, item: Item | None) -> Edit:
    """Take one item out of a directive, or all of it if that is its only one or `item` is None.

    All else in the comment stays, as do a reason and other directives; only a comment of which
    nothing is left goes, and its line if it has one to itself. The edit only deletes.
    """
    items = directive.items or ()
    if item is not None and len(items) > 1:
        if item.index + 1 < len(items):
            start, end = item.start, items[item.index + 1].start
        else:
            start, end = items[item.index - 1].end, item.end
    else:
        start, end = _whole(source, directive)
    return Edit(source.locate(span_between(source, start, end)), "")


def _whole(source: SourceFile, directive: Directive) -> tuple[int, int]:
    comment, text = directive.comment, source.text
    comment_end = comment.start + len(comment.text)
    rest = text[directive.end : comment_end].lstrip()
    if rest.startswith("#"):
        return directive.start, comment_end - len(rest)
    if rest:  # a reason: the `#` and the blanks after it are still wanted
        word = directive.start + 1
        while text[word].isspace():
            word += 1
        return word, comment_end - len(rest)
    line_start = source.offset(comment.line, 1)
    before = text[line_start : directive.start].rstrip()
    if before:
        return line_start + len(before), comment_end
    last_lines = {cell.first_line + cell.line_count - 1 for cell in source.cells}
    if comment.line in last_lines or comment.line == source.position(len(text))[0]:
        return line_start, comment_end  # the last line of a cell or file has no line end to take
    return line_start, source.offset(comment.line + 1, 1)
