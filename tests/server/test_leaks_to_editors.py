"""No byte that the server writes shows a key, whatever an editor opens, asks or gets wrong."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("pygls", reason="the extra `lsp` is not installed")

from planted import Planted, shown_pieces
from server.editor import PATIENCE
from server.wire import Wire


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
        wire.open(path.as_uri(), path.read_text(encoding="utf-8"))
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
