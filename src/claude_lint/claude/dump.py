"""Facts as plain data, for `--dump-facts`: what each call really sends, as resolved."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from claude_lint.claude.facts import CallSite, Fields, Request
from claude_lint.claude.view import View
from claude_lint.masking import mask
from claude_lint.python.spans import span
from claude_lint.python.values import (
    Attribute,
    Constant,
    Environ,
    Instance,
    Item,
    Mapping,
    Result,
    Sequence,
    Symbol,
    Text,
    Union,
    Unknown,
    Value,
)

_DEPTH = 5


def dump(view: View) -> Iterator[dict[str, Any]]:
    """Yield each call site of a file with every way it can go, keys masked."""
    for site in view.requests.sites:
        yield _site(view, site)


def _site(view: View, site: CallSite) -> dict[str, Any]:
    location = view.module.source.locate(span(site.call.module, site.call.node))
    return {
        "path": location.path,
        "cell": location.cell,
        "line": location.span.line,
        "column": location.span.column,
        "ways": [_way(view, request) for request in site.requests],
    }


def _way(view: View, request: Request) -> dict[str, Any]:
    found: dict[str, Any] = {
        "surface": request.surface,
        "library": request.library,
        "operation": request.operation,
        "platform": request.platform.value,
        "body": _fields(view, request.body),
        "headers": _fields(view, request.headers),
    }
    view.evaluator.reset()
    if request.model is not None and "model" not in request.body.names():
        found["model"] = plain(request.model)
    if request.surface == "wrapper" and request.arguments is not None:
        found["arguments"] = plain(request.arguments.keywords)  # the body has those passed on
    if request.arguments is not None and (betas := request.arguments.get("betas")) is not None:
        found["betas"] = plain(betas)
    if request.url is not None:
        found["url"] = plain(request.url)
    if request.client is not None:
        found["client"] = request.client.kind
        if request.client.arguments is not None:
            view.evaluator.reset()
            found["client_arguments"] = plain(request.client.arguments.keywords)
    if request.timeout is not None:
        found["timeout"] = plain(request.timeout)
    return found


def _fields(view: View, fields: Fields) -> list[Any]:
    # What stands in them is worked out now, and each is a question of its own.
    found: list[Any] = [_mapping(one, 0, view.evaluator.reset) for one in fields.options]
    return found + (["?"] if fields.is_open else [])


def plain(value: Value | None, depth: int = 0) -> Any:
    """Return a value as JSON data; what is not known is `"?"` or a description in `<…>`."""
    if value is None:
        return None
    if depth > _DEPTH:
        return "…"
    if isinstance(value, Constant):
        if isinstance(value.value, bytes):
            return mask(value.value.decode("utf-8", "replace"))
        return mask(value.value) if isinstance(value.value, str) else value.value
    if isinstance(value, Union):
        return {"any_of": [plain(one, depth + 1) for one in value.options]}
    if isinstance(value, Text):
        return mask("".join(p if isinstance(p, str) else "{" + _hole(p) + "}" for p in value.parts))
    if isinstance(value, Environ):
        found = {"env": mask(value.name)}
        if value.default is not None:
            found["default"] = plain(value.default, depth + 1)
        return found
    if isinstance(value, Mapping):
        return _mapping(value, depth)
    if isinstance(value, Sequence):
        return [plain(one, depth + 1) for one in value.items] + (["…"] if value.rest else [])
    if isinstance(value, Symbol):
        return f"<{value.path}>"
    if isinstance(value, Attribute):
        return f"<….{value.name}>"
    if isinstance(value, (Result, Item)):
        return "<…>"
    if isinstance(value, Instance):
        return f"<{value.cls.scope.name}>"
    return "?"


def _mapping(
    value: Mapping, depth: int, before_each: Callable[[], None] | None = None
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for entry in value.entries:
        if before_each is not None:
            before_each()
        key = entry.name if entry.name is not None else str(plain(entry.key, depth + 1))
        key += "?" if entry.under else ""
        sent = plain(entry.value, depth + 1)
        found[key] = {"any_of": [found[key], sent]} if key in found else sent
    if value.rest:
        found["**"] = "?"
    return found


def _hole(value: Value) -> str:
    if isinstance(value, Environ):
        return f"${mask(value.name)}"
    if value.via:
        return value.via[-1]
    return value.name if isinstance(value, Unknown) and value.name else "?"
