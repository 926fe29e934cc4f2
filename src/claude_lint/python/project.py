"""The project's own modules by dotted name, found and indexed only when something asks.

Site-packages are never read: a name that leads outside the project stays a `Symbol`.
"""

from __future__ import annotations

import contextlib
import itertools
import re
from collections import defaultdict
from collections.abc import Callable, Container, Iterator
from pathlib import Path

from claude_lint.files.encoding import bytes_beside
from claude_lint.files.source import SourceFile, file_of, is_test
from claude_lint.python.imports import ImportFinder, imported_names
from claude_lint.python.module import Module, UnparsableError

_MOST_USERS = 60
_MOST_STEPS = 1
_MOST_KEPT = 64_000_000

Reader = Callable[[Path], SourceFile | None]
Lister = Callable[[Path], list[Path]]


class Project:
    """Resolves imports among the Python files below `root`.

    `is_library_s` tells which names mean a library even in the project that makes it.
    """

    def __init__(
        self,
        root: Path,
        read: Reader,
        files: Lister,
        is_library_s: Callable[[str], bool] = lambda _dotted: False,
    ) -> None:
        self.root = root
        self._read, self._list, self._is_library_s = read, files, is_library_s
        self._modules: dict[Path, Module | None] = {}
        self.imports = ImportFinder(root)
        self._importers: dict[str, set[Path]] | None = None
        self._users_of: dict[Path, list[Path]] = {}
        self._naming_of: dict[tuple[Path, str], list[Path]] = {}
        self._imports_of: dict[Path, frozenset[Path]] = {}
        self._data: dict[Path, bytes] = {}
        self._room = _MOST_KEPT
        self._looked: dict[Path, set[Path]] = defaultdict(set)
        self._users_noted: set[Path] = set()
        self._lender: Project | None = None
        self._own: Container[Path] = ()

    def share(self, other: Project, *, without: Container[Path]) -> None:
        """Ask another project of the same root, which remembers it, for all but some files."""
        self._lender, self._own = other, without
        self.imports = other.imports

    def parsed(self) -> int:
        """Count the characters of which syntax trees are kept."""
        return sum(module.parsed for module in self._modules.values() if module is not None)

    def forget_modules(self) -> None:
        """Give back what syntax trees take; how files import each other stays known."""
        self._modules.clear()

    def looked_at(self, path: Path) -> set[Path]:
        """Return the files that anything said of a file can depend on, besides itself.

        What is known of a module may have been found out when another asked for it: so that is
        what was looked at for the file, for what was looked at, and so on.
        """
        found: set[Path] = set()
        files = [path]
        while files:
            new = self._looked[files.pop()] - found
            found |= new
            files += new
        return found - {path}

    def _look(self, module: Module, *paths: Path) -> None:
        """Note that what is known of a module depends on files."""
        self._looked[file_of(module.source.path)].update(map(file_of, paths))

    # ------------------------------------------------------------------ modules

    def module(self, source: SourceFile) -> Module:
        """Return the index of a file. Raises UnparsableError where no parser accepts it."""
        if self._lender is not None and file_of(source.path) not in self._own:
            return self._lender.module(source)  # which those that import it know, too
        known = self._modules.get(source.path)
        if known is None:
            known = Module(source, source.path.stem)
            self._modules[source.path] = known
        known.source = source  # with the name it has for the user
        return known

    def load(self, path: Path) -> Module | None:
        """Return the index of a project file, None where it cannot be read or parsed."""
        if self._lender is not None and file_of(path) not in self._own:
            return self._lender.load(path)
        if path not in self._modules:
            source = self._read(path)
            self._modules[path] = None
            if source is not None:
                with contextlib.suppress(UnparsableError):
                    self._modules[path] = Module(source, path.stem)
        return self._modules[path]

    def find(self, importer: Module, dotted: str) -> tuple[Module, list[str]] | None:
        """Return the project module a dotted name leads to, and the names left to look up in it."""
        for path, left in self._candidates(importer.source, dotted):
            self._look(importer, path)
            module = self.load(path)
            if module is None or self._is_known_from_outside(importer, path, dotted):
                continue
            # A file may only have a library's name: an absolute import must find what it wants.
            if not left:
                return self._as_named_by_package(importer, module)
            if dotted.startswith(".") or self._binds(module, left[0]):
                return module, left
        return None

    def _candidates(self, importer: SourceFile, dotted: str) -> Iterator[tuple[Path, list[str]]]:
        """Yield the files a name imported in a file may mean, and the names left to look up."""
        paths, left = importer.neighbour(dotted)
        yield from ((path, left) for path in paths)
        yield from self.imports.candidates(importer.path, dotted)

    def _is_known_from_outside(self, importer: Module, path: Path, dotted: str) -> bool:
        """Tell whether a name is a library's in whose own project the importer shows its use.

        How the library works inside is nothing to those that it is used by.
        """
        package = dotted.partition(".")[0]
        return (
            self._is_library_s(dotted)
            and package in self._folders(path)
            and package not in self._folders(importer.source.path)
        )

    def _folders(self, path: Path) -> tuple[str, ...]:
        return (path.relative_to(self.root) if path.is_relative_to(self.root) else path).parts[:-1]

    def _as_named_by_package(self, importer: Module, module: Module) -> tuple[Module, list[str]]:
        """Return where to look for a module, of whose name its package may make something else.

        After `from .settings import settings` in a package, `package.settings` is what the module
        holds.
        """
        path = module.source.path
        package = path.parent / "__init__.py"
        if path == package or importer.source.path == package:
            return module, []
        if self.imports.file(package.parent.parent, package.parent.name) == package:
            self._look(importer, package)
        if path.stem.encode() in self._bytes(package) and (around := self.load(package)):
            if any(path.stem in unit.names for unit in around.units):
                return around, [path.stem]
        return module, []

    def is_function(self, importer: Module, dotted: str) -> bool | None:
        """Tell whether a name is imported from where a `def` alone binds it; None if elsewhere."""
        found = self.find(importer, dotted)
        if found is None:
            return None
        module, names = found
        binding = [unit for unit in module.units if names[0] in unit.names] if names else []
        return len(names) == 1 and bool(binding) and all(unit.is_function for unit in binding)

    def _binds(self, module: Module, name: str, seen: frozenset[Path] = frozenset()) -> bool:
        if any(name in unit.names for unit in module.units):
            return True
        if self.submodule(module, name) is not None:
            return True
        seen |= {module.source.path}
        module.load_star_imports()
        for base in module.star_imports:
            found = self.find(module, base)
            if found is None or found[1]:
                return True  # a library may have all names
            if found[0].source.path not in seen and self._binds(found[0], name, seen):
                return True
        return False

    def submodule(self, module: Module, name: str) -> Module | None:
        """Return `package.name` where the module is a package's `__init__`."""
        if module.source.path.name != "__init__.py":
            return None
        file = self.imports.file(module.source.path.parent, name)
        if file is None or not file.is_file():
            return None
        self._look(module, file)
        return self.load(file)

    # ------------------------------------------------------------------ users

    def modules_using(self, module: Module, name: str) -> Iterator[Module]:
        """Yield the modules in which `name` of `module` may be used, the module itself first.

        What tests do with other code is none of its uses: they hand it what nobody sends.
        """
        if module.source.path not in self._users_noted:
            self._users_noted.add(module.source.path)
            self._look(module, *self._users(module))
        yield module
        yield from filter(None, map(self.load, module.source.siblings()))
        yield from filter(None, map(self.load, self._naming(module, name)))

    def _naming(self, module: Module, name: str) -> list[Path]:
        """Return those of a module's users in whose text a name stands, up to a number."""
        key = (module.source.path, name)
        if key not in self._naming_of:
            wanted, word = name.encode(), re.compile(rf"(?<!\w){name}(?!\w)".encode())
            naming = (
                path
                for path in self._users(module)
                if wanted in (data := self._bytes(path)) and word.search(data)
            )
            self._naming_of[key] = list(itertools.islice(naming, _MOST_USERS))
        return self._naming_of[key]

    def _is_test(self, path: Path) -> bool:
        inside = path.relative_to(self.root) if path.is_relative_to(self.root) else path
        return is_test(inside)

    def _users(self, module: Module) -> list[Path]:
        """Return the other files that import the module, directly or through one other, sorted."""
        here = module.source.path
        known = self._users_of.get(here)
        if known is None and file_of(here) != here:
            known = self._users_of[here] = []  # its notebook alone has it
        if known is None:
            is_of_tests = self._is_test(here)
            known = self._users_of[here] = sorted(
                path
                for path in self._importing(here)
                if path != here and (is_of_tests or not self._is_test(path))
            )
        return known

    def _importing(self, here: Path) -> set[Path]:
        importers = self._import_index()
        found: set[Path] = set()
        seen: set[Path] = set()
        files = [(here, 0)]
        while files and len(found) <= _MOST_USERS * 4:
            file, steps = files.pop(0)
            if file in seen:
                continue
            seen.add(file)
            for user in importers.get(_import_name(file), ()):
                if file not in self._imported_by(user):
                    continue
                found.add(user)
                # A package hands on what it imports, a subclass what it inherits.
                if user.name == "__init__.py" or steps < _MOST_STEPS:
                    files.append((user, steps + 1))
        return found

    def _imported_by(self, user: Path) -> frozenset[Path]:
        """Return the project files that the imports of a file can lead to."""
        if self._lender is not None:
            return self._lender._imported_by(user)
        known = self._imports_of.get(user)
        if known is None:
            candidates = self.imports.candidates
            known = self._imports_of[user] = frozenset(
                file
                for dotted in imported_names(self._bytes(user))
                for file, _left in candidates(user, dotted)
            )
        return known

    def _bytes(self, path: Path) -> bytes:
        """Return what a file holds, nothing where it cannot be read; kept while memory allows."""
        if self._lender is not None:
            return self._lender._bytes(path)
        data = self._data.get(path)
        if data is None:
            data = bytes_beside(path)
            self._room -= len(data)
            if self._room > 0:
                self._data[path] = data
        return data

    def _import_index(self) -> dict[str, set[Path]]:
        """Map each component of an imported dotted name to the files with that import."""
        if self._lender is not None:
            return self._lender._import_index()
        if self._importers is None:
            index: dict[str, set[Path]] = defaultdict(set)
            for path in self._list(self.root):
                for dotted in imported_names(self._bytes(path)):
                    for word in dotted.split("."):
                        index[word].add(path)
            self._importers = index
        return self._importers


def _import_name(path: Path) -> str:
    """Return the last component of the dotted name that a file is imported by."""
    return path.parent.name if path.name == "__init__.py" else path.stem
