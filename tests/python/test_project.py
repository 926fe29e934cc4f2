"""Names that lead to other modules of the project."""

from __future__ import annotations

import functools
import re
import sys
from pathlib import Path

import pytest

from claude_lint.files.source import Cell, SourceFile
from claude_lint.findings import Span
from claude_lint.python.evaluate import Evaluator
from claude_lint.python.functions import callers
from claude_lint.python.module import Module
from claude_lint.python.project import Project
from claude_lint.python.spans import span
from resolving import project, resolved

CHILD = """
from base import Base
class Child(Base):
    def go(self):
        use(self.model)
"""


def test_a_constant_comes_from_another_module(tmp_path: Path) -> None:
    made, modules = project(
        {
            "app/__init__.py": "",
            "app/config.py": "MODEL = 'm'",
            "app/main.py": "from .config import MODEL\nuse(MODEL)",
        },
        tmp_path,
    )
    assert resolved(made, modules["app/main.py"]) == ["'m'"]


def test_a_package_hands_on_what_it_imports(tmp_path: Path) -> None:
    made, modules = project(
        {
            "src/app/__init__.py": "from app.config import *",
            "src/app/config.py": "MODEL = 'm'",
            "src/app/main.py": "import app\nuse(app.MODEL)\nuse(app.config.MODEL)",
        },
        tmp_path,
    )
    assert resolved(made, modules["src/app/main.py"]) == ["'m'", "'m'"]


def test_a_file_that_only_has_a_library_s_name_is_not_the_library(tmp_path: Path) -> None:
    made, modules = project(
        {"anthropic.py": "x = 1", "main.py": "from anthropic import Anthropic\nuse(Anthropic)"},
        tmp_path,
    )
    assert resolved(made, modules["main.py"]) == ["anthropic.Anthropic"]


def test_a_package_in_a_namespace_is_not_the_library_of_its_name(tmp_path: Path) -> None:
    made, modules = project(
        {
            "pyproject.toml": "",
            "wrappers/llms/anthropic/__init__.py": "class Anthropic: pass\n",
            "wrappers/llms/anthropic/base.py": "import anthropic\nuse(anthropic.Anthropic)\n",
            "app/__init__.py": "NAME = 'own'\n",
            "app/main.py": "import app\nuse(app.NAME)\n",
        },
        tmp_path,
    )
    assert resolved(made, modules["wrappers/llms/anthropic/base.py"]) == ["anthropic.Anthropic"]
    assert resolved(made, modules["app/main.py"]) == ["'own'"]


def test_a_package_in_a_package_is_not_the_library_of_its_name(tmp_path: Path) -> None:
    made, modules = project(
        {
            "app/__init__.py": "",
            "app/dspy/__init__.py": "",
            "app/dspy/tuning.py": "import dspy\nuse(dspy.LM)\n",
        },
        tmp_path,
    )
    assert resolved(made, modules["app/dspy/tuning.py"]) == ["dspy.LM"]


def test_a_package_names_what_it_takes_from_a_module_like_the_module(tmp_path: Path) -> None:
    made, modules = project(
        {
            "app/__init__.py": "",
            "app/config/__init__.py": "from app.config.settings import settings",
            "app/config/settings.py": "class Settings:\n    model = 'm'\nsettings = Settings()",
            "app/plain/__init__.py": "from . import values",
            "app/plain/values.py": "model = 'n'",
            "app/main.py": (
                "from app.config import settings\nfrom app.plain import values\n"
                "use(settings.model)\nuse(values.model)"
            ),
        },
        tmp_path,
    )
    assert resolved(made, modules["app/main.py"]) == ["'m'", "'n'"]


def test_a_base_class_and_a_caller_stand_in_other_files(tmp_path: Path) -> None:
    made, modules = project(
        {
            "base.py": "class Base:\n    model = 'm'\n    def ask(self, n):\n        use(n)",
            "child.py": CHILD,
            "main.py": "from child import Child\nChild().ask(7)",
        },
        tmp_path,
    )
    assert resolved(made, modules["child.py"]) == ["'m'"]
    assert resolved(made, modules["base.py"]) == ["7"]


def test_import_circles_end(tmp_path: Path) -> None:
    made, modules = project(
        {"a.py": "from b import X as Y\nX = Y\nuse(X)", "b.py": "from a import X"}, tmp_path
    )
    assert len(resolved(made, modules["a.py"])) == 1


def test_a_name_that_thousands_of_modules_hand_on_ends(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    # The test runner stands on the stack, too, and what pathlib does differs from Python to Python.
    request.addfinalizer(functools.partial(sys.setrecursionlimit, sys.getrecursionlimit()))
    sys.setrecursionlimit(3_000)
    files = {f"m{n}.py": f"from m{n - 1} import X" for n in range(1, 3_000)}
    made, modules = project(
        {
            "m0.py": "X = 'm'",
            **files,
            "near.py": "from m9 import X\nuse(X)",
            "far.py": "from m2999 import X\nuse(X)",
        },
        tmp_path,
    )
    assert resolved(made, modules["near.py"]) == ["'m'"]
    assert resolved(made, modules["far.py"]) == ["?"]


def test_what_is_outside_stays_a_symbol(tmp_path: Path) -> None:
    made, modules = project({"a.py": "from os import path\nuse(path.join)"}, tmp_path)
    assert resolved(made, modules["a.py"]) == ["os.path.join"]


def test_a_broken_cell_does_not_hide_the_others() -> None:
    cells = (Cell(1, 1, 1), Cell(2, 2, 1), Cell(3, 3, 1))
    text = "model = 'm'\nif x print\nuse(model)\n"
    source = SourceFile(Path("/project/n.ipynb"), "n.ipynb", text, "utf-8", b"", cells)
    module = Module(source)
    made = Project(Path("/project"), lambda _path: None, lambda _root: [])
    assert resolved(made, module) == ["'m'"]
    assert [(problem.line, problem.column) for problem in module.broken] == [(2, 6)]


def test_statements_parsed_alone_stand_where_they_are() -> None:
    text = (
        "import os\n\n\nclass A:\n    '''Doc.'''\n\n    @x\n    def f(self):\n        use('é', 1)\n"
    )
    source = SourceFile(Path("/project/a.py"), "a.py", text, "utf-8", b"")
    module = Module(source)
    (call,) = module.call_sites("use")
    assert span(module, call.args[1].value) == Span(9, 18, 9, 19)


def test_what_tests_call_code_with_is_not_what_it_is_called_with(tmp_path: Path) -> None:
    files = {
        "app.py": "def ask(n):\n    use(n)",
        "main.py": "from app import ask\nask(7)",
        "tests/test_app.py": "from app import ask\nask(0)\n",
    }
    made, modules = project(files, tmp_path)
    assert resolved(made, modules["app.py"]) == ["7"]


def test_modules_that_import_a_name_from_each_other_give_it_no_value(tmp_path: Path) -> None:
    made, modules = project(
        {
            "a.py": "from b import MODEL, own\nuse(MODEL)\nuse(own)",
            "b.py": "from a import MODEL\nfrom c import *\nown = 'm'",
            "c.py": "from b import *",
        },
        tmp_path,
    )
    assert resolved(made, modules["a.py"]) == ["?", "'m'"]


def test_a_call_with_arguments_that_a_function_does_not_take_is_none_of_its_calls() -> None:
    code = """
    class Store:
        def get(self, *, url):
            use(url)

    class Config:
        def read(self, store: Store, rows):
            rows.get("name", "nobody")
            store.get(path="b")
            self.store.get(url="c")
            Store().get(url="a")
    """
    made, modules = project({"example.py": code})
    evaluator = Evaluator(made)
    modules["example.py"].load_matching(re.compile("def"))
    (scope,) = (one for one in modules["example.py"].scope.below() if one.name == "get")
    assert [call.args[0].keyword.value for _module, call in callers(evaluator, scope)] == ["url"]


def test_only_statements_that_call_a_name_are_parsed_for_its_calls() -> None:
    code = "a = go\nimport go_on\nb = go_on()\ndef go(): ...\nc = go()\nd = x.go (1)\n"
    _made, modules = project({"example.py": code})
    module = modules["example.py"]
    assert len(module.call_sites("go")) == 2
    assert [unit.first for unit in module.all_units() if unit.loaded] == [5, 6]


def test_a_file_has_no_more_names_than_the_files_it_imports_all_of(tmp_path: Path) -> None:
    made, modules = project(
        {
            "llm/openai.py": "from .base import *\nx = 1",
            "llm/base.py": "from .openai import *\nOwn = 2",
            "llm/adapter.py": "from openai import OpenAI, Own\nuse(OpenAI)\nuse(Own)",
        },
        tmp_path,
    )
    assert resolved(made, modules["llm/adapter.py"]) == ["openai.OpenAI", "2"]


def test_a_call_on_an_object_of_a_base_is_found_where_only_the_base_is_imported(
    tmp_path: Path,
) -> None:
    made, modules = project(
        {
            "base.py": "class Provider:\n    def ask(self, limit): ...\n",
            "claude.py": """
                from base import Provider
                class Claude(Provider):
                    def ask(self, limit):
                        use(limit)
                Claude().ask(5)
            """,
            "other.py": """
                from base import Provider
                class Other(Provider):
                    def ask(self, limit): ...
                Other().ask(6)
            """,
            "retry.py": """
                from base import Provider
                def again(provider: Provider, limit):
                    provider.ask(limit)
            """,
            "main.py": """
                from claude import Claude
                from retry import again
                again(Claude(), 7)
            """,
        },
        tmp_path,
    )
    assert resolved(made, modules["claude.py"]) == ["5 | ?"]
