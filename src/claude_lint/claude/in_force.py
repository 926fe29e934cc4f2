"""What a request has to get by with: SDK majors, API versions, models, beta features."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import libcst as cst

from claude_lint.claude.catalog import Model, State
from claude_lint.claude.catalog.model_ids import Verdict, judge
from claude_lint.claude.facts import Fields, Request, is_absent
from claude_lint.claude.view import View
from claude_lint.python.flow import NO_ARMS, Arms, compatible
from claude_lint.python.syntax import walk
from claude_lint.python.values import (
    Constant,
    Entry,
    Environ,
    Mapping,
    Origin,
    Result,
    Sequence,
    Symbol,
    Unknown,
    Value,
    options,
    strings,
)

_VERSION_HEADER = "anthropic-version"
BETA_HEADER = "anthropic-beta"


@dataclass(frozen=True, slots=True)
class Way:
    """A major of the SDK, None where none sends, and the API version, None where not known."""

    major: int | None
    version: str | None


@dataclass(frozen=True, slots=True)
class NamedModel:
    """A model that a request can name as `id` and that is served on the day of the check."""

    id: str
    model: Model
    under: Arms


@dataclass(frozen=True, slots=True)
class Number:
    """A number that a value can be."""

    amount: float
    origin: Origin | None
    under: Arms


@dataclass(frozen=True, slots=True)
class Betas:
    """The beta features a request states. `is_open` says that there may be others."""

    values: tuple[Constant, ...]
    is_open: bool

    def may_have(self, value: str) -> bool:
        """Tell whether a feature is stated, or may be."""
        return self.is_open or any(value in split_betas(one) for one in self.values)


def ways(request: Request, view: View) -> tuple[Way, ...]:
    """Return each SDK major in force with the API version that is sent then, oldest first."""
    stated = _stated_versions(request, view)
    if request.surface not in ("sdk", "wrapper"):
        return tuple(Way(None, version) for version in stated or (view.target.api_version,))
    found: list[Way] = []
    for major in view.target.sdk_majors():
        row = view.catalog.sdk(major)
        own = row.api_version if row is not None else None
        found.extend(Way(major, version) for version in stated or (own,))
    return tuple(found)


def _stated_versions(request: Request, view: View) -> tuple[str | None, ...]:
    """Return the API versions the request itself states, `()` where it certainly states none."""
    if request.surface == "bedrock":
        names = {
            name: row.id for row in view.catalog.api_versions for name in (row.id, *row.body_names)
        }
        return tuple(
            names.get(str(one.value)) for one in strings(request.body.value("anthropic_version"))
        )
    found: list[str | None] = []
    for entry in request.headers.headers(_VERSION_HEADER):
        if compatible(entry.under, request.world):
            known = [str(one.value) for one in strings(entry.value)]
            found.extend(known or [None])
    if not found and not _is_closed(request.headers):
        return (None,)
    return tuple(dict.fromkeys(found))


def _is_closed(headers: Fields) -> bool:
    return not headers.is_open and all(option.is_closed for option in headers.options)


def named_models(request: Request, view: View) -> Iterator[NamedModel]:
    """Yield the models a request can name, but for those that would fail for themselves."""
    for text in request.models():
        if not compatible(text.under, request.world):
            continue
        found = judge(view.catalog, str(text.value), request.platform, view.as_of)
        if (
            found.verdict in (Verdict.KNOWN, Verdict.MOVING)
            and found.model is not None
            and found.state not in (State.RETIRED, State.UNRELEASED)
        ):
            yield NamedModel(str(text.value), found.model, text.under)


def betas(request: Request) -> Betas:
    """Return the beta features of a request, from `betas=` and the header."""
    values: list[Constant] = []
    is_open = not _is_closed(request.headers)
    for entry in request.headers.headers(BETA_HEADER):
        values.extend(strings(entry.value))
        is_open = is_open or not any(strings(entry.value))
    listed = request.arguments.get("betas") if request.arguments is not None else None
    for one in options(listed):
        if isinstance(one, Sequence):
            for item in one.items:
                values.extend(strings(item))
                is_open = is_open or not any(strings(item))
        is_open = is_open or not (isinstance(one, Sequence) and one.is_closed)
    return Betas(tuple(values), is_open)


def split_betas(value: Constant) -> list[str]:
    """Return the features that a header's value or an item of `betas` names."""
    return [part.strip() for part in str(value.value).split(",")]


def sent(request: Request, name: str, given: Arms = NO_ARMS) -> Iterator[Entry]:
    """Yield what a request can send under a name, where it goes and in the branches `given`."""
    known = request.world | given
    for option in request.body.options:
        entries = option.named(name)
        # What is certainly set again in those branches is not what is sent.
        certain = [number for number, entry in enumerate(entries) if entry.under <= known]
        for entry in entries[certain[-1] if certain else 0 :]:
            if compatible(entry.under, known) and not is_absent(entry.value):
                yield entry


def mappings(value: Value | None) -> Iterator[Mapping]:
    """Yield the dicts a value can be, those that are written as calls of the SDK's types too."""
    for one in options(value):
        if isinstance(one, Mapping):
            yield one
        elif isinstance(one, Result) and isinstance(one.callee, Symbol):
            if one.callee.path.startswith("anthropic.types."):
                keywords = one.arguments.keywords
                yield Mapping(keywords.entries, keywords.rest, origin=one.origin, under=one.under)


def is_computed(value: Value) -> bool:
    """Tell whether code works a value out, so that it may well fit what it stands beside.

    What a caller may pass is not worked out here.
    """
    return any(
        _is_from_names(one)
        if isinstance(one, Constant)
        else not (isinstance(one, Environ) or (isinstance(one, Unknown) and one.why == "parameter"))
        for one in options(value)
    )


def _is_from_names(value: Constant) -> bool:
    """Tell whether a constant is the result of an expression with names in it."""
    return value.origin is not None and any(
        isinstance(node, cst.Name) for node in walk(value.origin.node)
    )


def numbers(value: Value | None, given: Arms = NO_ARMS) -> Iterator[Number]:
    """Yield the numbers a value is known to be able to be, environment defaults included.

    What is certainly bound again in the branches `given` is not what is there then.
    """
    found = options(value)
    if any(one.under and one.under <= given for one in found):
        found = tuple(one for one in found if one.under)
    for one in found:
        if isinstance(one, Constant):
            if isinstance(one.value, (int, float)) and not isinstance(one.value, bool):
                yield Number(one.value, one.origin, one.under)
        elif isinstance(one, Environ):
            for default in numbers(one.default):
                yield replace(default, under=default.under | one.under)
