from __future__ import annotations

import textwrap
from pathlib import Path

import libcst as cst
import pytest

from claude_lint.files.source import SourceFile
from claude_lint.python.evaluate import Evaluator
from claude_lint.python.flow import compatible
from claude_lint.python.project import Project
from claude_lint.python.values import Constant, Environ, options
from resolving import resolve


def pairs(code: str) -> set[tuple[object, object]]:
    """Return what the two arguments of the code's call of `send` can be together."""
    path = Path("/project/example.py")
    source = SourceFile(path, path.name, textwrap.dedent(code), "utf-8", False)
    project = Project(Path("/project"), lambda path: None, lambda root: [])
    module = project.module(source)
    for unit in module.all_units():
        unit.load()
    evaluator = Evaluator(project)
    (call,) = (node for node in module.calls if is_send(node))
    first, second = (evaluator.value(module, argument.value) for argument in call.args)
    return {
        (shown(one), shown(other))
        for one in options(first)
        for other in options(second)
        if compatible(one.under, other.under)
    }


def is_send(node: cst.Call) -> bool:
    return isinstance(node.func, cst.Name) and node.func.value == "send"


def shown(value: object) -> object:
    if isinstance(value, Environ) and value.default is None:
        return f"${value.name}"
    return value.value if isinstance(value, Constant) else "?"


def test_equal_tests_in_two_places_hold_together() -> None:
    assert pairs(
        """
        def ask(provider):
            if provider == "a":
                url = "url-a"
            else:
                url = "url-b"
            if provider == "a":
                key = "key-a"
            else:
                key = "key-b"
            send(url, key)
        """
    ) == {("url-a", "key-a"), ("url-b", "key-b")}


def test_a_variable_set_anew_between_two_tests_ties_nothing() -> None:
    assert ("url-a", "key-b") in pairs(
        """
        def ask(provider):
            url = "url-a" if provider == "a" else "url-b"
            provider = other()
            key = "key-a" if provider == "a" else "key-b"
            send(url, key)
        """
    )


def test_attributes_set_by_the_constructor_agree_with_methods_that_ask_again() -> None:
    assert pairs(
        """
        class Llm:
            def __init__(self, provider):
                self.provider = provider
                if provider == "a":
                    self.url = "url-a"
                elif provider == "b":
                    self.url = "url-b"

            def key(self):
                if self.provider == "a":
                    return "key-a"
                return "key-b"

            def ask(self):
                send(self.url, self.key())
        """
    ) == {("url-a", "key-a"), ("url-b", "key-b")}


def test_membership_and_inequality_are_read_as_tests_of_values() -> None:
    assert pairs(
        """
        def ask(provider):
            url = "url-ab" if provider in ("a", "b") else "url-c"
            key = "key-c" if provider != "a" else "key-a"
            send(url, key)
        """
    ) == {("url-ab", "key-a"), ("url-ab", "key-c"), ("url-c", "key-c")}


def test_cases_of_a_match_agree_with_if() -> None:
    assert pairs(
        """
        def ask(provider):
            match provider:
                case "a":
                    url = "url-a"
                case _:
                    url = "url-b"
            key = "key-a" if provider == "a" else "key-b"
            send(url, key)
        """
    ) == {("url-a", "key-a"), ("url-b", "key-b")}


def test_what_follows_an_early_return_is_the_other_case() -> None:
    assert pairs(
        """
        def url(kind):
            if kind == "a":
                return "url-a"
            return "url-b"

        def ask(kind):
            send(url(kind), "key-a" if kind == "a" else "key-b")
        """
    ) == {("url-a", "key-a"), ("url-b", "key-b")}


def test_a_constant_argument_decides_the_branches_of_the_function() -> None:
    assert pairs(
        """
        def key(provider, plain=False):
            if plain:
                return "plain"
            if provider == "a":
                return "key-a"
            return "key-b"

        def ask():
            send("url-a", key("a"))
        """
    ) == {("url-a", "key-a")}


def test_one_key_chooses_the_same_entry_everywhere() -> None:
    assert pairs(
        """
        PROVIDERS = {"a": {"url": "url-a", "key": "key-a"}, "b": {"url": "url-b", "key": "key-b"}}

        def ask(name):
            chosen = PROVIDERS[name]
            send(chosen["url"], PROVIDERS[name]["key"])
        """
    ) == {("url-a", "key-a"), ("url-b", "key-b")}


def test_the_parts_of_one_round_of_a_loop_stay_together() -> None:
    assert pairs(
        """
        PROVIDERS = [("url-a", {"key": "key-a"}), ("url-b", {"key": "key-b"})]

        def ask():
            for url, options in PROVIDERS:
                send(url, options["key"])
        """
    ) == {("url-a", "key-a"), ("url-b", "key-b")}


def test_a_string_does_not_contradict_the_name_of_a_constant() -> None:
    assert ("url-a", "key-a") in pairs(
        """
        def ask(provider):
            url = "url-a" if provider == "anthropic" else "url-b"
            key = "key-a" if provider == Provider.CLAUDE else "key-b"
            send(url, key)
        """
    )


def test_what_a_branch_sets_anew_goes_with_that_branch_only() -> None:
    assert pairs(
        """
        def ask(other):
            url = "url-a"
            key = "key-a"
            if other():
                url = "url-b"
                key = "key-b"
            send(url, key)
        """
    ) == {("url-a", "key-a"), ("url-b", "key-b")}


def test_an_attribute_set_anew_in_a_branch_goes_with_that_branch_only() -> None:
    assert pairs(
        """
        class Llm:
            def __init__(self, other):
                self.url = "url-a"
                self.key = "key-a"
                if other():
                    self.url = "url-b"
                    self.key = "key-b"

            def ask(self):
                send(self.url, self.key)
        """
    ) == {("url-a", "key-a"), ("url-b", "key-b")}


def test_a_test_of_a_variable_leaves_what_passes_it() -> None:
    assert pairs(
        """
        def ask(base="https://one/v1", key=None):
            if not base.endswith("/v1"):
                base = base + "/v1"
            if key is None:
                key = "key"
            send(base, key)
        """
    ) == {("https://one/v1", "key"), ("https://one/v1", "?"), ("?", "key"), ("?", "?")}


def test_a_text_that_grows_where_it_must_is_no_longer_the_short_one() -> None:
    assert pairs(
        """
        def ask():
            base = "https://one"
            if not base.endswith("/v1"):
                base += "/v1"
            send(base, 1)
        """
    ) == {("https://one/v1", 1)}


def test_attributes_that_two_methods_set_together_stay_together() -> None:
    assert pairs(
        """
        class Llm:
            def __init__(self):
                self.url = "url-a"
                self.key = "key-a"

            def fall_back(self):
                self.url = "url-b"
                self.key = "key-b"

            def ask(self):
                send(self.url, self.key)
        """
    ) == {("url-a", "key-a"), ("url-b", "key-b")}


def test_attributes_that_different_methods_set_tie_nothing() -> None:
    assert ("url-b", "key-a") in pairs(
        """
        class Llm:
            def __init__(self):
                self.url = "url-a"
                self.key = "key-a"

            def move(self):
                self.url = "url-b"

            def ask(self):
                send(self.url, self.key)
        """
    )


def test_what_makes_one_object_stays_together() -> None:
    assert pairs(
        """
        class Llm:
            def __init__(self, url, key):
                self.url = url
                self.key = key

            def ask(self):
                send(self.url, self.key)

        Llm("url-a", "key-a")
        Llm("url-b", "key-b")
        """
    ) == {("url-a", "key-a"), ("url-b", "key-b")}


def test_what_fills_one_dataclass_stays_together() -> None:
    found = pairs(
        """
        from dataclasses import dataclass

        @dataclass
        class Config:
            url: str
            key: str

        def ask(config: Config):
            send(config.url, config.key)

        Config(url="url-a", key="key-a")
        Config(url="url-b", key="key-b")
        """
    )
    assert {("url-a", "key-a"), ("url-b", "key-b")} <= found
    assert not {("url-a", "key-b"), ("url-b", "key-a")} & found


def test_a_test_of_its_type_leaves_what_is_of_that_type() -> None:
    assert pairs(
        """
        def ask(prompt):
            if isinstance(prompt, list):
                send(prompt, 1)

        ask("a text")
        ask({"role": "user"})
        """
    ) == {("?", 1)}


def test_a_test_of_several_types_lets_any_of_them_through() -> None:
    assert pairs(
        """
        def ask(prompt):
            if isinstance(prompt, (str, int)):
                send(prompt, 1)

        ask("a text")
        ask(True)
        ask(None)
        """
    ) == {("a text", 1), (True, 1)}


def test_a_variable_of_the_environment_that_is_set_passes_what_its_default_does_not() -> None:
    assert pairs(
        """
        import os

        def ask():
            key = os.environ.get("KEY", "")
            if not key:
                return
            send(key, 1)
        """
    ) == {("$KEY", 1)}


def test_a_conditional_expression_takes_what_its_test_lets_through() -> None:
    assert pairs(
        """
        class Llm:
            def __init__(self, base="", timeout=None):
                self.base = base
                self.timeout = timeout

            def ask(self, timeout=None):
                base = self.base.rstrip("/") if self.base else "https://one"
                send(base, timeout if timeout is not None else 9)

        Llm("https://two/").ask()
        Llm().ask(5)
        """
    ) == {("https://two", 5), ("https://two", 9), ("https://one", 5), ("https://one", 9)}


def test_the_parts_of_one_returned_tuple_stay_together() -> None:
    assert pairs(
        """
        def load(path):
            if path is None:
                return None, "no path"
            if not path:
                return "", f"{path!r} is empty"
            return "key", None

        def ask(path):
            key, error = load(path)
            if error:
                return
            send(key, error)
        """
    ) == {("key", None)}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("if a:\n            x = 1\n            continue", "0 | 1"),
        ("if a:\n            if b:\n                x = 1\n            continue", "0 | 1"),
        ("if a:\n            x = 1\n            break", "0"),
        ("if a:\n            x = 1\n            return", "0"),
        ("x = 2\n        if a:\n            x = 1\n            continue", "2"),
        ("if a:\n            x = 1\n            continue\n        x = 2", "2"),
    ],
)
def test_what_a_round_leaves_before_it_goes_on_is_met_by_the_next(body: str, expected: str) -> None:
    code = f"def f(a, b):\n    x = 0\n    while True:\n        {body}\n        use(x)\n"
    assert resolve(code) == [expected]


_MODELS = """
import enum

class Claude(enum.StrEnum):
    HAIKU = "haiku"
    OPUS = "opus"

class Other(enum.StrEnum):
    GPT = "gpt"

class Cloud(enum.StrEnum):
    HAIKU = "cloud-haiku"

TABLE = {Claude.HAIKU: 1, Claude.OPUS: 2, Other.GPT: 3, Cloud.HAIKU: 4}
"""


def test_membership_in_an_enumeration_leaves_of_a_table_what_its_members_choose() -> None:
    code = """
def make(name: Claude | Other | Cloud, /):
    found = TABLE.get(name)
    if not found:
        raise ValueError(name)
    if name in Other:
        return use(found)
    if name in Claude:
        return use(found)
    use(found)
"""
    assert resolve(_MODELS + code) == ["3", "1 | 2", "4"]


def test_what_is_in_no_enumeration_is_none_of_its_members() -> None:
    code = """
def make(name):
    found = TABLE[name]
    if name not in Claude:
        return use(found)
    if name == Claude.OPUS:
        return use(found)
    use(found)
"""
    assert resolve(_MODELS + code) == ["3 | 4", "2", "1"]


def test_a_list_that_is_named_like_a_class_has_what_members_it_has() -> None:
    code = """
Fast = [Claude.HAIKU, Cloud.HAIKU]

def make(name):
    found = TABLE[name]
    if name in Fast:
        use(found)
"""
    assert resolve(_MODELS + code) == ["1 | 2 | 3 | 4"]
