"""OpenAI's SDK: pointed at the Claude API it reaches Claude, else whoever answers is a gateway."""

from __future__ import annotations

from collections.abc import Iterator

from claude_lint.claude.calls import Call
from claude_lint.claude.catalog import Platform
from claude_lint.claude.facts import Fields, Request, is_absent
from claude_lint.claude.reading import Reading
from claude_lint.claude.surfaces.hosts import targets
from claude_lint.claude.surfaces.sdk import method_path
from claude_lint.python.flow import Arms
from claude_lint.python.values import Environ, Mapping, Result, Symbol, Typed, Value, options

LIBRARY = "openai"
NAMES = frozenset({"create", "parse", "stream"})
_CLIENTS = frozenset(
    {"OpenAI", "AsyncOpenAI", "Client", "AsyncClient", "AzureOpenAI", "AsyncAzureOpenAI"}
)
_OPERATIONS = {
    ("chat", "completions", "create"): "chat.completions",
    ("beta", "chat", "completions", "parse"): "chat.completions",
    ("chat", "completions", "parse"): "chat.completions",
    ("chat", "completions", "stream"): "chat.completions",
    ("completions", "create"): "chat.completions",
    ("responses", "create"): "responses",
    ("ChatCompletion", "create"): "chat.completions",
}


def requests(call: Call, reading: Reading) -> Iterator[Request]:
    """Yield what a call of OpenAI's SDK sends."""
    root, path = method_path(call.callee)
    if isinstance(root, Symbol) and root.path.startswith("openai."):
        # The module itself is a client: `openai.chat.completions.create`.
        path, root = (*root.path.split(".")[1:], *path), Symbol("openai.OpenAI")
    operation = _OPERATIONS.get(path)
    if operation is None or not _is_client(root):
        return
    for platform, under in _platforms(root, reading):
        body = Fields((Mapping(call.arguments.keywords.entries, call.arguments.keywords.rest),))
        yield Request(
            call=call.origin,
            scope=call.scope,
            surface="compat",
            library=LIBRARY,
            operation=operation,
            platform=platform,
            body=body,
            arguments=call.arguments,
            model=body.value("model"),
            is_awaited=call.is_awaited,
            world=under,
        )


def _is_client(value: Value) -> bool:
    symbol = (
        value.callee
        if isinstance(value, Result)
        else value.type
        if isinstance(value, Typed)
        else value
    )
    if not isinstance(symbol, Symbol):
        return False
    return symbol.path.startswith("openai.") and symbol.path.rpartition(".")[2] in _CLIENTS


def _platforms(client: Value, reading: Reading) -> Iterator[tuple[Platform, Arms]]:
    base = client.arguments.get("base_url") if isinstance(client, Result) else None
    if base is None:
        yield Platform.GATEWAY, client.under
        return
    for one in options(base):
        if is_absent(one) or (isinstance(one, Environ) and one.default is None):
            yield Platform.GATEWAY, one.under
            continue
        for target in targets(one, reading.api_hosts):
            is_claude = target.platform is Platform.CLAUDE
            yield (Platform.CLAUDE if is_claude else Platform.GATEWAY), target.url.under
