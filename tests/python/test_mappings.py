"""What is a mapping by what is written where its names are bound."""

from __future__ import annotations

import pytest

from claude_lint.python.mappings import is_mapping
from resolving import project


def _is_mapping(code: str) -> bool:
    _made, modules = project({"example.py": code})
    module = modules["example.py"]
    (call,) = module.call_sites("use")
    return is_mapping(module, call.args[0].value)


@pytest.mark.parametrize(
    "code",
    [
        "use({})",
        "use({k: 1 for k in names})",
        "use(found or {})",
        "use(json.loads(text))",
        "rows = dict()\nuse(rows)",
        "rows: dict[str, int] = load()\nuse(rows)",
        "def f(row: Dict[str, Any] | None):\n    use(row)",
        "def f(row: 'Optional[Mapping[str, str]]'):\n    use(row)",
        "def f(row: typing.Optional[typing.Dict[str, str]] = None):\n    use(row)",
        "def f(**options):\n    use(options)",
        "class A:\n    def __init__(self):\n        self.rows = {}\n    def f(self):\n        use(self.rows)",
        "class A:\n    rows: dict[str, int]\n    def f(self):\n        use(self.rows)",
    ],
)
def test_an_expression_is_a_mapping_by_its_bindings(code: str) -> None:
    assert _is_mapping(code)


@pytest.mark.parametrize(
    "code",
    [
        "use(session)",
        "use(httpx.Client())",
        "rows = {}\nrows = make()\nuse(rows)",
        "def f(session):\n    use(session)",
        "def f(session: dict[str, str] | Session):\n    use(session)",
        "def f(session: Optional[Session]):\n    use(session)",
        "def f(*options):\n    use(options)",
        "class A:\n    def __init__(self, s):\n        self.s = s\n    def f(self):\n        use(self.s)",
        "class A:\n    def f(self):\n        use(self.rows)",
    ],
)
def test_what_may_be_something_else_is_none(code: str) -> None:
    assert not _is_mapping(code)


def test_a_copy_is_whatever_was_copied() -> None:
    assert not _is_mapping("use(client.copy())")
