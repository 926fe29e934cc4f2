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


@pytest.mark.parametrize(
    ("file", "text", "dotted"),
    [
        ("pyproject.toml", '[tool.setuptools]\npackage-dir = {"" = "code/py"}', "kit.url"),
        (
            "pyproject.toml",
            '[tool.setuptools.package-dir]\n"own.kit" = "code/py/kit"',
            "own.kit.url",
        ),
        ("pyproject.toml", '[tool.setuptools.packages.find]\nwhere = ["code/py"]', "kit.url"),
        (
            "pyproject.toml",
            '[tool.hatch.build.targets.wheel]\npackages = ["code/py/kit"]',
            "kit.url",
        ),
        ("pyproject.toml", '[tool.hatch.build.targets.wheel]\nsources = ["code/py"]', "kit.url"),
        (
            "pyproject.toml",
            '[tool.hatch.build.targets.wheel.sources]\n"code/py/kit" = "own/kit"',
            "own.kit.url",
        ),
        (
            "pyproject.toml",
            '[tool.poetry]\npackages = [{include = "kit", from = "code/py"}]',
            "kit.url",
        ),
        ("pyproject.toml", '[tool.pdm.build]\npackage-dir = "code/py"', "kit.url"),
        ("setup.cfg", "[options]\npackage_dir =\n    = code/py", "kit.url"),
        ("setup.py", 'setup(package_dir={"": "code/py", **more})', "kit.url"),
    ],
)
def test_packages_lie_where_the_build_says(
    tmp_path: Path, file: str, text: str, dotted: str
) -> None:
    for name in ("app.py", "code/py/kit/__init__.py", "code/py/kit/url.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert found(tmp_path, "app.py", f"{dotted}.URL") == []
    (tmp_path / file).write_text(text, encoding="utf-8")
    assert found(tmp_path, "app.py", f"{dotted}.URL") == [("code/py/kit/url.py", ["URL"])]


def test_a_package_may_be_the_root_itself(project: Path) -> None:
    text = '[tool.setuptools]\npackage-dir = {"own" = ""}'
    (project / "pyproject.toml").write_text(text, encoding="utf-8")
    assert found(project, "app.py", "own.settings.URL") == [("settings.py", ["URL"])]


@pytest.mark.parametrize(
    "text",
    ["[tool", "tool = 3", "[tool.setuptools]\npackage-dir = 3", "[tool.poetry]\npackages = [3]"],
)
def test_a_build_that_is_not_understood_says_nothing(project: Path, text: str) -> None:
    (project / "pyproject.toml").write_text(text, encoding="utf-8")
    (project / "setup.py").write_text("setup(package_dir=", encoding="utf-8")
    (project / "setup.cfg").write_text("[options\npackage_dir", encoding="utf-8")
    assert found(project, "app.py", "settings.URL") == [("settings.py", ["URL"])]
