"""The texts of open documents and of notebook cells, as the editor changes them."""

from __future__ import annotations

from collections.abc import Iterable

from lsprotocol import types
from pygls.workspace import PositionCodec

from claude_lint.files.changes import common_ends
from claude_lint.files.encoding import line_starts


class Buffers:
    """Texts by the URI that the editor gives them.

    pygls keeps texts as well, but ends lines where neither Python nor the protocol does, such as
    at form feeds; behind one, what is typed would get into the wrong line.
    """

    def __init__(self) -> None:
        self._texts: dict[str, str] = {}
        self._versions: dict[str, int] = {}

    def __contains__(self, uri: str) -> bool:
        return uri in self._texts

    def text(self, uri: str) -> str:
        """Return what a document holds now, nothing if it is not open."""
        return self._texts.get(uri, "")

    def version(self, uri: str) -> int | None:
        """Return the number that the editor gives to what a document holds now."""
        return self._versions.get(uri)

    def put(self, document: types.TextDocumentItem) -> None:
        """Take a document that was opened."""
        self._texts[document.uri] = document.text
        self._versions[document.uri] = document.version

    def drop(self, uri: str) -> None:
        """Forget a document that was closed."""
        self._texts.pop(uri, None)
        self._versions.pop(uri, None)

    def change(
        self,
        document: types.VersionedTextDocumentIdentifier,
        changes: Iterable[types.TextDocumentContentChangeEvent],
        codec: PositionCodec,
    ) -> None:
        """Make changes to an open document, one after the other."""
        uri = document.uri
        self._versions[uri] = document.version
        for change in changes:
            if isinstance(change, types.TextDocumentContentChangePartial):
                text = self._texts[uri]
                start = offset_in(text, change.range.start, codec)
                end = offset_in(text, change.range.end, codec)
                self._texts[uri] = text[:start] + change.text + text[end:]
            else:
                self._texts[uri] = change.text


def offset_in(text: str, position: types.Position, codec: PositionCodec) -> int:
    """Return the offset of an editor's position; past the end of a line or text is at that end."""
    starts = (*line_starts(text), len(text))
    line = min(position.line, len(starts) - 1)
    left = position.character
    for offset in range(starts[line], len(text)):
        if left <= 0 or text[offset] in "\r\n":
            return offset
        left -= codec.client_num_units(text[offset])
    return len(text)


def offset_before(text: str, now: str, offset: int) -> int | None:
    """Return where in a text stood what now is at an offset, None if it was changed since.

    Everything between the first and the last difference counts as changed.
    """
    start, end = common_ends(text, now)
    if offset < start:
        return offset
    return offset - len(now) + len(text) if offset >= len(now) - end else None
