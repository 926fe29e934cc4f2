"""Places and edits, in this file and others, as the editor knows them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from lsprotocol import types
from pygls.uris import from_fs_path
from pygls.workspace import PositionCodec

from claude_lint.files.changes import differences
from claude_lint.files.source import Inaccessible, TooLarge, Unreadable, read_bytes
from claude_lint.findings import Location
from claude_lint.fixing.mend import Rewritten
from claude_lint.server.sheets import Sheet, position_at, sheet_of


class Places:
    """The files around a sheet: those that are open as they are there, others from the disk."""

    def __init__(
        self,
        root: Path,
        sheets: Iterable[Sheet],
        codec: PositionCodec,
        version: Callable[[str], int | None] | None,
    ) -> None:
        """Take what gives the version of an open text by its URI, None for unversioned edits."""
        self._root, self._codec, self._version = root, codec, version
        self._open = tuple(sheets)
        self._sheets: dict[Path, Sheet | None] = {sheet.path: sheet for sheet in self._open}

    def locate(self, location: Location) -> types.Location | None:
        """Return where a place is, None if there is no such file."""
        sheet = self.sheet(location.path)
        if sheet is None:
            return None
        return types.Location(sheet.uri_of(location.cell), sheet.range_of(location, self._codec))

    def sheet(self, display: str) -> Sheet | None:
        """Return a file of the folder by its path there, None if it cannot be read."""
        path = self._root / display
        if path not in self._sheets:
            try:
                data = read_bytes(path, sys.maxsize)
                uri = from_fs_path(str(path)) or ""
                self._sheets[path] = sheet_of(uri, None, path, display, data)
            except Unreadable:
                self._sheets[path] = None
        return self._sheets[path]

    def unwritten(self) -> dict[Path, bytes]:
        """Return what open files hold, where it is not what is on the disk."""
        open_ = (sheet for sheet in self._open if not sheet.cells and not _is_written(sheet))
        return {sheet.path: sheet.data for sheet in open_}

    def edit(self, rewritten: Iterable[Rewritten]) -> types.WorkspaceEdit | None:
        """Write what rewrites files as edits of what differs.

        None if there is nothing to do, or one of them has changed meanwhile.
        """
        written: dict[str, list[types.TextEdit]] = {}
        for one in rewritten:
            sheet = self.sheet(one.path)
            if sheet is None or sheet.data != one.old:
                return None
            now = sheet.texts
            for uri, then in sheet.holding(one.new).texts.items():
                if edits := self._text_edits(now[uri], then):
                    written[uri] = edits
        return self._edit(written) if written else None

    def _text_edits(self, now: str, then: str) -> list[types.TextEdit]:
        return [
            types.TextEdit(
                types.Range(
                    position_at(now, change.start, self._codec),
                    position_at(now, change.end, self._codec),
                ),
                change.text,
            )
            for change in differences(now, then)
        ]

    def _edit(self, written: Mapping[str, Sequence[types.TextEdit]]) -> types.WorkspaceEdit:
        version = self._version
        if version is None:
            return types.WorkspaceEdit(changes=written)
        return types.WorkspaceEdit(
            document_changes=[
                types.TextDocumentEdit(
                    types.OptionalVersionedTextDocumentIdentifier(uri, version(uri)), edits
                )
                for uri, edits in written.items()
            ]
        )


def _is_written(sheet: Sheet) -> bool:
    try:
        return read_bytes(sheet.path, len(sheet.data)) == sheet.data
    except (Inaccessible, TooLarge):
        return False
