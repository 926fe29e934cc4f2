"""Which errors of the Claude API, its SDK and the clouds a text tells of.

What they mean is in `rules/catalog/errors.toml`.
"""

from __future__ import annotations

import functools
import importlib.resources
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from typing import Any

import tomli

from claude_lint.python.tracebacks import without_source

_STATUS = re.compile(
    r"""(?: error | status(?:[\s_-]*code)? | \bcode | \bresponse | \brejected
          | \bHTTP(?:/[\d.]+)?(?:\s(?:error|status|response\scode))? )
        ["']? [\s:=(,\[]* ["']? (?P<after>[45]\d\d)\b
      | \b(?P<before>[45]\d\d)
        (?: ,\s?message= | \s(?:client|server)\serror | \serror\b | \sBad\sRequest | \sUnauthorized
          | \sPayment\sRequired | \sForbidden | \sNot\sFound | \sRequest\sTime-?out | \sConflict
          | \s(?:Request\sEntity|Payload|Content|Request)\sToo\sLarge | \sUnprocessable
          | \sToo\sMany\sRequests | \sInternal\sServer | \sBad\sGateway | \sService\sUnavailable
          | \sGateway\sTime-?out | \sOverloaded )""",
    re.IGNORECASE | re.VERBOSE,
)
# A line in which the user's own server says how it answered.
_OWN_ACCESS_LOG = re.compile(r'"[A-Z]+ /(?!v1/)\S* HTTP/[\d.]+" \d{3}.*')


@dataclass(frozen=True, slots=True)
class KnownError:
    """A row of the catalogue: how an error is known, what it means, and what to look at.

    `rules` are selectors of the rules that can cause it; None stands for those with its status.
    `check` is what no linter can see.
    """

    id: str
    title: str
    meaning: str
    retry: str
    check: tuple[str, ...]
    source: tuple[str, ...]
    status: tuple[int, ...] = ()
    texts: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    exceptions: tuple[str, ...] = ()
    rules: tuple[str, ...] | None = None


@functools.cache
def load() -> tuple[KnownError, ...]:
    """Read the catalogue, the most special rows of a kind first."""
    catalog = importlib.resources.files("claude_lint.rules") / "catalog" / "errors.toml"
    return tuple(map(_row, tomli.loads(catalog.read_text("utf-8"))["error"]))


def readings(text: str) -> tuple[str, str]:
    """Return a text as it is, and without line breaks and the escapes of JSON and `repr`."""
    plain = text.replace("\\n", " ").replace('\\"', '"').replace("\\'", "'")
    return text, " ".join(plain.split())


def recognise(text: str) -> tuple[KnownError, ...]:
    """Find the errors that a text tells of, in the catalogue's order.

    The text may be a status, the body of an answer, a message, a traceback or a log. What it says
    counts most: a status or a class tells nothing more where the words are known.
    """
    told = readings(text)
    special = [error for error in load() if _says(error, told)]
    explained = {status for error in special for status in error.status}
    found = set(special)
    for error, is_class in _mentioned(text):
        if explained.isdisjoint(error.status) and not (special and is_class):
            found.add(error)
    return tuple(error for error in load() if error in found)


def _says(error: KnownError, told: Iterable[str]) -> bool:
    return any(re.search(pattern, text) for pattern in error.texts for text in told)


def _mentioned(text: str) -> Iterator[tuple[KnownError, bool]]:
    """Yield the errors named by status, type or class, and whether it was only by class.

    Of what stands in one line, only the strongest counts.
    """
    by_status, by_type, by_class = _indexes()
    if re.fullmatch(r"\s*[45]\d\d\s*", text):
        text = f"status {text}"
    for line in _OWN_ACCESS_LOG.sub("", without_source(text)).splitlines():
        statuses = [int(match["after"] or match["before"]) for match in _STATUS.finditer(line)]
        known = [by_status[status] for status in statuses if status in by_status]
        known = known or [by_type[word] for word in re.findall(r"\w+", line) if word in by_type]
        yield from ((error, False) for error in known)
        if not known:
            # The class of an exception, not its name in prose or code.
            words = re.findall(r"\b(\w+)(?=[:(\])'\">]|\s*$)", line)
            yield from ((by_class[word], True) for word in words if word in by_class)


@functools.cache
def _indexes() -> tuple[dict[int, KnownError], dict[str, KnownError], dict[str, KnownError]]:
    """Map statuses, types and classes to the general rows that have them."""
    # Where a special row has the status too, the general one comes after it.
    by_status = {status: error for error in load() for status in error.status}
    by_type = {name: error for error in load() for name in error.types}
    by_class = {name: error for error in load() for name in error.exceptions}
    return by_status, by_type, by_class


def _row(row: dict[str, Any]) -> KnownError:
    known = {field.name for field in fields(KnownError)}
    if unknown := row.keys() - known:
        raise ValueError(f"unknown field `{min(unknown)}` in the error {row.get('id')}")
    values: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in row.items()
    }
    return KnownError(**values)
