"""Where imports lead inside a project: by text and file names alone, nothing is parsed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

_IMPORT = re.compile(
    rb"^[ \t]*(?:from[ \t]+([.\w]+)[ \t]+import[ \t]*(\([^)]*\)|[^\r\n#]*)"
    rb"|import[ \t]+([^\r\n#]*))",
    re.MULTILINE,
)
_NAME = re.compile(rb"([\w.]+)(?:[ \t]+as[ \t]+\w+)?")

_SOURCE_FOLDERS = frozenset({"src", "lib", "source", "python"})


class ImportFinder:
    """Finds the files below `root` that dotted names lead to."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._found: dict[tuple[Path, str], Path | None] = {}

    def candidates(self, here: Path, dotted: str) -> Iterator[tuple[Path, list[str]]]:
        """Yield the files a name imported in `here` may mean, and the names left to look up.

        Leading dots are relative. A file is no candidate for an absolute import in itself.
        """
        if dotted.startswith("."):
            level = len(dotted) - len(dotted.lstrip("."))
            folder = here.parent
            for _ in range(level - 1):
                folder = folder.parent
            names = [name for name in dotted[level:].split(".") if name]
            package = folder / "__init__.py"
            found = self._descend(folder, names)
            if found is None and package.is_file():
                found = (package, names)
            if found is not None:
                yield found
            return
        for folder in self._roots(here):
            found = self._descend(folder, dotted.split("."))
            if found is None or found[0] == here:
                continue
            if found[0].parent in here.parents and (
                self._is_part_of_a_name(folder) or self._is_inside(folder, found)
            ):
                continue  # `import anthropic` in `llama_index/llms/anthropic` means the library
            yield found

    def _is_part_of_a_name(self, folder: Path) -> bool:
        """Tell whether a folder is a namespace package: it holds nothing but folders."""
        if folder == self.root or folder.name in _SOURCE_FOLDERS:
            return False
        return all(one.is_dir() for one in folder.iterdir())

    def _is_inside(self, folder: Path, found: tuple[Path, list[str]]) -> bool:
        """Tell whether a name alone leads to a package that is part of the package `folder`."""
        file, left = found
        return not left and file.parent.parent == folder and (folder / "__init__.py").is_file()

    def _roots(self, here: Path) -> Iterator[Path]:
        """Yield the folders that absolute imports of a file may start from."""
        folder = here.parent
        seen = set()
        if not (folder / "__init__.py").exists():
            seen.add(folder)
            yield folder
        while folder != self.root and self.root in folder.parents:
            folder = folder.parent
            if folder not in seen:
                seen.add(folder)
                yield folder
        for folder in (self.root, self.root / "src"):
            if folder not in seen:
                yield folder

    def _descend(self, folder: Path, names: list[str]) -> tuple[Path, list[str]] | None:
        """Follow a dotted name down from a folder as far as files go."""
        best: tuple[Path, int] | None = None
        for number, name in enumerate(names, 1):
            file = self.file(folder, name)
            if file is None:
                break
            if file.is_dir():
                folder = file
                continue
            best = (file, number)
            if file.name != "__init__.py":
                break
            folder = file.parent
        return (best[0], names[best[1] :]) if best is not None else None

    def file(self, folder: Path, name: str) -> Path | None:
        """Return the module, package file or namespace folder of a name in a folder."""
        key = (folder, name)
        if key not in self._found:
            self._found[key] = None
            for ending in (f"{name}/__init__.py", f"{name}.py", f"{name}.pyi"):
                if (folder / ending).is_file():
                    self._found[key] = folder / ending
                    break
            else:
                if (folder / name).is_dir():
                    self._found[key] = folder / name
        return self._found[key]


def imported_names(data: bytes) -> Iterator[str]:
    """Yield the dotted names a file imports; `from a import b` is `a.b`, dots are relative."""
    for match in _IMPORT.finditer(data):
        base, listed, plain = match.groups()
        if plain is not None:
            for name in _NAME.findall(plain):
                yield name.decode("ascii", "replace")
            continue
        start = base.decode("ascii", "replace")
        for name in _NAME.findall(listed):
            word = name.decode("ascii", "replace")
            yield start + word if start.endswith(".") else f"{start}.{word}"
        if b"*" in listed:
            yield start
