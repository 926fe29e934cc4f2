"""What LibCST is not handed, and that real code always is."""

from __future__ import annotations

import sysconfig
import time
from collections.abc import Callable
from pathlib import Path

import libcst
import pytest

from claude_lint.files.hazards import Hazard, hazard
from claude_lint.files.source import Unreadable, read_source

DEEP = "brackets nested more than 60 deep"
LONG = "an expression of more than 300 links"

# What grows with n, the greatest n that passes, and what is said of n + 1.
SHAPES: dict[str, tuple[Callable[[int], str], int, str]] = {
    "parentheses": (lambda n: "(" * n + "1" + ")" * n, 60, DEEP),
    "unclosed": (lambda n: "(" * n, 60, DEEP),
    "lists": (lambda n: "x = " + "[\n" * n + "]" * n, 60, DEEP),
    "dicts": (lambda n: "x = " + "{1: " * n + "1" + "}" * n, 60, DEEP),
    "calls": (lambda n: "f(a, b=" * n + "1" + ")" * n, 60, DEEP),
    "subscripts": (lambda n: "x[1, " * n + "1" + "]" * n, 60, DEEP),
    "nesting in an f-string": (lambda n: "x = f'{" + "(" * n + "1" + ")" * n + "}'", 58, DEEP),
    "sum": (lambda n: "x = a" + " + 'b'" * n, 300, LONG),
    "sum over lines": (lambda n: "x = (a" + "\n  + b  # c" * n + "\n)", 300, LONG),
    "sum with backslashes": (lambda n: "x = a" + " \\\n+ b" * n, 300, LONG),
    "sum in an f-string": (lambda n: "x = f'{a" + "+b" * n + "}'", 300, LONG),
    "attributes": (lambda n: "x" + ".a" * n, 300, LONG),
    "chained calls": (lambda n: "f" + "()" * n, 300, LONG),
    "minus": (lambda n: "x = " + "-" * n + "1", 300, LONG),
    "not": (lambda n: "x = " + "not " * n + "1", 300, LONG),
    "lambda": (lambda n: "x = " + "lambda a, b: " * n + "1", 300, LONG),
    "for": (lambda n: "[a " + "for a, b in c " * (n // 2) + "]", 300, LONG),
    "and": (lambda n: "x = a" + " and a" * n, 300, LONG),
    "import": (lambda n: "import a" + ".a" * n, 300, LONG),
    "branches": (
        lambda n: "if a:\n  pass\n" + "elif a:\n\n  pass\n# c\n" * n,
        300,
        "an `if` of more than 300 branches",
    ),
    "pattern": (
        lambda n: "match a:\n  case " + "(" * n + "1" + ",)" * n + ":\n    pass",
        6,
        "brackets nested more than 6 deep",
    ),
    "deletion": (
        lambda n: "if a: del " + "(" * n + "b" + ",)" * n,
        12,
        "brackets nested more than 12 deep",
    ),
}
PARSED = sorted(set(SHAPES) - {"unclosed"})


@pytest.mark.parametrize("name", SHAPES)
def test_a_shape_passes_up_to_its_limit(name: str) -> None:
    shape, limit, reason = SHAPES[name]
    assert hazard(shape(limit)) is None
    step = 2 if name == "for" else 1
    found = hazard(shape(limit + step))
    assert found is not None
    assert found.reason == reason


@pytest.mark.parametrize("name", PARSED)
def test_what_passes_is_parsed_and_written_in_no_time(name: str) -> None:
    shape, limit, _ = SHAPES[name]
    code = shape(limit) + "\n"
    started = time.process_time()
    assert libcst.parse_module(code).code == code
    assert time.process_time() - started < 2


@pytest.mark.parametrize("name", SHAPES)
def test_a_shape_far_over_its_limit_is_found_in_no_time(name: str) -> None:
    text = SHAPES[name][0](100_000)
    started = time.process_time()
    assert hazard(text) is not None
    assert time.process_time() - started < 4


def test_the_line_is_where_the_statement_begins() -> None:
    text = "'''\n\n'''  # ((((\nx = 'a\\\nb'\r\ny = \\\n  1\rif z:\n  x = " + "(" * 61
    assert hazard(text) == Hazard(DEEP, 9)
    branches = "if a: pass\n" + "elif a: pass\n" * 301
    assert hazard("\n" + branches) == Hazard("an `if` of more than 300 branches", 303)


def test_many_small_tokens_are_too_many() -> None:
    assert hazard("x = 1\n" * 37_500) is None
    assert hazard("x = 1\n" * 37_501) == Hazard("150,004 tokens, more than 150,000", 1)
    assert hazard("\n" * 150_001) == Hazard("150,001 tokens, more than 150,000", 1)
    assert hazard("x = '" + "a b " * 100_000 + "'") is None


@pytest.mark.parametrize(
    "text",
    [
        "x = '" + "(" * 500 + "'",
        "x = '''" + "(\n" * 500 + "'''",
        "# " + "(" * 500,
        "x = 'it\\'s " + "(" * 500 + "'",
        "x = f'{a}" + "-" * 500 + "(" * 500 + "'",
        "x = f'{{" + "(" * 500 + "}}'",
        "x = f'{id(self):#x} " + "a " * 100 + "'\n" + "f(a.b)\n" * 400,
        "print('" + "{" * 100 + "')\n" + "f(a.b)\n" * 400,
        "x = [" + "-1, " * 5000 + "]",
        "x = {" + "'a': lambda b, c: b + c, " * 500 + "}",
        "x = [" + "[a for a, b in c if d], " * 500 + "]",
        "f(a)\n" * 1000,
        "x = a.b; " * 1000,
        "x = (" + "'a'\n" * 1000 + ")",
        "if a: pass\nelif b: pass\nelse: pass\n" * 1000,
        "case = " + "[" * 20 + "]" * 20,
        "del a[f(b[c])]\n" * 20,
        ")" * 500,
        "",
    ],
)
def test_what_only_looks_long_or_deep_passes(text: str) -> None:
    assert hazard(text) is None


@pytest.mark.parametrize("piece", ["'", '"', "'''", '"""', "\\", "f'{", "#", "'\\", '"""\\', "(\n"])
def test_work_is_linear_whatever_is_left_open(piece: str) -> None:
    text = piece * 200_000
    started = time.process_time()
    hazard(text)
    assert time.process_time() - started < 8


def test_the_standard_library_passes() -> None:
    library = Path(sysconfig.get_path("stdlib"))
    # The longest strings and the deepest patterns are not at the top.
    files = [*library.glob("*.py"), *library.glob("pydoc_data/*.py"), *library.glob("re/*.py")]
    files += library.glob("test/test_[dfp]*.py")
    assert len(files) > 150
    for path in files:
        try:
            text = read_source(path, path.name, 10_000_000).text
        except Unreadable:
            continue  # the library's own tests of bad encodings
        assert hazard(text) is None, path
