"""Rules of a package that is built, installed and run as anybody's would be."""

from __future__ import annotations

import asyncio
import importlib
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from claude_lint import documents
from claude_lint.claude.extractors import EXTRACTORS
from rule_examples import without_markers

EXAMPLE = Path(__file__).parent / "plugin_example"
PACKAGE = "acme_claude_rules"
DOCUMENTS = {
    path.name: documents.parse(path.name, path.read_text("utf-8"))
    for path in sorted((EXAMPLE / "src" / PACKAGE).glob("*.md"))
}
CODE = """\
import anthropic

client = anthropic.Anthropic()
client.messages.create(model="claude-opus-4-7", max_tokens=9, messages=[{"role": "user", "content": "Hi"}])
"""
# As the installed command does, without the working directory among what can be imported.
START = "import sys; sys.path.remove(''); from claude_lint.cli import main; main()"

Done = subprocess.CompletedProcess[str]
Change = Callable[[Path], object]


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the example package."""
    folder = tmp_path_factory.mktemp("plugin")
    source = folder / "source"
    shutil.copytree(EXAMPLE, source, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    build = "import sys; from setuptools import build_meta; build_meta.build_wheel(sys.argv[1])"
    subprocess.run(
        [sys.executable, "-c", build, folder], cwd=source, check=True, capture_output=True
    )
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture
def site(wheel: Path, tmp_path: Path) -> Path:
    """Install it: a wheel of pure Python is installed where it is unpacked."""
    site = tmp_path / "site"
    zipfile.ZipFile(wheel).extractall(site)
    return site


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Make a project with two things that Acme does not want."""
    project = tmp_path / "project"
    project.mkdir()
    (project / "app.py").write_text(CODE)
    (project / "claude-lint.toml").write_text("")
    return project


def run(site: Path, project: Path, *words: str) -> Done:
    environment = {**os.environ, "PYTHONPATH": str(site), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        [sys.executable, "-c", START, *words],
        cwd=project, env=environment, capture_output=True, text=True,
    )  # fmt: skip


def concise(done: Done) -> list[str]:
    return [line for line in done.stdout.splitlines() if line.startswith("app.py")]


TEAM = "app.py:4:1: warning ACME101 This request carries no `metadata`: no team pays for it"
MODEL = "app.py:4:30: error ACME102 Model `claude-opus-4-7` is not approved at Acme"
AS_OF = ("--as-of", "2026-11-24", "--output-format", "concise")


def test_the_rules_of_an_installed_package_run_beside_our_own(site: Path, project: Path) -> None:
    done = run(site, project, *AS_OF)
    assert done.stderr == ""
    assert concise(done) == [TEAM, MODEL]
    assert done.returncode == 1


def test_without_the_package_nothing_is_known_of_its_rules(project: Path) -> None:
    done = run(project, project, *AS_OF)
    assert (done.returncode, concise(done)) == (0, [])


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["--select", "ACME"], [TEAM, MODEL]),
        (["--select", "ACME10"], [TEAM, MODEL]),
        (["--select", "ACME102"], [MODEL]),
        (["--select", "missing-team"], [TEAM]),
        (["--select", "CL2"], []),
        (["--ignore", "unapproved-model"], [TEAM]),
        (["--isolated"], [TEAM, MODEL]),
    ],
)
def test_they_are_selected_as_all_rules_are(
    site: Path, project: Path, words: list[str], found: list[str]
) -> None:
    assert concise(run(site, project, *AS_OF, *words)) == found


def test_settings_and_comments_name_them(site: Path, project: Path) -> None:
    (project / "claude-lint.toml").write_text('[severity]\nACME102 = "info"\n')
    line = CODE.rstrip() + "  # claude-lint: ignore[missing-team] a prototype\n"
    (project / "app.py").write_text(line)
    done = run(site, project, *AS_OF)
    assert concise(done) == [MODEL.replace("error", "info")]
    assert done.returncode == 0


def test_their_fixes_are_made(site: Path, project: Path) -> None:
    run(site, project, *AS_OF, "--fix", "--unsafe-fixes")
    assert (project / "app.py").read_text() == CODE.replace("claude-opus-4-7", "claude-sonnet-5")


def test_they_are_listed_and_explained(site: Path, project: Path) -> None:
    listed = json.loads(run(site, project, "rules", "--format", "json").stdout)
    assert [rule["code"] for rule in listed[-2:]] == ["ACME101", "ACME102"]
    assert listed[-1]["url"] == "https://wiki.acme.example/claude/ACME102-unapproved-model.md"
    explained = run(site, project, "explain", "acme101").stdout
    assert explained.startswith("# ACME101 missing-team\n\nSeverity: warning · Fix: none")
    assert "From: acme-claude-rules 1.2.0" in explained
    assert "What Claude costs is divided among the teams" in explained


def test_reports_describe_them(site: Path, project: Path) -> None:
    log = json.loads(run(site, project, "--output-format", "sarif").stdout)["runs"][0]
    described = {rule["id"]: rule for rule in log["tool"]["driver"]["rules"]}
    assert described["ACME101"]["properties"]["tags"] == ["own"]
    assert described["ACME101"]["helpUri"].startswith("https://wiki.acme.example/claude/")
    assert {"ACME101", "ACME102"} <= {result["ruleId"] for result in log["results"]}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_examples_of_its_documents_are_reported_as_marked(
    site: Path, project: Path, name: str
) -> None:
    document = DOCUMENTS[name]
    assert {example.kind for example in document.examples} == {"bad", "good"}
    for example in document.examples:
        (text,) = example.files.values()
        (project / "app.py").write_text(without_markers(text))
        marked = [
            number for number, line in enumerate(text.split("\n"), 1) if document.name in line
        ]
        found = [
            int(line.split(":")[1])
            for line in concise(run(site, project, *AS_OF, "--select", document.code))
        ]
        assert found == marked


def test_an_editor_shows_them(site: Path, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pygls", reason="the extra `lsp` is not installed")
    from server.editor import editor

    monkeypatch.setenv("PYTHONPATH", str(site))

    async def scenario() -> None:
        async with editor(project) as it:
            team, model = await it.problems(it.open(project / "app.py"))
        assert (team.code, team.range.start.line, team.range.start.character) == (
            "missing-team", 3, 0
        )  # fmt: skip
        assert model.code_description is not None
        assert model.code_description.href.endswith("/claude/ACME102-unapproved-model.md")

        (site / PACKAGE / "__init__.py").write_text("import nowhere\n")
        async with editor(project) as it:
            assert await it.problems(it.open(project / "app.py")) == []
            said = await it.until(lambda: [one for one in it.messages if "acme" in one])
        assert "the rules of acme-claude-rules 1.2.0 cannot be loaded" in str(said[0])

    asyncio.run(scenario())


def test_what_the_documentation_says_of_facts_is_so() -> None:
    page = EXAMPLE.parents[1] / "docs" / "own-rules.md"
    rows = re.findall(r"^\| (`\w+`(?:, `\w+`)*) \| `\.([\w.]+)` \|", page.read_text("utf-8"), re.M)
    facts = [(name, module) for names, module in rows for name in re.findall(r"\w+", names)]
    assert len(facts) >= 7
    for name, module in facts:
        assert getattr(importlib.import_module(f"claude_lint.claude.{module}"), name) in EXTRACTORS


def test_another_version_is_asked_anew(site: Path, project: Path) -> None:
    os.utime(project / "app.py", (1_700_000_000, 1_700_000_000))
    assert concise(run(site, project, *AS_OF)) == [TEAM, MODEL]
    (metadata,) = site.glob("*.dist-info/METADATA")
    metadata.write_text(metadata.read_text().replace("Version: 1.2.0", "Version: 1.3.0"))
    package = site / PACKAGE / "__init__.py"
    status = package.stat()
    package.write_text(package.read_text().replace("no team pays", "no-one pays:"))
    os.utime(package, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert concise(run(site, project, *AS_OF)) == [
        TEAM.replace("no team pays", "no-one pays:"),
        MODEL,
    ]


# ---------------------------------------------------------------------- plugins that are wrong


def rename(old: str, new: str) -> Change:
    """Give a document another name, and within it another rule's."""

    def change(site: Path) -> None:
        folder = site / PACKAGE
        path = folder / f"{old}.md"
        text = path.read_text()
        for before, after in zip(old.split("-", 1), new.split("-", 1), strict=True):
            text = text.replace(before, after)
        path.unlink()
        (folder / f"{new}.md").write_text(text)

    return change


def write(name: str, text: str) -> Change:
    return lambda site: (site / PACKAGE / name).write_text(text)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (
            rename("ACME101-missing-team", "CL299-missing-team"),
            "CL299-missing-team.md: codes that begin with CL or ALL are not for plugins",
        ),
        (
            rename("ACME101-missing-team", "ACME102-missing-team"),
            "ACME102 stands for both ACME102 missing-team of acme-claude-rules 1.2.0 "
            "and ACME102 unapproved-model of acme-claude-rules 1.2.0",
        ),
        (
            rename("ACME101-missing-team", "ACME101-missing-retry"),
            "missing-retry stands for both CL401 missing-retry "
            "and ACME101 missing-retry of acme-claude-rules 1.2.0",
        ),
        (
            write("NOTES.md", "Notes.\n"),
            "NOTES.md: a document is named after its rule, as in CL201-missing-max-tokens.md",
        ),
        (
            lambda site: [path.unlink() for path in (site / PACKAGE).glob("*.md")],
            "`acme_claude_rules` holds no documents",
        ),
        (
            lambda site: shutil.rmtree(site / PACKAGE),
            "`acme_claude_rules` is not found",
        ),
    ],
)
def test_documents_that_cannot_stand_beside_the_others_end_the_run(
    site: Path, project: Path, change: Change, problem: str
) -> None:
    change(site)
    done = run(site, project, *AS_OF)
    assert done.stderr == (
        f"error: the rules of acme-claude-rules 1.2.0 cannot be used: {problem}\n"
    )
    assert (done.returncode, done.stdout) == (2, "")


def test_two_packages_cannot_have_one_code(site: Path, project: Path) -> None:
    (metadata,) = site.glob("*.dist-info")
    other = site / "betta_claude_rules-0.1.dist-info"
    shutil.copytree(metadata, other)
    shutil.copytree(site / PACKAGE, site / "betta_claude_rules")
    for name in ("METADATA", "entry_points.txt"):
        text = (other / name).read_text()
        for old, new in ((PACKAGE, "betta_claude_rules"), ("acme-claude-rules", "betta-rules")):
            text = text.replace(old, new)
        (other / name).write_text(text.replace("Version: 1.2.0", "Version: 0.1"))
    done = run(site, project, "rules")
    assert done.stderr == (
        "error: the rules of betta-rules 0.1 cannot be used: ACME101 stands for both "
        "ACME101 missing-team of acme-claude-rules 1.2.0 and ACME101 missing-team of betta-rules 0.1\n"
    )
    assert done.returncode == 2


FUNCTIONS = (EXAMPLE / "src" / PACKAGE / "__init__.py").read_text("utf-8")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("import nowhere\n", "ModuleNotFoundError: No module named 'nowhere'"),
        ("raise SystemExit(0)\n", "SystemExit: 0"),
        (FUNCTIONS + "1 / 0\n", "ZeroDivisionError: division by zero"),
        (
            FUNCTIONS.replace('@rule("missing-team")', '@rule("missing-retry")'),
            "`missing-retry` has a function and no document",
        ),
        (
            FUNCTIONS.replace('@rule("missing-team")\n', ""),
            "`missing-team` has a document and no function",
        ),
        (
            FUNCTIONS.replace("site: CallSite", "site: int"),
            "a function of `missing-team` takes int, which is no fact",
        ),
    ],
)
def test_functions_that_cannot_be_loaded_cost_only_that_packages_rules(
    site: Path, project: Path, text: str, problem: str
) -> None:
    (site / PACKAGE / "__init__.py").write_text(text)
    (project / "app.py").write_text(CODE.replace("claude-opus-4-7", "claude-2.1"))
    done = run(site, project, *AS_OF)
    assert done.stderr == (
        f"error: the rules of acme-claude-rules 1.2.0 cannot be loaded: {problem}\n"
    )
    (found,) = concise(done)
    assert found.startswith("app.py:4:30: error CL303 Model `claude-2.1` was retired")
    assert done.returncode == 2
    # Nothing is kept of such a run.
    assert run(site, project, *AS_OF).stderr == done.stderr


def test_a_function_that_raises_costs_only_what_it_would_have_said(
    site: Path, project: Path
) -> None:
    broken = FUNCTIONS.replace("    if site.is_generating", "    1 / 0\n    if site.is_generating")
    (site / PACKAGE / "__init__.py").write_text(broken)
    (project / "other.py").write_text(CODE)
    done = run(site, project, *AS_OF, "--jobs", "1")
    assert done.stderr == (
        "error: app.py: ACME101 (missing-team) of acme-claude-rules 1.2.0 failed: "
        "ZeroDivisionError: division by zero\n"
    )
    assert concise(done) == [MODEL]
    assert done.returncode == 2
    assert "in missing_team\n    1 / 0\n" in run(site, project, *AS_OF, "-v").stderr


def test_what_a_run_has_no_need_of_is_not_imported(site: Path, project: Path) -> None:
    (site / PACKAGE / "__init__.py").write_text("raise SystemExit('imported')\n")
    (project / "app.py").write_text("print('Hello')\n")
    done = run(site, project, *AS_OF)
    assert (done.returncode, done.stderr) == (0, "")
    assert run(site, project, "explain", "ACME101").returncode == 0


def test_a_checked_project_cannot_bring_rules(site: Path, tmp_path: Path) -> None:
    """What lies in the working directory is checked, not run."""
    shutil.copy(EXAMPLE / "pyproject.toml", site / "pyproject.toml")
    (site / "app.py").write_text(CODE)
    done = subprocess.run(
        [sys.executable, "-m", "claude_lint", *AS_OF, "app.py"],
        cwd=site, capture_output=True, text=True,
    )  # fmt: skip
    assert (done.returncode, done.stdout.count("ACME")) == (0, 0)
