"""The project's routine jobs: `nox --list` names them, `nox -s tests-3.12` runs one."""

import shutil
import tarfile
import tempfile
from pathlib import Path

import nox

PYTHONS = nox.project.python_versions(nox.project.load_toml("pyproject.toml"))

SDKS = [
    version
    for label, versions in nox.project.load_toml("rules/catalog/sdk.toml")["versions"].items()
    if label.isdigit()
    for version in versions
]

nox.options.sessions = ["lint", "types", "generated", "tests"]


@nox.session(python=PYTHONS)
def tests(session: nox.Session) -> None:
    """Run the tests on each supported Python."""
    session.install("--group", "test", "-e", ".")
    session.run("pytest", *session.posargs)


@nox.session
def lint(session: nox.Session) -> None:
    """Check style with Ruff, and the project's own requests with itself."""
    session.install("--group", "lint", "-e", ".")
    session.run("ruff", "format", "--check")
    session.run("ruff", "check")
    session.run("claude-lint", "src", "tests", "tools", "noxfile.py")


@nox.session
def types(session: nox.Session) -> None:
    """Check types with mypy."""
    session.install("--group", "types", "-e", ".")
    session.run("mypy")


@nox.session
def generated(session: nox.Session) -> None:
    """Check that README's generated parts are up to date."""
    session.install("-e", ".")
    session.run("python", "tools/generate.py", "--check")


@nox.session
def docs(session: nox.Session) -> None:
    """Build the documentation into build/site; a link that leads nowhere fails."""
    session.install("--group", "docs", "-e", ".")
    session.run("mkdocs", *(session.posargs or ["build", "--strict"]))


@nox.session
def coverage(session: nox.Session) -> None:
    """Measure which branches the tests reach."""
    session.install("--group", "test", "-e", ".")
    session.run("coverage", "run", "-m", "pytest", *session.posargs)
    session.run("coverage", "report", "--show-missing", "--skip-covered")


@nox.session
def fuzz(session: nox.Session) -> None:
    """Give the linter what nobody wrote, for some minutes; name a folder to change its files."""
    session.install("--group", "fuzz", "-e", ".")
    finds = ["--minutes", "1", "--finds", str(Path(session.create_tmp(), "finds"))]
    session.run("python", "-m", "fuzz", "requests", *finds)
    session.run("python", "-m", "fuzz", "sources", *finds)
    session.run("python", "-m", "fuzz", "mutations", *finds, *session.posargs)


@nox.session(python="3.11")  # the newest that atheris has wheels for is not the newest there is
def fuzz_guided(session: nox.Session) -> None:
    """Let atheris look for what breaks the evaluator and the reader of notebooks."""
    session.install("atheris", "-e", ".")
    for target in ("evaluator", "notebook"):
        session.run("python", "-m", "fuzz.guided", target, "-max_total_time=60")


@nox.session
@nox.parametrize("sdk", SDKS)
def claims(session: nox.Session, sdk: str) -> None:
    """Try what the rule documents say of the SDK on its releases."""
    session.install("--group", "test", "-e", ".", f"anthropic=={sdk}", "httpx", "httpx2")
    python = str(Path(session.bin, "python"))
    session.run("pytest", "tests/sdk", *session.posargs, env={"CLAUDE_LINT_SDK": python})


@nox.session
def retries(session: nox.Session) -> None:
    """Try uses of retries on the libraries, with a server on loopback."""
    session.install("--group", "test", "--group", "retries", "-e", ".")
    python = str(Path(session.bin, "python"))
    session.run("pytest", "tests/retries", *session.posargs, env={"CLAUDE_LINT_RETRIES": python})


@nox.session
def drift(session: nox.Session) -> None:
    """Compare the catalogue with the newest release of the SDK."""
    session.install("--upgrade", "-e", ".", "anthropic", "httpx", "httpx2")
    session.run("python", "tools/check_drift.py")


@nox.session
def ecosystem(session: nox.Session) -> None:
    """Lint pinned real packages and compare with the findings that were judged."""
    session.install("--group", "ecosystem", "-e", ".")
    archives = Path(session.cache_dir, "archives")
    session.run("python", "tools/ecosystem.py", f"--archives={archives}", *session.posargs)


@nox.session
def benchmarks(session: nox.Session) -> None:
    """Measure the speed beside other tools, for README; name parts to measure only those."""
    session.install("--group", "ecosystem", "tomli")
    session.run("python", "-m", "benchmarks", *session.posargs)


@nox.session
def wheel(session: nox.Session) -> None:
    """Build the sdist and, from it, the wheel; test the wheel without the source."""
    session.install("build")
    with tempfile.TemporaryDirectory() as scratch:
        session.run("python", "-m", "build", "--outdir", scratch, silent=True)
        (sdist,) = Path(scratch).glob("*.tar.gz")
        (built,) = Path(scratch).glob("*.whl")
        with tarfile.open(sdist) as archive:
            archive.extractall(scratch)
        project = Path(scratch, sdist.name.removesuffix(".tar.gz"))
        shutil.rmtree(project / "src")
        shutil.rmtree(project / "rules")
        session.install("--group", f"{project / 'pyproject.toml'}:test", str(built))
        with session.chdir(project):
            session.run("pytest", *session.posargs)
