from __future__ import annotations

from pathlib import Path

import pytest

from claude_lint.python.imports import ImportFinder


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name in (
        "app.py",
        "settings.py",
        "typed.pyi",
        "pkg/__init__.py",
        "pkg/one.py",
        "pkg/deep/two.py",
        "names/anthropic/__init__.py",
        "names/anthropic/base.py",
        "src/lib/__init__.py",
        "src/lib/part.py",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return tmp_path


def found(project: Path, here: str, dotted: str) -> list[tuple[str, list[str]]]:
    candidates = ImportFinder(project).candidates(project / here, dotted)
    return [(file.relative_to(project).as_posix(), left) for file, left in candidates]


@pytest.mark.parametrize(
    ("here", "dotted", "expected"),
    [
        ("app.py", "settings", [("settings.py", [])]),
        ("app.py", "settings.URL", [("settings.py", ["URL"])]),
        ("app.py", "typed.URL", [("typed.pyi", ["URL"])]),
        ("app.py", "pkg.one.URL", [("pkg/one.py", ["URL"])]),
        ("app.py", "pkg.URL", [("pkg/__init__.py", ["URL"])]),
        ("app.py", "pkg.deep.two", [("pkg/deep/two.py", [])]),
        ("app.py", "lib.part.URL", [("src/lib/part.py", ["URL"])]),
        ("app.py", "os.path", []),
        ("app.py", "app.URL", []),
        ("pkg/one.py", ".URL", [("pkg/__init__.py", ["URL"])]),
        ("pkg/one.py", ".deep.two", [("pkg/deep/two.py", [])]),
        ("pkg/deep/two.py", "..one.URL", [("pkg/one.py", ["URL"])]),
        ("pkg/deep/two.py", "settings.URL", [("settings.py", ["URL"])]),
        ("names/anthropic/base.py", "anthropic.URL", []),
    ],
)
def test_a_name_leads_to_the_file_that_python_would_import(
    project: Path, here: str, dotted: str, expected: list[tuple[str, list[str]]]
) -> None:
    assert found(project, here, dotted) == expected


def test_a_package_comes_before_a_module_of_its_name(project: Path) -> None:
    (project / "pkg.py").touch()

    assert found(project, "app.py", "pkg") == [("pkg/__init__.py", [])]


def test_links_that_lead_nowhere_or_around_are_no_modules(project: Path) -> None:
    (project / "gone.py").symlink_to("nowhere.py")
    (project / "around").symlink_to("around")
    (project / "linked.py").symlink_to("settings.py")

    assert found(project, "app.py", "gone") == []
    assert found(project, "app.py", "around.x") == []
    assert found(project, "app.py", "linked.URL") == [("linked.py", ["URL"])]
