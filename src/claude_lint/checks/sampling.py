"""CL204: `temperature`, `top_p` and `top_k`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from claude_lint.checks import Problem, View, rule
from claude_lint.checks.arguments import together, written_elsewhere
from claude_lint.checks.repairs import delete_entries, repair
from claude_lint.claude.catalog import releases, sdk_surface
from claude_lint.claude.facts import Request, is_absent
from claude_lint.claude.in_force import NamedModel, Way, named_models, numbers, sent, ways
from claude_lint.findings import Safety, Severity
from claude_lint.python.values import Entry, Value, options

NAMES = ("temperature", "top_p", "top_k")
"""The sampling parameters."""


@dataclass(frozen=True, slots=True)
class _Refusal:
    """Why a parameter is refused, and in which of the ways a request can go."""

    why: str
    ways: tuple[Way, ...]


@rule("sampling-parameter")
def check(request: Request, view: View) -> Iterator[Problem]:
    """CL204."""
    if not (request.is_generating or request.surface == "wrapper"):
        return
    possible = ways(request, view)
    for name in NAMES:
        for entry in _entries(request, name):
            refusals = _refusals(request, view, entry, possible)
            if refusals:
                yield _problem(entry, refusals, possible, view)


def _problem(
    entry: Entry, refusals: list[_Refusal], possible: tuple[Way, ...], view: View
) -> Problem:
    refused = {way for refusal in refusals for way in refusal.ways}
    is_certain = refused == set(possible)
    return Problem(
        entry.origin,
        "; ".join(_limited(refusal, possible) for refusal in refusals),
        help=f"Leave `{entry.name}` out",
        severity=None if is_certain else Severity.WARNING,
        related=written_elsewhere(entry, entry.value.origin, "the value"),
        fix=repair(view, f"Delete `{entry.name}`", Safety.UNSAFE, delete_entries(entry)),
    )


def _limited(refusal: _Refusal, possible: tuple[Way, ...]) -> str:
    """Say of a refusal which SDK majors or API versions it is limited to, where it is."""
    if set(refusal.ways) == set(possible):
        return refusal.why
    majors = sorted({way.major for way in refusal.ways if way.major is not None})
    if majors:
        return f"{refusal.why} with {releases.name_majors(majors)}"
    versions = ", ".join(dict.fromkeys(way.version or "" for way in refusal.ways))
    return f"{refusal.why} with API version {versions}"


def _entries(request: Request, name: str) -> Iterator[Entry]:
    """Yield what is sent under a name; a keyword of the SDK counts whatever its value."""
    yield from _keywords(request, name)
    for entry in sent(request, name):
        if not _is_keyword(request, entry):
            yield entry


def _keywords(request: Request, name: str) -> Iterator[Entry]:
    if request.surface == "sdk" and request.operation != "batch.item" and request.arguments:
        yield from request.arguments.keywords.named(name)


def _is_keyword(request: Request, entry: Entry) -> bool:
    return any(entry is one for one in _keywords(request, entry.name or ""))


def _refusals(
    request: Request, view: View, entry: Entry, possible: tuple[Way, ...]
) -> list[_Refusal]:
    """Collect who refuses a parameter in which ways: the SDK, the API version, or the model."""
    found: list[_Refusal] = []
    left = possible
    if _is_keyword(request, entry):
        lacking = _majors_without(request, entry, view)
        refused = tuple(way for way in left if way.major in lacking)
        if refused:
            why = (
                f"`{request.method}` takes no `{entry.name}` since anthropic {min(lacking)}.0: "
                "the call raises TypeError"
            )
            found.append(_Refusal(why, refused))
        left = tuple(way for way in left if way not in refused)
    if not request.reaches_claude or _is_certainly_absent(entry.value):
        return found
    refused = tuple(way for way in left if _is_of_no_version(entry, way, request, view))
    for version in dict.fromkeys(way.version for way in refused):
        sending = tuple(way for way in refused if way.version == version)
        why = f"API version {version} rejects `{entry.name}`: the API answers 400"
        found.append(_Refusal(why, sending))
    left = tuple(way for way in left if way not in refused)
    if left and (by_model := _refused_by_model(request, view, entry)):
        found.append(_Refusal(by_model, left))
    return found


def _majors_without(request: Request, entry: Entry, view: View) -> set[int]:
    """Return the SDK majors whose method does not take a keyword."""
    surface = sdk_surface.load()
    assert request.client is not None
    return {
        row.major
        for row in view.catalog.sdk_majors
        if (method := surface.method(request.client.kind, request.method, row.major)) is not None
        and entry.name not in method.keywords
    }


def _is_of_no_version(entry: Entry, way: Way, request: Request, view: View) -> bool:
    """Tell whether an API version refuses a parameter whatever its value.

    What a wrapper is given may be `None`, which it does not send.
    """
    row = view.catalog.api_version(way.version) if way.version else None
    if row is None or entry.name not in row.rejected_parameters:
        return False
    return request.surface != "wrapper" or any(numbers(entry.value))


def _refused_by_model(request: Request, view: View, entry: Entry) -> str | None:
    for named in named_models(request, view):
        if not together(entry, named):
            continue
        if named.model.sampling == "default_only":
            default = view.catalog.sampling_defaults.get(entry.name or "")
            for value in numbers(entry.value):
                if value.amount != default and together(entry, value, named):
                    but = f" but {default:g}" if default is not None else ""
                    return f"`{named.id}` takes no `{entry.name}`{but}: the API answers 400"
        elif named.model.sampling == "temperature_xor_top_p" and _is_second(request, entry, named):
            return f"`{named.id}` takes `temperature` or `top_p`, not both: the API answers 400"
    return None


def _is_second(request: Request, entry: Entry, named: NamedModel) -> bool:
    """Tell whether an entry is the later one of `temperature` and `top_p`."""
    other = {"temperature": "top_p", "top_p": "temperature"}.get(entry.name or "")
    if other is None or not any(numbers(entry.value)):
        return False
    for one in sent(request, other):
        if any(numbers(one.value)) and together(one, entry, named):
            entries = [each for option in request.body.options for each in option.entries]
            return entries.index(one) < entries.index(entry)
    return False


def _is_certainly_absent(value: Value) -> bool:
    return all(is_absent(one) for one in options(value))
