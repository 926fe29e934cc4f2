"""What Acme asks of requests to Claude; each rule has its document beside this file."""

from __future__ import annotations

from collections.abc import Iterator

from claude_lint.checks import Problem, View, rule
from claude_lint.checks.repairs import repair, replace_text
from claude_lint.claude.facts import CallSite, Request
from claude_lint.findings import Safety

APPROVED = ("claude-sonnet-5", "claude-haiku-4-5")


@rule("missing-team")
def missing_team(site: CallSite, view: View) -> Iterator[Problem]:
    """ACME101."""
    if site.is_generating and site.lacks("metadata"):
        yield Problem(
            site.call,
            "This request carries no `metadata`: no team pays for it",
            help='Pass `metadata={"user_id": TEAM}`',
        )


@rule("unapproved-model")
def unapproved_model(request: Request, view: View) -> Iterator[Problem]:
    """ACME102."""
    for model in request.models():
        if not str(model.value).startswith(APPROVED) and model.origin is not None:
            yield Problem(
                model,
                f"Model `{model.value}` is not approved at Acme",
                help=f"Use one of {', '.join(f'`{one}`' for one in APPROVED)}",
                fix=repair(
                    view,
                    f"Use `{APPROVED[0]}`",
                    Safety.UNSAFE,
                    replace_text(model.origin, APPROVED[0]),
                ),
            )
