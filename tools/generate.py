"""Rewrite what is generated: README's tables, the picture of a run, the schema of the settings.

`python tools/generate.py` writes; with `--check` it only says what is out of date, and exits 1.
"""

from __future__ import annotations

import difflib
import html
import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import tomli
from rich.console import Console
from rich.text import Text

from claude_lint import documents
from claude_lint.commands import rules as rules_command
from claude_lint.configuration.settings_schema import KEYS, Key

PROJECT = Path(__file__).resolve().parents[1]
README = PROJECT / "README.md"
SCHEMA = PROJECT / "docs" / "settings.schema.json"
SCHEMA_URL = (
    "https://raw.githubusercontent.com/claude-lint/claude-lint/main/docs/settings.schema.json"
)
MEASURED = PROJECT / "benchmarks" / "results.toml"
PICTURE = PROJECT / "examples" / "broken_app.svg"

# The picture must not change from one day to the next, nor with the terminal.
PICTURED = "claude-lint examples/broken_app --select CL2,CL3"
STEADY = ("--as-of", "2026-11-24", "--no-cache")
WIDTH = 110
# How wide rich draws a character.
CELL = 12.2


def main() -> int:
    """Write the generated parts, or with `--check` compare them."""
    readme = README.read_text("utf-8")
    new_readme = with_tables(readme)
    picture = PICTURE.read_text("utf-8") if PICTURE.exists() else ""
    new_picture = draw()
    schema = SCHEMA.read_text("utf-8") if SCHEMA.exists() else ""
    new_schema = json.dumps(settings_schema(), indent=2) + "\n"
    if sys.argv[1:] == ["--check"]:
        stale = differences(readme, new_readme) + differences(shown(picture), shown(new_picture))
        stale += differences(schema, new_schema)
        if stale:
            print("\n".join(stale))
            print("out of date: run `python tools/generate.py`", file=sys.stderr)
        return 1 if stale else 0
    README.write_text(new_readme, "utf-8")
    SCHEMA.write_text(new_schema, "utf-8")
    if shown(picture) != shown(new_picture):
        PICTURE.write_text(new_picture, "utf-8")
    return 0


def with_tables(readme: str) -> str:
    """Put the tables between their markers."""
    rules = rules_command.listing(documents.built_in(), "markdown")
    tables = (("settings", settings_table()), ("speed", speed_tables()), ("rules", rules))
    for name, table in tables:
        begin, end = f"<!-- {name}: begin -->\n", f"<!-- {name}: end -->"
        before, _, rest = readme.partition(begin)
        _, _, after = rest.partition(end)
        readme = f"{before}{begin}\n{table}\n{end}{after}"
    return readme


def settings_table() -> str:
    """List all settings, in Markdown."""
    lines = ["| key | value | means |", "|---|---|---|"]
    lines += [f"| `{key.name}` | {key.type.expected} | {key.doc} |" for key in KEYS]
    return "\n".join(lines) + "\n"


def speed_tables() -> str:
    """Show what `python -m benchmarks` measured last, in Markdown."""
    if not MEASURED.exists():
        return ""
    results = tomli.loads(MEASURED.read_text("utf-8"))
    machine = results["machine"]
    lines = ["| work | time, against | measured | goal |", "|---|---|---|---|"]
    for row in results["goal"]:
        spread = f"{row['lowest']:.2f}–{row['highest']:.2f}"
        other = f"{row['against']} {row['others_seconds']:.2f} s"
        lines.append(
            f"| {row['work']} | {row['seconds']:.2f} s, {other}"
            f" | **{row['ratio']:.2f} ×** ({spread}) | ≤ {row['goal']:.2f} × |"
        )
    (heavy,) = (row for row in results["goal"] if row["name"] == "claude")
    lines += [
        "",
        f"No process took more than {heavy['megabytes']} MB on the second row. Medians, in brackets"
        f" the lowest and highest; the commands of a row ran in turn, and ratios are those within a"
        f" round. {machine['cores']} cores of {machine['processor']}, Python {machine['python']},"
        f" {machine['date']}. Other tools on the files that mention Claude:",
        "",
        "| tool | reads them for | time | memory |",
        "|---|---|---|---|",
    ]
    for row in results["peer"]:
        name = f"{row['package']} {row['version']}".strip()
        measured = (
            f"{row['seconds']:.1f} s | {row['megabytes']} MB |"
            if "seconds" in row
            else f"{row['problem']} | |"
        )
        lines.append(f"| {name} | {row['reads']} | {measured}")
    grown = ", ".join(f"{row['files']:,} in {row['seconds']:.1f} s" for row in results["growth"])
    lines += ["", f"The time grows with the code: files without a word of Claude, {grown}."]
    return "\n".join(lines) + "\n"


def settings_schema() -> dict[str, object]:
    """Describe the settings to editors, as a file of their own holds them."""
    rules = [name for rule in documents.built_in() for name in (rule.code, rule.name)]
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "$id": SCHEMA_URL,
        "title": "Settings of claude-lint: claude-lint.toml, or [tool.claude-lint]",
        "type": "object",
        "additionalProperties": False,
        "properties": {key.name: _property(key) for key in KEYS},
        # Of the rules of other packages only the codes can be told from what is misspelt.
        "$defs": {
            "rule": {
                "anyOf": [
                    {"enum": ["ALL", *rules]},
                    {"pattern": r"^CL\d{1,2}$"},
                    {"pattern": r"^(?!CL|ALL)[A-Z]{2,8}\d{0,3}$"},
                ]
            }
        },
    }


def _property(key: Key) -> dict[str, object]:
    default = {} if key.default is None else {"default": key.default}
    return {"description": f"{key.doc} A value is {key.type.expected}.", **default} | (
        key.type.json_schema()
    )


def draw() -> str:
    """Run the linter on the broken app and draw what a terminal shows."""
    environment = {**os.environ, "FORCE_COLOR": "1", "COLUMNS": str(WIDTH)}
    environment.pop("NO_COLOR", None)
    words = (*PICTURED.split()[1:], *STEADY)
    done = subprocess.run(
        [sys.executable, "-c", "from claude_lint.cli import main; main()", *words],
        cwd=PROJECT,
        env=environment,
        capture_output=True,
        check=False,
        encoding="utf-8",
    )
    if done.returncode != 1:
        raise SystemExit(f"{PICTURED} exited {done.returncode}: {done.stderr}")
    console = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True)
    console.print(Text.from_ansi(f"$ {PICTURED}\n\n" + done.stdout.rstrip()))
    picture = console.export_svg(title="claude-lint", unique_id="claude-lint")
    # A picture loads no fonts from elsewhere; the reader's own fixed-width font will do.
    return re.sub(r"\s*@font-face \{.*?\}", "", picture, flags=re.S)


def shown(picture: str) -> str:
    """Read the text back from the picture, whatever version of rich has drawn it."""
    lines: dict[float, str] = {}
    for x, y, text in re.findall(r'<text .*? x="(.*?)" y="(.*?)" textLength.*?>(.*?)<', picture):
        column = round(float(x) / CELL)
        before = lines.get(float(y), "").ljust(column)
        lines[float(y)] = before + html.unescape(text).replace("\xa0", " ")
    return "\n".join(text.rstrip() for _, text in sorted(lines.items())) + "\n"


def differences(old: str, new: str) -> list[str]:
    """Compare line by line; empty where nothing changed."""
    return list(
        difflib.unified_diff(old.split("\n"), new.split("\n"), "written", "now", "", "", 1, "")
    )


if __name__ == "__main__":
    sys.exit(main())
