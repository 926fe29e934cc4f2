"""The `messages` of a request, as far as it is known what stands in them and where."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from claude_lint.claude.facts import Request
from claude_lint.claude.in_force import mappings, sent
from claude_lint.python.flow import Arms, compatible
from claude_lint.python.values import (
    Attribute,
    Constant,
    Entry,
    Item,
    Mapping,
    Origin,
    Result,
    Sequence,
    Text,
    Value,
    options,
    strings,
)

ROLES = frozenset({"user", "assistant", "system"})
"""The roles that a message of the API can have."""

_ASKS_FOR_SYSTEM = re.compile(
    r"""(?:[!=]=|\bcase|\bin\s*[(\[{])\s*["']system["']|["']system["']\s*[!=]="""
)
# What of an answer goes into a message: `response.content[0].text`.
_OF_ANSWERS = frozenset({"content", "text", "completion", "choices", "message"})


@dataclass(frozen=True, slots=True, eq=False)
class Message:
    """A message that can stand at a place of the list, with one role it can have.

    `is_picked` says that it, or its role, was taken out of another list by a loop, where a test
    may have passed it over.
    """

    at: Origin
    fields: Mapping
    role: str
    role_entry: Entry
    under: Arms
    is_picked: bool

    def contents(self) -> Iterator[tuple[Entry, Value]]:
        """Yield what the message can say, with the entry that says it."""
        for entry in self.fields.named("content"):
            for one in options(entry.value):
                if compatible(self.under, entry.under) and compatible(self.under, one.under):
                    yield entry, one

    def blocks(self) -> Iterator[Mapping]:
        """Yield the known blocks of the content."""
        for _entry, content in self.contents():
            yield from _blocks(content)


@dataclass(frozen=True, eq=False)
class Conversation:
    """One way the messages of a request can look; `entry` passes them."""

    entry: Entry
    listed: Sequence
    under: Arms

    @cached_property
    def places(self) -> tuple[tuple[Message, ...], ...]:
        """What can stand at each place of the list, as far as it is a message with a known role.

        Nothing is told of a list that something may have been taken out of.
        """
        if self.listed.known_gaps() is None:
            return ()
        return tuple(tuple(self._messages(item)) for item in self.listed.items)

    def all(self) -> Iterator[Message]:
        """Yield every message that can be sent."""
        for place in self.places:
            yield from place

    def first(self) -> tuple[Message, ...]:
        """Return what the list can begin with, nothing where that is not certain."""
        return self.places[0] if self.places and not self.listed.has_gap(0) else ()

    def last(self) -> tuple[Message, ...]:
        """Return what the list can end with, nothing where that is not certain."""
        count = len(self.places)
        return self.places[-1] if count and not self.listed.has_gap(count) else ()

    def neighbours(self) -> Iterator[tuple[Message, Message]]:
        """Yield two messages that follow each other with nothing between."""
        for number in range(1, len(self.places)):
            if not self.listed.has_gap(number):
                for one in self.places[number - 1]:
                    yield from ((one, two) for two in self.places[number] if _meet(one, two))

    def _messages(self, item: Value) -> Iterator[Message]:
        for fields in mappings(item):
            at = fields.origin
            if at is None or not compatible(fields.under, self.under):
                continue
            for entry in fields.named("role"):
                for role in strings(entry.value):
                    under = fields.under | entry.under | role.under
                    if compatible(under, self.under):
                        is_picked = any(arm.branch.kind == "round" for arm in under)
                        under |= self.under
                        yield Message(at, fields, str(role.value), entry, under, is_picked)


def conversations(request: Request) -> Iterator[Conversation]:
    """Yield the ways the messages of a request can look, where they are a list."""
    for entry in sent(request, "messages"):
        for one in options(entry.value):
            under = entry.under | one.under
            if isinstance(one, Sequence) and compatible(under, request.world):
                yield Conversation(entry, one, under)


def tests_for_system(request: Request) -> bool:
    """Tell whether the function that sends looks for system messages, to take them out."""
    unit = request.call.module.unit(request.call.node)
    return unit is not None and _ASKS_FOR_SYSTEM.search(unit.text) is not None


def begins_answer(content: Value) -> bool:
    """Tell whether content is text that was written for the model to go on from.

    What was taken from an answer is none.
    """
    if isinstance(content, Constant):
        return isinstance(content.value, str) and bool(content.value)
    if isinstance(content, Text):
        is_written = any(isinstance(part, str) and part.strip() for part in content.parts)
        return is_written and not any(_is_of_answer(part) for part in content.parts)
    if isinstance(content, Sequence) and content.is_closed and content.items:
        texts = [text for block in _blocks(content) for text in texts_of(block)]
        return len(texts) == len(content.items) and all(begins_answer(text) for _, text in texts)
    return False


def texts_of(block: Mapping) -> Iterator[tuple[Entry, Value]]:
    """Yield what a text block can say, with the entry that says it; nothing for other blocks."""
    if "text" in {str(kind.value) for kind in strings(block.get("type"))}:
        for entry in block.named("text"):
            for one in options(entry.value):
                yield entry, one


def _blocks(content: Value) -> Iterator[Mapping]:
    if isinstance(content, Sequence):
        for item in content.items:
            yield from mappings(item)


def _is_of_answer(part: str | Value) -> bool:
    while isinstance(part, (Attribute, Item, Result)):
        if isinstance(part, Attribute) and part.name in _OF_ANSWERS:
            return True
        part = part.callee if isinstance(part, Result) else part.base
    return False


def _meet(one: Message, other: Message) -> bool:
    return compatible(one.under, other.under)
