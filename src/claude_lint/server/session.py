"""A session with an editor: what is open, what was found in it, and what is still to be judged."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path

from lsprotocol import types
from pygls.exceptions import JsonRpcException, PyglsError
from pygls.lsp.server import LanguageServer
from pygls.uris import from_fs_path, to_fs_path
from pygls.workspace import PositionCodec

from claude_lint import __version__
from claude_lint.claude.catalog import CatalogError
from claude_lint.files.discovery import display_path
from claude_lint.findings import Finding, UnusableError
from claude_lint.masking import mask
from claude_lint.server.buffers import Buffers
from claude_lint.server.diagnostics import diagnostic
from claude_lint.server.folder import Folder, Opinion, WorkerError
from claude_lint.server.places import Places
from claude_lint.server.sheets import Sheet, file_sheet, notebook_sheet

# Seconds of quiet after which what was typed is judged.
PAUSE = 0.15
SECTION = "claude-lint"
# What may change what is found in an open file, although nobody edits it here.
_WATCHED = "**/{*.py,*.pyi,*.ipynb,*.toml,*.lock,*requirements*.txt,Pipfile,setup.cfg,setup.py}"


class Session(LanguageServer):
    """The state of the server while an editor talks to it."""

    def __init__(self) -> None:
        super().__init__(
            "claude-lint",
            __version__,
            types.TextDocumentSyncKind.Incremental,
            types.NotebookDocumentSyncOptions(
                [
                    types.NotebookDocumentFilterWithCells(
                        cells=[types.NotebookCellLanguage("python")]
                    )
                ]
            ),
        )
        self.buffers = Buffers()
        self.files: set[str] = set()
        self.folders: dict[Path, Folder] = {}
        self.initial: object = None
        self._opinions: dict[str, Opinion] = {}
        self._judging: dict[str, asyncio.Task[None]] = {}
        self._shown: dict[str, set[str]] = {}
        self._complaint = ""

    # ------------------------------------------------------------------ documents

    @property
    def codec(self) -> PositionCodec:
        """How the editor counts the characters of a line."""
        return self.workspace.position_codec

    def open_documents(self) -> list[str]:
        """Return the URIs of the files and notebooks that are open."""
        notebooks = self.workspace.notebook_documents.values()
        return [*self.files, *(notebook.uri for notebook in notebooks)]

    def is_open(self, uri: str) -> bool:
        """Tell whether a file or notebook is open."""
        return uri in self.files or uri in self.workspace.notebook_documents

    def sheet(self, uri: str) -> Sheet:
        """Read an open document as it is now."""
        path = self._path(uri)
        display = display_path(str(path), self.folder_of(uri).root)
        notebook = self.workspace.get_notebook_document(notebook_uri=uri)
        if notebook is None:
            return file_sheet(uri, self.buffers.version(uri), path, display, self.buffers.text(uri))
        texts = {cell.document: self.buffers.text(cell.document) for cell in notebook.cells}
        return notebook_sheet(notebook, path.with_suffix(".ipynb"), display, texts)

    def _path(self, uri: str) -> Path:
        path = to_fs_path(uri)
        if path:
            return Path(path)
        # What was never saved is judged as if it were to be in the first folder.
        return self._roots()[0] / "untitled.py"

    def folder_of(self, uri: str) -> Folder:
        """Return the workspace folder of a document, the innermost, or else that of its file."""
        path = self._path(uri)
        roots = [root for root in self._roots() if path.is_relative_to(root)]
        root = max(roots, key=lambda root: len(root.parts), default=path.parent)
        if root not in self.folders:
            self.folders[root] = Folder(root, self.initial)
        return self.folders[root]

    def _roots(self) -> list[Path]:
        uris = [folder.uri for folder in self.workspace.folders.values()]
        paths = [to_fs_path(uri) for uri in uris] or [self.workspace.root_path]
        return [Path(path) for path in paths if path] or [Path.cwd()]

    def document_of(self, uri: str) -> str:
        """Return the notebook that a cell is in; any other document is itself."""
        notebook = self.workspace.get_notebook_document(cell_uri=uri)
        return notebook.uri if notebook else uri

    # ------------------------------------------------------------------ judging

    def judge_soon(self, uri: str, pause: float = 0.0) -> asyncio.Task[None]:
        """Judge a document after a pause and show what is found, unless it changes meanwhile."""
        before = self._judging.pop(uri, None)
        if before is not None:
            before.cancel()
        task = asyncio.get_running_loop().create_task(self._judge(uri, pause))
        self._judging[uri] = task
        return task

    def judge_all(self, pause: float = 0.0) -> None:
        """Judge all documents anew, for something around them has changed."""
        for folder in self.folders.values():
            folder.renew()
        for uri in self.open_documents():
            self.judge_soon(uri, pause)

    def latest(self, uri: str) -> Opinion | None:
        """Return what there was to say of a document when it was last judged."""
        return self._opinions.get(uri)

    async def opinion(self, uri: str) -> Opinion | None:
        """Wait for what is to say of a document as it is now; None if it changes meanwhile."""
        data = self.sheet(uri).data
        while self.is_open(uri) and self.sheet(uri).data == data:
            known = self.latest(uri)
            if known is not None and known.sheet.data == data:
                return known
            task = self._judging.get(uri)
            if task is None or task.done():
                task = self.judge_soon(uri)
            await asyncio.wait([task])
            if not task.cancelled() and task.exception() is not None:
                break
        return None

    async def _judge(self, uri: str, pause: float) -> None:
        await asyncio.sleep(pause)
        sheet = self.sheet(uri)
        try:
            opinion = await self.folder_of(uri).judge(sheet, self.places(uri))
            if opinion.failures:
                self._complain("\n".join(opinion.failures))
            else:
                self._complaint = ""
        except (UnusableError, CatalogError) as problem:
            self._complain(str(problem))
            opinion = Opinion(sheet)
        except WorkerError as problem:
            text = f"internal error in {sheet.source.display} ({problem}); please report it"
            self._log(text, types.MessageType.Error)
            opinion = Opinion(sheet)
        self._opinions[uri] = opinion
        self._show(uri, opinion)

    def _show(self, uri: str, opinion: Opinion) -> None:
        places = self.places(uri)
        found: dict[str, list[types.Diagnostic]] = {}
        for finding in opinion.findings:
            own = opinion.sheet.uri_of(finding.location.cell)
            found.setdefault(own, []).append(self.diagnostic(opinion, finding, places))
        for own in {uri, *opinion.sheet.cells.values()} | self._shown.get(uri, set()):
            version = opinion.sheet.version if own == uri else None
            self.text_document_publish_diagnostics(
                types.PublishDiagnosticsParams(own, found.get(own, []), version)
            )
        self._shown[uri] = set(found)

    def diagnostic(self, opinion: Opinion, finding: Finding, places: Places) -> types.Diagnostic:
        """Write a finding as the editor shows it."""
        range_ = opinion.sheet.range_of(finding.location, self.codec)
        return diagnostic(finding, range_, places.locate)

    def places(self, uri: str) -> Places:
        """Return the places that things in a document's folder have in the editor."""
        edits = getattr(self.client_capabilities.workspace, "workspace_edit", None)
        sheets = [self.sheet(other) for other in self.open_documents()]
        return Places(
            self.folder_of(uri).root,
            sheets,
            self.codec,
            self.buffers.version if edits and edits.document_changes else None,
        )

    def forget(self, uri: str) -> None:
        """Take a closed document off the editor's list of problems."""
        task = self._judging.pop(uri, None)
        if task is not None:
            task.cancel()
        self._opinions.pop(uri, None)
        for own in self._shown.pop(uri, set()) | {uri}:
            self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(own, []))

    # ------------------------------------------------------------------ settings, messages

    async def read_configuration(self) -> None:
        """Ask the editor what its own configuration says of each folder, and judge by that."""
        capabilities = self.client_capabilities.workspace
        for root in self._roots():
            uri = from_fs_path(str(root))
            told = self.initial
            if capabilities is not None and capabilities.configuration:
                item = types.ConfigurationItem(scope_uri=uri, section=SECTION)
                answers = await self.workspace_configuration_async(
                    types.ConfigurationParams([item])
                )
                told = _laid_over(self.initial, answers[0] if answers else None)
            folder = self.folders.setdefault(root, Folder(root, told))
            folder.told = told
        self.judge_all()

    def watch_files(self) -> None:
        """Ask the editor to tell of changes on the disk, if it can."""
        workspace = self.client_capabilities.workspace
        watching = workspace.did_change_watched_files if workspace else None
        if watching is not None and watching.dynamic_registration:
            options = types.DidChangeWatchedFilesRegistrationOptions(
                [types.FileSystemWatcher(_WATCHED)]
            )
            method = types.WORKSPACE_DID_CHANGE_WATCHED_FILES
            self.client_register_capability(
                types.RegistrationParams([types.Registration("files", method, options)])
            )

    def _complain(self, text: str) -> None:
        """Show what is wrong with the settings, once until they can be used again."""
        if text != self._complaint:
            self._complaint = text
            self.window_show_message(types.ShowMessageParams(types.MessageType.Error, mask(text)))

    def _log(self, text: str, kind: types.MessageType) -> None:
        self.window_log_message(types.LogMessageParams(kind, mask(text)))

    def report_server_error(
        self, error: Exception, source: type[PyglsError] | type[JsonRpcException]
    ) -> None:
        """Log an error of the server; no editor need be interrupted for it."""
        self._log(f"claude-lint: {type(error).__name__}: {error}", types.MessageType.Error)

    def close(self) -> None:
        """End all workers."""
        for folder in self.folders.values():
            folder.close()


def _laid_over(initial: object, told: object) -> object:
    if isinstance(initial, Mapping) and isinstance(told, Mapping):
        return {**initial, **{key: value for key, value in told.items() if value is not None}}
    return initial if told is None else told
