"""A workspace folder: the settings that hold in it, and the judgement of what is open in it."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from claude_lint import judge
from claude_lint.claude.anchors import forget_mentions
from claude_lint.claude.catalog import Catalog
from claude_lint.claude.catalog import load as load_catalog
from claude_lint.configuration.rulings import Options, Rulings
from claude_lint.configuration.settings import forget_settings
from claude_lint.engine import could_matter, task_for
from claude_lint.files.discovery import FoundFile
from claude_lint.findings import Edit, Finding
from claude_lint.fixing.fixes import is_applicable
from claude_lint.fixing.mend import Mended, Mending, mend
from claude_lint.judge import Judged, Task
from claude_lint.server.bench import Bench
from claude_lint.server.editor_settings import options_from
from claude_lint.server.sheets import Sheet
from claude_lint.suppressing import baseline
from claude_lint.suppressing.suppressions import ignore_edits
from claude_lint.workers import Answer, Crash, Outcome

# To mend a file is to judge it, this many times at most.
_JUDGEMENTS = 20


class WorkerError(Exception):
    """Our own code raised in the worker; the text is for a bug report."""


@dataclass(frozen=True, slots=True)
class Opinion:
    """What was found in a sheet, as it was when it was judged.

    `recorded` are the codes of what the baseline took out, `failures` say which rules of plugins
    could not judge.
    """

    sheet: Sheet
    findings: tuple[Finding, ...] = ()
    recorded: frozenset[str] = frozenset()
    failures: tuple[str, ...] = ()


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

    async def judge(self, sheet: Sheet, unwritten: Mapping[Path, bytes]) -> Opinion:
        """Judge a sheet as if the files that are open were as the editor has them."""
        task = self._task(sheet)
        if task is None:
            return Opinion(sheet)
        contents = {**unwritten, sheet.path: sheet.data}
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

    async def ignores(self, sheet: Sheet, findings: Sequence[Finding]) -> list[tuple[Edit, ...]]:
        """Return for each finding the edits that suppress it in its line."""
        task = self._task(sheet)
        if task is None:
            return [()] * len(findings)
        ask = functools.partial(_ignores, sheet, findings)
        outcome = await self._bench.ask(ask, task.settings.file_time_limit)
        return outcome.value if isinstance(outcome, Answer) else [()] * len(findings)

    async def fixed(self, opinion: Opinion) -> bytes:
        """Return what a sheet holds after all of its safe fixes that hold what they promise."""
        sheet = opinion.sheet
        task = self._task(sheet)
        if task is None or not any(is_applicable(one, unsafe=False) for one in opinion.findings):
            return sheet.data
        spared = frozenset((task.display, code) for code in opinion.recorded)
        mending = Mending((task,), unsafe=False, spared=spared)
        outcome: Outcome[Mended] = await self._bench.ask(
            functools.partial(mend, mending), _JUDGEMENTS * task.settings.file_time_limit
        )
        if isinstance(outcome, Answer):
            return outcome.value.contents.get(task.display, sheet.data)
        return sheet.data

    # ------------------------------------------------------------------

    def _rulings(self) -> Rulings:
        # Settings are read for each judgement: nobody tells when they change, and they are small.
        forget_settings()
        return Rulings(self._options(), self.root)

    def _options(self) -> Options:
        return options_from(self.told, self.root)

    def _task(self, sheet: Sheet) -> Task | None:
        """Say what is to be judged; nothing in files that settings leave out or that send none."""
        rulings = self._rulings()
        settings = rulings.of_file(sheet.path)
        if rulings.excluder(settings)(sheet.path):
            return None
        if not could_matter(sheet.data, sheet.path, settings):
            return None
        file = FoundFile(sheet.path, sheet.source.display, explicit=True)
        return task_for(file, sheet.data, self._options(), rulings)

    def _judged(self, task: Task, outcome: Outcome[Judged]) -> Judged:
        if isinstance(outcome, Answer):
            return outcome.value
        if isinstance(outcome, Crash):
            return judge.refuse(task, f"The parser {outcome.reason}")
        raise WorkerError(outcome.error)


def _ignores(sheet: Sheet, findings: Sequence[Finding]) -> list[tuple[Edit, ...]]:
    return [ignore_edits(sheet.source, [finding]) for finding in findings]
