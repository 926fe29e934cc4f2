"""What comes back from Claude through the SDK: the message, its content, a block, an event.

A value is recognised by the call it comes from, or by a type of the SDK in an annotation. Plain
JSON, other SDKs' responses and what is not known are none of these.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

import libcst as cst

from claude_lint.claude.calls import Call, unwrapped
from claude_lint.claude.facts import Request, is_absent
from claude_lint.claude.reading import Reading
from claude_lint.claude.surfaces.sdk import LIBRARY, clients, method_path, requests
from claude_lint.python.evaluate import Evaluator
from claude_lint.python.functions import returned
from claude_lint.python.values import (
    Attribute,
    Constant,
    FunctionValue,
    Item,
    Origin,
    Result,
    Sequence,
    Symbol,
    Typed,
    Unknown,
    Value,
    is_constant,
    options,
)

_VIEWS = frozenset({"with_raw_response", "with_streaming_response"})
# Functions that hand back, sooner or later, what their first argument gives.
_AWAITING = frozenset(
    {"asyncio.wait_for", "asyncio.run", "asyncio.create_task", "asyncio.ensure_future",
     "asyncio.shield", "anyio.run", "nest_asyncio.run"}
)  # fmt: skip
_AWAITING_METHODS = frozenset({"run_until_complete", "create_task"})
_GATHERING = frozenset({"asyncio.gather", "asyncio.as_completed"})


class Kind(enum.Enum):
    """Which part of an answer a value is."""

    MESSAGE = "message"
    CONTENT = "content list"
    BLOCK = "content block"
    INPUT = "tool input"
    USAGE = "usage"
    STREAM = "stream"
    EVENT = "stream event"
    RUNNER = "tool runner"
    RAW = "raw response"
    RESULTS = "batch results"
    OUTCOME = "result of a batch"
    DUMP = "dictionary of a message"


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """A part of an answer.

    `requests` are the ways of the call it answers, none where only a type tells. `index` is a
    block's known place in its list. `may_stream` says of a message that it can as well be a stream.
    """

    kind: Kind
    requests: tuple[Request, ...] = ()
    index: int | None = None
    may_stream: bool = False


_ATTRIBUTES = {
    (Kind.MESSAGE, "content"): Kind.CONTENT,
    (Kind.MESSAGE, "usage"): Kind.USAGE,
    (Kind.STREAM, "current_message_snapshot"): Kind.MESSAGE,
    (Kind.EVENT, "message"): Kind.MESSAGE,
    (Kind.EVENT, "usage"): Kind.USAGE,
    (Kind.EVENT, "content_block"): Kind.BLOCK,
    (Kind.BLOCK, "input"): Kind.INPUT,
    (Kind.OUTCOME, "result"): Kind.OUTCOME,
    (Kind.OUTCOME, "message"): Kind.MESSAGE,
}
_METHODS = {
    (Kind.RAW, "parse"): Kind.MESSAGE,
    (Kind.STREAM, "get_final_message"): Kind.MESSAGE,
    (Kind.RUNNER, "until_done"): Kind.MESSAGE,
    (Kind.MESSAGE, "model_copy"): Kind.MESSAGE,
    (Kind.MESSAGE, "model_dump"): Kind.DUMP,
    (Kind.MESSAGE, "to_dict"): Kind.DUMP,
    (Kind.MESSAGE, "dict"): Kind.DUMP,
}
_ITEMS = {
    Kind.CONTENT: Kind.BLOCK,
    Kind.STREAM: Kind.EVENT,
    Kind.RUNNER: Kind.MESSAGE,
    Kind.RESULTS: Kind.OUTCOME,
}
# Why a list's further items are unknown.
_MORE_OF_THE_SAME = frozenset({"comprehension", "enumerate", "item", "loop", "zip"})
_TYPE_PREFIX = re.compile(r"^(?:Async)?(?:Parsed)?(?:Beta)?(?:Async)?(?:Parsed)?")
_TYPES = {
    "Message": Kind.MESSAGE,
    "ContentBlock": Kind.BLOCK,
    "TextBlock": Kind.BLOCK,
    "ThinkingBlock": Kind.BLOCK,
    "ToolUseBlock": Kind.BLOCK,
    "ServerToolUseBlock": Kind.BLOCK,
    "Usage": Kind.USAGE,
    "MessageStream": Kind.STREAM,
    "MessageStreamManager": Kind.STREAM,
    "MessageStreamEvent": Kind.EVENT,
    "RawMessageStreamEvent": Kind.EVENT,
}


class Responses:
    """Recognises what came from Claude. Remembers what it has seen, so use one for a file."""

    def __init__(self, evaluator: Evaluator, reading: Reading) -> None:
        self._evaluator, self._reading = evaluator, reading
        self._known: dict[int, tuple[Value, tuple[Part, ...]]] = {}

    def parts(self, value: Value) -> tuple[Part, ...]:
        """Return the parts of answers a value can be; its other alternatives are left out."""
        known = self._known.get(id(value))
        if known is None:
            self._known[id(value)] = value, ()  # ends cycles
            found = tuple(part for one in options(value) for part in self._parts(one))
            known = self._known[id(value)] = value, found
        return known[1]

    def is_certain(self, value: Value) -> bool:
        """Tell whether a value can be nothing but parts of Claude's answers, or None.

        One call is one API's: what a call gives on a receiver that is not resolved does not count
        where on another it is Claude's.
        """
        theirs: list[Value] = []
        ours: set[cst.CSTNode] = set()
        for one in options(value):
            if self.parts(one):
                ours.update(_calls_below(one))
            elif not _says_nothing(one):
                theirs.append(one)
        return bool(ours or not theirs) and all(
            not ours.isdisjoint(_calls_below(one)) for one in theirs
        )

    def _parts(self, value: Value) -> Iterator[Part]:
        if isinstance(value, Result):
            yield from self._called(value)
        elif isinstance(value, Attribute):
            for part in self.parts(value.base):
                kind = _ATTRIBUTES.get((part.kind, value.name))
                if kind is not None and not _is_replaced(value.base, value.name):
                    yield replace(part, kind=kind, index=None)
        elif isinstance(value, Item):
            yield from self._items(value)
        elif isinstance(value, Typed) and isinstance(value.type, Symbol):
            module, _, name = value.type.path.rpartition(".")
            kind = _TYPES.get(_TYPE_PREFIX.sub("", name))
            if kind is not None and module.partition(".")[0] == LIBRARY:
                yield Part(kind)

    def _items(self, value: Item) -> Iterator[Part]:
        if isinstance(value.base, Result) and _is_symbol(value.base.callee, _GATHERING):
            for one in self._gathered(value.base):
                yield from self.parts(one)
        key = value.key.value if isinstance(value.key, Constant) else None
        for part in self.parts(value.base):
            kind = _ITEMS.get(part.kind)
            if part.kind is Kind.MESSAGE and part.may_stream and key is None:
                kind = Kind.EVENT
            if kind is not None and (key is None or isinstance(key, int)):
                yield replace(part, kind=kind, index=key)

    def _gathered(self, value: Result) -> Iterator[Value]:
        """Yield what `asyncio.gather` is handed, spread lists included."""
        if value.origin is None or not isinstance(value.origin.node, cst.Call):
            return
        for arg in value.origin.node.args:
            for one in options(self._evaluator.value(value.origin.module, arg.value)):
                yield from one.items if isinstance(one, Sequence) else (one,)

    # ------------------------------------------------------------------ calls

    def _called(self, value: Result) -> Iterator[Part]:
        callee = value.callee
        awaits = isinstance(callee, Attribute) and callee.name in _AWAITING_METHODS
        if (awaits or _is_symbol(callee, _AWAITING)) and value.arguments.positional:
            yield from self.parts(value.arguments.positional[0])
            return
        sent = tuple(self._sent(value))
        if sent:
            yield from sent
        elif isinstance(callee, Attribute):
            for part in self.parts(callee.base):
                kind = _METHODS.get((part.kind, callee.name))
                if kind is not None:
                    yield replace(part, kind=kind, may_stream=False)
            if callee.name == "result" and isinstance(callee.base, Result):
                yield from self.parts(callee.base)  # of a future

    def _sent(self, value: Result) -> Iterator[Part]:
        """Yield what a call of a client's method answers, whatever hands the call on."""
        origin = value.origin
        if origin is None or not isinstance(origin.node, cst.Call):
            return
        scope, _point = origin.module.place(origin.node)
        made = Call(
            self._evaluator, origin.module, origin.node, scope, value.callee, value.arguments, None
        )
        for call in unwrapped(made):
            if isinstance(call.callee, FunctionValue):
                if call.disguise:
                    yield from self.parts(returned(self._evaluator, call.callee, None, origin))
                continue
            yield from self._answer(call)

    def _answer(self, call: Call) -> Iterator[Part]:
        root, path = method_path(call.callee)
        if not path or is_mocked(root, path):
            return
        if path[-2:] == ("batches", "results"):
            if any(True for _client in clients(self._evaluator, root, self._reading)):
                yield Part(Kind.RESULTS)
            return
        if isinstance(root, Unknown) and call.arguments.keywords.named("response_model"):
            return  # Instructor's
        plain = tuple(name for name in path if name not in _VIEWS)
        ways = tuple(requests(call, self._reading))
        if ways and plain[-2:-1] == ("messages",):
            yield from _first_part(path, call, ways)


def _first_part(path: tuple[str, ...], call: Call, ways: tuple[Request, ...]) -> Iterator[Part]:
    if not _VIEWS.isdisjoint(path):
        yield Part(Kind.RAW, ways)
    elif path[-1] == "stream":
        yield Part(Kind.STREAM, ways)
    elif path[-1] == "tool_runner":
        yield Part(Kind.RUNNER, ways)
    elif path[-1] in ("create", "parse"):
        given = call.arguments.get("stream")
        if given is not None and is_constant(given, True):
            yield Part(Kind.STREAM, ways)
        else:
            is_whole = given is None or is_absent(given) or is_constant(given, False, None)
            may_stream = not is_whole or bool(call.arguments.keywords.rest)
            yield Part(Kind.MESSAGE, ways, may_stream=may_stream)


def _is_symbol(value: Value, paths: frozenset[str]) -> bool:
    return isinstance(value, Symbol) and value.path in paths


def _is_replaced(value: Value, name: str) -> bool:
    """Tell whether code sets an attribute itself."""
    return any(c.event.kind == "setattr" and c.path == (name,) for c in value.changes)


def is_mocked(client: Value, path: tuple[str, ...]) -> bool:
    """Tell whether a method of a client was replaced."""
    return any(
        change.event.kind == "setattr" and change.path and change.path[0] == path[0]
        for change in client.changes
    )


def _says_nothing(value: Value) -> bool:
    """Tell whether an alternative is no object, or only that a list may have more items."""
    while isinstance(value, (Attribute, Item)):
        value = value.base
    if isinstance(value, Unknown):
        return value.why in _MORE_OF_THE_SAME
    return isinstance(value, Constant) and value.value is None


def _calls_below(value: Value) -> set[cst.CSTNode]:
    """Collect the calls a value comes from, through attributes, items and methods."""
    found: set[cst.CSTNode] = set()
    while True:
        origin: Origin | None = value.origin
        if isinstance(value, (Attribute, Item)):
            value = value.base
        elif isinstance(value, Result):
            if origin is not None:
                found.add(origin.node)
            value = value.callee
        else:
            if isinstance(value, Unknown) and origin is not None:
                found.add(origin.node)
            return found
