"""The command `diagnose`: from an error to what it means, and to the code that can cause it."""

from __future__ import annotations

import itertools
import os
import re
import sys
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from claude_lint import documents, terminal
from claude_lint.claude.catalog.errors import KnownError, readings, recognise
from claude_lint.commands import check as check_command
from claude_lint.commands.check import CLEAN, ERROR, Presentation
from claude_lint.documents import RuleDocument
from claude_lint.engine import Options, Report
from claude_lint.findings import Finding
from claude_lint.masking import mask
from claude_lint.python.tracebacks import Frame, frames

# Characters: logs are long, and their end is what is asked about.
_MOST_TEXT = 50_000
_MOST_ERRORS = 3
_MOST_FRAMES = 5
# The linter's own rules say nothing about requests.
_OWN = "CL9"


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What a text tells: errors, the rules that can cause them, and frames of the user's code.

    `errors` are empty where no row of the catalogue fits. `is_known` is false where the text fits
    no rule either: then any rule may matter. `frames` begin with the innermost call.
    """

    errors: tuple[KnownError, ...]
    is_known: bool
    rules: tuple[RuleDocument, ...]
    frames: tuple[Frame, ...]


def diagnose(text: str, options: Options) -> int:
    """Run the command over the options' paths, and return the exit code."""
    found = understand(text)
    width = terminal.width(sys.stdout)
    sections = [_meaning(found, text, width)]
    report = None
    if found.rules:
        codes = ",".join(rule.code for rule in found.rules)
        # What is known already, or was accepted long ago, can be the cause all the same.
        options = replace(options, select=codes, use_baseline=False)
        report = check_command.run_engine(options, Presentation())
        check_command.tell(report, Presentation())
        report = replace(report, findings=rank(report.findings, found.frames))
    sections += [_places(found.frames), _findings(found, report, options, width)]
    sections.append(_checklist(found.errors, width))
    terminal.write(mask("\n".join(filter(None, sections))))
    return ERROR if report and report.internal_errors else CLEAN


def understand(text: str) -> Diagnosis:
    """Find out what a text tells; what it calls an error need not be one of the API's."""
    text = text[-_MOST_TEXT:]
    errors = recognise(text)[:_MOST_ERRORS]
    own = [frame for frame in reversed(frames(text)) if not frame.is_library]
    rules = _causes(text, errors)
    is_known = bool(errors or rules)
    if not is_known:
        rules = tuple(rule for rule in _rules() if rule.default)
    return Diagnosis(errors, is_known, rules, tuple(dict.fromkeys(own)))


def rank(findings: Sequence[Finding], places: Sequence[Frame]) -> tuple[Finding, ...]:
    """Sort findings: those in files of the traceback first, the nearest to its lines before others.

    The innermost file comes first. The others follow by severity.
    """
    paths = {finding.location.path for finding in findings}
    innermost: dict[str, int] = {}
    lines: dict[str, list[int]] = {}
    for index, frame in enumerate(places):
        for path in _meant(frame, paths):
            innermost.setdefault(path, index)
            lines.setdefault(path, []).append(frame.line)

    def order(finding: Finding) -> tuple[int, int, int]:
        path, span = finding.location.path, finding.location.span
        if path not in innermost:
            return (len(places), 0, -finding.severity)
        distance = min(max(span.line - line, line - span.end_line, 0) for line in lines[path])
        return (innermost[path], distance, -finding.severity)

    return tuple(sorted(findings, key=lambda finding: (order(finding), finding.sort_key)))


def _meant(frame: Frame, paths: Iterable[str]) -> list[str]:
    """Return the paths that share most of their end with a frame's, which may be another machine's.

    A file in a container or on a server lies in another folder than here.
    """
    shared = {path: _shared(frame.path, os.path.abspath(path)) for path in paths}
    most = max(shared.values(), default=0)
    return [path for path, length in shared.items() if length == most > 0]


def _shared(one: str, other: str) -> int:
    """Count the parts at the ends of two paths that are the same."""
    ends = PurePosixPath(one).parts[::-1], Path(other).parts[::-1]
    same = (left == right for left, right in zip(*ends, strict=False))
    return sum(itertools.takewhile(bool, same))


def _causes(text: str, errors: Sequence[KnownError]) -> tuple[RuleDocument, ...]:
    """Return the rules whose findings can cause the errors, or what the text says besides."""
    told = readings(text)
    rules = _rules()
    named = {
        rule.code
        for rule in rules
        if any(re.search(pattern, reading) for pattern in rule.matches for reading in told)
    }
    chosen = set(named)
    for error in errors:
        if error.rules is not None:
            chosen |= {rule.code for rule in rules if is_selected(rule, error.rules)}
            continue
        able = [rule for rule in rules if not set(rule.http_status).isdisjoint(error.status)]
        # Where the words fit some rules, those that wait for other words are out of question.
        if any(rule.code in named for rule in able):
            able = [rule for rule in able if rule.code in named or not rule.matches]
        chosen |= {rule.code for rule in able}
    return tuple(rule for rule in rules if rule.code in chosen)


def _rules() -> list[RuleDocument]:
    return [rule for rule in documents.load() if not rule.code.startswith(_OWN)]


def is_selected(rule: RuleDocument, selectors: Iterable[str]) -> bool:
    """Tell whether a row of the catalogue of errors names a rule, or its family."""
    return any(selector == rule.name or rule.code.startswith(selector) for selector in selectors)


# ------------------------------------------------------------------------ what is shown


def _meaning(found: Diagnosis, text: str, width: int | None) -> str:
    if found.errors:
        blocks = ["".join(_known(error, width)) for error in found.errors]
        return "\n".join(blocks)
    if found.is_known:
        names = " and ".join(f"{rule.code} ({rule.name})" for rule in found.rules)
        return _prose(f"This is what comes of the code that {names} reports.", width)
    told = (
        "This text names no error that is known here: no HTTP status, no error type of the API, "
        "no exception of the SDK. All rules are checked."
    )
    return _prose(told, width)


def _known(error: KnownError, width: int | None) -> Iterator[str]:
    status = f"{error.status[0]}: " if error.status else ""
    title = f"{status}{error.title}"
    yield f"{title if status else title[0].upper() + title[1:]}\n"
    yield _prose(f"{error.meaning} {error.retry}", width)


def _places(places: Sequence[Frame]) -> str:
    if not places:
        return ""
    lines = ["Your code in the traceback, the innermost call first:\n"]
    for frame in places[:_MOST_FRAMES]:
        name = f" in {frame.name}" if frame.name else ""
        lines.append(f"  {frame.path}:{frame.line}{name}\n")
    if len(places) > _MOST_FRAMES:
        lines.append(f"  and {len(places) - _MOST_FRAMES} more\n")
    return "".join(lines)


def _findings(found: Diagnosis, report: Report | None, options: Options, width: int | None) -> str:
    if report is None:
        return _prose("No rule can see the cause of this, so no code was checked.", width)
    if report.findings:
        return check_command.rendered(report, options, Presentation(), sys.stdout)
    names = ", ".join(f"{rule.code} ({rule.name})" for rule in found.rules)
    if not found.is_known:
        names = f"all {len(found.rules)} rules"
    checked = f"{report.files} {'file' if report.files == 1 else 'files'}"
    told = f"Nothing in the code explains this: {checked} checked for {names}."
    if report.suppressed:
        told += f" Comments suppress {report.suppressed} of these findings."
    return _prose(told, width)


def _checklist(errors: Sequence[KnownError], width: int | None) -> str:
    points = dict.fromkeys(point for error in errors for point in error.check)
    if not points:
        return ""
    lines = [_prose(point, width, first="  [ ] ", rest="      ") for point in points]
    return "".join(["What no linter can see, and you can check:\n", *lines])


def _prose(text: str, width: int | None, *, first: str = "", rest: str = "") -> str:
    """Wrap a text to the terminal; without one it stays in its line, so that it can be searched."""
    if width is None:
        return f"{first}{text}\n"
    wrapped = textwrap.fill(
        text,
        max(width, 40),
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return f"{wrapped}\n"
