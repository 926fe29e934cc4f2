"""CL222, CL223: what no release of the SDK has."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from claude_lint.checks import Problem, Repair, View, rule
from claude_lint.checks.code_edits import surround
from claude_lint.checks.repairs import (
    delete_entries,
    repair,
    replace_expression,
    replace_key,
)
from claude_lint.checks.sampling import NAMES as SAMPLING
from claude_lint.claude.catalog import sdk_history, sdk_surface
from claude_lint.claude.catalog.releases import in_majors
from claude_lint.claude.catalog.sdk_history import ForeignName
from claude_lint.claude.in_force import mappings
from claude_lint.claude.keywords import Keyword, keyword_of
from claude_lint.claude.misnomers import OLD_MAX_TOKENS, nearest
from claude_lint.claude.sdk_calls import SdkCall
from claude_lint.claude.sdk_members import SdkMember
from claude_lint.claude.sdk_names import SdkName
from claude_lint.findings import Safety
from claude_lint.python.values import Entry, Mapping, Origin, options

_KEYWORDS_ONLY = ("create", "stream", "parse", "tool_runner", "count_tokens")
_TOLD_ELSEWHERE = frozenset({*SAMPLING, OLD_MAX_TOKENS})


# ---------------------------------------------------------------------- arguments


@rule("unknown-argument")
def arguments(call: SdkCall, view: View) -> Iterator[Problem]:
    """CL222."""
    if call.is_guarded or not call.client:
        return
    yield from _positional(call, view)
    for entry in call.arguments.keywords.entries:
        if entry.name is not None and not _is_told_elsewhere(call, entry, view):
            yield from _unknown_keyword(call, entry, entry.name, view)


def _is_told_elsewhere(call: SdkCall, entry: Entry, view: View) -> bool:
    """Tell whether the keyword is sampling-parameter's, openai-parameter's or removed-api's."""
    name = entry.name or ""
    is_message = call.method.rpartition(".")[0].endswith("messages")
    if is_message and (name in _TOLD_ELSEWHERE or name in view.catalog.openai_parameters):
        return True
    history = sdk_history.load()
    if name == history.schema_dict.path and any(mappings(entry.value)):
        return True
    return (f"{call.method}:{name}" if call.method else name) in history.arguments


def _positional(call: SdkCall, view: View) -> Iterator[Problem]:
    """Tell of `create({…})`: the methods that send messages take keywords only."""
    owner, _, name = call.method.rpartition(".")
    if not owner.endswith("messages") or name not in _KEYWORDS_ONLY:
        return
    if not call.arguments.positional or (at := call.positional_at) is None:
        return
    is_dict = any(isinstance(one, Mapping) for one in options(call.arguments.positional[0]))
    yield Problem(
        at,
        f"`{call.method}` takes keyword arguments only: the call raises TypeError",
        help="Unpack the dict with `**`" if is_dict else "Name each argument",
        fix=_unpacking(at, view) if is_dict else None,
    )


def _unpacking(at: Origin, view: View) -> Repair | None:
    argument = at.module.parents.get(at.node)  # which parentheses belong to
    if not isinstance(argument, cst.Arg):
        return None
    edits = surround(Origin(at.module, argument), "**", "")
    return repair(view, "Unpack it", Safety.UNSAFE, edits)


def _unknown_keyword(call: SdkCall, entry: Entry, name: str, view: View) -> Iterator[Problem]:
    keyword = keyword_of(call, name, view)
    if not keyword.known or keyword.lacking_after_taking():
        return
    foreign = sdk_history.load().foreign_arguments.get(name)
    meant = _meant(name, foreign, keyword)
    senseless = sdk_history.load().senseless_arguments.get(
        (call.method.removeprefix("beta."), name)
    )
    is_blunder = bool(meant or foreign or senseless) or _is_misplaced(call, name, view)
    failing = {
        major
        for major in keyword.known - keyword.taking
        # What is passed only sometimes may be passed only where another method is called.
        if is_blunder or not (entry.under or _may_gain(major, view))
    }
    if keyword.was_taken:
        failing.discard(0)
    extent = in_majors(view.target, failing)
    if extent is None:
        return
    meant_free = meant if meant and not call.arguments.keywords.named(meant) else ""
    yield Problem(
        entry.origin,
        extent.qualify(f"`{call.callee}` takes no `{name}`: the call raises TypeError"),
        help=senseless
        or (
            f"Leave `{name}` out, or require a release that takes it"
            if keyword.taking
            else _cure(name, meant, foreign, call, view)
        ),
        severity=extent.severity,
        fix=repair(view, f"Use `{meant}`", Safety.UNSAFE, replace_key(entry, meant))
        if meant_free
        else repair(view, f"Delete `{name}`", Safety.UNSAFE, delete_entries(entry)),
    )


def _meant(name: str, foreign: ForeignName | None, keyword: Keyword) -> str:
    """Return the keyword that another library's name, or a misspelling, stands for."""
    if foreign is not None:
        return foreign.means if foreign.means in keyword.others else ""
    return nearest(name, keyword.others) or ""


def _is_misplaced(call: SdkCall, name: str, view: View) -> bool:
    """Tell whether a method is passed what only clients take, or a client what calls take."""
    surface = sdk_surface.load()
    for major in view.target.sdk_majors():
        if call.method:
            taken = surface.constructor(call.client, major)
        else:
            method = surface.method(call.client, "messages.create", major)
            taken = method.keywords | method.past if method is not None else None
        if name in (taken or ()):
            return True
    return False


def _cure(name: str, meant: str, foreign: ForeignName | None, call: SdkCall, view: View) -> str:
    if meant:
        return f"Use `{meant}`"
    if foreign is not None and foreign.instead:
        return foreign.instead
    newest = max(view.target.sdk_majors())
    if call.method and _is_misplaced(call, name, view):
        return f"Pass `{name}` to the client, or to `client.with_options`"
    other = f"beta.{call.method}" if call.method else "messages.create"
    method = sdk_surface.load().method(call.client, other, newest)
    if method is not None and name in method.keywords:
        return f"Use `client.{other}`" if call.method else f"Pass `{name}` to each call"
    return f"Leave `{name}` out"


# ---------------------------------------------------------------------- attributes


@rule("unknown-method")
def members(use: SdkMember, view: View) -> Iterator[Problem]:
    """CL223: attributes that no client has."""
    history, surface = sdk_history.load(), sdk_surface.load()
    for number, name in enumerate(use.path):
        parent = ".".join(use.path[:number])
        path = f"{parent}.{name}".lstrip(".")
        known = {
            major: names
            for major in view.target.sdk_majors()
            if (names := _attributes(use, parent, major))
        }
        if not known or name.startswith("_") or path in history.members:
            return
        lacking = {major for major, names in known.items() if name not in names}
        if any(name in surface.past_attributes(client, parent) for client in use.clients):
            lacking.discard(0)
        if not lacking:
            continue
        foreign = history.foreign_members.get(name)
        meant = nearest(name, known[max(known)])
        failing = {major for major in lacking if foreign or meant or not _may_gain(major, view)}
        extent = in_majors(view.target, failing)
        at = use.at(number)
        if extent is None or at is None or name in use.guarded:
            return
        owner = f"client.{parent}" if parent else "client"
        cure = f"{owner}.{meant}" if meant else foreign.means if foreign else ""
        whose = f", which is {foreign.of}'s" if foreign else ""
        yield Problem(
            at,
            extent.qualify(f"`{owner}` has no `{name}`{whose}: reading it raises AttributeError"),
            help=f"Use `{cure}`" if cure else "",
            severity=extent.severity,
            fix=repair(
                view,
                f"Use `{meant}`",
                Safety.UNSAFE,
                replace_expression(use.name_at(number), meant),
            )
            if meant
            else None,
        )
        return


def _attributes(use: SdkMember, path: str, major: int) -> frozenset[str]:
    """Return what stands at a path of any of the clients that may be meant."""
    surface = sdk_surface.load()
    found = [surface.attributes(client, path, major) or frozenset() for client in use.clients]
    return frozenset().union(*found)


@rule("unknown-method")
def package(use: SdkName, view: View) -> Iterator[Problem]:
    """CL223: the package itself taken for a client, as OpenAI's once was."""
    name = use.path.partition(".")[0]
    if use.how != "attribute" or use.is_guarded or use.path != name:
        return
    history, surface = sdk_history.load(), sdk_surface.load()
    is_members = name in (surface.attributes("Anthropic", "", max(view.target.sdk_majors())) or ())
    if name in history.names or not (is_members or name in history.foreign_members):
        return
    lacking = [major for major in view.target.sdk_majors() if name not in surface.exports(major)]
    extent = in_majors(view.target, lacking)
    if extent is not None:
        yield Problem(
            use.at,
            extent.qualify(f"`anthropic` itself has no `{name}`: reading it raises AttributeError"),
            help="Make a client, `anthropic.Anthropic()`, and call `client.messages.create`",
            severity=extent.severity,
        )


# ---------------------------------------------------------------------- names


def _may_gain(major: int, view: View) -> bool:
    """Tell whether releases that are not known yet can have more than those that are."""
    return view.target.is_open_ended and major == max(row.major for row in view.catalog.sdk_majors)
