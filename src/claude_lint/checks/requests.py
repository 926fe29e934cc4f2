"""CL2: what a request must carry."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from claude_lint.checks import Problem, Repair, View, rule
from claude_lint.checks.repairs import insert_argument, insert_entry, repair
from claude_lint.claude.facts import GENERATING, CallSite
from claude_lint.claude.misnomers import misnamed_fields
from claude_lint.findings import Safety
from claude_lint.python.syntax import walk
from claude_lint.python.values import Origin

_NEEDING_FIELDS = GENERATING | {"messages.count_tokens"}


@rule("missing-max-tokens")
def missing_max_tokens(site: CallSite, view: View) -> Iterator[Problem]:
    """CL201."""
    if not (site.is_generating and _is_judged(site) and site.lacks("max_tokens")):
        return
    if "max_tokens" in _misnamed(site, view) or _lacks_everything(site):
        return
    yield Problem(
        site.call,
        f"This request sends no `max_tokens`: {_consequence(site)}",
        help="Pass `max_tokens`, the most tokens the answer may have",
        related=_payloads(site),
        fix=_insertion(site, view),
    )


@rule("missing-request-field")
def missing_field(site: CallSite, view: View) -> Iterator[Problem]:
    """CL220."""
    request = site.first
    is_named_elsewhere = request.surface == "bedrock"
    if request.operation not in _NEEDING_FIELDS or is_named_elsewhere or not _is_judged(site):
        return
    misnamed = _misnamed(site, view)
    missing = [
        f"`{name}`" for name in ("model", "messages") if site.lacks(name) and name not in misnamed
    ]
    if missing:
        yield Problem(
            site.call,
            f"This request sends no {' and no '.join(missing)}: {_consequence(site)}",
            help=f"Pass {' and '.join(missing)}",
            related=_payloads(site),
        )


def _misnamed(site: CallSite, view: View) -> set[str]:
    """Return the fields that are there under a wrong name, which is another rule's to tell."""
    return {name for request in site.requests for name in misnamed_fields(request, view)}


def _is_judged(site: CallSite) -> bool:
    """Tell whether what is missing from a site is certainly missing from a Claude request."""
    request = site.first
    if request.surface == "sdk" and request.operation != "batch.item":
        return True  # the SDK itself insists, whoever answers
    return request.surface in ("sdk", "raw", "bedrock") and site.only_claude


def _lacks_everything(site: CallSite) -> bool:
    """Tell whether a call is so empty that missing-request-field says it all."""
    return site.first.surface == "sdk" and site.lacks("messages") and site.lacks("model")


def _consequence(site: CallSite) -> str:
    if site.first.operation == "batch.item":
        return "the batch answers this item with an error"
    return "the call raises TypeError" if site.first.surface == "sdk" else "the API answers 400"


def _payloads(site: CallSite) -> tuple[tuple[Origin, str], ...]:
    """Point at the dictionaries that lack what is missing, where they stand apart from the call."""
    found: dict[cst.CSTNode, tuple[Origin, str]] = {}
    for request in site.requests:
        for option in request.body.options:
            for entry in option.entries:
                module, node = entry.origin.module, entry.origin.node
                display = module.parents.get(node)
                if isinstance(node, cst.DictElement) and display is not None:
                    found[display] = (Origin(module, display), "this is what it sends")
    around = set(walk(site.call.node))
    return tuple(place for node, place in found.items() if node not in around)


_ADDED = "Add `max_tokens`, here 1024"


def _insertion(site: CallSite, view: View) -> Repair | None:
    """Put the field behind the model or the messages, in the call or the dict that names them.

    Where another file names them, the SDK's call takes it besides.
    """
    if len(site.requests) != 1:
        return None
    fields = site.first.required_fields
    for entry in (*fields.entries("model"), *fields.entries("messages")):
        module, node = entry.origin.module, entry.origin.node
        around = module.parents.get(node)
        if around is None or module is not view.module:
            continue
        if isinstance(node, cst.Arg):
            edits = insert_argument(Origin(module, around), "max_tokens=1024", entry)
        elif isinstance(node, cst.DictElement):
            edits = insert_entry(Origin(module, around), '"max_tokens": 1024', entry)
        else:
            continue
        return repair(view, _ADDED, Safety.UNSAFE, edits)
    takes_keywords = site.first.surface == "sdk" and site.first.operation != "batch.item"
    if takes_keywords and site.call.module is view.module and _unpacks(site.call.node):
        return repair(view, _ADDED, Safety.UNSAFE, insert_argument(site.call, "max_tokens=1024"))
    return None


def _unpacks(call: cst.CSTNode) -> bool:
    return isinstance(call, cst.Call) and any(arg.star == "**" for arg in call.args)
