"""Which settings hold for a file, the command line laid over them, and which rules they turn on."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from claude_lint import documents
from claude_lint.configuration import selection
from claude_lint.configuration.selection import CommandLine, Selection
from claude_lint.configuration.settings import Settings, SettingsError, load_settings, override
from claude_lint.files.globs import matcher


@dataclass(frozen=True, slots=True)
class Options:
    """What a run is told, besides the settings files; None leaves it to them.

    `select`, `ignore` and `extend_select` hold selectors between commas. With `stdin` there are
    no paths: it is the code to judge, and `stdin_filename` what to call it. With `diff`, fixes are
    made and not written. With `diff_base`, only what touches lines changed since that commit
    counts.
    """

    paths: tuple[Path, ...] = (Path(),)
    as_of: date = field(default_factory=date.today)
    select: str | None = None
    ignore: str | None = None
    extend_select: str | None = None
    config: Path | None = None
    isolated: bool = False
    exclude: tuple[str, ...] = ()
    extend_exclude: tuple[str, ...] = ()
    force_exclude: bool = False
    respect_gitignore: bool | None = None
    fail_on: str | None = None
    target_sdk: str | None = None
    target_api: str | None = None
    baseline: str | None = None
    write_baseline: bool = False
    use_baseline: bool = True
    diff_base: str | None = None
    stdin: bytes | None = None
    stdin_filename: str | None = None
    dump_facts: bool = False
    jobs: int | None = None
    fix: bool = False
    unsafe_fixes: bool = False
    diff: bool = False


class Rulings:
    """What holds in each folder in one run. Raise `SettingsError` where that cannot be told.

    Folders mostly share their settings, so that little is worked out twice. `cwd` is the folder
    that the run is taken to begin in, by default the working directory.
    """

    def __init__(self, options: Options, cwd: Path | None = None) -> None:
        self._options = options
        self._by_folder: dict[str, Settings] = {}
        self._overridden = functools.cache(self._override)
        self.selection = functools.cache(self._select)
        self.excluder = functools.cache(self._exclude)
        self.check_target = functools.cache(self._check_target)
        self._of_run: Settings | None = None
        self.cwd = cwd or Path.cwd()
        self.of_run = self.in_folder(str(self.cwd))
        # A wrong selector is an error even if no file needs the rules.
        self.selection(self.of_run)

    def in_folder(self, folder: str) -> Settings:
        """Return what holds for the files in an absolute folder."""
        known = self._by_folder.get(folder)
        if known is None:
            config, isolated = self._options.config, self._options.isolated
            read = load_settings(Path(folder), config=config, isolated=isolated)
            known = self._by_folder[folder] = self._overridden(read)
        return known

    def of_file(self, path: Path) -> Settings:
        """Return what holds for a file with an absolute path."""
        return self.in_folder(os.path.dirname(path))

    def _override(self, settings: Settings) -> Settings:
        options = self._options
        given = {
            "exclude": list(options.exclude) or None,
            "extend-exclude": list(options.extend_exclude) or None,
            "respect-gitignore": options.respect_gitignore,
            "fail-on": options.fail_on,
            "target-sdk": options.target_sdk,
            "target-api": options.target_api,
            "baseline": options.baseline,
        }
        given = {key: value for key, value in given.items() if value is not None}
        settings = override(settings, given, self.cwd)
        if self._of_run is None:
            self._of_run = settings
        # One run has one catalogue.
        return replace(settings, catalog=self._of_run.catalog)

    def _check_target(self, settings: Settings) -> None:
        """Raise `SettingsError` where no release of the SDK is what the settings want."""
        if settings.target_sdk is None:
            return
        from claude_lint.claude.catalog import load
        from claude_lint.claude.catalog.target import TargetError, target_for

        catalog = load(settings.catalog, settings.extra_models)
        try:
            target_for(
                settings.root, settings.root, catalog, self._options.as_of, sdk=settings.target_sdk
            )
        except TargetError as error:
            place = settings.origin("target-sdk")
            file = place.source if isinstance(place.source, Path) else None
            raise SettingsError(file, place.line, f"`target-sdk`: {error}") from None

    def _exclude(self, settings: Settings) -> Callable[[Path], bool]:
        return matcher((*settings.exclude, *settings.extend_exclude))

    def _select(self, settings: Settings) -> Selection:
        options = self._options
        command_line = CommandLine(
            select=None if options.select is None else [options.select],
            ignore=[options.ignore] if options.ignore else [],
            extend_select=[options.extend_select] if options.extend_select else [],
        )
        return selection.select(documents.load(), settings, command_line)
