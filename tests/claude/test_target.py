import datetime
from pathlib import Path

import pytest

from claude_lint.claude.catalog import load
from claude_lint.claude.catalog import target as module
from claude_lint.claude.catalog.target import Target, TargetError, target_for

TODAY = datetime.date(2026, 11, 24)


@pytest.fixture(autouse=True)
def _forget() -> None:
    module.forget()


def write(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


def target(
    root: Path,
    files: dict[str, str],
    file: str = "app.py",
    as_of: datetime.date = TODAY,
    sdk: str | None = None,
    text: str = "",
) -> Target:
    write(root, files)
    return target_for(root / file, root, load(), as_of, sdk=sdk, text=text)


@pytest.mark.parametrize(
    ("sdk", "majors", "is_open"),
    [
        ("0", (0,), False),
        ("1", (1,), False),
        ("2", (2,), True),
        (">=0.40,<1", (0,), False),
        (">=0.40", (0, 1, 2), True),
        ("<2", (0, 1), False),
        ("~=1.2", (1,), False),
        ("==1.*", (1,), False),
        ("!=1.*", (0, 2), True),
        ("1.4.0", (1,), False),
        (">0.125.0,<1", (0,), False),
    ],
)
def test_a_target_is_a_major_or_a_range(
    tmp_path: Path, sdk: str, majors: tuple[int, ...], is_open: bool
) -> None:
    found = target(tmp_path, {}, sdk=sdk)
    assert (found.sdk_majors(), found.is_open_ended, found.origin) == (majors, is_open, None)


@pytest.mark.parametrize("sdk", ["3", "new", ">=0.40 <", ">=5", ""])
def test_a_target_that_names_no_release_is_an_error(tmp_path: Path, sdk: str) -> None:
    if not sdk:
        assert target(tmp_path, {}, sdk=sdk).sdk_majors() == (2,)
        return
    with pytest.raises(TargetError) as error:
        target(tmp_path, {}, sdk=sdk)
    assert f"`{sdk}`" in str(error.value)


def test_no_mention_is_the_newest_major(tmp_path: Path) -> None:
    assert target(tmp_path, {}) == Target((2,))


def test_no_bound_is_the_newest_major_and_names_the_file(tmp_path: Path) -> None:
    found = target(tmp_path, {"requirements.txt": "flask\nanthropic\n"})
    assert found == Target((2,), "", tmp_path / "requirements.txt", 2)


def test_a_day_in_the_past_knows_no_later_major(tmp_path: Path) -> None:
    past = datetime.date(2026, 9, 1)
    files = {"open/requirements.txt": "anthropic>=0.40\n"}
    assert target(tmp_path, files, as_of=past).sdk_majors() == (1,)
    assert target(tmp_path, files, "open/app.py", as_of=past).sdk_majors() == (0, 1)


PYPROJECT = '[project]\nname = "app"\ndependencies = [\n  "httpx",\n  "anthropic>=0.40,<1",\n]\n'


@pytest.mark.parametrize(
    ("name", "text", "majors", "line"),
    [
        ("pyproject.toml", PYPROJECT, (0,), 5),
        (
            "pyproject.toml",
            '[project]\n\n[project.optional-dependencies]\nai = ["Anthropic[aws]~=1.0"]\n',
            (1,),
            4,
        ),
        (
            "pyproject.toml",
            '[dependency-groups]\ndev = [{include-group = "x"}, "anthropic>=1,<2"]\n',
            (1,),
            2,
        ),
        ("pyproject.toml", '[tool.poetry.dependencies]\nanthropic = "^0.39.0"\n', (0,), 2),
        (
            "pyproject.toml",
            '[tool.poetry.group.ai.dependencies]\nanthropic = {version = "^1.2", extras = ["x"]}\n',
            (1,),
            2,
        ),
        ("pyproject.toml", '[tool.poetry.dependencies]\nanthropic = "~0.39"\n', (0,), 2),
        ("pyproject.toml", '[tool.poetry.dependencies]\nanthropic = "1.3.0"\n', (1,), 2),
        ("pyproject.toml", '[tool.uv]\ndev-dependencies = ["anthropic<1"]\n', (0,), 2),
        ("requirements.txt", "# ours\nanthropic==0.39.0 \\\n    --hash=sha256:00\n", (0,), 2),
        ("requirements.txt", "anthropic[bedrock] >= 1, < 2 ; python_version > '3.9'\n", (1,), 1),
        ("requirements-dev.txt", "anthropic<1  # old\n", (0,), 1),
        ("requirements/base.txt", "anthropic<1\n", (0,), 1),
        ("setup.cfg", "[options]\ninstall_requires =\n    requests\n    anthropic<1\n", (0,), 4),
        ("setup.cfg", "[options.extras_require]\nai = anthropic>=1,<2\n", (1,), 2),
        ("setup.py", "setup(\n    install_requires=['anthropic>=0.3,<1'],\n)\n", (0,), 2),
        ("PKG-INFO", "Name: app\nRequires-Dist: anthropic (<1,>=0.3); extra == 'ai'\n", (0,), 2),
        ("Pipfile", '[packages]\nanthropic = "==1.4.0"\n', (1,), 2),
        ("Pipfile", '[dev-packages]\nanthropic = {version = "<1"}\n', (0,), 2),
        ("environment.yml", "dependencies:\n  - pip:\n    - anthropic==0.39.0\n", (0,), 3),
        ("environment.yml", "dependencies:\n  - conda-forge::anthropic=1.2\n", (1,), 2),
        ("uv.lock", 'version = 1\n\n[[package]]\nname = "anthropic"\nversion = "1.4.0"\n', (1,), 5),
        ("poetry.lock", '[[package]]\nname = "anthropic"\nversion = "0.39.0"\n', (0,), 3),
        ("pdm.lock", '[[package]]\nname = "anthropic"\nversion = "2.1.0"\n', (2,), 3),
        ("pylock.toml", '[[packages]]\nname = "anthropic"\nversion = "1.4.0"\n', (1,), 3),
        (
            "Pipfile.lock",
            '{"default": {\n  "anthropic": {\n    "version": "==0.39.0"}}}\n',
            (0,),
            2,
        ),
    ],
)
def test_a_projects_files_say_which_sdk_it_uses(
    tmp_path: Path, name: str, text: str, majors: tuple[int, ...], line: int
) -> None:
    found = target(tmp_path, {name: text}, "src/app/client.py")
    assert found.sdk_majors() == majors
    assert (found.origin, found.line) == (tmp_path / name, line)


def test_an_included_requirements_file_counts_where_it_stands(tmp_path: Path) -> None:
    files = {"requirements.txt": "-r pins/base.in\n# anthropic\n", "pins/base.in": "anthropic<1\n"}
    found = target(tmp_path, files)
    assert found.sdk_majors() == (0,)
    assert (found.origin, found.line) == (tmp_path / "pins/base.in", 1)


def test_requirements_that_include_each_other_end(tmp_path: Path) -> None:
    files = {
        "requirements.txt": "-r requirements-b.txt\n",
        "requirements-b.txt": "-r requirements.txt\nanthropic<1",
    }
    assert target(tmp_path, files).sdk_majors() == (0,)


def test_a_lock_file_is_more_exact_than_the_declaration(tmp_path: Path) -> None:
    files = {
        "pyproject.toml": '[project]\nname = "a"\ndependencies = ["anthropic>=0.40"]\n',
        "uv.lock": '[[package]]\nname = "anthropic"\nversion = "1.4.0"\n',
    }
    found = target(tmp_path, files)
    assert (found.sdk_majors(), found.is_open_ended) == ((1,), False)


def test_a_lock_file_with_two_versions_admits_both(tmp_path: Path) -> None:
    package = '[[package]]\nname = "anthropic"\nversion = "{}"\n'
    lock = package.format("0.39.0") + package.format("1.4.0")
    assert target(tmp_path, {"uv.lock": lock}).sdk_majors() == (0, 1)


def test_the_nearest_folder_that_names_the_sdk_decides(tmp_path: Path) -> None:
    files = {
        "requirements.txt": "anthropic>=2\n",
        "old/requirements.txt": "anthropic<1\n",
        "old/deep/requirements.txt": "flask\n",
    }
    assert target(tmp_path, files, "old/deep/app.py").sdk_majors() == (0,)
    assert target(tmp_path, files, "new/app.py").sdk_majors() == (2,)


def test_nothing_above_the_root_counts(tmp_path: Path) -> None:
    write(tmp_path, {"requirements.txt": "anthropic<1\n", "repo/app.py": ""})
    found = target_for(tmp_path / "repo/app.py", tmp_path / "repo", load(), TODAY)
    assert found.sdk_majors() == (2,)


def test_a_workspaces_lock_narrows_its_members(tmp_path: Path) -> None:
    files = {
        "uv.lock": '[[package]]\nname = "anthropic"\nversion = "1.4.0"\n',
        "packages/a/pyproject.toml": '[project]\nname = "a"\ndependencies = ["anthropic>=0.40"]\n',
        "packages/b/pyproject.toml": '[project]\nname = "b"\ndependencies = ["anthropic<1"]\n',
    }
    assert target(tmp_path, files, "packages/a/x.py").sdk_majors() == (1,)
    # The lock does not satisfy this member, so it is not the member's lock.
    assert target(tmp_path, files, "packages/b/x.py").sdk_majors() == (0,)


def test_declarations_of_one_file_add_up(tmp_path: Path) -> None:
    text = (
        '[project]\nname = "a"\ndependencies = ["anthropic>=0.40"]\n'
        '[dependency-groups]\ndev = ["anthropic<1"]\n'
    )
    assert target(tmp_path, {"pyproject.toml": text}).sdk_majors() == (0,)


def test_a_scripts_own_metadata_comes_first(tmp_path: Path) -> None:
    script = '# /// script\n# dependencies = [\n#   "anthropic<1",\n# ]\n# ///\nimport anthropic\n'
    found = target(tmp_path, {"requirements.txt": "anthropic>=2\n"}, text=script)
    assert found.sdk_majors() == (0,)
    assert (found.origin, found.line) == (tmp_path / "app.py", 3)


def test_line_ends_of_windows_are_line_ends(tmp_path: Path) -> None:
    script = '# /// script\r\n# dependencies = ["anthropic<1"]\r\n# ///\r\n'
    assert target(tmp_path, {}, text=script).sdk_majors() == (0,)
    (tmp_path / "uv.lock").write_bytes(
        b'[[package]]\r\nname = "anthropic"\r\nversion = "1.4.0"\r\n'
    )
    assert target(tmp_path, {}, "sub/app.py").sdk_majors() == (1,)


def test_a_scripts_metadata_without_the_sdk_says_nothing(tmp_path: Path) -> None:
    script = '# /// script\n# dependencies = ["requests"]\n# ///\n'
    found = target(tmp_path, {"requirements.txt": "anthropic<1\n"}, text=script)
    assert found.sdk_majors() == (0,)


@pytest.mark.parametrize(
    ("requirement", "majors"),
    [
        ("langchain-anthropic==0.3.0", (0,)),
        ("langchain_anthropic==1.7.2", (0, 1)),
        ("langchain-anthropic", (0, 1, 2)),
        ("pydantic-ai==2.68.0", (1, 2)),
        ("pydantic-ai-slim[anthropic]>=2.40", (1, 2)),
        ("instructor[anthropic]==1.17.0", (0,)),
        ("instructor==1.17.0", (2,)),
        ("strands-agents[anthropic]==1.62.0", (0,)),
        ("strands-agents==1.62.0", (2,)),
        ("mirascope[anthropic]>=2", (0,)),
        ("semantic-kernel[anthropic]==1.45.0", (0,)),
        ("aisuite[anthropic]==0.2.0", (0,)),
        ("browser-use==0.13.14", (0, 1)),
    ],
)
def test_a_wrapper_brings_the_sdk_it_requires(
    tmp_path: Path, requirement: str, majors: tuple[int, ...]
) -> None:
    found = target(tmp_path, {"requirements.txt": f"{requirement}\n"})
    assert found.sdk_majors() == majors
    assert found.wrapper == requirement.replace("_", "-").split("=")[0].split(">")[0].split("[")[0]


def test_the_sdk_itself_counts_more_than_a_wrapper(tmp_path: Path) -> None:
    files = {"requirements.txt": "langchain-anthropic==0.3.0\nanthropic==1.4.0\n"}
    found = target(tmp_path, files)
    assert (found.sdk_majors(), found.wrapper) == ((1,), "")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("pyproject.toml", "anthropic = [[[\n"),
        ("pyproject.toml", 'project = "anthropic"\n'),
        ("pyproject.toml", "[project]\ndependencies = {anthropic = 1}\n"),
        ("pyproject.toml", "[tool]\npoetry = 3 # anthropic\n"),
        ("pyproject.toml", '[tool.poetry.dependencies]\nanthropic = "^x"\n'),
        ("requirements.txt", "anthropic>=oops\n\x00\ufffd\n-r nowhere.txt\n-r .\n"),
        ("setup.cfg", "anthropic\n[options\n"),
        ("setup.cfg", "[options]\ninstall_requires = %(anthropic)s\n"),
        ("Pipfile", "[packages\nanthropic"),
        ("Pipfile.lock", '{"default": ["anthropic"]}'),
        ("Pipfile.lock", '"anthropic'),
        ("uv.lock", '[[package]]\nname = "anthropic"\nversion = "one"\n'),
        ("environment.yml", "- anthropic=x\n"),
    ],
)
def test_a_malformed_file_says_nothing(tmp_path: Path, name: str, text: str) -> None:
    assert target(tmp_path, {name: text}).sdk_majors() == (2,)


def test_bytes_that_are_no_text_say_nothing(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_bytes(b"\xff\xfeanthropic\x80==0.3\n")
    (tmp_path / "setup.py").mkdir()
    assert target(tmp_path, {}).sdk_majors() == (2,)


def test_a_package_with_a_longer_name_is_another(tmp_path: Path) -> None:
    files = {"requirements.txt": "anthropic-tools<1\nmy-anthropic==0.1\n"}
    assert target(tmp_path, files) == Target((2,))


def test_the_api_versions_are_those_the_admitted_sdks_send(tmp_path: Path) -> None:
    found = target(tmp_path, {}, sdk=">=0.40")
    assert found.sdk_api_versions(load()) == ("2023-06-01", "2026-10-21")
