from __future__ import annotations

import dataclasses
import pickle
from collections.abc import Iterator
from pathlib import Path

import pytest

from claude_lint.configuration.settings import (
    Settings,
    SettingsError,
    describe,
    forget_settings,
    load_settings,
    override,
)
from claude_lint.configuration.settings_schema import KEYS
from claude_lint.configuration.toml_lines import key_lines
from claude_lint.files.globs import Glob, matcher
from claude_lint.findings import Severity


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.chdir(tmp_path)
    forget_settings()
    yield tmp_path
    forget_settings()


def write(path: str, text: str) -> Path:
    file = Path(path)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


def refused(path: str = "app.py", **options: Path) -> tuple[str | None, int | None, str]:
    with pytest.raises(SettingsError) as caught:
        load_settings(Path(path), **options)
    error = caught.value
    name = error.path and error.path.relative_to(Path.cwd()).as_posix()
    return name, error.line, error.message


# Discovery


def test_the_closest_settings_file_wins_and_nothing_is_merged() -> None:
    write("claude-lint.toml", 'select = ["CL1"]\nignore = ["CL108"]')
    write("src/claude-lint.toml", 'select = ["CL2"]')
    settings = load_settings(Path("src/app/main.py"))
    assert settings.select == ("CL2",)
    assert settings.ignore == ()
    assert settings.files == (Path.cwd() / "src/claude-lint.toml",)


def test_the_dotted_file_beats_the_plain_one_and_both_beat_pyproject() -> None:
    write("pyproject.toml", '[tool.claude-lint]\nselect = ["CL3"]')
    assert load_settings(Path("app.py")).select == ("CL3",)
    write("claude-lint.toml", 'select = ["CL2"]')
    forget_settings()
    assert load_settings(Path("app.py")).select == ("CL2",)
    write(".claude-lint.toml", 'select = ["CL1"]')
    forget_settings()
    assert load_settings(Path("app.py")).select == ("CL1",)


@pytest.mark.parametrize(
    "text",
    ['[project]\nname = "claude-lint-user"', "[project\nbroken", ""],
    ids=["no table", "broken", "empty"],
)
def test_a_pyproject_without_our_table_is_passed_over(text: str) -> None:
    write("claude-lint.toml", 'select = ["CL1"]')
    write("package/pyproject.toml", text)
    assert load_settings(Path("package/app.py")).select == ("CL1",)


def test_an_empty_table_in_pyproject_is_a_settings_file() -> None:
    write("claude-lint.toml", 'select = ["CL1"]')
    write("package/pyproject.toml", "[tool.claude-lint]")
    assert load_settings(Path("package/app.py")).select is None


def test_a_folder_is_judged_by_the_file_inside_it() -> None:
    write("package/claude-lint.toml", 'select = ["CL1"]')
    assert load_settings(Path("package")).select == ("CL1",)


def test_isolated_reads_no_file() -> None:
    write("claude-lint.toml", 'selct = ["CL1"]')
    assert load_settings(Path("app.py"), isolated=True).select is None


def test_config_names_the_only_file_that_is_read() -> None:
    write("claude-lint.toml", 'ignore = ["CL1"]')
    config = write("ci/strict.toml", 'select = ["ALL"]\nexclude = ["vendored"]')
    settings = load_settings(Path("app.py"), config=config)
    assert (settings.select, settings.ignore) == (("ALL",), ())
    assert settings.exclude == (Glob("vendored", Path.cwd() / "ci"),)
    assert settings.root == Path.cwd()


def test_a_missing_config_file_is_an_error() -> None:
    assert refused(config=Path("none.toml")) == ("none.toml", None, "No such settings file")


def test_a_config_pyproject_must_have_our_table() -> None:
    write("pyproject.toml", "[project]")
    assert refused(config=Path("pyproject.toml")) == (
        "pyproject.toml",
        None,
        "`pyproject.toml` has no table `[tool.claude-lint]`",
    )


def test_the_root_is_the_settings_folder_then_the_repository_then_the_working_directory() -> None:
    assert load_settings(Path("a/b/app.py")).root == Path.cwd()
    Path("a/.git").mkdir(parents=True)
    forget_settings()
    assert load_settings(Path("a/b/app.py")).root == Path.cwd() / "a"
    write("a/b/claude-lint.toml", "")
    forget_settings()
    assert load_settings(Path("a/b/app.py")).root == Path.cwd() / "a/b"


# What a file says


def test_every_key_has_a_field_and_every_field_a_key() -> None:
    own = {"root", "files", "origins"}
    fields = {field.name for field in dataclasses.fields(Settings)} - own
    assert fields == {key.field for key in KEYS if key.name != "extend"}


def test_all_keys_are_read_into_the_values_the_program_works_with() -> None:
    write(
        "claude-lint.toml",
        """
        required-version = ">=0.1"
        select = ["ALL"]
        ignore = ["CL108"]
        extend-select = ["inline-model"]
        per-file-ignores = { "tests/**" = ["CL2"] }
        exclude = ["old"]
        extend-exclude = ["gen/*.py"]
        respect-gitignore = false
        fail-on = "error"
        severity = { CL304 = "info", CL5 = "off" }
        target-sdk = 2
        target-api = 2023-06-01
        auth-header = "any"
        extra-models = ["claude-internal-*"]
        api-hosts = ["Gateway.Example.com", "localhost:8080"]
        retirement-warning-days = 30
        catalog = ["facts/extra.toml"]
        retry-wrappers = ["app.net.with_retry"]
        client-factories = ["app.clients.make"]
        baseline = "claude-lint-baseline.json"
        fixable = ["CL3"]
        unfixable = ["CL303"]
        cache-dir = "/var/cache/claude-lint"
        max-file-size = 1_000
        file-time-limit = 2.5
        """,
    )
    here = Path.cwd()
    settings = load_settings(Path("app.py"))
    assert dataclasses.replace(settings, origins={}) == Settings(
        root=here,
        files=(here / "claude-lint.toml",),
        required_version=">=0.1",
        select=("ALL",),
        ignore=("CL108",),
        extend_select=("inline-model",),
        per_file_ignores=((Glob("tests/**", here), ("CL2",)),),
        exclude=(Glob("old", here),),
        extend_exclude=(Glob("gen/*.py", here),),
        respect_gitignore=False,
        fail_on=Severity.ERROR,
        severity=(("CL304", "info"), ("CL5", "off")),
        target_sdk="2",
        target_api="2023-06-01",
        auth_header="any",
        extra_models=("claude-internal-*",),
        api_hosts=("gateway.example.com", "localhost:8080"),
        retirement_warning_days=30,
        catalog=(here / "facts/extra.toml",),
        retry_wrappers=("app.net.with_retry",),
        client_factories=("app.clients.make",),
        baseline=here / "claude-lint-baseline.json",
        fixable=("CL3",),
        unfixable=("CL303",),
        cache_dir=Path("/var/cache/claude-lint"),
        max_file_size=1000,
        file_time_limit=2.5,
    )


def test_settings_reach_a_worker_unchanged() -> None:
    write("claude-lint.toml", 'severity = { CL3 = "info" }')
    settings = load_settings(Path("app.py"))
    copy = pickle.loads(pickle.dumps(settings))
    assert copy == settings
    assert copy.origins == settings.origins


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ('\nselct = ["CL1"]', 2, "Unknown key `selct`; did you mean `select`?"),
        ('target_sdk = "2"', 1, "Unknown key `target_sdk`; did you mean `target-sdk`?"),
        (
            'select = "CL1"',
            1,
            "`select` must be a list of rule codes, prefixes or names, not `CL1`",
        ),
        ('select = [\n  "CL1",\n  2,\n]', 3, "`select[1]` must be a string, not `2`"),
        (
            'respect-gitignore = "no"',
            1,
            "`respect-gitignore` must be true or false, not `no`",
        ),
        (
            'fail-on = "fatal"',
            1,
            "`fail-on` must be `info`, `warning` or `error`, not `fatal`",
        ),
        (
            '[severity]\nCL1 = "info"\nCL2 = "eror"',
            3,
            "`severity.CL2` must be `info`, `warning`, `error` or `off`, not `eror`",
        ),
        (
            'severity = "error"',
            1,
            "`severity` must be a table from rules to severities, not `error`",
        ),
        (
            '[per-file-ignores]\n"tests/**" = "CL2"',
            2,
            "`per-file-ignores.tests/**` must be a list of rule codes, prefixes or names, "
            "not `CL2`",
        ),
        ('extend-exclude = ["[z-a]"]', 1, "`extend-exclude[0]` must be a glob, not `[z-a]`"),
        (
            'target-sdk = "newest"',
            1,
            "`target-sdk` must be a major version (`2`) or a range (`>=0.40,<1`), not `newest`",
        ),
        (
            'target-api = "latest"',
            1,
            "`target-api` must be an API version such as `2023-06-01`, not `latest`",
        ),
        (
            'api-hosts = ["https://gateway.example.com/v1"]',
            1,
            "`api-hosts[0]` must be a bare host such as `gateway.example.com`, "
            "not `https://gateway.example.com/v1`",
        ),
        (
            'retry-wrappers = ["my-app.retry"]',
            1,
            "`retry-wrappers[0]` must be a dotted name such as `app.net.with_retry`, "
            "not `my-app.retry`",
        ),
        (
            "retirement-warning-days = -1",
            1,
            "`retirement-warning-days` must be a number of days, not `-1`",
        ),
        (
            "retirement-warning-days = true",
            1,
            "`retirement-warning-days` must be a number of days, not `true`",
        ),
        (
            "max-file-size = 1.5",
            1,
            "`max-file-size` must be a number of bytes above 0, not `1.5`",
        ),
        (
            "file-time-limit = nan",
            1,
            "`file-time-limit` must be a number of seconds, at least 1, not `nan`",
        ),
        ('baseline = ""', 1, "`baseline` must be a path, not an empty string"),
        ('ignore = ["CL1"]\nselect = [', 2, "Not valid TOML: Invalid value"),
        (
            'required-version = ">=99"\nkey-of-the-future = 1',
            1,
            "claude-lint >=99 is required, this is 0.1.0",
        ),
        (
            'required-version = "nineteen"',
            1,
            "`required-version` must be a version or a range such as `>=0.1`, not `nineteen`",
        ),
    ],
)
def test_a_wrong_value_is_refused_with_its_line(text: str, line: int, message: str) -> None:
    write("claude-lint.toml", text)
    assert refused() == ("claude-lint.toml", line, message)


def test_a_misspelled_table_in_pyproject_is_refused() -> None:
    write("pyproject.toml", '[project]\nname = "x"\n[tool.claude_lint]\nselect = ["CL2"]')
    assert refused() == (
        "pyproject.toml",
        3,
        "The table `tool.claude_lint` is read by nobody; call it `tool.claude-lint`",
    )


def test_the_header_of_pyproject_in_our_own_file_is_refused() -> None:
    write("claude-lint.toml", '[tool.claude-lint]\nselect = ["CL2"]')
    name, _, message = refused()
    assert (name, message) == (
        "claude-lint.toml",
        "`claude-lint.toml` is all ours: its keys stand without `[tool.claude-lint]`",
    )


def test_an_unknown_key_in_pyproject_is_refused_with_its_line() -> None:
    write("pyproject.toml", '[project]\nname = "x"\n\n[tool.claude-lint]\nignored = []\n')
    assert refused() == (
        "pyproject.toml",
        5,
        "Unknown key `ignored`; did you mean `ignore`?",
    )


def test_our_table_must_be_a_table() -> None:
    write("pyproject.toml", "[tool]\nclaude-lint = 1\n")
    assert refused() == ("pyproject.toml", 2, "`tool.claude-lint` must be a table")


def test_a_file_that_is_not_utf_8_is_refused_with_its_line() -> None:
    Path("claude-lint.toml").write_bytes(b"# fine\nbaseline = '\xff'\n")
    assert refused() == ("claude-lint.toml", 2, "Not UTF-8, as TOML must be")


def test_a_byte_order_mark_and_crlf_are_no_obstacle() -> None:
    Path("claude-lint.toml").write_bytes(b'\xef\xbb\xbfselect = ["CL1"]\r\nfail-on = "x"\r\n')
    assert refused() == (
        "claude-lint.toml",
        2,
        "`fail-on` must be `info`, `warning` or `error`, not `x`",
    )


def test_hostile_nesting_is_an_error_and_no_crash() -> None:
    write("claude-lint.toml", "select = " + "[" * 100_000)
    name, _, message = refused()
    assert name == "claude-lint.toml"
    assert message.startswith(("Not valid TOML", "Nested too deeply"))


def test_a_key_in_a_settings_file_is_masked() -> None:
    key = "sk-ant-" + "api03-" + "Ab1" * 31 + "AA"
    write("claude-lint.toml", f'fail-on = "{key}"')
    assert refused()[2] == ("`fail-on` must be `info`, `warning` or `error`, not `sk-ant-api03…`")


def test_the_error_reads_as_a_sentence_with_its_place() -> None:
    write("claude-lint.toml", "selct = []")
    with pytest.raises(SettingsError) as caught:
        load_settings(Path("app.py"))
    assert str(caught.value) == (
        "Unknown key `selct`; did you mean `select`? in claude-lint.toml:1"
    )


# extend


def test_extend_replaces_and_extend_keys_add() -> None:
    write(
        "base.toml",
        'select = ["CL1"]\nextend-select = ["CL307"]\nextend-exclude = ["old"]\nfail-on = "error"',
    )
    write(
        "app/claude-lint.toml",
        'extend = "../base.toml"\nselect = ["CL2"]\n'
        'extend-select = ["CL508"]\nextend-exclude = ["new"]',
    )
    settings = load_settings(Path("app/main.py"))
    here = Path.cwd()
    assert settings.select == ("CL2",)
    assert settings.extend_select == ("CL307", "CL508")
    assert settings.extend_exclude == (Glob("old", here), Glob("new", here / "app"))
    assert settings.fail_on is Severity.ERROR
    assert settings.files == (here / "app/claude-lint.toml", here / "base.toml")
    assert settings.origin("extend-select", 0).source == here / "base.toml"
    assert settings.origin("extend-select", 1).source == here / "app/claude-lint.toml"


def test_extend_takes_the_table_of_a_pyproject() -> None:
    write("pyproject.toml", '[tool.claude-lint]\nselect = ["CL1"]')
    write("app/claude-lint.toml", 'extend = "../pyproject.toml"')
    assert load_settings(Path("app/main.py")).select == ("CL1",)


def test_extend_of_a_missing_file_is_an_error() -> None:
    write("claude-lint.toml", '\nextend = "none.toml"')
    assert refused() == ("claude-lint.toml", 2, "`extend` names `none.toml`, which is no file")


def test_extend_of_a_pyproject_without_our_table_is_an_error() -> None:
    write("pyproject.toml", "[project]")
    write("app/claude-lint.toml", '\nextend = "../pyproject.toml"')
    assert refused("app/main.py") == (
        "app/claude-lint.toml",
        2,
        "`pyproject.toml` has no table `[tool.claude-lint]`",
    )


def test_extend_in_a_circle_is_an_error() -> None:
    write("claude-lint.toml", 'extend = "other.toml"')
    write("other.toml", 'extend = "claude-lint.toml"')
    assert refused() == ("other.toml", 1, "`extend` leads back to `claude-lint.toml`")


def test_an_error_in_an_extended_file_names_that_file() -> None:
    write("claude-lint.toml", 'extend = "base.toml"')
    write("base.toml", "\nselect = 1")
    assert refused() == (
        "base.toml",
        2,
        "`select` must be a list of rule codes, prefixes or names, not `1`",
    )


# Command line and description


def test_the_command_line_beats_the_file_and_adds_to_it() -> None:
    write("claude-lint.toml", 'target-sdk = "0"\nextend-exclude = ["old"]')
    settings = override(
        load_settings(Path("app.py")),
        {"target-sdk": "2", "extend-exclude": ["new"]},
        Path.cwd() / "sub",
    )
    assert settings.target_sdk == "2"
    assert [str(glob) for glob in settings.extend_exclude] == ["old", "new"]
    assert settings.extend_exclude[1].base == Path.cwd() / "sub"
    assert str(settings.origin("target-sdk")) == "command line"


def test_a_wrong_value_on_the_command_line_names_the_option() -> None:
    with pytest.raises(SettingsError) as caught:
        override(load_settings(Path("app.py")), {"target-sdk": "newest"}, Path.cwd())
    assert str(caught.value) == (
        "`--target-sdk` must be a major version (`2`) or a range (`>=0.40,<1`), not `newest`"
    )


def test_describe_tells_every_value_and_where_it_was_said() -> None:
    write("base.toml", 'extend-select = ["CL307"]\nseverity = { CL3 = "info" }')
    write(
        "claude-lint.toml",
        'extend = "base.toml"\nextend-select = ["CL508"]\n\n[per-file-ignores]\n"t/*" = ["CL2"]',
    )
    told = {key: (value, origin) for key, value, origin in describe(Path("app.py"))}
    assert list(told) == [key.name for key in KEYS if key.name != "extend"]
    assert told["select"] == (None, "default")
    assert told["extend-select"] == ('["CL307", "CL508"]', "base.toml:1, claude-lint.toml:2")
    assert told["severity"] == ('{ "CL3" = "info" }', "base.toml:2")
    assert told["per-file-ignores"] == ('{ "t/*" = ["CL2"] }', "claude-lint.toml:4")
    assert told["respect-gitignore"] == ("true", "default")
    assert told["fail-on"] == ('"warning"', "default")
    assert told["max-file-size"] == ("5000000", "default")


# Lines of keys


def test_lines_are_found_in_every_way_toml_can_be_written() -> None:
    text = (
        'a = """\nfake = 1\n"""  # note = 2\n'
        "b.c = { d = [ # ]\n  1.5,\n  { e = '#' },\n], \"f.g\" = 2026-01-01 10:00:00 }\n"
        "[t.'u v']\nx = '''\n[no]\n'''\n[[rows]]\ny = [[1],\n[2]]\n"
    )
    assert key_lines(text) == {
        ("a",): 1,
        ("b",): 4,
        ("b", "c"): 4,
        ("b", "c", "d"): 4,
        ("b", "c", "d", 0): 5,
        ("b", "c", "d", 1): 6,
        ("b", "c", "d", 1, "e"): 6,
        ("b", "c", "f.g"): 7,
        ("t",): 8,
        ("t", "u v"): 8,
        ("t", "u v", "x"): 9,
        ("rows",): 12,
        ("rows", "y"): 13,
        ("rows", "y", 0): 13,
        ("rows", "y", 0, 0): 13,
        ("rows", "y", 1): 14,
        ("rows", "y", 1, 0): 14,
    }


# Globs


@pytest.mark.parametrize(
    ("glob", "path", "expected"),
    [
        ("gen", "gen/a.py", True),
        ("gen", "src/gen/a.py", True),
        ("gen", "src/generator.py", False),
        ("*_pb2.py", "src/a_pb2.py", True),
        ("src/*.py", "src/a.py", True),
        ("src/*.py", "src/deep/a.py", False),
        ("src/*.py", "lib/src/a.py", False),
        ("src/**/*.py", "src/a.py", True),
        ("src/**/*.py", "src/very/deep/a.py", True),
        ("src/**", "src/very/deep/a.py", True),
        ("src/**", "src", False),
        ("**/tests/*", "a/b/tests/c.py", True),
        ("**/**/tests/*", "tests/c.py", True),
        ("./src/", "src/a.py", True),
        ("/app.py", "app.py", True),
        ("/app.py", "src/app.py", False),
        ("v?.py", "v1.py", True),
        ("v[0-2].py", "v2.py", True),
        ("v[!0-2].py", "v2.py", False),
        ("v[!0-2].py", "v3.py", True),
        ("a.py", "abpy", False),
        ("a+(b).py", "a+(b).py", True),
        ("{a,b}.py", "a.py", False),
    ],
)
def test_a_glob_matches_below_its_folder(glob: str, path: str, expected: bool) -> None:
    root = Path.cwd()
    assert matcher([Glob(glob, root)])(root / path) is expected


def test_a_glob_matches_nothing_above_its_folder() -> None:
    root = Path.cwd() / "build" / "project"
    excluded = matcher([Glob("build", root)])
    assert not excluded(root / "app.py")
    assert excluded(root / "build/app.py")
    assert not excluded(Path.cwd() / "build/other/build/app.py")


def test_an_absolute_glob_below_its_folder_is_understood() -> None:
    root = Path.cwd()
    assert matcher([Glob(f"{root.as_posix()}/old", root)])(root / "old/a.py")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"max-file-size = {'9' * 10_000}", "Not valid TOML: "),
        (f'required-version = "{"1" * 5_000}"', "`required-version` must be "),
        (f'target-sdk = "{"1" * 5_000}"', "`target-sdk` must be "),
        ('cache-dir = "a\\u0000b"', "`cache-dir` must be "),
        (f'extend = "{"a" * 5_000}"', "`extend` names "),
        ('extend = "/dev/zero"', "`extend` names "),
    ],
)
def test_what_nothing_can_read_is_an_error_and_no_failure(text: str, said: str) -> None:
    write("claude-lint.toml", text)
    path, _, message = refused()
    assert path == "claude-lint.toml"
    assert message.startswith((said, "Not valid TOML"))
