"""Python that is made up, with Claude's names strewn into it.

hypothesmith knows all of the grammar, but its modules are a few words long and slow to come by;
ours are of a page, from the statements and expressions that the evaluator has something to do with.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import hypothesis
import hypothesmith
from hypothesis import strategies as st

from claude_lint.files.encoding import lines
from fuzz.trial import Outcome, Trial

_NAMES = re.compile(r"\b[^\W\d]\w*\b")
_STRINGS = re.compile(r"(?<=['\"])[^'\"\\\n{}]*(?=['\"])")
_KEYWORDS = frozenset(__import__("keyword").kwlist)
_WORDS = (
    "anthropic", "client", "Anthropic", "messages", "create", "stream", "model", "max_tokens",
    "headers", "requests", "post", "json", "httpx", "os", "environ", "get", "self", "update",
    "append", "dict", "payload", "kwargs", "super", "retry", "response", "content", "text",
)  # fmt: skip
_TEXTS = (
    "claude-sonnet-5-5", "claude-3-opus-20240229", "https://api.anthropic.com/v1/messages",
    "x-api-key", "anthropic-version", "role", "user", "content", "model", "max_tokens", "{}", "%s",
)  # fmt: skip
_SNIPPETS = (
    "client = anthropic.Anthropic()",
    "client.messages.create(model='claude-3-opus-20240229', messages=[])",
    "requests.post('https://api.anthropic.com/v1/messages', headers=headers, json=payload)",
    "payload['max_tokens'] = max_tokens",
    "payload.update(payload)",
    "payload = {**payload, 'model': model}",
    "client.messages.create(**payload)",
    "def messages(messages=messages): return messages(messages)",
    "class client(client): messages = client",
    "self.client = self",
    "from a import *",
    "model = model or client.model",
    "while True: payload = [payload]",
)
# `@` is an expression, `$` a name, `~` a text, `:` at the end begins a block.
_ATOMS = ("$", "$", "$", "'~'", "(1)", "None", "...", "b'x'", "(-1)", "f'{$}~'", "[]", "{}", "()")
_EXPRESSIONS = (
    *_ATOMS, "@.$", "@.$(@)", "@(@, $=@)", "@(*@, **@)", "@[@]", "@[@:@]", "{@: @, **@}", "[@, *@]",
    "(@, @)", "{@, @}", "(@ or @)", "(@ and @)", "(not @)", "(@ if @ else @)", "(lambda $, *a: @)",
    "(@ + @)", "(@ % @)", "(@ | @)", "(@ == @)", "(@ in @)", "[@ for $ in @ if @]", "(await @)",
    "{@: @ for $, $ in @}", "($ := @)", "f'~{$}{$!r:>{$}}'", "('%s~' % @)", "'~{}'.format(@)",
    "super().$(@)", "dict(@, $=@)", "@.get('~', @)", "os.environ['~']", "type(@)(@)",
    "getattr(@, '~', @)",
)  # fmt: skip
_STATEMENTS = (
    "$ = @", "$ = @", "$.$ = @", "$[@] = @", "$, $ = @", "$, *$ = @", "$ += @", "$: @ = @", "$: '$'",
    "@", "return @", "yield @", "raise @ from @", "del $", "global $", "nonlocal $", "assert @, @",
    "import $", "import $.$ as $", "from $ import $ as $", "from .$ import *", "pass", "break",
    "def $(a, b=@, *c, $: @ = @, **d) -> @:", "def $($, b=@):", "async def $(a):", "class $:",
    "class $($, metaclass=@):", "if @:", "while @:", "for $ in @:", "with @ as $, @:", "try:",
    "\\@$\ndef $(self):", "\\@$(@)\nclass $($):", "match @:", "async def $():\n    async for $ in @:",
)  # fmt: skip
_AFTER_TRY = ("except @ as $:", "finally:", "except (@, @):")
# To make the strategy takes longer than all that is done with what it makes.
_MODULES = hypothesmith.from_grammar()


@st.composite
def sources(draw: Callable[..., Any]) -> str:
    """Make up a module, and call some things in it as code that calls Claude does."""
    text = _block(draw, 4) if draw(st.integers(0, 9)) else _renamed(draw, draw(_MODULES))
    all_lines = lines(text)
    for snippet in draw(st.lists(st.sampled_from(_SNIPPETS), max_size=6)):
        at = draw(st.integers(0, len(all_lines)))
        near = all_lines[at] if at < len(all_lines) else ""
        indent = near[: len(near) - len(near.lstrip(" \t"))]
        all_lines.insert(at, f"{indent}{snippet}\n")
    return "import anthropic, requests, os\n" + "".join(all_lines)


def _renamed(draw: Callable[..., Any], text: str) -> str:
    """Give a module names and texts that mean something to us."""
    names = sorted(set(_NAMES.findall(text)) - _KEYWORDS)
    for name in names[:20]:
        text = re.sub(rf"\b{re.escape(name)}\b", draw(st.sampled_from(_WORDS)), text)
    return _STRINGS.sub(lambda _: draw(st.sampled_from(_TEXTS)), text)


def _block(draw: Callable[..., Any], depth: int) -> str:
    """Make up some statements."""
    written = []
    for template in draw(st.lists(st.sampled_from(_STATEMENTS), min_size=1, max_size=8)):
        parts = [template]
        if template == "try:":
            parts.append(draw(st.sampled_from(_AFTER_TRY)))
        elif template == "match @:":
            parts = ["match @:\n    case {'~': $, **a}:\n        $ = @\n    case $($=_):"]
        for part in parts:
            code = _filled(draw, part).split("\n")
            written += code
            if part.endswith(":"):
                body = _block(draw, depth - 1) if depth else "pass"
                indent = re.match(" *", code[-1])
                written += [f"{indent[0]}    {line}" for line in body.split("\n") if indent]
    return "\n".join(written)


def _filled(draw: Callable[..., Any], template: str, depth: int = 3) -> str:
    """Put expressions, names and texts into a template."""

    def fill(hole: re.Match[str]) -> str:
        if hole[0] == "$":
            return str(draw(st.sampled_from(_WORDS)))
        if hole[0] == "~":
            return str(draw(st.sampled_from(_TEXTS)))
        if hole[0] == "\\@":
            return "@"
        among = _EXPRESSIONS if depth else _ATOMS
        return _filled(draw, draw(st.sampled_from(among)), max(depth - 1, 0))

    return re.sub(r"\\@|[@$~]", fill, template)


def run(make: Callable[[Trial], Outcome], seed: int, examples: int) -> tuple[Trial, Outcome] | None:
    """Make trials of made-up modules; return the simplest one found with a complaint, if any."""
    worst: list[tuple[Trial, Outcome]] = []

    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=examples,
        deadline=None,
        database=None,
        suppress_health_check=list(hypothesis.HealthCheck),
        verbosity=hypothesis.Verbosity.quiet,
    )
    @hypothesis.given(sources())
    def holds(source: str) -> None:
        trial = Trial({"m.py": source.encode("utf-8", "surrogatepass")})
        outcome = make(trial)
        if outcome.complaints:
            worst[:] = [(trial, outcome)]
            raise AssertionError(outcome.complaints)

    try:
        holds()
    except AssertionError:
        return worst[0]
    return None
