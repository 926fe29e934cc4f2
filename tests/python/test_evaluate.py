"""What expressions are found to be, inside one module."""

from __future__ import annotations

import textwrap

import pytest

from claude_lint.python.evaluate import Evaluator
from resolving import project, resolve, shown


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("'claude-' + 'opus'", "'claude-opus'"),
        ("'claude-' 'opus'", "'claude-opus'"),
        ("f'{\"claude\"}-{5}'", "'claude-5'"),
        ("'%s-%s' % ('claude', 5)", "'claude-5'"),
        ("'{}-{name}'.format('claude', name='opus')", "'claude-opus'"),
        ("'-'.join(['claude', 'opus'])", "'claude-opus'"),
        ("' Claude '.strip().lower()", "'claude'"),
        ("8 * 1024", "8192"),
        ("-1", "-1"),
        ("{'a': 1, **{'b': 2}}", "{'a': 1, 'b': 2}"),
        ("{'a': 1} | {'a': 2}", "{'a': 2}"),
        ("dict(a=1, **{'b': 2})", "{'a': 1, 'b': 2}"),
        ("[1] + [2]", "[1, 2]"),
        ("[*[1, 2], 3]", "[1, 2, 3]"),
        ("{'a': {'b': 1}}['a']['b']", "1"),
        ("{'a': 1}.get('b', 2)", "2"),
        ("[1, 2][-1]", "2"),
        ("1 if flag() else 2", "1 | 2"),
        ("None or 'b'", "'b'"),
        ("{'a': 1} or {}", "{'a': 1}"),
        ("'a' and 'b'", "'b'"),
        ("(x := 'walrus')", "'walrus'"),
        ("{k: v for k, v in {'a': 1, 'b': 2}.items() if k != 'a'}", "{'b': 2}"),
        ("{k: v for k, v in {'a': 1, 'b': 2}.items() if k not in ('b', 'c')}", "{'a': 1}"),
        ("{k: v for k, v in {'a': 1, 'b': None}.items() if v is not None}", "{'a': 1}"),
        ("{k: v for k, v in {'a': 1, 'b': ''}.items() if v}", "{'a': 1}"),
    ],
)
def test_an_expression_is_worked_out(expression: str, value: str) -> None:
    assert resolve(f"use({expression})") == [value]


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("os.getenv('K')", "$K"),
        ("os.environ['K']", "$K"),
        ("os.environ.get('K', 'd')", "$K or 'd'"),
        ("os.getenv('K') or 'd'", "$K or 'd'"),
        ("f'Bearer {os.environ[\"K\"]}'", "f'Bearer {$K}'"),
    ],
)
def test_the_environment_keeps_its_name_and_default(expression: str, value: str) -> None:
    assert resolve(f"import os\nuse({expression})") == [value]


def test_names_are_followed_through_scopes() -> None:
    assert resolve(
        """
        MODEL = "outer"
        def ask():
            model = MODEL
            def inner():
                use(model)
            inner()
        """
    ) == ["'outer'"]


def test_a_later_binding_replaces_an_earlier_one() -> None:
    assert resolve("m = 1\nm = 2\nuse(m)") == ["2"]


def test_a_binding_under_a_branch_leaves_both() -> None:
    assert resolve("m = 1\nif x():\n    m = 2\nuse(m)") == ["1 | 2"]


def test_all_branches_together_replace_what_was_before() -> None:
    code = "m = 1\nif x():\n    m = 2\nelif y():\n    m = 3\nelse:\n    m = 4\nuse(m)"
    assert resolve(code) == ["2 | 3 | 4"]


def test_a_branch_that_leaves_does_not_reach_what_follows() -> None:
    code = """
    def ask(flag):
        model = "right"
        if flag:
            model = "wrong"
            return None
        use(model)
    """
    assert resolve(code) == ["'right'"]


def test_a_use_in_one_branch_does_not_see_the_other() -> None:
    code = "if x():\n    m = 1\n    use(m)\nelse:\n    m = 2\n    use(m)"
    assert resolve(code) == ["1", "2"]


def test_what_a_loop_binds_late_reaches_its_next_round() -> None:
    code = "m = 1\nfor i in range(3):\n    use(m)\n    m = 2"
    assert resolve(code) == ["1 | 2"]


def test_an_import_that_may_fail_leaves_its_fallback() -> None:
    code = "try:\n    import anthropic\nexcept ImportError:\n    anthropic = None\nuse(anthropic)"
    assert resolve(code) == ["None | anthropic"]


def test_a_loop_over_a_list_gives_its_items() -> None:
    assert resolve("for m in ['a', 'b']:\n    use(m)") == ["'a' | 'b'"]


def test_a_loop_over_items_gives_keys_and_values() -> None:
    code = "for key, value in {'a': 1, 'b': 2}.items():\n    use(key)\n    use(value)"
    assert resolve(code) == ["'a' | 'b'", "1 | 2"]


def test_a_dict_built_in_steps_has_all_of_them() -> None:
    code = """
    body = {"model": "m"}
    body["max_tokens"] = 1
    body.update(stream=True)
    body.setdefault("model", "other")
    del body["stream"]
    use(body)
    """
    assert resolve(code) == ["{'model': 'm', 'max_tokens': 1}"]


def test_a_key_set_under_a_branch_is_marked() -> None:
    code = "body = {}\nif x():\n    body['a'] = 1\nuse(body)"
    assert resolve(code) == ["{'a'?: 1}"]


def test_what_happens_after_the_use_does_not_count() -> None:
    assert resolve("body = {}\nuse(body)\nbody['a'] = 1") == ["{}"]


def test_a_helper_of_the_project_is_looked_into() -> None:
    code = """
    def fill(body):
        body["a"] = 1
    body = {}
    fill(body)
    use(body)
    """
    assert resolve(code) == ["{'a': 1}"]


def test_an_unknown_helper_opens_what_it_is_handed() -> None:
    assert resolve("from elsewhere import fill\nbody = {}\nfill(body)\nuse(body)") == ["{**?}"]


def test_reading_functions_open_nothing() -> None:
    code = "import json, logging\nb = {}\njson.dumps(b)\nlogging.info(b)\nprint(b)\nuse(b)"
    assert resolve(code) == ["{}"]


def test_a_list_grows_by_its_methods() -> None:
    code = "m = [1]\nm.append(2)\nm.insert(0, 0)\nm.extend([3])\nm += [4]\nuse(m)"
    assert resolve(code) == ["[0, 1, 2, 3, 4]"]


def test_a_function_returns_what_its_branches_return() -> None:
    code = """
    def pick(flag):
        if flag:
            return "a"
        return "b"
    use(pick(unknown()))
    use(pick(True))
    """
    assert resolve(code) == ["'a' | 'b'", "'a'"]


def test_a_function_is_evaluated_with_what_the_call_passes() -> None:
    code = """
    def headers(key, extra=None, **more):
        return {"x-api-key": key, "extra": extra, **more}
    use(headers("k", version="v"))
    """
    assert resolve(code) == ["{'x-api-key': 'k', 'extra': None, 'version': 'v'}"]


def test_a_parameter_is_what_the_project_passes() -> None:
    code = """
    def ask(model, size=1):
        use(model)
        use(size)
    ask("a")
    ask("b", size=2)
    """
    assert resolve(code) == ["'a' | 'b'", "1 | 2"]


def test_a_parameter_nobody_passes_is_open() -> None:
    assert resolve("def ask(model='a'):\n    use(model)") == ["'a' | ?"]


def test_an_annotation_tells_what_nothing_else_does() -> None:
    code = """
    from anthropic import Anthropic
    def ask(client: "Anthropic | None" = None):
        use(client)
    """
    assert resolve(code) == ["None | some anthropic.Anthropic"]


def test_attributes_of_self_join_over_the_class_and_its_bases() -> None:
    code = """
    class Base:
        model = "base"
        def __init__(self):
            self.url = "u"
    class Child(Base):
        model = "child"
        def set(self, url):
            self.url = url
        def ask(self):
            use(self.model)
            use(self.url)
    Child().set("v")
    """
    assert resolve(code) == ["'child'", "'u' | 'v'"]


def test_constructor_arguments_reach_the_attributes_of_an_instance() -> None:
    code = """
    class Client:
        def __init__(self, model="default"):
            self.model = model
    use(Client(model="given").model)
    """
    assert resolve(code) == ["'given'"]


def test_a_dataclass_field_is_its_default_or_what_is_passed() -> None:
    code = """
    from dataclasses import dataclass, field
    @dataclass
    class Config:
        model: str = "default"
        names: list = field(default_factory=lambda: ["a"])
    use(Config().model)
    use(Config(model="given").model)
    use(Config().names)
    """
    assert resolve(code) == ["'default'", "'given'", "['a']"]


def test_an_enum_member_is_its_value() -> None:
    code = """
    from enum import Enum
    class Model(str, Enum):
        OPUS = "claude-opus"
    use(Model.OPUS.value)
    use(Model.OPUS)
    """
    assert resolve(code) == ["'claude-opus'", "'claude-opus'"]


def test_a_property_gives_what_it_returns() -> None:
    code = """
    class Client:
        @property
        def model(self):
            return "m"
        def ask(self):
            use(self.model)
    """
    assert resolve(code) == ["'m'"]


def test_changes_to_an_attribute_of_an_object_travel_with_it() -> None:
    code = """
    import requests
    def session():
        made = requests.Session()
        made.headers = {"a": "1"}
        made.headers["b"] = "2"
        return made
    use(session().headers)
    """
    assert resolve(code) == ["{'a': '1', 'b': '2'}"]


def test_foreign_objects_stay_symbolic() -> None:
    code = "from anthropic import Anthropic as A\nuse(A(max_retries=0).messages.create)"
    assert resolve(code) == ["anthropic.Anthropic(max_retries=0).messages.create"]


def test_what_global_binds_in_a_function_is_seen() -> None:
    code = """
    client = None
    def setup():
        global client
        client = "made"
    def ask():
        use(client)
    """
    assert resolve(code) == ["'made' | None"]


@pytest.mark.parametrize(
    "code",
    [
        "a = b\nb = a\nuse(a)",
        "def f():\n    return f()\nuse(f())",
        "class A(A):\n    pass\nuse(A().x)",
        "x = {}\nx['x'] = x\nuse(x)",
        "def f(n):\n    return g(n)\ndef g(n):\n    return f(n)\nuse(f(1))",
    ],
)
def test_circles_end(code: str) -> None:
    assert len(resolve(code)) == 1


def test_a_chain_of_thousands_of_aliases_ends() -> None:
    names = "\n".join(f"a{n} = a{n - 1}" for n in range(1, 3_000))
    assert resolve(f"a0 = 'm'\n{names}\nuse(a2999)\nuse(a9)") == ["?", "'m'"]


def test_what_was_asked_first_does_not_change_the_answer() -> None:
    code = """
    class Node:
        def __init__(self, parent=None, name="n"):
            self.parent = parent
            self.name = name
        def label(self):
            return self.parent.label() if self.parent else self.name
    root = Node()
    leaf = Node(root, "leaf")
    one(root.label())
    two(leaf.label())
    one(root.label())
    """
    one, first = resolve(code, "one"), resolve(code, "one")[0]
    assert one == [first, first]
    assert resolve(code, "two") == resolve(textwrap.dedent(code) + "three(root.label())", "two")


def test_a_text_of_many_alternatives_is_bounded() -> None:
    choices = "\n".join(
        f"a{number} = 'x' if one() else 'y' if two() else 'z'" for number in range(30)
    )
    holes = "".join(f"{{a{number}}}" for number in range(30))
    (text,) = resolve(f"{choices}\nuse(f'{holes}')")
    assert text.count('f"') <= 16


def test_a_method_that_is_called_and_looked_at_is_no_change_of_itself() -> None:
    code = """
    import json
    class Box:
        def __init__(self):
            self.send = json.dumps
        def go(self):
            self.send({})
            use(self.send)
    """
    assert resolve(code) == ["json.dumps"]


def test_an_integer_of_a_variable_with_several_defaults_is_each_of_them() -> None:
    code = """
    import os

    DEFAULT = "1" if os.name == "nt" else other()
    use(int(os.getenv("N", DEFAULT)))
    """
    assert resolve(code) == ["$N or 1 | ?"]


def test_a_name_that_only_a_foreign_star_import_can_bring_is_that_module_s() -> None:
    assert resolve("from anthropic import *\nuse(Anthropic)\nuse(print)") == [
        "anthropic.Anthropic",
        "builtins.print",
    ]


def test_what_is_popped_from_something_unknown_may_be_the_default() -> None:
    assert resolve('def ask(given):\n    use(given.pop("max_tokens", 1024))\n') == ["1024 | ?"]


def test_an_object_is_made_by_its_class_s_own_methods() -> None:
    code = """
    class Model:
        def __init__(self, name):
            self.name = name

        @classmethod
        def default(cls):
            return cls("m")

        def ask(self):
            use(self.name)
    """
    assert resolve(code) == ["'m'"]


@pytest.mark.parametrize(
    ("code", "value"),
    [
        (
            "def f(x):\n    use({k: v for k, v in {'a': 1, 'b': x}.items() if v})",
            "{'a': 1, 'b'?: ?}",
        ),
        ("use({k: str(v) for k, v in {'a': 1}.items()})", "?"),
        ("use({k: v for k, v in rows()})", "?"),
    ],
)
def test_a_comprehension_that_does_more_or_knows_less(code: str, value: str) -> None:
    assert resolve(code) == [value]


def test_a_function_is_called_by_the_variable_that_holds_it() -> None:
    code = """
    def _mine(size):
        use(size)

    def _other(size): ...

    def ask(name):
        call = _other if name == "other" else _mine
        return retried(lambda: call(9))
    """
    assert resolve(code) == ["9"]


def test_a_library_s_method_under_watch_is_still_its_method() -> None:
    code = """
    import library
    client = library.Client()
    asked = client.ask

    def watched(*args, **options):
        return asked(*args, **options)

    def faked(question): ...

    client.ask = watched
    client.tell = faked
    use(client.ask)
    use(client.tell)
    """
    assert resolve(code) == ["library.Client().ask", "def faked"]


def test_each_number_is_reckoned_with_each_that_can_stand_beside_it() -> None:
    assert resolve(
        """
        base = 4096 if small else 8192
        factor = 2 if again else 1
        use(base * factor)
        """
    ) == ["16384 | 4096 | 8192 | 8192"]


def test_a_typed_dict_is_a_dict() -> None:
    assert resolve(
        """
        import library
        from typing import TypedDict

        class Request(TypedDict, total=False):
            model: str

        class Longer(Request):
            size: int

        use(Request({"model": "m", **library.more}, size=3))
        use(Longer(model="n"))
        """
    ) == ["{'model': 'm', 'size': 3, **library.more}", "{'model': 'n'}"]


@pytest.mark.parametrize("enter", ["enter_context", "enter_async_context"])
def test_an_exit_stack_gives_what_it_enters(enter: str) -> None:
    assert resolve(
        f"""
        import library
        from contextlib import ExitStack
        with ExitStack() as stack:
            use(stack.{enter}(library.open("a")))
        """
    ) == ["library.open('a')"]


def test_looking_for_callers_takes_nothing_from_the_question_s_budget() -> None:
    steps = "\n".join(f"    x{n} = [x{n - 1}]" for n in range(1, 50))
    calls = "\n".join(f"def f{n}(x0):\n{steps}\n    x49[0].ask({n})" for n in range(60))
    asking = "class A:\n    url = 'u'\n    def ask(self, n):\n        use(f'{n} {self.url}')\n"
    assert resolve(asking + calls) == ["f'{?} u'"]


def test_a_parameter_is_what_its_annotation_says_where_the_call_does_not_tell() -> None:
    code = """
        import anthropic
        def same(client: anthropic.Anthropic):
            return client
        def main(clients):
            use(same(clients))
            use(same(anthropic.Anthropic(max_retries=0)))
    """
    assert resolve(code) == ["some anthropic.Anthropic", "anthropic.Anthropic(max_retries=0)"]


def test_a_module_is_imported_by_its_name_as_well() -> None:
    code = """
        import importlib
        use(importlib.import_module("anthropic").Anthropic())
        use(__import__("anthropic").Anthropic)
        use(importlib.import_module(unknown()))
    """
    assert resolve(code) == [
        "anthropic.Anthropic()",
        "anthropic.Anthropic",
        "importlib.import_module(builtins.unknown())",
    ]


def test_what_is_entered_by_hand_is_what_with_takes() -> None:
    code = """
        import lib
        async def main():
            use(await lib.session().client().__aenter__())
    """
    assert resolve(code) == ["lib.session().client()"]


def test_an_object_that_many_callers_ask_for_is_still_the_object() -> None:
    callers = "".join(
        f"""
        def ask_{number}(user):
            session = get(user)
            session.count = {number}
            use(session.model)
    """
        for number in range(16)
    )
    code = f"""
        class Session:
            def __init__(self, user):
                self.model = "opus"
        sessions = {{}}
        def get(user):
            if user not in sessions:
                sessions[user] = Session(user)
            return sessions[user]
        {callers}
    """
    assert all("'opus'" in one for one in resolve(code))


@pytest.mark.parametrize("test", ["'claude' in model.lower()", "'claude' in small"])
def test_a_test_of_a_text_in_small_letters_is_one_of_the_text(test: str) -> None:
    code = f"""
        def ask(model):
            small = model.lower()
            if {test}:
                use(model)
            else:
                use(model)
        ask("Claude-5")
        ask("gpt-6")
    """
    assert resolve(code) == ["'Claude-5'", "'gpt-6'"]


def test_a_name_that_is_set_again_is_no_longer_the_text_it_was_made_of() -> None:
    code = """
        def ask(model):
            small = model.lower()
            model = model + "-latest"
            if "claude" in small:
                use(model)
        ask("Claude-5")
        ask("gpt-6")
    """
    assert resolve(code) == ["'Claude-5-latest' | 'gpt-6-latest'"]


def test_an_annotation_that_allows_anything_says_nothing() -> None:
    code = """
        from typing import Any
        def same(client: Any):
            return client
        def main(clients):
            use(same(clients))
    """
    assert resolve(code) == ["?"]


def test_an_attribute_costs_nothing_that_is_done_to_others() -> None:
    conditions = "\n".join(
        f"    if self.ask({number}): self.other = {number}" for number in range(80)
    )
    code = f"""
class Asker:
    def __init__(self):
        self.model = "opus"
        self.other = 0
    def run(self):
{textwrap.indent(conditions, "    ")}
        self.model = "haiku"
        use(self.model)
"""
    made, modules = project({"example.py": code})
    evaluator = Evaluator(made)
    [call] = modules["example.py"].call_sites("use")
    assert "'haiku'" in shown(evaluator.value(modules["example.py"], call.args[0].value))
    assert evaluator.steps < 40


def test_one_of_many_texts_stays_one_of_them_when_it_is_handed_on() -> None:
    rows = ", ".join(f"'{number}': 'model-{number}'" for number in range(20))
    code = f"""
        TABLE = {{{rows}}}
        def main(name):
            model = TABLE[name]
            if ready():
                tell(model)
            use(model)
    """
    assert resolve(code) == [" | ".join(sorted(f"'model-{number}'" for number in range(20)))]
