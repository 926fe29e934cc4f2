from __future__ import annotations

import re
import textwrap
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from claude_lint.findings import Edit, Fix, Location, Related, Safety, Severity, Span
from reports.sample import KEY, at, finding, fix, run, written

CALL = """\
import anthropic


def ask(client, question):

    response = client.messages.create(
        model="claude-opus-5",
        messages=[{"role": "user", "content": question}],
    )
    return response
"""


def report(*findings: Any, width: int | None = 80, **fields: Any) -> str:
    """Write the findings without the closing lines."""
    return written(run(*findings, **fields), "full", width=width, quiet=True)


def same(text: str) -> str:
    return textwrap.dedent(text)


def test_a_call_over_several_lines_is_marked_where_it_starts_and_where_it_ends() -> None:
    call = finding(at("app.py:6:16", end=(9, 6)), help="Pass `max_tokens`")
    assert report(call, sources={"app.py": CALL}) == same(
        """\
        error[CL201] missing-max-tokens: This call sends no `max_tokens`
          --> app.py:6:16
           |
         4 | def ask(client, question):
         5 |
         6 |     response = client.messages.create(
           |                ^^^^^^^^^^^^^^^^^^^^^^^
         7 |         model="claude-opus-5",
         8 |         messages=[{"role": "user", "content": question}],
         9 |     )
           |     ^
        10 |     return response
           |
        help: Pass `max_tokens`
        """
    )


def test_the_middle_of_a_long_span_is_left_out() -> None:
    text = "call(\n" + "".join(f"    a{number},\n" for number in range(10)) + ")\n"
    assert report(finding(at("a.py:1:1", end=(12, 2))), sources={"a.py": text}) == same(
        """\
        error[CL201] missing-max-tokens: This call sends no `max_tokens`
          --> a.py:1:1
           |
         1 | call(
           | ^^^^^
         2 |     a0,
         3 |     a1,
         4 |     a2,
        ...
        12 | )
           | ^
        """
    )


def test_carets_stand_under_what_is_meant_whatever_stands_before_it() -> None:
    lines = ['s = "é😀日本", call(x)', "\tif a:\tcall(x)", f'k = "{KEY}", call(x)']
    for line in lines:
        column = line.index("call") + 1
        shown = report(finding(at(f"a.py:1:{column}", 7)), sources={"a.py": line}).splitlines()
        code, carets = shown[3], shown[4]
        before = code[: code.index("call")]
        wide = sum(character in "😀日本" for character in before)
        assert carets == "  |" + " " * (len(before) + wide - 3) + "^^^^^^^", line


def test_a_tab_is_drawn_as_blanks_and_counted_as_one_column() -> None:
    shown = report(finding(at("a.py:1:2", 4)), sources={"a.py": "\tcall()"})
    assert " --> a.py:1:2\n  |\n1 |     call()\n  |     ^^^^\n" in shown


def test_a_key_is_masked_and_underlined_as_it_is_shown() -> None:
    line = f'API_KEY = "{KEY}"  # secret'
    shown = report(finding(at("a.py:1:11", len(KEY) + 2), "CL102"), sources={"a.py": line})
    assert '1 | API_KEY = "sk-ant-api03…"  # secret\n  |           ^^^^^^^^^^^^^^^\n' in shown


def test_escape_sequences_in_the_source_are_spelled_out() -> None:
    shown = report(finding(at("a.py:1:8", 4)), sources={"a.py": "'\x1b[2J' call"})
    assert "1 | '\\x1b[2J' call\n  |           ^^^^\n" in shown


def test_a_long_line_is_cut_around_what_is_meant_and_its_neighbours_left_out() -> None:
    line = "x = [" + "1, " * 60 + "call(), " + "2, " * 60 + "]"
    column = line.index("call") + 1
    place = finding(at(f"a.py:2:{column}", 6))
    shown = report(place, sources={"a.py": f"before\n{line}\nafter"}, width=50)
    assert shown.splitlines()[2:] == [
        f" --> a.py:2:{column}",
        "  |",
        "2 | … 1, 1, 1, call(), 2, 2, 2, 2, 2, 2, 2, 2, 2,…",
        "  |            ^^^^^^",
    ]


def test_a_wide_character_on_the_edge_does_not_shift_the_rest() -> None:
    line = "日" * 40 + "call()" + "本" * 40
    for width in (40, 41, 42, 43):
        shown = report(finding(at("a.py:1:41", 6)), sources={"a.py": line}, width=width)
        code, carets = shown.splitlines()[-2:]
        before = code[: code.index("call")]
        cells = len(before) + before.count("日")
        assert carets.index("^") == cells
        assert len(code) + sum(character in "日本" for character in code) <= width


def test_a_megabyte_on_one_line_is_no_trouble() -> None:
    line = "x" * 500_000 + "call()" + "y" * 500_000
    shown = report(finding(at("a.py:1:500001", 6)), sources={"a.py": line}, width=60)
    code, carets = shown.splitlines()[-2:]
    assert code.index("call()") == carets.index("^^^^^^")
    assert len(code) <= 60


def test_an_empty_span_is_shown_by_one_caret() -> None:
    shown = report(finding(at("a.py:1:5", 0), message="Expected more"), sources={"a.py": "call"})
    assert shown.endswith("1 | call\n  |     ^\n")


def test_a_place_without_source_is_named_alone() -> None:
    for sources in ({}, {"gone.py": "only one line"}):
        shown = report(finding("gone.py:7:3"), sources=sources)
        assert shown == (
            "error[CL201] missing-max-tokens: This call sends no `max_tokens`\n --> gone.py:7:3\n"
        )


def test_a_cell_of_a_notebook_is_shown_with_its_own_lines() -> None:
    source = {"nb.ipynb:cell 3": "import anthropic\nx = call()"}
    assert report(finding(at("nb.ipynb:cell 3:2:5", 6)), sources=source) == same(
        """\
        error[CL201] missing-max-tokens: This call sends no `max_tokens`
         --> nb.ipynb:cell 3:2:5
          |
        1 | import anthropic
        2 | x = call()
          |     ^^^^^^
        """
    )


def test_a_related_place_follows_with_a_frame_of_its_own() -> None:
    sources = {"a.py": "call(**payload)", "b.py": "# here\npayload = {\n    1: 2,\n}\n"}
    related = Related(at("b.py:2:11", end=(4, 2)), "the payload is built here")
    assert report(finding(at("a.py:1:1", 15), related=(related,)), sources=sources) == same(
        """\
        error[CL201] missing-max-tokens: This call sends no `max_tokens`
         --> a.py:1:1
          |
        1 | call(**payload)
          | ^^^^^^^^^^^^^^^
        note: the payload is built here
         --> b.py:2:11
          |
        2 | payload = {
          |           -
        """
    )


def test_a_fix_is_shown_as_the_lines_it_changes() -> None:
    edits = (
        Edit(at("app.py:1:1", 0), "import os\n"),
        Edit(at("app.py:7:15", 15), 'os.environ["MODEL"]'),
    )
    mended = finding(
        at("app.py:7:15", 15), "CL303", message="Retired", fix=Fix("Read it", Safety.UNSAFE, edits)
    )
    shown = report(mended, sources={"app.py": CALL})
    assert shown[shown.index("unsafe fix") :] == same(
        """\
        unsafe fix: Read it
          |
        1 + import os
        2 | import anthropic
        ...
        7 |     response = client.messages.create(
          -         model="claude-opus-5",
        8 +         model=os.environ["MODEL"],
        9 |         messages=[{"role": "user", "content": question}],
          |
        """
    )


def test_a_deleted_line_is_shown_once() -> None:
    text = "call(\n    a=1,\n    b=2,\n)\n"
    delete = fix(at("a.py:2:1", end=(3, 1)), "", "Delete `a`")
    shown = report(finding(at("a.py:2:5", 3), fix=delete), sources={"a.py": text})
    assert shown[shown.index("fix:") :] == same(
        """\
        fix: Delete `a`
          |
        1 | call(
          -     a=1,
        2 |     b=2,
          |
        """
    )


def test_a_fix_in_another_file_or_cell_says_where() -> None:
    sources = {"nb.ipynb:cell 1": "", "nb.ipynb:cell 2": "call()"}
    place = at("nb.ipynb:cell 1:1:1", 0)
    mended = finding(at("nb.ipynb:cell 2:1:1", 6), fix=fix(place, "import os", "Import os"))
    assert report(mended, sources=sources).endswith(
        "fix: Import os\n --> nb.ipynb:cell 1\n  |\n1 + import os\n  |\n"
    )


def test_a_change_far_to_the_right_is_in_view() -> None:
    line = "x = [" + "1, " * 60 + "old]"
    column = line.index("old") + 1
    place = at(f"a.py:1:{column}", 3)
    shown = report(
        finding(place, fix=fix(place, "new", "Use new")), sources={"a.py": line}, width=40
    )
    ones = "… " + "1, " * 10
    assert shown.endswith(f"  - {ones}old]\n1 + {ones}new]\n  |\n")


def test_a_fix_without_edits_is_a_suggestion_in_words() -> None:
    told = finding("a.py:1:1", fix=Fix("Move the call out of the loop", Safety.DISPLAY))
    assert report(told).endswith("suggestion: Move the call out of the loop\n")


def test_many_changed_lines_are_counted_instead_of_shown() -> None:
    source = {"a.py": "\n".join(f"line{number}" for number in range(1, 41))}
    replaced = fix(at("a.py:1:1", end=(30, 7)), "one", "Shorten")
    shown = report(finding(at("a.py:1:1"), fix=replaced), sources=source)
    assert shown.endswith("   - line12\n... 20 more lines\n   |\n")


def test_the_same_help_is_given_once() -> None:
    first, second = (finding(f"a.py:{line}:1", help="Pass `max_tokens`") for line in (1, 2))
    other = finding("a.py:3:1", "CL303", help="Pass `max_tokens`")
    assert report(first, second).count("help: ") == 1
    assert report(first, other).count("help: ") == 2


def test_help_that_only_repeats_the_fix_is_left_out() -> None:
    mended = finding("a.py:1:1", help="Write x", fix=fix(at("a.py:1:1"), "x", "Write x"))
    assert "help" not in report(mended)


def test_a_fix_that_can_be_applied_is_starred() -> None:
    mended = finding("a.py:1:1", fix=fix(at("a.py:1:1"), "x", "Write x"))
    assert report(mended).startswith("error[CL201] [*] missing-max-tokens: ")


def test_prose_is_wrapped_on_a_terminal_and_kept_whole_elsewhere() -> None:
    long = finding("a.py:1:1", message="word " * 20 + "end", help="more " * 20 + "end")
    assert all(len(line) <= 60 for line in report(long, width=60).splitlines())
    assert "word " * 20 + "end\n" in report(long, width=None)


def test_the_end_counts_and_says_how_to_read_on_about_the_worst() -> None:
    what = run(
        finding("a.py:1:1", "CL508", severity=Severity.INFO),
        finding("b.py:1:1", fix=fix(at("b.py:1:1"), "x", "Write x")),
        suppressed=2,
    )
    assert written(what, "full").endswith(
        "\n\n"
        "Found 2 problems in 2 files (1 error, 1 info; 2 suppressed).\n"
        "[*] 1 fixable with --fix.\n"
        "Run claude-lint explain CL201 to read why.\n"
    )


def test_a_clean_run_is_one_line() -> None:
    assert written(run(files=1, relevant_files=1), "full") == (
        "All checks passed! (1 file, 1 of them to do with Claude)\n"
    )


def test_colour_changes_nothing_but_the_colour() -> None:
    what = run(
        finding(
            at("app.py:6:16", end=(9, 6)),
            help="Pass it",
            related=(Related(at("app.py:1:1", 6), "imported here"),),
            fix=fix(at("app.py:7:9", 0), "max_tokens=1024, ", "Insert it"),
        ),
        sources={"app.py": CALL},
    )
    colored = written(what, "full", color=True)
    assert "\x1b[1;31merror[CL201] [*] missing-max-tokens\x1b[0m: " in colored
    assert re.sub(r"\x1b\[[\d;]*m", "", colored) == written(what, "full", color=False)


def test_nothing_in_a_location_can_make_the_report_fail() -> None:
    text = "a\n"
    for span in (Span(1, 9, 1, 2), Span(2, 1, 1, 1), Span(1, 1, 99, 99), Span(0, 0, 0, 0)):
        place = Location("a.py", span)
        odd = finding(place, related=(Related(place, "x"),), fix=fix(place, "b\r\nc", "Write"))
        assert report(odd, sources={"a.py": text}).startswith("error[CL201]")


@given(
    st.text(max_size=120),
    st.integers(1, 3),
    st.integers(1, 130),
    st.integers(1, 3),
    st.integers(1, 130),
    st.integers(20, 60),
)
def test_any_text_and_any_span_can_be_drawn_within_the_width(
    text: str, line: int, column: int, end_line: int, end_column: int, width: int
) -> None:
    place = Location("a.py", Span(line, column, end_line, end_column))
    drawn = report(finding(place), sources={"a.py": text}, width=width).splitlines()
    frame = drawn[next(index for index, text in enumerate(drawn) if " --> " in text) + 1 :]
    assert all(cell_len(text) <= max(width, 24) for text in frame)
