"""Fix the files of a run: mend them in worker processes, and write what nothing is worse for."""

from __future__ import annotations

import functools
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from claude_lint.files.changes import Step, Unwritable
from claude_lint.files.rewriting import replace_file
from claude_lint.files.source import SourceFile, decode_source
from claude_lint.findings import Finding, Location
from claude_lint.fixing.fixes import (
    Seen,
    as_suggestion,
    changed_files,
    is_applicable,
    outcome,
    told,
)
from claude_lint.fixing.mend import Mended, Mending, Refusal, Rewritten, mend
from claude_lint.judge import Judged, Task, prepare
from claude_lint.workers import Answer, Failure, Job, Outcome, Workers

# What is mended in one file may bring out what another lacks, which the next pass mends.
_MOST_PASSES = 10
# To mend a file is to judge it, this many times at most.
_JUDGEMENTS = 20

# Judges files, given the contents of those that are not yet written.
JudgeAgain = Callable[[Sequence[Task], Mapping[Path, bytes]], Mapping[str, Judged]]

# Files that are changed together.
_Groups = Sequence[frozenset[str]]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which fixes to make, in how many processes, and whether to write what comes of them.

    Findings of the rules in `spared`, by path and code, are left alone.
    """

    unsafe: bool
    write: bool
    processes: int
    spared: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True, slots=True)
class Fixes:
    """What fixing came to; `judged` says by path what is left.

    `fixed` counts findings by path, code and rule. Fixes that were refused are suggestions now.
    """

    judged: Mapping[str, Judged]
    rewritten: tuple[Rewritten, ...]
    fixed: Counter[tuple[str, str, str]]
    refusals: tuple[Refusal, ...]
    notes: tuple[str, ...]
    failures: tuple[tuple[str, Failure], ...]


def fix(
    tasks: Iterable[Task], judged: Mapping[str, Judged], judge_again: JudgeAgain, wanted: Wanted
) -> Fixes:
    """Fix files that were judged, and leave others alone; raise nothing for what cannot be."""
    known = {task.display: task for task in tasks if task.display in judged}
    run = _Run(known, judged, judge_again, wanted)
    for _ in range(_MOST_PASSES):
        if not run.mend():
            break
    run.take_back_what_harms_others()
    if wanted.write:
        run.write()
    return run.result()


@dataclass(frozen=True, slots=True)
class _Made:
    """What fixes have made of a file, by which changes, and the files that go with it."""

    task: Task
    steps: tuple[Step, ...]
    group: frozenset[str]


class _Run:
    def __init__(
        self,
        tasks: Mapping[str, Task],
        judged: Mapping[str, Judged],
        judge_again: JudgeAgain,
        wanted: Wanted,
    ) -> None:
        self.tasks, self.before, self.now = tasks, judged, dict(judged)
        self.judge_again, self.wanted = judge_again, wanted
        self.made: dict[str, _Made] = {}
        self.fixed: Counter[tuple[str, str, str]] = Counter()
        self.refusals: dict[tuple[Location, str], Refusal] = {}
        self.unsettled: set[str] = set()
        self.notes: list[str] = []
        self.failures: list[tuple[str, Failure]] = []

    # ------------------------------------------------------------------ mending

    def mend(self) -> bool:
        """Mend what can be; tell whether any file changed."""
        jobs = [Job(one, _time_limit(one)) for one in self._mendings()]
        before = dict(self.made)
        with Workers(mend, functools.partial(prepare, _contents(self.made))) as workers:
            for job, result in workers.judge(jobs, min(self.wanted.processes, len(jobs))):
                self._take(job.item, result)
        if self.made == before:
            return False
        self._judge()
        return True

    def _mendings(self) -> Iterator[Mending]:
        """Part the files with something to mend into groups that no fix reaches across."""
        groups: list[frozenset[str]] = []
        for path, judged in self.now.items():
            for finding in judged.findings:
                if finding.fix is not None and self._is_mendable(finding):
                    group = changed_files(finding.fix) | {path}
                    near = [other for other in groups if other & group]
                    groups = [other for other in groups if other not in near]
                    groups.append(group.union(*near))
        for group in groups:
            tasks = tuple(_current(self.made, self.tasks[path]) for path in sorted(group))
            yield Mending(tasks, self.wanted.unsafe, self.wanted.spared)

    def _is_mendable(self, finding: Finding) -> bool:
        return (
            finding.fix is not None
            and is_applicable(finding, unsafe=self.wanted.unsafe)
            and changed_files(finding.fix) <= self.tasks.keys() - self.unsettled
            and (finding.location.path, finding.code) not in self.wanted.spared
            and _key(finding) not in self.refusals
        )

    def _take(self, mending: Mending, result: Outcome[Mended]) -> None:
        """Take over what became of some files."""
        paths = [task.display for task in mending.tasks]
        if isinstance(result, Failure):
            self.failures += [(path, result) for path in paths]
        if not isinstance(result, Answer):
            reason = "of an internal error" if isinstance(result, Failure) else result.reason
            self._refuse(paths, f"the parser {reason}")
            return
        mended = result.value
        group = frozenset(mended.contents)
        group = group.union(*(self.made[path].group for path in group & self.made.keys()))
        for path in group:
            task = _current(self.made, self.tasks[path])
            steps = self.made[path].steps if path in self.made else ()
            self.made[path] = _Made(
                replace(task, data=mended.contents.get(path, task.data)),
                (*steps, *mended.steps.get(path, ())),
                group,
            )
        self.fixed += mended.fixed
        for key in [key for key, one in self.refusals.items() if one.location.path in paths]:
            del self.refusals[key]
        self.refusals.update({_key(one): one for one in mended.refusals})
        if not mended.is_settled:
            self.unsettled.update(paths)
            self.notes.append(f"{', '.join(paths)}: given up, for each fix brought up another")

    def _refuse(self, paths: Iterable[str], reason: str) -> None:
        for path in paths:
            for finding in self.now[path].findings:
                if self._is_mendable(finding):
                    refusal = Refusal(finding.location, finding.code, finding.rule, reason)
                    self.refusals[_key(finding)] = refusal

    def _judge(self) -> None:
        tasks = [_current(self.made, task) for task in self.tasks.values()]
        self.now.update(self.judge_again(tasks, _contents(self.made)))

    # ------------------------------------------------------------------ taking back

    def take_back_what_harms_others(self) -> None:
        """Undo what brings up problems that no fix mends in other files."""
        while harmed := next((path for path in self.tasks if self._new_in(path)), None):
            new = self._new_in(harmed)
            for group in self._culprits(harmed):
                self._undo(group, f"it would bring {told(new)} of {harmed}")
            self._judge()

    def _culprits(self, path: str) -> Iterable[frozenset[str]]:
        """Find the groups whose changes bring a file new findings.

        Where none alone or together can be told, it is the file's own, or all.
        """
        groups = sorted({made.group for made in self.made.values()}, key=sorted)
        innocent = self._with_innocent((), groups, path)
        guilty = [group for group in groups if group not in innocent]
        return guilty or [group for group in groups if path in group] or groups

    def _with_innocent(self, kept: _Groups, groups: _Groups, path: str) -> _Groups:
        """Add to groups that are kept those others whose changes do a file no harm besides."""
        together = (*kept, *groups)
        made = {one: each for one, each in self.made.items() if each.group in together}
        task = _current(made, self.tasks[path])
        judged = self.judge_again([task], _contents(made)).get(path)
        if judged is not None and not self._new(path, judged, made):
            return together
        if len(groups) <= 1:
            return kept
        middle = len(groups) // 2
        return self._with_innocent(
            self._with_innocent(kept, groups[:middle], path), groups[middle:], path
        )

    def _new_in(self, path: str) -> tuple[Finding, ...]:
        return self._new(path, self.now[path], self.made)

    def _new(self, path: str, judged: Judged, made: Mapping[str, _Made]) -> tuple[Finding, ...]:
        before = self.before[path]
        if not made or judged.findings == before.findings:
            return ()
        task = self.tasks[path]
        steps = made[path].steps if path in made else ()
        seen = Seen(_source(task), before.findings)
        return outcome(seen, steps, Seen(_source(_current(made, task)), judged.findings), ()).new

    def _undo(self, paths: Iterable[str], reason: str) -> None:
        for path in paths:
            del self.made[path]
            self.now[path] = self.before[path]
            self.fixed = Counter({key: n for key, n in self.fixed.items() if key[0] != path})
            self._refuse([path], reason)

    # ------------------------------------------------------------------ ending

    def write(self) -> None:
        """Write the files; what cannot be written stays as it was."""
        written: dict[str, bytes] = {}
        failed: dict[str, str] = {}
        for path, made in self.made.items():
            task, target = self.tasks[path], os.path.realpath(made.task.path)
            if written.get(target) == made.task.data:
                continue  # the same file by another name
            try:
                root = task.settings.root
                replace_file(task.path, made.task.data, expected=task.data, root=root)
                written[target] = made.task.data
            except Unwritable as problem:
                failed[path] = str(problem)
        for path, reason in failed.items():
            self._undo([path], reason)
        if failed:
            self._judge()

    def result(self) -> Fixes:
        """Sum up."""
        judged = {
            path: replace(one, findings=tuple(map(self._unless_refused, one.findings)))
            for path, one in self.now.items()
        }
        left = {_key(finding) for one in judged.values() for finding in one.findings}
        # A link is not what changes, and a file with two names changes once.
        rewritten = {
            _place(self.tasks[path]): (self.tasks[path].data, made.task.data)
            for path, made in self.made.items()
        }
        return Fixes(
            judged=judged,
            rewritten=tuple(Rewritten(path, *both) for path, both in sorted(rewritten.items())),
            fixed=self.fixed,
            refusals=tuple(one for key, one in self.refusals.items() if key in left),
            notes=tuple(self.notes),
            failures=tuple(self.failures),
        )

    def _unless_refused(self, finding: Finding) -> Finding:
        return as_suggestion(finding) if _key(finding) in self.refusals else finding


def _key(one: Finding | Refusal) -> tuple[Location, str]:
    return one.location, one.code


def _place(task: Task) -> str:
    """Return the path of the file that is written for a task, from where the run was made."""
    if not task.path.is_symlink():
        return task.display
    here, target = (Path(os.path.realpath(path)) for path in (Path.cwd(), task.path))
    return target.relative_to(here).as_posix() if target.is_relative_to(here) else task.display


def _time_limit(mending: Mending) -> float:
    return _JUDGEMENTS * sum(task.settings.file_time_limit for task in mending.tasks)


def _current(made: Mapping[str, _Made], task: Task) -> Task:
    return made[task.display].task if task.display in made else task


def _contents(made: Mapping[str, _Made]) -> dict[Path, bytes]:
    return {one.task.path: one.task.data for one in made.values()}


def _source(task: Task) -> SourceFile:
    return decode_source(task.path, task.display, task.data)
