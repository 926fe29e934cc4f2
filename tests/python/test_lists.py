"""What can stand in a list, and where, after all that was done to it."""

from __future__ import annotations

import textwrap
from pathlib import Path

import libcst as cst
import pytest

from claude_lint.files.source import SourceFile
from claude_lint.python.evaluate import Evaluator
from claude_lint.python.project import Project
from claude_lint.python.values import Constant, Mapping, Sequence, Value, options


def sent(code: str) -> set[str]:
    """Show what the argument of the code's call of `send` can be: `1 … 2`."""
    path = Path("/project/example.py")
    source = SourceFile(path, path.name, textwrap.dedent(code), "utf-8", b"")
    project = Project(Path("/project"), lambda path: None, lambda root: [])
    module = project.module(source)
    for unit in module.all_units():
        unit.load()
    evaluator = Evaluator(project)
    (call,) = (node for node in module.calls if is_send(node))
    return {shown(one) for one in options(evaluator.value(module, call.args[0].value))}


def is_send(node: cst.Call) -> bool:
    return isinstance(node.func, cst.Name) and node.func.value == "send"


def shown(value: Value) -> str:
    if isinstance(value, Constant):
        return str(value.value)
    if isinstance(value, Mapping):
        pairs = [f"{e.name}={'|'.join(map(shown, options(e.value)))}" for e in value.entries]
        return "{" + " ".join(pairs) + "}"
    if not isinstance(value, Sequence):
        return "?"
    if value.known_gaps() is None:
        return "~ " + " ".join(map(shown, value.items))
    parts = []
    for place in range(len(value.items) + 1):
        parts += ["…"] if value.has_gap(place) else []
        parts += [shown(value.items[place])] if place < len(value.items) else []
    return " ".join(parts)


@pytest.mark.parametrize(
    ("expression", "result"),
    [
        ("[1, 2]", "1 2"),
        ("[1, *x, 2]", "1 … 2"),
        ("[1] + x", "1 …"),
        ("x + [1]", "… 1"),
        ("[1, *[2, *x], 3]", "1 2 … 3"),
        ("[n for n in x] + [1]", "… ? … 1"),
    ],
)
def test_the_unknown_keeps_its_place(expression: str, result: str) -> None:
    assert sent(f"def f(x):\n    send({expression})\n") == {result}


def test_what_is_appended_comes_last() -> None:
    code = """
    def f(x):
        items = list(x) + [1]
        items.append(2)
        items.insert(0, 3)
        items += [4]
        items.extend([5])
        send(items)
    """
    assert sent(code) == {"3 … 1 2 4 5"}


def test_a_loop_may_append_any_number_of_times() -> None:
    code = """
    def f(x):
        items = [1]
        for each in x:
            items.append(2)
        items.append(3)
        send(items)
    """
    assert sent(code) == {"1 … 2 … 3"}


def test_in_a_loop_the_round_of_the_use_comes_last() -> None:
    code = """
    def f(x):
        items = [1]
        while x:
            items.append(2)
            send(items)
            items.append(3)
    """
    assert sent(code) == {"1 … 3 … 2"}


def test_a_list_made_in_the_loop_is_new_each_time() -> None:
    code = """
    def f(x):
        for each in x:
            items = [1]
            items.append(2)
            send(items)
    """
    assert sent(code) == {"1 2"}


def test_under_a_branch_there_are_two_lists() -> None:
    code = """
    def f(x):
        items = [1]
        if x:
            items.append(2)
        send(items)
    """
    assert sent(code) == {"1", "1 2"}


def test_what_is_appended_to_shows_that_it_is_a_list() -> None:
    code = """
    def f(items):
        items.append(1)
        send(items)
    """
    assert sent(code) == {"… 1"}


def test_one_branch_does_all_or_nothing() -> None:
    code = """
    def f(x):
        items = [1]
        if x:
            items.append(2)
            items.append(3)
        send(items)
    """
    assert sent(code) == {"1", "1 2 3"}


def test_a_function_of_the_project_may_fill_a_list() -> None:
    code = """
    def add(items, number, twice=False):
        items.append(number)
        print(items)
    def f(x):
        items = []
        add(items, 1)
        add(items, number=2)
        other.add(items)
        send(items)
    """
    assert sent(code) == {"~ 1 2"}
    assert sent(code.replace("other.add(items)", "print(items)")) == {"1 2"}


def test_methods_append_in_an_order_that_nobody_knows() -> None:
    code = """
    class Talk:
        def __init__(self):
            self.items = [1]
        def ask(self):
            self.items.append(2)
        def answer(self):
            self.items.append(3)
        def send(self):
            send(self.items)
    """
    assert sent(code) == {"1 … 2 … 3 …"}


def test_taking_away_leaves_nothing_certain() -> None:
    assert sent("items = [1, 2]\nitems.pop()\nsend(items)") == {"~ 1 2"}
    assert sent("items = [1, 2]\nitems[0] = 3\nsend(items)") == {"~ 1 2"}
    assert sent("items = [1, 2]\nitems.clear()\nitems.append(3)\nsend(items)") == {"3"}


def test_what_stands_in_a_dict_can_be_changed_there() -> None:
    code = """
    made = {"items": [1], "other": {"a": 1}}
    made["items"].append(2)
    made["other"]["b"] = 2
    made["other"]["a"] = 3
    send(made)
    """
    assert sent(code) == {"{items=1 2 other={b=2 a=3}}"}


def test_an_item_of_a_list_can_be_changed_there() -> None:
    code = """
    made = [{"a": 1}, {"a": 1}]
    made[-1]["a"] = 2
    send(made)
    """
    assert sent(code) == {"{a=1} {a=2}"}


def test_a_list_has_no_items_by_name() -> None:
    assert sent('made = [{"a": 1}]\nsend(made["a"])') == {"?"}
