"""The baseline: how many findings of each rule a file is known to have."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from claude_lint.files.encoding import Unreadable, read_bytes
from claude_lint.files.rewriting import put_file
from claude_lint.findings import Finding, UnusableError
from claude_lint.masking import mask

# Rule names to counts, by file. Neither lines nor times, so that it changes only with the findings.
Baseline = Mapping[str, Mapping[str, int]]

# A new key would hide behind an old one.
_NEVER = "hardcoded-key"
_LARGEST = 64 << 20  # bytes


class BaselineError(UnusableError):
    """A baseline that cannot be used; the text names the file."""


def read(path: Path) -> Baseline:
    """Read a baseline, or raise `BaselineError` if it is missing or is none."""
    try:
        # Names of files need not be Unicode; `write` and the file system agree on how they look.
        data = json.loads(read_bytes(path, _LARGEST).decode("utf-8", "surrogateescape"))
    except Unreadable as problem:
        reason = str(problem).removeprefix("Cannot be read: ")
        raise BaselineError(f"Baseline `{path}` cannot be read: {reason}") from None
    except (ValueError, RecursionError) as error:
        raise BaselineError(f"Baseline `{path}` is not JSON: {error}") from None
    if not _is_baseline(data):
        raise BaselineError(f"Baseline `{path}` must hold counts of rules by file")
    baseline: Baseline = data
    return baseline


def _is_baseline(data: object) -> bool:
    return isinstance(data, dict) and all(
        isinstance(counts, dict) and all(type(n) is int and n > 0 for n in counts.values())
        for counts in data.values()
    )


def write(path: Path, findings: Iterable[Finding]) -> None:
    """Record findings, but for hard-coded keys, in place of what the file says."""
    counted: dict[str, Counter[str]] = {}
    for finding in findings:
        if finding.rule != _NEVER:
            counted.setdefault(mask(finding.location.path), Counter())[finding.rule] += 1
    text = json.dumps(counted, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    try:
        put_file(path, text.encode("utf-8", "surrogateescape"))
    except OSError as error:
        raise BaselineError(f"Baseline `{path}` cannot be written: {error.strerror}") from None


def apply(
    findings: Iterable[Finding],
    baseline: Baseline,
    *,
    was_judged: Callable[[str, str], bool] = lambda path, rule: True,
) -> tuple[tuple[Finding, ...], int, tuple[str, ...]]:
    """Take out known findings; return the others, the number taken out, and notes for people.

    Where a file has more findings of a rule than recorded, all of them are kept, for nobody can
    tell the new from the old. Where it has fewer, a note says so, but only if `was_judged` says
    of the path and the rule's name that they took part in the run.
    """
    findings = tuple(findings)
    found = Counter((mask(finding.location.path), finding.rule) for finding in findings)
    recorded = {
        (path, rule): count
        for path, counts in baseline.items()
        for rule, count in counts.items()
        if rule != _NEVER
    }
    kept = tuple(
        finding
        for finding in findings
        for place in [(mask(finding.location.path), finding.rule)]
        if found[place] > recorded.get(place, 0)
    )
    notes = [
        f"{path}: {count} {rule} in the baseline, {found[path, rule] or 'none'} found"
        for (path, rule), count in sorted(recorded.items())
        if found[path, rule] < count and was_judged(path, rule)
    ]
    notes += [
        f"{path}: {_NEVER} in the baseline counts for nothing"
        for path, counts in sorted(baseline.items())
        if _NEVER in counts
    ]
    return kept, len(findings) - len(kept), tuple(notes)
