"""Which function finds which kind of fact."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from claude_lint.claude.client_calls import ClientCall, ClientMade, client_calls, clients_made
from claude_lint.claude.credentials.key_defaults import KeyDefault, key_defaults
from claude_lint.claude.credentials.key_leaks import KeyLeak, key_leaks
from claude_lint.claude.credentials.literals import Credential, credentials
from claude_lint.claude.facts import CallSite, Request
from claude_lint.claude.models import ModelUse, model_uses
from claude_lint.claude.responses.uses import ResponseUse, response_uses
from claude_lint.claude.retries.disabled import DisabledRetry, disabled_retries
from claude_lint.claude.retries.reach import Attempt, Retry, attempts, retries
from claude_lint.claude.retries.timeouts import Untimed, untimed
from claude_lint.claude.sdk_calls import SdkCall, sdk_calls
from claude_lint.claude.sdk_members import SdkMember, sdk_members
from claude_lint.claude.sdk_names import SdkName, sdk_names
from claude_lint.claude.view import View
from claude_lint.python.module import Module


def _sites(view: View) -> Iterator[CallSite]:
    yield from view.requests.sites


def _requests(view: View) -> Iterator[Request]:
    yield from view.requests.all()


def _module(view: View) -> Iterator[Module]:
    yield view.module


EXTRACTORS: dict[type, Callable[[View], Iterable[Any]]] = {
    CallSite: _sites,
    Request: _requests,
    ModelUse: model_uses,
    Module: _module,
    Credential: credentials,
    KeyDefault: key_defaults,
    KeyLeak: key_leaks,
    ResponseUse: response_uses,
    ClientCall: client_calls,
    ClientMade: clients_made,
    Attempt: attempts,
    Retry: retries,
    DisabledRetry: disabled_retries,
    Untimed: untimed,
    SdkName: sdk_names,
    SdkMember: sdk_members,
    SdkCall: sdk_calls,
}
