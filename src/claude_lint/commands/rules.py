"""The commands about rules: `explain` shows one document, `rules` lists them all."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from claude_lint import documents
from claude_lint.documents import RuleDocument

# Rendered, a fence does not show the word that says whether the code is to be copied or avoided.
_EXAMPLE = re.compile(r"^(```\w+) (bad|good)\b.*$", re.MULTILINE)

LISTINGS = ("text", "json", "markdown")


def explain(rule: RuleDocument, *, color: bool, width: int | None) -> str:
    """Render a rule's document for a terminal `width` cells wide; as Markdown if that is None."""
    text = _document(rule)
    if width is None:
        return text
    from rich.console import Console
    from rich.markdown import Markdown

    console = Console(width=width, force_terminal=color, no_color=not color, legacy_windows=False)
    with console.capture() as capture:
        console.print(Markdown(labelled(text)))
    return capture.get()


def labelled(text: str) -> str:
    """Say in words what the fences of a document's examples say only to tests."""
    return _EXAMPLE.sub(r"*\2*\n\n\1", text)


def listing(rules: Sequence[RuleDocument], fmt: str, width: int | None = None) -> str:
    """List rules in one of `LISTINGS`; as text, each in one line of a terminal `width` wide."""
    if fmt == "json":
        return json.dumps([_facts(rule) for rule in rules], indent=2) + "\n"
    if fmt == "markdown":
        return _markdown(rules)
    rows = [(rule.code, rule.name, _severity(rule), rule.fix, rule.summary) for rule in rules]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    # The summary comes last and may be longer than a line: it needs no width.
    widths[-1:] = [0]
    lines = (
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        for row in rows
    )
    return "".join(f"{_cut(line, width)}\n" for line in lines)


def _cut(line: str, width: int | None) -> str:
    return line if width is None or len(line) <= width else f"{line[: width - 1]}…"


def _document(rule: RuleDocument) -> str:
    facts = [f"Severity: {_severity(rule)}"]
    if rule.http_status:
        facts.append(f"HTTP status: {', '.join(map(str, rule.http_status))}")
    facts += [f"Fix: {rule.fix}", f"Since: {rule.since}"]
    if rule.plugin:
        facts.append(f"From: {rule.plugin}")
    parts = [f"# {rule.code} {rule.name}", " · ".join(facts), documents.readable(rule).strip()]
    if rule.references:
        parts.append("## References")
        parts.append("\n".join(f"- <{reference}>" for reference in rule.references))
    return "\n\n".join(parts) + "\n"


def _severity(rule: RuleDocument) -> str:
    return str(rule.severity) + ("" if rule.default else ", opt-in")


def _facts(rule: RuleDocument) -> dict[str, object]:
    return {
        "code": rule.code,
        "rule": rule.name,
        "severity": str(rule.severity),
        "http_status": list(rule.http_status),
        "fix": rule.fix,
        "default": rule.default,
        "since": rule.since,
        "summary": rule.summary,
        "url": documents.url(rule),
        "references": list(rule.references),
    }


def _markdown(rules: Sequence[RuleDocument]) -> str:
    lines = ["| code | rule | severity | fix | reports |", "|---|---|---|---|---|"]
    for rule in rules:
        url = documents.url(rule)
        name = f"[{rule.name}]({url})" if url else rule.name
        summary = rule.summary.replace("|", r"\|")
        lines.append(f"| {rule.code} | {name} | {_severity(rule)} | {rule.fix} | {summary} |")
    return "\n".join(lines) + "\n"
