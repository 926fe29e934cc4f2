"""Which files could matter, told from their bytes, and what is to be done about those that do."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from claude_lint.claude.anchors import NEEDLES, Mentions, is_sender, mentions_in
from claude_lint.configuration.rulings import Options, Rulings
from claude_lint.configuration.settings import Settings
from claude_lint.files.discovery import FoundFile, gate_file
from claude_lint.files.encoding import TooLarge, read_bytes
from claude_lint.python.imports import imported_names

if TYPE_CHECKING:
    from claude_lint.judge import Task


def could_matter(data: bytes, path: Path, settings: Settings) -> bool:
    """Tell whether anything in a file points to Claude, itself or through what it imports."""
    lowered = data.lower()
    return any(needle in lowered for needle in _needles(settings)) or (
        is_sender(lowered) and mentions(settings).are_behind(imported_names(data), str(path))
    )


def mentions(settings: Settings) -> Mentions:
    """Return what is known of the files in a project."""
    return mentions_in(settings.root, _needles(settings))


def bytes_to_judge(path: Path, settings: Settings) -> bytes | None:
    """Read a file; None for one that is too large to be judged, and has nothing to be judged.

    Raise `Unreadable` for all others that cannot be had.
    """
    try:
        return read_bytes(path, settings.max_file_size)
    except TooLarge:
        if gate_file(path, _needles(settings)):
            raise
        return None


def task_for(file: FoundFile, data: bytes, options: Options, rulings: Rulings) -> Task:
    """Say what is to be done about a file, whose content need not be the one on the disk."""
    from claude_lint.judge import Task

    settings = rulings.of_file(file.path)
    rulings.check_target(settings)
    return Task(
        path=file.path,
        display=file.display,
        data=data,
        settings=settings,
        selection=rulings.selection(settings),
        as_of=options.as_of,
        dump_facts=options.dump_facts,
    )


def _needles(settings: Settings) -> tuple[bytes, ...]:
    return (*NEEDLES, *(host.encode() for host in settings.api_hosts))
