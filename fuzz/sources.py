"""Python that hypothesmith and Hypothesis make up, with Claude's names strewn into it."""

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


@st.composite
def sources(draw: Callable[..., Any]) -> str:
    """Make up a module, and call some things in it as code that calls Claude does."""
    text = draw(hypothesmith.from_grammar() | hypothesmith.from_node())
    names = sorted(set(_NAMES.findall(text)) - _KEYWORDS)
    for name in names[:20]:
        text = re.sub(rf"\b{re.escape(name)}\b", draw(st.sampled_from(_WORDS)), text)
    text = _STRINGS.sub(lambda _: draw(st.sampled_from(_TEXTS)), text)
    all_lines = lines(text)
    for snippet in draw(st.lists(st.sampled_from(_SNIPPETS), max_size=6)):
        at = draw(st.integers(0, len(all_lines)))
        near = all_lines[at] if at < len(all_lines) else ""
        indent = near[: len(near) - len(near.lstrip(" \t"))]
        all_lines.insert(at, f"{indent}{snippet}\n")
    return "import anthropic, requests, os\n" + "".join(all_lines)


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
