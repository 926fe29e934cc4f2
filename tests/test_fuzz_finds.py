"""What the fuzzers of `fuzz/` found, as the smallest files that show it."""

from __future__ import annotations

import pytest

from claude_lint.findings import Span
from conftest import Lint


def test_an_error_behind_a_backslash_is_placed_within_its_line(lint: Lint) -> None:
    (found,) = lint("import anthropic\nfrom claude import snapshot\\\r\\\f\n")
    assert (found.code, found.location.span) == ("CL901", Span(3, 3, 3, 3))


@pytest.mark.parametrize(
    ("gap", "column"), [("\\\n", 13), ("    \\\n", 13), ("\n", 12), ("\f\n", 12)]
)
def test_lines_that_libcst_loses_move_no_finding(lint: Lint, gap: str, column: int) -> None:
    code = f"import anthropic\n\ndef f(x):\n    x\n{gap}    return '@@KEY-api03@@'\n"
    (found,) = lint(code)
    span = found.location.span
    assert (found.code, span.line, span.column) == ("CL102", 6, column)


def test_lone_carriage_returns_end_lines(lint: Lint) -> None:
    (found,) = lint("def f(x):\r    x\r    return '@@KEY-api03@@'\r")
    assert (found.code, found.location.span.line, found.location.span.column) == ("CL102", 3, 12)
    assert found.message == "An Anthropic API key is in the source: `sk-ant-api03…`"


@pytest.mark.parametrize("code", ["'a' b'b'", "b'a' f'{b}'", "lambda*: 0", "not(yield)"])
def test_what_only_the_checks_of_the_tree_refuse_is_no_failure_of_ours(
    lint: Lint, code: str
) -> None:
    found = lint(f"import anthropic\nx = {code}\n")
    assert {one.code for one in found} <= {"CL901"}


@pytest.mark.parametrize("annotations", ["a: 'a'", "a: 'b'\nb: 'a'", "a: 'Optional[a.b]'"])
def test_what_is_annotated_as_itself_is_of_no_type(lint: Lint, annotations: str) -> None:
    found = lint(f"import anthropic\n{annotations}\na.messages.create(model='claude-2.1')\n")
    assert [one.code for one in found] == ["CL201", "CL220", "CL303"]


@pytest.mark.parametrize(
    "change",
    [
        "d[[x for x in d if x]] = 1",
        "d[lambda: 1] = 1",
        "del d[[x for x in d if x]]",
        "for d[[x for x in d if x]] in d: pass",
        "d[{x: y for x, y in d if x}], e = d",
    ],
)
def test_keys_that_are_comprehensions_are_unknown_keys(lint: Lint, change: str) -> None:
    code = f"import anthropic\nd = {{}}\n{change}\nanthropic.Anthropic().messages.create(**d)\n"
    assert lint(code, select="missing-max-tokens") == []


@pytest.mark.parametrize("target", ["d[@]", "d[@], e", "d[@][0]", "d[@].a"])
def test_calls_in_what_is_assigned_to_are_calls(lint: Lint, target: str) -> None:
    call = 'anthropic.Anthropic().messages.create(model="claude-opus-5-5", messages=M)'
    code = f"import anthropic\n{target.replace('@', call)} = 1, 2\n"
    (found,) = lint(code, select="missing-max-tokens")
    assert (found.code, found.location.span.line, found.location.span.column) == ("CL201", 2, 3)


def test_files_that_git_ignores_know_each_other_where_they_are_checked(lint: Lint) -> None:
    call = "import anthropic, names\nanthropic.Anthropic().messages.create(model=names.ONE)\n"
    files = {".gitignore": "*.py\n", "main.py": call, "names.py": "ONE = 'claude-2.1'\n"}
    (found,) = lint(files, select="CL303", respect_gitignore=False)
    assert (found.location.path, found.location.span.line) == ("names.py", 1)
    assert lint(files, select="CL303") == []
