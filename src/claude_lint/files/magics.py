"""IPython's additions to Python, turned into comments so that a cell can be parsed as Python."""

from __future__ import annotations

import re

from claude_lint.files.encoding import lines

_PYTHON_CELL_MAGICS = (
    "capture", "debug", "ipytest", "memit", "prun", "python", "python3", "time", "timeit", "wandb",
)  # fmt: skip
# On Databricks these say what language the whole cell is in.
_FOREIGN_CELL = re.compile(r"%(?:fs|md|md-sandbox|r|scala|sh|sql)\b")
_CELL_MAGIC = re.compile(r"%%(\w*)")
_WRITTEN = re.compile(
    r"""((?:[ \t]*(?:\#[^\r\n]*)?(?:\r\n|\r(?!\n)|\n))*)  # as before any magic for a whole cell
    %%(?:write)?file[ \t]+(?:(?:-a|--append)[ \t]+)?
    ["']?([^"'\s][^"'\r\n]*\.py)["']?[ \t]*[\r\n]""",
    re.VERBOSE,
)
_RUN = re.compile(
    r"""[ \t]*%?run[ \t]+(?:-[int][ \t]+)*(?:"([^"$]+)"|'([^'$]+)'|([^\s"'$-][^\s"'$]*))"""
)
_RUN_MODULE = "_run_"

# None of these characters can begin a Python statement.
_ESCAPED = re.compile(r"[ \t]*[%!?,;/]")
# `json.loads?`, `name??`, `*load*?`; no `?` occurs in Python outside strings and comments.
_HELP = re.compile(r"[ \t]*[\w.*\[\]-]+\?\??[ \t]*\r?\n?$")
# `files = !ls`, `x = %time f()`; no expression can begin with `!` or `%`.
_ASSIGNED = re.compile(r"[ \t]*[A-Za-z_][^=#%!()'\"\r\n]*=[ \t]*(?=[!%])")
# Magics people write without their `%`. After a blank, what makes it Python is an operator.
_AUTOMAGIC = re.compile(
    r"[ \t]*(?:autoreload|cat|cd|conda|config|cp|env|history|load_ext|ls|mamba|man|matplotlib"
    r"|mkdir|more|mv|pip3?|pylab|reload_ext|rm|rmdir|run|set_env|time|timeit|uv|who|whos)[ \t]+"
    r"(?![-+*/%@&|^<>]{0,2}=|[:(\[,;#\\]|\.\w|(?:and|if|in|is|not|or)\b)[^ \t\r\n]"
)

_TOKEN = re.compile(r"#[^\r\n]*|\"\"\"|'''|[\"'()\[\]{}]|\\\r?\n?")
_IN_STRING = {
    quote: re.compile(rf"\\(?:\r\n|.)?|{quote}", re.DOTALL) for quote in ('"""', "'''", '"', "'")
}


def without_magics(cell: str) -> str:
    """Return a cell's code with all that only IPython understands turned into comments.

    Every line keeps its number and, where it has two characters to spare, its length. A cell in
    another language (`%%bash`) becomes comments altogether: a key in it is a leak all the same.
    Only the import that `%run` becomes may be longer than it.
    """
    cell_lines = lines(cell)
    if written := _WRITTEN.match(cell):
        magic = len(lines(written[1]))
        cell_lines[magic] = commented(cell_lines[magic])
        return "".join(cell_lines)
    if _is_foreign(cell_lines):
        return "".join(map(commented, cell_lines))
    state = _State()
    magic_goes_on = False
    for index, line in enumerate(cell_lines):
        if magic_goes_on:
            cell_lines[index] = commented(line)
        elif state.at_statement and (at := _magic_column(line)) is not None:
            cell_lines[index] = _replaced(line, at)
        else:
            state.read(line)
            continue
        magic_goes_on = line.rstrip("\r\n").endswith("\\")
    return "".join(cell_lines)


def _is_foreign(cell_lines: list[str]) -> bool:
    for line in cell_lines:
        if magic := _CELL_MAGIC.match(line):
            return magic[1] not in _PYTHON_CELL_MAGICS
        if _FOREIGN_CELL.match(line):
            return True
        if line.strip() and not line.lstrip().startswith("#"):
            return False
    return False


def _magic_column(line: str) -> int | None:
    """Return the 0-based column at which a statement ceases to be Python, None if it does not."""
    if assigned := _ASSIGNED.match(line):
        return assigned.end()
    if _ESCAPED.match(line) or _HELP.match(line) or _AUTOMAGIC.match(line):
        return len(line) - len(line.lstrip(" \t"))
    return None


def written_file(cell: str) -> str | None:
    """Return the path of the Python file that a cell is written to instead of being run.

    It is without what leads to the folder: roots, drives and dots.
    """
    written = _WRITTEN.match(cell)
    if written is None:
        return None
    parts = re.split(r"[/\\]", written[2])
    return "/".join(part for part in parts if part.strip(".") and not part.endswith(":"))


def run_file(module: str) -> str | None:
    """Return the path of the file that `%run` names, by the name it is imported under here."""
    if not module.startswith(_RUN_MODULE):
        return None
    try:
        return bytes.fromhex(module[len(_RUN_MODULE) :]).decode()
    except ValueError:
        return None  # a module of somebody's


def _replaced(line: str, at: int) -> str:
    """Put a comment in place of a magic, after `_` where Python needs an expression or statement.

    `_` is IPython's last result: a name that nothing in the cells binds, so of unknown value.
    """
    if run := _RUN.match(line):
        path = run[1] or run[2] or run[3]
        return f"{line[:at]}from {_RUN_MODULE}{path.encode().hex()} import *{_line_end(line)}"
    if at == 0:
        return commented(line)
    return line[:at] + "_" + commented(line[at + 1 :])


def commented(line: str) -> str:
    """Return a line as a comment of the same length; a blank line stays as it is."""
    if not line.strip() or line.startswith("#"):
        return line
    return "#" + line[1:]


def _line_end(line: str) -> str:
    return line[len(line.rstrip("\r\n")) :]


class _State:
    """What is still open at the end of a line: a string, brackets, a line continuation."""

    def __init__(self) -> None:
        self._quote = ""
        self._depth = 0
        self._continued = False

    @property
    def at_statement(self) -> bool:
        """Whether the next line begins a statement."""
        return not (self._quote or self._depth or self._continued)

    def read(self, line: str) -> None:
        """Take in the next line."""
        self._continued = False
        position = 0
        while match := (_IN_STRING[self._quote] if self._quote else _TOKEN).search(line, position):
            position = match.end()
            token = match.group()
            if token.startswith("\\"):
                self._continued = position == len(line)
            elif self._quote:
                self._quote = ""
            elif token[0] in "\"'":
                self._quote = token
            elif token in "([{":
                self._depth += 1
            elif token in ")]}":
                self._depth = max(0, self._depth - 1)
        if len(self._quote) == 1 and not self._continued:
            self._quote = ""  # an error in the cell; the next line is a new one all the same
