"""A source file as the rest of the linter sees it: its text, and where its lines really stand."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, fields, replace
from functools import cached_property
from pathlib import Path, PurePath, PurePosixPath

from claude_lint.files.encoding import (
    Inaccessible,
    TooLarge,
    Unreadable,
    decode,
    line_starts,
    lines,
    read_bytes,
)
from claude_lint.files.magics import run_file
from claude_lint.files.notebook import Cell, code_of
from claude_lint.findings import Location, Span

__all__ = [
    "Cell",
    "Inaccessible",
    "SourceFile",
    "TooLarge",
    "Unreadable",
    "decode_source",
    "lines",
    "read_bytes",
    "read_source",
]


@dataclass(frozen=True)
class SourceFile:
    """Python text of a file, or of all code cells of a notebook joined to one module.

    `path` is absolute, `display` relative to the working directory with `/`. `text` is decoded and
    keeps its line ends; `bom` is what stood before it. `cells` is empty but for notebooks.
    """

    path: Path
    display: str
    text: str
    encoding: str
    bom: bytes
    cells: tuple[Cell, ...] = ()

    @property
    def is_notebook(self) -> bool:
        """Whether lines are lines of cells."""
        return is_notebook(self.path)

    @property
    def is_test(self) -> bool:
        """Whether the file belongs to a test suite, by its name or a folder in `display`."""
        return is_test(PurePosixPath(self.display))

    def modules(self) -> tuple[SourceFile, ...]:
        """Return the modules in the file, its own first: each with its lines only, in their places.

        A notebook's cells are one module, but for those that it writes to files of their own. The
        path of such a file is below that of the notebook, as if that were a folder.
        """
        written = dict.fromkeys(cell.written_to for cell in self.cells if cell.written_to)
        if not written:
            return (self,)
        own = replace(self, text=self._text_of(None))
        return own, *(
            replace(self, path=self.path / name, text=self._text_of(name)) for name in written
        )

    def siblings(self) -> list[Path]:
        """Return the paths of the other modules of the same notebook."""
        notebook = file_of(self.path)
        written = [notebook / cell.written_to for cell in self.cells if cell.written_to]
        return [path for path in dict.fromkeys((notebook, *written)) if path != self.path]

    def neighbour(self, dotted: str) -> tuple[tuple[Path, ...], list[str]]:
        """Return where else a name that a notebook imports may lead, and the names left in there.

        That is to files which it runs or writes.
        """
        if not self.cells:
            return (), []
        first, *left = dotted.split(".")
        if (run := run_file(first)) is not None:
            ran = (run, f"{run}.py", f"{run}.ipynb")
            beside = file_of(self.path).parent
            return (*self._written(run), *self._written(ran[1]), *map(beside.joinpath, ran)), left
        names = dotted.split(".")
        for count in range(len(names), 0, -1):
            if written := self._written("/".join(names[:count]) + ".py"):
                return written, names[count:]
        return (), []

    def locate(self, span: Span) -> Location:
        """Return where a span of `text` stands in the file; in notebooks relative to its cell."""
        cell = self._cell_at(span.line)
        if cell is None:
            return Location(self.display, span)
        above = cell.first_line - 1
        in_cell = Span(span.line - above, span.column, span.end_line - above, span.end_column)
        return Location(self.display, in_cell, cell.number)

    def text_line(self, line: int, cell: int | None = None) -> int:
        """Return the line of `text` on which a line of a located span stands."""
        for candidate in self.cells:
            if candidate.number == cell:
                return candidate.first_line + line - 1
        return line

    def line_text(self, line: int) -> str:
        """Return a line of `text` without its end, "" if there is no such line."""
        if not 1 <= line <= len(self._line_starts):
            return ""
        start = self._line_starts[line - 1]
        end = self._line_starts[line] if line < len(self._line_starts) else len(self.text)
        return self.text[start:end].rstrip("\r\n")

    def offset(self, line: int, column: int) -> int:
        """Return the offset in `text` of a line and column of `text`, both 1-based."""
        return self._line_starts[line - 1] + column - 1

    def position(self, offset: int) -> tuple[int, int]:
        """Return line and column, both 1-based, of an offset in `text`."""
        line = bisect_right(self._line_starts, offset)
        return line, offset - self._line_starts[line - 1] + 1

    @cached_property
    def _line_starts(self) -> tuple[int, ...]:
        return line_starts(self.text)

    def _text_of(self, written_to: str | None) -> str:
        """Return the text with the lines of all cells blank but for those of one module."""
        return "".join(
            self._between(cell) if cell.written_to == written_to else "\n" * cell.line_count
            for cell in self.cells
        )

    def _between(self, cell: Cell) -> str:
        end = cell.first_line + cell.line_count
        return self.text[self.offset(cell.first_line, 1) : self.offset(end, 1)]

    def _written(self, path: str) -> tuple[Path, ...]:
        """Return where the module is that a cell writes to a file of this name, if one does."""
        name = f"/{path.removeprefix('./')}"
        return tuple(
            file_of(self.path) / cell.written_to
            for cell in self.cells
            if cell.written_to is not None and f"/{cell.written_to}".endswith(name)
        )[-1:]

    def _cell_at(self, line: int) -> Cell | None:
        index = bisect_right(self.cells, line, key=lambda cell: cell.first_line)
        return self.cells[max(index - 1, 0)] if self.cells else None

    def __getstate__(self) -> dict[str, object]:
        """Leave out what is cheaper to work out again than to send to another process."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


def is_test(path: PurePath) -> bool:
    """Whether a file belongs to a test suite, by its name or a folder of a relative path."""
    *folders, name = path.parts
    return (
        "tests" in folders
        or name == "conftest.py"
        or (name.startswith("test_") and name.endswith(".py"))
        or name.endswith("_test.py")
    )


def is_notebook(path: Path) -> bool:
    """Whether a file is read as a Jupyter notebook; any other is read as Python."""
    return path.suffix.lower() == ".ipynb"


def file_of(path: Path) -> Path:
    """Return the file that holds a module: for one that a notebook writes, the notebook."""
    return next(filter(is_notebook, path.parents), path)


def read_source(path: Path, display: str, max_size: int) -> SourceFile:
    """Read a Python file or notebook of at most `max_size` bytes; raise `Unreadable` if in vain."""
    return decode_source(path, display, read_bytes(path, max_size))


def decode_source(path: Path, display: str, data: bytes) -> SourceFile:
    """Make a source file of bytes already read; raise `Unreadable` if they are no source."""
    if is_notebook(path):
        text, cells, bom = code_of(data)
        return SourceFile(path, display, text, "utf-8", bom, cells)
    text, encoding, bom = decode(data)
    return SourceFile(path, display, text, encoding, bom)
