"""Which rules are on, for which files, and at which severity."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Protocol, TypeVar

from claude_lint.configuration.settings import Origin, Settings, SettingsError, nearest
from claude_lint.files.globs import Glob, matcher
from claude_lint.findings import Severity

_PREFIX = re.compile(r"([A-Z]{2,8})\d{0,2}")
_T = TypeVar("_T")


class Rule(Protocol):
    """What must be known of a rule to select it."""

    @property
    def code(self) -> str:
        """The code, such as `CL201`."""

    @property
    def name(self) -> str:
        """The name, such as `missing-max-tokens`."""

    @property
    def default(self) -> bool:
        """Whether the rule is on unless it is turned off."""


@dataclass(frozen=True, slots=True)
class CommandLine:
    """Selectors as given on the command line; each text may hold several, between commas."""

    select: Sequence[str] | None = None
    ignore: Sequence[str] = ()
    extend_select: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Selection:
    """The rules that are on. Rules are named by code or by name.

    `is_narrowed` says that the command line left rules out, so that what is not found proves
    nothing about the whole.
    """

    is_narrowed: bool
    _enabled: frozenset[str]
    _unselected: frozenset[str]
    _fixable: frozenset[str]
    _severities: Mapping[str, Severity]
    _per_file: tuple[tuple[Glob, frozenset[str]], ...]

    def enabled(self, rule: str, path: Path | None = None) -> bool:
        """Tell whether a rule is on, and with an absolute path, whether it is on in that file."""
        if rule not in self._enabled:
            return False
        return path is None or not any(
            rule in rules and matcher([glob])(path) for glob, rules in self._per_file
        )

    def widened(self) -> Selection:
        """Return the selection with the rules that only `--select` leaves out."""
        return replace(self, _enabled=self._enabled | self._unselected)

    def fixable(self, rule: str) -> bool:
        """Tell whether the settings let a rule's fixes be applied."""
        return rule in self._fixable

    def severity_of(self, rule: str, reported: Severity, path: Path) -> Severity | None:
        """Give the severity a finding has by these settings; None where the rule is off."""
        if not self.enabled(rule, path):
            return None
        return self._severities.get(rule, reported)


def select(
    rules: Sequence[Rule], settings: Settings, command_line: CommandLine | None = None
) -> Selection:
    """Decide which rules are on; raise `SettingsError` for a selector that names none.

    The most specific selector wins, and `ignore` among equals. What the command line says
    about a rule, however broadly, beats the settings; its `select` replaces theirs whole.
    """
    cli = command_line or CommandLine()
    _check_settings(rules, settings)
    given = {
        option: _split(rules, option, texts)
        for option, texts in (
            ("--select", cli.select or ()),
            ("--ignore", cli.ignore),
            ("--extend-select", cli.extend_select),
        )
    }
    from_settings = [
        *((selector, True) for selector in settings.select or ()),
        *((selector, True) for selector in settings.extend_select),
        *((selector, False) for selector in settings.ignore),
    ]
    from_command_line = [
        *((selector, True) for selector in given["--select"]),
        *((selector, True) for selector in given["--extend-select"]),
        *((selector, False) for selector in given["--ignore"]),
    ]

    def is_enabled(rule: Rule) -> bool:
        told = _strongest(rule, from_command_line)
        return told if told is not None else cli.select is None and is_set(rule)

    def is_set(rule: Rule) -> bool:
        if _strongest(rule, settings.severity) == "off":
            return False
        said = _strongest(rule, from_settings)
        return said if said is not None else settings.select is None and rule.default

    def is_fixable(rule: Rule) -> bool:
        entries = [
            *((selector, True) for selector in settings.fixable),
            *((selector, False) for selector in settings.unfixable),
        ]
        return _strongest(rule, entries) or False

    severities = {rule: _strongest(rule, settings.severity) for rule in rules}
    return Selection(
        is_narrowed=cli.select is not None or bool(given["--ignore"]),
        _enabled=_named(rules, is_enabled),
        _unselected=_named(
            rules, lambda rule: _strongest(rule, from_command_line) is None and is_set(rule)
        ),
        _fixable=_named(rules, is_fixable),
        # `off` is left out: a rule that is on nevertheless was asked for on the command line.
        _severities={
            name: Severity[severity.upper()]
            for rule, severity in severities.items()
            if severity is not None and severity != "off"
            for name in (rule.code, rule.name)
        },
        _per_file=tuple(
            (glob, _named(rules, partial(_is_chosen, selectors)))
            for glob, selectors in settings.per_file_ignores
        ),
    )


def _named(rules: Iterable[Rule], is_in: Callable[[Rule], bool]) -> frozenset[str]:
    return frozenset(name for rule in rules if is_in(rule) for name in (rule.code, rule.name))


def _specificity(selector: str, rule: Rule) -> int | None:
    """Grade how narrowly a selector names a rule; None if it does not."""
    if selector in (rule.code, rule.name):
        return len(rule.code)
    if selector == "ALL":
        return 0
    prefix = _PREFIX.fullmatch(selector)
    if prefix and rule.code.startswith(selector) and rule.code[prefix.end(1)].isdigit():
        return len(selector)
    return None


def _is_chosen(selectors: Iterable[str], rule: Rule) -> bool:
    return any(_specificity(selector, rule) is not None for selector in selectors)


def _strongest(rule: Rule, entries: Iterable[tuple[str, _T]]) -> _T | None:
    """Give the value of the most specific selector, the last among equals."""
    best, found = -1, None
    for selector, value in entries:
        grade = _specificity(selector, rule)
        if grade is not None and grade >= best:
            best, found = grade, value
    return found


def _check_settings(rules: Sequence[Rule], settings: Settings) -> None:
    for name in ("select", "ignore", "extend-select", "fixable", "unfixable"):
        for index, selector in enumerate(getattr(settings, name.replace("-", "_")) or ()):
            _check(rules, selector, name, settings.origin(name, index))
    for selector, _ in settings.severity:
        _check(rules, selector, "severity", settings.origin("severity", selector))
    for glob, selectors in settings.per_file_ignores:
        for index, selector in enumerate(selectors):
            origin = settings.origin("per-file-ignores", glob.text, index)
            _check(rules, selector, "per-file-ignores", origin)


def _split(rules: Sequence[Rule], option: str, texts: Iterable[str]) -> list[str]:
    selectors = [part.strip() for text in texts for part in text.split(",")]
    for selector in selectors:
        _check(rules, selector, option, Origin("command line"))
    return selectors


def _check(rules: Sequence[Rule], selector: str, key: str, origin: Origin) -> None:
    if any(_specificity(selector, rule) is not None for rule in rules):
        return
    known = {"ALL", *(name for rule in rules for name in (rule.code, rule.name))}
    message = f"`{selector}` in `{key}` names no rule; did you mean `{nearest(selector, known)}`?"
    if isinstance(origin.source, Path):
        raise SettingsError(origin.source, origin.line, message)
    raise SettingsError(None, None, message)
