"""What `claude-lint config` prints: the settings that hold for a path, and who says so."""

from __future__ import annotations

import datetime
import os
from collections.abc import Iterator
from pathlib import Path

from claude_lint.claude.catalog import load
from claude_lint.claude.catalog.target import Target, target_for
from claude_lint.configuration.rulings import Options, Rulings
from claude_lint.configuration.settings import Origin, Settings, describe, load_settings
from claude_lint.files.encoding import bytes_beside


def render(path: Path, *, config: Path | None, isolated: bool) -> str:
    """Return each key with its value and origin, as TOML with comments.

    Raise `SettingsError` for what a run could not use, `CatalogError` for such rows.
    """
    settings = load_settings(path, config=config, isolated=isolated)
    rulings = Rulings(Options(paths=(path,), config=config, isolated=isolated))
    rulings.selection(settings)
    rulings.check_target(settings)
    return "".join(f"{line}\n" for line in _lines(path, settings, config, isolated))


def _lines(path: Path, settings: Settings, config: Path | None, isolated: bool) -> Iterator[str]:
    files = ", ".join(str(Origin(file)) for file in settings.files)
    yield f"# settings files: {files or 'none'}"
    for name, value, origin in describe(path, config=config, isolated=isolated):
        yield f"{name} = {value}  # {origin}" if value is not None else f"# {name} is not set"
    yield f"# SDK to judge by: {_sdk(path, settings)}"


def _sdk(path: Path, settings: Settings) -> str:
    absolute = Path(os.path.abspath(path))
    target = target_for(
        absolute / "_.py" if absolute.is_dir() else absolute,
        settings.root,
        load(settings.catalog, settings.extra_models),
        datetime.date.today(),
        sdk=settings.target_sdk,
        text=bytes_beside(absolute).decode("utf-8", "replace"),
    )
    release = f"anthropic {target.specifier}".strip()
    return f"{release} ({_said_by(target, settings)})"


def _said_by(target: Target, settings: Settings) -> str:
    if settings.target_sdk:
        return str(settings.origin("target-sdk"))
    if target.origin is None:
        majors = ", ".join(map(str, target.majors))
        return f"nothing in the project says which, so the newest major is taken: {majors}"
    wrapper = f", through {target.wrapper}" if target.wrapper else ""
    return f"{Origin(target.origin, target.line)}{wrapper}"
