"""The command line of the fuzzers."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NoReturn

import click

from fuzz.trial import Outcome, Trial, Trials

_AT_ONCE = 50  # inputs of one seed, among which a complaint is looked for its simplest form

Judge = Callable[[Outcome], Iterable[str]]

_minutes = click.option("--minutes", type=float, default=1.0, help="How long to go on.")
_seed = click.option("--seed", type=int, default=0, help="Other seeds give other inputs.")
_finds = click.option(
    "--finds", type=click.Path(path_type=Path), help="Keep inputs with complaints in this folder."
)


@click.group()
def main() -> None:
    """Give the linter what nobody wrote; exit 1 if anything goes wrong with it."""


@main.command()
@_minutes
@_seed
@_finds
@click.argument("corpus", type=click.Path(path_type=Path), required=False)
def mutations(minutes: float, seed: int, finds: Path | None, corpus: Path | None) -> None:
    """Change real files at random: those in CORPUS, or else the project's own."""
    from fuzz import mutations

    _run(((trial, _complaints) for trial in mutations.trials(seed, corpus)), minutes, finds)


@main.command()
@_minutes
@_seed
@_finds
def requests(minutes: float, seed: int, finds: Path | None) -> None:
    """Write requests with known faults; these must be found, and nothing else."""
    from fuzz import requests

    cases = requests.cases(seed)
    _run(((case.trial, case.complaints) for case in cases), minutes, finds)


@main.command()
@_minutes
@_seed
@_finds
def sources(minutes: float, seed: int, finds: Path | None) -> None:
    """Make up Python from its grammar."""
    from fuzz import sources

    end = time.monotonic() + minutes * 60
    made = found = 0
    with Trials() as trials:
        while time.monotonic() < end:
            made += _AT_ONCE
            seed += 1
            worst = sources.run(trials.make, seed, _AT_ONCE)
            if worst is not None:
                found += 1
                _tell(worst[0], worst[1].complaints, finds, found)
    _sum_up(made, found)


def _complaints(outcome: Outcome) -> tuple[str, ...]:
    return outcome.complaints


def _run(trials: Iterator[tuple[Trial, Judge]], minutes: float, finds: Path | None) -> None:
    """Make trials until the time is over, and sum up."""
    end = time.monotonic() + minutes * 60
    made = found = 0
    with Trials() as judged:
        for trial, judge in trials:
            if time.monotonic() > end:
                break
            made += 1
            complaints = tuple(judge(judged.make(trial)))
            if complaints:
                found += 1
                _tell(trial, complaints, finds, found)
    _sum_up(made, found)


def _sum_up(made: int, found: int) -> NoReturn:
    click.echo(f"{made:,} inputs, {found} with complaints")
    raise SystemExit(found > 0)


def _tell(trial: Trial, complaints: tuple[str, ...], finds: Path | None, number: int) -> None:
    for complaint in complaints:
        click.echo(f"#{number} {'+'.join(trial.files)}: {complaint}", err=True)
    if finds is not None:
        for name, data in trial.files.items():
            folder = finds / str(number)
            folder.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(data)


if __name__ == "__main__":
    main()
