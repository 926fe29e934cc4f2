"""CL3: models that requests name, and texts that only look like one."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from claude_lint.findings import Finding, Safety

Lint = Callable[..., list[Finding]]

SDK = """
import anthropic

client = anthropic.Anthropic()
M = [{"role": "user", "content": "x"}]
"""


def call(model: str, comment: str = "") -> str:
    return f"client.messages.create(model={model}, max_tokens=5, messages=M){comment}\n"


@pytest.mark.parametrize(
    "model",
    [
        "claude-4-sonnet",
        "claude-opus-4.6",
        "claude-opus-4-6-20260205",
        "claude-sonnet-4-6-latest",
        "claude-sonet-5-5",
        "claude-3",
        "gpt-4o",
    ],
)
def test_a_model_that_does_not_exist_is_reported(check: Lint, model: str) -> None:
    (finding,) = check(SDK + call(f'"{model}"', "  # error: unknown-model"))
    assert finding.message == f"Model `{model}` does not exist: the API answers 404"
    assert (finding.location.span.line, finding.location.span.column) == (5, 30)


@pytest.mark.parametrize(
    "model",
    [
        "claude-opus-6",  # newer than the catalogue
        "claude-quartz-1",  # a family nobody knows
        "claude-code-router",
        "my-deployment",
        "claude-opus-4-6",  # no date, and pinned all the same
    ],
)
def test_a_model_that_may_exist_is_left_alone(check: Lint, model: str) -> None:
    check(SDK + call(f'"{model}"'))


def test_the_literal_is_reported_where_it_stands_once(check: Lint) -> None:
    check(
        SDK
        + "import os\n"
        + 'MODEL = os.getenv("MODEL") or "claude-2.1"  # error: retired-model\n'
        + "def ask(model=MODEL):\n"
        + "    "
        + call("model")
        + call("MODEL")
        + "ask()\n"
    )


def test_every_item_of_a_list_that_is_looped_over_counts(check: Lint) -> None:
    check(
        SDK
        + 'for model in ["claude-2.1", "claude-opus-5-5"]:  # error: retired-model\n    '
        + call("model")
    )


def test_an_alias_map_is_read_with_get(check: Lint) -> None:
    check(
        SDK
        + 'ALIASES = {"old": "claude-2.1", "new": "claude-opus-5-5"}  # error: retired-model\n'
        + "def ask(name):\n    "
        + call("ALIASES.get(name, name)")
    )


def test_a_constant_of_another_module_counts_there(check: Lint) -> None:
    check(
        {
            "config.py": '"""For Claude."""\nMODEL = "claude-2.1"  # error: retired-model\n',
            "main.py": SDK + "import config\n" + call("config.MODEL"),
        }
    )


@pytest.mark.parametrize(
    "code",
    [
        'PRICES = {"claude-2.1": 8.0}',
        'MIGRATIONS = {"claude-2.1": "claude-opus-5-5"}',
        'RETIRED = ["claude-2.1"]\ndef is_retired(model):\n    return model in RETIRED',
        'KNOWN = ["claude-2.1"]\ndef f(m):\n    if m not in KNOWN:\n        print("one of", KNOWN)',
        'def old(model):\n    return model == "claude-2.1" or model.startswith("claude-2.1")',
        'def ask():\n    """Ask claude-2.1."""',
        "x = 1  # claude-2.1",
        'print("claude-2.1")',
        'from typing import Literal\nModel = Literal["claude-2.1"]',
        'parser.add_argument("--model", help="claude-2.1")',
        'raise ValueError("claude-2.1")',
        'estimate_cost("claude-2.1", 10)',
        'LIMITS = {"tokenizer": "claude-2.1"}',
    ],
)
def test_a_text_that_no_request_is_given_is_left_alone(check: Lint, code: str) -> None:
    check(SDK + code)


@pytest.mark.parametrize(
    "code",
    [
        'MODELS = {"fast": "claude-2.1"}',
        'LABELS = {"Claude 2.1": "claude-2.1"}',
        'parser.add_argument("--model", default="claude-2.1")',
        'class Settings:\n    model: str = "claude-2.1"',
        'def f(model="claude-2.1"): ...',
        'self.model = "claude-2.1"',
    ],
)
def test_a_retired_model_in_data_is_a_warning(check: Lint, code: str) -> None:
    check(SDK + code + "  # warning: retired-model")


@pytest.mark.parametrize(
    ("client", "model"),
    [
        ('anthropic.Anthropic(base_url="https://gateway.example.com")', "claude-2.1"),
        ('OpenAI(base_url="https://openrouter.ai/api/v1")', "anthropic/claude-3.5-sonnet"),
        ("OpenAI()", "claude-2.1"),
        ("MagicMock()", "claude-2.1"),
    ],
)
def test_a_gateway_names_models_as_it_likes(lint: Lint, client: str, model: str) -> None:
    method = "chat.completions" if "OpenAI" in client else "messages"
    code = f"""
import anthropic
from openai import OpenAI
from unittest.mock import MagicMock
{client}.{method}.create(model="{model}", max_tokens=5, messages=[])
"""
    assert [
        f
        for f in lint(code)
        if f.code.startswith("CL3") and f.severity > 1 and "Mock" not in client
    ] == []


@pytest.mark.parametrize(
    ("code", "rule"),
    [
        ('ChatAnthropic(model="claude-3.5-sonnet-20241022")', "unknown-model"),
        ('litellm.completion(model="anthropic/claude-2.1", messages=[])', "retired-model"),
        ('Agent("anthropic:claude-3-5-haiku-latest")', "retired-model"),
        ('boto3.client("bedrock-runtime").converse(modelId="claude-opus-4-6")', "wrong-platform-model"),
        ('OpenAI(base_url="https://api.anthropic.com/v1/").chat.completions.create(model="claude-2.1")', "retired-model"),
    ],
)  # fmt: skip
def test_other_libraries_send_models_too(check: Lint, code: str, rule: str) -> None:
    check(
        f"""
import boto3
import litellm
from langchain_anthropic import ChatAnthropic
from openai import OpenAI
from pydantic_ai import Agent
{code}  # error: {rule}
"""
    )


def test_a_provider_s_prefix_is_kept_by_the_fix(lint: Lint) -> None:
    (finding,) = lint('import litellm\nlitellm.completion("anthropic/claude-2.1")  # Claude\n')
    assert finding.fix is not None
    assert [edit.text for edit in finding.fix.edits] == ['"anthropic/claude-opus-5-5"'] or [
        edit.text for edit in finding.fix.edits
    ] == ['"anthropic/claude-sonnet-5-5"']


def test_an_alias_that_moves_is_a_warning_and_its_fix_safe(check: Lint) -> None:
    (finding,) = check(SDK + call('"claude-haiku-4-5"', "  # warning: unpinned-model"))
    assert finding.fix is not None
    assert finding.fix.safety.value == "safe"
    assert [edit.text for edit in finding.fix.edits] == ['"claude-haiku-4-5-20251001"']


def test_retirement_depends_on_the_day(lint: Lint) -> None:
    code = SDK + call('"claude-sonnet-4-5-20250929"')
    assert [f.rule for f in lint(code, as_of="2026-11-29")] == ["deprecated-model"]
    assert [f.rule for f in lint(code, as_of="2026-11-30")] == ["retired-model"]
    assert lint(code, as_of="2026-01-01") == []


@pytest.mark.parametrize(
    ("model", "rule"),
    [
        ("anthropic.claude-opus-4-6-v1", "wrong-platform-model"),
        ("anthropic/claude-opus-5-5", "wrong-platform-model"),
        ("Claude-Opus-5-5", "miscased-model"),
        ("claude-opus-5-5 ", "miscased-model"),
    ],
)
def test_the_same_model_under_another_name_is_reported(check: Lint, model: str, rule: str) -> None:
    (finding,) = check(SDK + call(f'"{model}"', f"  # error: {rule}"))
    assert finding.fix is not None
    assert [edit.text for edit in finding.fix.edits] in (
        ['"claude-opus-5-5"'],
        ['"claude-opus-4-6"'],
    )


@pytest.mark.parametrize(
    "code",
    [
        'os.environ["ANTHROPIC_BASE_URL"] = "https://gateway.example.com"',
        'os.environ.setdefault("ANTHROPIC_BASE_URL", "https://gateway.example.com")',
        'def setup():\n    os.environ["ANTHROPIC_BASE_URL"] = "https://gateway.example.com"',
    ],
)
def test_an_environment_that_leads_elsewhere_is_a_gateway(check: Lint, code: str) -> None:
    check(SDK + "import os\n" + code + "\n" + call('"claude-4-sonnet"'))


@pytest.mark.parametrize(
    "code",
    [
        '# os.environ["ANTHROPIC_BASE_URL"] = "https://gateway.example.com"',
        'os.environ["ANTHROPIC_BASE_URL"] = "https://api.anthropic.com"',
        'print(os.environ["ANTHROPIC_BASE_URL"])',
    ],
)
def test_an_environment_that_is_not_set_leads_to_claude(check: Lint, code: str) -> None:
    check(SDK + "import os\n" + code + "\n" + call('"claude-4-sonnet"', "  # error: unknown-model"))


def test_an_alias_in_a_list_that_may_be_foundry_s_is_left_alone(check: Lint) -> None:
    code = '"""Claude."""\nclass FoundryGenerator:\n    MODELS = ["claude-haiku-4-5"]'
    check(code)
    check(code.replace("Foundry", "Claude") + "  # warning: unpinned-model")


@pytest.mark.parametrize(
    "code",
    [
        'OLD = {"claude-2.1", "claude-2.0"}\ndef old(m): return m in OLD\n',
        'FULL = {"old": "claude-2.1"}\ndef full(m):\n    if m in FULL: return FULL[m]\n    return m\n'
        "class A:\n    def __init__(self, m): self._full = full(m)\n"
        "    def check(self, answer):\n        if self._full != answer.model: warn(self._full)\n",
        'OLD = frozenset({"claude-2.1"})\ndef old(m): return m in OLD\n',
        '__all__ = ["OLD"]\nOLD = ["claude-2.1"]\ndef check(m):\n    assert m in sorted(OLD)\n',
        'CAPS = (("claude-2.1", 4096),)\ndef cap(m):\n    for prefix, most in CAPS:\n'
        "        if m.startswith(prefix):\n            return most\n",
        'OLD = ("claude-2.1",)\ndef old(m): return any(one in m.lower() for one in OLD)\n',
        'class Base:\n    @staticmethod\n    def olds(): return ["claude-2.1"]\n'
        "    @classmethod\n    def make(cls, m):\n        if m in cls.olds(): return 1\n",
        'def add(parser):\n    best = "claude-2.1"\n'
        '    parser.add_argument("--best", action="store_true", help=f"use {best}")\n',
        'OLD = ["claude-2.1"]\nif m not in OLD:\n    raise ValueError(f"one of {\', \'.join(OLD)}")\n',
    ],
)
def test_what_is_only_compared_with_or_shown_is_no_model_to_send(check: Lint, code: str) -> None:
    check(code)


@pytest.mark.parametrize(
    "code",
    [
        'OLD = ["claude-2.1"]  # warning: retired-model\nif m not in OLD:\n    use(OLD[0])\n',
        'OLD = ["claude-2.1"]  # warning: retired-model\ndef olds(): return sorted(OLD)\n',
        'OLD = ["claude-2.1"]  # warning: retired-model\n',
        'CAPS = [("claude-2.1", 9)]  # warning: retired-model\nfor m, n in CAPS:\n    if n > 4: use(m)\n',
        'FULL = {"old": "claude-2.1"}  # warning: retired-model\ndef full(m): return FULL[m]\n'
        'ask(full("old"))\n',
        'FULL = {"old": "claude-2.1"}  # warning: retired-model\nmodel = FULL["old"]\n',
        'OLD = "claude-2.1"  # warning: retired-model\ndef ask(model=OLD): pass\n',
        'FULL = {"old": "claude-2.1"}  # warning: retired-model\nif m := FULL.get(x): use(m)\n',
        'OLD = ["claude-2.1"]  # warning: retired-model\nfor m in OLD: register(name=m)\n',
        'def olds():\n    return ["claude-2.1"]  # warning: retired-model\nuse(model=olds()[0])\n',
        'OLD = ["claude-2.1"]  # warning: retired-model\nfor m in OLD:\n    if m != x: run(m)\n',
    ],
)
def test_what_is_also_taken_from_a_list_may_be_sent(check: Lint, code: str) -> None:
    check(code)


def test_a_list_that_another_module_only_compares_with_is_silent(check: Lint) -> None:
    using = "from names import OLD\ndef old(m): return m in OLD\n"
    check({"names.py": 'OLD = ["claude-2.1"]\n', "use.py": using})


def test_a_call_that_names_its_provider_takes_no_other_s_branch(check: Lint) -> None:
    check("""
        import enum
        import anthropic

        class Provider(enum.StrEnum):
            ANTHROPIC = "anthropic"
            BEDROCK = "bedrock"

        def ask(model, provider):
            if provider == Provider.ANTHROPIC:
                client = anthropic.Anthropic()
            elif provider == Provider.BEDROCK:
                client = anthropic.AnthropicBedrock()
            client.messages.create(model=model, max_tokens=5, messages=m)

        ask("claude-opus-5-5", Provider.ANTHROPIC)
        chosen = Provider.ANTHROPIC
        ask("claude-opus-5-5", chosen)
        ask("claude-opus-5-5", provider=Provider.BEDROCK)  # error: wrong-platform-model
    """)


def test_the_model_of_an_answer_made_up_is_not_sent(check: Lint) -> None:
    check("""
        from anthropic.types import Message

        def fake(**kwargs):
            return Message(id="m", role="assistant", model=kwargs.get("model", "claude-2.1"))
    """)


def test_what_the_web_site_is_sent_is_not_for_the_api(check: Lint) -> None:
    check("""
        def ask(post, prompt):
            body = {"completion": {"prompt": prompt, "model": "claude-2"}}
            return post("https://claude.ai/api/append_message", body)
    """)


def test_the_default_of_a_library_is_told_at_the_call_without_a_fix(check: Lint) -> None:
    (finding,) = check(
        """
        from llama_index.llms.anthropic import Anthropic

        llm = Anthropic()  # error: retired-model
        """
    )
    assert finding.message == (
        "The default model `claude-2.1` was retired on 2025-07-21: requests that name it fail"
    )
    assert (finding.help, finding.fix) == ("Pass `claude-opus-5-5` as the model", None)


@pytest.mark.parametrize(
    ("imported", "call", "marker", "cure"),
    [
        (
            "langchain_anthropic import AnthropicLLM",
            "AnthropicLLM(api_key=key)",
            "warning: deprecated-model",
            "Pass `claude-sonnet-5-5` as the model",
        ),
        (
            "agno.models.aws import Claude",
            "Claude(aws_region=region)",
            "warning: deprecated-model",
            "Pass `global.anthropic.claude-sonnet-5-5` as the model",
        ),
    ],
)
def test_defaults_that_go_out_of_service(
    check: Lint, imported: str, call: str, marker: str, cure: str
) -> None:
    (finding,) = check(f"""
        from {imported}

        llm = {call}  # {marker}
    """)
    assert (finding.help, finding.fix) == (cure, None)


@pytest.mark.parametrize(
    ("imported", "call"),
    [
        ("mirascope import llm", 'llm.call("anthropic/claude-2.1")'),
        ("mirascope import llm", 'llm.model("anthropic/claude-2.1", max_tokens=9)'),
        ("mirascope import llm", 'llm.Model(model_id="anthropic/claude-2.1")'),
        ("mirascope import llm", 'llm.use_model("anthropic/claude-2.1")'),
        ("mirascope.core import anthropic", 'anthropic.call("claude-2.1")'),
        ("mirascope.core.anthropic import anthropic_call", 'anthropic_call("claude-2.1")'),
    ],
)
def test_mirascope_takes_its_model_in_many_ways(check: Lint, imported: str, call: str) -> None:
    check(f"""
        from {imported}

        asked = {call}  # error: retired-model
    """)


@pytest.mark.parametrize("brackets", ["[]", "{}"])
def test_a_list_or_set_does_not_get_the_same_model_twice(lint: Lint, brackets: str) -> None:
    code = """
    import anthropic

    MODELS = ["claude-2.1", "claude-3-opus-20240229", "claude-2.0", "claude-haiku-5-5"]
    client = anthropic.Anthropic()
    for model in MODELS:
        client.messages.create(model=model, max_tokens=5, messages=[{"role": "user", "content": "Hi"}])
    """
    code = code.replace("[", brackets[0], 1).replace("]", brackets[1], 1)
    first, second, third = lint(code)
    assert first.help == "Use `claude-opus-5-5`"
    assert second.help == third.help == "Delete it: `claude-opus-5-5` is listed for it"
    assert [fix.title for fix in (first.fix, second.fix) if fix is not None] == [
        "Replace with `claude-opus-5-5`",
        "Delete it",
    ]


def test_a_model_that_the_file_compares_with_is_not_replaced_alone(lint: Lint) -> None:
    code = """
    import anthropic

    client = anthropic.Anthropic()
    MODEL, OTHER = "claude-2.1", "claude-2.0"
    for model in (MODEL, OTHER):
        client.messages.create(model=model, max_tokens=5, messages=[{"role": "user", "content": "Hi"}])
    assert MODEL == "claude-2.1"
    """
    compared, other = lint(code)
    assert compared.fix is not None
    assert other.fix is not None
    assert (compared.fix.safety, other.fix.safety) == (Safety.DISPLAY, Safety.UNSAFE)


def test_models_of_a_register_are_not_made_the_same_one(lint: Lint) -> None:
    code = """
    import anthropic

    from register import add, rename

    add("claude-2.0", size=1)
    add("claude-2.1", size=2)
    rename("claude-3-haiku-20240307")
    """
    fixes = [finding.fix for finding in lint(code)]
    assert [fix and fix.safety for fix in fixes] == [
        Safety.DISPLAY,
        Safety.DISPLAY,
        Safety.UNSAFE,
    ]


def test_values_of_a_dict_are_not_made_the_same_one(lint: Lint) -> None:
    code = """
    import anthropic

    MODELS = {"old": "claude-2.0", "less old": "claude-2.1", "small": "claude-3-haiku-20240307"}
    """
    fixes = [finding.fix for finding in lint(code)]
    assert [fix and fix.safety for fix in fixes] == [
        Safety.DISPLAY,
        Safety.DISPLAY,
        Safety.UNSAFE,
    ]


@pytest.mark.parametrize(
    ("table", "safety"),
    [
        ('{"claude-2.1": 8.0, "other": 1.0}', Safety.DISPLAY),
        ('{"claude-2.1": 8.0, "claude-opus-5-5": 5.0}', Safety.UNSAFE),
    ],
)
def test_a_model_that_a_table_knows_is_not_replaced_by_one_that_it_does_not(
    lint: Lint, table: str, safety: Safety
) -> None:
    app = f"""
    import anthropic

    from conf import MODEL

    PRICES = {table}
    print(PRICES[MODEL])
    client = anthropic.Anthropic()
    client.messages.create(
        model=MODEL, max_tokens=5, messages=[{{"role": "user", "content": "Hi"}}]
    )
    """
    (finding,) = lint({"conf.py": 'MODEL = "claude-2.1"\n', "app.py": app})
    assert finding.location.path == "conf.py"
    assert finding.fix is not None
    assert finding.fix.safety is safety


def test_a_model_of_text_completions_needs_another_call_first(lint: Lint) -> None:
    code = """
    import anthropic

    client = anthropic.Anthropic()
    client.completions.create(model="claude-2.1", prompt=text, max_tokens_to_sample=5)
    """
    safety = {finding.rule: finding.fix and finding.fix.safety for finding in lint(code)}
    assert safety == {"removed-api": None, "retired-model": Safety.DISPLAY}


def test_a_model_that_is_sent_as_a_key_is_replaced_wherever_it_stands(lint: Lint) -> None:
    code = """
    import anthropic

    client = anthropic.Anthropic()
    SIZES = {"claude-2.1": 5}
    client.messages.create(
        model="claude-2.1", max_tokens=5, messages=[{"role": "user", "content": "Hi"}]
    )
    for model, size in SIZES.items():
        client.messages.create(
            model=model, max_tokens=size, messages=[{"role": "user", "content": "Hi"}]
        )
    """
    assert [finding.fix and finding.fix.safety for finding in lint(code)] == [
        Safety.UNSAFE,
        Safety.UNSAFE,
    ]


@pytest.mark.parametrize(
    "option",
    [
        'default="claude-haiku-4-5", choices=["claude-haiku-4-5"]',
        'default="claude-haiku-4-5", type=click.Choice(["claude-haiku-4-5"])',
    ],
)
def test_an_alias_that_users_may_type_stays_theirs(lint: Lint, option: str) -> None:
    code = f"""
    import anthropic

    arguments.add_argument("--model", {option})
    arguments.add_argument("--other-model", default="claude-haiku-4-5")
    """
    fixes = [finding.fix for finding in lint(code, select="unpinned-model")]
    assert [fix and fix.safety for fix in fixes] == [Safety.DISPLAY, Safety.DISPLAY, Safety.SAFE]


@pytest.mark.parametrize(
    "models",
    [
        '[{"id": "claude-2.0", "name": "a"}, {"id": "claude-2.1", "name": "b"}]',
        '{"a": {"id": "claude-2.0"}, "b": {"id": "claude-2.1"}}',
        '[{"id": "claude-2.0", "name": "Claude 2"}, {"id": "claude-3-haiku-20240307", "is-haiku-3": 1, "name": "Haiku 3"}]',
        '{"claude-2": {"id": "claude-2.0", "name": "Claude 2"}, "b": {"id": "claude-3-haiku-20240307", "name": "haiku3"}}',
    ],
)
def test_rows_that_would_be_the_same_or_lie_are_left_to_who_knows_them(
    lint: Lint, models: str
) -> None:
    code = f"""
    import anthropic

    client = anthropic.Anthropic()
    MODELS = {models}
    for row in {"MODELS.values()" if models[0] == "{" else "MODELS"}:
        client.messages.create(
            model=row["id"], max_tokens=5, messages=[{{"role": "user", "content": "Hi"}}]
        )
    """
    fixes = [finding.fix for finding in lint(code, select="retired-model")]
    assert [fix and fix.safety for fix in fixes] == [Safety.DISPLAY, Safety.DISPLAY]


@pytest.mark.parametrize(
    ("name", "safety"),
    [
        ("claude-3-opus", Safety.DISPLAY),
        ("claude3_opus", Safety.DISPLAY),
        ("opus", Safety.UNSAFE),
        ("model 1", Safety.UNSAFE),
    ],
)
def test_a_name_that_tells_the_version_would_lie(lint: Lint, name: str, safety: Safety) -> None:
    code = f"""
    import anthropic

    MODELS = {{"{name}": "claude-3-opus-20240229"}}
    """
    (finding,) = lint(code)
    assert finding.fix is not None
    assert finding.fix.safety is safety


@pytest.mark.parametrize(
    ("code", "safety"),
    [
        ('n = "claude-2.1"', Safety.DISPLAY),
        ('MODEL = "claude-2.1"', Safety.UNSAFE),
        ('import anthropic\nn = "claude-2.1"', Safety.UNSAFE),
        ('MODEL = "claude-2.1"\nsent = {"max_tokens_to_sample": 5}', Safety.DISPLAY),
    ],
)
def test_what_may_be_data_or_text_completions_is_left_as_it_is(
    lint: Lint, code: str, safety: Safety
) -> None:
    (finding,) = lint(code)
    assert finding.fix is not None
    assert finding.fix.safety is safety


def test_one_model_in_the_spellings_of_several_platforms_is_replaced_in_all(lint: Lint) -> None:
    code = """
    import anthropic

    DEFAULT_MODELS = {
        Provider.ANTHROPIC: "claude-3-5-sonnet-20241022",
        Provider.BEDROCK: "anthropic.claude-3-5-sonnet-20241022-v2:0",
        Provider.VERTEX: "claude-3-5-sonnet-v2@20241022",
    }
    """
    assert [finding.fix and finding.fix.safety for finding in lint(code)] == [Safety.UNSAFE] * 3


@pytest.mark.parametrize(
    ("name", "safety"),
    [
        ("CLAUDE_3_OPUS", Safety.DISPLAY),
        ("opus3", Safety.DISPLAY),
        ("MODEL_3_7", Safety.DISPLAY),
        ("CLAUDE_MODEL", Safety.UNSAFE),
        ("model2", Safety.UNSAFE),
    ],
)
def test_a_constant_that_tells_the_version_would_lie(lint: Lint, name: str, safety: Safety) -> None:
    (finding,) = lint(f'import anthropic\n\n{name} = "claude-3-opus-20240229"\n')
    assert finding.fix is not None
    assert finding.fix.safety is safety


def test_objects_for_models_that_are_sent_are_not_made_the_same_one(lint: Lint) -> None:
    code = """
    import anthropic


    class Asker:
        def __init__(self, model):
            self.model = model

        def ask(self, messages):
            client = anthropic.Anthropic()
            client.messages.create(model=self.model, max_tokens=5, messages=messages)


    def ask(model, messages):
        anthropic.Anthropic().messages.create(model=model, max_tokens=5, messages=messages)


    for asker in (Asker("claude-2.0"), Asker("claude-2.1")):
        asker.ask([{"role": "user", "content": "Hi"}])
    ask("claude-2.0", [{"role": "user", "content": "Hi"}])
    ask("claude-2.1", [{"role": "user", "content": "Hi"}])
    """
    fixes = [finding.fix for finding in lint(code, select="retired-model")]
    assert [fix and fix.safety for fix in fixes] == [
        Safety.DISPLAY,
        Safety.DISPLAY,
        Safety.UNSAFE,
        Safety.UNSAFE,
    ]


def test_what_a_test_expects_is_only_replaced_where_it_is_sent(lint: Lint) -> None:
    code = """
    import anthropic

    import app


    def test_answer():
        assert app.short("claude-2.0") == "2.0"
        anthropic.Anthropic().messages.create(
            model="claude-2.1", max_tokens=5, messages=[{"role": "user", "content": "Hi"}]
        )
    """
    expected, sent = lint({"tests/test_app.py": code})
    assert expected.fix is not None
    assert sent.fix is not None
    assert (expected.fix.safety, sent.fix.safety) == (Safety.DISPLAY, Safety.UNSAFE)
