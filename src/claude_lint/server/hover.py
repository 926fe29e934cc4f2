"""What a pointer that rests on something is told: about a model, and about a finding."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from claude_lint import documents
from claude_lint.claude.catalog import Catalog, Model, Platform
from claude_lint.claude.catalog.model_ids import Verdict, judge
from claude_lint.commands.models import facts
from claude_lint.commands.rules import explain, labelled
from claude_lint.findings import Finding
from claude_lint.masking import mask

# `claude-opus-4-1`, `us.anthropic.claude-…-v1:0`, `claude-3-5-sonnet@20240620`, `anthropic/…`
_ID_CHARACTERS = re.compile(r"[\w.:@/-]+")
_LONGEST = 120
_NAMED = (Verdict.KNOWN, Verdict.MOVING, Verdict.MISCASED, Verdict.WRONG_PLATFORM)


def model_card(catalog: Catalog, line: str, column: int, as_of: date) -> str | None:
    """Tell of the model that is named at a 0-based column of a line, in Markdown."""
    text = _id_at(line, column)
    judgement = judge(catalog, text, Platform.UNKNOWN, as_of)
    if judgement.model is None or judgement.verdict not in _NAMED:
        return None
    return _card(catalog, judgement.model, as_of)


def _id_at(line: str, column: int) -> str:
    """Return what could be a model ID around a column, looking no further than one can be long."""
    before, after = line[max(0, column - _LONGEST) : column], line[column : column + _LONGEST]
    head, tail = _ID_CHARACTERS.match(before[::-1]), _ID_CHARACTERS.match(after)
    text = (head[0][::-1] if head else "") + (tail[0] if tail else "")
    return text.strip(".:/-")


def rule_cards(findings: Iterable[Finding]) -> list[str]:
    """Give the documents of the rules that report something, in Markdown."""
    cards = {}
    for finding in findings:
        document = documents.find(finding.code)
        if document is not None:
            text = labelled(explain(document, color=False, width=None))
            cards[finding.code] = mask(text).strip()
    return list(cards.values())


def _card(catalog: Catalog, model: Model, as_of: date) -> str:
    # Editors in terminals show the source of a table.
    rows = [f"* {name}: {value}" for name, value in facts(catalog, model, as_of)]
    return "\n".join([f"**{model.id}** on {as_of}", "", *rows])
