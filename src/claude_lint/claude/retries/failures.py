"""What goes wrong with a request, and what each library then raises."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from claude_lint.python.classes import ancestry
from claude_lint.python.evaluate import Evaluator
from claude_lint.python.values import (
    ClassValue,
    Constant,
    Instance,
    Result,
    Sequence,
    Symbol,
    Unknown,
    Value,
    options,
)


class Failure(enum.Enum):
    """A way in which a request fails; of an answer, its status."""

    RATE_LIMIT = 429
    OVERLOADED = 529
    SERVER = 500
    CONNECTION = "connection"
    TIMEOUT = "timeout"
    BAD_REQUEST = 400
    UNAUTHORIZED = 401
    FORBIDDEN = 403
    NOT_FOUND = 404

    @property
    def status(self) -> int | None:
        """The status of the answer, None where there was no answer."""
        return self.value if isinstance(self.value, int) else None


PASSING = (Failure.RATE_LIMIT, Failure.OVERLOADED, Failure.SERVER)
"""Answers that a later attempt may not get."""
UNSENT = (Failure.CONNECTION, Failure.TIMEOUT)
CLIENT_ERRORS = (
    Failure.BAD_REQUEST,
    Failure.UNAUTHORIZED,
    Failure.FORBIDDEN,
    Failure.NOT_FOUND,
)
"""Answers that every later attempt gets again."""

# What an answer raises that is read as if it were a good one: a `KeyError` most often. Only a
# handler for everything counts as meant for it.
UNREADABLE = Symbol("claude_lint.Unreadable")

# Class → base, by library. What is not named derives from Exception.
_SDK_STATUS_ERRORS = (
    "BadRequestError AuthenticationError PermissionDeniedError NotFoundError ConflictError"
    " RequestTooLargeError UnprocessableEntityError RateLimitError InternalServerError"
)
_BASES: dict[str, dict[str, str]] = {
    "anthropic": {
        "APIError": "AnthropicError",
        "APIStatusError": "APIError",
        "APIConnectionError": "APIError",
        "APITimeoutError": "APIConnectionError",
        "OverloadedError": "InternalServerError",
        "ServiceUnavailableError": "InternalServerError",
        "DeadlineExceededError": "InternalServerError",
        **dict.fromkeys(_SDK_STATUS_ERRORS.split(), "APIStatusError"),
    },
    "requests": {
        "RequestException": "builtins.OSError",
        "HTTPError": "RequestException",
        "ConnectionError": "RequestException",
        "Timeout": "RequestException",
        "ReadTimeout": "Timeout",
        "ConnectTimeout": "Timeout",
    },
    "httpx": {
        "RequestError": "HTTPError",
        "HTTPStatusError": "HTTPError",
        "TransportError": "RequestError",
        "NetworkError": "TransportError",
        "TimeoutException": "TransportError",
        "ConnectError": "NetworkError",
        "ReadError": "NetworkError",
        "RemoteProtocolError": "TransportError",
        "ReadTimeout": "TimeoutException",
        "ConnectTimeout": "TimeoutException",
    },
    "aiohttp": {
        "ClientResponseError": "ClientError",
        "ClientConnectionError": "ClientError",
        "ClientOSError": "ClientConnectionError",
        "ClientConnectorError": "ClientOSError",
        "ServerTimeoutError": "builtins.TimeoutError",
    },
    "urllib": {"HTTPError": "URLError", "URLError": "builtins.OSError"},
    "urllib3": {"MaxRetryError": "HTTPError", "TimeoutError": "HTTPError"},
    "http": {"HTTPException": "builtins.Exception"},
    "subprocess": {
        "CalledProcessError": "SubprocessError",
        "TimeoutExpired": "SubprocessError",
    },
    "builtins": {
        "Exception": "BaseException",
        "OSError": "Exception",
        "IOError": "OSError",
        "EnvironmentError": "OSError",
        "ConnectionError": "OSError",
        "TimeoutError": "OSError",
    },
}
_BASES["httpx2"] = _BASES["httpx"]
_BASES["curl_cffi"] = _BASES["requests"]
_ALIASES = {
    "curl_cffi.RequestsError": "curl_cffi.RequestException",
    "asyncio.TimeoutError": "builtins.TimeoutError",
    "socket.timeout": "builtins.TimeoutError",
    "concurrent.TimeoutError": "builtins.TimeoutError",
    "builtins.IOError": "builtins.OSError",
    "builtins.EnvironmentError": "builtins.OSError",
    "socket.error": "builtins.OSError",
}

# Error of a status, of a connection, of a time-out.
_RAISED = {
    "anthropic": ("", "APIConnectionError", "APITimeoutError"),
    "requests": ("HTTPError", "ConnectionError", "ReadTimeout"),
    "curl_cffi": ("HTTPError", "ConnectionError", "Timeout"),
    "httpx": ("HTTPStatusError", "ConnectError", "ReadTimeout"),
    "httpx2": ("HTTPStatusError", "ConnectError", "ReadTimeout"),
    "aiohttp": ("ClientResponseError", "ClientConnectorError", "ServerTimeoutError"),
    "urllib": ("HTTPError", "URLError", "URLError"),
    "urllib3": ("HTTPError", "MaxRetryError", "MaxRetryError"),
    "subprocess": ("CalledProcessError", "CalledProcessError", "TimeoutExpired"),
}
_SDK_ERRORS = {
    Failure.RATE_LIMIT: "RateLimitError",
    Failure.OVERLOADED: "OverloadedError",
    Failure.SERVER: "InternalServerError",
    Failure.BAD_REQUEST: "BadRequestError",
    Failure.UNAUTHORIZED: "AuthenticationError",
    Failure.FORBIDDEN: "PermissionDeniedError",
    Failure.NOT_FOUND: "NotFoundError",
}


@dataclass(frozen=True, slots=True)
class Library:
    """How a library tells of failures; `raises` says that it raises for a status by itself."""

    name: str
    raises: bool

    def error(self, failure: Failure) -> Symbol:
        """Return the class of what is raised for a failure, for a status once it is raised."""
        status, connection, timeout = _RAISED.get(self.name, ("OSError", "OSError", "OSError"))
        top = self.name if self.name in _RAISED else "builtins"
        if self.name == "anthropic" and failure in _SDK_ERRORS:
            return Symbol(f"anthropic.{_SDK_ERRORS[failure]}")
        if failure is Failure.CONNECTION:
            return Symbol(f"{top}.{connection}")
        if failure is Failure.TIMEOUT:
            return Symbol(f"{top}.{timeout}")
        return Symbol(f"{top}.{status}")


def error_class(value: Value) -> Value:
    """Return the class of an exception, given the class or an object of it."""
    if isinstance(value, Instance):
        return value.cls
    if isinstance(value, Result):
        return value.callee
    return value


def catches(evaluator: Evaluator, caught: Value | None, error: Value) -> bool | None:
    """Tell whether a handler for `caught` takes an error, None where that is not known.

    `caught` is a class, a tuple of them, or None for a bare `except`.
    """
    if caught is None:
        return True
    answers: list[bool | None] = []
    for one in _classes(caught):
        answers.append(_is_subclass(evaluator, error_class(error), one))
    if any(answers):
        return True
    return None if None in answers else False


def _classes(caught: Value) -> list[Value]:
    found: list[Value] = []
    for one in options(caught):
        if isinstance(one, Sequence):
            found.extend(part for item in one.items for part in _classes(item))
            found.extend(one.rest)
        elif not isinstance(one, Constant):
            found.append(one)
    return found


def _is_subclass(evaluator: Evaluator, error: Value, caught: Value) -> bool | None:
    if isinstance(caught, Symbol) and _key(caught) in (
        "builtins.Exception",
        "builtins.BaseException",
    ):
        return True
    if isinstance(error, Unknown) or isinstance(caught, Unknown):
        return None
    if isinstance(error, ClassValue):
        scopes, foreign = ancestry(evaluator, error)
        if isinstance(caught, ClassValue):
            return caught.scope in scopes
        return any(_is_subclass(evaluator, base, caught) for base in foreign)
    if isinstance(error, Symbol) and isinstance(caught, Symbol):
        return _key(caught) in _lineage(_key(error))
    return False


def _lineage(key: str) -> list[str]:
    found = [key]
    while True:
        top, _, name = found[-1].partition(".")
        base = _BASES.get(top, {}).get(name)
        if base is None:
            return found
        found.append(base if "." in base else f"{top}.{base}")


def _key(symbol: Symbol) -> str:
    """Shorten `requests.exceptions.HTTPError` to its package and name, as `_BASES` has it."""
    key = f"{symbol.path.partition('.')[0]}.{symbol.path.rpartition('.')[2]}"
    return _ALIASES.get(key, key)
