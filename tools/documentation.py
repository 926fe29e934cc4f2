"""The pages of the site that are made from what the project holds already; a hook of MkDocs."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

from claude_lint import documents
from claude_lint.claude import catalog as catalogs
from claude_lint.claude.catalog.errors import KnownError
from claude_lint.claude.catalog.errors import load as load_errors
from claude_lint.commands import rules as rules_command
from claude_lint.commands.diagnose import is_selected
from claude_lint.commands.models import ending, render_models
from claude_lint.documents import FAMILIES, RuleDocument

PROJECT = Path(__file__).parents[1]
PROJECT_URL = documents.RULES_URL.removesuffix("/rules")
PICTURE = "examples/broken_app.svg"
# What a reader of an example needs to know of it; the other words are for the tests.
_TOLD = ("file", "target-sdk", "target-api", "as-of")
_EXAMPLE = re.compile(r"^```(?P<language>\w+) (?P<kind>bad|good)\b(?P<options>.*)$", re.MULTILINE)
_STATUSES = re.compile(r"HTTP status: ([\d, ]+)")
_CLOUDS = {"bedrock": "Bedrock", "vertex": "Google Cloud", "foundry": "Foundry"}


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """List the rules by family in the navigation."""
    families: dict[str, list[str]] = defaultdict(list)
    for rule in documents.built_in():
        families[FAMILIES[rule.code[:3]].capitalize()].append(_page(rule))
    for part in config.nav or ():
        if "Rules" in part:
            part["Rules"] = ["rules/index.md", *({name: pages} for name, pages in families.items())]
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that are no files of the docs folder."""
    pages = {
        "index.md": _start(),
        "CHANGELOG.md": _from_project(PROJECT / "CHANGELOG.md"),
        "CONTRIBUTING.md": _from_project(PROJECT / "CONTRIBUTING.md"),
        "errors.md": "".join(_errors(load_errors(), documents.built_in())),
        "models.md": "".join(_models()),
        "rules/index.md": "".join(_rules()),
        **{_page(rule): _rule(rule) for rule in documents.built_in()},
    }
    for path, text in pages.items():
        files.append(File.generated(config, path, content=text))
    picture = PROJECT / PICTURE
    files.append(File.generated(config, PICTURE, abs_src_path=str(picture)))
    return files


def on_page_markdown(markdown: str, **_: object) -> str:
    """Lead from pages of the docs folder to what README is on the site."""
    return markdown.replace("(../README.md", "(index.md")


def _from_project(path: Path) -> str:
    """Read a page that lies at the top of the project, with its links as they are on the site."""
    text = path.read_text("utf-8").replace(f"]({documents.RULES_URL}/", "](rules/")
    text = re.sub(r"\]\(docs/([\w-]+\.md)", r"](\1", text)
    return re.sub(r"\]\((?=LICENSE|README)", f"]({PROJECT_URL}/", text)


def _start() -> str:
    """Begin as README does; the rules have a page of their own."""
    text = _from_project(PROJECT / "README.md").replace("<details>", "<details markdown>")
    before, _, rest = text.partition("<!-- rules: begin -->\n")
    return f"{before}[All rules](rules/index.md){rest.partition('<!-- rules: end -->')[2]}"


def _page(rule: RuleDocument) -> str:
    return f"rules/{rule.code}-{rule.name}.md"


def _rule(rule: RuleDocument) -> str:
    """Give a rule's document, its examples titled and its statuses linked."""
    text = rules_command.explain(rule, color=False, width=None)
    text = _STATUSES.sub(lambda match: f"HTTP status: {_linked(match[1])}", text, count=1)
    return _EXAMPLE.sub(_titled, text)


def _linked(statuses: str) -> str:
    return ", ".join(f"[{one}](../errors.md#{one})" for one in statuses.rstrip().split(", ")) + " "


def _titled(match: re.Match[str]) -> str:
    options = dict(word.partition("=")[::2] for word in match["options"].split())
    told = [
        value if name == "file" else f"{name} {value}"
        for name, value in options.items()
        if name in _TOLD
    ]
    title = ": ".join([match["kind"].capitalize(), *([", ".join(told)] if told else [])])
    return f'```{{.{match["language"]} .{match["kind"]} title="{title}"}}'


def _rules() -> Iterator[str]:
    yield "# Rules\n"
    family = None
    for rule in documents.built_in():
        if rule.code[:3] != family:
            family = rule.code[:3]
            yield f"\n## {FAMILIES[family].capitalize()}\n\n"
        facts = [str(rule.severity), *(["opt-in"] if not rule.default else [])]
        facts += [f"{rule.fix} fix"] if rule.fix != "none" else []
        page = _page(rule).removeprefix("rules/")
        yield f"[{rule.code} {rule.name}]({page}) · {', '.join(facts)}<br>\n{rule.summary}\n\n"


def _errors(errors: Sequence[KnownError], rules: Sequence[RuleDocument]) -> Iterator[str]:
    """Say of each error what it means, by the status that it comes with."""
    yield (
        "# Errors by HTTP status\n\n"
        "What the Claude API, its SDK and the clouds answer, what it means, and which rules find "
        "the code that causes it. `claude-lint diagnose` does the same for a text that you paste, "
        "and looks for the cause in your code.\n"
    )
    by_status: dict[int, list[KnownError]] = defaultdict(list)
    for error in errors:
        for status in error.status or (0,):
            by_status[status].append(error)
    for status in sorted(by_status, key=lambda status: status or 1000):
        yield f"\n## {status}\n" if status else "\n## No status\n\nNothing was answered.\n"
        # What holds for the status as a whole comes first, special cases after it.
        for error in sorted(by_status[status], key=lambda error: bool(error.texts)):
            yield from _error(error, rules)


def _error(error: KnownError, rules: Sequence[RuleDocument]) -> Iterator[str]:
    yield f"\n### {error.title[0].upper()}{error.title[1:]}\n\n{error.meaning} {error.retry}\n"
    causes = [f"[{rule.name}]({_page(rule)})" for rule in rules if _can_cause(rule, error)]
    if causes:
        yield f"\nRules that find the cause: {', '.join(causes)}.\n"
    if error.check:
        yield "\nWhat no linter can see:\n\n"
        yield from (f"* {point}\n" for point in error.check)


def _can_cause(rule: RuleDocument, error: KnownError) -> bool:
    if error.rules is not None:
        return is_selected(rule, error.rules)
    return not set(rule.http_status).isdisjoint(error.status)


def _models() -> Iterator[str]:
    """List the models with their dates, as on the day when the catalogue was checked."""
    catalog = catalogs.load()
    day = catalog.checked_on
    rows = json.loads(render_models(None, "json", day))["models"]
    yield (
        "---\nhide: [toc]\n---\n\n# Models\n\n"
        f"State on {day}, when the catalogue was checked. `claude-lint models` tells it of today, "
        "and `claude-lint models ID` all that is known of one.\n\n<div class=wide markdown>\n\n"
    )
    yield _row(
        "model", "state", "released", "deprecated", "ends", "replacement", "output", "context"
    )
    yield "|---|---|---|---|---|---|--:|--:|\n"
    for row in rows:
        yield _row(
            f"`{row['id']}`",
            row["state"],
            row["released"],
            row["deprecated"],
            ending(catalog.models[row["id"]]),
            row["replacement"] and f"`{row['replacement']}`",
            *(row[name] and f"{row[name]:,}" for name in ("max_output_tokens", "context_window")),
        )
    yield "\n</div>\n\n## What clouds call them\n\n<div class=wide markdown>\n\n"
    yield _row("model", *_CLOUDS.values())
    yield "|---|---|---|---|\n"
    for row in rows:
        names = [row["platforms"].get(cloud, {}).get("id") for cloud in _CLOUDS]
        if any(names):
            yield _row(f"`{row['id']}`", *(name and f"`{name}`" for name in names))
    yield "\n</div>\n"


def _row(*cells: object) -> str:
    return f"| {' | '.join('' if cell is None else str(cell) for cell in cells)} |\n"
