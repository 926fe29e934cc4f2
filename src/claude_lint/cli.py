"""The command line: which command, with which options, and how the process ends."""

from __future__ import annotations

import dataclasses
import datetime
import os
import shutil
import signal
import sys
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import click

from claude_lint import __version__, terminal
from claude_lint.configuration.settings import load_settings, nearest
from claude_lint.findings import UnusableError
from claude_lint.reports import FORMATS

EXIT_ERROR = 2
# What shells report for a program that Ctrl-C or SIGTERM has ended: 128 and the signal's number.
EXIT_INTERRUPTED = 128 + signal.SIGINT
EXIT_TERMINATED = 128 + signal.SIGTERM

_Command = TypeVar("_Command", bound=Callable[..., Any])


class CommandLine(click.Group):
    """A group whose first word may be a command; whatever else comes first belongs to `check`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put `check` before arguments that do not begin with a command."""
        if not args or args[0] not in (*self.commands, "--help", "-h"):
            args = ["check", *args]
        return super().parse_args(ctx, args)

    def main(self, args: Sequence[str] | None = None, **extra: Any) -> NoReturn:  # type: ignore[override]
        """Run a command and end the process; an error is one line on stderr, and exit code 2."""
        # Whatever a file's name or text holds must reach a pipe or a terminal of any encoding.
        sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
        try:
            code = super().main(args, **{**extra, "standalone_mode": False})
        except click.Abort:
            _fail("interrupted", EXIT_INTERRUPTED)
        except click.ClickException as error:
            _fail(error.format_message())
        except UnusableError as error:
            _fail(str(error))
        except Exception as error:
            if not _is_somewhere():
                _fail("the current folder no longer exists")
            if not {"-v", "--verbose"}.isdisjoint(sys.argv if args is None else args):
                terminal.tell(traceback.format_exc())
            name = type(error).__name__
            _fail(f"internal error ({name}: {error}); please report it, with the output of -v")
        sys.exit(code or 0)


def main() -> NoReturn:
    """Run the program."""
    _replace_closed_streams()
    # Ended by exception, the program takes its child processes with it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(EXIT_TERMINATED))
    command_line.main(prog_name="claude-lint")


def _replace_closed_streams() -> None:
    """Lead output to nowhere where the caller has closed it (`>&-`), as if its reader were gone."""
    # In this order each gets its own number, which else the next file to be opened would get.
    for name in ("stdin", "stdout", "stderr"):
        if getattr(sys, name) is None:
            number = os.open(os.devnull, os.O_RDWR)
            if name != "stdin":  # what is closed is no empty file
                setattr(sys, name, os.fdopen(number, "w"))


def _is_somewhere() -> bool:
    try:
        return bool(os.getcwd())
    except OSError:
        return False


def _fail(message: str, exit_code: int = EXIT_ERROR) -> NoReturn:
    terminal.tell(f"error: {message}")
    sys.exit(exit_code)


class _Day(click.ParamType):  # type: ignore[type-arg]
    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Read a date as ISO 8601 writes it."""
        try:
            return value if isinstance(value, datetime.date) else datetime.date.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is no date such as 2026-11-24", param, ctx)


def _joined(ctx: click.Context, param: click.Parameter, texts: tuple[str, ...]) -> str | None:
    return ",".join(texts) if texts else None


def _split(ctx: click.Context, param: click.Parameter, texts: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(part.strip() for text in texts for part in text.split(",") if part.strip())


_version_option = click.version_option(
    __version__, prog_name="claude-lint", message="%(prog)s %(version)s"
)
_as_of_option = click.option(
    "--as-of",
    type=_Day(),
    default=datetime.date.today,
    show_default="today",
    help="Judge as on this day.",
)
_config_option = click.option(
    "--config",
    type=click.Path(path_type=Path),
    help="Read this settings file, and no other.",
)
_cache_dir_option = click.option(
    "--cache-dir", type=click.Path(path_type=Path), help="Folder in which results are kept."
)
_isolated_option = click.option("--isolated", is_flag=True, help="Read no settings file.")


def _rules_option(name: str, text: str) -> Callable[[_Command], _Command]:
    return click.option(name, multiple=True, metavar="RULES", callback=_joined, help=text)


def _globs_option(name: str, text: str) -> Callable[[_Command], _Command]:
    return click.option(name, multiple=True, metavar="GLOBS", callback=_split, help=text)


def _format_option(name: str, choices: Sequence[str]) -> Callable[[_Command], _Command]:
    return click.option(
        name, "output_format", type=click.Choice(choices), default=choices[0], show_default=True
    )


@click.group(
    cls=CommandLine,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@_version_option
def command_line() -> None:
    """Find what will fail, leak or break in Python code that calls the Claude API.

    `claude-lint [PATHS]` is `claude-lint check [PATHS]`; see `claude-lint check --help`.
    """


@command_line.command()
@click.argument("paths", nargs=-1)
@_rules_option("--select", "Enable these rules only: codes, prefixes of codes, names, or ALL.")
@_rules_option("--ignore", "Disable these rules.")
@_rules_option("--extend-select", "Enable these rules besides the selected ones.")
@click.option(
    "--output-format",
    type=click.Choice(FORMATS),
    help="How to report.  [default: full; github in a workflow of GitHub]",
)
@click.option("--output-file", type=click.Path(path_type=Path), help="Write the report there.")
@click.option("--exit-zero", is_flag=True, help="Exit 0 whatever is found.")
@click.option(
    "--fail-on",
    type=click.Choice(["info", "warning", "error"]),
    help="Exit 1 on findings at least this severe.  [default: warning]",
)
@click.option("--target-sdk", metavar="RANGE", help="Judge by these versions of `anthropic`.")
@click.option("--target-api", metavar="DATE", help="Judge by this API version.")
@_as_of_option
@_config_option
@_isolated_option
@_globs_option("--exclude", "Leave out these files and folders instead of the usual ones.")
@_globs_option("--extend-exclude", "Leave out these files and folders too.")
@click.option("--force-exclude", is_flag=True, help="Leave them out even when they are named.")
@click.option(
    "--respect-gitignore/--no-respect-gitignore", default=None, help="Leave out what Git ignores."
)
@click.option("--stdin-filename", metavar="FILE", help="What to call the code on stdin (`-`).")
@click.option("--baseline", metavar="FILE", help="Report only what this file does not record.")
@click.option("--write-baseline", is_flag=True, help="Record all findings in the baseline.")
@click.option("--diff-base", metavar="REV", help="Report only on lines changed since this commit.")
@click.option("--fix", is_flag=True, help="Mend what can be mended safely.")
@click.option("--unsafe-fixes", is_flag=True, help="Count fixes that may change what code does.")
@click.option("--diff", is_flag=True, help="Print what `--fix` would change, and write nothing.")
@click.option("--show-fixes", is_flag=True, help="List what was fixed, by file and rule.")
@click.option("--exit-non-zero-on-fix", is_flag=True, help="Exit 1 if anything was fixed.")
@click.option("--add-ignore", is_flag=True, help="Write a comment that ignores each finding.")
@click.option("--statistics", is_flag=True, help="Count findings by rule instead.")
@click.option("--show-files", is_flag=True, help="List the files that would be checked.")
@click.option("--dump-facts", is_flag=True, help="Print what each call sends, as JSON.")
@click.option("--timings", is_flag=True, help="Say on stderr what took how long.")
@click.option("--jobs", type=click.IntRange(min=1), metavar="N", help="Use N processes.")
@_cache_dir_option
@click.option("--no-cache", is_flag=True, help="Check every file anew.")
@click.option("-q", "--quiet", is_flag=True, help="Print findings and errors only.")
@click.option("-v", "--verbose", is_flag=True, help="Say more about the run.")
@_version_option
def check(paths: tuple[str, ...], **given: Any) -> int:
    """Check files and folders; `-` is code on stdin. Without any, check the current folder."""
    from claude_lint.commands.check import Presentation
    from claude_lint.commands.check import check as run_check
    from claude_lint.engine import Options

    if given["output_format"] is None:
        given["output_format"] = _default_format(given)
    if given["statistics"] and given["output_format"] not in ("full", "concise", "json"):
        raise click.UsageError("`--statistics` can be shown as full, concise or json only")
    if given["diff_base"] is not None and (given["fix"] or given["diff"]):
        raise click.UsageError("`--diff-base` takes a part of the findings, and fixes are for all")
    if given["diff_base"] is not None and (paths == ("-",) or given["stdin_filename"] is not None):
        raise click.UsageError("`--diff-base` compares files, and stdin is none")
    if given["add_ignore"] and (given["fix"] or given["diff"]):
        raise click.UsageError("`--add-ignore` writes comments, and cannot be used with fixes")
    if given["add_ignore"] and (paths == ("-",) or given["stdin_filename"] is not None):
        raise click.UsageError("`--add-ignore` writes into files, and stdin is none")
    of_run = {field.name for field in dataclasses.fields(Options)} & given.keys()
    options = Options(
        **_input(paths, given["stdin_filename"]), **{name: given.pop(name) for name in of_run}
    )
    return run_check(options, Presentation(**given))


def _default_format(given: dict[str, Any]) -> str:
    """Choose the format that whoever reads the output sees the most of."""
    is_for_people = given["statistics"] or given["fix"] or given["diff"] or given["output_file"]
    in_workflow = os.environ.get("GITHUB_ACTIONS") == "true"
    return "github" if in_workflow and not is_for_people else "full"


def _input(paths: tuple[str, ...], stdin_filename: str | None) -> dict[str, Any]:
    """Find out whether the input is files or stdin."""
    if paths == ("-",) or (stdin_filename is not None and not paths):
        return {"stdin": _stdin()}
    if "-" in paths:
        raise click.UsageError("`-` is code on stdin, and cannot be checked beside other paths")
    if stdin_filename is not None:
        raise click.UsageError("`--stdin-filename` goes with `-`, not with paths")
    for path in paths:
        if not os.path.lexists(path):
            raise click.UsageError(f"no such file or folder: {path}{_meant_command(path)}")
    return {"paths": tuple(map(Path, paths or (".",)))}


def _stdin() -> bytes:
    if sys.stdin is None:
        raise click.UsageError("there is nothing to read, for stdin is closed")
    try:
        return sys.stdin.buffer.read()
    except OSError as error:
        raise click.UsageError(f"stdin cannot be read: {error.strerror}") from None


def _meant_command(word: str) -> str:
    if word in ("help", "version"):
        return f"; did you mean `--{word}`?"
    import difflib  # wanted only on the way to an error

    near = difflib.get_close_matches(word, command_line.commands, n=1)
    return f"; did you mean the command `{near[0]}`?" if near else ""


@command_line.command()
@click.argument("rule")
def explain(rule: str) -> None:
    """Show what a rule reports, why, and what mends it. RULE is a code or a name."""
    from claude_lint import documents
    from claude_lint.commands import rules as rules_command

    document = documents.find(rule)
    if document is None:
        names = [name for known in documents.load() for name in (known.code, known.name)]
        guess = nearest(rule, names)
        raise click.UsageError(
            f"no rule `{rule}`; did you mean `{guess}`? `claude-lint rules` lists all"
        )
    color = terminal.use_color(sys.stdout)
    is_rendered = color or sys.stdout.isatty()
    width = (terminal.width(sys.stdout) or 80) if is_rendered else None
    terminal.write(rules_command.explain(document, color=color, width=width))


@command_line.command()
@click.argument("one", required=False, metavar="")
@_format_option("--format", ("text", "json", "markdown"))
def rules(one: str | None, output_format: str) -> None:
    """List all rules."""
    from claude_lint import documents
    from claude_lint.commands import rules as rules_command

    if one is not None:
        raise click.UsageError(f"this lists all rules; to read of one: `claude-lint explain {one}`")
    width = terminal.width(sys.stdout)
    terminal.write(rules_command.listing(documents.load(), output_format, width))


@command_line.command()
@click.argument("model_id", metavar="[ID]", required=False)
@_format_option("--format", ("text", "json"))
@_as_of_option
@_config_option
@_isolated_option
def models(
    model_id: str | None,
    output_format: str,
    as_of: datetime.date,
    config: Path | None,
    isolated: bool,
) -> None:
    """Show Claude's models, or all that is known of one.

    That is its state on a day, dates, replacement, limits, and names on other platforms.
    """
    from claude_lint.claude.catalog import CatalogError, load
    from claude_lint.commands.models import UnknownModelError, render_models

    settings = load_settings(Path(), config=config, isolated=isolated)
    try:
        catalog = load(settings.catalog, settings.extra_models)
        width = terminal.width(sys.stdout)
        terminal.write(render_models(model_id, output_format, as_of, catalog, width))
    except (CatalogError, UnknownModelError) as error:
        raise click.UsageError(str(error)) from None


@command_line.command()
@click.argument("text")
@click.argument("paths", nargs=-1)
@click.option("--target-sdk", metavar="RANGE", help="Judge by these versions of `anthropic`.")
@click.option("--target-api", metavar="DATE", help="Judge by this API version.")
@_as_of_option
@_config_option
@_isolated_option
def diagnose(text: str, paths: tuple[str, ...], **given: Any) -> int:
    """Start from an error: what it means, its cause, its cure.

    TEXT is a status (401), the body of an answer, a message, a traceback or a log, or the name of
    a file with one; `-` reads it from stdin. PATHS are the code, by default the current folder.
    """
    from claude_lint.commands.diagnose import diagnose as run_diagnose
    from claude_lint.engine import Options

    if text == "-":
        text = _stdin().decode("utf-8", "replace")
    elif os.path.isdir(text):
        raise click.UsageError(f"the error comes first: `claude-lint diagnose 401 {text}`")
    elif os.path.isfile(text):
        text = _read_text(Path(text))
    if not text.strip():
        raise click.UsageError("there is no text to diagnose")
    if "-" in paths:
        raise click.UsageError("`-` is the text on stdin, and no code")
    return run_diagnose(text, Options(**_input(paths, None), no_cache=True, **given))


def _read_text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8", "replace")
    except OSError as error:
        raise click.FileError(str(path), error.strerror) from None


@command_line.command()
@click.argument("path", default=".", type=click.Path(path_type=Path))
@_config_option
@_isolated_option
def config(path: Path, config: Path | None, isolated: bool) -> None:
    """Show the settings that hold for a path, and where each was said."""
    if not os.path.exists(path):
        raise click.UsageError(f"no such file or folder: {path}")
    from claude_lint.claude.catalog import CatalogError
    from claude_lint.commands import config as config_command

    try:
        terminal.write(config_command.render(path, config=config, isolated=isolated))
    except CatalogError as error:
        raise click.UsageError(str(error)) from None


@command_line.command()
@click.option("--stdio", is_flag=True, hidden=True)  # some editors pass it; there is no other way
def server(stdio: bool) -> None:
    """Serve an editor: the language server, over stdin and stdout."""
    try:
        from claude_lint.server.language_server import serve
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] not in ("pygls", "lsprotocol"):
            raise
        raise click.UsageError(
            'the language server needs an extra: `pip install "claude-lint[lsp]"`'
        ) from None
    if sys.stdin is None:
        raise click.UsageError("editors talk to the language server over stdin, which is closed")
    if sys.stdin.isatty():
        terminal.tell("This is the language server, which editors start. Press Ctrl-C to end it.")
        if os.path.isdir("server"):
            terminal.tell("To check the folder `server`, run `claude-lint check server`.")
    serve()


@command_line.command()
@_cache_dir_option
@_config_option
@_isolated_option
def clean(cache_dir: Path | None, config: Path | None, isolated: bool) -> None:
    """Empty the cache."""
    cache = cache_dir or load_settings(Path(), config=config, isolated=isolated).cache_dir
    if not os.path.exists(cache):
        terminal.tell(f"Nothing to clean: there is no {cache}")
        return
    # A mistaken `cache-dir` must not cost anybody their files.
    if not (cache / "CACHEDIR.TAG").is_file():
        raise click.UsageError(f"{cache} holds no CACHEDIR.TAG, so it is no cache; left as it is")
    try:
        shutil.rmtree(cache)
    except OSError as error:
        reason = error.strerror or error
        raise click.ClickException(f"{cache} cannot be removed: {reason}") from None
    terminal.tell(f"Removed {cache}")
