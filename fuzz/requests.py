"""Requests to Claude whose faults are known, written in every way that a value can travel.

Because the generator knows what it planted, findings are checked and not only survived: each
planted fault must be found, and nothing else.
"""

from __future__ import annotations

import random
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from fuzz.trial import Outcome, Trial

# What may be said besides: advice, which depends on how the code happens to be put.
_ADVICE = frozenset({"CL108", "CL307", "CL405", "CL508", "CL509"})
_MODEL, _BEDROCK_MODEL = '"claude-sonnet-5-5"', '"anthropic.claude-sonnet-5-5"'
_QUESTION = '{"role": "user", "content": "How are you?"}'
_TOOL = '{"name": "look", "description": "Look.", "input_schema": {"type": "object"}}'


@dataclass
class Request:
    """What is sent, as source text, and the rules that must object to it."""

    surface: str  # `sdk`, `raw` or `bedrock`
    body: dict[str, str]
    headers: dict[str, str]
    client: dict[str, str]
    faults: set[str] = field(default_factory=set)
    retries: bool = True
    timeout: bool = True
    reads_first_block: bool = False
    is_open: bool = False


@dataclass(frozen=True)
class Fault:
    """A mistake to plant. Of those that touch the same thing only one is planted."""

    code: str
    surfaces: tuple[str, ...]
    touches: tuple[str, ...]
    plant: Callable[[Request], None]
    # Whether more arguments that nobody knows can mend it.
    is_curable: bool = False


@dataclass(frozen=True)
class Case:
    """A project, and the rules that must report something in it, and no others."""

    trial: Trial
    expected: frozenset[str]
    # Rules that may report something or not: who can tell what others add?
    undecided: frozenset[str]

    def complaints(self, outcome: Outcome) -> Iterator[str]:
        """Compare what was found with what was planted."""
        yield from outcome.complaints
        if outcome.complaints:
            return
        found = {one.code for findings in outcome.findings.values() for one in findings}
        for code in sorted(self.expected - found):
            yield f"not found: {code}"
        for code in sorted(found - self.expected - self.undecided - _ADVICE):
            yield f"false alarm: {code}"


def _sets(part: str, **given: str) -> Callable[[Request], None]:
    return lambda request: getattr(request, part).update(
        {name.replace("__", "-"): text for name, text in given.items()}
    )


def _drops(part: str, name: str) -> Callable[[Request], None]:
    return lambda request: getattr(request, part).pop(name)


def _is(name: str, value: bool) -> Callable[[Request], None]:
    return lambda request: setattr(request, name, value)


def _all(*plants: Callable[[Request], None]) -> Callable[[Request], None]:
    def plant(request: Request) -> None:
        for one in plants:
            one(request)

    return plant


_ANY = ("sdk", "raw", "bedrock")
_OWN = ("sdk", "raw")
_FAULTS = (
    Fault("CL201", _ANY, ("max_tokens",), _drops("body", "max_tokens"), is_curable=True),
    Fault("CL202", ("raw",), ("max_tokens", "model"), _sets("body", max_tokens="200_000")),
    Fault(
        "CL203", ("sdk",), ("max_tokens", "model"), _sets("body", max_tokens="100_000"),
        is_curable=True,
    ),
    Fault("CL204", _OWN, ("sampling", "model"), _sets("body", temperature="0.3")),
    Fault("CL204", _OWN, ("sampling", "model"), _sets("body", top_k="5")),
    Fault(
        "CL205", _OWN, ("messages", "model"),
        _sets("body", messages=f'[{_QUESTION}, {{"role": "assistant", "content": "Well,"}}]'),
    ),
    Fault(
        "CL206", _OWN, ("thinking", "max_tokens", "model"),
        _sets("body", thinking='{"type": "enabled", "budget_tokens": 2048}', max_tokens="4096"),
    ),
    Fault(
        "CL208", _OWN, ("tools", "model"),
        _sets("body", tools=f"[{_TOOL}]", tool_choice='{"type": "any"}'),
    ),
    Fault("CL211", _OWN, ("messages",), _sets("body", messages="[]"), is_curable=True),
    Fault(
        "CL212", _ANY, ("messages",), _sets("body", messages='[{"role": "user", "content": " "}]')
    ),
    Fault(
        "CL213", _ANY, ("tools",),
        _sets("body", tools='[{"type": "function", "function": {"name": "f", "parameters": {}}}]'),
    ),
    Fault("CL214", _ANY, ("stop",), _sets("body", stop='["END"]')),
    Fault("CL220", _ANY, ("messages",), _drops("body", "messages"), is_curable=True),
    Fault("CL301", _OWN, ("model",), _sets("body", model='"claude-sonnet-5.5"')),
    Fault("CL302", _OWN, ("model",), _sets("body", model='"Claude-Sonnet-5-5"')),
    Fault("CL303", _OWN, ("model",), _sets("body", model='"claude-3-opus-20240229"')),
    Fault("CL304", _OWN, ("model",), _sets("body", model='"claude-sonnet-4-5-20250929"')),
    Fault("CL305", _OWN, ("model",), _sets("body", model='"claude-haiku-4-5"')),
    Fault("CL306", _OWN, ("model",), _sets("body", model='"anthropic.claude-sonnet-5-5"')),
    Fault("CL306", ("bedrock",), ("model",), _sets("body", model=_MODEL)),
    Fault(
        "CL101", ("raw",), ("auth",),
        _all(_drops("headers", "x-api-key"), _sets("headers", Authorization='f"Bearer {KEY}"')),
    ),
    Fault("CL104", ("raw",), ("auth",), _drops("headers", "x-api-key"), is_curable=True),
    Fault("CL105", ("raw",), ("auth",), _sets("headers", x__api__key='f"Bearer {KEY}"')),
    Fault("CL106", ("raw",), ("auth",), _sets("headers", Authorization='f"Bearer {TOKEN}"')),
    Fault(
        "CL107", ("raw",), ("version",), _drops("headers", "anthropic-version"), is_curable=True
    ),
    Fault("CL221", ("raw",), ("version",), _sets("headers", anthropic__version='"2024-06-01"')),
    Fault("CL401", ("raw",), ("retry",), _is("retries", False)),
    Fault("CL406", ("raw",), ("timeout",), _is("timeout", False)),
    Fault("CL402", ("sdk",), ("client",), _sets("client", max_retries="0")),
    Fault("CL219", ("sdk",), ("base",), _sets("client", base_url='"https://api.anthropic.com/v1"')),
    Fault("CL502", ("sdk",), ("reply", "model"), _is("reads_first_block", True), is_curable=True),
)  # fmt: skip
_CURABLE = frozenset(fault.code for fault in _FAULTS if fault.is_curable)
_PRESENT = frozenset({"CL203", "CL211", "CL502"})


def cases(seed: int) -> Iterator[Case]:
    """Yield cases without end, the same ones for the same seed."""
    rng = random.Random(seed)
    while True:
        yield case(rng)


def case(rng: random.Random) -> Case:
    """Write a request with up to three faults."""
    request = _request(rng)
    writer = _Writer(rng)
    code = _sdk(writer, request) if request.surface != "raw" else _raw(writer, request)
    open_to = _CURABLE if request.is_open else frozenset()
    trial = Trial({name: text.encode() for name, text in code.items()})
    return Case(trial, frozenset(request.faults - open_to), open_to & _PRESENT)


def _request(rng: random.Random) -> Request:
    surface = rng.choice(("sdk", "sdk", "raw", "raw", "bedrock"))
    model = _BEDROCK_MODEL if surface == "bedrock" else _MODEL
    request = Request(
        surface,
        {"model": model, "max_tokens": "1024", "messages": f"[{_QUESTION}]"},
        {"x-api-key": "KEY", "anthropic-version": '"2026-10-21"', "accept": '"application/json"'},
        {},
    )
    touched: set[str] = set()
    suited = [fault for fault in _FAULTS if surface in fault.surfaces]
    for fault in rng.sample(suited, rng.randint(0, 3)):
        if not touched & set(fault.touches):
            touched.update(fault.touches)
            fault.plant(request)
            request.faults.add(fault.code)
    request.is_open = rng.random() < 0.1
    return request


class _Writer:
    """Modules that grow as values are written into them; hands out the expressions for these."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.count = 0
        self.imports = {"import os"}
        self.top: list[str] = []  # of the main module
        self.inside: list[str] = []  # of the function that sends
        self.settings: list[str] = []  # of another module

    def name(self, word: str) -> str:
        self.count += 1
        return f"{word}_{self.count}"

    def value(self, text: str) -> str:
        """Write a value somewhere, and return an expression for it."""
        if not self.is_settled(text):
            return text
        way = self.rng.choice(
            ("literal", "literal", "constant", "settings", "class", "function", "object", "local",
             "environment")
        )  # fmt: skip
        if text == "[]":
            way = "local"  # an empty list anywhere else is there to be filled
        name = self.name("value")
        if way == "constant":
            self.top.append(f"{name} = {text}")
            return name
        if way == "settings":
            self.settings.append(f"{name} = {text}")
            return self.imported(name)
        if way == "class":
            self.top.append(f"class {name.title()}:\n    it = {text}")
            return f"{name.title()}.it"
        if way == "function":
            self.top.append(f"def {name}():\n    return {text}")
            return f"{name}()"
        if way == "object":
            self.top.append(
                f"class {name.title()}:\n    def __init__(self):\n        self.it = {text}\n\n"
                f"{name} = {name.title()}()"
            )
            return f"{name}.it"
        if way == "local":
            self.inside.append(f"{name} = {text}")
            return name
        if way == "environment" and text[0] == '"':
            return f'os.environ.get("{name.upper()}", {text})'
        return text

    def imported(self, name: str) -> str:
        """Return an expression for a name of the other module."""
        if self.rng.random() < 0.5:
            self.imports.add("import settings")
            return f"settings.{name}"
        self.imports.add(f"from settings import {name}")
        return name

    def is_settled(self, text: str) -> bool:
        """Tell whether an expression means the same in every module."""
        return "KEY" not in text and "TOKEN" not in text

    def mapping(self, entries: dict[str, str]) -> str:
        """Write a dictionary somewhere, and return an expression for it."""
        pairs = [(f'"{key}"', self.value(text)) for key, text in entries.items()]
        way = self.rng.choice(
            ("display", "steps", "update", "union", "spread", "function", "copy", "method", "dict",
             "setdefault", "comprehension")
        )  # fmt: skip
        name = self.name("given")
        cut = self.rng.randint(0, len(pairs))
        first, second = _display(pairs[:cut]), _display(pairs[cut:])
        if way == "steps":
            self.inside.append(f"{name} = {first}")
            self.inside += [f"{name}[{key}] = {text}" for key, text in pairs[cut:]]
            return name
        if way == "setdefault":
            self.inside.append(f"{name} = {first}")
            self.inside += [f"{name}.setdefault({key}, {text})" for key, text in pairs[cut:]]
            return name
        if way == "update":
            self.inside += [f"{name} = {first}", f"{name}.update({second})"]
            return name
        if way == "union":
            self.inside.append(f"{name} = {first} | {second}")
            return name
        if way == "spread":
            self.inside.append(f"{name} = {first}")
            return "{**" + name + ", " + second[1:]
        if way == "copy":
            self.inside += [f"{name} = {first}", f"more_{name} = {name}.copy()"]
            self.inside.append(f"more_{name}.update({second})")
            return f"more_{name}"
        if way == "dict":
            return f"dict({_display(pairs)})"
        if way == "comprehension" and pairs:
            return _display(pairs)
        if way in ("function", "method") and not self.uses_locals(pairs):
            body = f"    {name} = {first}\n    {name}.update({second})\n    return {name}"
            if way == "function":
                self.top.append(f"def make_{name}():\n{body}")
                return f"make_{name}()"
            body = textwrap.indent(body, "    ")
            self.top.append(f"class Make{name.title()}:\n    def it(self):\n{body}")
            return f"Make{name.title()}().it()"
        return _display(pairs)

    def uses_locals(self, pairs: list[tuple[str, str]]) -> bool:
        """Tell whether something was written into the function that sends."""
        local = {line.partition(" = ")[0] for line in self.inside}
        return any(text in local for _, text in pairs)

    def modules(self, header: str, function: str) -> dict[str, str]:
        """Put all together, with `@inside` for what the sending function begins with."""
        indent = "        " if function.startswith("class") else "    "
        inside = textwrap.indent("\n".join(self.inside), indent).strip() or "pass"
        parts = [header, *self.top, function.replace("@inside", inside)]
        main = "\n".join(sorted(self.imports)) + "\n\n" + "\n\n".join(parts) + "\n"
        return {"main.py": main, "settings.py": "\n".join(self.settings) + "\n"}


def _display(pairs: list[tuple[str, str]]) -> str:
    return "{" + ", ".join(f"{key}: {text}" for key, text in pairs) + "}"


def _arguments(writer: _Writer, request: Request) -> str:
    """Write the keywords of a call, in it or before it."""
    body = request.body
    way = writer.rng.choice(("keywords", "keywords", "dictionary", "both"))
    names = list(body)
    cut = {"keywords": len(names), "dictionary": 0}.get(way, writer.rng.randint(0, len(names)))
    keywords = [f"{name}={writer.value(body[name])}" for name in names[:cut]]
    if cut < len(names):
        keywords.append(f"**{writer.mapping({name: body[name] for name in names[cut:]})}")
    if request.is_open:
        keywords.append("**more")
    return ", ".join(keywords)


def _sdk(writer: _Writer, request: Request) -> dict[str, str]:
    rng = writer.rng
    is_async = rng.random() < 0.3
    kind = f"{'Async' * is_async}Anthropic{'Bedrock' * (request.surface == 'bedrock')}"
    given = ", ".join(f"{name}={writer.value(text)}" for name, text in request.client.items())
    if rng.random() < 0.3 and "CL203" not in request.faults:  # with a time-out, the SDK waits
        given, alias = f"{given}, timeout=60".strip(", "), rng.choice(("", " as Claude"))
    else:
        alias = ""
    writer.imports.add(rng.choice(("import anthropic", f"from anthropic import {kind}{alias}")))
    made = next(
        made
        for one, made in (
            ("import anthropic", f"anthropic.{kind}({given})"),
            (f"from anthropic import {kind}{alias}", f"{alias[4:] or kind}({given})"),
        )
        if one in writer.imports
    )
    arguments = _arguments(writer, request)
    # What the client is given may be known in the sending function only.
    is_local = any(text in made for text in (line.partition(" = ")[0] for line in writer.inside))
    home = "here" if is_local else rng.choice(("module", "function", "class", "here"))
    header = ""
    client = "client"
    if home == "module":
        writer.top.append(f"client = {made}")
    elif home == "function":
        writer.top.append(f"def get_client():\n    return {made}")
        client = "get_client()"
    elif home == "here":
        writer.inside.append(f"client = {made}")
    text = "reply.content[0].text"
    if not request.reads_first_block:
        text = '"".join(one.text for one in reply.content if one.type == "text")'
    send = f"{'await ' * is_async}@client.messages.create({arguments})"
    more = "**more" if request.is_open else ""
    define = "async def" if is_async else "def"
    if home == "class":
        function = (
            f"class Sender:\n    def __init__(self):\n        self.client = {made}\n\n"
            f"    {define} send(self, {more}):\n        @inside\n        reply = {send}\n"
            f"        return {text}"
        ).replace("@client", "self.client")
    else:
        function = f"{define} send({more}):\n    @inside\n    reply = {send}\n    return {text}"
        function = function.replace("@client", client)
    return writer.modules(header, function)


def _raw(writer: _Writer, request: Request) -> dict[str, str]:
    rng = writer.rng
    library = rng.choice(("requests", "httpx"))
    writer.imports |= {f"import {library}", "import tenacity"}
    header = 'KEY = os.environ["ANTHROPIC_API_KEY"]\nTOKEN = os.environ["ANTHROPIC_AUTH_TOKEN"]'
    url = writer.value('"https://api.anthropic.com/v1/messages"')
    body = writer.mapping(request.body)
    headers = writer.mapping(request.headers)
    if request.is_open:
        body, headers = f"{{**{body}, **more}}", f"{{**{headers}, **more}}"
    timeout = ", timeout=60" if request.timeout else ""
    way = rng.choice(("call", "request", "session", "helper"))
    if way == "request":
        send = f'{library}.request("POST", {url}, headers={headers}, json={body}{timeout})'
    elif way == "session":
        session = "requests.Session()" if library == "requests" else "httpx.Client()"
        writer.inside.append(f"session = {session}")
        writer.inside.append(f"session.headers.update({headers})")
        send = f"session.post({url}, json={body}{timeout})"
    elif way == "helper":
        writer.top.append(
            f"def post(url, headers, body):\n"
            f"    return {library}.post(url, headers=headers, json=body{timeout})"
        )
        send = f"post({url}, {headers}, {body})"
    else:
        send = f"{library}.post({url}, headers={headers}, json={body}{timeout})"
    retry = ""
    if request.retries:
        error = "requests.ConnectionError" if library == "requests" else "httpx.ConnectError"
        retry = (
            f"@tenacity.retry(retry=tenacity.retry_if_exception_type({error}), "
            "wait=tenacity.wait_random_exponential(max=60), stop=tenacity.stop_after_attempt(5))\n"
        )
    more = "**more" if request.is_open else ""
    function = f"{retry}def send({more}):\n    @inside\n    return {send}"
    return writer.modules(header, function)
