"""No regular expression reads a long line again and again: each is given lines made to have it so.

For each repetition in a pattern the lines repeat what it takes, behind what leads to it and before
what cannot follow. A pattern that goes back over what it has read takes a thousand times longer
for such a line than one that does not.
"""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
import time
import warnings
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

import claude_lint
from claude_lint import documents
from claude_lint.claude.catalog import errors

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    import sre_parse

LENGTH = 20_000
MOST_SECONDS = 0.05
METHODS = ("search", "match", "fullmatch", "sub", "split", "findall", "finditer")
ENDS = ("", "\0")
REPEATS = ("MAX_REPEAT", "MIN_REPEAT")
OF_CATEGORY = {"CATEGORY_WORD": "a", "CATEGORY_SPACE": " \n", "CATEGORY_DIGIT": "1"}
ANY = "a (\n1\"'{=.,#é"

Parsed = Iterable[tuple[Any, Any]]


def patterns() -> Iterator[tuple[str, re.Pattern[Any], set[str]]]:
    """Yield each pattern that the code holds or makes, what to call it, and how it is applied."""
    for found in pkgutil.walk_packages(claude_lint.__path__, "claude_lint."):
        if found.name.endswith("__main__"):
            continue
        module = importlib.import_module(found.name)
        tree = ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))
        calls = [
            (node, ast.unparse(node.func.value), node.func.attr)
            for node in ast.walk(tree)
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        ]
        for name, value in vars(module).items():
            if isinstance(value, re.Pattern):
                applied = {method for _, on, method in calls if on == name and method in METHODS}
                yield f"{found.name}.{name}", value, applied or {"search"}
        for call, on, method in calls:
            if on == "re" and method != "escape" and isinstance(call.args[0], ast.JoinedStr):
                text = "".join(
                    str(part.value) if isinstance(part, ast.Constant) else "abc"
                    for part in call.args[0].values
                )
            elif on == "re" and method in METHODS and isinstance(call.args[0], ast.Constant):
                text = call.args[0].value
            else:
                continue
            applied = {method} if method in METHODS else {"search"}
            yield f"{found.name}:{call.lineno}", re.compile(text), applied
    for document in documents.load():
        for text in document.matches:
            yield document.code, re.compile(text), {"search"}
    for error in errors.load():
        for text in error.texts:
            yield f"an error, {text}", re.compile(text), {"search"}


def lines_against(parsed: Parsed, before: str = "") -> Iterator[tuple[str, str]]:
    """Yield what to put in front and what to repeat, for each repetition in a pattern."""
    parsed = list(parsed)
    for index, (op, argument) in enumerate(parsed):
        lead = before + an_example(parsed[:index], 0)
        if str(op) in REPEATS and argument[1] >= 64:
            for choice in range(6):
                repeated = an_example(argument[2], choice)
                yield from (("", repeated), (lead, repeated), ("", lead + repeated))
                yield before + an_example(parsed[:index], 1), repeated
            yield lead, "".join(an_example(argument[2], choice) for choice in range(4))
        for inner in parts_of(str(op), argument):
            yield from lines_against(inner, lead)
    yield before, an_example(parsed, 0)


def parts_of(op: str, argument: Any) -> list[Parsed]:
    if op in REPEATS:
        return [argument[2]]
    if op == "SUBPATTERN":
        return [argument[3]]
    if op == "BRANCH":
        return list(argument[1])
    return [argument[1]] if op in ("ASSERT", "ASSERT_NOT") else []


def an_example(parsed: Parsed, choice: int) -> str:
    """Return a text that a pattern matches, nearly; other choices give others."""
    text = ""
    for op, argument in parsed:
        if str(op) == "LITERAL":
            text += chr(argument)
        elif str(op) == "NOT_LITERAL":
            text += "b" if argument == ord("a") else "a"
        elif str(op) == "ANY":
            text += "a"
        elif str(op) == "IN":
            allowed = characters(argument)
            text += allowed[choice % len(allowed)]
        elif str(op) == "BRANCH":
            text += an_example(argument[1][choice % len(argument[1])], choice)
        elif str(op) == "SUBPATTERN":
            text += an_example(argument[3], choice)
        elif str(op) in REPEATS:
            text += an_example(argument[2], choice) * max(argument[0], 1 - choice % 2)
    return text


def characters(allowed: Parsed) -> str:
    """Return some of the characters that a set allows."""
    allowed = list(allowed)
    if str(allowed[0][0]) == "NEGATE":
        forbidden = re.compile(as_set(allowed[1:]))
        return "".join(one for one in ANY if not forbidden.match(one)) or "é"
    found = ""
    for op, argument in allowed:
        if str(op) == "CATEGORY":
            found += OF_CATEGORY.get(str(argument), ".")
        else:
            found += chr(argument if str(op) == "LITERAL" else argument[0])
    return found


def as_set(allowed: Parsed) -> str:
    letters = {"WORD": "w", "SPACE": "s", "DIGIT": "d"}
    text = ""
    for op, argument in allowed:
        if str(op) == "LITERAL":
            text += re.escape(chr(argument))
        elif str(op) == "RANGE":
            text += "-".join(re.escape(chr(end)) for end in argument)
        else:
            _, _, kind = str(argument).partition("_")
            letter = letters[kind.removeprefix("NOT_")]
            text += "\\" + (letter.upper() if kind.startswith("NOT_") else letter)
    return f"[{text}]"


def seconds(pattern: re.Pattern[Any], method: str, line: Any) -> float:
    started = time.process_time()
    if method == "sub":
        pattern.sub(line[:0], line)
    elif method == "finditer":
        list(pattern.finditer(line))
    else:
        getattr(pattern, method)(line)
    return time.process_time() - started


@pytest.mark.parametrize("chunk", range(4))
def test_no_pattern_goes_back_over_what_it_has_read(chunk: int) -> None:
    found = {
        name: next(slow_lines(pattern, methods), None)
        for name, pattern, methods in list(patterns())[chunk::4]
    }
    assert {name: line for name, line in found.items() if line is not None} == {}


def slow_lines(pattern: re.Pattern[Any], methods: set[str]) -> Iterator[tuple[str, ...]]:
    parsed = sre_parse.parse(pattern.pattern, pattern.flags)
    for lead, repeated in sorted(set(lines_against(parsed))):
        for end in ENDS if repeated else ():
            line: Any = lead + repeated * (LENGTH // len(repeated)) + end
            if isinstance(pattern.pattern, bytes):
                line = line.encode("latin-1")
            for method in methods:
                # Once may be slow for another reason.
                if all(seconds(pattern, method, line) > MOST_SECONDS for _ in range(3)):
                    yield method, lead, repeated, end
