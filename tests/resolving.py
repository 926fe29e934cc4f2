"""Small projects for the evaluator, and values as short text."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping as Files
from pathlib import Path

from claude_lint.files.source import SourceFile
from claude_lint.python import values
from claude_lint.python.evaluate import Evaluator
from claude_lint.python.module import Module
from claude_lint.python.project import Project
from claude_lint.python.values import Value


def project(
    files: Files[str, str], root: Path = Path("/project")
) -> tuple[Project, dict[str, Module]]:
    """Index files of a made-up project; with a real root they are written there as well."""
    sources = {
        root / name: SourceFile(root / name, name, textwrap.dedent(text).lstrip("\n"), "utf-8", b"")
        for name, text in files.items()
    }
    if root.exists():
        for path, source in sources.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(source.text, encoding="utf-8")
    made = Project(root, lambda path: sources.get(path), lambda _root: sorted(sources))
    return made, {name: made.module(sources[root / name]) for name in files}


def resolve(code: str, call: str = "use") -> list[str]:
    """Return what the argument of each call of `use` can be, in source order."""
    made, modules = project({"example.py": code})
    return resolved(made, modules["example.py"], call)


def resolved(made: Project, module: Module, call: str = "use") -> list[str]:
    """Return what the first argument of each call of a name can be, in source order."""
    evaluator = Evaluator(made)
    found = []
    for node in module.call_sites(call):
        evaluator.reset()
        found.append(shown(evaluator.value(module, node.args[0].value)))
    return found


def shown(value: Value | None) -> str:
    """Write a value as short text: alternatives with `|`, unknown parts as `?`."""
    if value is None:
        return "nothing"
    if isinstance(value, values.Constant):
        return repr(value.value)
    if isinstance(value, values.Union):
        return " | ".join(sorted(shown(one) for one in value.options))
    if isinstance(value, values.Text):
        return "f" + repr(
            "".join(p if isinstance(p, str) else f"{{{shown(p)}}}" for p in value.parts)
        )
    if isinstance(value, values.Environ):
        return f"${value.name}" + (f" or {shown(value.default)}" if value.default else "")
    if isinstance(value, values.Mapping):
        parts = [f"{shown(e.key)}{'?' if e.under else ''}: {shown(e.value)}" for e in value.entries]
        return "{" + ", ".join([*parts, *(f"**{shown(rest)}" for rest in value.rest)]) + "}"
    if isinstance(value, values.Sequence):
        parts = [shown(item) for item in value.items]
        return "[" + ", ".join([*parts, *("*?" for _rest in value.rest)]) + "]"
    if isinstance(value, values.Symbol):
        return value.path
    if isinstance(value, values.Attribute):
        return f"{shown(value.base)}.{value.name}"
    if isinstance(value, values.Result):
        given = [shown(one) for one in value.arguments.positional]
        given += [f"{e.name}={shown(e.value)}" for e in value.arguments.keywords.entries]
        return f"{shown(value.callee)}({', '.join(given)})"
    if isinstance(value, values.Typed):
        return f"some {shown(value.type)}"
    if isinstance(value, values.Instance):
        return f"a {value.cls.scope.name}"
    if isinstance(value, values.ClassValue):
        return f"class {value.scope.name}"
    if isinstance(value, values.FunctionValue):
        return f"def {value.scope.name}"
    return "?"
