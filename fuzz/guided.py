"""Inputs that atheris steers into code not run before: the evaluator's, the notebook reader's.

Runs until it finds something or is stopped, as `python -m fuzz.guided TARGET -max_total_time=60`.
"""

from __future__ import annotations

import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["claude_lint"], enable_loader_override=False):
    from claude_lint.claude.readers import READERS
    from claude_lint.files.changes import Change, Unwritable
    from claude_lint.files.hazards import hazard
    from claude_lint.files.notebook import code_of, source_strings
    from claude_lint.files.rewriting import rewrite
    from claude_lint.files.source import SourceFile, Unreadable, decode_source
    from claude_lint.masking import mask
    from claude_lint.python import evaluate
    from claude_lint.python.module import UnparsableError
    from claude_lint.python.project import Project
    from claude_lint.python.syntax import walk

import libcst as cst

_FOLDER = Path("/fuzzed")
_WORDS = (
    "a", "b", "self", "f", "C", "dict", "x", "{", "}", "[", "]", "(", ")", ":", ",", "=", ".",
    "\n", "\n ", "\n  ", "def ", "class ", "return ", "if ", "else:", "for ", " in ", "while ",
    "**", "*", "lambda ", "'a'", "'%s'", "f'{a}'", "1", "|", "+", "%", " or ", " and ", " not ",
    "import ", "from m import *", "import m", "global ", "del ", "try:", "except:", "with ",
    " as ", "yield ", "await ", "async ", ":=", "==", "@", "update", "append", "copy", "get",
    "items", "super()", "pass", "property", "__init__", "None", "True", "os.environ",
    "setdefault", "extend", "join", "format",
)  # fmt: skip


def evaluator(data: bytes) -> None:
    """Work out every expression of a module that imports itself."""
    if len(data) > 400:
        return
    text = "".join(_WORDS[byte % len(_WORDS)] for byte in data)
    path = _FOLDER / "m.py"
    source = SourceFile(path, "m.py", text, "utf-8", b"")
    if hazard(text) is not None:
        return
    project = Project(_FOLDER, lambda one: source if one == path else None, lambda _: [path])
    try:
        module = project.module(source)
    except UnparsableError:
        return
    worker = evaluate.Evaluator(project, READERS)
    for unit in module.all_units():
        unit.load()
        for node in walk(unit.root) if unit.root is not None else ():
            if isinstance(node, cst.BaseExpression):
                worker.reset()
                worker.value(module, node)


def notebook(data: bytes) -> None:
    """Read bytes as a notebook, and write its code back with something put in."""
    path = _FOLDER / "n.ipynb"
    try:
        code_of(data)
        source = decode_source(path, "n.ipynb", data)
        source_strings(data.decode("utf-8-sig"))
        mask(source.text)
        if source.cells:
            rewrite(source, data, (Change(len(source.text) // 2, len(source.text) // 2, "x"),))
    except (Unreadable, Unwritable):
        return


TARGETS = {"evaluator": evaluator, "notebook": notebook}


if __name__ == "__main__":
    target = TARGETS[sys.argv.pop(1)]
    atheris.Setup(sys.argv, target)
    atheris.Fuzz()
