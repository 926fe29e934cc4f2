"""Findings for people: the message, the code it is about, the cure, and what a fix would do."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass

from claude_lint.findings import Finding, Fix, Location, Related, Safety, Span
from claude_lint.reports import Run, position, summary
from claude_lint.reports.changes import ChangedLine, Hunk, changes
from claude_lint.reports.frame import (
    CONTEXT,
    Paint,
    Window,
    cut,
    frame,
    glyphs,
    numbered,
    room,
    window_on,
)
from claude_lint.reports.visible import visible

WIDTH_OF_FILES = 160  # cells, where no terminal says how wide it is
MOST_CHANGES = 12  # lines of a fix that are shown

_STYLES = {
    "error": "1;31",
    "warning": "1;33",
    "info": "1;36",
    "name": "1",
    "gutter": "34",
    "code": "",
    "context": "2",
    "help": "1;36",
    "note": "1;34",
    "+": "32",
    "-": "31",
    "passed": "1;32",
}
_FIX_LABELS = {
    Safety.SAFE: "fix",
    Safety.UNSAFE: "unsafe fix",
    Safety.DISPLAY: "suggestion",
}


@dataclass(frozen=True, slots=True)
class _Page:
    """What findings are drawn on; `wrap` is the width that prose is wrapped to, if any."""

    run: Run
    paint: Paint
    width: int
    wrap: int | None


def render(run: Run, *, color: bool, width: int | None, quiet: bool = False) -> str:
    """Write all findings with their code, then the summary unless `quiet`.

    Prose is wrapped to the terminal's `width`. Without a terminal it stays on its line, so that
    it can be searched.
    """
    page = _Page(run, _colored if color else _plain, width or WIDTH_OF_FILES, width)
    explained: set[tuple[str, str]] = set()
    blocks = []
    for finding in run.findings:
        # The same advice under each of twenty findings would hide the findings.
        is_news = (finding.code, finding.help) not in explained
        explained.add((finding.code, finding.help))
        blocks.append(_finding(page, finding, with_help=is_news))
    if not quiet:
        blocks.append(_closing(page))
    return "\n".join("".join(f"{line}\n" for line in block) for block in blocks)


def _finding(page: _Page, finding: Finding, *, with_help: bool) -> list[str]:
    gutter = _gutter(finding)
    style = str(finding.severity)
    lines = [
        *_title(page, finding),
        *_code(page, finding.location, style=style, gutter=gutter, context=CONTEXT),
    ]
    for related in finding.related:
        lines += _related(page, related, gutter)
    if finding.help and with_help and not (finding.fix and finding.fix.title == finding.help):
        lines += _prose(page, "help", "help", finding.help)
    if finding.fix:
        lines += _fix(page, finding, finding.fix, gutter)
    return lines


def _title(page: _Page, finding: Finding) -> list[str]:
    mark = " [*]" if page.run.is_fixable(finding) else ""
    label = f"{finding.severity}[{finding.code}]{mark} {finding.rule}"
    return _prose(page, str(finding.severity), label, finding.message, indent=4)


def _related(page: _Page, related: Related, gutter: int) -> list[str]:
    # Where it starts is enough: the frame is a hint, not a second finding.
    start = related.location.span
    lines = page.run.source_lines(related.location.path, related.location.cell)
    if start.end_line > start.line <= len(lines):
        start = Span(start.line, start.column, start.line, len(lines[start.line - 1]) + 1)
    location = Location(related.location.path, start, related.location.cell)
    return [
        *_prose(page, "note", "note", related.message),
        *_code(page, location, style="note", gutter=gutter, context=0, underline="-"),
    ]


def _code(
    page: _Page,
    location: Location,
    *,
    style: str,
    gutter: int,
    context: int,
    underline: str = "^",
) -> list[str]:
    arrow = page.paint("gutter", f"{'':{gutter}}-->")
    return [
        f"{arrow} {visible(position(location))}",
        *frame(
            page.run.source_lines(location.path, location.cell),
            location.span,
            paint=page.paint,
            style=style,
            gutter=gutter,
            width=page.width,
            context=context,
            underline=underline,
        ),
    ]


def _fix(page: _Page, finding: Finding, fix: Fix, gutter: int) -> list[str]:
    lines = _prose(page, "help", _FIX_LABELS[fix.safety], fix.title)
    bar = page.paint("gutter", numbered("|", gutter=gutter))
    here = finding.location.path, finding.location.cell
    shown = 0
    for hunk in changes(fix.edits, page.run.source_lines):
        if (hunk.path, hunk.cell) != here:
            here = hunk.path, hunk.cell
            cell = "" if hunk.cell is None else f":cell {hunk.cell}"
            lines.append(page.paint("gutter", f"{'':{gutter}}-->") + visible(f" {hunk.path}{cell}"))
            lines.append(bar)
        else:
            lines.append(page.paint("gutter", "...") if shown else bar)
        window = _window(page, hunk, gutter)
        for changed in hunk.lines[: max(MOST_CHANGES - shown, 0)]:
            lines.append(_changed(page, changed, hunk.column, window, gutter))
        shown += len(hunk.lines)
    if shown > MOST_CHANGES:
        lines.append(page.paint("gutter", f"... {shown - MOST_CHANGES} more lines"))
    return [*lines, bar] if shown else lines


def _window(page: _Page, hunk: Hunk, gutter: int) -> Window:
    line = next(changed.text for changed in hunk.lines if changed.sign != " ")
    before = sum(glyph.cells for glyph in glyphs(line, hunk.column)[: hunk.column - 1])
    return window_on(line, hunk.column, (before, before + 1), room(page.width, gutter))


def _changed(page: _Page, changed: ChangedLine, near: int, window: Window, gutter: int) -> str:
    text = cut(glyphs(changed.text, near), window)
    number = "" if changed.sign == "-" else changed.number
    if changed.sign == " ":
        label = page.paint("gutter", numbered("|", number=number, gutter=gutter))
        return f"{label} {page.paint('context', text)}" if text else label
    label = numbered(changed.sign, number=number, gutter=gutter)
    return page.paint(changed.sign, f"{label} {text}".rstrip())


def _closing(page: _Page) -> list[str]:
    first, *rest = summary(page.run)
    if not page.run.findings:
        return [first, *rest]
    worst = max(page.run.findings, key=lambda finding: finding.severity)
    return [
        page.paint("name", first),
        *rest,
        f"Run {page.paint('name', f'claude-lint explain {worst.code}')} to read why.",
    ]


def _prose(
    page: _Page, style: str, label: str, text: str, *, indent: int | None = None
) -> list[str]:
    """Write `label: text`, wrapped to the terminal with the following lines indented."""
    start = f"{label}: "
    lines = [visible(text)]
    if page.wrap:
        lines = textwrap.wrap(
            lines[0],
            max(page.wrap, len(start) + 20),
            initial_indent=" " * len(start),
            subsequent_indent=" " * (len(start) if indent is None else indent),
            break_long_words=False,
            break_on_hyphens=False,
        ) or [""]
        lines[0] = lines[0][len(start) :]
    return [f"{page.paint(style, label)}: {lines[0]}", *lines[1:]]


def _gutter(finding: Finding) -> int:
    """Give the width of the largest line number in the finding's frames."""
    spans = [finding.location.span]
    spans += [related.location.span for related in finding.related]
    if finding.fix:
        spans += [edit.location.span for edit in finding.fix.edits]
    return len(str(max(span.end_line for span in spans) + CONTEXT))


def _colored(style: str, text: str) -> str:
    code = _STYLES[style]
    return f"\x1b[{code}m{text}\x1b[0m" if code and text else text


def _plain(style: str, text: str) -> str:
    return text
