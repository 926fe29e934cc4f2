"""The code that is linted: source archives from PyPI, unpacked and never run."""

from __future__ import annotations

import os
import re
import shutil
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import tomli
from tools.ecosystem import Package, fetch, index_urls
from unearth import PackageFinder

PINS = Path(__file__).with_name("trees.toml")
# By these words claude-lint picks the files that it reads at all.
CLAUDE = re.compile(rb"anthropic|claude|sk-ant-|\.messages\.", re.IGNORECASE)

CALL = """\
from anthropic import Anthropic

client = Anthropic()
answer = client.messages.create(
    model="claude-sonnet-5-5",
    max_tokens=1024,
    messages=[{"role": "user", "content": "Hello"}],
)
print(answer.stop_reason, answer.content)
"""
NO_CALL = "import os\n\nprint(os.getcwd())\n"


@dataclass(frozen=True, slots=True)
class Tree:
    """A folder and the Python files in it; `mention` are those with a word of Claude."""

    folder: Path
    files: tuple[Path, ...]
    mention: tuple[Path, ...]

    @property
    def megabytes(self) -> float:
        return sum(path.stat().st_size for path in self.files) / 1e6


@dataclass(frozen=True, slots=True)
class Trees:
    """`plain` has no word of Claude, `claude` is full of it, `mixed` is both in one project.

    `mention` has those files of `claude` alone that speak of it, for tools that read all they
    are given. `call` and `no_call` are projects of one file.
    """

    plain: Tree
    claude: Tree
    mention: Tree
    mixed: Tree
    call: Path
    no_call: Path


def prepare(folder: Path) -> Trees:
    """Fetch and unpack all trees, unless they are there."""
    plain = _unpacked("plain", folder)
    claude = _unpacked("claude", folder)
    mention = _copied(claude, claude.mention, folder / "mention")
    mixed = folder / "mixed"
    if not mixed.exists():
        shutil.copytree(plain.folder, mixed / "plain", symlinks=True)
        for name in ("aider_chat-0.86.2", "langchain_anthropic-1.7.10"):
            shutil.copytree(claude.folder / name, mixed / name, symlinks=True)
        for settings in mixed.rglob("pyproject.toml"):
            settings.unlink()  # these would make projects of their own
        (mixed / "pyproject.toml").touch()
    call, no_call = folder / "call" / "app.py", folder / "no_call" / "app.py"
    for path, text in ((call, CALL), (no_call, NO_CALL)):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    return Trees(plain, claude, mention, _read(mixed), call, no_call)


def grown(tree: Tree, count: int, folder: Path) -> None:
    """Make a tree of so many files of another's, again and again."""
    for number in range(count):
        copy, place = divmod(number, len(tree.files))
        source = tree.files[place]
        target = folder / str(copy) / source.relative_to(tree.folder)
        target.parent.mkdir(parents=True, exist_ok=True)
        os.link(source, target)


def _unpacked(name: str, folder: Path) -> Tree:
    target = folder / name
    packages = [Package(key, **row) for key, row in tomli.loads(PINS.read_text())[name].items()]
    if not target.exists():
        archives = folder / "archives"
        archives.mkdir(parents=True, exist_ok=True)
        finder = PackageFinder(
            index_urls=index_urls(), no_binary=[":all:"], ignore_compatibility=True
        )
        unfinished = folder / f"{name}.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        for package in packages:
            with tarfile.open(fetch(package, finder, archives)) as archive:
                archive.extractall(unfinished, filter="data")
        if name == "plain":
            for path in _read(unfinished).mention:
                path.unlink()
        unfinished.rename(target)
    return _read(target)


def _copied(tree: Tree, files: tuple[Path, ...], target: Path) -> Tree:
    if not target.exists():
        for path in files:
            copy = target / path.relative_to(tree.folder)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, copy)
    return _read(target)


def _read(folder: Path) -> Tree:
    files = tuple(sorted(_python_files(folder)))
    return Tree(folder, files, tuple(file for file in files if CLAUDE.search(file.read_bytes())))


def _python_files(folder: Path) -> Iterator[Path]:
    for parent, _, names in os.walk(folder):
        for name in names:
            path = Path(parent, name)
            if path.suffix in (".py", ".pyi", ".ipynb") and not path.is_symlink():
                yield path
