"""CL101 to CL106: how a request shows who sends it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from claude_lint.checks import Problem, View, rule
from claude_lint.checks.header_edits import as_key_header
from claude_lint.checks.url_edits import moved_to_header
from claude_lint.claude.catalog import Platform
from claude_lint.claude.catalog.releases import in_majors
from claude_lint.claude.credentials.authentication import (
    BEARER_HEADER,
    KEY_HEADER,
    Authentication,
    Kind,
    authentications,
    is_for_tokens,
)
from claude_lint.claude.credentials.url_keys import UrlKey, url_keys
from claude_lint.claude.facts import CallSite, Request, is_absent
from claude_lint.claude.sdk_calls import SdkCall
from claude_lint.claude.surfaces.hosts import API_HOST, place_of
from claude_lint.findings import Safety, Severity
from claude_lint.python.flow import compatible
from claude_lint.python.values import Entry, Environ, Mapping, Origin, Value, options, strings

VERSION_HEADER = "anthropic-version"
_WRONG_NAME = re.compile(r"(?:x-)?(?:(?:anthropic|claude)-)?(?:api-?)?key")
_UNASKED = frozenset({"HEAD", "OPTIONS"})
_CREDENTIALS = ("api_key", "auth_token")


def is_judged(request: Request) -> bool:
    """Tell whether a request is built by hand and goes to the Claude API."""
    return request.surface == "raw" and request.is_first_party


def needs_headers(site: CallSite) -> bool:
    """Tell whether every way of a call asks the Claude API something that only a key opens."""
    for request in site.requests:
        path = place_of(request.url)[1]
        if not is_judged(request) or not path.startswith("/v1/") or path.startswith("/v1/oauth/"):
            return False
        if request.method in _UNASKED:
            return False
    return True


def _is_others(request: Request, written: Origin | None, view: View) -> bool:
    """Tell whether what is written there is meant for another's host.

    It is where another way of the same call sends it to one, and nothing but Claude's would be sent
    along: code that serves several chooses by something not seen.
    """
    if any(request.headers.headers(VERSION_HEADER)):
        return False
    return _is_sent_elsewhere(request, written, view)


def _is_sent_elsewhere(request: Request, written: Origin | None, view: View) -> bool:
    """Tell whether another way of the same call sends what is written there to another's host."""
    return written is not None and any(
        other.platform is Platform.GATEWAY and written.node in _written_in(other)
        for site in view.requests.sites
        if site.call.node is request.call.node
        for other in site.requests
    )


def _written_in(request: Request) -> Iterator[cst.CSTNode]:
    """Yield where the headers, the query and the URL of a request are written."""
    for fields in (request.headers, request.query):
        for option in fields.options:
            yield from (entry.origin.node for entry in option.entries)
    if request.url is not None and request.url.origin is not None:
        yield request.url.origin.node


# ---------------------------------------------------------------------- keys that are sent wrongly


@rule("bearer-auth")
def bearer(request: Request, view: View) -> Iterator[Problem]:
    """CL101."""
    if not is_judged(request) or request.operation == "chat.completions":
        return
    if view.settings.auth_header == "any":
        return
    if any(request.headers.headers(KEY_HEADER)):
        return  # both are sent, or code that sends the one or the other knows keys from tokens
    for entry in request.headers.headers(BEARER_HEADER):
        if is_for_tokens(request, entry) or _is_others(request, entry.origin, view):
            continue
        for one in authentications(entry):
            if one.scheme == "bearer" and one.kind is Kind.KEY:
                yield _bearer_problem(request, one, view)
                break


def _bearer_problem(request: Request, sent: Authentication, view: View) -> Problem:
    since = next(row for row in view.catalog.sdk_majors if row.auth_header == "Authorization")
    if view.as_of < since.released:
        fact = "The API refuses an API key as `Authorization: Bearer` with 401"
    else:
        fact = (
            "An API key goes as `Authorization: Bearer`: the API takes that only since"
            f" {since.released:%B %Y}, older deployments and proxies do not"
        )
    return Problem(
        sent.entry,
        fact,
        help="Send the key as `x-api-key`, which is right for every API version",
        severity=Severity.INFO if _states_version(request, since.api_version) else None,
        fix=as_key_header(view, sent, Safety.UNSAFE, KEY_HEADER, f"Send the key as `{KEY_HEADER}`"),
    )


def _states_version(request: Request, version: str) -> bool:
    """Tell whether a request itself asks for an API version, or for a later one."""
    stated = [
        str(one.value)
        for entry in request.headers.headers(VERSION_HEADER)
        for one in strings(entry.value)
    ]
    return bool(stated) and all(one >= version for one in stated)


@rule("key-in-url")
def key_in_url(request: Request, view: View) -> Iterator[Problem]:
    """CL103."""
    if not is_judged(request):
        return
    for key in url_keys(request):
        written = request.url.origin if key.entry is None and request.url is not None else None
        if _is_others(request, key.entry.origin if key.entry is not None else written, view):
            continue
        yield Problem(
            key.entry or key.at,
            _in_url(key),
            help=f"Send the key in the header `{KEY_HEADER}`",
            fix=moved_to_header(view, request, key),
        )


def _in_url(key: UrlKey) -> str:
    where = f"as `{key.name}` in the URL" if key.name else "before the host of the URL"
    return f"The key is sent {where}: the API ignores it there, and logs keep it"


@rule("malformed-auth-header")
def malformed(request: Request, view: View) -> Iterator[Problem]:
    """CL105."""
    if not is_judged(request):
        return
    for entry in request.headers.headers(KEY_HEADER):
        if not _is_sent_elsewhere(request, entry.origin, view):  # which takes what it likes
            yield from _first(_wrong_key(one, view) for one in authentications(entry))
    for entry in request.headers.headers(BEARER_HEADER):
        yield from _first(_wrong_authorization(one, view) for one in authentications(entry))
    if place_of(request.url)[0] == API_HOST:
        yield from _wrong_names(request, view)


def _first(problems: Iterator[Problem | None]) -> Iterator[Problem]:
    """Yield one problem of a header, whatever else it can hold."""
    found = next((one for one in problems if one is not None), None)
    if found is not None:
        yield found


def _wrong_key(sent: Authentication, view: View) -> Problem | None:
    """Judge a value of `x-api-key`."""
    if sent.scheme in ("bearer", "bearer…"):
        return Problem(
            sent.entry,
            "`x-api-key` holds `Bearer` and a key: the API answers 401",
            help="Send the key alone",
            fix=as_key_header(
                view, sent, Safety.SAFE, sent.entry.name or KEY_HEADER, "Remove `Bearer`"
            ),
        )
    if sent.kind is Kind.TOKEN:
        return Problem(
            sent.entry,
            "`x-api-key` holds an OAuth token: the API answers 401",
            help="Send a token as `Authorization: Bearer`, with the beta header for OAuth",
        )
    return None


def _wrong_authorization(sent: Authentication, view: View) -> Problem | None:
    """Judge a value of `Authorization`."""
    if sent.kind is not Kind.KEY or sent.scheme in ("bearer", None):
        return None
    how = "the key without a scheme"
    if sent.scheme:
        how = f"a key behind `{sent.scheme.rstrip('…')}`"
    return Problem(
        sent.entry,
        f"`Authorization` holds {how}: the API answers 401",
        help="Send the key as `x-api-key`",
        fix=as_key_header(view, sent, Safety.SAFE, KEY_HEADER, f"Send the key as `{KEY_HEADER}`"),
    )


def _wrong_names(request: Request, view: View) -> Iterator[Problem]:
    """Find credentials under a header that the API does not read."""
    for option in request.headers.options:
        if option.header(KEY_HEADER) or option.header(BEARER_HEADER):
            continue
        for entry in option.entries:
            if entry.name is None or not is_wrong_name(entry.name):
                continue
            for one in authentications(entry):
                yield Problem(
                    entry,
                    f"The API does not read a header `{entry.name}`: it answers 401",
                    help="Send the key as `x-api-key`",
                    fix=as_key_header(
                        view, one, Safety.SAFE, KEY_HEADER, f"Rename to `{KEY_HEADER}`"
                    ),
                )
                break


def is_wrong_name(name: str) -> bool:
    """Tell whether a header is named for a key, but not as the API reads it."""
    plain = name.strip().lower()
    return plain != KEY_HEADER and _WRONG_NAME.fullmatch(plain.replace("_", "-")) is not None


# ---------------------------------------------------------------------- none, or two


@rule("missing-auth-header")
def missing(site: CallSite, view: View) -> Iterator[Problem]:
    """CL104."""
    if not needs_headers(site):
        return
    if not all(site.lacks_header(name) for name in (KEY_HEADER, BEARER_HEADER)):
        return
    if any(_shows_otherwise(request) for request in site.requests):
        return
    yield Problem(
        site.call,
        "This request carries no credential: the API answers 401",
        help='Add `"x-api-key"` to its headers',
        related=headers_of(site),
    )


def _shows_otherwise(request: Request) -> bool:
    """Tell whether a credential is sent in another way, right or wrong."""
    return (
        request.auth is not None
        or any(is_wrong_name(name) for name in request.headers.names())
        or any(True for _key in url_keys(request))
    )


def headers_of(site: CallSite) -> tuple[tuple[Mapping, str], ...]:
    """Return the headers that lack something, to be shown with the call that sends them."""
    found = (option for request in site.requests for option in request.headers.options)
    first = next((one for one in found if one.origin is not None and one.entries), None)
    return ((first, "its headers"),) if first is not None else ()


@rule("conflicting-credentials")
def two_headers(request: Request, view: View) -> Iterator[Problem]:
    """CL106."""
    if not is_judged(request):
        return
    for option in request.headers.options:
        pair = next(_together(option, KEY_HEADER, BEARER_HEADER), None)
        if pair is not None:
            yield Problem(
                request.call,
                "Both `x-api-key` and `Authorization` are sent: nothing says which of them counts",
                help="Send one of them",
                severity=Severity.WARNING,
                related=((pair[0], "the one"), (pair[1], "the other")),
            )
            return


def _together(option: Mapping, one: str, other: str) -> Iterator[tuple[Entry, Entry]]:
    for first in option.header(one):
        for second in option.header(other):
            if compatible(first.under, second.under):
                yield first, second


@rule("conflicting-credentials")
def two_arguments(call: SdkCall, view: View) -> Iterator[Problem]:
    """CL106."""
    if call.method or call.client.removeprefix("Async") not in ("Anthropic", "Client"):
        return
    given = [entry for name in _CREDENTIALS for entry in call.arguments.keywords.named(name)]
    given = [entry for entry in given if not is_absent(entry.value)]
    pair = next(_compatible_pairs(given), None)
    if pair is None:
        return
    names = " and ".join(f"`{entry.name}`" for entry in pair)
    refusing = in_majors(view.target, _refusing(view))
    severity: Severity | None = Severity.WARNING
    if refusing is None:
        fact = f"Both {names} are passed: both headers are sent, which the API may refuse"
    else:
        fact = refusing.qualify(f"Both {names} are passed: the call raises ValueError")
        if not any(_may_be_none(entry.value) for entry in pair):
            severity = refusing.severity
    yield Problem(
        call.call,
        fact,
        help="Pass one of them",
        severity=severity,
        related=tuple((entry, f"`{entry.name}`") for entry in pair),
    )


def _refusing(view: View) -> list[int]:
    """Return the SDK majors that take one credential only: those that send keys as Bearer."""
    rows = view.catalog.sdk_majors
    return [row.major for row in rows if row.auth_header == "Authorization"]


def _compatible_pairs(given: list[Entry]) -> Iterator[tuple[Entry, Entry]]:
    for number, one in enumerate(given):
        for other in given[number + 1 :]:
            if one.name != other.name and _can_meet(one, other):
                yield one, other


def _can_meet(one: Entry, other: Entry) -> bool:
    """Tell whether two arguments can both have a value in one run."""
    return compatible(one.under, other.under) and any(
        compatible(first.under, second.under)
        for first in options(one.value)
        for second in options(other.value)
        if not is_absent(first) and not is_absent(second)
    )


def _may_be_none(value: Value) -> bool:
    """Tell whether a value may be None, which is as good as not passing it."""
    return any(
        is_absent(one)
        or (
            isinstance(one, Environ)
            and one.default is None
            and one.origin is not None
            and isinstance(one.origin.node, cst.Call)
        )
        for one in options(value)
    )
