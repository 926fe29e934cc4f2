"""What holds of every fix, tried on the documents' examples however they are written."""

from __future__ import annotations

import ast
import datetime
import itertools
import re
import warnings
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import rule_examples
from claude_lint import documents
from claude_lint.configuration.rulings import Options, Rulings
from claude_lint.documents import Example, RuleDocument
from claude_lint.files.changes import spliced
from claude_lint.files.source import SourceFile, decode_source
from claude_lint.fixing.mend import Mended, Mending, mend
from claude_lint.judge import Task
from claude_lint.python.comments import comments
from meaning import altered_besides
from variants import Style, dressed

CASES = [
    (document, example)
    for document in documents.load()
    for example in document.examples
    if example.kind == "bad" and document.fix != "none"
]
# Where a suppression stands says what it covers, so that layout is part of its meaning.
ABOUT_LAYOUT = ("unused-ignore", "unknown-ignore")

styles = st.builds(
    Style,
    seed=st.integers(0, 1 << 16),
    parentheses=st.sampled_from([0, 0, 0.3, 1]),
    explode=st.sampled_from([0, 0.3, 1]),
    collapse=st.booleans(),
    trailing_commas=st.sampled_from([None, 0, 0.5, 1]),
    spacing=st.sampled_from([0, 0, 0.3, 1]),
    comments=st.sampled_from([0, 0.3, 1]),
    indent=st.sampled_from(["    ", "  ", "\t"]),
    newline=st.sampled_from(["\n", "\r\n"]),
    final_newline=st.booleans(),
    bom=st.booleans(),
    container=st.sampled_from(["file", "file", "list", "string"]),
)
PLAIN = Style()
SUPPRESSION = re.compile("claude-lint|noqa")


@pytest.fixture(scope="module")
def new_folder(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Path]:
    """Each file gets a folder of its own, for what is known of a file is remembered by its path."""
    root = tmp_path_factory.mktemp("fixes")
    numbers = itertools.count()

    def folder() -> Path:
        path = root / str(next(numbers))
        path.mkdir()
        return path

    return folder


@settings(deadline=None, max_examples=100, derandomize=True)
@given(case=st.sampled_from(CASES), style=styles, unsafe=st.booleans())
def test_fixes_hold_however_code_is_written(
    case: tuple[RuleDocument, Example],
    style: Style,
    unsafe: bool,
    new_folder: Callable[[], Path],
) -> None:
    document, example = case
    plain = made(document, example, PLAIN, unsafe, new_folder)
    varied = made(document, example, style, unsafe, new_folder)
    for task, mended in varied:
        assert_settled(mended)
        assert_only_what_it_says(task, mended)
        assert_python(task, mended)
        assert_rest_means_the_same(task, mended)
        if not unsafe:
            assert_comments_stay(task, mended)
    if document.name not in ABOUT_LAYOUT:
        # A comment in the way makes a safe fix unsafe, and some fixes impossible.
        assert fixed(varied) <= fixed(plain)
        assert style.comments or fixed(varied) == fixed(plain)
    again = made_again(document, example, varied, unsafe, new_folder)
    assert [mended.contents for _, mended in again] == [{}] * len(again)


def made(
    document: RuleDocument,
    example: Example,
    style: Style,
    unsafe: bool,
    new_folder: Callable[[], Path],
) -> list[tuple[Task, Mended]]:
    """Fix each file of an example, dressed in a style."""
    if len(example.files) > 1:  # notebooks are not imported
        style = replace(style, container="file")
    files = {}
    for path, text in example.files.items():
        code = rule_examples.expand_keys(rule_examples.without_markers(text))
        if not path.endswith(".py"):
            files[path] = code.encode()
            continue
        name = path if style.container == "file" else str(Path(path).with_suffix(".ipynb"))
        files[name] = dressed(code, style)
    return fixed_files(document, example, files, unsafe, new_folder)


def made_again(
    document: RuleDocument,
    example: Example,
    before: list[tuple[Task, Mended]],
    unsafe: bool,
    new_folder: Callable[[], Path],
) -> list[tuple[Task, Mended]]:
    """Fix what came of fixing."""
    files = {
        path: text.encode() for path, text in example.files.items() if not path.endswith(".py")
    } | {task.display: result(task, mended) for task, mended in before}
    return fixed_files(document, example, files, unsafe, new_folder)


def fixed_files(
    document: RuleDocument,
    example: Example,
    files: dict[str, bytes],
    unsafe: bool,
    new_folder: Callable[[], Path],
) -> list[tuple[Task, Mended]]:
    root = new_folder()
    for path, data in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(data)
    options = example_options(document, example)
    rulings = Rulings(options)
    found = []
    for path, data in files.items():
        if not path.endswith((".py", ".ipynb")):
            continue
        own = rulings.of_file(root / path)
        task = Task(root / path, path, data, own, rulings.selection(own), options.as_of)
        found.append((task, mend(Mending((task,), unsafe))))
    return found


def example_options(document: RuleDocument, example: Example) -> Options:
    given = {name.replace("-", "_"): value for name, value in example.options.items()}
    day = datetime.date.fromisoformat(given.pop("as_of", rule_examples.TODAY))
    select = None if document.default else document.code
    return Options(as_of=day, isolated=True, extend_select=select, **given)


def result(task: Task, mended: Mended) -> bytes:
    return mended.contents.get(task.display, task.data)


def fixed(all_mended: list[tuple[Task, Mended]]) -> Counter[str]:
    """Count what was fixed, by rule."""
    return Counter(
        rule for _, one in all_mended for (_, _, rule), n in one.fixed.items() for _ in range(n)
    )


# ---------------------------------------------------------------------- what holds


def assert_settled(mended: Mended) -> None:
    assert mended.is_settled
    assert mended.refusals == ()


def assert_only_what_it_says(task: Task, mended: Mended) -> None:
    """All text is as before but for the changes; checked character by character."""
    text = source_of(task, task.data).text
    for step in mended.steps.get(task.display, ()):
        gone = {place for change in step for place in range(change.start, change.end)}
        new = {change.start: change.text for change in step}
        text = "".join(
            new.get(place, "") + ("" if place in gone else character)
            for place, character in enumerate([*text, ""])
        )
    after = source_of(task, result(task, mended))
    assert after.text == text
    assert after.bom == source_of(task, task.data).bom


def assert_python(task: Task, mended: Mended) -> None:
    before, after = source_of(task, task.data), source_of(task, result(task, mended))
    if is_python(before.text):
        assert is_python(after.text), after.text
        assert after.text.endswith("\n") == before.text.endswith("\n")
        ends = {"\r\n"} if "\r\n" in before.text else {"\n"}
        assert set(re.findall(r"\r\n|\r|\n", after.text)) <= ends


def assert_rest_means_the_same(task: Task, mended: Mended) -> None:
    """Of the syntax tree all is as before but the nodes that are edited."""
    text = source_of(task, task.data).text
    for step in mended.steps.get(task.display, ()):
        if is_python(text):
            assert altered_besides(text, step) is None
        text = spliced(text, step)


def assert_comments_stay(task: Task, mended: Mended) -> None:
    """A safe fix takes no comment away but a suppression."""
    before, after = (
        [
            one.text
            for one in comments(source_of(task, data).text)
            if not SUPPRESSION.search(one.text)
        ]
        for data in (task.data, result(task, mended))
    )
    assert after == before


def source_of(task: Task, data: bytes) -> SourceFile:
    return decode_source(task.path, task.display, data)


def is_python(text: str) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            ast.parse(text)
        except SyntaxError:
            return False
    return True
