"""No byte that the server writes shows a key, whatever an editor opens, asks or gets wrong."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("pygls", reason="the extra `lsp` is not installed")

from planted import Planted, shown_pieces
from server.editor import PATIENCE, SERVER


class Wire:
    """The server's stdin and stdout."""

    def __init__(self, root: Path, temp: Path) -> None:
        self._output = temp / "said"
        with self._output.open("wb") as output:
            self.process = subprocess.Popen(
                SERVER, cwd=root, stdin=subprocess.PIPE, stdout=output, stderr=subprocess.STDOUT,
                env={**os.environ, "TMPDIR": str(temp)},
            )  # fmt: skip
        self._asked = 0

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


def test_no_byte_for_an_editor_shows_a_key(tmp_path: Path) -> None:
    root, temp = tmp_path / "project", tmp_path / "temp"
    temp.mkdir()
    planted = Planted(root)
    k = planted.key
    wire = Wire(root, temp)
    wire.ask("initialize", {
        "processId": None, "rootUri": root.as_uri(), "capabilities": {}, "trace": "verbose",
        "workspaceFolders": [{"uri": root.as_uri(), "name": k()}], "initializationOptions": {},
    })  # fmt: skip
    wire.tell("initialized", {})
    for path in planted.sources():
        open_document(wire, path.as_uri(), path.read_text(encoding="utf-8"))
    for name in ("source.py", "stub.pyi", "broken.py", "old.py"):
        wire.wait_for(f"{name}", "hardcoded-key")
    for path in planted.sources():
        for method, params in questions(path.as_uri(), path.read_text(encoding="utf-8")):
            wire.ask(method, params)
    for setting in ("target-sdk", "extra-models", "as-of", k()):
        configuration = {"settings": {"claude-lint": {setting: k()}}}
        wire.tell("workspace/didChangeConfiguration", configuration)
    for method in ("workspace/executeCommand", "textDocument/hover", "codeAction/resolve"):
        wire.ask(method, {"arguments": [k()], "textDocument": {"uri": k()}})
        wire.ask(method, [k()])
        wire.tell(method, k())
    wire.tell("textDocument/didChange", {"textDocument": {"uri": k(), "version": k()}})
    wire.tell(k(), {})
    wire.send(f'{{"jsonrpc": "2.0", "method": "{k()}", {k()}')
    wire.send(f"{k()}")
    wire.wait_for("", "Expecting value")
    wire.ask("shutdown", None)
    wire.tell("exit", None)
    wire.process.communicate(timeout=PATIENCE)
    assert "os.environ" in wire.said()
    assert shown_pieces(wire.said(), planted.keys) == []
    for path in temp.rglob("*"):
        if path.is_file():
            assert shown_pieces(path.read_bytes().decode("latin-1"), planted.keys) == [], path


def open_document(wire: Wire, uri: str, text: str) -> None:
    document = {"uri": uri, "languageId": "python", "version": 1, "text": text}
    wire.tell("textDocument/didOpen", {"textDocument": document})


def questions(uri: str, text: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield what an editor asks where the mouse or the cursor is, on every line."""
    document = {"uri": uri}
    for number, line in enumerate(text.splitlines()):
        ends = {"line": number, "character": 0}, {"line": number, "character": len(line)}
        for character in range(0, len(line), 25):
            place = {"line": number, "character": character}
            yield "textDocument/hover", {"textDocument": document, "position": place}
        where = {"start": ends[0], "end": ends[1]}
        context = {"diagnostics": []}
        yield (
            "textDocument/codeAction",
            {"textDocument": document, "range": where, "context": context},
        )
