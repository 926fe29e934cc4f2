"""CL215: what the SDK or the API no longer has."""

from __future__ import annotations

from collections.abc import Iterator

from packaging.version import Version

from claude_lint.checks import Problem, Repair, View, rule
from claude_lint.checks.removed_api_edits import (
    as_display,
    as_output_config,
    as_text,
    renamed,
    through_http_client,
    without_middle,
)
from claude_lint.checks.repairs import delete_entries, repair, replace_key
from claude_lint.checks.sampling import NAMES as SAMPLING
from claude_lint.claude.catalog import sdk_history
from claude_lint.claude.catalog.releases import Extent, from_release, in_majors, short
from claude_lint.claude.catalog.sdk_history import Removed
from claude_lint.claude.facts import Request
from claude_lint.claude.in_force import mappings, sent
from claude_lint.claude.keywords import keyword_of
from claude_lint.claude.misnomers import OLD_MAX_TOKENS
from claude_lint.claude.sdk_calls import SdkCall
from claude_lint.claude.sdk_members import SdkMember
from claude_lint.claude.sdk_names import SdkName
from claude_lint.findings import Safety
from claude_lint.python.values import Entry, Origin

_TEXT_COMPLETIONS = "completions"


@rule("removed-api")
def names(use: SdkName, view: View) -> Iterator[Problem]:
    """CL215: names of the package, where they are imported or read as attributes."""
    history = sdk_history.load()
    if use.is_guarded:
        return
    if use.how == "call":
        removed = _union_type(use.path)
    else:
        removed = history.name(use.path)
    extent = from_release(view.target, view.catalog, removed.since) if removed else None
    if removed is None or extent is None:
        return
    if use.how == "call":
        name = use.path.rpartition(".")[2]
        fact = f"`{name}` is a union since anthropic {short(removed.since)}"
        error = "calling it raises TypeError"
    else:
        fact = f"`anthropic.{use.path}` is gone since anthropic {short(removed.since)}"
        error = "the import fails" if use.how == "import" else "reading it raises AttributeError"
    yield Problem(
        use.at,
        extent.qualify(f"{fact}: {error}"),
        help=removed.instead,
        severity=extent.severity,
        fix=_renaming(use, removed, view),
    )


def _renaming(use: SdkName, removed: Removed, view: View) -> Repair | None:
    if use.how == "call":
        return as_display(use.at, view)
    if use.path != removed.path:
        return None  # a module is gone, and what it had is elsewhere
    return renamed(use.at, removed, view) or as_text(use.at, removed, view)


def _union_type(path: str) -> Removed | None:
    """Find a union by its name: it can be imported from several modules of the package."""
    name = path.rpartition(".")[2]
    return next(
        (
            row
            for row in sdk_history.load().union_types.values()
            if path.startswith("types.") and row.path.rpartition(".")[2] == name
        ),
        None,
    )


@rule("removed-api")
def members(use: SdkMember, view: View) -> Iterator[Problem]:
    """CL215: attributes of clients."""
    history = sdk_history.load()
    for number, name in enumerate(use.path):
        path = ".".join(use.path[: number + 1])
        removed = history.members.get(path)
        at = use.at(number)
        if removed is None or at is None or name in use.guarded:
            continue
        if path == _TEXT_COMPLETIONS and use.call is not None:
            return  # a request, and judged as that
        extent = _extent(removed, view)
        if extent is not None:
            at = Origin(use.module, use.call) if use.call is not None and removed.dead else at
            yield Problem(
                at,
                extent.qualify(
                    f"`client.{path}` is gone since anthropic {short(removed.since)}: "
                    "reading it raises AttributeError"
                ),
                help=removed.instead,
                severity=extent.severity,
                fix=without_middle(use, number, view)
                if removed.is_built_in
                else as_text(at, removed, view),
            )
        return


def _extent(removed: Removed, view: View) -> Extent | None:
    """Return the releases in which something fails: all, where the API lacks it as well."""
    if removed.dead is not None and view.as_of >= removed.dead:
        return Extent(True, "")
    return from_release(view.target, view.catalog, removed.since)


@rule("removed-api")
def text_completions(request: Request, view: View) -> Iterator[Problem]:
    """CL215: Text Completions, by the SDK or by hand."""
    removed = sdk_history.load().members[_TEXT_COMPLETIONS]
    is_dead = request.reaches_claude and removed.dead is not None and view.as_of >= removed.dead
    if request.operation == "complete" and request.url is not None and is_dead:
        yield Problem(
            request.url,
            f"Text Completions serve no model since {removed.dead}: the request fails",
            help="Post to `/v1/messages`, with `messages` and `max_tokens`",
        )
    elif request.operation == "completions.create" and request.surface == "sdk":
        extent = (
            Extent(True, "") if is_dead else from_release(view.target, view.catalog, removed.since)
        )
        if extent is None:
            return
        fact = (
            f"Text Completions serve no model since {removed.dead}, and anthropic "
            f"{short(removed.since)} dropped `client.completions`"
            if is_dead
            else extent.qualify(
                f"`client.completions` is gone since anthropic {short(removed.since)}: "
                "reading it raises AttributeError"
            )
        )
        yield Problem(request.call, fact, help=removed.instead, severity=extent.severity)


@rule("removed-api")
def old_fields(request: Request, view: View) -> Iterator[Problem]:
    """CL215: `max_tokens_to_sample`, which only Text Completions had."""
    if request.surface not in ("sdk", "raw") or not request.is_generating:
        return
    for entry in sent(request, OLD_MAX_TOKENS):
        is_keyword = _is_keyword(request, entry)
        if not is_keyword and not request.reaches_claude:
            continue
        has_new = any(sent(request, "max_tokens"))
        error = "the call raises TypeError" if is_keyword else "the API answers 400"
        yield Problem(
            entry.origin,
            f"`{OLD_MAX_TOKENS}` belongs to Text Completions: {error}",
            help=f"Leave `{OLD_MAX_TOKENS}` out" if has_new else "Use `max_tokens`",
            fix=repair(view, "Delete it", Safety.UNSAFE, delete_entries(entry))
            if has_new
            else repair(view, "Use `max_tokens`", Safety.SAFE, replace_key(entry, "max_tokens")),
        )


def _is_keyword(request: Request, entry: Entry) -> bool:
    return (
        request.surface == "sdk"
        and request.operation != "batch.item"
        and request.arguments is not None
        and any(entry is one for one in request.arguments.keywords.entries)
    )


@rule("removed-api")
def arguments(call: SdkCall, view: View) -> Iterator[Problem]:
    """CL215: keywords of clients' methods and constructors."""
    if call.is_guarded or not call.client:
        return
    history = sdk_history.load()
    for entry in call.arguments.keywords.entries:
        if entry.name is None or entry.name in SAMPLING:
            continue
        found = _removed_argument(call, entry.name, view) or _refused_dict(call, entry, view)
        if found is not None:
            fact, removed, extent = found
            yield Problem(
                entry.origin,
                extent.qualify(f"{fact}: the call raises TypeError"),
                help=removed.instead,
                severity=extent.severity,
                fix=through_http_client(call, entry, removed, view)
                if removed.http_argument
                else as_output_config(call, entry, view)
                if entry.name == history.schema_dict.path
                else None,
            )


_Fact = tuple[str, Removed, Extent]
"""What is so, what it was, and for which releases."""


def _removed_argument(call: SdkCall, name: str, view: View) -> _Fact | None:
    """Tell of a keyword that earlier releases took."""
    keyword = keyword_of(call, name, view)
    removed = sdk_history.load().arguments.get(f"{call.method}:{name}" if call.method else name)
    lacking = keyword.lacking_after_taking()
    if removed is None and lacking:
        first = view.catalog.sdk(min(lacking))
        assert first is not None
        removed = Removed("argument", name, Version(first.first), f"Leave `{name}` out")
    if removed is None or keyword.is_taken_in(removed.since.major):
        return None
    extent = from_release(view.target, view.catalog, removed.since)
    fact = f"`{call.callee}` takes no `{name}` since anthropic {short(removed.since)}"
    return (fact, removed, extent) if extent else None


def _refused_dict(call: SdkCall, entry: Entry, view: View) -> _Fact | None:
    """Tell of a dict where a keyword takes, or has come to take, a class only."""
    refused = sdk_history.load().schema_dict
    if entry.name != refused.path or not any(mappings(entry.value)):
        return None
    keyword = keyword_of(call, entry.name, view)
    if not keyword.taking:
        extent = in_majors(view.target, keyword.known)
        fact = f"`{call.callee}` takes no `{entry.name}`"
    else:
        extent = in_majors(
            view.target, [major for major in keyword.taking if major >= refused.since.major]
        )
        fact = f"`{entry.name}` takes no dict since anthropic {short(refused.since)}"
    return (fact, refused, extent) if extent else None
