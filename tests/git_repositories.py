"""Git repositories for tests, which nothing of the machine's configuration reaches."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest


def new_repository(root: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make an empty repository, and an environment in which commits can be made."""
    for name in list(os.environ):
        if name.startswith("GIT_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", os.devnull)
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_NAME", "Ada")
        monkeypatch.setenv(f"GIT_{role}_EMAIL", "ada@example.org")
    root.mkdir(exist_ok=True)
    git(root, "init", "--quiet", "--initial-branch=main")
    return root


def git(folder: Path, *words: str) -> None:
    """Run Git; what it says is not shown."""
    subprocess.run(["git", "-C", str(folder), *words], check=True, capture_output=True)
