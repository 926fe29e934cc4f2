"""The server's stdin and stdout, for tests of what no editor's library sends or shows."""

from __future__ import annotations

import json
import os
import subprocess
import time
from pathlib import Path
from typing import Any

from server.editor import PATIENCE, SERVER


class Wire:
    """The server's stdin and stdout; what it says is kept in a file, if nobody else hears it."""

    def __init__(self, root: Path, temp: Path, **options: Any) -> None:
        """Take options of `Popen` that go before the usual ones."""
        self._output = temp / "said"
        with self._output.open("wb") as output:
            self.process = subprocess.Popen(
                SERVER, cwd=root, stdin=subprocess.PIPE, start_new_session=True,
                **{"stdout": output, "stderr": subprocess.STDOUT,
                   "env": {**os.environ, "TMPDIR": str(temp)}, **options},
            )  # fmt: skip
        self._asked = 0

    def begin(self, root: Path) -> None:
        """Shake hands, as an editor that shows a folder."""
        self.ask("initialize", {"processId": None, "rootUri": root.as_uri(), "capabilities": {}})
        self.tell("initialized", {})

    def said(self) -> str:
        return self._output.read_text(encoding="utf-8", errors="replace")

    def wait_for(self, *words: str) -> None:
        """Wait until one message holds some words."""
        deadline = time.monotonic() + PATIENCE
        while not any(all(word in one for word in words) for one in self.said().split("\r\n\r\n")):
            assert time.monotonic() < deadline, (words, self.said()[-2000:])
            time.sleep(0.1)

    def send(self, body: str) -> None:
        data = body.encode()
        assert self.process.stdin is not None
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(data) + data)
        self.process.stdin.flush()

    def tell(self, method: str, params: object) -> None:
        self.send(json.dumps({"jsonrpc": "2.0", "method": method, "params": params}))

    def ask(self, method: str, params: object) -> None:
        self._asked += 1
        whole = {"jsonrpc": "2.0", "id": self._asked, "method": method, "params": params}
        self.send(json.dumps(whole))

    def open(self, uri: str, text: str) -> None:
        document = {"uri": uri, "languageId": "python", "version": 1, "text": text}
        self.tell("textDocument/didOpen", {"textDocument": document})
