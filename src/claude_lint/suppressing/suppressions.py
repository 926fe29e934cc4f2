"""Suppressions at work: the findings they take out, and the ones about themselves."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from claude_lint.configuration.selection import Rule
from claude_lint.files.source import SourceFile
from claude_lint.findings import Edit, Finding, Fix, Safety, Severity, Span
from claude_lint.masking import mask
from claude_lint.python.comments import unfinished_lines
from claude_lint.python.reach import Reach
from claude_lint.suppressing.directives import (
    Directive,
    Item,
    find_directives,
    removal,
    span_between,
)

_UNUSED = ("CL902", "unused-ignore")
_UNKNOWN = ("CL903", "unknown-ignore")
_OUR_CODE = re.compile(r"CL\d{3}")
# What is wrong with a suppression is found after all else is suppressed, and so is suppressed last.
_ABOUT_IGNORES = (*_UNUSED, *_UNKNOWN)


@dataclass(frozen=True, slots=True)
class Applied:
    """Findings after suppression; `kept` includes those about the suppressions themselves."""

    kept: tuple[Finding, ...]
    suppressed: tuple[Finding, ...]


def apply(
    source: SourceFile,
    findings: Sequence[Finding],
    rules: Sequence[Rule],
    *,
    judge_unused: bool,
    enabled: Callable[[str], bool],
) -> Applied:
    """Take out the findings that a file's comments suppress, and judge these comments.

    `enabled` tells of a rule's code whether it is on in this file. Without `judge_unused` no
    suppression is called unused, as must be where not all rules ran or the file was not parsed.
    """
    directives = find_directives(source.text)
    if not directives:
        return Applied(tuple(findings), ())
    by_name = {name: rule for rule in rules for name in (rule.code, rule.name)}
    claims = [claim for each in directives for claim in _claims(each, by_name)]
    about_ignores = [claim for claim in claims if claim.rule.code in _ABOUT_IGNORES]
    others = [claim for claim in claims if claim.rule.code not in _ABOUT_IGNORES]

    kept, suppressed = _split(source, findings, others)
    judges = judge_unused and enabled(_UNUSED[0])
    remarks: list[Finding] = []
    if enabled(_UNKNOWN[0]):
        remarks += _unknown(source, directives, by_name)
    if judges:
        remarks += _unused(source, others, enabled)
    remarks, suppressed_remarks = _split(source, remarks, about_ignores)
    if judges:
        remarks += _unused(source, about_ignores, enabled)
    return Applied((*kept, *remarks), (*suppressed, *suppressed_remarks))


@dataclass(slots=True, eq=False)
class _Claim:
    """One rule that a directive suppresses."""

    directive: Directive
    item: Item
    rule: Rule
    is_repeated: bool
    is_used: bool = False


def _claims(directive: Directive, by_name: Mapping[str, Rule]) -> Iterator[_Claim]:
    seen = set()
    for item in (directive.items or ()) if directive.suppresses else ():
        rule = by_name.get(item.text)
        if rule is not None:
            yield _Claim(directive, item, rule, rule.code in seen)
            seen.add(rule.code)


def _split(
    source: SourceFile, findings: Sequence[Finding], claims: Sequence[_Claim]
) -> tuple[list[Finding], list[Finding]]:
    """Part findings into kept and suppressed, and note which claims were used."""
    if not findings or not claims:
        return list(findings), []
    by_line, by_file = _index(source, claims)
    kept: list[Finding] = []
    suppressed: list[Finding] = []
    for finding in findings:
        line = _line_of(source, finding)
        claim = by_line.get((finding.code, line)) or by_file.get(finding.code)
        if claim is None:
            kept.append(finding)
        else:
            claim.is_used = True
            suppressed.append(finding)
    return kept, suppressed


def _index(
    source: SourceFile, claims: Iterable[_Claim]
) -> tuple[dict[tuple[str, int], _Claim], dict[str, _Claim]]:
    coverage = _Coverage(source)
    by_line: dict[tuple[str, int], _Claim] = {}
    by_file: dict[str, _Claim] = {}
    indexed: set[tuple[str, range]] = set()
    for claim in claims:
        code = claim.rule.code
        if claim.directive.covers_file:
            by_file.setdefault(code, claim)
            continue
        for lines in coverage.of(claim.directive):
            if (code, lines) not in indexed:  # a hundred comments in one statement cost one
                indexed.add((code, lines))
                for line in lines:
                    by_line.setdefault((code, line), claim)
    return by_line, by_file


class _Coverage:
    """Which lines the directives of a text cover."""

    def __init__(self, source: SourceFile) -> None:
        self.reach = Reach(source.text)
        self._below = dict(_code_below_comments(source))

    def of(self, directive: Directive) -> Sequence[range]:
        line = directive.comment.line
        if not directive.comment.is_alone:
            return self.reach.of(line)
        # A key can stand in a comment, so that a comment alone covers itself too.
        own = range(line, line + 1)
        if directive.word == "noqa" or line not in self._below:
            return [own]
        return [own, *self.reach.of(self._below[line])]


def _code_below_comments(source: SourceFile) -> Iterator[tuple[int, int]]:
    """Pair each line of comment with the line of code below it, if only comments are between."""
    ends = {cell.first_line + cell.line_count - 1 for cell in source.cells}
    below = None
    for line in range(source.position(len(source.text))[0], 0, -1):
        if line in ends:
            below = None
        text = source.line_text(line).strip()
        if not text.startswith("#"):
            below = line if text else None
        elif below is not None:
            yield line, below


def _line_of(source: SourceFile, finding: Finding) -> int:
    return source.text_line(finding.location.span.line, finding.location.cell)


def _unused(
    source: SourceFile, claims: Iterable[_Claim], enabled: Callable[[str], bool]
) -> Iterator[Finding]:
    for claim in claims:
        if claim.is_used:
            continue
        name = f"`{claim.item.text}`"
        if claim.is_repeated:
            message = f"{name} is named twice in this comment"
        elif not enabled(claim.rule.code):
            message = f"{name} is not enabled, so there is nothing to ignore"
        else:
            message = f"{name} suppresses nothing " + (
                "in this file" if claim.directive.covers_file else "here"
            )
        cure = f"Remove {name} from the comment"
        fix = Fix(cure, Safety.SAFE, (removal(source, claim.directive, claim.item),))
        yield _remark(source, _UNUSED, claim.directive, claim.item, message, cure, fix)


def _unknown(
    source: SourceFile, directives: Iterable[Directive], by_name: Mapping[str, Rule]
) -> Iterator[Finding]:
    for directive in directives:
        word = directive.word
        if word == "noqa":
            yield from _unknown_items(source, directive, by_name)
        elif word not in ("ignore", "file-ignore"):
            # Without a list it may be prose about the linter.
            if directive.items is not None:
                message = f"`{word}` is no suppression"
                cure = "Write `ignore` or `file-ignore`"
                yield _remark(source, _UNKNOWN, directive, None, message, cure, None)
        elif not directive.items:
            message = f"A bare `{word}` suppresses nothing"
            cure = f"Name the rules, as in `# claude-lint: {word}[missing-max-tokens]`"
            edit = removal(source, directive, None)
            fix = Fix(f"Remove the bare `{word}`", Safety.SAFE, (edit,))
            yield _remark(source, _UNKNOWN, directive, None, message, cure, fix)
        elif not directive.suppresses:
            message = "`file-ignore` counts only on a line of its own"
            cure = "Move the comment to a line of its own, or write `ignore`"
            yield _remark(source, _UNKNOWN, directive, None, message, cure, None)
        else:
            yield from _unknown_items(source, directive, by_name)


def _unknown_items(
    source: SourceFile, directive: Directive, by_name: Mapping[str, Rule]
) -> Iterator[Finding]:
    for item in directive.items or ():
        if item.text in by_name:
            continue
        if directive.word == "noqa" and not _OUR_CODE.fullmatch(item.text):
            continue  # another linter's
        name = f"`{mask(item.text)}`"
        removing = f"Remove {name} from the comment"
        meant = difflib.get_close_matches(item.text[:40], by_name, n=1)
        cure = f"Write `{meant[0]}` if that is meant" if meant else removing
        fix = Fix(removing, Safety.SAFE, (removal(source, directive, item),))
        message = f"{name} names no rule"
        yield _remark(source, _UNKNOWN, directive, item, message, cure, fix)


def _remark(
    source: SourceFile,
    rule: tuple[str, str],
    directive: Directive,
    item: Item | None,
    message: str,
    cure: str,
    fix: Fix | None,
) -> Finding:
    return Finding(
        code=rule[0],
        rule=rule[1],
        severity=Severity.WARNING,
        message=message,
        location=source.locate(span_between(source, directive.start, directive.end)),
        help=cure,
        fix=fix,
        excerpt=mask(item.text) if item else directive.word,
    )


def ignore_edits(source: SourceFile, findings: Sequence[Finding]) -> tuple[Edit, ...]:
    """Give the edits that suppress findings in their lines.

    A rule joins a comment of ours that already covers the finding; else a comment is put on the
    statement's first line, or its last where a string or a backslash runs over the first.
    Findings about the file or its suppressions (CL9) are left alone.
    """
    return tuple(Edit(source.locate(span), new) for span, new in _insertions(source, findings))


def _insertions(source: SourceFile, findings: Sequence[Finding]) -> list[tuple[Span, str]]:
    wanted = sorted(
        (finding for finding in findings if not finding.code.startswith("CL9")),
        key=lambda finding: finding.sort_key,
    )
    if not wanted:
        return []
    coverage = _Coverage(source)
    unfinished = unfinished_lines(source.text)
    covering: dict[int, Directive] = {}
    for directive in find_directives(source.text):
        if directive.word == "ignore" and directive.items:
            for lines in coverage.of(directive):
                covering.update(dict.fromkeys(lines, directive))
    joined: dict[Directive, dict[str, None]] = {}
    added: dict[int, dict[str, None]] = {}
    for finding in wanted:
        line = _line_of(source, finding)
        if line in covering:
            joined.setdefault(covering[line], {})[finding.rule] = None
            continue
        first, last = coverage.reach.statement(line)
        place = first if first not in unfinished else last
        if place not in unfinished:
            added.setdefault(place, {})[finding.rule] = None
    insertions = []
    for directive, rules in joined.items():
        line, column = source.position((directive.items or ())[-1].end)
        insertions.append((Span(line, column, line, column), "".join(f", {r}" for r in rules)))
    for line, rules in added.items():
        text = source.line_text(line)
        span = Span(line, len(text.rstrip()) + 1, line, len(text) + 1)
        insertions.append((span, f"  # claude-lint: ignore[{', '.join(rules)}]"))
    return insertions
