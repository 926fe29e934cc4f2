from __future__ import annotations

import sys
from pathlib import Path

import pytest

from claude_lint.findings import Finding, Location, Severity, Span
from claude_lint.suppressing.baseline import BaselineError, apply, read, write


def finding(path: str, rule: str, line: int = 1) -> Finding:
    place = Location(path, Span(line, 1, line, 2))
    return Finding("CL000", rule, Severity.ERROR, "Something is wrong", place)


def test_a_baseline_is_counts_by_file_and_rule_in_order(tmp_path: Path) -> None:
    path = tmp_path / "baseline.json"
    write(
        path,
        [
            finding("src/b.py", "retired-model", 9),
            finding("src/b.py", "missing-timeout", 4),
            finding("src/ä.py", "missing-timeout", 1),
            finding("src/b.py", "retired-model", 2),
        ],
    )
    assert path.read_bytes().decode() == (
        "{\n"
        '  "src/b.py": {\n'
        '    "missing-timeout": 1,\n'
        '    "retired-model": 2\n'
        "  },\n"
        '  "src/ä.py": {\n'
        '    "missing-timeout": 1\n'
        "  }\n"
        "}\n"
    )
    assert read(path) == {
        "src/b.py": {"missing-timeout": 1, "retired-model": 2},
        "src/ä.py": {"missing-timeout": 1},
    }


def test_a_hardcoded_key_is_never_recorded(tmp_path: Path) -> None:
    path = tmp_path / "baseline.json"
    write(path, [finding("a.py", "hardcoded-key")])
    assert read(path) == {}


def test_a_hardcoded_key_in_a_baseline_excuses_nothing() -> None:
    key = finding("a.py", "hardcoded-key")
    assert apply([key], {"a.py": {"hardcoded-key": 1}}) == (
        (key,),
        0,
        ("a.py: hardcoded-key in the baseline counts for nothing",),
    )


def test_known_findings_are_taken_out_wherever_they_moved() -> None:
    known = [finding("a.py", "retired-model", 7), finding("a.py", "retired-model", 8)]
    new = finding("b.py", "retired-model", 7)
    assert apply([*known, new], {"a.py": {"retired-model": 2}}) == ((new,), 2, ())


def test_more_findings_than_recorded_show_all_of_that_file_and_rule() -> None:
    more = [finding("a.py", "retired-model", line) for line in (1, 2)]
    other = finding("a.py", "missing-timeout")
    baseline = {"a.py": {"retired-model": 1, "missing-timeout": 1}}
    assert apply([more[0], other, more[1]], baseline) == (tuple(more), 1, ())


def test_fewer_findings_than_recorded_are_told() -> None:
    baseline = {
        "b.py": {"retired-model": 1},
        "a.py": {"retired-model": 3, "missing-timeout": 1},
    }
    found = [finding("a.py", "retired-model", line) for line in (1, 2)]
    assert apply(found, baseline) == (
        (),
        2,
        (
            "a.py: 1 missing-timeout in the baseline, none found",
            "a.py: 3 retired-model in the baseline, 2 found",
            "b.py: 1 retired-model in the baseline, none found",
        ),
    )


def test_nothing_is_told_of_files_and_rules_that_took_no_part() -> None:
    baseline = {"a.py": {"retired-model": 1, "missing-timeout": 1}, "b.py": {"retired-model": 1}}
    _, _, notes = apply(
        [], baseline, was_judged=lambda path, rule: (path, rule) == ("a.py", "retired-model")
    )
    assert notes == ("a.py: 1 retired-model in the baseline, none found",)


def test_what_is_written_excuses_what_was_found(tmp_path: Path) -> None:
    path = tmp_path / "baseline.json"
    found = [finding("a.py", "retired-model", line) for line in (1, 5)]
    write(path, found)
    assert apply(found, read(path)) == ((), 2, ())


@pytest.mark.skipif(sys.platform == "win32", reason="names of files are Unicode there")
def test_a_name_that_is_no_unicode_is_recorded(tmp_path: Path) -> None:
    path = tmp_path / "baseline.json"
    write(path, [finding("\udcff.py", "retired-model")])
    assert read(path) == {"\udcff.py": {"retired-model": 1}}


def test_a_missing_baseline_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "none.json"
    with pytest.raises(BaselineError) as caught:
        read(path)
    assert str(caught.value) == f"Baseline `{path}` cannot be read: No such file or directory"


def test_a_baseline_that_is_not_json_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "baseline.json"
    path.write_text("{,}")
    with pytest.raises(BaselineError) as caught:
        read(path)
    assert str(caught.value).startswith(f"Baseline `{path}` is not JSON: ")


@pytest.mark.parametrize(
    "text", ["[]", '{"a.py": []}', '{"a.py": {"retired-model": "1"}}', '{"a.py": {"x": true}}']
)
def test_json_that_is_no_baseline_is_an_error(tmp_path: Path, text: str) -> None:
    path = tmp_path / "baseline.json"
    path.write_text(text)
    with pytest.raises(BaselineError) as caught:
        read(path)
    assert str(caught.value) == f"Baseline `{path}` must hold counts of rules by file"


def test_a_baseline_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "none" / "baseline.json"
    with pytest.raises(BaselineError) as caught:
        write(path, [])
    assert str(caught.value) == f"Baseline `{path}` cannot be written: No such file or directory"


def test_a_baseline_without_end_is_not_read() -> None:
    with pytest.raises(BaselineError) as caught:
        read(Path("/dev/zero"))
    assert str(caught.value) == "Baseline `/dev/zero` cannot be read: not a regular file"
