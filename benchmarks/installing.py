"""Install the linter and its peers, each in a virtual environment of its own."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent


def ourselves(folder: Path) -> Path:
    """Install the project as users have it, and return the folder of its programs."""
    programs = _environment(folder / "claude-lint")
    again = ["--no-deps", "--force-reinstall"] if (programs / "claude-lint").exists() else []
    # From a copy, for a build leaves things where it runs.
    with tempfile.TemporaryDirectory() as copy:
        for name in ("src", "rules"):
            shutil.copytree(PROJECT / name, Path(copy, name))
        for name in ("pyproject.toml", "README.md", "LICENSE"):
            shutil.copy(PROJECT / name, copy)
        _pip(programs, "install", *again, copy)
    return programs


def peer(name: str, version: str, folder: Path) -> Path:
    """Install a release from the index, unless it is there; return the folder of its programs."""
    target = folder / f"{name}-{version}"
    programs = target / "bin"
    if not (target / "installed").exists():
        programs = _environment(target)
        _pip(programs, "install", "--only-binary=:all:", f"{name}=={version}")
        (target / "installed").touch()
    return programs


def _environment(folder: Path) -> Path:
    if not folder.exists():
        venv.create(folder, with_pip=True)
    return folder / "bin"


def _pip(programs: Path, *arguments: str) -> None:
    command = [str(programs / "python"), "-m", "pip", "--quiet", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"error: {' '.join(command)}\n{done.stderr[-2000:]}")
