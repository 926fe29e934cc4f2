"""What Git says of changed lines, in repositories made for the purpose."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from claude_lint.files.git import ChangedLines, GitError, changed_lines
from git_repositories import git, new_repository


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return new_repository(tmp_path / "repo", monkeypatch)


def commit(root: Path, **texts: str) -> None:
    for name, text in texts.items():
        (root / f"{name}.py").write_text(text)
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message=Change")


def changed(root: Path, revision: str = "HEAD") -> Callable[[str], list[int]]:
    """Return what lists the changed lines of a file, among the first nine."""
    found = changed_lines(revision, root, [])
    return lambda name: [n for n in range(1, 10) if found.touch(root / name, n, n)]


ALL = list(range(1, 10))


def test_changed_and_added_lines_count(repo: Path) -> None:
    commit(repo, app="1\n2\n3\n4\n5\n")
    (repo / "app.py").write_text("1\ntwo\n3\n4\nnew\nnew\n5\n")

    assert changed(repo)("app.py") == [2, 5, 6]


def test_staged_and_committed_lines_count_like_others(repo: Path) -> None:
    commit(repo, app="1\n2\n3\n")
    commit(repo, app="one\n2\n3\n")
    (repo / "app.py").write_text("one\ntwo\n3\n")
    git(repo, "add", "app.py")
    (repo / "app.py").write_text("one\ntwo\nthree\n")

    assert changed(repo, "HEAD~1")("app.py") == [1, 2, 3]
    assert changed(repo, "HEAD")("app.py") == [2, 3]


def test_lines_taken_out_count_for_what_spans_the_place(repo: Path) -> None:
    commit(repo, app="call(\n  a,\n  b,\n)\nother\n")
    (repo / "app.py").write_text("call(\n  a,\n)\nother\n")

    found = changed_lines("HEAD", repo, [])
    assert found.touch(repo / "app.py", 1, 3)
    assert not found.touch(repo / "app.py", 1, 2)
    assert not found.touch(repo / "app.py", 3, 4)


def test_a_file_that_git_does_not_track_is_changed_wholly(repo: Path) -> None:
    commit(repo, app="1\n")
    (repo / "new.py").write_text("1\n")
    (repo / ".gitignore").write_text("ignored.py\n")
    (repo / "ignored.py").write_text("1\n")

    assert changed(repo)("new.py") == ALL
    assert changed(repo)("ignored.py") == ALL
    assert changed(repo)("../outside.py") == ALL
    assert changed(repo)("app.py") == []


def test_a_renamed_file_has_only_the_lines_that_changed(repo: Path) -> None:
    commit(repo, old="".join(f"line {n}\n" for n in range(9)))
    git(repo, "mv", "old.py", "new.py")
    assert changed(repo)("new.py") == []

    (repo / "new.py").write_text((repo / "new.py").read_text().replace("line 3", "line three"))
    assert changed(repo)("new.py") == [4]


@pytest.mark.parametrize("name", ["with space", "quo'te", 'quo"te', "ünïcode", "tab\there", "b\\s"])
def test_a_file_is_found_whatever_its_name_is(repo: Path, name: str) -> None:
    commit(repo, **{name: "1\n2\n"})
    (repo / f"{name}.py").write_text("1\ntwo\n")

    assert changed(repo)(f"{name}.py") == [2]


def test_lines_that_look_like_headers_are_lines(repo: Path) -> None:
    commit(repo, app="-- a/x\n2\n3\n", other="1\n")
    (repo / "app.py").write_text("++ b/other.py\n2\n@@ -1 +1 @@\n")

    assert changed(repo)("app.py") == [1, 3]
    assert changed(repo)("other.py") == []


def test_a_missing_last_line_break_confuses_nothing(repo: Path) -> None:
    commit(repo, app="1\n2", other="1\n")
    (repo / "app.py").write_text("1\ntwo")
    (repo / "other.py").write_text("one\n")

    assert changed(repo)("app.py") == [2]
    assert changed(repo)("other.py") == [1]


def test_the_users_configuration_changes_nothing(repo: Path) -> None:
    commit(repo, app="".join(f"{n}\n" for n in range(1, 10)))
    for setting in (
        *("diff.noprefix=true", "diff.mnemonicPrefix=true", "color.ui=always"),
        *("diff.context=5", "diff.interHunkContext=5", "diff.relative=true"),
        *("diff.external=false", "diff.renames=false"),
    ):
        git(repo, "config", *setting.split("="))
    (repo / "app.py").write_text("one\n2\n3\nfour\n5\n6\n7\n8\n9\n")
    (repo / "inner").mkdir()

    found = changed_lines("HEAD", repo / "inner", [])
    assert [n for n in range(1, 10) if found.touch(repo / "app.py", n, n)] == [1, 4]


def test_a_file_that_attributes_call_binary_is_compared(repo: Path) -> None:
    (repo / ".gitattributes").write_text("*.py -diff\n")
    commit(repo, app="1\n2\n")
    (repo / "app.py").write_text("1\ntwo\n")

    assert changed(repo)("app.py") == [2]


def test_a_file_that_git_stores_in_another_form_is_changed_wholly(repo: Path) -> None:
    (repo / ".gitattributes").write_text("app.py filter=strip\n")
    commit(repo, app="1\n", other="1\n")

    assert changed(repo)("app.py") == ALL
    assert changed(repo)("other.py") == []


def test_a_named_file_of_any_suffix_is_compared(repo: Path) -> None:
    (repo / "script").write_text("1\n2\n")
    commit(repo)
    (repo / "script").write_text("1\ntwo\n")

    found = changed_lines("HEAD", repo, [repo / "script"])
    assert [n for n in (1, 2) if found.touch(repo / "script", n, n)] == [2]


def test_a_folder_that_is_a_link_is_the_folder(repo: Path, tmp_path: Path) -> None:
    commit(repo, app="1\n2\n")
    (repo / "app.py").write_text("1\ntwo\n")
    link = tmp_path / "link"
    link.symlink_to(repo)

    found: ChangedLines = changed_lines("HEAD", link, [])
    assert [n for n in (1, 2) if found.touch(link / "app.py", n, n)] == [2]


def test_whether_a_file_has_changed_at_all(repo: Path) -> None:
    commit(repo, app="1\n", other="1\n")
    (repo / "app.py").write_text("")

    found = changed_lines("HEAD", repo, [])
    assert found.are_in(repo / "app.py")
    assert found.are_in(repo / "new.py")
    assert not found.are_in(repo / "other.py")


@pytest.mark.parametrize("revision", ["nowhere", "--output=x", "HEAD:app.py", ""])
def test_what_is_no_commit_is_refused(repo: Path, revision: str) -> None:
    commit(repo, app="1\n")
    with pytest.raises(GitError, match=f"^`{revision}` is no commit of this repository$"):
        changed_lines(revision, repo, [])


def test_a_folder_outside_of_a_repository_is_refused(tmp_path: Path, repo: Path) -> None:
    with pytest.raises(GitError, match="not a git repository"):
        changed_lines("HEAD", tmp_path, [])


def test_without_git_it_is_said_that_it_is_missing(
    repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(repo))
    with pytest.raises(GitError, match=r"Git cannot be run \(No such file or directory\)"):
        changed_lines("HEAD", repo, [])
