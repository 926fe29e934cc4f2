"""A workspace folder: the settings that hold in it, and the judgement of what is open in it."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from claude_lint import judge
from claude_lint.claude.anchors import forget_mentions
from claude_lint.claude.catalog import Catalog
from claude_lint.claude.catalog import load as load_catalog
from claude_lint.configuration.rulings import Options, Rulings
from claude_lint.configuration.settings import forget_settings
from claude_lint.files.changes import Unwritable, changes
from claude_lint.files.discovery import FoundFile
from claude_lint.files.rewriting import rewrite
from claude_lint.files.source import SourceFile
from claude_lint.findings import Finding
from claude_lint.fixing.fixes import is_applicable
from claude_lint.fixing.mend import Mending, Rewritten, mend, mend_each
from claude_lint.judge import Judged, Task
from claude_lint.relevance import could_matter, task_for
from claude_lint.server.bench import Bench
from claude_lint.server.editor_settings import options_from
from claude_lint.server.places import Places
from claude_lint.server.sheets import Sheet
from claude_lint.suppressing import baseline
from claude_lint.suppressing.suppressions import ignore_edits
from claude_lint.workers import Answer, Crash, Outcome

R = TypeVar("R")
# What becomes of files, nothing where they stay as they are.
Rewriting = Sequence[Rewritten]

# To mend a file is to judge it, this many times at most.
_JUDGEMENTS = 20


class WorkerError(Exception):
    """Our own code raised in the worker; the text is for a bug report."""


@dataclass(frozen=True, slots=True)
class Opinion:
    """What was found in a sheet, as it was when it was judged.

    `recorded` are the codes of what the baseline took out, `failures` say which rules of plugins
    could not judge. `tried` has what fixes come to, by the fingerprints of their findings.
    """

    sheet: Sheet
    findings: tuple[Finding, ...] = ()
    recorded: frozenset[str] = frozenset()
    failures: tuple[str, ...] = ()
    tried: dict[str, Rewriting] = field(default_factory=dict)


class Folder:
    """Judges sheets by the settings of their folder.

    `told` is what the editor's configuration says of the folder. Methods raise `SettingsError`,
    `BaselineError` or `CatalogError` for what cannot be used of the settings, and `WorkerError`.
    """

    def __init__(self, root: Path, told: object = None) -> None:
        self.root = root
        self.told = told
        self._bench = Bench(root)

    def renew(self) -> None:
        """Read all files anew from now on."""
        forget_mentions()
        self._bench.renew()

    def close(self) -> None:
        """End what is under way."""
        self._bench.close()

    def catalog(self) -> Catalog:
        """Return the model catalogue as the settings overlay it."""
        settings = self._rulings().of_run
        return load_catalog(settings.catalog, settings.extra_models)

    async def judge(self, sheet: Sheet, places: Places) -> Opinion:
        """Judge a sheet as if the files that are open were as the editor has them."""
        task = self._task(sheet)
        if task is None or not could_matter(sheet.data, sheet.path, task.settings):
            return Opinion(sheet)
        contents = {**places.unwritten(), sheet.path: sheet.data}
        outcome = await self._bench.ask(
            functools.partial(judge.judge, task, contents), task.settings.file_time_limit
        )
        judged = self._judged(task, outcome)
        found = judged.findings
        known = self._rulings().of_run.baseline
        kept = baseline.apply(found, baseline.read(known))[0] if known else found
        codes = {one.code for one in found} - {one.code for one in kept}
        failures = tuple(failure.error for failure in judged.failures)
        return Opinion(sheet, kept, frozenset(codes), failures)

    async def fixes(
        self, opinion: Opinion, findings: Sequence[Finding], places: Places
    ) -> list[Rewriting]:
        """Return what the fix of each finding alone comes to; nothing where it may not be made.

        Whether it holds what it promises is tried out, as `--fix` does.
        """
        mendable = [one for one in findings if is_applicable(one, unsafe=True)]
        new = [one for one in mendable if one.fingerprint not in opinion.tried]
        if new:
            mending = self._mending(opinion, places, unsafe=True)
            ask = functools.partial(mend_each, mending, new)
            made = await self._answer(ask, opinion.sheet) or [()] * len(new)
            names = (one.fingerprint for one in new)
            opinion.tried.update(zip(names, made, strict=True))
        return [opinion.tried.get(one.fingerprint, ()) for one in findings]

    async def ignores(self, sheet: Sheet, findings: Sequence[Finding]) -> list[Rewriting]:
        """Return for each finding what suppresses it in its line."""
        ask = functools.partial(_ignored, sheet.source, sheet.data, findings)
        return await self._answer(ask, sheet) or [()] * len(findings)

    async def fixed(self, opinion: Opinion, places: Places) -> Rewriting:
        """Return what all safe fixes of a sheet that hold what they promise come to."""
        if not any(is_applicable(one, unsafe=False) for one in opinion.findings):
            return ()
        mending = self._mending(opinion, places, unsafe=False)
        sheet = opinion.sheet
        mended = await self._answer(functools.partial(mend, mending), sheet)
        new = mended.contents.get(sheet.source.display, sheet.data) if mended else sheet.data
        return (Rewritten(sheet.source.display, sheet.data, new),)

    # ------------------------------------------------------------------

    def _rulings(self) -> Rulings:
        # Settings are read for each judgement: nobody tells when they change, and they are small.
        forget_settings()
        return Rulings(self._options(), self.root)

    def _options(self) -> Options:
        return options_from(self.told, self.root)

    def _task(self, sheet: Sheet) -> Task | None:
        """Say what is to be judged and by what; nothing in files that settings leave out."""
        rulings = self._rulings()
        if rulings.excluder(rulings.of_file(sheet.path))(sheet.path):
            return None
        file = FoundFile(sheet.path, sheet.source.display, explicit=True)
        return task_for(file, sheet.data, self._options(), rulings)

    def _mending(self, opinion: Opinion, places: Places, *, unsafe: bool) -> Mending:
        sheet = opinion.sheet
        tasks = filter(None, [self._task(sheet)])
        spared = frozenset((sheet.source.display, code) for code in opinion.recorded)
        contents = {**places.unwritten(), sheet.path: sheet.data}
        return Mending(tuple(tasks), unsafe, spared, contents)

    async def _answer(self, call: Callable[[], R], sheet: Sheet) -> R | None:
        limit = self._rulings().of_file(sheet.path).file_time_limit
        outcome = await self._bench.ask(call, _JUDGEMENTS * limit)
        return outcome.value if isinstance(outcome, Answer) else None

    def _judged(self, task: Task, outcome: Outcome[Judged]) -> Judged:
        if isinstance(outcome, Answer):
            return outcome.value
        if isinstance(outcome, Crash):
            return judge.refuse(task, f"The parser {outcome.reason}")
        raise WorkerError(outcome.error)


def _ignored(source: SourceFile, data: bytes, findings: Iterable[Finding]) -> list[Rewriting]:
    return [tuple(_with_ignore(source, data, finding)) for finding in findings]


def _with_ignore(source: SourceFile, data: bytes, finding: Finding) -> Iterator[Rewritten]:
    step = changes(source, ignore_edits(source, [finding]))
    with contextlib.suppress(Unwritable):
        yield Rewritten(source.display, data, rewrite(source, data, step))
