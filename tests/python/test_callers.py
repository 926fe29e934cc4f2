"""Who may call a function besides those that name it."""

from __future__ import annotations

import pytest

from claude_lint.python.evaluate import Evaluator
from claude_lint.python.values import Mapping
from resolving import project, resolve

_PROVIDERS = """
class Provider:
    def ask(self, limit):
        raise NotImplementedError

class Claude(Provider):
    def ask(self, limit):
        use(limit)

def own():
    Claude().ask(5)
"""


def test_a_method_called_on_any_object_of_its_base_is_passed_anything() -> None:
    asking = "def other(provider: Provider, limit):\n    provider.ask(limit)\n"
    assert resolve(_PROVIDERS) == ["5"]
    assert resolve(_PROVIDERS + asking) == ["5 | ?"]


@pytest.mark.parametrize(
    ("decorator", "expected"),
    [
        ("@app.post('/ask')", "5 | ?"),
        ("@cli.command()", "5 | ?"),
        ("@mcp.tool", "5 | ?"),
        ("@retry(times=3)", "5"),
    ],
)
def test_a_framework_calls_what_is_registered_with_anything(decorator: str, expected: str) -> None:
    assert resolve(f"{decorator}\ndef ask(limit):\n    use(limit)\n\nask(5)") == [expected]


def test_keywords_of_unseen_calls_may_hold_more() -> None:
    code = "@app.get('/')\ndef ask(**options):\n    use({'a': 1, **options})\n\nask(b=2)"
    assert resolve(code) == ["{'a': 1, 'b'?: 2, **?}"]


def test_what_is_passed_by_place_is_not_passed_by_name() -> None:
    code = "def ask(limit, **more):\n    use(limit)\n\noptions = {'limit': 5}\nask(6, **options)"
    assert resolve(code) == ["6"]


@pytest.mark.parametrize("steps", range(12, 60, 4))
def test_known_keys_stay_where_changes_take_too_long_to_follow(steps: int) -> None:
    code = """
        def ask(text, **options):
            body = {"model": "m", "limit": 5}
            if text:
                body["text"] = text
            body.update(options)
            use(body)
    """
    made, modules = project({"example.py": code})
    evaluator = Evaluator(made)
    (call,) = modules["example.py"].call_sites("use")
    evaluator.reset(steps)
    found = evaluator.value(modules["example.py"], call.args[0].value)
    assert isinstance(found, Mapping)
    assert [entry.name for entry in found.entries] == ["model", "limit", "text"]
    assert found.rest


def test_an_entry_that_a_branch_s_test_rules_out_is_not_read_there() -> None:
    code = """
        URLS = {"openai": "https://o", "claude": "https://c"}
        def ask(provider):
            url = URLS.get(provider)
            if provider == "claude":
                use(url)
            for provider in range(3):
                if provider == "claude":
                    use(url)
    """
    assert resolve(code) == ["'https://c' | None", "'https://c' | 'https://o' | None"]
