"""Send requests with retries to a server on loopback that answers each with one status.

Run by a Python that has the libraries, not by the tests' own: `{"code": …, "statuses": […]}` comes
in on stdin, and for each status the number of requests and the waits between them go out on stdout.
"""

from __future__ import annotations

import asyncio
import inspect
import json
import logging
import os
import sys
import threading
import time
import warnings
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

ENDLESS = 12
"""After so many requests the server answers well, so that what has no end has one."""

BODY = {
    "model": "claude-opus-5-5",
    "max_tokens": 9,
    "messages": [{"role": "user", "content": "Hello"}],
}
ANSWER = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "model": "claude-opus-5-5",
    "content": [{"type": "text", "text": "Hello"}],
    "stop_reason": "end_turn",
    "stop_sequence": None,
    "usage": {"input_tokens": 1, "output_tokens": 1},
}
ERROR = {"type": "error", "error": {"type": "some_error", "message": "No"}}

waits: list[float] = []
_sleep, _sleep_async = time.sleep, asyncio.sleep


class Refusing(BaseHTTPRequestHandler):
    """Answers with the status that its server has at the time."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        server: Any = self.server
        server.requests += 1
        answers_well = server.requests > ENDLESS
        content = json.dumps(ANSWER if answers_well else ERROR).encode()
        self.send_response(200 if answers_well else server.status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


def wait(seconds: float) -> None:
    """Take the place of `time.sleep`."""
    waits.append(seconds)
    _sleep(0)


async def wait_async(delay: float, result: Any = None) -> Any:
    """Take the place of `asyncio.sleep`, which is also used to let other tasks go on."""
    if delay:
        waits.append(delay)
    return await _sleep_async(0, result)


def send(code: str, port: int) -> None:
    """Run code that defines `ask`, with Claude on loopback, and call it."""
    for there, here in (
        ('ConnectionPool("api.anthropic.com"', f'ConnectionPool("127.0.0.1", {port}'),
        ("HTTPSConnectionPool", "HTTPConnectionPool"),
        ("api.anthropic.com", f"127.0.0.1:{port}"),
        ("https://", "http://"),
    ):
        code = code.replace(there, here)
    names: dict[str, Any] = {"__name__": "use"}
    exec(compile(code, "use.py", "exec"), names)
    app = names.get("app")
    if app is not None:  # celery's worker in this process
        app.conf.task_always_eager = True
        app.set_default()
    answer = names["ask"](BODY)
    if inspect.isawaitable(answer):
        asyncio.run(_awaited(answer))


async def _awaited(answer: Any) -> Any:
    return await answer


def outcomes(code: str, statuses: list[int], server: Any) -> dict[int, dict[str, Any]]:
    """Tell what came of `ask` for each status that Claude could answer."""
    found = {}
    for status in statuses:
        server.status, server.requests = status, 0
        waits.clear()
        error = ""
        try:
            send(code, server.server_port)
        except Exception as raised:
            error = f"{type(raised).__name__}: {raised}"
        found[status] = {"requests": server.requests, "waits": list(waits), "error": error}
    return found


def main() -> None:
    """Serve, send, report."""
    given = json.load(sys.stdin)
    server: Any = ThreadingHTTPServer(("127.0.0.1", 0), Refusing)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    os.environ["ANTHROPIC_BASE_URL"] = f"http://127.0.0.1:{server.server_port}"
    os.environ["ANTHROPIC_API_KEY"] = "unused"
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    time.sleep, asyncio.sleep = wait, wait_async
    report, sys.stdout = sys.stdout, sys.stderr
    json.dump(outcomes(given["code"], given["statuses"], server), report)


if __name__ == "__main__":
    main()
