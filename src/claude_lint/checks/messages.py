"""CL205, CL209, CL210, CL211, CL212, CL217: what is said in a request, and by whom."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from claude_lint.checks import Place, Problem, Repair, View, rule
from claude_lint.checks.arguments import together, written_elsewhere
from claude_lint.checks.code_edits import code_of
from claude_lint.checks.repairs import delete_item, insert_argument, insert_entry, repair
from claude_lint.claude.catalog import releases
from claude_lint.claude.facts import GENERATING, Request
from claude_lint.claude.in_force import mappings, named_models, sent, ways
from claude_lint.claude.messages import (
    ROLES,
    Conversation,
    Message,
    begins_answer,
    conversations,
    tests_for_system,
    texts_of,
)
from claude_lint.findings import Safety, Severity
from claude_lint.python.values import (
    Constant,
    Entry,
    Mapping,
    Origin,
    Sequence,
    Text,
    Value,
    is_constant,
    options,
)

_READ = GENERATING | {"messages.count_tokens"}


def _is_judged(request: Request, operations: frozenset[str] = _READ) -> bool:
    """Tell whether Claude's server reads the messages."""
    return (
        request.surface in ("sdk", "raw", "bedrock")
        and request.reaches_claude
        and request.operation in operations
    )


# ---------------------------------------------------------------------- roles


@rule("unsupported-prefill")
def unsupported_prefill(request: Request, view: View) -> Iterator[Problem]:
    """CL205."""
    if not _is_judged(request, GENERATING):
        return
    for conversation in conversations(request):
        for message in conversation.last():
            if message.role != "assistant" or not _is_written(message):
                continue
            for named in named_models(request, view):
                if named.model.prefill is False and together(message, named):
                    yield Problem(
                        message.at,
                        f"`{named.id}` cannot go on from a last message of the assistant's: "
                        "the API answers 400",
                        help="End with a user message; ask for the form of the answer there, or in "
                        "`output_config`",
                        related=(*_texts_elsewhere(message), (conversation.entry, "sent here")),
                    )


def _texts_elsewhere(message: Message) -> Iterator[tuple[Place, str]]:
    for entry, content in message.contents():
        yield from written_elsewhere(entry, content.origin, "the text")


def _is_written(message: Message) -> bool:
    return any(begins_answer(content) for _entry, content in message.contents())


@rule("misplaced-system-message")
def misplaced_system_message(request: Request, view: View) -> Iterator[Problem]:
    """CL209."""
    if not _is_judged(request) or tests_for_system(request):
        return
    for conversation in conversations(request):
        first = set(conversation.first())
        for message in conversation.all():
            if message.role != "system" or message.is_picked:
                continue
            roles = {
                named.id: named.model.system_role
                for named in named_models(request, view)
                if together(message, named)
            }
            ignoring = next((name for name, role in roles.items() if role == "ignored"), None)
            rejecting = next((name for name, role in roles.items() if role == "rejected"), None)
            if rejecting:
                why = f"`{rejecting}` has no messages of role `system`: the API answers 400"
            elif ignoring:
                why = f"`{ignoring}` ignores messages of role `system`"
            elif message in first:
                why = "A message of role `system` comes first: the API answers 400"
            else:
                continue
            yield Problem(
                message.at,
                why,
                help="Pass the text as `system`, beside `messages`",
                severity=None if rejecting or not ignoring else Severity.WARNING,
                fix=_as_system(message, conversation, request, view),
            )


def _as_system(
    message: Message, conversation: Conversation, request: Request, view: View
) -> Repair | None:
    """Move a message out of the list, into the call or dict that passes the list."""
    passed, contents = conversation.entry, message.fields.named("content")
    written = contents[0].origin if len(contents) == 1 else None
    if any(sent(request, "system")) or written is None or message.at.module is not view.module:
        return None
    is_alone = len(conversation.listed.items) == 1 and conversation.listed.is_closed
    if not isinstance(written.node, cst.DictElement) or is_alone:
        return None
    if view.module.place(message.at.node)[0] is not request.scope:
        return None  # what it says may have no name there
    text = code_of(Origin(written.module, written.node.value))
    around = passed.origin.module.parents.get(passed.origin.node)
    if isinstance(passed.origin.node, cst.Arg) and around is not None:
        added = insert_argument(Origin(view.module, around), f"system={text}", passed)
    elif isinstance(passed.origin.node, cst.DictElement) and around is not None:
        added = insert_entry(Origin(view.module, around), f'"system": {text}', passed)
    else:
        return None
    return repair(view, "Pass it as `system`", Safety.UNSAFE, delete_item(message.at), added)


@rule("consecutive-roles")
def consecutive_roles(request: Request, view: View) -> Iterator[Problem]:
    """CL210."""
    if not _is_judged(request):
        return
    for conversation in conversations(request):
        if conversation.listed.under - request.world:
            continue  # a test may have looked at what the list holds already
        for one, two in conversation.neighbours():
            if one.role == two.role and one.role in ("user", "assistant"):
                if not (one.is_picked or two.is_picked):
                    yield Problem(
                        two.at,
                        f"Two messages of role `{two.role}` in a row are read as one turn",
                        help="Put both into one message, or the answer between them",
                        related=((one.at, "the first of them"),),
                    )


@rule("invalid-message-list")
def invalid_message_list(request: Request, view: View) -> Iterator[Problem]:
    """CL211."""
    if not _is_judged(request):
        return
    for entry in sent(request, "messages"):
        yield from _of_wrong_type(entry)
    for conversation in conversations(request):
        for message in conversation.first():
            if message.role == "assistant" and not message.is_picked:
                yield Problem(
                    message.at,
                    "The first message is the assistant's, where the API wants the user's",
                    help="Begin with a message of role `user`",
                    severity=Severity.WARNING,
                )
        for message in conversation.all():
            if message.role not in ROLES and not message.is_picked:
                yield Problem(
                    message.role_entry,
                    f"The API has no role `{message.role}`: it answers 400",
                    help=_role_instead(message.role),
                )


def _of_wrong_type(entry: Entry) -> Iterator[Problem]:
    """Judge what is passed as `messages`, and each of them, by what it is."""
    found = options(entry.value)
    if all(_is_empty_list(one) for one in found):
        yield Problem(
            entry,
            "`messages` is empty: the API answers 400",
            help="Send at least one message of role `user`",
        )
    for one in found:
        if isinstance(one, (Text, Mapping)) or _is_text(one):
            what = "a dict" if isinstance(one, Mapping) else "a text"
            yield Problem(
                entry,
                f"`messages` is {what}, not a list of messages: the API answers 400",
                help='Send `[{"role": "user", "content": …}]`',
                related=written_elsewhere(entry, one.origin, "this"),
            )
        for item in one.items if isinstance(one, Sequence) else ():
            if all(_is_no_message(each) for each in options(item)):
                at = options(item)[0]
                yield Problem(
                    at if at.origin is not None else entry,
                    "A message is no dict with `role` and `content`: the API answers 400",
                    help='Write `{"role": "user", "content": …}`',
                )


def _is_text(value: Value) -> bool:
    return isinstance(value, Constant) and isinstance(value.value, str)


def _is_no_message(value: Value) -> bool:
    """Tell whether a value is a text, or a tuple or list written in the list of messages itself.

    Others may be spread before they are sent.
    """
    if isinstance(value, Sequence) and value.origin is not None:
        return isinstance(value.origin.module.parents.get(value.origin.node), cst.Element)
    return isinstance(value, Text) or _is_text(value)


def _is_empty_list(value: Value) -> bool:
    """Tell whether a list is written as empty where it is passed, or in a local variable."""
    if not isinstance(value, Sequence) or value.items or value.rest or value.origin is None:
        return False
    parent = value.origin.module.parents.get(value.origin.node)
    if isinstance(parent, cst.Assign):
        scope, _point = value.origin.module.place(parent)
        return isinstance(parent.targets[0].target, cst.Name) and scope.kind != "class"
    return isinstance(parent, (cst.Arg, cst.DictElement))


def _role_instead(role: str) -> str:
    if role in ("tool", "function"):
        return "Send results of tools as `tool_result` blocks in a message of role `user`"
    if role in ("developer", "system_prompt"):
        return "Pass the text as `system`, beside `messages`"
    return f"Use `{'assistant' if role in ('ai', 'bot', 'model') else 'user'}`"


# ---------------------------------------------------------------------- contents


@rule("empty-content")
def empty_content(request: Request, view: View) -> Iterator[Problem]:
    """CL212."""
    if not _is_judged(request):
        return
    for conversation in conversations(request):
        last = set(conversation.last())
        for message in conversation.all():
            if message.role == "assistant" and message in last:
                continue  # the answer to go on from may be empty
            for entry in _blank_entries(message):
                yield Problem(
                    entry,
                    f"A message of role `{message.role}` says nothing: the API answers 400",
                    help="Leave the message out, or say something in it",
                    related=written_elsewhere(entry, entry.value.origin, "the text"),
                )


def _blank_entries(message: Message) -> Iterator[Entry]:
    """Yield the entries whose text is certainly blank."""
    for entry in message.fields.named("content"):
        if together(message, entry) and (_is_blank(entry.value) or _is_nothing(entry.value)):
            yield entry
    for block in message.blocks():
        for entry, _text in texts_of(block):
            if together(message, block, entry) and _is_blank(entry.value):
                yield entry


def _is_blank(value: Value) -> bool:
    found = options(value)
    return bool(found) and all(
        isinstance(one, Constant) and isinstance(one.value, str) and not one.value.strip()
        for one in found
    )


def _is_nothing(value: Value) -> bool:
    return isinstance(value, Sequence) and _is_empty_list(value)


@rule("rejected-content-block")
def rejected_content_block(request: Request, view: View) -> Iterator[Problem]:
    """CL217."""
    if not _is_judged(request):
        return
    possible = ways(request, view)
    for conversation in conversations(request):
        for message in conversation.all():
            for kind, at, what in _doubtful_blocks(message):
                refused = [
                    way
                    for way in possible
                    if (row := view.catalog.api_version(way.version or "")) is not None
                    and kind in row.rejected_blocks
                ]
                if not refused:
                    continue
                is_certain = len(refused) == len(possible)
                majors = sorted({way.major for way in refused if way.major is not None})
                limit = f" with {releases.name_majors(majors)}" if majors and not is_certain else ""
                yield Problem(
                    at,
                    f"API version {refused[0].version} rejects {what}: the API answers 400{limit}",
                    help=_INSTEAD[kind],
                    severity=None if is_certain else Severity.WARNING,
                )


_INSTEAD = {
    "assistant-document": "Put the document into a message of role `user`, or a `tool_result`",
    "user-citations": "Leave `citations` out of what is sent back as the user's text",
}


def _doubtful_blocks(message: Message) -> Iterator[tuple[str, Origin | Entry, str]]:
    """Yield blocks that some API version refuses: how the catalogue calls them, where, and what."""
    for block in message.blocks():
        if not together(message, block):
            continue
        if message.role == "assistant" and _has_type(block, "document") and block.origin:
            yield "assistant-document", block.origin, "a `document` in a message of the assistant's"
        if message.role == "user":
            inner = [one for item in _inner(block) for one in mappings(item)]
            for text in (block, *inner):
                if _has_type(text, "text"):
                    for entry in text.named("citations"):
                        if isinstance(entry.value, Sequence) and entry.value.items:
                            yield "user-citations", entry, "`citations` on a text of the user's"


def _inner(block: Mapping) -> tuple[Value, ...]:
    """Return the blocks in a search result."""
    content = block.get("content") if _has_type(block, "search_result") else None
    return content.items if isinstance(content, Sequence) else ()


def _has_type(block: Mapping, kind: str) -> bool:
    return is_constant(block.get("type"), kind)
