from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from claude_lint.files.source import Cell, SourceFile
from claude_lint.findings import Edit, Finding, Location, Safety, Severity, Span
from claude_lint.suppressing.suppressions import Applied, apply, ignore_edits


@dataclass(frozen=True)
class Rule:
    code: str
    name: str
    default: bool = True


RULES = (
    Rule("CL102", "hardcoded-key"),
    Rule("CL201", "missing-max-tokens"),
    Rule("CL303", "retired-model"),
    Rule("CL307", "inline-model"),
    Rule("CL902", "unused-ignore"),
    Rule("CL903", "unknown-ignore"),
)
NAMES = {rule.code: rule.name for rule in RULES}
_MARK = re.compile(r"<<(CL\d{3})>>")


def source_of(text: str, cells: tuple[Cell, ...] = ()) -> SourceFile:
    name = "nb.ipynb" if cells else "app.py"
    return SourceFile(Path("/project") / name, name, text, "utf-8", b"", cells)


def finding(source: SourceFile, code: str, line: int, column: int = 1) -> Finding:
    place = source.locate(Span(line, column, line, column + 1))
    return Finding(code, NAMES[code], Severity.ERROR, "Something is wrong", place)


def marked(code: str) -> tuple[SourceFile, list[Finding]]:
    """Take the marks out of dedented code; each stands where a finding of its rule begins."""
    text = textwrap.dedent(code).removeprefix("\n")
    places = []
    while mark := _MARK.search(text):
        line = text.count("\n", 0, mark.start()) + 1
        column = mark.start() - (text.rfind("\n", 0, mark.start()) + 1) + 1
        places.append((mark[1], line, column))
        text = text[: mark.start()] + text[mark.end() :]
    source = source_of(text)
    return source, [finding(source, *place) for place in places]


def judged(
    source: SourceFile,
    findings: Iterable[Finding] = (),
    *,
    judge_unused: bool = True,
    off: tuple[str, ...] = (),
) -> Applied:
    return apply(
        source,
        list(findings),
        RULES,
        judge_unused=judge_unused,
        enabled=lambda rule: rule not in off,
    )


def lines(findings: Iterable[Finding]) -> list[str]:
    return [f"{each.location.span.line} {each.code}" for each in findings]


def suppressed(code: str) -> list[str]:
    return lines(judged(*marked(code), judge_unused=False).suppressed)


def told(findings: Iterable[Finding]) -> list[str]:
    return [
        f"{each.location.span.line}:{each.location.span.column} {each.code} {each.message}"
        for each in findings
    ]


def edited(source: SourceFile, edits: Iterable[Edit]) -> str:
    text = source.text
    for edit in sorted(edits, key=lambda edit: edit.location.span, reverse=True):
        span, cell = edit.location.span, edit.location.cell
        start = source.offset(source.text_line(span.line, cell), span.column)
        end = source.offset(source.text_line(span.end_line, cell), span.end_column)
        text = text[:start] + edit.text + text[end:]
    return text


def mended(code: str) -> str:
    """Apply fixes one by one, judging anew after each, until nothing is left to mend."""
    source = source_of(textwrap.dedent(code).removeprefix("\n"))
    while fixes := [each.fix for each in judged(source).kept if each.fix is not None]:
        assert fixes[0].safety is Safety.SAFE
        assert all(edit.text == "" for edit in fixes[0].edits)
        source = replace(source, text=edited(source, fixes[0].edits))
    return source.text


# What a comment covers


def test_a_comment_covers_its_line() -> None:
    code = """
        <<CL303>>a = 1  # claude-lint: ignore[retired-model] it is a test of old models
        <<CL303>>b = 2
    """
    assert suppressed(code) == ["1 CL303"]
    assert lines(judged(*marked(code)).kept) == ["2 CL303"]


def test_only_the_rules_it_names_are_suppressed_by_code_or_name() -> None:
    code = """
        <<CL201>><<CL303>><<CL307>>a = 1  # claude-lint: ignore[CL201, retired-model]
    """
    assert suppressed(code) == ["1 CL201", "1 CL303"]


@pytest.mark.parametrize("line", range(1, 5))
def test_in_a_call_over_many_lines_it_covers_the_call_from_any_line(line: int) -> None:
    code = ["<<CL201>>message = create(", "    <<CL303>>model=MODEL,", "    system=S,", ")"]
    code[line - 1] += "  # claude-lint: ignore[CL201, CL303]"
    assert suppressed("\n".join(code)) == ["1 CL201", "2 CL303"]


def test_inside_a_display_it_covers_the_entry_only() -> None:
    code = """
        <<CL303>>MODELS = {
            "a": <<CL303>>"x",  # claude-lint: ignore[CL303]
            "b": <<CL303>>"y",
            "c": [
                <<CL303>>"z",
                <<CL303>>"w",  # claude-lint: ignore[CL303]
            ],
        }
    """
    assert suppressed(code) == ["2 CL303", "6 CL303"]


@pytest.mark.parametrize("line", [4, 7])
def test_an_entry_over_many_lines_is_covered_from_the_lines_no_inner_entry_has(line: int) -> None:
    code = [
        "MODELS = {",
        '    "a": <<CL303>>"x",',
        '    <<CL303>>"c":',
        "    [",
        '        <<CL303>>"z",',
        '        "w",',
        "    ],",
        '    "d": <<CL303>>"v",',
        "}",
    ]
    code[line - 1] += "  # claude-lint: ignore[CL303]"
    assert suppressed("\n".join(code)) == ["3 CL303", "5 CL303"]


@pytest.mark.parametrize("line", [1, 4])
def test_a_display_is_covered_whole_from_the_first_and_last_line_of_its_statement(
    line: int,
) -> None:
    code = ["MODELS = [", '    <<CL303>>"x",', '    <<CL303>>"y",', "]"]
    code[line - 1] += "  # claude-lint: ignore[CL303]"
    assert suppressed("\n".join(code)) == ["2 CL303", "3 CL303"]


def test_a_display_in_a_call_leaves_the_call_and_other_entries_alone() -> None:
    code = """
        <<CL201>>create(
            <<CL201>>messages=[
                <<CL201>>{"role": "user"},
                <<CL201>>{"role": "user"},  # claude-lint: ignore[CL201]
            ],
        )
    """
    assert suppressed(code) == ["4 CL201"]


def test_tuples_and_sets_are_displays_too() -> None:
    code = """
        A = (
            <<CL303>>"x",  # claude-lint: ignore[CL303]
            <<CL303>>"y",
        )
        B = {
            <<CL303>>"x",
            <<CL303>>"y",  # claude-lint: ignore[CL303]
        }
    """
    assert suppressed(code) == ["2 CL303", "7 CL303"]


def test_a_closing_bracket_belongs_to_the_entry_it_closes() -> None:
    code = """
        A = [
            (
                <<CL303>>"x"
            ),  # claude-lint: ignore[CL303]
            <<CL303>>"y",
        ]
    """
    assert suppressed(code) == ["3 CL303"]


def test_in_a_compound_statement_it_covers_the_header_and_not_the_body() -> None:
    code = """
        <<CL201>>with stream(
            <<CL303>>model=MODEL,
        ) as s:  # claude-lint: ignore[CL201, CL303]
            <<CL201>>send()
    """
    assert suppressed(code) == ["1 CL201", "2 CL303"]


def test_decorators_belong_to_the_header() -> None:
    code = """
        <<CL201>>@retry(
            stop=3,
        )
        def send(
            model=<<CL201>>"x",  # claude-lint: ignore[CL201]
        ):
            <<CL201>>pass
    """
    assert suppressed(code) == ["1 CL201", "5 CL201"]


def test_a_handler_and_a_case_have_headers_of_their_own() -> None:
    code = """
        <<CL201>>try:
            <<CL201>>send()
        <<CL201>>except (
            A,
        ):  # claude-lint: ignore[CL201]
            <<CL201>>send()
        match value:
            <<CL201>>case A(
                1
            ):  # claude-lint: ignore[CL201]
                <<CL201>>send()
    """
    assert suppressed(code) == ["3 CL201", "8 CL201"]


def test_statements_that_share_a_line_share_its_comment() -> None:
    code = """
        <<CL201>>a(); b = create(  # claude-lint: ignore[CL201]
            <<CL201>>x,
        ); <<CL201>>c()
        <<CL201>>d()
    """
    assert suppressed(code) == ["1 CL201", "2 CL201", "3 CL201"]


def test_after_a_string_over_many_lines_it_covers_the_string() -> None:
    code = '''
        TEXT = """
        <<CL102>>key
        # claude-lint: ignore[CL201]
        """  # claude-lint: ignore[CL102]
    '''
    source, findings = marked(code)
    applied = judged(source, findings)
    assert lines(applied.suppressed) == ["2 CL102"]
    assert applied.kept == ()


def test_alone_on_the_line_before_it_covers_the_statement() -> None:
    code = """
        # claude-lint: ignore[CL201]
        <<CL201>>create(
            <<CL201>>x,
        )
        <<CL201>>create()
    """
    assert suppressed(code) == ["2 CL201", "3 CL201"]


def test_alone_before_an_entry_it_covers_the_entry() -> None:
    code = """
        A = [
            <<CL303>>"x",
            # claude-lint: ignore[CL303]
            <<CL303>>"y",
            <<CL303>>"z",
        ]
    """
    assert suppressed(code) == ["4 CL303"]


def test_only_comments_may_be_between_a_comment_alone_and_its_line() -> None:
    code = """
        # claude-lint: ignore[CL201]
        # claude-lint: ignore[CL303]
        # because
        <<CL201>><<CL303>>a()
        # claude-lint: ignore[CL201]

        <<CL201>>b()
    """
    assert suppressed(code) == ["4 CL201", "4 CL303"]


def test_a_comment_covers_a_key_in_itself() -> None:
    code = """
        # old: <<CL102>>key  # claude-lint: ignore[CL102] revoked
        a = 1
    """
    assert suppressed(code) == ["1 CL102"]


def test_a_file_ignore_alone_on_any_line_covers_the_file() -> None:
    code = """
        <<CL303>>a = 1
        def f():
            # claude-lint: file-ignore[retired-model] all of these are history
            <<CL303>><<CL201>>b = 2
    """
    assert suppressed(code) == ["1 CL303", "4 CL303"]


def test_noqa_is_honoured_for_our_codes_only_behind_code() -> None:
    code = """
        <<CL201>>a()  # noqa: E501, CL201
        <<CL201>>b()  # NOQA:CL201 because
        <<CL201>>c()  # noqa
        <<CL201>>d()  # noqa: missing-max-tokens
        # noqa: CL201
        <<CL201>>e()
    """
    assert suppressed(code) == ["1 CL201", "2 CL201"]


def test_a_directive_after_another_comment_counts() -> None:
    code = """
        <<CL201>>a()  # type: ignore[arg-type]  # claude-lint: ignore[CL201]  # noqa: E501
    """
    assert suppressed(code) == ["1 CL201"]


def test_a_directive_in_a_string_is_none() -> None:
    code = """
        <<CL201>>a("# claude-lint: ignore[CL201]", '# noqa: CL201', f"{x:#x} # noqa: CL201")
    """
    applied = judged(*marked(code))
    assert lines(applied.kept) == ["1 CL201"]


def test_where_the_text_is_no_python_a_comment_covers_its_line() -> None:
    code = """
        <<CL201>>create(  # claude-lint: ignore[CL201]
            <<CL201>>x y,
    """
    assert suppressed(code) == ["1 CL201"]


def test_nesting_that_no_parser_takes_is_no_obstacle() -> None:
    text = "a = " + "(" * 5000 + ")" * 5000 + "  # claude-lint: ignore[CL201]\n"
    source = source_of(text)
    assert lines(judged(source, [finding(source, "CL201", 1)]).suppressed) == ["1 CL201"]


@pytest.mark.parametrize("end", ["\r\n", "\r", "\n"])
def test_line_ends_of_every_kind_are_counted(end: str) -> None:
    text = f"x = 1{end}a(  # claude-lint: ignore[CL201]{end}    b,{end}){end}"
    source = source_of(text)
    applied = judged(source, [finding(source, "CL201", 3), finding(source, "CL201", 1)])
    assert lines(applied.suppressed) == ["3 CL201"]


def test_code_that_warns_when_parsed_warns_nobody() -> None:
    assert suppressed(r"<<CL201>>a('\d')  # claude-lint: ignore[CL201]") == ["1 CL201"]


# Notebooks


def test_in_a_notebook_places_are_those_of_the_cells() -> None:
    text = "a()  # claude-lint: ignore[CL201]\nb()\n"
    source = source_of(text, (Cell(2, 1, 1), Cell(5, 2, 1)))
    findings = [finding(source, "CL201", 1), finding(source, "CL201", 2)]
    applied = judged(source, findings)
    assert applied.suppressed == (findings[0],)
    assert applied.kept == (findings[1],)
    assert applied.kept[0].location == Location("nb.ipynb", Span(1, 1, 1, 2), 5)


def test_a_file_ignore_in_any_cell_counts_for_the_notebook() -> None:
    text = "a()\n# claude-lint: file-ignore[CL201]\n"
    source = source_of(text, (Cell(1, 1, 1), Cell(2, 2, 1)))
    assert lines(judged(source, [finding(source, "CL201", 1)]).suppressed) == ["1 CL201"]


def test_a_comment_alone_at_the_end_of_a_cell_does_not_reach_the_next() -> None:
    text = "# claude-lint: ignore[CL201]\na()\n"
    source = source_of(text, (Cell(1, 1, 1), Cell(2, 2, 1)))
    applied = judged(source, [finding(source, "CL201", 2)])
    assert [(each.code, each.location.cell) for each in applied.kept] == [
        ("CL201", 2),
        ("CL902", 1),
    ]


def test_removing_the_last_line_of_a_cell_stays_inside_the_cell() -> None:
    text = "# claude-lint: ignore[CL201]\na()\n"
    source = source_of(text, (Cell(1, 1, 1), Cell(2, 2, 1)))
    (remark,) = judged(source).kept
    assert remark.fix is not None
    assert remark.fix.edits[0].location == Location("nb.ipynb", Span(1, 1, 1, 29), 1)


# Suppressions that do nothing


def test_an_unused_ignore_is_reported_at_the_comment() -> None:
    source, _ = marked("a()  # claude-lint: ignore[missing-max-tokens] why")
    (remark,) = judged(source).kept
    assert (remark.code, remark.rule) == ("CL902", "unused-ignore")
    assert remark.severity is Severity.WARNING
    assert remark.message == "`missing-max-tokens` suppresses nothing here"
    assert remark.help == "Remove `missing-max-tokens` from the comment"
    assert remark.location == Location("app.py", Span(1, 6, 1, 47))
    assert remark.excerpt == "missing-max-tokens"


def test_each_reason_for_being_unused_has_its_words() -> None:
    code = """
        # claude-lint: file-ignore[CL303]
        <<CL201>>a()  # claude-lint: ignore[CL201, missing-max-tokens, CL307]
        b()  # noqa: E501, CL201
    """
    assert told(judged(*marked(code), off=("CL307",)).kept) == [
        "1:1 CL902 `CL303` suppresses nothing in this file",
        "2:6 CL902 `missing-max-tokens` is named twice in this comment",
        "2:6 CL902 `CL307` is not enabled, so there is nothing to ignore",
        "3:6 CL902 `CL201` suppresses nothing here",
    ]


def test_of_two_comments_for_one_finding_the_later_is_unused() -> None:
    code = """
        # claude-lint: ignore[CL201]
        <<CL201>>a()  # claude-lint: ignore[CL201]
    """
    assert told(judged(*marked(code)).kept) == ["2:6 CL902 `CL201` suppresses nothing here"]


def test_unused_ignores_are_not_judged_when_that_is_not_wanted() -> None:
    source, _ = marked("a()  # claude-lint: ignore[CL201, CL999]")
    assert lines(judged(source, judge_unused=False).kept) == ["1 CL903"]
    assert lines(judged(source, off=("CL902",)).kept) == ["1 CL903"]
    assert lines(judged(source, off=("CL903",)).kept) == ["1 CL902"]


def test_a_remark_about_an_ignore_can_be_ignored_itself() -> None:
    source, _ = marked("a()  # claude-lint: ignore[CL201, CL902]")
    applied = judged(source)
    assert applied.kept == ()
    assert lines(applied.suppressed) == ["1 CL902"]


def test_ignoring_unused_ignores_where_there_is_none_is_unused() -> None:
    source, _ = marked("a()  # claude-lint: ignore[unused-ignore]")
    assert told(judged(source).kept) == ["1:6 CL902 `unused-ignore` suppresses nothing here"]


def test_unknown_ignores_are_reported_at_the_comment_with_what_is_meant() -> None:
    code = """
        a()  # claude-lint: ignore[missing-max-token]
        b()  # noqa: CL999, E501, CLX99, CL1234
        c()  # claude-lint: ignore because
        # claude-lint: file-ignore[]
        d()  # claude-lint: file-ignore[CL201]
        e()  # claude-lint: disable[CL201]
        # claude-lint: the linter this is about
        f()  # claude-lint: ignore[CL2]
    """
    remarks = judged(*marked(code)).kept
    assert told(remarks) == [
        "1:6 CL903 `missing-max-token` names no rule",
        "2:6 CL903 `CL999` names no rule",
        "3:6 CL903 A bare `ignore` suppresses nothing",
        "4:1 CL903 A bare `file-ignore` suppresses nothing",
        "5:6 CL903 `file-ignore` counts only on a line of its own",
        "6:6 CL903 `disable` is no suppression",
        "8:6 CL903 `CL2` names no rule",
    ]
    assert {each.rule for each in remarks} == {"unknown-ignore"}
    assert remarks[0].help == "Write `missing-max-tokens` if that is meant"
    assert remarks[2].help == ("Name the rules, as in `# claude-lint: ignore[missing-max-tokens]`")


def test_a_key_in_a_comment_is_masked() -> None:
    key = "sk-ant-" + "api03-" + "Ab1" * 31 + "AA"
    (remark,) = judged(source_of(f"a()  # claude-lint: ignore[{key}]")).kept
    assert remark.message == "`sk-ant-api03…` names no rule"
    assert key not in repr(remark)


# Fixes


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a()  # claude-lint: ignore[CL201]\n", "a()\n"),
        ("a()  # claude-lint: ignore[CL201]", "a()"),
        ("a()  # claude-lint: ignore[CL201, CL303,CL307]\r\n", "a()\r\n"),
        ("a()  # claude-lint: ignore[CL201] we know\n", "a()  # we know\n"),
        ("a()  #claude-lint: ignore we know\n", "a()  #we know\n"),
        ("a()  # noqa: E501, CL201\n", "a()  # noqa: E501\n"),
        ("a()  # noqa: CL201 E501\n", "a()  # noqa: E501\n"),
        ("a()  # noqa: CL201\n", "a()\n"),
        ("a()  # why  # noqa: CL999\n", "a()  # why\n"),
        ("a()  # claude-lint: ignore[CL201]  # noqa: E501\n", "a()  # noqa: E501\n"),
        ("a()  # claude-lint: ignore[CL201]  # noqa: CL303\n", "a()\n"),
        ("if a:\n    # claude-lint: ignore[CL201]\n    b()\n", "if a:\n    b()\n"),
        ("a()\n# claude-lint: file-ignore[CL303]\n", "a()\n"),
        ("a()\n# claude-lint: file-ignore[CL303]", "a()\n"),
        ("é = '😀'  # claude-lint: ignore[CL201]\n", "é = '😀'\n"),
        ("a()  # claude-lint: disable[CL201]\n", "a()  # claude-lint: disable[CL201]\n"),
    ],
)
def test_a_fix_takes_out_one_rule_and_keeps_the_rest(before: str, after: str) -> None:
    assert mended(before) == after


def test_a_fix_leaves_what_is_used() -> None:
    source, findings = marked("<<CL201>>a()  # claude-lint: ignore[CL303, CL201, CL307] why")
    fixes = [each.fix for each in judged(source, findings).kept]
    assert [edited(source, fix.edits) for fix in fixes if fix is not None] == [
        "a()  # claude-lint: ignore[CL201, CL307] why",
        "a()  # claude-lint: ignore[CL303, CL201] why",
    ]
    assert [fix.title for fix in fixes if fix is not None] == [
        "Remove `CL303` from the comment",
        "Remove `CL307` from the comment",
    ]


# Adding suppressions


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("<<CL201>>a()\n", "a()  # claude-lint: ignore[missing-max-tokens]\n"),
        ("<<CL201>>a()", "a()  # claude-lint: ignore[missing-max-tokens]"),
        (
            "x = a(\r\n    <<CL303>>b,\r\n)\r\n",
            "x = a(  # claude-lint: ignore[retired-model]\r\n    b,\r\n)\r\n",
        ),
        (
            "<<CL201>>x = a(\n    <<CL303>>b,\n    <<CL303>>c,\n)\n",
            "x = a(  # claude-lint: ignore[missing-max-tokens, retired-model]\n    b,\n    c,\n)\n",
        ),
        (
            "<<CL201>>a()  # type: ignore \n",
            "a()  # type: ignore  # claude-lint: ignore[missing-max-tokens]\n",
        ),
        (
            "<<CL201>>a()  # claude-lint: ignore[CL303] why\n",
            "a()  # claude-lint: ignore[CL303, missing-max-tokens] why\n",
        ),
        (
            "# claude-lint: ignore[CL303] why\n<<CL201>>a()\n",
            "# claude-lint: ignore[CL303, missing-max-tokens] why\na()\n",
        ),
        (
            'x = """\n<<CL102>>key\n"""\n',
            'x = """\nkey\n"""  # claude-lint: ignore[hardcoded-key]\n',
        ),
        (
            "x = \\\n    <<CL303>>y\n",
            "x = \\\n    y  # claude-lint: ignore[retired-model]\n",
        ),
        (
            "@a(\n    <<CL303>>b\n)\ndef f(): pass\n",
            "@a(  # claude-lint: ignore[retired-model]\n    b\n)\ndef f(): pass\n",
        ),
        ("# <<CL102>>key\n", "# key  # claude-lint: ignore[hardcoded-key]\n"),
        ("a()  # claude-lint: <<CL903>>ignore\n", "a()  # claude-lint: ignore\n"),
    ],
)
def test_an_ignore_is_added_where_it_covers_the_finding(before: str, after: str) -> None:
    source, findings = marked(before)
    assert edited(source, ignore_edits(source, findings)) == after
    again = replace(source, text=after)
    assert not {each.code for each in judged(again, findings).kept} & {"CL102", "CL201", "CL303"}
