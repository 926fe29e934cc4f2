"""New content for files: what stands there, changed; written in one step or not at all."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from claude_lint.files.changes import Change, Unwritable, spliced
from claude_lint.files.encoding import read_bytes
from claude_lint.files.notebook_edits import rewrite_notebook
from claude_lint.files.source import SourceFile, Unreadable, decode_source


def rewrite(source: SourceFile, data: bytes, step: Sequence[Change]) -> bytes:
    """Return the bytes of a file with changes made to its text, all others as they were.

    `data` is what `source` was decoded from. Raise `Unwritable` where that cannot be.
    """
    text = spliced(source.text, step)
    if source.is_notebook:
        written = rewrite_notebook(source, data, step)
    else:
        if source.bom + source.text.encode(source.encoding) != data:
            raise Unwritable(f"writing {source.encoding} would change other bytes, too")
        try:
            written = source.bom + text.encode(source.encoding)
        except UnicodeEncodeError:
            raise Unwritable(f"the new text cannot be written in {source.encoding}") from None
    if not _says(source, written, text):
        raise Unwritable("the file would not read as it should")
    return written


def _says(source: SourceFile, data: bytes, text: str) -> bool:
    try:
        return decode_source(source.path, source.display, data).text == text
    except Unreadable:
        return False


def replace_file(path: Path, data: bytes, *, expected: bytes, root: Path) -> None:
    """Put new content in the place of a file, if it still holds what is expected.

    Mode and, where possible, owner stay. A link stays one, and what it leads to is replaced, but
    only below `root`. Raise `Unwritable`, with the file as it was.
    """
    target = Path(os.path.realpath(path))
    if not target.is_relative_to(os.path.realpath(root)):
        raise Unwritable("a link leads out of the project")
    try:
        if read_bytes(target, len(expected)) != expected:
            raise Unwritable("it has changed meanwhile")
    except Unreadable:
        raise Unwritable("it has changed meanwhile") from None
    if not os.access(target, os.W_OK):
        raise Unwritable("it is read-only")
    try:
        _replace(target, data)
    except OSError as error:
        raise Unwritable(f"it cannot be written: {error.strerror}") from None


def put_file(path: Path, data: bytes) -> None:
    """Write a file of our own as a whole or not at all; a device or pipe is written to as it is.

    Raise `OSError` where that fails.
    """
    target = Path(os.path.realpath(path))
    if not target.exists() or target.is_file():
        try:
            _replace(target, data)
            return
        except PermissionError:
            pass  # a folder that takes no new file may hold one that can be written
    target.write_bytes(data)


def _replace(target: Path, data: bytes) -> None:
    descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(descriptor)
        if target.exists():
            _keep_owner(target, name)
            shutil.copymode(target, name)  # after the owner, for a change of that takes bits away
        else:
            os.umask(umask := os.umask(0))
            os.chmod(name, 0o666 & ~umask)
        os.replace(name, target)
    except BaseException:
        os.unlink(name)
        raise


def _keep_owner(target: Path, name: str) -> None:
    if hasattr(os, "chown"):
        status = target.stat()
        with contextlib.suppress(PermissionError):
            os.chown(name, status.st_uid, status.st_gid)
