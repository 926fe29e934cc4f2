from __future__ import annotations

from claude_lint.findings import Safety, Severity
from reports.sample import at, finding, fix, run, written


def test_a_finding_is_one_line_with_place_severity_code_and_message() -> None:
    text = written(run(finding("src/app.py:12:5")), "concise")
    assert text.splitlines()[0] == ("src/app.py:12:5: error CL201 This call sends no `max_tokens`")


def test_a_place_in_a_notebook_names_the_cell() -> None:
    text = written(run(finding("nb.ipynb:cell 3:2:6")), "concise")
    assert text.startswith("nb.ipynb:cell 3:2:6: error CL201 ")


def test_a_finding_that_fix_mends_is_starred() -> None:
    mended = finding("a.py:1:1", fix=fix(at("a.py:1:1"), "x", "Write x"))
    assert written(run(mended), "concise").startswith("a.py:1:1: error CL201 [*] This call")


def test_an_unsafe_fix_is_starred_only_when_unsafe_fixes_are_asked_for() -> None:
    mended = finding("a.py:1:1", fix=fix(at("a.py:1:1"), "x", "Write x", Safety.UNSAFE))
    assert "[*] This call" not in written(run(mended), "concise")
    assert "[*] This call" in written(run(mended, unsafe_fixes=True), "concise")


def test_a_line_break_in_a_message_or_a_file_name_does_not_end_the_line() -> None:
    text = written(run(finding("a\nb.py:1:1", message="one\r\ntwo")), "concise", quiet=True)
    assert text == "a\\nb.py:1:1: error CL201 one\\r\\ntwo\n"


def test_the_last_lines_count_what_was_found() -> None:
    what = run(
        finding("a.py:1:1"),
        finding("a.py:2:1", severity=Severity.WARNING),
        finding("b.py:1:1", severity=Severity.WARNING),
        finding("c.py:1:1", severity=Severity.INFO),
        suppressed=2,
        baselined=1,
    )
    assert written(what, "concise").splitlines()[-1] == (
        "Found 4 problems in 3 files "
        "(1 error, 2 warnings, 1 info; 2 suppressed, 1 in the baseline)."
    )


def test_the_last_line_says_what_fix_would_mend() -> None:
    safe = finding("a.py:1:1", fix=fix(at("a.py:1:1"), "x", "Write x"))
    unsafe = finding("a.py:2:1", fix=fix(at("a.py:2:1"), "x", "Write x", Safety.UNSAFE))
    shown = finding("a.py:3:1", fix=fix(at("a.py:3:1"), "x", "Write x", Safety.DISPLAY))

    def hint(*findings: object, **fields: object) -> str:
        return written(run(*findings, **fields), "concise").splitlines()[-1]  # type: ignore[arg-type]

    assert hint(safe, unsafe, shown) == "[*] 1 fixable with --fix (1 more with --unsafe-fixes)."
    assert hint(safe) == "[*] 1 fixable with --fix."
    assert hint(unsafe) == "1 fixable with --fix --unsafe-fixes."
    assert hint(safe, unsafe, unsafe_fixes=True) == "[*] 2 fixable with --fix --unsafe-fixes."
    assert hint(shown) == "Found 1 problem in 1 file (1 error)."


def test_a_clean_run_says_so_and_how_much_it_read() -> None:
    assert written(run(files=120, relevant_files=9, suppressed=2), "concise") == (
        "All checks passed! (120 files, 9 of them to do with Claude, 2 suppressed)\n"
    )
    fixed = {("app.py", "CL302", "miscased-model"): 1}
    assert written(run(fixed=fixed), "concise").startswith("Fixed 1 problem.\nAll checks passed!")


def test_a_quiet_clean_run_says_nothing() -> None:
    assert written(run(), "concise", quiet=True) == ""
