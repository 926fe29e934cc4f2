"""Real files, changed at random: in their bytes, tokens, lines and expressions, and in company."""

from __future__ import annotations

import ast
import json
import random
import re
import string
import warnings
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from claude_lint import documents
from claude_lint.claude.anchors import NEEDLES
from claude_lint.files.discovery import gate
from claude_lint.files.encoding import line_starts, lines
from fuzz.trial import Trial

_LARGEST = 40_000  # bytes; a larger file says nothing that several smaller ones do not
_PROJECT = Path(__file__).resolve().parent.parent
_TOKEN = re.compile(r"\w+|\s+|[^\w\s]")
_NAME = re.compile(r"\b[A-Za-z_]\w*\b")
_IMPORTED = re.compile(r"^([ \t]*)(from[ \t]+)[\w.]+([ \t]+import\b)", re.M)
_PIECES = (
    b"\0", b"\r", b"\r\n", b"\f", b"\v", b"\x1b[2J", b"\xff", b"\xef\xbb\xbf", b"\xff\xfe",
    "\u2028".encode(), "\u202e".encode(), "é".encode(), b"\\", b"'''", b'"""', b"f'{", b"{{", b"}",
    b"# -*- coding: utf-16 -*-\n", b"# coding: latin-1\n", b"# claude-lint: ignore[", b"# noqa: CL",
    b"\\N{", b"\\u", b"%s", b"**", b"...", b"9" * 5000, b"::error::", b"]]>", b"\t",
)  # fmt: skip
_WORDS = (
    "if", "else", "elif", "for", "while", "try", "except", "finally", "with", "as", "def", "class",
    "async", "await", "lambda", "return", "yield", "from", "import", "global", "nonlocal", "del",
    "match", "case", "type", "not", "in", "is", "and", "or", "None", "True", "self", "super()",
    "*", "**", ":=", "->", "@", "=", "==", "+=", ":", ",", ".", "(", ")", "[", "]", "{", "}", ";",
    "0", "-1", "1e999", "0x", "''", "b''", "f'{x}'", "...", "model=", "max_tokens=", "headers=",
)  # fmt: skip
_HEADERS = (
    "if x:", "for x in y:", "while True:", "try:", "with a as b:", "def f(self, *a, **k):",
    "class C(C):", "async def g():", "else:", "except Exception as e:", "finally:", "match x:",
    "case [*_]:",
)  # fmt: skip
_WRAPPINGS = (
    "(@)", "[@]", "{'a': @}", "f(@)", "@.copy()", "@ if x else @", "@ or @", "dict(@)", "@()",
    "(lambda: @)()", "**@", "[*@]", "@['a']", "(y := @)", "await @", "f'{@}'", "@ + @",
)  # fmt: skip

Mutation = Callable[[random.Random, str, Sequence[str]], str]


def trials(seed: int, corpus: Path | None) -> Iterator[Trial]:
    """Yield trials without end; the same ones for the same seed and corpus."""
    rng = random.Random(seed)
    texts = _texts(corpus)
    while True:
        yield trial(rng, texts)


def trial(rng: random.Random, texts: Sequence[str]) -> Trial:
    """Make a project of one to four changed files."""
    count = rng.choice((1, 1, 1, 2, 3, 4))
    names = [f"m{number}.py" for number in range(count)]
    files = {}
    secrets = []
    for name in names:
        text = rng.choice(texts)
        for _ in range(rng.randint(0, 6)):
            text = rng.choice(_MUTATIONS)(rng, text, texts)
        if count > 1:
            text = _rewired(rng, text, [Path(one).stem for one in names])
        if rng.random() < 0.3:
            secret = _key(rng)
            secrets.append(secret)
            text = _planted(rng, text, secret)
        data = text.encode("utf-8", "surrogatepass")
        if rng.random() < 0.15:
            name, data = name.replace(".py", ".ipynb"), _notebook(rng, text)
        elif not secrets:
            for _ in range(rng.choice((0, 0, 1, 2, 8))):
                data = _spoiled(rng, data)
        files[name] = data
    return Trial(files, tuple(secrets))


def _texts(corpus: Path | None) -> list[str]:
    """Read what is to be changed: files that mention Claude, and the examples of the rules."""
    roots = [corpus] if corpus else [_PROJECT / "src", _PROJECT / "tests", _PROJECT / "examples"]
    found = []
    for root in roots:
        for path in sorted(root.rglob("*.py")):
            if path.is_file() and path.stat().st_size <= _LARGEST:
                data = path.read_bytes()
                if gate(data, NEEDLES):
                    found.append(data.decode("utf-8", "replace"))
    examples = (one for document in documents.load() for one in document.examples)
    return found + [text for one in examples for text in one.files.values()]


# ---------------------------------------------------------------------- of bytes


def _spoiled(rng: random.Random, data: bytes) -> bytes:
    start = rng.randint(0, len(data))
    end = min(len(data), start + rng.choice((0, 1, 1, 8, 200)))
    kind = rng.randrange(5)
    if kind == 0:
        new = bytes(rng.randrange(256) for _ in range(rng.randint(1, 4)))
    elif kind == 1:
        new = rng.choice(_PIECES) * rng.choice((1, 1, 1, 2, 70))
    elif kind == 2:
        new = data[start:end] * 2
    elif kind == 3:
        return data[:start] if rng.random() < 0.3 else data[:start] + data[end:]
    else:
        newline = rng.choice((b"\r", b"\r\n", b"\f\n", b"\\\n"))
        return data.replace(b"\n", newline, rng.randint(1, 9))
    return data[:start] + new + data[end:]


# ---------------------------------------------------------------------- of tokens and lines


def _other_tokens(rng: random.Random, text: str, texts: Sequence[str]) -> str:
    tokens = _TOKEN.findall(text)
    if not tokens:
        return text
    at, other = rng.randrange(len(tokens)), rng.randrange(len(tokens))
    kind = rng.randrange(5)
    if kind == 0:
        tokens[at], tokens[other] = tokens[other], tokens[at]
    elif kind == 1:
        del tokens[at]
    elif kind == 2:
        tokens[at] *= rng.choice((2, 2, 2, 400))
    elif kind == 3:
        tokens[at] = rng.choice(_WORDS)
    else:
        tokens[at] = rng.choice(_TOKEN.findall(rng.choice(texts)) or [""])
    return "".join(tokens)


def _other_lines(rng: random.Random, text: str, texts: Sequence[str]) -> str:
    all_lines = lines(text)
    if not all_lines:
        return text
    at, other = sorted((rng.randrange(len(all_lines)), rng.randrange(len(all_lines))))
    kind = rng.randrange(7)
    if kind == 0:
        del all_lines[at : at + rng.randint(1, 5)]
    elif kind == 1:
        all_lines[at:at] = all_lines[other : other + rng.randint(1, 9)]
    elif kind == 2:
        all_lines[at], all_lines[other] = all_lines[other], all_lines[at]
    elif kind == 3:
        donor = lines(rng.choice(texts)) or [""]
        start = rng.randrange(len(donor))
        all_lines[at:at] = donor[start : start + rng.randint(1, 30)]
    elif kind == 4:
        step = rng.choice((" ", "    ", "\t"))
        all_lines[at:other] = [step + line for line in all_lines[at:other]]
    elif kind == 5:
        blanks = re.match(r"\s*", all_lines[at])
        indent = blanks[0].rstrip("\r\n") if blanks else ""
        body = ["    " + line for line in all_lines[at : at + rng.randint(1, 20)]]
        all_lines[at : at + len(body)] = [f"{indent}{rng.choice(_HEADERS)}\n", *body]
    else:
        all_lines[at] = all_lines[at].rstrip("\r\n") + rng.choice((";", " \\\n", "  # é\r", "\n\n"))
    return "".join(all_lines)


def _other_names(rng: random.Random, text: str, texts: Sequence[str]) -> str:
    """Call something by the name of something else, so that values go round in circles."""
    names = _NAME.findall(text)
    if not names:
        return text
    old, new = rng.choice(names), rng.choice(names)
    count = rng.choice((0, 1, 2))
    return re.sub(rf"\b{old}\b", new, text, count=count)


# ---------------------------------------------------------------------- of expressions


def _other_expressions(rng: random.Random, text: str, texts: Sequence[str]) -> str:
    """Put expressions and statements of valid Python in each other's place."""
    donor = text if rng.random() < 0.6 else rng.choice(texts)
    kind = rng.choice((ast.expr, ast.expr, ast.expr, ast.stmt))
    places, donated = _places(text, kind), _places(donor, kind)
    if not places or not donated:
        return text
    (start, end), (first, last) = rng.choice(places), rng.choice(donated)
    new = donor[first:last]
    if kind is ast.expr and rng.random() < 0.3:
        new = rng.choice(_WRAPPINGS).replace("@", new)
    if kind is ast.stmt:
        column = start - (text.rfind("\n", 0, start) + 1)
        new = new.replace("\n", "\n" + " " * column)
    return text[:start] + new + text[end:]


def _places(text: str, kind: type[ast.AST]) -> list[tuple[int, int]]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            tree = ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return []
    starts = line_starts(text)
    found = []
    for node in ast.walk(tree):
        if isinstance(node, kind) and text.isascii():
            start = starts[node.lineno - 1] + node.col_offset  # type: ignore[attr-defined]
            end = starts[node.end_lineno - 1] + node.end_col_offset  # type: ignore[attr-defined]
            found.append((start, end))
    return found


# ---------------------------------------------------------------------- of projects


def _rewired(rng: random.Random, text: str, names: Sequence[str]) -> str:
    """Let a file import from its neighbours, itself included."""

    def rewire(match: re.Match[str]) -> str:
        if rng.random() < 0.3:
            return match[0]
        return f"{match[1]}{match[2]}{rng.choice(('', '.'))}{rng.choice(names)}{match[3]}"

    text = _IMPORTED.sub(rewire, text)
    star = rng.choice(("*", "client", "f as g"))
    return f"from {rng.choice(names)} import {star}\n{text}" if rng.random() < 0.5 else text


def _key(rng: random.Random) -> str:
    letters = string.ascii_letters + string.digits
    kind = rng.choice(("api03", "admin01", "oat01"))
    return f"sk-ant-{kind}-{''.join(rng.choices(letters, k=93))}AA"


def _planted(rng: random.Random, text: str, secret: str) -> str:
    """Put a key where a string, a comment or a line begins."""
    places = [match.end() for match in re.finditer(r"[\"'#]|\n", text)]
    at = rng.choice(places) if places else 0
    if rng.random() < 0.3:
        return f"{text}\nkey = {secret!r}  # {secret}\n"
    return f"{text[:at]}{secret}{rng.choice(('', ' ', chr(34)))}{text[at:]}"


def _notebook(rng: random.Random, text: str) -> bytes:
    """Make a notebook of a file's lines, and spoil its JSON now and then."""
    all_lines = lines(text)
    cells: list[dict[str, Any]] = []
    while all_lines:
        count = rng.randint(1, 30)
        source, all_lines = all_lines[:count], all_lines[count:]
        cells.append(
            {
                "cell_type": rng.choice(("code", "code", "code", "markdown", "raw")),
                "metadata": {},
                "outputs": [{"output_type": "stream", "text": source[:2]}],
                "source": source if rng.random() < 0.7 else "".join(source),
            }
        )
    notebook: Any = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    for _ in range(rng.choice((0, 0, 1, 3))):
        _spoil(rng, notebook)
    data = json.dumps(notebook, indent=rng.choice((None, 1))).encode()
    return _spoiled(rng, data) if rng.random() < 0.1 else data


def _spoil(rng: random.Random, value: Any) -> None:
    """Change one place in a JSON value."""
    while True:
        if not isinstance(value, (dict, list)) or not value:
            return
        key = rng.choice(list(value) if isinstance(value, dict) else range(len(value)))
        if rng.random() < 0.4:
            value[key] = rng.choice(
                (None, 0, -1, 1e300, "", "x", [], {}, [""], [[]], {"source": "x"}, True, "\ud800\0")
            )
            return
        value = value[key]


_MUTATIONS: tuple[Mutation, ...] = (
    _other_tokens, _other_tokens, _other_lines, _other_names, _other_names, _other_expressions,
    _other_expressions,
)  # fmt: skip
