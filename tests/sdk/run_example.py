"""Run code statement by statement against the SDK that is installed, with a server on loopback.

Run by a Python that has `anthropic`, not by the tests' own. `{"code": …}` comes in on stdin, where
`statuses` may say how the first requests are answered, `headers` with what, and `content` what a
message holds. Out on stdout go, for each statement, its first and last line and what it raised;
the requests that came; the warnings; and what the code left in `seen`.
"""

from __future__ import annotations

import ast
import json
import os
import sys
import threading
import time
import warnings
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

ANSWER = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "model": "claude-opus-5-5",
    "content": [{"type": "text", "text": "Hello"}],
    "stop_reason": "end_turn",
    "stop_sequence": None,
    "usage": {"input_tokens": 1, "output_tokens": 1},
    "input_tokens": 1,
}
EVENTS = (
    ("message_start", {"message": {**ANSWER, "content": []}}),
    ("content_block_start", {"index": 0, "content_block": {"type": "text", "text": ""}}),
    ("content_block_delta", {"index": 0, "delta": {"type": "text_delta", "text": "Hello"}}),
    ("content_block_stop", {"index": 0}),
    ("message_delta", {"delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 1}}),
    ("message_stop", {}),
)


GIVEN: dict[str, Any] = {}
REQUESTS: list[dict[str, Any]] = []


class Answering(BaseHTTPRequestHandler):
    """Answers every request alike, as a stream where one is asked for."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers.get("content-length") or 0)) or b"{}")
        headers = {name.lower(): value for name, value in self.headers.items()}
        REQUESTS.append(
            {"path": self.path, "headers": headers, "body": body, "time": time.monotonic()}
        )
        statuses = GIVEN.get("statuses", [])
        status = statuses.pop(0) if statuses else 200
        if status != 200:
            error = {"type": "error", "error": {"type": "some_error", "message": "no"}}
            self._send("application/json", json.dumps(error), status)
        elif body.get("stream"):
            lines = (
                f"event: {kind}\ndata: {json.dumps({'type': kind, **data})}\n\n"
                for kind, data in EVENTS
            )
            self._send("text/event-stream", "".join(lines))
        else:
            answer = {**ANSWER, **({"content": GIVEN["content"]} if "content" in GIVEN else {})}
            self._send("application/json", json.dumps(answer))

    def do_GET(self) -> None:
        self.do_POST()

    def _send(self, kind: str, text: str, status: int = 200) -> None:
        self.send_response(status)
        for name, value in GIVEN.get("headers", {}).items() if status != 200 else ():
            self.send_header(name, value)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


def outcomes(code: str, names: dict[str, Any]) -> list[dict[str, Any]]:
    """Run each statement and tell what came of it; a failed one does not stop the others."""
    found = []
    for statement in ast.parse(code).body:
        outcome: dict[str, Any] = {"first": statement.lineno, "last": statement.end_lineno}
        try:
            exec(compile(ast.Module([statement], []), "example.py", "exec"), names)
        except Exception as error:
            outcome.update(error=type(error).__name__, text=str(error))
        found.append(outcome)
    return found


def main() -> None:
    """Serve, run, report."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    os.environ["ANTHROPIC_BASE_URL"] = f"http://127.0.0.1:{server.server_port}"
    os.environ["ANTHROPIC_API_KEY"] = "unused"
    report, sys.stdout = sys.stdout, sys.stderr
    GIVEN.update(json.load(sys.stdin))
    names: dict[str, Any] = {"__name__": "example", "seen": []}
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        found = outcomes(GIVEN["code"], names)
    told = [[warning.category.__name__, str(warning.message)] for warning in warned]
    json.dump(
        {"outcomes": found, "requests": REQUESTS, "warnings": told, "seen": names["seen"]}, report
    )


if __name__ == "__main__":
    main()
