"""A JUnit report, which nearly every CI server shows: each finding is a test that failed."""

from __future__ import annotations

import itertools
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from claude_lint.findings import Finding, Severity
from claude_lint.reports import Run, position
from claude_lint.reports.visible import visible


def render(run: Run) -> str:
    """Write one suite per file that has findings, or one test that passed.

    Advice passes too, with its text as output, for it does not fail the run either.
    """
    failures = sum(finding.severity is not Severity.INFO for finding in run.findings)
    suites = Element(
        "testsuites",
        name="claude-lint",
        tests=str(len(run.findings) or 1),
        failures=str(failures),
        errors="0",
    )
    for path, found in itertools.groupby(run.findings, key=lambda finding: finding.location.path):
        _suite(suites, path, list(found))
    if not run.findings:
        suite = SubElement(suites, "testsuite", name="claude-lint", tests="1", failures="0")
        SubElement(suite, "testcase", name="All checks passed", classname="claude-lint")
    indent(suites)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{tostring(suites, encoding="unicode")}\n'


def _suite(suites: Element, path: str, findings: list[Finding]) -> None:
    failures = sum(finding.severity is not Severity.INFO for finding in findings)
    suite = SubElement(
        suites,
        "testsuite",
        name=visible(path),
        tests=str(len(findings)),
        failures=str(failures),
        errors="0",
    )
    for finding in findings:
        where = position(finding.location)
        case = SubElement(
            suite,
            "testcase",
            name=visible(f"{finding.code} {finding.rule} ({where})"),
            classname=visible(path),
            file=visible(path),
            line=str(finding.location.span.line),
        )
        text = "\n".join(
            visible(line)
            for line in (f"{where}: {finding.message}", finding.help and f"help: {finding.help}")
            if line
        )
        if finding.severity is Severity.INFO:
            SubElement(case, "system-out").text = text
        else:
            failure = SubElement(case, "failure", type=str(finding.severity))
            failure.set("message", visible(finding.message))
            failure.text = text
