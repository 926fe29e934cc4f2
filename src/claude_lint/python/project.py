"""The project's own modules by dotted name, found and indexed only when something asks.

Site-packages are never read: a name that leads outside the project stays a `Symbol`.
"""

from __future__ import annotations

import contextlib
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

from claude_lint.files.source import SourceFile
from claude_lint.python.module import Module, UnparsableError

_IMPORTS = re.compile(
    rb"^[ \t]*(?:from[ \t]+([.\w]+)[ \t]+import[ \t]+([^\r\n#]*)|import[ \t]+([\w., \t]+))",
    re.MULTILINE,
)
_MOST_USERS = 60
_MOST_STEPS = 1

Reader = Callable[[Path], SourceFile | None]
Lister = Callable[[Path], list[Path]]


class Project:
    """Resolves imports among the Python files below `root`."""

    def __init__(self, root: Path, read: Reader, files: Lister) -> None:
        self.root = root
        self._read, self._list = read, files
        self._modules: dict[Path, Module | None] = {}
        self._found: dict[tuple[Path, str], Path | None] = {}
        self._importers: dict[str, set[Path]] | None = None

    # ------------------------------------------------------------------ modules

    def module(self, source: SourceFile) -> Module:
        """Return the index of a file. Raises UnparsableError where no parser accepts it."""
        known = self._modules.get(source.path)
        if known is None:
            known = Module(source, source.path.stem)
            self._modules[source.path] = known
        known.source = source  # with the name it has for the user
        return known

    def load(self, path: Path) -> Module | None:
        """Return the index of a project file, None where it cannot be read or parsed."""
        if path not in self._modules:
            source = self._read(path)
            self._modules[path] = None
            if source is not None:
                with contextlib.suppress(UnparsableError):
                    self._modules[path] = Module(source, path.stem)
        return self._modules[path]

    def find(self, importer: Module, dotted: str) -> tuple[Module, list[str]] | None:
        """Return the project module a dotted name leads to, and the names left to look up in it."""
        here = importer.source.path
        if dotted.startswith("."):
            level = len(dotted) - len(dotted.lstrip("."))
            folder = here.parent
            for _ in range(level - 1):
                folder = folder.parent
            names = [name for name in dotted[level:].split(".") if name]
            return self._descend(folder, names, here, relative=True)
        names = dotted.split(".")
        for folder in self._roots(here):
            found = self._descend(folder, names, here, relative=False)
            if found is not None:
                return found
        return None

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

    def _descend(
        self, folder: Path, names: list[str], here: Path, *, relative: bool
    ) -> tuple[Module, list[str]] | None:
        at = folder
        best: tuple[Path, int] | None = None
        if relative and (folder / "__init__.py").is_file():
            best = (folder / "__init__.py", 0)
        for number, name in enumerate(names):
            file = self._file(at, name)
            if file is None:
                break
            if file.is_dir():
                at = file
                continue
            best = (file, number + 1)
            if file.name != "__init__.py":
                break
            at = file.parent
        if best is None or (best[0] == here and not relative):
            return None
        module = self.load(best[0])
        left = names[best[1] :]
        if module is None:
            return None
        if left and not relative and not self._binds(module, left[0]):
            return None  # a file that only has a library's name
        return module, left

    def _binds(self, module: Module, name: str) -> bool:
        return (
            bool(module.star_imports)
            or any(name in unit.names for unit in module.units)
            or self.submodule(module, name) is not None
            or "import *" in module.lines
        )

    def _file(self, folder: Path, name: str) -> Path | None:
        key = (folder, name)
        if key not in self._found:
            self._found[key] = None
            for candidate in (
                folder / name / "__init__.py",
                folder / f"{name}.py",
                folder / f"{name}.pyi",
            ):
                if candidate.is_file():
                    self._found[key] = candidate
                    break
            else:
                if (folder / name).is_dir():
                    self._found[key] = folder / name
        return self._found[key]

    def submodule(self, module: Module, name: str) -> Module | None:
        """Return `package.name` where the module is a package's `__init__`."""
        if module.source.path.name != "__init__.py":
            return None
        file = self._file(module.source.path.parent, name)
        return self.load(file) if file is not None and file.is_file() else None

    # ------------------------------------------------------------------ users

    def modules_using(self, module: Module, name: str) -> list[Module]:
        """Return the modules in which `name` of `module` may be used, the module itself first."""
        found = [module]
        wanted = name.encode()
        for path in sorted(self._users(module)):
            if path == module.source.path:
                continue
            try:
                data = path.read_bytes()
            except OSError:
                continue
            if wanted in data:
                user = self.load(path)
                if user is not None:
                    found.append(user)
            if len(found) > _MOST_USERS:
                break
        return found

    def _users(self, module: Module) -> set[Path]:
        """Return the files that import the module, directly or through one other."""
        importers = self._import_index()
        found: set[Path] = set()
        seen: set[str] = set()
        names = [(_import_name(module.source.path), 0)]
        while names and len(found) <= _MOST_USERS * 4:
            name, steps = names.pop(0)
            if name in seen:
                continue
            seen.add(name)
            for user in importers.get(name, ()):
                found.add(user)
                # A package hands on what it imports, a subclass what it inherits.
                if user.name == "__init__.py" or steps < _MOST_STEPS:
                    names.append((_import_name(user), steps + 1))
        return found

    def _import_index(self) -> dict[str, set[Path]]:
        """Map each component of an imported dotted name to the files with that import."""
        if self._importers is None:
            index: dict[str, set[Path]] = defaultdict(set)
            for path in self._list(self.root):
                try:
                    data = path.read_bytes()
                except OSError:
                    continue
                for match in _IMPORTS.finditer(data):
                    text = b" ".join(part for part in match.groups() if part)
                    for word in re.findall(rb"\w+", text):
                        index[word.decode("utf-8", "replace")].add(path)
            self._importers = index
        return self._importers


def _import_name(path: Path) -> str:
    """Return the last component of the dotted name that a file is imported by."""
    return path.parent.name if path.name == "__init__.py" else path.stem
