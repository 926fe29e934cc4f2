"""The command `check`: run the engine, show what it reports, and decide how the process ends."""

from __future__ import annotations

import json
import sys
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TextIO

import click

from claude_lint import __version__, documents, engine, reports, terminal
from claude_lint.engine import InternalError, Options, Report
from claude_lint.findings import Severity
from claude_lint.masking import mask

CLEAN, FOUND, ERROR = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Presentation:
    """What to show of a run, and where; `output_format` is one of `reports.FORMATS`."""

    output_format: str = "full"
    output_file: Path | None = None
    exit_zero: bool = False
    statistics: bool = False
    show_files: bool = False
    add_ignore: bool = False
    show_fixes: bool = False
    exit_non_zero_on_fix: bool = False
    timings: bool = False
    quiet: bool = False
    verbose: bool = False


def check(options: Options, shown: Presentation) -> int:
    """Run the command and return the exit code."""
    if shown.show_files:
        terminal.write("".join(f"{file}\n" for file in engine.find_files(options)))
        return CLEAN
    report = run_engine(options, shown)
    if shown.add_ignore:
        report = _add_ignores(report, options, shown)
    tell(report, shown)
    if shown.verbose:
        _tell_age(options)
    if options.diff:
        is_found = _show_patch(report, options, shown)
    else:
        is_found = _show_findings(report, options, shown)
    if report.internal_errors:
        return ERROR
    return FOUND if is_found and not shown.exit_zero else CLEAN


def _tell_age(options: Options) -> None:
    """Say on stderr how old the catalogue is, where it may lack what is known by now."""
    from claude_lint.claude import catalog as catalogs
    from claude_lint.commands.models import age, is_stale

    catalog = catalogs.load()
    if is_stale(catalog, options.as_of):
        terminal.tell(f"note: {age(catalog, options.as_of)}")


def _add_ignores(report: Report, options: Options, shown: Presentation) -> Report:
    """Write comments that ignore what was found, and check again."""
    from claude_lint.configuration.rulings import Rulings
    from claude_lint.suppressing.add_ignore import ignore_in_files

    rulings = Rulings(options)
    for path, reason in ignore_in_files(report.findings, lambda path: rulings.of_file(path).root):
        terminal.tell(f"warning: {path}: no comments were added: {reason}")
    after = run_engine(options, shown)
    found, left = len(report.findings), len(after.findings)
    terminal.tell(f"Added comments that ignore {found - left} of {found} findings")
    return after


def _show_findings(report: Report, options: Options, shown: Presentation) -> bool:
    """Show what was found, or what is left of it; tell whether that fails the run."""
    stream = sys.stdout
    if options.fix and options.stdin is not None:
        # The command is a filter then, and its output the code.
        code = report.rewritten[0].new if report.rewritten else options.stdin
        options, stream = replace(options, stdin=code), sys.stderr
        terminal.write(code)
    _write(rendered(report, options, shown, stream), shown.output_file, stream)
    if shown.output_file is not None and not shown.quiet:
        # A job that fails has to say so in its log.
        for line in reports.summary(_run(report, options, shown)):
            terminal.tell(line)
    return report.fails or (shown.exit_non_zero_on_fix and bool(report.fixed))


def _show_patch(report: Report, options: Options, shown: Presentation) -> bool:
    """Show what fixes would change; tell whether that is anything."""
    from claude_lint.reports.patch import patch

    text, is_masked = patch((one.path, one.old, one.new) for one in report.rewritten)
    _write(text, shown.output_file, sys.stdout)
    if is_masked:
        terminal.tell("warning: keys are masked in this patch, so it cannot be applied")
    if not shown.quiet:
        run = _run(report, options, shown)
        for line in (*reports.fixes_made(run, "Would fix"), *reports.fix_hint(run)):
            terminal.tell(line)
    return bool(text)


def run_engine(options: Options, shown: Presentation) -> Report:
    """Check what the options name, with a progress bar while that takes long."""
    with terminal.Progress("Checked", is_on=not shown.quiet) as progress:
        return engine.run(options, progress)


def tell(report: Report, shown: Presentation) -> None:
    """Say on stderr what is no finding."""
    if not shown.quiet:
        for note in report.notes:
            terminal.tell(f"warning: {note}")
        for refusal in report.refusals:
            where = reports.position(refusal.location)
            rule = f"{refusal.code} ({refusal.rule})"
            terminal.tell(f"warning: {where}: the fix of {rule} was not made: {refusal.reason}")
    if shown.verbose:
        for remark in report.remarks:
            terminal.tell(f"note: {remark}")
    for failure in report.internal_errors:
        terminal.tell(f"error: {_told(failure)}")
        if shown.verbose:
            terminal.tell(failure.traceback)
    if shown.timings:
        for phase, seconds in report.timings.items():
            terminal.tell(f"{seconds:8.3f} s  {phase}")


def _told(failure: InternalError) -> str:
    where = f"{failure.path}: " if failure.path else ""
    if failure.plugin:
        return f"{where}{failure.error}"
    report = "please report it, with the output of -v"
    return f"{where}internal error ({failure.error}); {report}"


def rendered(report: Report, options: Options, shown: Presentation, stream: TextIO) -> str:
    """Write a report in the format that is asked for, as fits the stream."""
    if options.dump_facts:
        facts = {"version": 1, "facts": report.facts}
        return mask(json.dumps(facts, indent=2, default=str)) + "\n"
    if shown.statistics:
        return _statistics(report, shown.output_format)
    is_shown_here = shown.output_file is None
    return reports.render(
        _run(report, options, shown),
        shown.output_format,
        color=is_shown_here and terminal.use_color(stream),
        width=terminal.width(stream) if is_shown_here else None,
        rules=documents.load(),
        quiet=shown.quiet,
    )


def _run(report: Report, options: Options, shown: Presentation) -> reports.Run:
    """Put a report into the words of the formats."""
    failures = (
        reports.Note(
            failure.error if failure.plugin else f"internal error: {failure.error}",
            Severity.ERROR,
            failure.path or None,
        )
        for failure in report.internal_errors
    )
    run = reports.Run(
        findings=report.findings,
        files=report.files,
        relevant_files=report.relevant_files,
        as_of=options.as_of,
        version=__version__,
        suppressed=report.suppressed,
        baselined=report.baselined,
        fixed=report.fixed,
        lists_fixes=shown.show_fixes,
        unsafe_fixes=options.unsafe_fixes,
        notes=(*map(reports.Note, report.notes), *failures),
        prefix=_prefix(Path.cwd()),
    )
    if not report.findings:
        return run
    # Imported here because most runs find nothing, and some are over before this is read.
    from claude_lint.commands.sources import Sources

    sources = Sources(options)
    return replace(run, source_lines=sources.lines, json_line=sources.json_line)


def _prefix(folder: Path) -> str:
    """Give a folder as seen from the root of its repository, "" where it is the root or in none."""
    for ancestor in (folder, *folder.parents):
        if (ancestor / ".git").exists():
            inside = folder.relative_to(ancestor).as_posix()
            return "" if inside == "." else f"{inside}/"
    return ""


def _statistics(report: Report, output_format: str) -> str:
    """Count findings by rule, the most frequent first."""
    counts = Counter((finding.code, finding.rule) for finding in report.findings)
    rows = sorted(counts.items(), key=lambda row: (-row[1], row[0]))
    if output_format == "json":
        listed = [{"code": code, "rule": rule, "count": count} for (code, rule), count in rows]
        return json.dumps(listed, indent=2) + "\n"
    width = len(str(rows[0][1])) if rows else 0
    return "".join(f"{count:{width}}  {code}  {rule}\n" for (code, rule), count in rows)


def _write(text: str | bytes, file: Path | None, stream: TextIO) -> None:
    if file is None:
        terminal.write(text, err=stream is sys.stderr)
        return
    from claude_lint.files.rewriting import put_file

    if isinstance(text, str):
        text = text.encode("utf-8", "backslashreplace")
    try:
        put_file(file, text)
    except OSError as error:
        raise click.FileError(str(file), error.strerror or str(error)) from None
