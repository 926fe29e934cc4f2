"""Where imports lead inside a project: by text and file names alone, nothing is parsed."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from claude_lint.python.package_folders import package_folders

_IMPORT = re.compile(
    rb"^[ \t]*(?:from[ \t]+([.\w]+)[ \t]+import[ \t]*(\([^)]*\)|[^\r\n#]*)"
    rb"|import[ \t]+([^\r\n#]*))",
    re.MULTILINE,
)
_NAME = re.compile(rb"([\w.]+)(?:[ \t]+as[ \t]+\w+)?")

_SOURCE_FOLDERS = frozenset({"src", "lib", "source", "python"})


@dataclass(frozen=True, slots=True)
class _Folder:
    """What of a folder can be imported: modules by file name, folders by their own."""

    modules: frozenset[str]
    folders: frozenset[str]
    holds_files: bool


@dataclass(frozen=True, slots=True)
class _Way:
    """A file that a dotted name leads to from a folder, and the names left to look up in it."""

    start: str
    file: str
    left: tuple[str, ...]


class ImportFinder:
    """Finds the files below `root` that dotted names lead to.

    Folders are listed once each: most names are asked for in hundreds of files, in vain.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._root = str(root)
        self._folders: dict[str, _Folder] = {}
        self._starts: dict[str, tuple[str, ...]] = {}
        self._packages: dict[str, Mapping[str, tuple[str, ...]]] = {}
        self._useful_starts: dict[tuple[str, str], tuple[str, ...]] = {}
        self._ways: dict[tuple[str, str], _Way | None] = {}

    def candidates(self, here: Path, dotted: str) -> Iterator[tuple[Path, list[str]]]:
        """Yield the files a name imported in `here` may mean, and the names left to look up.

        Leading dots are relative. A file is no candidate for an absolute import in itself.
        """
        for way in self._candidates(str(here), dotted):
            yield Path(way.file), [*way.left]

    def files(self, here: str, dotted: str) -> Iterator[str]:
        """Yield the files that `candidates` yields, as strings."""
        for way in self._candidates(here, dotted):
            yield way.file

    def file(self, folder: Path, name: str) -> Path | None:
        """Return the module, package file or namespace folder of a name in a folder."""
        found = self._file(str(folder), name)
        return Path(found) if found is not None else None

    def _candidates(self, here: str, dotted: str) -> Iterator[_Way]:
        folder = os.path.dirname(here)
        if dotted.startswith("."):
            if (way := self._relative(folder, dotted)) is not None:
                yield way
            return
        for start in self._starts_with(folder, dotted.partition(".")[0]):
            way = self._way(start, dotted)
            if way is not None and not self._means_another(here, way):
                yield way
        yield from self._renamed(here, folder, dotted)

    def _renamed(self, here: str, folder: str, dotted: str) -> Iterator[_Way]:
        """Yield where a name leads whose package the build takes from a folder of another name."""
        for around in self._around(folder):
            for package, places in self._packages_of(around).items():
                if not package or not f"{dotted}.".startswith(f"{package}."):
                    continue
                names = dotted[len(package) + 1 :].split(".")
                for place in places:
                    way = self._descend(place, names) if names[0] else None
                    if way is None and "__init__.py" in self._listed(place).modules:
                        left = tuple(filter(None, names))
                        way = _Way(place, os.path.join(place, "__init__.py"), left)
                    if way is not None and way.file != here:
                        yield way

    def _around(self, folder: str) -> Iterator[str]:
        """Yield a folder and those around it, up to the root."""
        yield folder
        below_root = os.path.join(self._root, "")
        while folder.startswith(below_root) and folder != below_root:
            folder = os.path.dirname(folder)
            yield folder

    def _packages_of(self, folder: str) -> Mapping[str, tuple[str, ...]]:
        known = self._packages.get(folder)
        if known is None:
            known = self._packages[folder] = package_folders(folder)
        return known

    def _relative(self, folder: str, dotted: str) -> _Way | None:
        path = dotted.lstrip(".")
        for _ in range(len(dotted) - len(path) - 1):
            folder = os.path.dirname(folder)
        way = self._way(folder, path) if path else None
        if way is None and "__init__.py" in self._listed(folder).modules:
            names = tuple(name for name in path.split(".") if name)
            way = _Way(folder, os.path.join(folder, "__init__.py"), names)
        return way

    def _way(self, start: str, dotted: str) -> _Way | None:
        key = (start, dotted)
        if key not in self._ways:
            self._ways[key] = self._descend(start, dotted.split("."))
        return self._ways[key]

    def _starts_with(self, folder: str, first: str) -> tuple[str, ...]:
        """Return of the folders that imports may start from those that have such a name."""
        key = (folder, first)
        known = self._useful_starts.get(key)
        if known is None:
            starts = self._starts_of(folder)
            known = tuple(start for start in starts if self._file(start, first) is not None)
            self._useful_starts[key] = known
        return known

    def _means_another(self, here: str, way: _Way) -> bool:
        """Tell whether an absolute import means no file of this project, or not this one."""
        if way.file == here:
            return True
        around = os.path.dirname(way.file)
        if not here.startswith(os.path.join(around, "")):
            return False
        # `import anthropic` in `llama_index/llms/anthropic` means the library.
        return self._is_part_of_a_name(way.start) or (
            not way.left
            and os.path.dirname(around) == way.start
            and "__init__.py" in self._listed(way.start).modules
        )

    def _is_part_of_a_name(self, folder: str) -> bool:
        """Tell whether a folder is a namespace package: it holds nothing but folders."""
        if folder == self._root or os.path.basename(folder) in _SOURCE_FOLDERS:
            return False
        return not self._listed(folder).holds_files

    def _starts_of(self, folder: str) -> tuple[str, ...]:
        """Return the folders that absolute imports of the files in a folder may start from."""
        known = self._starts.get(folder)
        if known is None:
            known = self._starts[folder] = tuple(dict.fromkeys(self._find_starts(folder)))
        return known

    def _find_starts(self, folder: str) -> Iterator[str]:
        around = list(self._around(folder))
        if "__init__.py" in self._listed(folder).modules:
            yield from around[1:]
        else:
            yield from around
        yield self._root
        yield os.path.join(self._root, "src")
        for one in around:
            yield from self._packages_of(one).get("", ())

    def _descend(self, folder: str, names: list[str]) -> _Way | None:
        """Follow a dotted name down from a folder as far as files go."""
        start, best = folder, None
        for number, name in enumerate(names, 1):
            file = self._file(folder, name)
            if file is None:
                break
            below = os.path.join(folder, name)
            if file != below:
                best = _Way(start, file, tuple(names[number:]))
            if file.startswith(f"{below}."):
                break  # a module, which has no others in it
            folder = below
        return best

    def _file(self, folder: str, name: str) -> str | None:
        listed = self._listed(folder)
        if name in listed.folders:
            below = os.path.join(folder, name)
            if "__init__.py" in self._listed(below).modules:
                return os.path.join(below, "__init__.py")
        for ending in (".py", ".pyi"):
            if name + ending in listed.modules:
                return os.path.join(folder, name + ending)
        return os.path.join(folder, name) if name in listed.folders else None

    def _listed(self, folder: str) -> _Folder:
        known = self._folders.get(folder)
        if known is None:
            known = self._folders[folder] = _list(folder)
        return known


def _list(folder: str) -> _Folder:
    modules, folders, holds_files = set(), set(), False
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            # Asked of the path, a link that leads nowhere or around is no error.
            if os.path.isdir(entry.path) if entry.is_symlink() else entry.is_dir():
                folders.add(entry.name)
                continue
            holds_files = True
            if entry.name.endswith((".py", ".pyi")) and os.path.isfile(entry.path):
                modules.add(entry.name)
    return _Folder(frozenset(modules), frozenset(folders), holds_files)


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
