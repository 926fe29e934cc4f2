"""CL505 to CL508: how clients are made and called."""

from __future__ import annotations

from collections.abc import Iterator

from claude_lint.checks import Problem, Repair, View, rule
from claude_lint.checks.code_edits import surround
from claude_lint.claude.client_calls import ClientCall, ClientMade
from claude_lint.claude.handling import Handling
from claude_lint.findings import Safety

_NEVER_AWAITED = (Handling.READ, Handling.DROPPED, Handling.LOOPED, Handling.ENTERED)
_AWAITED = (Handling.AWAITED, Handling.ENTERED)


@rule("unawaited-call")
def unawaited(call: ClientCall, view: View) -> Iterator[Problem]:
    """CL505."""
    if not (call.is_async and call.makes_coroutine and call.handling in _NEVER_AWAITED):
        return
    yield Problem(
        call.call,
        f"The coroutine of `{call.method}()` is never awaited",
        help=(
            "Put `await` before the call"
            if call.can_await
            else "Await it in an `async def`, or use the synchronous client"
        ),
        related=((call.used_at, "used here as if it were the answer"),) if call.used_at else (),
        fix=_awaited(call),
    )


def _awaited(call: ClientCall) -> Repair | None:
    if not call.can_await or call.handling is Handling.LOOPED:
        return None
    before, after = ("(await ", ")") if call.is_in_chain else ("await ", "")
    return Repair("Put `await` before the call", Safety.UNSAFE, surround(call.call, before, after))


@rule("awaited-sync-call")
def awaited_sync(call: ClientCall, view: View) -> Iterator[Problem]:
    """CL506."""
    if call.is_async or call.handling not in _AWAITED:
        return
    how = (
        "is no coroutine to await"
        if call.handling is Handling.AWAITED
        else "cannot be used with `async with` or `async for`"
    )
    yield Problem(
        call.call,
        f"`{call.method}()` of the synchronous client {how}",
        help="Use the asynchronous client, or leave the `await` or `async` away",
        related=((call.used_at, "here"),) if call.used_at else (),
    )


@rule("blocking-call")
def blocking(call: ClientCall, view: View) -> Iterator[Problem]:
    """CL507."""
    if call.is_async or call.is_of_stream or call.place != "async" or call.handling in _AWAITED:
        return
    yield Problem(
        call.call,
        f"`{call.method}()` of the synchronous client blocks the event loop",
        help="Use the asynchronous client and `await`, or `asyncio.to_thread`",
    )


@rule("client-per-call")
def client_per_call(made: ClientMade, view: View) -> Iterator[Problem]:
    """CL508."""
    where = "each turn of a loop" if made.per == "loop" else "each call of the function"
    yield Problem(
        made.call,
        f"`{made.kind}` is built anew in {where}, and its connections with it",
        help="Build one client and pass it on; `with_options()` shares its connections",
    )
