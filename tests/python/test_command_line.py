"""What arguments of a command line can be, by what the code says of them."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from resolving import project, resolve, resolved

_PARSER = """
    import argparse
    MODELS = {"opus": 1, "haiku": 2}
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", "-m", default="opus-5")
    parser.add_argument("--max-tokens", type=int, default=1024)
    parser.add_argument("-s", "--size", dest="measure", choices=["a", "b"])
    parser.add_argument("--kind", choices=list(MODELS), default="opus")
    parser.add_argument("--key", default=None)
    parser.add_argument("--verbose", action="store_true", default=False)
    parser.add_argument("prompt", default="hello")
    parser.set_defaults(mode="fast")
"""


@pytest.mark.parametrize(
    ("read", "value"),
    [
        ("args.model", "'opus-5' | ?"),
        ("args.max_tokens", "1024 | ?"),
        ("args.measure", "'a' | 'b' | ?"),
        ("args.kind", "'haiku' | 'opus' | 'opus' | ?"),
        ("args.key", "argparse.ArgumentParser().parse_args().key"),
        ("args.verbose", "argparse.ArgumentParser().parse_args().verbose"),
        ("args.prompt", "'hello' | ?"),
        ("args.mode", "'fast' | ?"),
        ("getattr(args, 'model', 'other')", "'opus-5' | 'other' | ?"),
        ("vars(args)['model']", "'opus-5' | ? | ?"),
        ("dict(**vars(args))['max_tokens']", "1024 | ? | ?"),
    ],
)
def test_an_argument_is_its_default_or_a_choice_or_anything(read: str, value: str) -> None:
    code = textwrap.dedent(_PARSER) + f"args = parser.parse_args()\nuse({read})"
    assert resolve(code) == [value]


def test_what_is_not_declared_stays_what_the_library_makes_of_it() -> None:
    code = textwrap.dedent(_PARSER) + "use(parser.parse_args().other)"
    assert resolve(code) == ["argparse.ArgumentParser().parse_args().other"]


def test_the_known_arguments_come_first_of_two() -> None:
    code = textwrap.dedent(_PARSER) + "args, rest = parser.parse_known_args()\nuse(args.model)"
    assert resolve(code) == ["'opus-5' | ?"]


def test_groups_and_commands_declare_for_their_parser() -> None:
    code = """
        import argparse
        def parsed():
            parser = argparse.ArgumentParser()
            group = parser.add_argument_group("which")
            group.add_argument("--model", default="opus")
            commands = parser.add_subparsers()
            ask = commands.add_parser("ask")
            add_common(ask)
            return parser.parse_args()
        def add_common(parser):
            parser.add_argument("--tokens", default=9)
        def main():
            run(parsed())
        def run(args):
            use(args.model)
            use(args.tokens)
    """
    assert resolve(code) == ["'opus' | ?", "9 | ?"]


def test_another_parser_declares_for_itself() -> None:
    code = """
        import argparse
        one = argparse.ArgumentParser()
        one.add_argument("--model", default="opus")
        other = argparse.ArgumentParser()
        other.add_argument("--model", default="haiku")
        use(one.parse_args().model)
    """
    assert resolve(code) == ["'opus' | ?"]


def test_a_parser_may_be_made_in_another_module(tmp_path: Path) -> None:
    made, modules = project(
        {
            "options.py": """
                import argparse
                def parser():
                    made = argparse.ArgumentParser()
                    made.add_argument("--model", default="opus")
                    return made
            """,
            "app.py": """
                from options import parser
                args = parser().parse_args()
                use(args.model)
            """,
        },
        tmp_path,
    )
    assert resolved(made, modules["app.py"]) == ["'opus' | ?"]


def test_a_namespace_that_is_handed_on_has_what_its_module_declares() -> None:
    code = """
        import argparse
        parser = argparse.ArgumentParser()
        parser.add_argument("--model", default="opus")
        def ask(args: argparse.Namespace):
            use(args.model)
        parser.set_defaults(run=ask)
    """
    assert resolve(code) == ["'opus' | ?"]


@pytest.mark.parametrize(
    ("declared", "value"),
    [
        ("@click.option('--model', default='opus')", "'opus' | ?"),
        ("@click.option('-m', '--model', default='opus', show_default=True)", "'opus' | ?"),
        ("@click.option('--name', 'model', default='opus')", "'opus' | ?"),
        (
            "@click.option('--model', type=click.Choice(['a', 'b']), default='a')",
            "'a' | 'a' | 'b' | ?",
        ),
        ("@click.option('--model', envvar='MODEL', default='opus')", "$MODEL or 'opus' | ?"),
        ("@click.argument('model', default='opus')", "'opus' | ?"),
        ("@click.option('--other', default='opus')", "?"),
    ],
)
def test_an_option_of_click_is_its_default_or_anything(declared: str, value: str) -> None:
    code = f"import click\n@click.command()\n{declared}\ndef main(model):\n    use(model)\nmain()\n"
    assert resolve(code) == [value]


@pytest.mark.parametrize(
    ("default", "value"),
    [
        ("typer.Option('opus', '--model')", "'opus' | ?"),
        ("typer.Option(default='opus', envvar='MODEL')", "$MODEL or 'opus' | ?"),
        ("typer.Argument(None)", "? | ?"),
        ("fastapi.Query('opus')", "'opus' | ?"),
        ("fastapi.Depends(chosen)", "'haiku' | ?"),
    ],
)
def test_a_default_is_what_is_said_to_be_one(default: str, value: str) -> None:
    code = f"""
        import fastapi, typer
        def chosen():
            return "haiku"
        def main(model: str = {default}):
            use(model)
    """
    assert resolve(code) == [value]
