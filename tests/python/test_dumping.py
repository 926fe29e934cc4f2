"""Objects as dicts of their fields."""

from __future__ import annotations

import pytest

from resolving import resolve

_MODEL = """
from dataclasses import asdict, dataclass
from typing import ClassVar
from pydantic import BaseModel, Field

class Base(BaseModel):
    model: str = "m"

class Body(Base):
    limit: int = Field(5, ge=1)
    system: str | None = None
    kind: ClassVar[str] = "k"
    _own: int = 3
    def twice(self):
        return self.limit * 2

class Own(Body):
    def dict(self):
        return {"own": 1}

@dataclass
class Data:
    model: str
    limit: int = 7
"""


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("Body().dict()", "{'model': 'm', 'limit': 5, 'system': None}"),
        ("Body(limit=6).model_dump()", "{'model': 'm', 'limit': 6, 'system': None}"),
        ("Body().model_dump(exclude_none=True)", "{'model': 'm', 'limit': 5}"),
        ("Body(system=f()).dict(exclude_none=True)", "{'model': 'm', 'limit': 5, 'system': f()}"),
        ("Body(limit=6).dict(exclude_unset=True)", "{'model'?: 'm', 'limit': 6, 'system'?: None}"),
        ("Body().dict(exclude={'system'})", "{'model': 'm', 'limit': 5}"),
        ("Body().dict(exclude=f())", "{'model': 'm', 'limit': 5, 'system': None, **?}"),
        ("Body(**f()).dict()", "{'model': 'm' | ?, 'limit': 5 | ?, 'system': ? | None, **f()}"),
        ("Body().json()", "json.dumps({'model': 'm', 'limit': 5, 'system': None})"),
        ("Own().dict()", "{'own': 1}"),
        ("asdict(Data('x'))", "{'model': 'x', 'limit': 7}"),
        ("asdict(f())", "dataclasses.asdict(f())"),
    ],
)
def test_a_dict_holds_what_was_given_and_the_defaults(code: str, expected: str) -> None:
    found = resolve(f"from lib import f\n{_MODEL}\nuse({code})")
    assert [one.replace("lib.f", "f") for one in found] == [expected]


def test_a_model_from_outside_holds_what_nobody_knows() -> None:
    code = f"{_MODEL}\ndef ask(body: Body):\n    use(body.model_dump())\n"
    assert resolve(code) == ["{'model': 'm' | ?, 'limit': 5 | ?, 'system': ? | None}"]


def test_a_model_in_a_model_from_outside_has_its_fields() -> None:
    code = f"""{_MODEL}
class Asked(BaseModel):
    body: Body

def ask(asked: Asked):
    use(asked.body.dict())

ask(Asked(body=Body(limit=6)))
"""
    assert resolve(code) == ["{'model': 'm', 'limit': 6, 'system': None}"]
    assert resolve(code.replace("def ask", "@app.post('/')\ndef ask")) == [
        "{'model': 'm' | ?, 'limit': 5 | 6 | ?, 'system': ? | None}"
        " | {'model': 'm', 'limit': 6, 'system': None}"
    ]
