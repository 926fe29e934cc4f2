"""The `tools` and `tool_choice` of a request."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from claude_lint.claude.facts import Request
from claude_lint.claude.in_force import mappings, sent
from claude_lint.python.flow import Arms, compatible
from claude_lint.python.values import Constant, Entry, Mapping, Origin, Sequence, options, strings

_NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")


@dataclass(frozen=True, slots=True, eq=False)
class Tool:
    """A tool that a request can offer. `kind` is its `type`, "" where it has none, None unknown."""

    at: Origin
    fields: Mapping
    kind: str | None
    under: Arms

    @property
    def is_custom(self) -> bool:
        """Whether the program itself runs it, so that its input must be described."""
        return self.kind in ("", "custom")

    def name(self) -> str | None:
        """Return its name, None where that is not known."""
        value = self.fields.get("name")
        found = [str(one.value) for one in strings(value)]
        return found[0] if len(found) == len(options(value)) == 1 else None


def tools(request: Request) -> Iterator[Tool]:
    """Yield the tools of a request that are dicts, but for those picked from another list."""
    for entry in sent(request, "tools"):
        for listed in options(entry.value):
            for item in listed.items if isinstance(listed, Sequence) else ():
                for fields in mappings(item):
                    under = entry.under | listed.under | fields.under
                    is_picked = any(arm.branch.kind == "round" for arm in fields.under)
                    if fields.origin is None or is_picked or not compatible(under, request.world):
                        continue
                    yield Tool(fields.origin, fields, _kind(fields), under)


def _kind(fields: Mapping) -> str | None:
    if fields.lacks("type"):
        return ""
    found = options(fields.get("type"))
    if len(found) == 1 and isinstance(found[0], Constant):
        return "" if found[0].value is None else str(found[0].value)
    return None


def choices(request: Request, kind: str) -> Iterator[tuple[Entry, Mapping]]:
    """Yield the dicts of a type that a request can send as `tool_choice`."""
    for entry in sent(request, "tool_choice"):
        for choice in mappings(entry.value):
            if any(one.value == kind for one in strings(choice.get("type"))):
                yield entry, choice


def string_choices(request: Request) -> Iterator[tuple[Entry, Constant]]:
    """Yield the strings that a request can send as `tool_choice`."""
    for entry in sent(request, "tool_choice"):
        for choice in options(entry.value):
            if isinstance(choice, Constant) and isinstance(choice.value, str):
                if compatible(entry.under | choice.under, request.world):
                    yield entry, choice


def is_legal_name(name: str) -> bool:
    """Tell whether the API takes a name of a custom tool."""
    return _NAME.fullmatch(name) is not None
