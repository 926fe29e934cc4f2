"""Lint with each file parsed as a whole, where the linter parses the statements that matter.

`tools/ecosystem.py --whole` runs this to see that the findings are the same.
"""

from __future__ import annotations

from claude_lint.cli import main
from claude_lint.python.module import Module, UnparsableError

_index = Module._index


def _whole(module: Module) -> None:
    if module.source.cells or module.is_hazardous(module.source.text):
        _index(module)
        return
    try:
        module._index_whole(SyntaxError())
    except UnparsableError:  # LibCST refuses some of what Python takes
        _index(module)


Module._index = _whole  # type: ignore[method-assign]

if __name__ == "__main__":
    main()
