"""CL102, CL108, CL109: keys in files, keys that are none, keys that are shown."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

import rule_examples
from claude_lint.findings import Finding, Safety, Severity

Lint = Callable[..., list[Finding]]
RULES = "hardcoded-key,empty-key-default,logged-key"


@pytest.fixture
def check(check: Lint) -> Lint:
    return partial(check, select=RULES)


@pytest.fixture
def lint(lint: Lint) -> Lint:
    return partial(lint, select=RULES)


def place(finding: Finding) -> tuple[int, int, int, int]:
    span = finding.location.span
    return span.line, span.column, span.end_line, span.end_column


# ---------------------------------------------------------------------- hardcoded-key


def test_a_key_is_reported_at_its_literal_and_shown_in_part(check: Lint) -> None:
    (finding,) = check("""
        import anthropic
        client = anthropic.Anthropic(api_key="@@KEY-api03@@")  # error: hardcoded-key
    """)
    assert place(finding) == (2, 38, 2, 148)
    assert finding.message == "An Anthropic API key is in the source: `sk-ant-api03…`"
    assert finding.severity is Severity.ERROR
    assert finding.fix is not None
    assert finding.fix.safety is Safety.UNSAFE
    assert [edit.text for edit in finding.fix.edits] == [
        "import os\n\n",
        'os.environ["ANTHROPIC_API_KEY"]',
    ]
    secret = rule_examples.make_key("api03")[12:]
    assert secret not in repr(finding)


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("api01", "An Anthropic API key is in the source: `sk-ant-api01…`"),
        ("admin01", "An Anthropic Admin API key is in the source: `sk-ant-admin…`"),
        ("oat01", "An Anthropic OAuth token is in the source: `sk-ant-oat01…`"),
        ("ort01", "An Anthropic refresh token is in the source: `sk-ant-ort01…`"),
        ("sid02", "A Claude session key is in the source: `sk-ant-sid02…`"),
        ("novel07", "A credential of Anthropic's is in the source: `sk-ant-novel…`"),
    ],
)
def test_every_kind_is_known_by_its_prefix_and_new_ones_by_their_shape(
    lint: Lint, kind: str, message: str
) -> None:
    (finding,) = lint(f'TOKEN = "@@KEY-{kind}@@"\n')
    assert finding.message == message


def test_a_key_counts_wherever_it_stands(check: Lint) -> None:
    check("""
        import os
        headers = {"x-api-key": "@@KEY-api03@@"}  # error: hardcoded-key
        bearer = "Bearer @@KEY-oat01@@"  # error: hardcoded-key
        text = f"key {headers} @@KEY-api03@@"  # error: hardcoded-key
        data = b"@@KEY-api03@@"  # error: hardcoded-key
        os.environ["ANTHROPIC_API_KEY"] = "@@KEY-api03@@"  # error: hardcoded-key
        key = os.getenv("ANTHROPIC_API_KEY", "@@KEY-api03@@")  # error: hardcoded-key
        if key == "@@KEY-api03@@":  # error: hardcoded-key
            pass
        def ask(api_key="@@KEY-api03@@"):  # error: hardcoded-key
            key: str = " @@KEY-api03@@ "  # error: hardcoded-key
            return [api_key, ("@@KEY-admin01@@",)]  # error: hardcoded-key
        class Settings:
            key = "@@KEY-api03@@"  # error: hardcoded-key
            # @@KEY-api03@@  # error: hardcoded-key
            def __init__(self):
                self.key = "@@KEY-api03@@"  # error: hardcoded-key
    """)


def test_a_key_in_a_comment_is_reported_at_its_own_place(lint: Lint) -> None:
    (finding,) = lint("x = 1  # was @@KEY-api03@@, revoke\n")
    assert place(finding) == (1, 14, 1, 122)
    assert finding.message == "An Anthropic API key is in a comment: `sk-ant-api03…`"
    assert finding.help == "Remove it, and revoke the key: it stays in the history"
    assert finding.fix is None


def test_a_key_in_a_docstring_or_long_text_is_reported_on_its_line(lint: Lint) -> None:
    findings = lint('''
        """Call it so:

        ask("@@KEY-api03@@")
        """
        script = """
        export ANTHROPIC_API_KEY=@@KEY-api03@@
        export CLAUDE_TOKEN=@@KEY-oat01@@
        """
    ''')
    assert [place(f)[:2] for f in findings] == [(3, 6), (6, 26), (7, 21)]
    assert findings[0].message == "An Anthropic API key is in a text in the source: `sk-ant-api03…`"


def test_a_key_put_together_is_reported_where_that_happens(check: Lint) -> None:
    findings = check("""
        PREFIX = "@@KEY-api03.head@@"
        added = PREFIX + "@@KEY-api03.tail@@"  # error: hardcoded-key
        implicit = ("sk-ant-"  # error: hardcoded-key
                    "api03-@@KEY-api03.tail@@")
        joined = "".join(["sk-ant-", "api03-", "@@KEY-api03.tail@@"])  # error: hardcoded-key
        filled = f"{PREFIX}@@KEY-api03.tail@@"  # error: hardcoded-key
        formatted = "sk-{}-api03-{}".format("ant", "@@KEY-api03.tail@@")  # error: hardcoded-key
        percent = "%s%s" % (PREFIX, "@@KEY-api03.tail@@")  # error: hardcoded-key
        used = f"Bearer {added}" + implicit
    """)
    assert place(findings[0]) == (2, 9, 2, 115)
    assert findings[0].excerpt == 'added = PREFIX + "…"'


def test_two_keys_in_one_literal_are_told_apart(lint: Lint) -> None:
    findings = lint('KEYS = "@@KEY-api03@@,@@KEY-oat01@@"\n')
    assert [f.message[-15:-1] for f in findings] == ["`sk-ant-api03…", "`sk-ant-oat01…"]


def test_a_key_is_found_in_a_file_that_no_parser_takes(lint: Lint) -> None:
    findings = lint('client = Anthropic(\napi_key = "@@KEY-api03@@" = x\n')
    assert [(f.rule, place(f)[:2]) for f in findings if f.rule == "hardcoded-key"] == [
        ("hardcoded-key", (2, 12))
    ]


def test_a_key_in_a_test_is_as_bad(check: Lint) -> None:
    check({"tests/test_app.py": 'KEY = "@@KEY-api03@@"  # error: hardcoded-key\n'})


def _notebook(*cells: tuple[str, str]) -> str:
    return json.dumps(
        {
            "nbformat": 4,
            "cells": [
                {
                    "cell_type": "code",
                    "source": source,
                    "outputs": [{"output_type": "stream", "name": "stdout", "text": [output]}],
                }
                for source, output in cells
            ],
        }
    )


def test_cells_magics_and_outputs_of_notebooks_are_searched(lint: Lint) -> None:
    key = rule_examples.make_key("api03")
    cells = (
        ("import os\n", ""),
        (f'%env ANTHROPIC_API_KEY={key}\nkey = "{key}"\n', ""),
        ("!env\n", f"HOME=/root\nANTHROPIC_API_KEY={key}\n"),
    )
    findings = lint({"nb.ipynb": _notebook(*cells)})
    assert [(f.location.cell, place(f)[0], f.message) for f in findings] == [
        (2, 1, "An Anthropic API key is in a comment: `sk-ant-api03…`"),
        (2, 2, "An Anthropic API key is in the source: `sk-ant-api03…`"),
        (3, 1, "An Anthropic API key is in the output of this cell: `sk-ant-api03…`"),
    ]
    assert findings[2].help == (
        "Clear the output, and revoke the key: whoever has the notebook has it"
    )


def test_texts_and_metadata_of_notebooks_are_searched(lint: Lint) -> None:
    key = rule_examples.make_key("api03")
    cells = [
        {"cell_type": "markdown", "source": ["# Set up\n", f"Use `{key}`.\n"]},
        {"cell_type": "raw", "source": "x", "metadata": {"note": key}},
    ]
    findings = lint({"nb.ipynb": json.dumps({"nbformat": 4, "cells": cells, "metadata": {key: 1}})})
    assert [(f.location.cell, place(f)[:2], f.message) for f in findings] == [
        (None, (1, 1), "An Anthropic API key is in the notebook's metadata: `sk-ant-api03…`"),
        (1, (2, 6), "An Anthropic API key is in the text of this cell: `sk-ant-api03…`"),
        (2, (1, 1), "An Anthropic API key is in the notebook's metadata: `sk-ant-api03…`"),
    ]
    assert findings[1].help == "Remove it, and revoke the key: it stays in the history"


@pytest.mark.parametrize(
    "text",
    [
        "sk-ant-...",
        "sk-ant-…",
        "sk-ant-xxxx",
        "sk-ant-***",
        "sk-ant-api03-...",
        "sk-ant-api03-your-key-here",
        "sk-ant-your-api-key-goes-here-and-nowhere-else-in-the-whole-file",
        "sk-ant-api03-" + "x" * 95,
        "sk-ant-api03-" + "0" * 93 + "AA",
        "sk-ant-api03-" + "abc123XYZ" * 10,
        "sk-ant-" + "api03-abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789",
        "sk-ant-api03-FAKE-" + "aZ9" * 25,
        "sk-ant-api03-test-key-for-the-unit-tests-of-this-project-0123456789",
        "sk-ant-api03-R2dQx7Ya",
        "sk-ant-api03-R2dQx7Ya…qHAA",
        "sk-ant-api03-R2dQx7Ya********************************************qHAA",
        "sk-ant-[A-Za-z0-9_-]{20,}",
        "^sk-ant-(?:api03|admin01)-[a-zA-Z0-9_\\\\-]{93}AA$",
        "sk-ant-{}-{}",
        "sk-ant-",
        "task-ant-colony-optimisation-with-many-parameters-and-more-words",
    ],
)
def test_what_is_no_key_is_silent(lint: Lint, text: str) -> None:
    assert (
        lint(f'import anthropic\nX = "{text}"\n# {text}\nY = f"Bearer {text}" if X else X\n') == []
    )


def test_a_key_cut_short_by_dots_is_a_mask(lint: Lint) -> None:
    beginning = rule_examples.make_key("api03")[:70]
    assert lint(f'print("{beginning}...")\nprint("{beginning}***")\n') == []


def test_prefix_checks_and_generated_dummies_are_silent(lint: Lint) -> None:
    assert (
        lint("""
        import re, secrets
        FAKE = "sk-ant-" + "api03-" + "x" * 95
        MADE = "sk-ant-api03-" + secrets.token_urlsafe(70)
        def valid(key):
            return key.startswith("sk-ant-") and re.match(r"sk-ant-api\\d\\d-[\\w-]{80,}", key)
        def build(tail):
            return f"sk-ant-api03-{tail}"
    """)
        == []
    )


def test_the_fix_of_a_default_makes_the_lookup_required(lint: Lint) -> None:
    (finding,) = lint('import os\nKEY = os.environ.get("CLAUDE_KEY", "@@KEY-api03@@")\n')
    assert finding.fix is not None
    assert [(e.text, e.location.span.column) for e in finding.fix.edits] == [
        ('os.environ["CLAUDE_KEY"]', 7)
    ]
    assert place(finding)[:2] == (2, 36)


@pytest.mark.parametrize(
    "lookup", ["os.getenv(KEY)", "os.environ.get(KEY)", "os.environ[KEY]", 'os.getenv(KEY, "")']
)
def test_the_fix_of_a_key_that_stands_for_its_variable_replaces_the_lookup(
    lint: Lint, lookup: str
) -> None:
    lookup = lookup.replace("KEY", '"@@KEY-api03@@"')
    findings = lint(f"import os\nCLAUDE_API_KEY = {lookup}\n", select="hardcoded-key")
    fixes = [finding.fix for finding in findings]
    assert [[(e.text, e.location.span.column) for e in fix.edits] for fix in fixes if fix] == [
        [('os.environ["ANTHROPIC_API_KEY"]', 18)]
    ]


def test_the_fix_of_a_key_in_place_of_a_missing_one_takes_the_lookup_as_well(lint: Lint) -> None:
    code = 'import os\nANTHROPIC_API_KEY = os.getenv("ANTHROPIC_API_KEY") or "@@KEY-api03@@"\n'
    (finding,) = lint(code)
    assert finding.fix is not None
    assert [(e.text, e.location.span.column) for e in finding.fix.edits] == [
        ('os.environ["ANTHROPIC_API_KEY"]', 21)
    ]


@pytest.mark.parametrize(
    "line",
    [
        'os.environ["ANTHROPIC_API_KEY"] = "@@KEY-api03@@"',
        'os.environ.setdefault("ANTHROPIC_API_KEY", "@@KEY-api03@@")',
        'monkeypatch.setenv("ANTHROPIC_API_KEY", "@@KEY-api03@@")',
        'x = {"@@KEY-api03@@": 1}',
        'x = b"@@KEY-api03@@"',
        'x = f"Bearer @@KEY-api03@@"',
        'x = "Bearer @@KEY-api03@@"',
        'x = "a" "@@KEY-api03@@"',
        'x = "@@KEY-sid01@@"',
    ],
)
def test_no_fix_where_the_environment_cannot_stand_for_the_key(lint: Lint, line: str) -> None:
    (finding,) = lint(f"import os\n{line}\n")
    assert finding.rule == "hardcoded-key"
    assert finding.fix is None


def test_a_token_is_read_from_the_variable_of_tokens(lint: Lint) -> None:
    (finding,) = lint('import os\nTOKEN = "@@KEY-oat01@@"\n')
    assert finding.help.startswith('Read `os.environ["ANTHROPIC_AUTH_TOKEN"]`')
    assert finding.fix is not None
    assert finding.fix.edits[0].text == 'os.environ["ANTHROPIC_AUTH_TOKEN"]'


# ---------------------------------------------------------------------- empty-key-default


def test_an_empty_default_is_reported_at_the_default(check: Lint) -> None:
    (finding,) = check("""
        import os
        KEY = os.getenv("ANTHROPIC_API_KEY", "")  # info: empty-key-default
    """)
    assert place(finding) == (2, 38, 2, 40)
    assert finding.message == (
        'Without `ANTHROPIC_API_KEY` the key is `""`, and only a request tells'
    )
    assert finding.fix is not None
    (edit,) = finding.fix.edits
    assert (edit.text, edit.location.span.column) == ('os.environ["ANTHROPIC_API_KEY"]', 7)


def test_defaults_count_however_the_environment_is_read(check: Lint) -> None:
    check("""
        import os
        import os as system
        from os import environ, getenv
        NAME = "ANTHROPIC_API_KEY"
        a = environ.get("ANTHROPIC_API_KEY", "your-key")  # info: empty-key-default
        b = getenv("CLAUDE_API_KEY", default="dummy")  # info: empty-key-default
        c = os.environ.get(NAME, "")  # info: empty-key-default
        d = system.getenv("ANTHROPIC_API_KEY") or ""  # info: empty-key-default
        e = getenv("ANTHROPIC_API_KEY", getenv("OTHER", "sk-ant-..."))  # info: empty-key-default
        f = getenv("ANTHROPIC_API_KEY", "") or getenv("CLAUDE_KEY", "x")  # info: empty-key-default
        def client(key=os.getenv("ANTHROPIC_API_KEY", "")):  # info: empty-key-default
            return {"x-api-key": os.getenv("ANTHROPIC_API_KEY", "")}  # info: empty-key-default
    """)


def test_fields_of_settings_are_read_from_the_environment(check: Lint) -> None:
    (_, _, finding) = check("""
        from pydantic import Field, SecretStr
        from pydantic_settings import BaseSettings
        class Settings(BaseSettings):
            anthropic_api_key: str = ""  # info: empty-key-default
            claude_key: SecretStr = SecretStr("")  # info: empty-key-default
            anthropic_auth_token: str = ""  # info: empty-key-default
            anthropic_admin_key: str
            claude_api_key: str | None = None
            anthropic_model: str = ""
        class Plain:
            anthropic_api_key: str = ""
    """)
    assert finding.help == "Give it no default, so that settings without it fail at once"
    assert finding.fix is None


def test_a_default_that_is_looked_at_is_silent(lint: Lint) -> None:
    assert (
        lint({
            "config.py": """
                import os
                KEY = os.getenv("ANTHROPIC_API_KEY", "")
                OTHER_KEY = os.getenv("CLAUDE_API_KEY", "")
                if not KEY:
                    raise SystemExit("no key")
                if os.getenv("ANTHROPIC_API_KEY", ""):
                    print("there is one")
                ready = bool(os.getenv("ANTHROPIC_API_KEY", ""))
                same = os.getenv("ANTHROPIC_API_KEY", "") != ""
                def find_key():
                    return os.getenv("ANTHROPIC_API_KEY", "")
                client = make(find_key() or ask_for_it())
                one_anthropic_key = os.getenv("ANTHROPIC_API_KEY", "")
                if not any([find_other(), one_anthropic_key.strip()]):
                    raise SystemExit("no key")
            """,
            "app.py": """
                import anthropic
                from config import OTHER_KEY
                assert OTHER_KEY, "no key"
            """,
        })
        == []
    )  # fmt: skip


def test_a_key_that_a_caller_may_give_instead_is_not_made_required(lint: Lint) -> None:
    code = """
    import os
    from dataclasses import dataclass, field


    @dataclass
    class Settings:
        api_key: str = field(default_factory=lambda: os.environ.get("ANTHROPIC_API_KEY", ""))


    def ask(key=os.environ.get("ANTHROPIC_API_KEY", "none")):
        return os.environ.get("ANTHROPIC_API_KEY", "")
    """
    fixes = [finding.fix for finding in lint(code)]
    assert [fix and fix.safety for fix in fixes] == [
        Safety.DISPLAY,
        Safety.DISPLAY,
        Safety.UNSAFE,
    ]


@pytest.mark.parametrize(
    ("code", "safety"),
    [
        ("KEY = LOOKUP", Safety.UNSAFE),
        ("client = make(api_key=LOOKUP)", Safety.UNSAFE),
        ('headers = {"x-api-key": LOOKUP}', Safety.UNSAFE),
        ('settings = {"claude": LOOKUP}', Safety.DISPLAY),
        ('parser.add_argument("--key", default=LOOKUP)', Safety.DISPLAY),
        ("class Settings:\n    key: str = LOOKUP", Safety.DISPLAY),
        ("class Maker:\n    def make(self):\n        return make(LOOKUP)", Safety.UNSAFE),
    ],
)
def test_a_key_is_made_required_only_where_it_is_used(
    lint: Lint, code: str, safety: Safety
) -> None:
    lookup = 'os.getenv("ANTHROPIC_API_KEY", "")'
    (finding,) = lint(f"import os\n{code.replace('LOOKUP', lookup)}\n")
    assert finding.rule == "empty-key-default"
    assert finding.fix is not None
    assert finding.fix.safety is safety


def test_other_variables_and_no_default_are_silent(lint: Lint) -> None:
    assert (
        lint("""
        import os
        import anthropic
        a = os.getenv("ANTHROPIC_API_KEY")
        b = os.environ["ANTHROPIC_API_KEY"]
        c = os.getenv("ANTHROPIC_MODEL", "")
        d = os.getenv("OPENAI_API_KEY", "")
        e = os.getenv("ANTHROPIC_BASE_URL") or ""
        f = os.getenv("ANTHROPIC_API_KEY", None)
        g = os.getenv("ANTHROPIC_API_KEY_FILE", "")
        h = config.get("anthropic_api_key", "")
    """)
        == []
    )


def test_a_real_key_as_default_is_a_hardcoded_one_only(check: Lint) -> None:
    check("""
        import os
        KEY = os.getenv("ANTHROPIC_API_KEY", "@@KEY-api03@@")  # error: hardcoded-key
    """)


# ---------------------------------------------------------------------- logged-key


def test_a_printed_key_is_reported_at_the_argument(check: Lint) -> None:
    (finding,) = check("""
        import os
        key = os.environ["ANTHROPIC_API_KEY"]
        print("Key:", key)  # warning: logged-key
    """)
    assert place(finding) == (3, 15, 3, 18)
    assert finding.message == "The whole of `ANTHROPIC_API_KEY` is printed"
    assert finding.severity is Severity.WARNING


def test_prints_logs_and_exceptions_all_count(check: Lint) -> None:
    findings = check("""
        import json, logging, os, sys, warnings
        import anthropic, click
        from loguru import logger as trail
        log = logging.getLogger(__name__)
        key = os.getenv("ANTHROPIC_API_KEY")
        client = anthropic.AsyncAnthropic(api_key=key)
        headers = {"x-api-key": key}
        print(f"{key!r}")  # warning: logged-key
        log.debug("key %s", key)  # warning: logged-key
        log.log(10, "headers %s", headers)  # warning: logged-key
        trail.info("key {}", key)  # warning: logged-key
        logging.warning("key " + key)  # warning: logged-key
        sys.stderr.write("key %s" % key)  # warning: logged-key
        click.echo("key {}".format(client.api_key))  # warning: logged-key
        warnings.warn(str(key))  # warning: logged-key
        logging.info(json.dumps(headers))  # warning: logged-key
        assert key.startswith("sk-ant-"), f"odd key {key}"  # warning: logged-key
        if not key:
            raise ValueError(f"bad key: {key}")  # warning: logged-key
        class Asker:
            def __init__(self, anthropic_api_key):
                self.key = anthropic_api_key
                self.log = log
            def ask(self):
                self.log.error("failed with %s", self.key)  # warning: logged-key
        def show(value):
            message = f"the key is {value}"
            print(message)  # warning: logged-key
        show(key)
        def debug(settings, config):
            print(settings.ANTHROPIC_API_KEY)  # warning: logged-key
            print(config["anthropic_api_key"])  # warning: logged-key
    """)
    assert findings[-4].message == "The whole of `anthropic_api_key` is logged"
    assert findings[10].message == (
        "The whole of `ANTHROPIC_API_KEY` is put into the text of an exception"
    )


def test_a_key_from_another_module_is_still_one(check: Lint) -> None:
    check({
        "config.py": 'import os\nTOKEN = os.environ["ANTHROPIC_API_KEY"]\n',
        "app.py": """
            import anthropic
            from config import TOKEN as key
            print("using", key)  # warning: logged-key
        """,
    })  # fmt: skip


def test_parts_of_a_key_and_words_about_it_are_silent(lint: Lint) -> None:
    assert (
        lint("""
        import hashlib, logging, os
        import anthropic
        from pydantic import SecretStr
        key = os.environ["ANTHROPIC_API_KEY"]
        print(key[:8], key[-4:], f"{key[:4]}…{key[-4:]}", f"{key:.8}")
        print(bool(key), len(key), key is None, key.startswith("sk-ant-"))
        print("set" if key else "missing", key and "set")
        print("ANTHROPIC_API_KEY is not set", hashlib.sha256(key.encode()).hexdigest())
        def mask_key(text):
            return text if len(text) < 8 else text[:4] + "…"
        print(mask_key(key), redact(key))
        headers = {"x-api-key": key}
        logging.info("headers %s", list(headers))
        def show(anthropic_api_key: SecretStr, openai_api_key, claude_cache_key, tokens):
            print(anthropic_api_key, openai_api_key, claude_cache_key, tokens)
        has_anthropic_key = bool(key)
        print(has_anthropic_key)
        raise ValueError("no key")
    """)
        == []
    )


def test_what_is_sent_or_kept_is_not_logged(lint: Lint) -> None:
    assert (
        lint("""
        import os, requests
        key = os.environ["ANTHROPIC_API_KEY"]
        requests.get("https://example.com", headers={"x-api-key": key})
        store.write(key)
        blog.info(key.lower)
    """)
        == []
    )


def test_no_finding_ever_holds_the_secret(lint: Lint, tmp_path: Path) -> None:
    findings = lint("""
        import anthropic
        key = "@@KEY-api03@@"
        split = "@@KEY-api03.head@@" + "@@KEY-api03.tail@@"
        print(f"using @@KEY-api03@@ {key}")
    """)
    assert {finding.rule for finding in findings} == {"hardcoded-key", "logged-key"}
    assert rule_examples.make_key("api03")[13:40] not in repr(findings)
