"""The facts that rules judge: clients, and what each call really sends."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from claude_lint.claude.catalog import Platform
from claude_lint.python.flow import NO_ARMS, Arms, compatible
from claude_lint.python.scopes import Scope
from claude_lint.python.values import (
    Arguments,
    Constant,
    Entry,
    Mapping,
    Origin,
    Sequence,
    Symbol,
    Text,
    Unknown,
    Value,
    conditioned,
    options,
    union,
)

GENERATING = frozenset(
    {"messages.create", "messages.stream", "messages.parse", "messages.tool_runner", "batch.item"}
)
"""Operations that make a model answer, and so need `max_tokens`."""

_ABSENT_SYMBOLS = frozenset({"NOT_GIVEN", "NotGiven", "omit", "Omit"})


def is_absent(value: Value) -> bool:
    """Tell whether passing this value is the same as passing nothing."""
    if isinstance(value, Constant):
        return value.value is None
    return isinstance(value, Symbol) and value.path.rpartition(".")[2] in _ABSENT_SYMBOLS


@dataclass(frozen=True, slots=True, eq=False)
class Fields:
    """The ways a mapping that a request sends can look: its body, headers or query.

    `is_open` says that besides `options` there is a way that could not be resolved.
    """

    options: tuple[Mapping, ...] = ()
    is_open: bool = False

    def entries(self, name: str) -> Iterator[Entry]:
        """Yield what can be sent under a key, in any of the ways."""
        for option in self.options:
            yield from (e for e in option.named(name) if not is_absent(e.value))

    def headers(self, name: str) -> Iterator[Entry]:
        """Yield what can be sent under a header; give its name in lower case."""
        for option in self.options:
            yield from (e for e in option.header(name) if not is_absent(e.value))

    def names(self) -> set[str]:
        """Return every key that may be sent."""
        return {e.name for o in self.options for e in o.entries if e.name is not None}

    def value(self, name: str) -> Value | None:
        """Return what can be sent under a key, None when no way has it."""
        found = [conditioned(entry.value, entry.under) for entry in self.entries(name)]
        return union(found) if found else None

    def lacks(self, name: str) -> bool:
        """Tell whether no way can send the key."""
        if self.is_open or not self.options:
            return False
        return all(option.is_closed for option in self.options) and not any(self.entries(name))

    def lacks_header(self, name: str) -> bool:
        """Tell whether no way can send the header; give its name in lower case."""
        if self.is_open or not self.options:
            return False
        return all(option.is_closed for option in self.options) and not any(self.headers(name))

    @property
    def is_closed(self) -> bool:
        """Whether every way is known in full."""
        return bool(self.options) and not self.is_open and all(o.is_closed for o in self.options)


def fields_of(value: Value | None, world: Arms = NO_ARMS) -> Fields:
    """Read a value as fields, keeping only what is compatible with the branches of `world`."""
    found: list[Mapping] = []
    possible = [one for one in options(value) if compatible(one.under, world)]
    is_open = value is not None and not possible
    for one in possible:
        if isinstance(one, Mapping):
            kept = tuple(_in(world, e) for e in one.entries if compatible(e.under, world))
            found.append(replace(one, entries=kept))
        elif not is_absent(one):
            is_open = True
    if not found and not is_open:
        return Fields((Mapping(),))
    return Fields(tuple(found), is_open)


def _in(world: Arms, entry: Entry) -> Entry:
    """Leave of what can stand in an entry what can in the branches of `world`."""
    return replace(entry, held=lambda: within(entry.value, world)) if world else entry


def within(value: Value, world: Arms) -> Value:
    """Leave of a value what it can be in some branches."""
    kept = [one for one in options(value) if compatible(one.under, world)]
    return union(kept) if kept else Unknown(origin=value.origin, why="branch")


@dataclass(frozen=True, slots=True, eq=False)
class Client:
    """An SDK client as a call sees it, with `with_options` and `copy` merged in.

    `arguments` are the constructor's, overridden by those of later steps; `steps` are the
    `with_options`/`copy` calls, first to last. `origin` is None for a client known only by its
    type.
    """

    kind: str
    platform: Platform
    is_async: bool
    arguments: Arguments | None
    origin: Origin | None
    steps: tuple[Origin, ...] = ()
    under: Arms = NO_ARMS

    def argument(self, name: str) -> Value | None:
        """Return what the client was given for an argument, None when it was not."""
        return self.arguments.get(name) if self.arguments is not None else None


@dataclass(frozen=True, slots=True, eq=False)
class Request:
    """One way in which a call sends something to Claude.

    `surface`: sdk, raw (HTTP by hand), bedrock (boto3), compat (OpenAI's SDK pointed at Claude),
    wrapper (another library). `library` is the import name. `operation` is the SDK's method path
    (`messages.create`) whatever sends it, `batch.item` for one request of a batch, `complete` for
    Text Completions; `method` is the SDK's own path, with `beta`, or the verb of a raw request.
    `body` merges keywords, `**` dictionaries, `extra_body` and JSON.
    `headers` holds default and extra headers for the SDK, all of them for raw requests.
    `call` is the expression that sends; `scope` where it stands. `model_prefix` is a provider's
    (`anthropic/`) that the literal has and `model` has not.
    """

    call: Origin
    scope: Scope
    surface: str
    library: str
    operation: str
    platform: Platform
    body: Fields
    headers: Fields = field(default_factory=Fields)
    arguments: Arguments | None = None
    client: Client | None = None
    url: Value | None = None
    query: Fields = field(default_factory=Fields)
    timeout: Value | None = None
    auth: Value | None = None
    session: Value | None = None
    model: Value | None = None
    model_prefix: str = ""
    method: str = ""
    is_awaited: bool = False
    world: Arms = NO_ARMS

    @property
    def is_generating(self) -> bool:
        """Whether the request makes a model answer."""
        return self.operation in GENERATING

    @property
    def reaches_claude(self) -> bool:
        """Whether a server of Anthropic's API answers, on whatever platform."""
        return self.platform not in (Platform.GATEWAY, Platform.UNKNOWN)

    @property
    def is_first_party(self) -> bool:
        """Whether api.anthropic.com, or a host set to behave like it, answers."""
        return self.platform is Platform.CLAUDE

    @property
    def required_fields(self) -> Fields:
        """Where required fields must stand: for the SDK's own methods only among the keywords.

        The SDK looks for them before it merges `extra_body`; a positional argument is a mistake
        of its own.
        """
        if self.surface != "sdk" or self.operation == "batch.item" or self.arguments is None:
            return self.body
        is_open = self.arguments.starred or bool(self.arguments.given)
        return Fields((self.arguments.keywords,), is_open)

    def models(self) -> Iterator[Constant]:
        """Yield the model IDs the request can name, as far as they are known strings."""
        from claude_lint.python.values import strings

        yield from strings(self.model)


@dataclass(frozen=True, slots=True, eq=False)
class CallSite:
    """All the ways in which one call can send: what is missing is missing in every one."""

    call: Origin
    requests: tuple[Request, ...]

    @property
    def only_claude(self) -> bool:
        """Whether every way leads to Claude."""
        return all(request.reaches_claude for request in self.requests)

    @property
    def only_first_party(self) -> bool:
        """Whether every way leads to api.anthropic.com or a host that behaves like it."""
        return all(request.is_first_party for request in self.requests)

    @property
    def first(self) -> Request:
        """The first way, for what all have in common."""
        return self.requests[0]

    @property
    def is_generating(self) -> bool:
        """Whether every way makes a model answer."""
        return all(request.is_generating for request in self.requests)

    def lacks(self, name: str) -> bool:
        """Tell whether no way sends the body field where it is looked for."""
        return all(request.required_fields.lacks(name) for request in self.requests)

    def lacks_header(self, name: str) -> bool:
        """Tell whether no way sends the header; give its name in lower case."""
        return all(request.headers.lacks_header(name) for request in self.requests)


def is_handed_through(entry: Entry, request: Request) -> bool:
    """Tell whether code that serves several APIs sets an entry, for all that is seen not for this.

    Under a test it copies what nobody is seen to put into `**kwargs`, or a base class sets what is
    not known: `if "stop" in kwargs: body["stop"] = kwargs["stop"]`.
    """
    if not entry.under:
        return False
    found = options(entry.value)
    if all(isinstance(one, Unknown) and one.why in ("item", "get") for one in found):
        return True
    if any(_is_known(one) for one in found):
        return False
    cls = entry.origin.module.place(entry.origin.node)[0].enclosing_class()
    return cls is not None and cls is not request.scope.enclosing_class()


def _is_known(value: Value) -> bool:
    if isinstance(value, Constant):
        return value.value is not None
    return isinstance(value, (Mapping, Sequence, Text))
