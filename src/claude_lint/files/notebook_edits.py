"""Changes to the code cells of a notebook, made in its JSON so that all other bytes stay."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from itertools import accumulate, pairwise

from claude_lint.files.changes import Change, Unwritable, position_in
from claude_lint.files.encoding import decode_utf8, line_starts, lines
from claude_lint.files.notebook import Cell, source_strings
from claude_lint.files.notebook_json import CHARACTER, Strings, own_text
from claude_lint.files.source import SourceFile

_NEWLINES = ("\n", "\\n")


def rewrite_notebook(source: SourceFile, data: bytes, step: Iterable[Change]) -> bytes:
    """Return a notebook's bytes with changes made to the text of its cells.

    Raise `Unwritable` for a change that would not stay in one cell, or in lines of Python.
    """
    raw, bom = decode_utf8(data)
    strings = source_strings(raw)
    by_cell = defaultdict(list)
    for change in step:
        line, _ = source.position(change.start)
        cell = next(one for one in reversed(source.cells) if one.first_line <= line)
        own = "".join(map(own_text, strings[cell.number]))
        by_cell[cell.number].append(_in_own_source(source, cell, own, change))
    parts: list[str] = []
    done = 0
    for number, own_changes in sorted(by_cell.items()):
        first, last = strings[number][0], strings[number][-1]
        parts += (raw[done : first.start()], _written(raw, strings[number], own_changes))
        done = last.end()
    return bom + ("".join(parts) + raw[done:]).encode()


def _in_own_source(source: SourceFile, cell: Cell, own: str, change: Change) -> Change:
    """Turn a change of the joined text into one of the cell's own source.

    There a magic is what it is, and the last line may have no end.
    """
    start = source.offset(cell.first_line, 1)
    seen = source.text[start : source.offset(cell.first_line + cell.line_count, 1)]
    if change.end - start > len(seen):
        raise Unwritable("it would change two cells at once")
    first_row, first_column = position_in(seen, change.start - start)
    last_row, last_column = position_in(seen, change.end - start)
    rows = slice(first_row, last_row + (last_column > 0))
    if [line.rstrip("\r\n") for line in lines(seen)[rows]] != [
        line.rstrip("\r\n") for line in lines(own)[rows]
    ]:
        raise Unwritable("it would change a line that is not Python")
    if (first_row, first_column) == (0, 0) and own.startswith("%%"):
        raise Unwritable("it would put code before a cell magic")
    starts = (*line_starts(own), len(own))
    first = starts[min(first_row, len(starts) - 1)] + first_column
    last = min(starts[min(last_row, len(starts) - 1)] + last_column, len(own))
    text = change.text
    if last == len(own) and not own.endswith("\n"):
        text = text.removesuffix("\n")
        if not text and own[:first].endswith("\n"):
            first -= 1
    return Change(first, last, text)


def _written(raw: str, strings: Strings, step: Iterable[Change]) -> str:
    """Write a cell's source with changes, as one string or one for each line as it was."""
    items = [CHARACTER.findall(match[0][1:-1]) for match in strings]
    characters = [character for item in items for character in item]
    ends = accumulate(map(len, items))
    gaps = {
        end: raw[one.end() : other.start()]
        for end, one, other in zip(ends, strings, strings[1:], strict=False)
    }
    opening = raw[: strings[0].start()]
    is_list = opening.rstrip().endswith("[")
    new_gap = next(iter(gaps.values()), "," + opening[len(opening.rstrip()) :])

    written: list[str] = []
    cuts: dict[int, str] = {}
    done = 0
    for change in [*sorted(step), Change(len(characters), len(characters), "")]:
        for place in filter(gaps.__contains__, range(done, change.start + 1)):
            # Where a line's end has gone, the next one goes on with it.
            if place > done or not written or written[-1] in _NEWLINES:
                cuts[len(written) + place - done] = gaps[place]
        written += characters[done : change.start]
        for character in _escaped(change.text, is_ascii=raw.isascii()):
            written.append(character)
            if is_list and character in _NEWLINES:
                cuts.setdefault(len(written), new_gap)
        done = change.end
    places = [0, *(place for place in sorted(cuts) if 0 < place < len(written)), len(written)]
    return "".join(
        cuts.get(start, "") * (start > 0) + '"' + "".join(written[start:end]) + '"'
        for start, end in pairwise(places)
    )


def _escaped(text: str, *, is_ascii: bool) -> list[str]:
    return CHARACTER.findall(json.dumps(text, ensure_ascii=is_ascii)[1:-1])
