"""How the cost of a run grows with the code: `python benchmarks/growth.py [--sizes 100 1000]`.

Projects are generated, linted in one process without cache, and the CPU time of the process
(not the wall clock, which other work on the machine lengthens) is printed for each size. What
grows with the size is linear when its time per unit stays as it is from column to column.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

_CALL = """\
from anthropic import Anthropic

client = Anthropic()


def ask_{n}(text: str, limit: int = 500) -> str:
    answer = client.messages.create(
        model="claude-sonnet-5-5",
        max_tokens=limit,
        messages=[{{"role": "user", "content": text}}],
    )
    return answer.content[0].text
"""


def calls(size: int) -> Iterator[tuple[str, str]]:
    """Modules that know nothing of each other, each with a call of its own."""
    for n in range(size):
        yield f"app/part_{n // 100}/m{n}.py", _CALL.format(n=n)


def chain(size: int) -> Iterator[tuple[str, str]]:
    """Modules that hand a client and a model on to the next; each tenth sends a request."""
    yield (
        "m0.py",
        "from anthropic import Anthropic\nclient = Anthropic()\nMODEL = 'claude-opus-4-0'\n",
    )
    for n in range(1, size):
        text = f"from m{n - 1} import client, MODEL\n"
        if n % 10 == 0:
            text += f"def ask_{n}(text):\n    return client.messages.create(model=MODEL, messages=text)\n"
        yield f"m{n}.py", text


def callers(size: int) -> Iterator[tuple[str, str]]:
    """One helper that every other module calls, with arguments of its own."""
    yield (
        "helper.py",
        (
            "from anthropic import Anthropic\n\n"
            "def ask(text, **options):\n"
            "    return Anthropic().messages.create(messages=text, **options)\n"
        ),
    )
    for n in range(1, size):
        yield (
            f"m{n}.py",
            (f"from helper import ask\nask('{n}', model='claude-sonnet-5-5', max_tokens={n})\n"),
        )


def methods(size: int) -> Iterator[tuple[str, str]]:
    """One class with as many methods, each of which sends a request."""
    lines = ["from anthropic import Anthropic\n\nclass Client:\n    def __init__(self):\n"]
    lines.append("        self.client = Anthropic()\n        self.model = 'claude-sonnet-5-5'\n")
    for n in range(size):
        lines.append(
            f"    def ask_{n}(self, text):\n"
            f"        return self.client.messages.create(\n"
            f"            model=self.model, max_tokens={n + 1}, messages=text)\n"
        )
    yield "client.py", "".join(lines)


def entries(size: int) -> Iterator[tuple[str, str]]:
    """One dict with as many entries, from which the model of a request is taken."""
    table = "".join(f"    'name-{n}': {{'model': 'm{n}', 'price': {n}}},\n" for n in range(size))
    yield (
        "table.py",
        (
            f"from anthropic import Anthropic\nTABLE = {{\n{table}}}\n"
            "Anthropic().messages.create(\n"
            "    model=TABLE['name-1']['model'], max_tokens=5, messages=[])\n"
        ),
    )


SHAPES: Mapping[str, Callable[[int], Iterator[tuple[str, str]]]] = {
    shape.__name__: shape for shape in (calls, chain, callers, methods, entries)
}


def cpu_seconds(folder: Path) -> float:
    """Lint a folder and return the CPU time that took, that of the worker included."""
    command = [sys.executable, "-m", "claude_lint", "--isolated", "--no-cache", "--jobs", "1", "."]
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL)
    _pid, status, usage = os.wait4(process.pid, 0)
    if os.waitstatus_to_exitcode(status) not in (0, 1):
        raise SystemExit(f"claude-lint failed in {folder}")
    return usage.ru_utime + usage.ru_stime


def main() -> None:
    """Print a table: one line a shape, one column a size, in milliseconds per unit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[100, 1000, 10_000])
    parser.add_argument("--shapes", nargs="+", choices=[*SHAPES], default=[*SHAPES])
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as empty:
        base = cpu_seconds(Path(empty))
    print(f"{'':10}" + "".join(f"{size:>22,}" for size in options.sizes))
    for name in options.shapes:
        print(f"{name:10}", end="", flush=True)
        for size in options.sizes:
            with tempfile.TemporaryDirectory() as folder:
                for path, text in SHAPES[name](size):
                    file = Path(folder, path)
                    file.parent.mkdir(parents=True, exist_ok=True)
                    file.write_text(text)
                spent = cpu_seconds(Path(folder)) - base
            print(f"{spent:>9.1f} s {spent * 1000 / size:>7.2f} ms", end="", flush=True)
        print()


if __name__ == "__main__":
    main()
