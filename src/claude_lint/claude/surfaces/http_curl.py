"""curl: through subprocess and a shell, and pycurl."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import libcst as cst

from claude_lint.claude.calls import Call
from claude_lint.claude.facts import Request
from claude_lint.claude.reading import Reading
from claude_lint.claude.surfaces import http
from claude_lint.claude.surfaces.http import RawCall
from claude_lint.python.texts import text_of, text_parts
from claude_lint.python.values import (
    Arguments,
    Attribute,
    Constant,
    Entry,
    Mapping,
    Origin,
    Sequence,
    Symbol,
    Text,
    Unknown,
    Value,
    options,
)

LIBRARY = "curl"
NAMES = frozenset({
    "run", "call", "check_call", "check_output", "Popen", "getoutput", "getstatusoutput", "system",
    "popen", "create_subprocess_exec", "create_subprocess_shell", "perform",
})  # fmt: skip
_COMMANDS = re.compile(r"^(?:subprocess|os|asyncio(?:\.subprocess)?|commands)\.\w+$")
_BODIES = frozenset({"-d", "--data", "--data-raw", "--data-binary", "--data-ascii", "--json"})
_TAKING_A_VALUE = _BODIES | {
    "-X", "--request", "-H", "--header", "-m", "--max-time", "--url", "-u", "--user", "-o",
    "--output", "--retry", "--retry-delay", "--retry-max-time", "--connect-timeout", "-A",
    "--user-agent", "-w", "--write-out", "-F", "--form", "-x", "--proxy", "-b", "--cookie", "-e",
    "--referer", "--data-urlencode", "-K", "--config", "--oauth2-bearer", "-E", "--cert",
    "--cacert",
}  # fmt: skip
_HOLE = "\x1a"


def requests(call: Call, reading: Reading) -> Iterator[Request]:
    """Yield what a command line or a handle of curl sends to Claude or may send there."""
    callee = call.callee
    if isinstance(callee, Symbol) and _COMMANDS.match(callee.path):
        for words in _commands(call):
            raw = _command(words)
            if raw is not None:
                yield from http.requests(call, raw, reading)
    elif isinstance(callee, Attribute) and callee.name == "perform":
        if http.is_made_by(callee.base, frozenset({"pycurl.Curl"})):
            yield from http.requests(call, _handle(call, callee.base), reading)


# ---------------------------------------------------------------------- command lines


def _commands(call: Call) -> Iterator[Sequence]:
    """Yield the words of each command a call can run."""
    given = call.arguments
    if len(given.positional) > 1 and isinstance(given.positional[1], (Constant, Text)):
        yield Sequence(given.positional, (Unknown(),) if given.starred else ())
        return
    for name in ("args", "cmd", "command"):
        for one in options(given.get(name, 0)):
            if isinstance(one, Sequence):
                yield one
            elif isinstance(one, (Constant, Text)):
                yield from _split(one)
        if given.get(name, 0) is not None:
            return


def _split(command: Constant | Text) -> Iterator[Sequence]:
    """Split a shell's command line; what is not known in it stays in its word."""
    if command.origin is None:
        return
    origin = command.origin
    holes: list[Value] = []
    text = ""
    for part in text_parts(command):
        if isinstance(part, str):
            text += part
        else:
            text += _HOLE
            holes.append(part)
    if "curl" not in text:
        return
    try:
        words = shlex.split(text.replace("\\\n", " "))
    except ValueError:
        return
    left = iter(holes)
    found: list[Value] = []
    for word in words:
        parts: list[str | Value] = []
        for number, piece in enumerate(word.split(_HOLE)):
            if number:
                parts.append(next(left))
            parts.append(piece)
        found.append(replace(text_of(parts, origin), origin=origin))
    yield Sequence(tuple(found), origin=origin, under=command.under)


@dataclass
class _Options:
    """What the words of a command say."""

    method: str = ""
    url: Value | None = None
    headers: list[Entry] = field(default_factory=list)
    unread: list[Value] = field(default_factory=list)
    body: Value | None = None
    timeout: Value | None = None
    auth: Value | None = None


def _command(words: Sequence) -> RawCall | None:
    items = list(words.items)
    if not items or not _is_curl(items[0]):
        return None
    said = _Options(unread=list(words.rest))
    position = 1
    while position < len(items):
        flag, value = _flag(items[position])
        position += 1
        if flag in _TAKING_A_VALUE and value is None and position < len(items):
            value = items[position]
            position += 1
        _read(said, flag, value, items[position - 1])
    method = said.method or ("POST" if said.body is not None else "GET")
    return RawCall(
        library=LIBRARY,
        method=method,
        url=said.url,
        headers=Mapping(tuple(said.headers), tuple(said.unread), origin=words.origin),
        body=said.body,
        timeout=said.timeout,
        auth=said.auth,
        arguments=Arguments((words,), Mapping()),
    )


def _is_curl(word: Value) -> bool:
    return isinstance(word, Constant) and str(word.value).rpartition("/")[2] in ("curl", "curl.exe")


def _flag(word: Value) -> tuple[str, Value | None]:
    """Split `--max-time=5` and `-XPOST` into the flag and its value."""
    if not isinstance(word, Constant) or not isinstance(word.value, str):
        return "", None
    text = word.value
    name, equals, rest = text.partition("=")
    if equals and name.startswith("--"):
        return name, replace(word, value=rest)
    if len(text) > 2 and text[:2] in ("-X", "-H", "-d", "-m"):
        return text[:2], replace(word, value=text[2:])
    return (text, None) if text.startswith("-") else ("", None)


def _read(said: _Options, flag: str, value: Value | None, word: Value) -> None:
    if flag in ("-X", "--request"):
        said.method = str(value.value).upper() if isinstance(value, Constant) else ""
    elif flag in ("-H", "--header") and value is not None:
        for one in options(value):
            entry = header_line(one)
            (said.headers if entry else said.unread).append(entry or one)  # type: ignore[arg-type]
    elif flag in _BODIES:
        said.body = value
    elif flag in ("-m", "--max-time"):
        said.timeout = value
    elif flag in ("-u", "--user", "--oauth2-bearer", "-K", "--config"):
        said.auth = value
    elif flag == "--url" or (not flag and said.url is None and _is_url(word)):
        said.url = value if flag else word
    elif not flag and not isinstance(word, Constant):
        said.unread.append(word)  # may be a flag


def _is_url(word: Value) -> bool:
    parts = text_parts(word)
    known = parts[0] if parts and isinstance(parts[0], str) else ""
    return "://" in known or known.startswith("api.") or bool(parts and not known)


def header_line(value: Value) -> Entry | None:
    """Read `name: value`, None where the name is not known."""
    if value.origin is None:
        return None
    parts = text_parts(value)
    first = parts[0] if parts else ""
    if not isinstance(first, str) or ":" not in first:
        return None
    name, _, rest = first.partition(":")
    held = text_of([rest.lstrip(), *parts[1:]], value.origin)
    return Entry(Constant(name.strip(), origin=value.origin), held, value.origin, value.under)


# ---------------------------------------------------------------------- pycurl


def _handle(call: Call, handle: Value) -> RawCall:
    """Read the options set on a `pycurl.Curl` before it performs."""
    said = _Options()
    for change in handle.changes:
        node = change.event.node
        if change.path != ("setopt",) or not isinstance(node, cst.Call) or len(node.args) < 2:
            continue
        option = node.args[0].value
        name = option.attr.value if isinstance(option, cst.Attribute) else ""
        module = change.event.scope.module
        value = call.evaluator.value(module, node.args[1].value, change.frame)
        _set(said, name, value, Origin(module, node))
    return RawCall(
        library="pycurl",
        method=said.method or ("POST" if said.body is not None else ""),
        url=said.url,
        headers=Mapping(tuple(said.headers), tuple(said.unread), origin=handle.origin),
        body=said.body,
        timeout=said.timeout,
        auth=said.auth,
        session=handle,
    )


def _set(said: _Options, option: str, value: Value, origin: Origin) -> None:
    if option == "URL":
        said.url = value
    elif option in ("POSTFIELDS", "COPYPOSTFIELDS"):
        said.body = value
    elif option == "POST":
        said.method = "POST"
    elif option == "CUSTOMREQUEST" and isinstance(value, Constant):
        said.method = str(value.value).upper()
    elif option in ("TIMEOUT", "TIMEOUT_MS"):
        said.timeout = value
    elif option in ("USERPWD", "XOAUTH2_BEARER"):
        said.auth = value
    elif option == "HTTPHEADER":
        lines = value.items if isinstance(value, Sequence) and value.is_closed else (value,)
        for line in lines:
            entry = header_line(line)
            (said.headers if entry else said.unread).append(entry or line)  # type: ignore[arg-type]
