"""Which files are found, and which are left out."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from claude_lint.files.discovery import (
    Discovery,
    FoundFile,
    discover,
    display_path,
    gate,
    gate_file,
)
from claude_lint.files.globs import Glob
from claude_lint.files.source import Inaccessible

NAMES = (".git", ".venv", "__pycache__", "build", "node_modules", "venv")


def write(root: Path, *names: str, text: str = "") -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)


def shown(found: Discovery) -> list[str]:
    return [file.display for file in found.files]


def found_in(root: Path, *paths: str, exclude: Sequence[str] = NAMES, **options: bool) -> list[str]:
    globs = [Glob(text, root) for text in exclude]
    return shown(discover([Path(p) for p in paths or (".",)], cwd=root, exclude=globs, **options))


def test_python_files_and_notebooks_are_found_in_order(tmp_path: Path) -> None:
    write(tmp_path, "b.py", "a/z.pyi", "a/n.ipynb", "a.txt", ".hidden/c.py", "a/pyi", "c.PY.txt")
    assert found_in(tmp_path) == [".hidden/c.py", "a/n.ipynb", "a/z.pyi", "b.py"]


def test_a_found_file_has_an_absolute_path(tmp_path: Path) -> None:
    write(tmp_path, "src/a.py")
    found = discover([Path("src")], cwd=tmp_path)
    assert found == Discovery((FoundFile(tmp_path / "src/a.py", "src/a.py", False),))


def test_a_named_file_is_taken_whatever_it_is(tmp_path: Path) -> None:
    write(tmp_path, "script", "build/x.py", "venv/y.txt", ".gitignore", text="*")
    found = discover(
        [Path("script"), tmp_path / "build/x.py", Path("venv/../venv/y.txt")],
        cwd=tmp_path,
        exclude=[Glob(name, tmp_path) for name in NAMES],
    )
    assert [(file.display, file.explicit) for file in found.files] == [
        ("build/x.py", True),
        ("script", True),
        ("venv/y.txt", True),
    ]


def test_a_file_found_twice_is_read_once_and_counts_as_named(tmp_path: Path) -> None:
    write(tmp_path, "a/x.py")
    found = discover([Path("a"), Path("a/x.py"), Path("."), Path("./a")], cwd=tmp_path)
    assert found.files == (FoundFile(tmp_path / "a/x.py", "a/x.py", True),)


def test_what_does_not_exist_is_missing_as_it_was_written(tmp_path: Path) -> None:
    write(tmp_path, "a.py")
    found = discover([Path("no/such.py"), Path("a.py")], cwd=tmp_path)
    assert (shown(found), found.missing) == (["a.py"], (str(Path("no/such.py")),))


def test_excluded_folders_and_files_are_left_out(tmp_path: Path) -> None:
    write(tmp_path, "a.py", "src/build/b.py", ".venv/c.py", "src/gen_d.py", "x/y/e.py", "y/f.py")
    assert found_in(tmp_path, exclude=[*NAMES, "gen_*", "x/y"]) == ["a.py", "y/f.py"]


def test_a_glob_is_relative_to_the_folder_that_states_it(tmp_path: Path) -> None:
    write(tmp_path, "sub/gen/a.py", "gen/b.py")
    found = discover([Path(".")], cwd=tmp_path, exclude=[Glob("gen", tmp_path / "sub")])
    assert shown(found) == ["gen/b.py"]


def test_a_project_below_a_folder_called_build_is_not_left_out(tmp_path: Path) -> None:
    write(tmp_path, "build/project/a.py", "build/project/build/b.py")
    assert found_in(tmp_path / "build/project") == ["a.py"]


def test_a_folder_named_in_spite_of_an_exclusion_is_walked(tmp_path: Path) -> None:
    write(tmp_path, "build/a.py", "build/lib/b.py", "build/lib/venv/c.py", "build/lib/build/d.py")
    assert found_in(tmp_path, "build/lib") == ["build/lib/b.py"]
    assert found_in(tmp_path, "build", exclude=["build", "b.*"]) == [
        "build/a.py",
        "build/lib/venv/c.py",
    ]


def test_force_exclude_leaves_out_what_is_named(tmp_path: Path) -> None:
    write(tmp_path, "a.py", "build/b.py", "c.py")
    names = ("a.py", "build/b.py", "build", "c.py")
    found = found_in(tmp_path, *names, exclude=["build", "c.*"], force_exclude=True)
    assert found == ["a.py"]


def test_gitignore_holds_without_a_repository(tmp_path: Path) -> None:
    write(tmp_path, "a.py", "gen/b.py", "sub/c.py", "sub/d.py", ".ignore", text="")
    write(tmp_path, ".gitignore", text="gen/\n")
    write(tmp_path, "sub/.gitignore", text="/c.py\n")
    write(tmp_path, ".ignore", text="a.py\n")
    assert found_in(tmp_path) == ["a.py", "sub/d.py"]
    assert found_in(tmp_path, "sub") == ["sub/d.py"]
    everything = ["a.py", "gen/b.py", "sub/c.py", "sub/d.py"]
    assert found_in(tmp_path, respect_gitignore=False) == everything


def test_a_gitignore_above_the_named_folder_holds(tmp_path: Path) -> None:
    write(tmp_path, ".gitignore", text="/sub/gen.py\n")
    write(tmp_path, "sub/gen.py", "sub/a.py")
    assert found_in(tmp_path, "sub") == ["sub/a.py"]


PATTERNS = (
    "m1.py", "/m2.py", "!m1.py", "d?/", "!d1/", "**/m3.py", "d*/m0.py", "m[2-3].py", "!m3.py",
    "/d2/*", "!/d2/m1.py", "d1/**", "!d1/m0.py", "*.ipynb", "\\#m.py", "# m2.py", "d0/**/m1.py",
)  # fmt: skip


def grow(folder: Path, choose: random.Random, depth: int) -> None:
    folder.mkdir()
    if choose.random() < 0.6:
        chosen = choose.sample(PATTERNS, choose.randint(1, 6))
        write(folder, ".gitignore", text="\n".join(chosen) + "\n")
    write(folder, *choose.sample(["m0.py", "m1.py", "m2.py", "m3.py", "n.ipynb", "#m.py"], 5))
    if depth:
        for number in range(choose.randint(1, 3)):
            grow(folder / f"d{number}", choose, depth - 1)


@pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
@pytest.mark.parametrize("seed", range(6))
def test_what_is_found_is_what_git_would_list(tmp_path: Path, seed: int) -> None:
    root = tmp_path / "repository"
    grow(root, random.Random(seed), 4)
    git = ["git", "-c", "core.excludesFile=", "-C", str(root)]
    subprocess.run([*git, "init", "-q"], check=True)
    write(root / ".git/info", "exclude", text="m2.py\n")
    listing = [*git, "ls-files", "-z", "--others", "--exclude-standard"]
    listed = subprocess.run(listing, check=True, capture_output=True, text=True).stdout
    expected = [name for name in listed.split("\0") if name.endswith((".py", ".ipynb"))]
    assert found_in(root) == sorted(expected)


def test_links_give_no_file_twice_and_no_loop(tmp_path: Path) -> None:
    root = tmp_path / "root"
    write(root, "a.py", "sub/b.py")
    write(tmp_path, "outside.py", "elsewhere/c.py")
    links = {
        "again.py": "a.py",
        "dangling.py": "nowhere",
        "self.py": "self.py",
        "loop": ".",
        "linked": "../elsewhere",
        "one.py": "../outside.py",
        "two.py": "../outside.py",
        "folder.py": "sub",
    }
    for name, target in links.items():
        (root / name).symlink_to(target)
    assert found_in(root) == ["a.py", "one.py", "sub/b.py"]
    assert found_in(root, "linked") == ["linked/c.py"]
    assert found_in(root, "dangling.py") == ["dangling.py"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs FIFOs")
def test_what_is_no_regular_file_is_passed_by(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo.py")
    write(tmp_path, "folder.py/a.py")
    assert found_in(tmp_path) == ["folder.py/a.py"]


@pytest.mark.skipif(os.name == "nt", reason="no such names")
def test_odd_names_are_shown_in_one_printable_line(tmp_path: Path) -> None:
    write(tmp_path, "new\nline.py", "esc\x1b[31m.py", "ü b.py")
    assert found_in(tmp_path) == ["esc\\x1b[31m.py", "new\\nline.py", "ü b.py"]
    odd = os.fsencode(tmp_path) + b"/byte\xff.py"
    open(odd, "w").close()
    found = discover([tmp_path, Path(os.fsdecode(odd))], cwd=tmp_path)
    assert "byte\\xff.py" in shown(found)
    assert found.notes == (f"{tmp_path}/byte\\xff.py: Left out, for its name is not UTF-8",)
    shown(found)[0].encode()


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root reads all")
def test_a_folder_that_cannot_be_read_is_noted(tmp_path: Path) -> None:
    write(tmp_path, "locked/a.py", "b.py")
    (tmp_path / "locked").chmod(0)
    found = discover([tmp_path], cwd=tmp_path)
    (tmp_path / "locked").chmod(0o700)
    assert shown(found) == ["b.py"]
    assert found.notes == (f"{tmp_path / 'locked'}: Permission denied",)


def test_a_file_outside_the_working_directory_is_shown_relative_to_it(tmp_path: Path) -> None:
    write(tmp_path, "here/x", "there/a.py")
    assert found_in(tmp_path / "here", "../there") == ["../there/a.py"]
    assert display_path("/a/bc/d.py", Path("/a/b")) == "../bc/d.py"


def test_a_gate_opens_for_a_needle_in_any_case() -> None:
    needles = (b"anthropic", b"claude")
    assert gate(b"import Anthropic", needles)
    assert gate(b"X = 'CLAUDE'", needles)
    assert not gate(b"import openai", needles)
    assert not gate(b"", needles)


def test_a_large_file_is_searched_across_chunks(tmp_path: Path) -> None:
    path = tmp_path / "large.py"
    path.write_bytes(b"x" * ((1 << 20) - 3) + b"CLAUDE" + b"x" * 100)
    assert gate_file(path, (b"sk-ant-", b"claude"))
    assert not gate_file(path, (b"claudes", b"x-y"))
    path.write_bytes(b"")
    assert not gate_file(path, (b"claude",))
    with pytest.raises(Inaccessible, match=r"^Cannot be read: No such file"):
        gate_file(tmp_path / "gone.py", (b"claude",))


@pytest.mark.skipif(os.name == "nt", reason="sparse files")
def test_a_file_too_large_to_be_searched_may_contain_anything(tmp_path: Path) -> None:
    with (tmp_path / "sparse.py").open("wb") as stream:
        stream.truncate(1 << 40)
    assert gate_file(tmp_path / "sparse.py", (b"claude",))


@pytest.mark.skipif(os.name == "nt", reason="no pipes")
def test_what_is_no_regular_file_is_not_read_for_what_git_ignores(tmp_path: Path) -> None:
    write(tmp_path, "a.py", "in/b.py")
    os.mkfifo(tmp_path / ".gitignore")
    (tmp_path / "in" / ".gitignore").symlink_to("/dev/zero")
    found = discover([tmp_path], cwd=tmp_path)
    assert shown(found) == ["a.py", "in/b.py"]
    assert found.notes == (
        f"{tmp_path}/.gitignore: Not read, nor is any other: no regular file",
        f"{tmp_path}/in/.gitignore: Not read, nor is any other: no regular file",
    )
