"""What LibCST had better not be handed: source that makes it crash, recurse or run for minutes.

The limits were found by measuring LibCST 1.9.0 with the stack and the recursion limit that Python
has by default. A thousand nested brackets kill the process; some tens of nested patterns take
hours, for it tries both readings of each. All limits are far above what people write.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_MAX_DEPTH = 60
_MAX_DEPTH_OF_PATTERN = 6  # each level takes four times as long
_MAX_DEPTH_OF_DELETION = 12  # twice as long
_MAX_LINKS = 300
_MAX_TOKENS = 150_000

# Each alternative takes all that it has looked at, so that the whole is linear whatever is left
# unclosed.
_STRING_PATTERN = (
    r'"""[^"\\]*(?:(?:\\.|"(?!""))[^"\\]*)*(?:"""|\Z)'
    r"|'''[^'\\]*(?:(?:\\.|'(?!''))[^'\\]*)*(?:'''|\Z)"
    r'|"[^"\\\n]*(?:\\.[^"\\\n]*)*"?'
    r"|'[^'\\\n]*(?:\\.[^'\\\n]*)*'?"
)
_STRING = re.compile(_STRING_PATTERN, re.DOTALL)
_STRING_OR_GAP = re.compile(rf"{_STRING_PATTERN}|#[^\n]*|\\\n", re.DOTALL)
_TEMPLATE_PREFIX = re.compile(r"(?<!\w)(?:[ft]|r[ft]|[ft]r)\Z", re.IGNORECASE)
_PATTERN = re.compile(r"[ \t]*case\b(?![ \t\v]*[=.:,)])")
_DELETION = re.compile(r"(?:^|[:;])[ \t\v]*del\b")
_BRACES = re.compile(r"\{\{|\}\}|[{}]")
_TOKEN = re.compile(r"\w+|[^\w\s]")
# What makes an expression longer by a link; a bracket does after an operand.
_WORD_LINKS = ("and", "await", "else", "for", "if", "in", "is", "lambda", "not", "or")
_LINKS = frozenset("+-*/%@&|^~<>.") | frozenset(_WORD_LINKS)
_LINK = re.compile(rf"[-+*/%@&|^~<>.(]|\b(?:{'|'.join(_WORD_LINKS)})\b")


@dataclass(frozen=True, slots=True)
class Hazard:
    """Why a piece of source is not parsed, as the end of a sentence, and on which 1-based line."""

    reason: str
    line: int


def hazard(text: str) -> Hazard | None:
    """Tell whether parsing a file or a statement with LibCST would be dangerous.

    Work is linear in the length. Strings and comments do not count; the expressions in an f-string
    do, nearly as they should.
    """
    code = _code(text)
    return _long_or_deep(code) or _many_branches(code) or _large(code)


def _code(text: str) -> str:
    r"""Return text with `'` for each string, `(` and `)` for all brackets, and no comments.

    Line ends within a statement's strings and after backslashes become `\v`.
    """
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    code = _STRING_OR_GAP.sub(_placeholder, text)
    for bracket in "[{":
        code = code.replace(bracket, "(")
    for bracket in "]}":
        code = code.replace(bracket, ")")
    return code


def _placeholder(match: re.Match[str]) -> str:
    token = match.group()
    if token[0] == "#":
        return ""
    breaks = "\v" * token.count("\n")
    if token[0] == "\\":
        return breaks
    # What a shorter one can nest or chain is within the margin of the limits.
    if len(token) > _MAX_DEPTH and "{" in token:
        if _TEMPLATE_PREFIX.search(match.string[max(match.start() - 3, 0) : match.start()]):
            return f"'({_STRING.sub(_placeholder, _fields(token))}){breaks}"
    return "'" + breaks


def _fields(template: str) -> str:
    """Return the replacement fields of an f-string, without what stands around them."""
    fields = []
    start = depth = 0
    for brace in _BRACES.finditer(template):
        if brace.group() == "{":
            if depth == 0:
                start = brace.start()
            depth += 1
        elif brace.group() == "}" and depth:
            depth -= 1
            if depth == 0:
                fields.append(template[start : brace.end()])
    if depth:
        fields.append(template[start:])
    return ",".join(fields).replace("\n", " ")


def _logical_lines(code: str) -> Iterator[tuple[int, str, int]]:
    """Yield each logical line: its first physical line, its code, how many brackets it opens."""
    number = first = 1
    opened = closed = 0
    parts: list[str] = []
    for part in code.split("\n"):
        opened += part.count("(")
        closed = min(closed + part.count(")"), opened)
        parts.append(part)
        number += 1 + part.count("\v")
        if opened == closed:
            yield first, " ".join(parts), opened
            first, opened, closed = number, 0, 0
            parts.clear()
    if parts:
        yield first, " ".join(parts), opened


def _long_or_deep(code: str) -> Hazard | None:
    for line, statement, opened in _logical_lines(code):
        if opened <= _MAX_DEPTH_OF_PATTERN and len(statement) <= _MAX_LINKS:
            continue
        if _PATTERN.match(statement):
            max_depth = _MAX_DEPTH_OF_PATTERN
        elif _DELETION.search(statement):
            max_depth = _MAX_DEPTH_OF_DELETION
        else:
            max_depth = _MAX_DEPTH
        if opened > max_depth or len(_LINK.findall(statement)) > _MAX_LINKS:
            if reason := _measured(statement, max_depth):
                return Hazard(reason, line)
    return None


def _measured(statement: str, max_depth: int) -> str | None:
    """Follow a logical line token by token; return what is wrong with it."""
    # For each open bracket: the links so far of the expression it is in the middle of, and how
    # many `lambda` and `for` await the `:` or `in` up to which a comma ends no expression.
    links, awaiting = [0], [0]
    total = 0
    after_operand = False
    for token in _TOKEN.findall(statement):
        if token in _LINKS or (after_operand and token == "("):
            links[-1] += 1
            total += 1
            if total > _MAX_LINKS:
                return f"an expression of more than {_MAX_LINKS} links"
        if token == "(":
            links.append(0)
            awaiting.append(0)
            if len(links) - 1 > max_depth:
                return f"brackets nested more than {max_depth} deep"
        elif token == ")":
            if len(links) > 1:
                total -= links.pop()
                awaiting.pop()
        elif token in ("lambda", "for"):
            awaiting[-1] += 1
        elif token in (":", "in"):
            awaiting[-1] = max(0, awaiting[-1] - 1)
        elif token == ";" or (token == "," and not awaiting[-1]):
            total -= links[-1]
            links[-1] = awaiting[-1] = 0
        after_operand = token == ")" or (token.isidentifier() and token not in _LINKS)
    return None


def _many_branches(code: str) -> Hazard | None:
    """Find an `if` with very many `elif`: each is nested in the one before."""
    if code.count("elif") <= _MAX_LINKS:
        return None
    branches: dict[int, int] = {}  # by indentation
    for line, statement, _ in _logical_lines(code):
        indentation = len(statement) - len(statement.lstrip())
        if indentation == len(statement):
            continue
        branches = {column: n for column, n in branches.items() if column <= indentation}
        if statement.startswith("elif", indentation):
            branches[indentation] = branches.get(indentation, 0) + 1
            if branches[indentation] > _MAX_LINKS:
                return Hazard(f"an `if` of more than {_MAX_LINKS} branches", line)
        else:
            branches.pop(indentation, None)
    return None


def _large(code: str) -> Hazard | None:
    if len(code) > _MAX_TOKENS:
        tokens = sum(1 for _ in _TOKEN.finditer(code)) + code.count("\n")  # blank lines cost too
        if tokens > _MAX_TOKENS:
            return Hazard(f"{tokens:,} tokens, more than {_MAX_TOKENS:,}", 1)
    return None
