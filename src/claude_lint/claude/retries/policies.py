"""What a retry is, whatever makes it: what it repeats, after how long, and how often."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import libcst as cst

from claude_lint.claude.facts import Request
from claude_lint.claude.retries.delays import GROWING, Delay
from claude_lint.claude.retries.failures import PASSING, UNSENT, Failure, Library
from claude_lint.claude.retries.looking import is_without_hooks
from claude_lint.claude.retries.ways import Way
from claude_lint.python.module import Module
from claude_lint.python.values import Origin, Sequence, is_constant, options

REPEATABLE = frozenset((*PASSING, *UNSENT))


@dataclass(frozen=True, slots=True, eq=False)
class Policy:
    """One retry, written at `at` and applied by the expression or statement `used`.

    `kind`: loop, iterator (`for attempt in Retrying(…)`), recursion, resend (the same call written
    twice), decorator, call (a function that retries what it is handed), transport, task (of a queue
    or workflow), named (only its name says so). `name` is what messages call it.
    `repeats` are the failures after which it sends again; `certain` those after which nothing in
    the code decides otherwise; `is_judged` says that something unforeseen decides for all of them,
    which may also have mended what is sent again. `is_bounded` is None where that is not known,
    `attempts` are the tries in all. `lacks` says why it never repeats what the API answers: it
    repeats no "posts", no "answers" whatever was sent, or only what raises while answers here do
    not ("errors"); `methods` is then the collection that lacks POST, or where there is none
    `default_methods` the expression that stands for it.
    """

    at: Origin
    used: Origin
    kind: str
    name: str
    repeats: frozenset[Failure] = REPEATABLE
    certain: frozenset[Failure] = frozenset()
    delay: Delay = GROWING
    is_bounded: bool | None = None
    attempts: int | None = None
    lacks: str = ""
    methods: Sequence | None = None
    default_methods: str = ""
    is_judged: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Sending:
    """An expression that sends: a request, or the use of a function that sends one.

    `starts` holds, for each failure and for success (None), what the expression can come to.
    `is_plain` says that nothing unseen raises for an answer on the way here; `is_reading` that the
    request asks for what there is, and makes nothing.
    """

    module: Module
    node: cst.CSTNode
    library: Library
    starts: dict[Failure | None, tuple[Way, ...]] = field(default_factory=dict)
    is_plain: bool = False
    is_reading: bool = False


def sending_of(request: Request) -> Sending:
    """Return a request's call as something that sends."""
    library = _library(request)
    starts: dict[Failure | None, tuple[Way, ...]] = {None: (Way(),)}
    for failure in Failure:
        raised = Way("raise", library.error(failure))
        # An answer that is not raised may be, by a hook or in a function not seen here.
        answered = failure.status is not None and not library.raises
        starts[failure] = (Way(), replace(raised, is_supposed=True)) if answered else (raised,)
    call = request.call
    is_reading = request.method == "GET"
    return Sending(call.module, call.node, library, starts, is_without_hooks(request), is_reading)


def _library(request: Request) -> Library:
    if request.surface == "sdk":
        return Library("anthropic", raises=True)
    givers = [
        request.arguments,
        *(getattr(one, "arguments", None) for one in options(request.session)),
    ]
    told = any(
        is_constant(given.get("raise_for_status"), True) for given in givers if given is not None
    )
    return Library(request.library, raises=told or request.library == "urllib")
