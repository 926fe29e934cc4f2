"""Findings as editors show them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from lsprotocol import types

from claude_lint import documents
from claude_lint.findings import Finding, Location, Severity
from claude_lint.masking import mask

_SEVERITIES = {
    Severity.ERROR: types.DiagnosticSeverity.Error,
    Severity.WARNING: types.DiagnosticSeverity.Warning,
    Severity.INFO: types.DiagnosticSeverity.Information,
}

SOURCE = "claude-lint"

# Gives a place in any file as the editor knows it, None for one that it cannot know.
Locate = Callable[[Location], "types.Location | None"]


def diagnostic(finding: Finding, range_: types.Range, locate: Locate) -> types.Diagnostic:
    """Write a finding whose place the editor counts as `range_`."""
    document = documents.find(finding.code)
    url = documents.url(document) if document else None
    text = f"{finding.message}\n{finding.help}" if finding.help else finding.message
    return types.Diagnostic(
        range=range_,
        message=mask(text),
        severity=_SEVERITIES[finding.severity],
        code=finding.rule,
        code_description=types.CodeDescription(url) if url else None,
        source=SOURCE,
        related_information=list(_related(finding, locate)),
        data={"code": finding.code, "fingerprint": finding.fingerprint},
    )


def _related(finding: Finding, locate: Locate) -> Iterator[types.DiagnosticRelatedInformation]:
    for related in finding.related:
        place = locate(related.location)
        if place is not None:
            yield types.DiagnosticRelatedInformation(place, mask(related.message))
