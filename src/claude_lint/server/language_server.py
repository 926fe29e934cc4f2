"""What the server answers to each message of an editor."""

from __future__ import annotations

import contextlib
import functools
import os
import signal
import sys
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, BinaryIO, NoReturn, cast

from lsprotocol import types

from claude_lint import terminal
from claude_lint.claude.catalog import CatalogError
from claude_lint.configuration.settings import SettingsError
from claude_lint.files.changes import position_in
from claude_lint.files.encoding import lines
from claude_lint.findings import Finding
from claude_lint.server import actions
from claude_lint.server.buffers import offset_before, offset_in
from claude_lint.server.folder import Opinion
from claude_lint.server.hover import model_card, rule_cards
from claude_lint.server.log import log_to_stderr
from claude_lint.server.session import PAUSE, SECTION, Session
from claude_lint.server.sheets import position_at


def initialize(ls: Session, params: types.InitializeParams) -> None:
    """Take the options that the editor starts the server with."""
    ls.initial = params.initialization_options


async def initialized(ls: Session, params: types.InitializedParams) -> None:
    """Begin, now that the editor answers questions."""
    ls.watch_files()
    await ls.read_configuration()


async def did_change_configuration(ls: Session, params: types.DidChangeConfigurationParams) -> None:
    """Take a new configuration; what editors send with it is not by folder, so ask for it."""
    capabilities = ls.client_capabilities.workspace
    if not (capabilities and capabilities.configuration) and isinstance(params.settings, Mapping):
        ls.initial = params.settings.get(SECTION, ls.initial)
    await ls.read_configuration()


async def did_change_folders(ls: Session, params: types.DidChangeWorkspaceFoldersParams) -> None:
    """Judge documents by the folders they are in now."""
    for folder in ls.folders.values():
        folder.close()
    ls.folders.clear()
    await ls.read_configuration()


def did_change_files(ls: Session, params: types.DidChangeWatchedFilesParams) -> None:
    """Judge all anew when files have changed on the disk."""
    ls.judge_all(PAUSE)


def did_open(ls: Session, params: types.DidOpenTextDocumentParams) -> None:
    """Judge a file that was opened."""
    document = params.text_document
    ls.buffers.put(document)
    ls.files.add(document.uri)
    ls.judge_soon(document.uri)


def did_change(ls: Session, params: types.DidChangeTextDocumentParams) -> None:
    """Judge a file when typing pauses."""
    document = params.text_document
    ls.buffers.change(document, params.content_changes, ls.codec)
    ls.judge_soon(document.uri, PAUSE)


def did_save(ls: Session, params: types.DidSaveTextDocumentParams) -> None:
    """Judge all anew: what other files find in this one may have changed."""
    ls.judge_all()


def did_close(ls: Session, params: types.DidCloseTextDocumentParams) -> None:
    """Forget a file."""
    uri = params.text_document.uri
    ls.buffers.drop(uri)
    ls.files.discard(uri)
    ls.forget(uri)


def did_open_notebook(ls: Session, params: types.DidOpenNotebookDocumentParams) -> None:
    """Judge a notebook that was opened."""
    for cell in params.cell_text_documents:
        ls.buffers.put(cell)
    ls.judge_soon(params.notebook_document.uri)


def did_change_notebook(ls: Session, params: types.DidChangeNotebookDocumentParams) -> None:
    """Judge a notebook when typing pauses."""
    cells = params.change.cells
    if cells is not None:
        if cells.structure is not None:
            for opened in cells.structure.did_open or ():
                ls.buffers.put(opened)
            for closed in cells.structure.did_close or ():
                ls.buffers.drop(closed.uri)
        for text in cells.text_content or ():
            ls.buffers.change(text.document, text.changes, ls.codec)
    ls.judge_soon(params.notebook_document.uri, PAUSE)


def did_save_notebook(ls: Session, params: types.DidSaveNotebookDocumentParams) -> None:
    """Judge all anew, as after a file was saved."""
    ls.judge_all()


def did_close_notebook(ls: Session, params: types.DidCloseNotebookDocumentParams) -> None:
    """Forget a notebook."""
    for cell in params.cell_text_documents:
        ls.buffers.drop(cell.uri)
    ls.forget(params.notebook_document.uri)


async def code_action(ls: Session, params: types.CodeActionParams) -> list[types.CodeAction]:
    """Offer fixes and ignores for what is found in a range, or all safe fixes of the file.

    Nothing is offered for a text that has changed by the time it was judged.
    """
    uri = ls.document_of(params.text_document.uri)
    opinion = await ls.opinion(uri)
    if opinion is None:
        return []
    offered: list[types.CodeAction] = []
    if actions.wants(params.context, types.CodeActionKind.QuickFix.value):
        offered += await _quick_fixes(ls, uri, opinion, params)
    if params.context.only and actions.wants(params.context, actions.FIX_ALL):
        fixed = await ls.folder_of(uri).fixed(opinion, ls.places(uri))
        edit = ls.places(uri).edit(fixed)
        offered += [actions.fix_all_action(edit)] if edit else []
    return offered


async def _quick_fixes(
    ls: Session, uri: str, opinion: Opinion, params: types.CodeActionParams
) -> list[types.CodeAction]:
    found = _at(ls, opinion, params.text_document.uri, params.range)
    if not found:
        return []
    folder = ls.folder_of(uri)
    fixes = await folder.fixes(opinion, found, ls.places(uri))
    ignores = await folder.ignores(opinion.sheet, found)
    places = ls.places(uri)
    shown = [ls.diagnostic(opinion, one, places) for one in found]
    return [
        make(one, diagnostic, edit)
        for make, rewritings in ((actions.fix_action, fixes), (actions.ignore_action, ignores))
        for one, diagnostic, rewriting in zip(found, shown, rewritings, strict=True)
        if (edit := places.edit(rewriting)) is not None
    ]


async def hover(ls: Session, params: types.HoverParams) -> types.Hover | None:
    """Tell of the model and the findings at a place, of these what is known without waiting."""
    own = params.text_document.uri
    uri = ls.document_of(own)
    text = ls.buffers.text(own)
    offset = offset_in(text, params.position, ls.codec)
    row, column = position_in(text, offset)
    cards: list[str | None] = []
    with contextlib.suppress(SettingsError, CatalogError):  # said when the file was judged
        catalog = ls.folder_of(uri).catalog()
        cards.append(model_card(catalog, [*lines(text), ""][row], column, date.today()))
    opinion = ls.latest(uri) or (None if any(cards) else await ls.opinion(uri))
    if opinion is not None:
        judged = opinion.sheet.texts.get(own, "")
        before = offset if text == judged else offset_before(judged, text, offset)
        if before is not None:
            at = position_at(judged, before, ls.codec)
            cards += rule_cards(_at(ls, opinion, own, types.Range(at, at)))
    told = "\n\n---\n\n".join(filter(None, cards))
    return types.Hover(types.MarkupContent(types.MarkupKind.Markdown, told)) if told else None


def _at(ls: Session, opinion: Opinion, uri: str, place: types.Range) -> list[Finding]:
    """Return the findings that a range of a file, or of a notebook's cell, touches."""

    def touches(finding: Finding) -> bool:
        if opinion.sheet.uri_of(finding.location.cell) != uri:
            return False
        own = opinion.sheet.range_of(finding.location, ls.codec)
        return _order(own.start) <= _order(place.end) and _order(place.start) <= _order(own.end)

    return [finding for finding in opinion.findings if touches(finding)]


def _order(position: types.Position) -> tuple[int, int]:
    return position.line, position.character


_FEATURES: Iterable[tuple[str, Any, Any]] = (
    (types.INITIALIZE, initialize, None),
    (types.INITIALIZED, initialized, None),
    (types.WORKSPACE_DID_CHANGE_CONFIGURATION, did_change_configuration, None),
    (types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS, did_change_folders, None),
    (types.WORKSPACE_DID_CHANGE_WATCHED_FILES, did_change_files, None),
    (types.TEXT_DOCUMENT_DID_OPEN, did_open, None),
    (types.TEXT_DOCUMENT_DID_CHANGE, did_change, None),
    (types.TEXT_DOCUMENT_DID_SAVE, did_save, None),
    (types.TEXT_DOCUMENT_DID_CLOSE, did_close, None),
    (types.NOTEBOOK_DOCUMENT_DID_OPEN, did_open_notebook, None),
    (types.NOTEBOOK_DOCUMENT_DID_CHANGE, did_change_notebook, None),
    (types.NOTEBOOK_DOCUMENT_DID_SAVE, did_save_notebook, None),
    (types.NOTEBOOK_DOCUMENT_DID_CLOSE, did_close_notebook, None),
    (types.TEXT_DOCUMENT_HOVER, hover, None),
    (
        types.TEXT_DOCUMENT_CODE_ACTION,
        code_action,
        types.CodeActionOptions([types.CodeActionKind.QuickFix, actions.FIX_ALL]),
    ),
)


def serve() -> None:
    """Talk to an editor over stdin and stdout until it says goodbye or is gone."""
    log_to_stderr()
    server = Session()
    for name, handler, options in _FEATURES:
        server.feature(name, options)(handler)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, functools.partial(_end_at_signal, server))
    try:
        server.start_io(stdout=cast(BinaryIO, _ToEditor(server, sys.stdout.buffer)))
    finally:
        server.close()


class _ToEditor:
    """What the editor reads; when it no longer does, or the disk is full, the server ends."""

    def __init__(self, server: Session, stream: BinaryIO) -> None:
        self._server, self._stream = server, stream

    def write(self, data: bytes) -> None:
        """Write a message."""
        try:
            self._stream.write(data)
            self._stream.flush()
        except OSError as error:
            terminal.tell(f"error: the editor cannot be answered: {error.strerror}")
            _end(self._server, 2)

    def flush(self) -> None:
        """Do nothing, for nothing is held back."""

    def close(self) -> None:
        """End what the editor reads."""
        self._stream.close()


def _end_at_signal(server: Session, number: int, _: object) -> None:
    _end(server, 128 + number)


def _end(server: Session, exit_code: int) -> NoReturn:
    """End at once; no exception reaches the thread that waits for the editor's next word."""
    server.close()
    os._exit(exit_code)
