from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import rule_examples
from claude_lint.findings import Finding, Safety

Lint = Callable[..., list[Finding]]


def test_the_object_is_named_and_its_place_is_told(lint: Lint) -> None:
    code = """
    import httpx
    from anthropic import Anthropic

    slow = httpx.Timeout(600, connect=5)
    client = Anthropic(
        max_retries=4,
        timeout=slow,
    )
    """
    (finding,) = lint(code)
    assert (finding.code, finding.location.span.line, finding.location.span.column) == (
        "CL216",
        7,
        5,
    )
    assert finding.message == (
        "`httpx.Timeout` is refused since anthropic 1.0, which uses `httpx2`: "
        "the call raises TypeError"
    )
    assert finding.help == "Use `httpx2.Timeout`"
    assert [(r.location.span.line, r.message) for r in finding.related] == [(4, "made here")]


def test_clients_timeouts_and_transports_are_refused(check: Lint) -> None:
    findings = check(
        {
            "net.py": """
            import httpx


            class Traced(httpx.AsyncClient):
                pass


            def plain():
                return httpx.Client(verify=False)
            """,
            "app.py": """
            import anthropic
            import httpx as http
            from anthropic import DefaultHttpxClient
            from net import Traced, plain

            one = anthropic.Anthropic(http_client=plain())  # error: foreign-http-client
            two = anthropic.AsyncAnthropic(http_client=Traced())  # error: foreign-http-client
            three = one.with_options(timeout=http.Timeout(9))  # error: foreign-http-client
            four = anthropic.Anthropic(
                http_client=DefaultHttpxClient(
                    transport=http.HTTPTransport(retries=2),  # error: foreign-http-client
                ),
            )
            five = DefaultHttpxClient(timeout=http.Timeout(9))  # error: foreign-http-client


            def ask(given: http.Client, messages):
                client = anthropic.AnthropicVertex(http_client=given)  # error: foreign-http-client
                return client.messages.create(
                    model="claude-opus-5-5",
                    max_tokens=100,
                    messages=messages,
                    timeout=http.Timeout(60),  # error: foreign-http-client
                )
            """,
        }
    )
    (default,) = [f for f in findings if f.location.span.line == 14]
    assert default.message.endswith("which uses `httpx2`: every request fails")


def test_harmless_objects_and_the_right_library_are_left_alone(check: Lint) -> None:
    check(
        {
            "app.py": """
            import anthropic
            import httpx
            import httpx2
            from anthropic import DefaultHttpxClient

            limits = httpx.Limits(max_connections=10)
            one = anthropic.Anthropic(http_client=DefaultHttpxClient(limits=limits))
            two = anthropic.Anthropic(http_client=httpx2.Client(), timeout=httpx2.Timeout(9))
            three = anthropic.Anthropic(timeout=anthropic.Timeout(9))
            four = anthropic.Anthropic(timeout=30.0)
            other = httpx.Client(timeout=httpx.Timeout(9))
            """,
            "aliased.py": """
            import httpx2

            httpx2.alias_httpx()
            import anthropic
            import httpx

            client = anthropic.Anthropic(timeout=httpx.Timeout(9))
            """,
            "ready.py": """
            import anthropic
            import httpx

            try:
                client = anthropic.Anthropic(http_client=httpx.Client())
            except TypeError:
                client = anthropic.Anthropic()
            """,
        }
    )


def test_an_older_sdk_wants_just_that(check: Lint, lint: Lint) -> None:
    code = """
    import anthropic
    import httpx

    client = anthropic.Anthropic(http_client=httpx.Client())
    """
    assert lint(code, target_sdk="0") == []
    (some,) = lint(code, target_sdk=">=0.60")
    assert str(some.severity) == "warning"
    assert some.message.endswith("the call raises TypeError with anthropic 1 and 2")


def test_the_fix_imports_the_other_library_once_under_every_name(
    projects: Iterator[Path],
) -> None:
    root = next(projects)
    code = """
    import httpx as http
    from anthropic import Anthropic
    from httpx import Timeout

    client = Anthropic(http_client=http.Client(), timeout=Timeout(9))
    """
    path = root / "app.py"
    path.write_text(textwrap.dedent(code))
    rule_examples.fix(root)
    assert path.read_text().split("\n")[1:4] == [
        "import httpx2 as http",
        "from anthropic import Anthropic",
        "from httpx2 import Timeout",
    ]


def test_what_another_file_made_has_no_fix(lint: Lint) -> None:
    (finding,) = lint(
        {
            "net.py": "import httpx\n\nhttp = httpx.Client()\n",
            "app.py": "import anthropic\nimport net\n\nanthropic.Anthropic(http_client=net.http)\n",
        }
    )
    assert finding.fix is None


def test_the_fix_is_only_shown_where_another_sdk_is_given_clients_too(lint: Lint) -> None:
    code = """
    import anthropic
    import httpx
    import openai

    first = anthropic.Anthropic(http_client=httpx.Client())
    second = openai.OpenAI(http_client=httpx.Client())
    """
    (finding,) = lint(code)
    assert finding.fix is not None
    assert finding.fix.safety is Safety.DISPLAY
