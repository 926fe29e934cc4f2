"""What `action.yml` runs on GitHub: install this version, lint, and report in every way there is.

Needs nothing but Python. The first run marks the code and gives the verdict; the others take what
they report from the cache of the first.
"""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
import venv
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

MOST_SHOWN = 50


def main() -> int:
    """Install the linter beside the job's own files, and run it."""
    temporary = Path(os.environ["RUNNER_TEMP"])
    python = install(temporary / "claude-lint", Path(os.environ["GITHUB_ACTION_PATH"]))
    return lint([str(python), "-m", "claude_lint"], temporary, os.environ)


def install(folder: Path, project: Path) -> Path:
    """Install a project into an environment of its own; return its Python."""
    venv.create(folder, with_pip=True)
    python = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
    subprocess.run([python, "-m", "pip", "install", "--quiet", project], check=True)
    return python


def lint(command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> int:
    """Lint what the inputs say, put reports into a folder, and return the exit code."""
    paths = [path for path in environment.get("INPUT_PATHS", ".").splitlines() if path.strip()]
    check = [*command, "check", *paths, *shlex.split(environment.get("INPUT_OPTIONS", ""))]
    verdict = subprocess.run([*check, "--output-format", "github"]).returncode
    if verdict not in (0, 1):
        return verdict
    sarif, report = folder / "claude-lint.sarif", folder / "claude-lint.json"
    for name, file in (("sarif", sarif), ("json", report)):
        words = ["--output-format", name, "--output-file", str(file), "--exit-zero", "--quiet"]
        subprocess.run([*check, *words], check=True)
    found = json.loads(report.read_text("utf-8"))
    append(environment.get("GITHUB_STEP_SUMMARY"), summary(found))
    outputs = f"findings={len(found['findings'])}\nsarif-file={sarif}\n"
    append(environment.get("GITHUB_OUTPUT"), outputs)
    return verdict


def append(file: str | None, text: str) -> None:
    """Add to a file of the runner's, if there is one."""
    if file:
        with Path(file).open("a", encoding="utf-8") as stream:
            stream.write(text)


def summary(report: Mapping[str, Any]) -> str:
    """Write a report, as `--output-format json` gives it, in Markdown."""
    findings, counts = report["findings"], report["summary"]
    if not findings:
        checked = f"{counts['files']} files, {counts['relevant_files']} of them to do with Claude"
        return f"### claude-lint: all checks passed\n\n{checked}\n"
    told = [_counted(counts[f"{kind}s"], kind) for kind in ("error", "warning", "info")]
    lines = [
        f"### claude-lint: {', '.join(filter(None, told))}",
        "",
        "| rule | severity | count |",
        "|---|---|---|",
    ]
    kinds = Counter((one["code"], one["rule"], one["severity"], one["url"]) for one in findings)
    for (code, rule, severity, url), count in sorted(kinds.items()):
        lines.append(f"| [{code} {rule}]({url}) | {severity} | {count} |")
    lines += ["", "| where | what |", "|---|---|"]
    for one in findings[:MOST_SHOWN]:
        cell = "" if one["cell"] is None else f":cell {one['cell']}"
        where = f"{one['path']}{cell}:{one['line']}"
        lines.append(f"| {_in_table(where)} | {_in_table(one['message'])} |")
    if len(findings) > MOST_SHOWN:
        lines.append(f"| | … and {len(findings) - MOST_SHOWN} more |")
    return "\n".join(lines) + "\n"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}" if number else ""


def _in_table(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


if __name__ == "__main__":
    sys.exit(main())
