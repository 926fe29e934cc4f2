"""A run: find the files, judge those that could matter in worker processes, sum up."""

from __future__ import annotations

import functools
import os
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from claude_lint.claude.anchors import forget_mentions, is_sender
from claude_lint.configuration.rulings import Options as RulingOptions
from claude_lint.configuration.rulings import Rulings
from claude_lint.configuration.settings import Settings, SettingsError, forget_settings
from claude_lint.files.discovery import FoundFile, discover, display_path
from claude_lint.files.encoding import Inaccessible, Unreadable
from claude_lint.findings import Finding, Severity
from claude_lint.python.imports import imported_names
from claude_lint.relevance import bytes_to_judge, mentions, task_for

if TYPE_CHECKING:
    from claude_lint.cache import Cache
    from claude_lint.fixing.mend import Refusal, Rewritten
    from claude_lint.judge import Judged, Task
    from claude_lint.plugin_checks import PluginFailure
    from claude_lint.workers import Failure, Workers

# From this many bytes on, another process saves more time than its imports cost.
_WORTH_A_PROCESS = 100_000

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Options(RulingOptions):
    """What a run is told, and where it keeps results; without `cache_dir` the settings say."""

    cache_dir: Path | None = None
    no_cache: bool = False


@dataclass(frozen=True, slots=True)
class InternalError:
    """An exception in one file, of our own or of a plugin's rules.

    `plugin` is the one whose authors can do something about it. `path` is empty for what is wrong
    in all files.
    """

    path: str
    error: str
    traceback: str
    plugin: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """What a run found. `findings` are sorted; paths are relative to the working directory.

    `fails` tells whether a finding is as severe as its file's `fail-on`. `notes` are for
    everybody, `remarks` for those who ask. `timings` are seconds by phase. Where fixes were
    made, `findings` are what is left, and `fixed` counts the others by path, code and rule.
    """

    findings: tuple[Finding, ...]
    files: int
    relevant_files: int
    suppressed: int
    baselined: int
    fails: bool
    notes: tuple[str, ...]
    remarks: tuple[str, ...]
    internal_errors: tuple[InternalError, ...]
    facts: Mapping[str, tuple[dict[str, Any], ...]]
    timings: Mapping[str, float]
    fixed: Mapping[tuple[str, str, str], int] = field(default_factory=dict)
    rewritten: tuple[Rewritten, ...] = ()
    refusals: tuple[Refusal, ...] = ()


def run(options: Options, progress: Progress | None = None) -> Report:
    """Check what the options name; `progress` hears how many of how many files are judged.

    Raise `SettingsError`, `BaselineError` or `GitError` for what cannot be used of settings,
    selectors, the baseline or the commit to compare with. Whatever is wrong with a file is in the
    report.
    """
    forget_settings()
    forget_mentions()
    rulings = Rulings(options)
    _check_catalog(rulings.of_run)
    tally = _Tally()
    with ExitStack() as stack:
        with tally.timed("finding files"):
            files = _found(options, rulings, tally)
            touched = _touched(options, files)
        with tally.timed("reading"):
            tasks: list[Task] = []
            cache: Cache | None = None
            for task in _relevant(files, options, rulings, tally):
                cache = cache or _cache(options, rulings)
                known = cache.find(task) if cache else None
                if known is not None:
                    tally.add(task, known)
                    continue
                if not tasks:
                    workers = stack.enter_context(_start_workers())
                tasks.append(task)
        if tasks:
            with tally.timed("judging"):
                for task, judged in _judge(tasks, workers, options, tally, progress):
                    tally.add(task, judged)
                    if cache:
                        cache.keep(task, judged)
            if cache:
                cache.trim()
    if options.fix or options.diff:
        with tally.timed("fixing"):
            _fix(tasks, options, rulings, tally)
    by_display = {file.display: file for file in files}
    findings, baselined = _baseline(options, rulings, tally, by_display)
    if touched is not None:
        findings = [finding for finding in findings if touched(finding)]
    return tally.report(findings, len(files), baselined)


def find_files(options: Options) -> tuple[str, ...]:
    """List what a run would read, as it is displayed."""
    forget_settings()
    return tuple(file.display for file in _found(options, Rulings(options), _Tally()))


def _cache(options: Options, rulings: Rulings) -> Cache | None:
    """Return where results are kept; None for runs that need more than what is kept."""
    if options.no_cache or options.fix or options.diff or options.dump_facts:
        return None
    if options.stdin is not None:
        return None
    from claude_lint.cache import Cache

    return Cache(options.cache_dir or rulings.of_run.cache_dir, options)


def _check_catalog(settings: Settings) -> None:
    """Raise `SettingsError` for rows of the user's own that would stop every worker."""
    if not settings.catalog:
        return
    from claude_lint.claude.catalog import CatalogError, load

    for index, path in enumerate(settings.catalog):
        if not path.is_file():
            place = settings.origin("catalog", index)
            file = place.source if isinstance(place.source, Path) else None
            raise SettingsError(file, place.line, f"`catalog` names `{path}`, which is no file")
    try:
        load(settings.catalog, settings.extra_models)
    except CatalogError as error:
        raise SettingsError(None, None, str(error)) from None


@dataclass(slots=True)
class _Tally:
    """What is known of a run so far; files are known by how they are displayed."""

    judged: dict[str, Judged] = field(default_factory=dict)
    fail_on: defaultdict[str, Severity] = field(
        default_factory=lambda: defaultdict(lambda: Severity.WARNING)
    )
    notes: list[str] = field(default_factory=list)
    internal_errors: list[InternalError] = field(default_factory=list)
    plugin_failures: dict[PluginFailure, str] = field(default_factory=dict)
    fixed: Mapping[tuple[str, str, str], int] = field(default_factory=dict)
    rewritten: tuple[Rewritten, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    timings: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def timed(self, phase: str) -> Iterator[None]:
        start = time.perf_counter()
        yield
        self.timings[phase] = time.perf_counter() - start

    def add(self, task: Task, judged: Judged) -> None:
        self.judged[task.display] = judged
        self.fail_on[task.display] = task.settings.fail_on
        for failure in judged.failures:
            # What many files meet is said once, and of the first by name.
            known = self.plugin_failures.get(failure, task.display)
            self.plugin_failures[failure] = min(known, task.display)

    def fail(self, path: str, failure: Failure) -> None:
        self.internal_errors.append(InternalError(path, failure.error, failure.traceback))

    def findings(self) -> list[Finding]:
        found = (finding for judged in self.judged.values() for finding in judged.findings)
        return sorted(found, key=lambda finding: finding.sort_key)  # workers finish in any order

    def errors(self) -> tuple[InternalError, ...]:
        of_plugins = (
            InternalError(path if one.in_file else "", one.error, one.traceback, one.plugin)
            for one, path in self.plugin_failures.items()
        )
        errors = (*self.internal_errors, *of_plugins)
        return tuple(sorted(errors, key=lambda error: (error.path, error.error)))

    def report(self, findings: Sequence[Finding], files: int, baselined: int) -> Report:
        judged = sorted(self.judged.items())
        return Report(
            findings=tuple(findings),
            files=files,
            relevant_files=len(judged),
            suppressed=sum(one.suppressed for _, one in judged),
            baselined=baselined,
            fails=any(
                finding.severity >= self.fail_on[finding.location.path] for finding in findings
            ),
            notes=tuple(self.notes),
            remarks=tuple(f"{path}: {note}" for path, one in judged for note in sorted(one.notes)),
            internal_errors=self.errors(),
            facts={path: one.facts for path, one in judged if one.facts},
            timings=self.timings,
            fixed=self.fixed,
            rewritten=self.rewritten,
            refusals=self.refusals,
        )


def _found(options: Options, rulings: Rulings, tally: _Tally) -> list[FoundFile]:
    """Find the files of a run, in the order of their display."""
    files = {file.path: file for file in _named_and_walked(options, rulings, tally)}
    if not files:
        tally.notes.append("no Python files found")
    return sorted(files.values(), key=lambda file: (file.display, file.path))


def _named_and_walked(options: Options, rulings: Rulings, tally: _Tally) -> Iterator[FoundFile]:
    if options.stdin is not None:
        yield from _stdin(options, rulings)
        return
    # Those named themselves come last: they count as named though a named folder holds them, too.
    for path in sorted(options.paths, key=os.path.isfile):
        absolute = os.path.abspath(path)
        is_folder = os.path.isdir(absolute)
        settings = rulings.in_folder(absolute if is_folder else os.path.dirname(absolute))
        discovery = discover(
            [path],
            cwd=rulings.cwd,
            exclude=(*settings.exclude, *settings.extend_exclude),
            respect_gitignore=settings.respect_gitignore,
            force_exclude=options.force_exclude,
        )
        tally.notes += discovery.notes
        tally.notes += [f"{name}: no such file or folder" for name in discovery.missing]
        for file in discovery.files:
            own = rulings.of_file(file.path)
            if file.explicit or own is settings or not rulings.excluder(own)(file.path):
                yield file


def _stdin(options: Options, rulings: Rulings) -> Iterator[FoundFile]:
    path = rulings.cwd / (options.stdin_filename or "-")
    is_excluded = rulings.excluder(rulings.of_file(path))
    if not (options.force_exclude and is_excluded(path)):
        yield FoundFile(path, display_path(str(path), rulings.cwd), explicit=True)


def _relevant(
    files: Sequence[FoundFile], options: Options, rulings: Rulings, tally: _Tally
) -> Iterator[Task]:
    """Read files, and yield a task for each in which something points to Claude."""
    senders: list[tuple[FoundFile, tuple[str, ...]]] = []
    for file in files:
        settings = rulings.of_file(file.path)
        data = _read(file, settings, options, rulings, tally)
        if data is None:
            continue
        lowered = data.lower()
        if mentions(settings).note(str(file.path), lowered):
            yield task_for(file, data, options, rulings)
        elif is_sender(lowered):
            senders.append((file, tuple(imported_names(data))))
    # What the files mention themselves is known by now, and need not be read again.
    for file, names in senders:
        settings = rulings.of_file(file.path)
        if mentions(settings).are_behind(names, str(file.path)):
            data = _read(file, settings, options, rulings, tally)
            if data is not None:
                yield task_for(file, data, options, rulings)


def _read(
    file: FoundFile, settings: Settings, options: Options, rulings: Rulings, tally: _Tally
) -> bytes | None:
    """Return the bytes of a file, None if they cannot be had; what that means is in the tally."""
    if options.stdin is not None:
        return options.stdin
    try:
        return bytes_to_judge(file.path, settings)
    except Unreadable as problem:
        if isinstance(problem, Inaccessible) and not file.explicit:
            tally.notes.append(f"{file.display}: {problem}")
            return None
        from claude_lint.judge import refuse

        task = task_for(file, b"", options, rulings)
        tally.add(task, refuse(task, problem.message))
        return None


def _start_workers(unwritten: Mapping[Path, bytes] | None = None) -> Workers[Task, Judged]:
    """Start a first worker, which imports LibCST while further files are read."""
    # Imported here because most of a run's files, and often all, have nothing to do with Claude.
    from claude_lint import judge, workers

    prepare = functools.partial(judge.prepare, unwritten) if unwritten else judge.prepare
    started = workers.Workers(judge.judge, prepare)
    started.warm()
    return started


def _judge(
    tasks: Iterable[Task],
    workers: Workers[Task, Judged],
    options: Options,
    tally: _Tally,
    progress: Progress | None,
) -> Iterator[tuple[Task, Judged]]:
    """Judge files, and yield each when it is done."""
    from claude_lint.judge import refuse
    from claude_lint.workers import Answer, Crash, Job

    tasks = _in_order(tasks)
    worth = 1 + sum(len(task.data) for task in tasks) // _WORTH_A_PROCESS
    jobs = [Job(task, task.settings.file_time_limit) for task in tasks]
    judged = workers.judge(jobs, min(_processes(options), worth))
    for done, (job, outcome) in enumerate(judged, start=1):
        if isinstance(outcome, Answer):
            yield job.item, outcome.value
        elif isinstance(outcome, Crash):
            yield job.item, refuse(job.item, f"The parser {outcome.reason}")
        else:
            tally.fail(job.item.display, outcome)
        if progress:
            progress(done, len(tasks))


def _in_order(tasks: Iterable[Task]) -> list[Task]:
    """Put the largest files first, so that no long one is left when the others are done.

    Those of one project stay together, and in it those of one package of a repository with
    several: what is known of their neighbours is not kept for ever.
    """
    tasks = list(tasks)
    largest: defaultdict[tuple[Path, str], int] = defaultdict(int)
    for task in tasks:
        largest[_home(task)] = max(largest[_home(task)], len(task.data))

    def key(task: Task) -> tuple[int, tuple[Path, str], int]:
        return -largest[_home(task)], _home(task), -len(task.data)

    return sorted(tasks, key=key)


def _home(task: Task) -> tuple[Path, str]:
    """Return the project of a file, and the folder in it that holds the file."""
    root = task.settings.root
    inside = task.path.relative_to(root).parts[:-1] if task.path.is_relative_to(root) else ()
    return root, inside[0] if inside else ""


def _fix(tasks: Sequence[Task], options: Options, rulings: Rulings, tally: _Tally) -> None:
    """Make the fixes that are asked for; what is left takes the place of what was found."""
    from claude_lint.fixing.run import Wanted, fix

    def judge_again(tasks: Sequence[Task], unwritten: Mapping[Path, bytes]) -> Mapping[str, Judged]:
        with _start_workers(unwritten) as workers:
            judged = _judge(tasks, workers, options, tally, None)
            return {task.display: one for task, one in judged}

    known = rulings.of_run.baseline if not options.write_baseline else None
    wanted = Wanted(
        unsafe=options.unsafe_fixes,
        write=not options.diff and options.stdin is None,
        processes=_processes(options),
        spared=_recorded(tally.findings(), known) if known else frozenset(),
    )
    fixes = fix(tasks, tally.judged, judge_again, wanted)
    tally.judged.update(fixes.judged)
    tally.fixed, tally.rewritten, tally.refusals = fixes.fixed, fixes.rewritten, fixes.refusals
    tally.notes += fixes.notes
    for path, failure in fixes.failures:
        tally.fail(path, failure)


def _recorded(findings: Sequence[Finding], path: Path) -> frozenset[tuple[str, str]]:
    """Return the paths and codes of findings that the baseline takes out."""
    from claude_lint.suppressing import baseline

    kept, _, _ = baseline.apply(findings, baseline.read(path))
    places = {(finding.location.path, finding.code) for finding in findings}
    return frozenset(places - {(finding.location.path, finding.code) for finding in kept})


def _baseline(
    options: Options, rulings: Rulings, tally: _Tally, files: Mapping[str, FoundFile]
) -> tuple[Sequence[Finding], int]:
    """Return the findings that the baseline does not record, and the number of the others."""
    findings = tally.findings()
    path = rulings.of_run.baseline if options.use_baseline else None
    if path is None:
        if options.write_baseline:
            raise SettingsError(None, None, "`--write-baseline` needs `--baseline FILE`")
        return findings, 0
    from claude_lint.suppressing import baseline

    if options.write_baseline:
        if tally.errors():
            tally.notes.append(f"{path} was not written, for not all files could be judged")
        else:
            baseline.write(path, findings)

    def was_judged(display: str, rule: str) -> bool:
        file = files.get(display)
        if file is None:
            return False
        return rulings.selection(rulings.of_file(file.path)).enabled(rule, file.path)

    kept, number, notes = baseline.apply(findings, baseline.read(path), was_judged=was_judged)
    tally.notes += notes
    return kept, number


def _touched(options: Options, files: Sequence[FoundFile]) -> Callable[[Finding], bool] | None:
    """Return what tells the findings that a change brought from others; None where all count."""
    if options.diff_base is None:
        return None
    from claude_lint.suppressing.diff_base import touched

    return touched(options.diff_base, {file.display: file.path for file in files})


def _processes(options: Options) -> int:
    return options.jobs or _processors()


def _processors() -> int:
    """Count the processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
