"""The same Python in other clothes: lines, indents, comments, commas, blanks, parentheses."""

from __future__ import annotations

import ast
import io
import json
import random
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from claude_lint.files.encoding import lines
from claude_lint.python.comments import unfinished_lines

_OPENING, _CLOSING = "([{", ")]}"
_UNPARENTHESISED = (ast.GeneratorExp, ast.Starred)
_SOLID = {tokenize.NAME, tokenize.NUMBER, tokenize.STRING, tokenize.OP}
_INDENT = re.compile(r"(?: {4})+")


@dataclass(frozen=True)
class Style:
    """How code is dressed. The chances are those of each place to be changed."""

    seed: int = 0
    parentheses: float = 0
    explode: float = 0
    collapse: bool = False
    trailing_commas: float | None = None
    spacing: float = 0
    comments: float = 0
    indent: str = "    "
    newline: str = "\n"
    final_newline: bool = True
    bom: bool = False
    container: str = "file"  # or `list`, `string`: how a notebook holds it


def dressed(code: str, style: Style) -> bytes:
    """Write a module in a style; what it means stays."""
    rng = random.Random(style.seed)
    meaning = ast.dump(ast.parse(code))
    if style.collapse:
        code = collapsed(code)
    code = parenthesised(code, rng, style.parentheses)
    code = exploded(code, rng, style.explode)
    if style.trailing_commas is not None:
        code = with_trailing_commas(code, rng, style.trailing_commas)
    code = spaced(code, rng, style.spacing)
    code = commented(code, rng, style.comments)
    assert ast.dump(ast.parse(code)) == meaning
    code = indented(code, style.indent)
    if not style.final_newline:
        code = code.rstrip("\n")
    if style.container == "list":
        return notebook(lines(code))
    if style.container == "string":
        return notebook(code)
    data = code.replace("\n", style.newline).encode()
    return b"\xef\xbb\xbf" + data if style.bom else data


def notebook(source: str | list[str]) -> bytes:
    """Make a notebook of one code cell."""
    cell = {"cell_type": "code", "metadata": {}, "outputs": [], "source": source}
    whole = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    return (json.dumps(whole, indent=1, ensure_ascii=False) + "\n").encode()


@dataclass(frozen=True)
class _Bracket:
    """A pair of brackets: offsets of both, and of the commas directly between them."""

    start: int
    end: int
    commas: tuple[int, ...]


def collapsed(code: str) -> str:
    """Put what brackets hold on one line, where no comment and no string is in the way."""
    while True:
        for bracket in _brackets(code):
            inside = code[bracket.start + 1 : bracket.end]
            if "\n" in inside and "#" not in inside and '"""' not in inside:
                joined = re.sub(r"\s*\n\s*", " ", inside).strip()
                code = code[: bracket.start + 1] + joined + code[bracket.end :]
                break
        else:
            return code


def exploded(code: str, rng: random.Random, chance: float) -> str:
    """Put what some brackets hold on a line for each element."""
    place = 0
    while True:
        bracket = next((one for one in _brackets(code) if one.start >= place), None)
        if bracket is None:
            return code
        place = bracket.start + 1
        inside = code[bracket.start + 1 : bracket.end]
        if "\n" in inside or not inside.strip() or rng.random() >= chance:
            continue
        line = code[code.rfind("\n", 0, bracket.start) + 1 : bracket.start]
        outer = line[: len(line) - len(line.lstrip())]
        cuts = [bracket.start + 1, *(comma + 1 for comma in bracket.commas), bracket.end]
        parts = [code[start:end].strip() for start, end in pairwise(cuts)]
        body = "".join(f"\n{outer}    {part}" for part in parts if part)
        code = f"{code[: bracket.start + 1]}{body}\n{outer}{code[bracket.end :]}"


def parenthesised(code: str, rng: random.Random, chance: float) -> str:
    """Put parentheses around some values: of arguments, entries, assignments and returns."""
    starts = _line_starts(code)
    spared = list(_f_strings(code))
    added = []
    for node in _values(ast.parse(code)):
        start, end = _start(code, starts, node), _end(code, starts, node)
        inside = any(first < start < last for first, last in spared)
        if not inside and rng.random() < chance:
            added += [(start, "("), (end, ")")]
    for place, text in sorted(added, reverse=True):
        code = code[:place] + text + code[place:]
    return code


def spaced(code: str, rng: random.Random, chance: float) -> str:
    """Put blanks next to some operators and brackets, or take them away."""
    starts = _line_starts(code)
    spared = list(_f_strings(code))
    tokens = list(tokenize.generate_tokens(io.StringIO(code).readline))
    for left, right in reversed(list(pairwise(tokens))):
        start = starts[left.end[0] - 1] + left.end[1]
        end = starts[right.start[0] - 1] + right.start[1]
        is_free = {left.type, right.type} <= _SOLID and tokenize.OP in (left.type, right.type)
        if (
            is_free
            and not code[start:end].strip(" ")
            and not any(first <= start < last for first, last in spared)
            and rng.random() < chance
        ):
            code = code[:start] + rng.choice(["", " ", "  ", "\t"]) + code[end:]
    return code


def with_trailing_commas(code: str, rng: random.Random, chance: float) -> str:
    """Put a comma behind the last element of some calls and displays, and take others away."""
    for end, has_comma in sorted(_last_elements(code), reverse=True):
        wants = rng.random() < chance
        if wants and has_comma is None:
            code = f"{code[:end]},{code[end:]}"
        elif not wants and has_comma is not None:
            code = code[:has_comma] + code[has_comma + 1 :]
    return code


def commented(code: str, rng: random.Random, chance: float) -> str:
    """Put comments behind some lines and before others, within brackets as well."""
    unfinished = unfinished_lines(code)
    result = []
    for number, line in enumerate(lines(code), 1):
        text = line.rstrip("\n")
        indent = text[: len(text) - len(text.lstrip())]
        if number - 1 not in unfinished and rng.random() < chance / 2:
            result.append(f"{indent}# above {number}\n")
        if text.strip() and "#" not in text and number not in unfinished and rng.random() < chance:
            line = f"{text}  # behind {number}\n"
        result.append(line)
    return "".join(result)


def indented(code: str, indent: str) -> str:
    """Indent by something else than four blanks, but not within strings."""
    unfinished = unfinished_lines(code)
    return "".join(
        line
        if number - 1 in unfinished
        else _INDENT.sub(lambda match: indent * (len(match[0]) // 4), line, count=1)
        if line.startswith("    ")
        else line
        for number, line in enumerate(lines(code), 1)
    )


def _brackets(code: str) -> Iterator[_Bracket]:
    """Find the pairs of brackets, outer before inner, but those in f-strings."""
    starts = _line_starts(code)
    spared = list(_f_strings(code))
    found = []
    stack: list[tuple[int, list[int]]] = []
    for token in tokenize.generate_tokens(io.StringIO(code).readline):
        place = starts[token.start[0] - 1] + token.start[1]
        if token.type != tokenize.OP or any(start <= place < end for start, end in spared):
            continue
        if token.string in _OPENING:
            stack.append((place, []))
        elif token.string in _CLOSING:
            start, commas = stack.pop()
            found.append(_Bracket(start, place, tuple(commas)))
        elif token.string == "," and stack:
            stack[-1][1].append(place)
    return iter(sorted(found, key=lambda bracket: bracket.start))


def _last_elements(code: str) -> Iterator[tuple[int, int | None]]:
    """Yield where the last element of each call and display ends, and where its comma is if any."""
    by_end = {bracket.end: bracket for bracket in _brackets(code)}
    starts = _line_starts(code)
    for node in ast.walk(ast.parse(code)):
        elements: list[ast.AST | None]
        if isinstance(node, ast.Call):
            elements = [*node.args, *(keyword.value for keyword in node.keywords)]
            if any(isinstance(one, ast.GeneratorExp) for one in elements):
                continue
        elif isinstance(node, ast.Dict):
            elements = [*node.values]
        elif isinstance(node, ast.List):
            elements = [*node.elts]
        else:
            continue
        bracket = by_end.get(_end(code, starts, node) - 1)
        if not elements or bracket is None:
            continue
        last = max(_end(code, starts, one) for one in elements if one is not None)
        if bracket.commas and bracket.commas[-1] >= last:
            yield last, bracket.commas[-1]
        elif not code[last : bracket.end].strip(" \n"):
            yield last, None


def _values(tree: ast.AST) -> Iterator[ast.AST]:
    for node in ast.walk(tree):
        values: list[ast.AST | None] = []
        if isinstance(node, ast.Call):
            values += [*node.args, *(keyword.value for keyword in node.keywords)]
            values = [one for one in values if not isinstance(one, _UNPARENTHESISED)]
        elif isinstance(node, ast.Dict):
            values += node.values
        elif isinstance(node, (ast.Assign, ast.Return)):
            values.append(node.value)
        yield from (one for one in values if one is not None)


def _f_strings(code: str) -> Iterator[tuple[int, int]]:
    starts = _line_starts(code)
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.JoinedStr):
            yield _start(code, starts, node), _end(code, starts, node)


def _start(code: str, starts: list[int], node: ast.AST) -> int:
    """Return where a node starts."""
    line, column = node.lineno, node.col_offset  # type: ignore[attr-defined]
    return _in_text(code, starts, line, column)


def _end(code: str, starts: list[int], node: ast.AST) -> int:
    """Return where a node ends."""
    line, column = node.end_lineno, node.end_col_offset  # type: ignore[attr-defined]
    return _in_text(code, starts, line, column)


def _in_text(code: str, starts: list[int], line: int, column: int) -> int:
    text = code[starts[line - 1] :].split("\n", 1)[0].encode()
    return starts[line - 1] + len(text[:column].decode())


def _line_starts(code: str) -> list[int]:
    return [0, *(match.end() for match in re.finditer("\n", code))]
