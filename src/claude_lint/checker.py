"""The check of one file: from its text through facts and rules to findings."""

from __future__ import annotations

import gc
import itertools
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import libcst as cst

from claude_lint import checks, documents, plugin_checks
from claude_lint.checks import Check, Place, Problem, Rule
from claude_lint.claude import catalog as catalogs
from claude_lint.claude.catalog.target import target_for
from claude_lint.claude.dump import dump
from claude_lint.claude.extract import Requests
from claude_lint.claude.extractors import EXTRACTORS
from claude_lint.claude.facts import Request
from claude_lint.claude.readers import READERS
from claude_lint.claude.reading import Reading
from claude_lint.claude.sharing import is_given_to_others
from claude_lint.claude.surfaces.registry import is_library_s
from claude_lint.claude.view import View
from claude_lint.configuration.settings import Settings
from claude_lint.files.discovery import discover, display_path
from claude_lint.files.source import SourceFile, Unreadable, decode_source, file_of, read_source
from claude_lint.findings import Finding, Fix, Location, Related, Span
from claude_lint.fixing.fixes import as_suggestion
from claude_lint.masking import mask
from claude_lint.plugin_checks import PluginFailure
from claude_lint.python.evaluate import Evaluator
from claude_lint.python.module import Module, UnparsableError, attribute_name
from claude_lint.python.project import Project
from claude_lint.python.spans import span
from claude_lint.python.values import Origin

_RAISING = frozenset({"raises", "assertRaises", "assertRaisesRegex"})

_MOST_FILES = 20_000
# Characters whose syntax trees are kept from file to file; each takes some 60 bytes.
_MOST_PARSED = 5_000_000
_FILES_BETWEEN_LOOKS = 20


@dataclass(frozen=True, slots=True)
class CheckSettings:
    """What a check depends on besides the file; `root` bounds what counts as the project."""

    as_of: date
    root: Path
    settings: Settings
    target_sdk: str | None = None
    target_api: str | None = None
    dump_facts: bool = False


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What a check found; `notes` say what could not be judged, `failures` by which rules.

    `read` are the paths of the other files that were looked at.
    """

    findings: tuple[Finding, ...]
    facts: tuple[dict[str, Any], ...] = ()
    notes: tuple[str, ...] = ()
    failures: tuple[PluginFailure, ...] = ()
    read: tuple[str, ...] = ()


class Checker:
    """Checks the files of one project, remembering its modules between files.

    `contents` are found in files instead of what is there.
    """

    def __init__(self, check: CheckSettings, contents: Mapping[Path, bytes] | None = None) -> None:
        self.check_settings = check
        settings = check.settings
        self.catalog = catalogs.load(tuple(settings.catalog), tuple(settings.extra_models))
        self.reading = Reading(
            tuple(host.lower() for host in settings.api_hosts),
            tuple(settings.client_factories),
            tuple(settings.retry_wrappers),
        )
        self.project = Project(check.root, self._read, self._project_files, is_library_s)
        self.evaluator = Evaluator(self.project, READERS)
        self.requests: dict[Module, Requests] = {}
        self.attempts: dict[Any, Any] = {}
        loaded = plugin_checks.load()
        self.rules, self._unloaded = loaded.rules, loaded.failures
        self._failures: dict[PluginFailure, None] = {}
        self._contents = contents or {}
        self._checked = 0

    def seeing(self, contents: Mapping[Path, bytes]) -> Checker:
        """Return a checker that finds these contents, and knows all other files already."""
        checker = Checker(self.check_settings, contents)
        checker.project.share(self.project, without=contents)
        return checker

    def check(self, source: SourceFile) -> CheckResult:
        """Judge one file."""
        self._checked += 1
        self._failures = dict.fromkeys(self._unloaded)
        if self._checked % _FILES_BETWEEN_LOOKS == 0 and self.project.parsed() > _MOST_PARSED:
            self._forget()
        results = [self._check(module) for module in source.modules()]
        return CheckResult(
            tuple(finding for result in results for finding in result.findings),
            tuple(fact for result in results for fact in result.facts),
            tuple(note for result in results for note in result.notes),
            tuple(self._failures),
            tuple(sorted(map(str, self.project.looked_at(source.path)))),
        )

    def _check(self, source: SourceFile) -> CheckResult:
        try:
            module = self.project.module(source)
        except UnparsableError as problem:
            # A secret is one in whatever text it stands.
            view = self._view(Module.unparsed(source))
            findings = (_unparsable(source, problem), *self._findings(view))
            return CheckResult(findings)
        view = self._view(module)
        refused = [_unparsable(source, problem) for problem in module.broken]
        findings = (*refused, *self._findings(view))
        notes = tuple(_notes(module))
        facts = tuple(dump(view)) if self.check_settings.dump_facts else ()
        return CheckResult(findings, facts, notes)

    def _forget(self) -> None:
        """Let go of syntax trees and of all that was learned of them, so that memory stays flat."""
        self.project.forget_modules()
        self.evaluator = Evaluator(self.project, READERS)
        self.requests.clear()
        self.attempts.clear()
        gc.collect()  # trees and modules know each other

    def _view(self, module: Module) -> View:
        check = self.check_settings
        target = target_for(
            module.source.path,
            check.root,
            self.catalog,
            check.as_of,
            sdk=check.target_sdk,
            api_version=check.target_api,
            text=module.source.text,
        )
        return View(
            module, self.evaluator, self.reading, self.catalog, target, check.as_of,
            check.settings, self.requests, self.attempts,
        )  # fmt: skip

    def _findings(self, view: View) -> Iterable[Finding]:
        """Judge every fact of a file; of a rule's findings in one place the most severe is kept."""
        facts: dict[type, list[Any]] = {}
        found: dict[tuple[str, Location], Finding] = {}
        for rule in self.rules.values():
            for kind, judge in rule.checks:
                if kind not in facts:
                    facts[kind] = list(EXTRACTORS[kind](view))
                for fact in facts[kind]:
                    view.evaluator.reset()
                    for finding in self._said(rule, judge, fact, view):
                        key = (finding.code, finding.location)
                        if key not in found or finding.severity > found[key].severity:
                            found[key] = finding
        return found.values()

    def _said(self, rule: Rule, judge: Check, fact: object, view: View) -> Iterator[Finding]:
        """Ask one function about one fact; where a plugin's fails, all others go on."""
        try:
            for problem in judge(fact, view):
                yield to_finding(rule, problem, view, fact)
        except (RecursionError, MemoryError):
            raise
        except Exception as error:
            document = documents.find(rule.name)
            if document is None or document.plugin is None:
                raise
            name = f"{document.code} ({rule.name})"
            failure = plugin_checks.failure_in_file(document.plugin, name, error)
            self._failures[failure] = None

    def _project_files(self, root: Path) -> list[Path]:
        settings = self.check_settings.settings
        exclude = (*settings.exclude, *settings.extend_exclude)
        found = discover(
            [root], cwd=root, exclude=exclude, respect_gitignore=settings.respect_gitignore
        )
        modules = (one.path for one in found.files if one.path.suffix in (".py", ".pyi"))
        return list(itertools.islice(modules, _MOST_FILES))

    def _read(self, path: Path) -> SourceFile | None:
        try:
            file = file_of(path)
            display = display_path(str(file), Path.cwd())
            if file in self._contents:
                source = decode_source(file, display, self._contents[file])
            else:
                source = read_source(file, display, self.check_settings.settings.max_file_size)
            return next((module for module in source.modules() if module.path == path), None)
        except (Unreadable, OSError):
            return None


def to_finding(rule: Rule, problem: Problem, view: View, fact: object) -> Finding:
    """Turn a problem into a finding with places in the checked file.

    A problem that stands in another module is told at the call that meets it, so that what is
    said about a file never depends on which other files are named.
    """
    at = checks.origin_of(problem.at)
    related = list(problem.related)
    if isinstance(problem.at, Location):
        return _made(rule, problem, view, problem.at, related)
    call = getattr(fact, "call", None)
    if (at is None or at.module is not view.module) and isinstance(call, Origin):
        if at is not None:
            related.insert(0, (at, "here"))
        at = call
    assert at is not None, problem.message
    place = span(at.module, at.node)
    scope, _point = at.module.place(at.node)
    finding = _made(rule, problem, view, at.module.source.locate(place), related)
    excerpt = mask(_excerpt(at.module, place))
    is_shared = isinstance(fact, Request) and is_given_to_others(at, fact, view)
    if is_shared or _is_meant_to_fail(at):
        finding = as_suggestion(finding)
    return replace(finding, scope=scope.qualified_name, excerpt=excerpt)


def _is_meant_to_fail(at: Origin) -> bool:
    """Tell whether a test says that what is done here raises."""
    return any(
        isinstance(parent, cst.With)
        and any(
            isinstance(one.item, cst.Call) and attribute_name(one.item.func) in _RAISING
            for one in parent.items
        )
        for parent in at.module.ancestors(at.node)
    )


def _made(
    rule: Rule, problem: Problem, view: View, at: Location, related: Iterable[tuple[Place, str]]
) -> Finding:
    document = documents.find(rule.name)
    assert document is not None, rule.name
    fix = problem.fix
    return Finding(
        code=document.code,
        rule=rule.name,
        severity=problem.severity or document.severity,
        message=mask(problem.message),
        location=at,
        help=mask(problem.help),
        related=tuple(_related(related, view)),
        fix=Fix(mask(fix.title), fix.safety, fix.edits) if fix is not None else None,
    )


def _related(places: Iterable[tuple[Place, str]], view: View) -> Iterator[Related]:
    for place, words in places:
        if isinstance(place, Location):
            yield Related(place, mask(words))
            continue
        origin = checks.origin_of(place)
        if origin is None or origin.module.unit(origin.node) is None:
            continue
        yield Related(origin.module.source.locate(span(origin.module, origin.node)), mask(words))


def _excerpt(module: Module, place: Span) -> str:
    text = module.line_range(place.line, place.end_line)
    return re.sub(r"\s+", " ", text).strip()[:200]


def _unparsable(source: SourceFile, problem: UnparsableError) -> Finding:
    document = documents.find("unparsable-file")
    assert document is not None
    # Python counts on over lines that end in a backslash.
    column = min(problem.column, len(source.line_text(problem.line)) + 1)
    place = Span(problem.line, column, problem.line, column)
    location = source.locate(place)
    return Finding(document.code, document.name, document.severity, problem.message, location)


def _notes(module: Module) -> Iterator[str]:
    for unit in module.all_units():
        if unit.failed:
            place = Location(module.source.display, Span(unit.first, 1, unit.last, 1))
            yield f"{place.path}:{unit.first}: this statement was not judged: LibCST cannot take it"
