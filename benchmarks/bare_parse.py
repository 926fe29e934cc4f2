"""Parse the files that a list names with LibCST, and do nothing with them: the yardstick."""

import contextlib
import sys
from pathlib import Path

import libcst

for name in Path(sys.argv[1]).read_text("utf-8").splitlines():
    # It may be a notebook, or Python 2.
    with contextlib.suppress(libcst.ParserSyntaxError, UnicodeDecodeError):
        libcst.parse_module(Path(name).read_bytes())
