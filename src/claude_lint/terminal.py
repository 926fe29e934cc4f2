"""What the output can show, and writing to it."""

from __future__ import annotations

import os
import shutil
import sys
import time
from typing import TextIO

import click

from claude_lint.masking import mask


def use_color(stream: TextIO) -> bool:
    """Decide about colours: FORCE_COLOR and NO_COLOR, if not empty, else whether it is a terminal.

    Where both are set, NO_COLOR holds.
    """
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def width(stream: TextIO) -> int | None:
    """Return the number of cells in a line, None where lines have no end."""
    if stream.isatty() or os.environ.get("COLUMNS"):
        return shutil.get_terminal_size().columns
    return None


def write(text: str | bytes, *, err: bool = False) -> None:
    """Write to stdout or stderr, keys masked; bytes are code of the user's and stay as they are.

    A reader that has gone away (`| head`) is no error; raise `ClickException` for a full disk.
    """
    stream = sys.stderr if err else sys.stdout
    try:
        click.echo(mask(text) if isinstance(text, str) else text, nl=False, err=err, color=True)
        stream.flush()
    except OSError as error:
        # What is still in the buffer would raise again when the interpreter ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        if not (err or isinstance(error, BrokenPipeError)):
            message = f"the output cannot be written: {error.strerror}"
            raise click.ClickException(message) from None


def tell(text: str) -> None:
    """Write a line about the run to stderr."""
    write(f"{text}\n", err=True)


class Progress:
    """A line on stderr that counts, if that is a terminal and there is time to read it."""

    DELAY = 1.0
    """Seconds that a run may take without saying anything."""

    def __init__(self, word: str, *, is_on: bool) -> None:
        self._word = word
        self._is_on = is_on and sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
        self._start = time.monotonic()

    def __enter__(self) -> Progress:
        return self

    def __call__(self, done: int, total: int) -> None:
        """Show how far a run has come."""
        if self._is_on and time.monotonic() - self._start > self.DELAY:
            click.echo(f"\r{self._word} {done} of {total} files", nl=False, err=True)

    def __exit__(self, *_: object) -> None:
        if self._is_on:
            click.echo("\r\033[K", nl=False, err=True)
