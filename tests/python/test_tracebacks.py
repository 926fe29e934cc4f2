from __future__ import annotations

import pytest

from claude_lint.python.tracebacks import Frame, frames, without_source

TRACEBACK = """\
Traceback (most recent call last):
  File "/srv/app/main.py", line 12, in <module>
    ask("Hi", retries=RateLimitError)
    ~~~^^^^^^^
  File "C:\\\\app\\\\my tools\\\\llm.py", line 7, in Client.ask
    return self.client.messages.create()
anthropic.RateLimitError: Error code: 429
"""


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('  File "src/app.py", line 3, in ask', Frame("src/app.py", 3, "ask")),
        ('  File "/my files/app.py", line 3', Frame("/my files/app.py", 3)),
        ("tests/test_app.py:41: AuthenticationError", Frame("tests/test_app.py", 41)),
        ("│ /srv/app/llm.py:12 in ask                  │", Frame("/srv/app/llm.py", 12, "ask")),
        ("File ~/app/llm.py:88, in Client.ask(self, q)", Frame("~/app/llm.py", 88, "Client.ask")),
        (r'  File "C:\app\llm.py", line 9, in <lambda>', Frame("C:/app/llm.py", 9, "<lambda>")),
    ],
)
def test_a_frame_is_read_in_any_form(text: str, found: Frame) -> None:
    assert frames(text) == (found,)


def test_frames_are_in_the_order_of_the_text() -> None:
    assert [frame.line for frame in frames(TRACEBACK)] == [12, 7]
    assert frames("Error code: 401") == ()


def test_code_is_taken_out_of_a_traceback() -> None:
    assert without_source(TRACEBACK).splitlines() == [
        "Traceback (most recent call last):",
        '  File "/srv/app/main.py", line 12, in <module>',
        '  File "C:\\\\app\\\\my tools\\\\llm.py", line 7, in Client.ask',
        "anthropic.RateLimitError: Error code: 429",
    ]


@pytest.mark.parametrize(
    "path",
    [
        "/venv/lib/python3.11/site-packages/anthropic/_base_client.py",
        "/usr/lib/python3/dist-packages/requests/models.py",
        "/usr/lib/python3.12/asyncio/runners.py",
        "C:/Python312/Lib/json/decoder.py",
        "<frozen runpy>",
    ],
)
def test_what_is_installed_is_a_library(path: str) -> None:
    assert Frame(path, 1).is_library


@pytest.mark.parametrize("path", ["app.py", "/home/me/python3/app.py", "/app/lib/llm.py"])
def test_other_code_is_the_users(path: str) -> None:
    assert not Frame(path, 1).is_library
