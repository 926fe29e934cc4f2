from __future__ import annotations

from claude_lint.findings import Location, Severity, Span
from reports.sample import at, finding, run, written


def test_a_finding_is_an_annotation_of_its_line() -> None:
    found = finding(at("src/a.py:7:16", 4), severity=Severity.WARNING, help="Pass it")
    assert written(run(found), "github").splitlines()[0] == (
        "::warning title=claude-lint (CL201),file=src/a.py,line=7,endLine=7,col=16,endColumn=20"
        "::src/a.py:7:16: CL201 This call sends no `max_tokens`%0Ahelp: Pass it"
    )


def test_columns_are_left_out_when_the_lines_differ() -> None:
    text = written(run(finding(at("a.py:7:16", end=(9, 2)))), "github")
    assert text.startswith(
        "::error title=claude-lint (CL201),file=a.py,line=7,endLine=9::a.py:7:16"
    )


def test_errors_come_first_and_the_counts_last() -> None:
    what = run(
        finding("a.py:1:1", severity=Severity.INFO),
        finding("a.py:2:1", severity=Severity.WARNING),
        finding("a.py:3:1"),
        finding("b.py:1:1", severity=Severity.WARNING),
    )
    lines = written(what, "github").splitlines()
    assert [line.split(" ")[0] for line in lines[:4]] == [
        "::error",
        "::warning",
        "::warning",
        "::notice",
    ]
    assert "file=a.py,line=2," in lines[1]
    assert lines[4] == "Found 4 problems in 2 files (1 error, 2 warnings, 1 info)."


def test_what_a_command_is_made_of_is_escaped() -> None:
    odd = finding(Location("a,b:c%d.py", Span(1, 1, 1, 2)), message="100% of\r\nit: a, b::error::")
    assert written(run(odd), "github").splitlines()[0] == (
        "::error title=claude-lint (CL201),file=a%2Cb%3Ac%25d.py,line=1,endLine=1,col=1,endColumn=2"
        "::a,b:c%25d.py:1:1: CL201 100%25 of%0D%0Ait: a, b::error::"
    )


def test_a_notebook_is_annotated_at_the_line_of_its_file() -> None:
    found = finding(at("nb.ipynb:cell 3:2:6", 4))
    what = run(found, json_line=lambda path, cell, line: 40 + line, prefix="work/")
    assert written(what, "github").startswith(
        "::error title=claude-lint (CL201),file=work/nb.ipynb,line=42,endLine=42"
        "::nb.ipynb:cell 3:2:6: CL201 This"
    )
