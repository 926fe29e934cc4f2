"""Names that are not the SDK's or the API's, and what they stand for."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from claude_lint.claude.catalog import sdk_history
from claude_lint.claude.catalog.model_ids import edits
from claude_lint.claude.facts import Request
from claude_lint.claude.view import View

OLD_MAX_TOKENS = "max_tokens_to_sample"
"""What Text Completions called `max_tokens`."""

_REQUIRED = ("max_tokens", "messages", "model")
_SHORT = 6


def misnamed_fields(request: Request, view: View) -> Iterator[str]:
    """Yield the required fields that a request gives under a wrong name.

    They are not missing: the wrong name is what is to be told.
    """
    for name in request.body.names():
        parameter = view.catalog.openai_parameters.get(name)
        if parameter is not None:
            yield parameter.rename or parameter.stands_for
        elif name == OLD_MAX_TOKENS:
            yield "max_tokens"
        elif request.surface == "sdk" and request.operation != "batch.item":
            foreign = sdk_history.load().foreign_arguments.get(name)
            if foreign is not None:
                yield foreign.means or foreign.stands_for
            else:
                yield nearest(name, _REQUIRED) or ""


def nearest(name: str, known: Collection[str]) -> str | None:
    """Return the name that a misspelling stands for, `None` where it is none or none is near."""
    if name in known:
        return None
    plain = _squeezed(name)
    for distance, one in sorted((edits(plain, _squeezed(one)), one) for one in known):
        shorter = min(len(plain), len(_squeezed(one)))
        if distance <= (1 if shorter < _SHORT else 2) and shorter > 3:
            return one
    return None


def _squeezed(name: str) -> str:
    return name.replace("_", "").lower()
