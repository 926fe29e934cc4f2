from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import tomli

from claude_lint import documents
from claude_lint.documents import Example, InvalidDocument, parse
from claude_lint.findings import Severity

PROJECT = Path(__file__).parents[1]

DOCUMENT = """\
# late-tea

```toml
code = "CL899"
severity = "warning"
http-status = [418]
since = "0.1"
fix = "safe"
matches = ["I'm a teapot"]
references = ["https://example.org/tea"]
```
Tea that is poured
too late.

## Why
It is cold, and @@KEY-api03@@ leaked.

## Example
```python bad
pour("late")  # warning: late-tea
```
```python good
pour("early")
```

## When it is silent
In summer.

## Fix safety
Always safe.
"""


def test_a_document_is_read_with_its_facts() -> None:
    document = parse("CL899-late-tea.md", DOCUMENT)
    assert (document.code, document.name) == ("CL899", "late-tea")
    assert document.severity is Severity.WARNING
    assert document.http_status == (418,)
    assert document.since == "0.1"
    assert document.fix == "safe"
    assert document.default is True
    assert document.summary == "Tea that is poured too late."
    assert document.matches == ("I'm a teapot",)
    assert document.references == ("https://example.org/tea",)
    assert document.body.startswith("Tea that is poured\ntoo late.\n\n## Why\n")


def test_examples_are_read_in_order() -> None:
    document = parse("CL899-late-tea.md", DOCUMENT)
    assert document.examples == (
        Example("bad", {"example.py": 'pour("late")  # warning: late-tea\n'}, {}),
        Example("good", {"example.py": 'pour("early")\n'}, {}),
    )


def test_consecutive_fences_of_one_case_are_one_project() -> None:
    text = DOCUMENT + (
        "```toml bad file=pyproject.toml case=pot target-sdk=0\na = 1\n```\n"
        "```python bad file=src/app.py case=pot fix=no\nb\n```\n"
        "```python good file=src/app.py case=pot as-of=2025-06-01\nc\n```\n"
        "```python\nprose\n```\n"
        "```python good file=src/app.py case=pot\nd\n```\n"
    )
    assert parse("CL899-late-tea.md", text).examples[2:] == (
        Example(
            "bad",
            {"pyproject.toml": "a = 1\n", "src/app.py": "b\n"},
            {"target-sdk": "0"},
            is_compared=False,
        ),
        Example("good", {"src/app.py": "c\n"}, {"as-of": "2025-06-01"}),
        Example("good", {"src/app.py": "d\n"}, {}),
    )


def test_readers_see_a_masked_key_instead_of_the_placeholder() -> None:
    text = DOCUMENT.replace("In summer.", '`"@@KEY-api03.head@@" "@@KEY-api03.tail@@"`')
    document = parse("CL899-late-tea.md", text)
    assert "It is cold, and sk-ant-api03-… leaked." in documents.readable(document)
    assert '`"sk-ant-api03-" "…"`' in documents.readable(document)


@pytest.mark.parametrize(
    ("written", "instead", "message"),
    [
        ("# late-tea", "# cold-tea", "the title is `cold-tea`, the file says `late-tea`"),
        ("CL899", "CL898", "the code is `CL898`, the file says `CL899`"),
        ('"warning"', '"fatal"', "severity must be info, warning or error, not 'fatal'"),
        ('"safe"', '"maybe"', "fix must be none, safe, unsafe or display, not 'maybe'"),
        ('since = "0.1"\n', "", "`since` is missing"),
        ("[418]", "418", "`http-status` must be a list, not 418"),
        ("since", "sinse", "unknown key `sinse`"),
        ("[418]", "[418", "the toml block is not TOML"),
        ("```toml", "```yaml", "a document starts with `# rule-name` and a ```toml block"),
        ("## Why", "## Because", "the heading `## Why` is missing"),
        ("## Fix safety", "## Fix", "the heading `## Fix safety` is missing"),
        ("Tea that is poured\ntoo late.\n\n", "", "a paragraph that says what is reported"),
    ],
)
def test_a_broken_document_is_refused_with_the_reason(
    written: str, instead: str, message: str
) -> None:
    assert written in DOCUMENT
    with pytest.raises(InvalidDocument, match="^CL899-late-tea.md: " + re.escape(message)):
        parse("CL899-late-tea.md", DOCUMENT.replace(written, instead, 1))


def test_a_document_is_named_after_its_rule() -> None:
    with pytest.raises(InvalidDocument, match=r"^late-tea.md: a document is named after its rule"):
        parse("late-tea.md", DOCUMENT)


def test_an_unknown_word_after_a_fence_is_refused() -> None:
    document = parse("CL899-late-tea.md", DOCUMENT.replace("python bad", "python bad sdk=0"))
    with pytest.raises(InvalidDocument, match="unknown word `sdk` after ```python bad"):
        _ = document.examples


@pytest.mark.parametrize(
    ("again", "message"),
    [
        ("CL899-cold-tea.md", "CL899 stands for both CL899 cold-tea and CL899 late-tea"),
        ("CL898-late-tea.md", "late-tea stands for both CL898 late-tea and CL899 late-tea"),
    ],
)
def test_a_code_or_name_used_twice_is_refused(
    again: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, _, name = again.removesuffix(".md").partition("-")
    (tmp_path / "CL899-late-tea.md").write_text(DOCUMENT, "utf-8")
    other = DOCUMENT.replace("CL899", code).replace("late-tea", name)
    (tmp_path / again).write_text(other, "utf-8")
    monkeypatch.setattr("importlib.resources.files", lambda package: tmp_path)
    with pytest.raises(InvalidDocument, match=f"^{message}$"):
        documents.built_in.__wrapped__()


def test_all_documents_are_valid_and_sorted_by_code() -> None:
    codes = [document.code for document in documents.load()]
    assert codes
    assert codes == sorted(codes)


def test_a_rule_is_found_by_code_and_by_name() -> None:
    rule = documents.find("CL201")
    assert rule is not None
    assert rule.name == "missing-max-tokens"
    assert documents.find("cl201") is rule
    assert documents.find("missing-max-tokens") is rule
    assert documents.find("missing-tea") is None


def test_the_address_of_a_document_is_below_the_projects_own() -> None:
    project = tomli.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["project"]
    rule = parse("CL899-late-tea.md", DOCUMENT)
    assert documents.url(rule) == project["urls"]["Rules"] + "/CL899-late-tea.md"


def test_errors_that_a_rule_can_cause_are_regular_expressions() -> None:
    for document in documents.load():
        for pattern in document.matches:
            re.compile(pattern)


def test_loading_imports_neither_markdown_nor_rich() -> None:
    code = (
        "import sys, claude_lint.documents as d; d.load(); "
        "print([m for m in ('markdown_it', 'rich', 'libcst') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
