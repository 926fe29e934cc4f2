"""An editor for tests: a client of the language protocol that talks to the real server."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from lsprotocol import types
from pygls.lsp.client import LanguageClient

SERVER = (sys.executable, "-c", "from claude_lint.cli import main; main()", "server")
# Seconds within which a busy machine does anything.
PATIENCE = 60.0


class Editor:
    """What an editor has on show: problems by URI, and all that the server has said."""

    def __init__(self, folders: list[Path], configuration: dict[str, Any]) -> None:
        self.folders = folders
        self.configuration = configuration
        self.client = LanguageClient("editor", "1")
        self.published: list[types.PublishDiagnosticsParams] = []
        self.messages: list[str] = []
        self.registered: list[str] = []
        self._news = asyncio.Event()
        self._versions: dict[str, int] = {}
        self._listen()

    def _listen(self) -> None:
        @self.client.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
        def published(params: types.PublishDiagnosticsParams) -> None:
            self.published.append(params)
            self._news.set()

        @self.client.feature(types.WINDOW_SHOW_MESSAGE)
        def shown(params: types.ShowMessageParams) -> None:
            self.messages.append(params.message)
            self._news.set()

        @self.client.feature(types.WINDOW_LOG_MESSAGE)
        def logged(params: types.LogMessageParams) -> None:
            self.messages.append(params.message)
            self._news.set()

        @self.client.feature(types.WORKSPACE_CONFIGURATION)
        def asked(params: types.ConfigurationParams) -> list[Any]:
            return [self.configuration.get(item.scope_uri or "") for item in params.items]

        @self.client.feature(types.CLIENT_REGISTER_CAPABILITY)
        def registering(params: types.RegistrationParams) -> None:
            self.registered += [registration.method for registration in params.registrations]

    async def start(
        self,
        encodings: list[types.PositionEncodingKind] | None,
        options: object,
    ) -> types.InitializeResult:
        await self.client.start_io(*SERVER)
        workspace = types.WorkspaceClientCapabilities(
            configuration=bool(self.configuration),
            workspace_edit=types.WorkspaceEditClientCapabilities(document_changes=True),
            did_change_watched_files=types.DidChangeWatchedFilesClientCapabilities(True),
        )
        general = types.GeneralClientCapabilities(position_encodings=encodings)
        answer = await self.client.initialize_async(
            types.InitializeParams(
                capabilities=types.ClientCapabilities(workspace=workspace, general=general),
                workspace_folders=[
                    types.WorkspaceFolder(folder.as_uri(), folder.name) for folder in self.folders
                ],
                initialization_options=options,
            )
        )
        self.client.initialized(types.InitializedParams())
        return answer

    async def stop(self) -> int | None:
        await self.client.shutdown_async(None)
        self.client.exit(None)
        await asyncio.wait_for(self.client._server.wait(), PATIENCE)  # type: ignore[union-attr]
        code = self.client._server.returncode  # type: ignore[union-attr]
        await self.client.stop()
        return code

    # ------------------------------------------------------------------ what a user does

    def open(self, path: Path, text: str | None = None) -> str:
        """Open a file, with what it holds or with a text that was never saved; return its URI."""
        uri = path.as_uri()
        text = path.read_text("utf-8") if text is None else text
        self._versions[uri] = 1
        document = types.TextDocumentItem(uri, "python", 1, text)
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(document))
        return uri

    def type(self, uri: str, text: str, where: types.Range | None = None) -> int:
        """Replace a range, or the whole text; return the new version."""
        self._versions[uri] += 1
        change = (
            types.TextDocumentContentChangeWholeDocument(text)
            if where is None
            else types.TextDocumentContentChangePartial(where, text)
        )
        document = types.VersionedTextDocumentIdentifier(self._versions[uri], uri)
        self.client.text_document_did_change(types.DidChangeTextDocumentParams(document, [change]))
        return self._versions[uri]

    def save(self, uri: str) -> None:
        document = types.TextDocumentIdentifier(uri)
        self.client.text_document_did_save(types.DidSaveTextDocumentParams(document))

    def close(self, uri: str) -> None:
        document = types.TextDocumentIdentifier(uri)
        self.client.text_document_did_close(types.DidCloseTextDocumentParams(document))

    async def hover(self, uri: str, line: int, character: int) -> str:
        position = types.Position(line, character)
        answer = await self.client.text_document_hover_async(
            types.HoverParams(types.TextDocumentIdentifier(uri), position)
        )
        return "" if answer is None else answer.contents.value  # type: ignore[union-attr]

    async def actions(
        self, uri: str, line: int = 0, only: list[str] | None = None
    ) -> dict[str, types.CodeAction]:
        """Ask for actions on a whole line, by their titles."""
        where = types.Range(types.Position(line, 0), types.Position(line, 1000))
        answer = await self.client.text_document_code_action_async(
            types.CodeActionParams(
                types.TextDocumentIdentifier(uri),
                where,
                types.CodeActionContext(diagnostics=[], only=only),
            )
        )
        return {action.title: action for action in answer or []}  # type: ignore[misc]

    # ------------------------------------------------------------------ what a user sees

    async def problems(self, uri: str, version: int | None = None) -> list[types.Diagnostic]:
        """Wait for the problems of a document, or of one of its versions."""

        def told() -> list[types.Diagnostic] | None:
            for one in reversed(self.published):
                if one.uri == uri and version in (None, one.version):
                    return list(one.diagnostics)
            return None

        return await self.until(told)

    async def until(self, told: Callable[[], Any]) -> Any:
        """Wait until something is told, and return it."""

        async def wait() -> Any:
            while (found := told()) is None:
                self._news.clear()
                await self._news.wait()
            return found

        return await asyncio.wait_for(wait(), PATIENCE)


@asynccontextmanager
async def editor(
    *folders: Path,
    configuration: dict[str, Any] | None = None,
    encodings: list[types.PositionEncodingKind] | None = None,
    options: object = None,
) -> AsyncIterator[Editor]:
    """An editor with these workspace folders open, whose server ends well."""
    it = Editor(list(folders), configuration or {})
    await it.start(encodings, options)
    try:
        yield it
    finally:
        code = await it.stop()
    assert code == 0


def applied(text: str, edit: types.WorkspaceEdit | None, uri: str) -> str:
    """Return a text with the edits that are for a URI; for texts of characters up to U+FFFF."""
    assert edit is not None
    lines = text.splitlines(keepends=True)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    edits = [
        one
        for document in edit.document_changes or []
        if isinstance(document, types.TextDocumentEdit) and document.text_document.uri == uri
        for one in document.edits
        if isinstance(one, types.TextEdit)
    ]
    assert edits
    for one in sorted(
        edits, key=lambda e: (e.range.start.line, e.range.start.character), reverse=True
    ):
        start = starts[one.range.start.line] + one.range.start.character
        end = starts[one.range.end.line] + one.range.end.character
        text = text[:start] + one.new_text + text[end:]
    return text
