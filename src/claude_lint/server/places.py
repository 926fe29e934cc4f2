"""Places and edits, in this file and others, as the editor knows them."""

from __future__ import annotations

import difflib
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from lsprotocol import types
from pygls.uris import from_fs_path
from pygls.workspace import PositionCodec

from claude_lint.files.changes import changes
from claude_lint.files.encoding import lines
from claude_lint.files.source import Unreadable, decode_source, read_bytes
from claude_lint.findings import Edit, Location
from claude_lint.server.sheets import Sheet


class Places:
    """The files around a sheet: those that are open as they are there, others from the disk."""

    def __init__(
        self,
        root: Path,
        sheets: Iterable[Sheet],
        codec: PositionCodec,
        *,
        versioned: bool = True,
    ) -> None:
        self._root, self._codec, self._versioned = root, codec, versioned
        self._sheets: dict[Path, Sheet | None] = {sheet.path: sheet for sheet in sheets}

    def locate(self, location: Location) -> types.Location | None:
        """Return where a place is, None if there is no such file."""
        sheet = self._sheet(location.path)
        if sheet is None:
            return None
        return types.Location(sheet.uri_of(location.cell), sheet.range_of(location, self._codec))

    def workspace_edit(self, edits: Sequence[Edit]) -> types.WorkspaceEdit | None:
        """Write edits, of whatever files, as the editor makes them; None if one cannot be."""
        written: defaultdict[str, list[types.TextEdit]] = defaultdict(list)
        for path in dict.fromkeys(edit.location.path for edit in edits):
            sheet = self._sheet(path)
            if sheet is None:
                return None
            in_file = [edit for edit in edits if edit.location.path == path]
            for change in changes(sheet.source, in_file):
                place = sheet.location_at(change.start, change.end)
                range_ = sheet.range_of(place, self._codec)
                written[sheet.uri_of(place.cell)].append(types.TextEdit(range_, change.text))
        return self._edit(written)

    def rewriting(self, sheet: Sheet, data: bytes) -> types.WorkspaceEdit:
        """Write what turns a sheet into new data, touching only lines that differ."""
        after = decode_source(sheet.path, sheet.source.display, data)
        now, then = _texts(sheet), _texts(Sheet(sheet.uri, None, data, after, sheet.cells))
        return self._edit({uri: _line_edits(now[uri], text) for uri, text in then.items()})

    def _sheet(self, display: str) -> Sheet | None:
        path = self._root / display
        if path not in self._sheets:
            uri = from_fs_path(str(path))
            try:
                data = read_bytes(path, sys.maxsize)
                source = decode_source(path, display, data)
                self._sheets[path] = Sheet(uri or "", None, data, source, {})
            except Unreadable:
                self._sheets[path] = None
        return self._sheets[path]

    def _edit(self, written: Mapping[str, Sequence[types.TextEdit]]) -> types.WorkspaceEdit:
        written = {uri: edits for uri, edits in written.items() if edits}
        if not self._versioned:
            return types.WorkspaceEdit(changes=written)
        versions = {sheet.uri: sheet.version for sheet in self._sheets.values() if sheet}
        return types.WorkspaceEdit(
            document_changes=[
                types.TextDocumentEdit(
                    types.OptionalVersionedTextDocumentIdentifier(uri, versions.get(uri)), edits
                )
                for uri, edits in written.items()
            ]
        )


def _texts(sheet: Sheet) -> dict[str, str]:
    """Return the texts of a file, or of the cells of a notebook, by URI."""
    source = sheet.source
    if not source.is_notebook:
        return {sheet.uri: source.text}
    return {
        sheet.uri_of(cell.number): "".join(
            lines(source.text)[cell.first_line - 1 : cell.first_line - 1 + cell.line_count]
        )
        for cell in source.cells
    }


def _line_edits(now: str, then: str) -> list[types.TextEdit]:
    old, new = lines(now), lines(then)
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    return [
        types.TextEdit(
            types.Range(types.Position(first, 0), types.Position(last, 0)), "".join(new[start:end])
        )
        for tag, first, last, start, end in matcher.get_opcodes()
        if tag != "equal"
    ]
