"""The rule documents: what each rule is called, why it exists, and the examples that prove it."""

from __future__ import annotations

import functools
import importlib.resources
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, cast

import tomli

from claude_lint import plugins
from claude_lint.findings import Severity
from claude_lint.plugins import Plugin, PluginError

# Also the project's URL `Rules` in pyproject.toml; a test holds the two together, because reading
# the installed metadata would cost more than reading all documents.
RULES_URL = "https://github.com/claude-lint/claude-lint/blob/main/rules"

FAMILIES = {
    "CL1": "credentials",
    "CL2": "requests",
    "CL3": "models",
    "CL4": "retries",
    "CL5": "responses",
    "CL9": "linter",
}
"""What our own rules are about, by the beginnings of their codes."""

FixKind = Literal["none", "safe", "unsafe", "display"]

_FILE_NAME = re.compile(r"([A-Z]{2,8}\d{3})-([a-z0-9]+(?:-[a-z0-9]+)*)\.md")
# Codes that new rules of our own may take, and what already selects something else.
_RESERVED = re.compile(r"(CL|ALL)\d")
_LAYOUT = re.compile(
    r"\A# (?P<title>[^\n]*)\n\s*```toml\n(?P<facts>.*?)^```\n(?P<body>.*)\Z", re.S | re.M
)
_KEY_PLACEHOLDER = re.compile(r"@@KEY-([a-z]+\d\d)(\.head|\.tail)?@@")
_EXAMPLE_OPTIONS = {"file", "case", "fix", "target-sdk", "target-api", "as-of"}
_FACT_TYPES: dict[str, type] = {
    "code": str,
    "severity": str,
    "http-status": list,
    "since": str,
    "fix": str,
    "default": bool,
    "matches": list,
    "references": list,
}
_OPTIONAL_FACTS = {"http-status", "default", "matches", "references"}


class InvalidDocument(ValueError):
    """A rule document breaks the format; the text names the file and what it should hold."""


@dataclass(frozen=True, slots=True)
class Example:
    """A small project that a document shows as bad or good.

    `files` maps paths to texts, markers and key placeholders included. `options` holds what the
    run is told: `target-sdk`, `target-api`, `as-of`. `is_compared` is false where fixing the bad
    example is not meant to give the good one after it.
    """

    kind: Literal["bad", "good"]
    files: Mapping[str, str]
    options: Mapping[str, str]
    is_compared: bool = True


@dataclass(frozen=True, slots=True)
class RuleDocument:
    """What one rule says about itself; `severity` is the highest it reports.

    `matches` are regular expressions for the texts of errors that the rule's findings cause.
    `body` is the Markdown after the block of facts, the summary included. `plugin` is what brings
    the rule, if it is not one of our own.
    """

    code: str
    name: str
    severity: Severity
    http_status: tuple[int, ...]
    since: str
    fix: FixKind
    default: bool
    summary: str
    references: tuple[str, ...]
    matches: tuple[str, ...]
    body: str
    plugin: Plugin | None = None

    @property
    def examples(self) -> tuple[Example, ...]:
        """Parse the examples, in the document's order."""
        return examples(self.body)


@functools.cache
def load() -> tuple[RuleDocument, ...]:
    """Read all rule documents, our own by code and then those of plugins.

    Raise `PluginError` for a plugin whose documents cannot be used beside the others.
    """
    documents = built_in()
    for plugin in plugins.installed():
        try:
            brought = tuple(_parsed(plugin))
            if not brought:
                raise InvalidDocument(f"`{plugin.package}` holds no documents")
            documents += tuple(sorted(brought, key=lambda document: document.code))
            _by_selector(documents)
        except (InvalidDocument, OSError, UnicodeError) as problem:
            raise PluginError(plugin, str(problem)) from None
    return documents


@functools.cache
def built_in() -> tuple[RuleDocument, ...]:
    """Read our own rule documents, sorted by code."""
    folder = importlib.resources.files("claude_lint.rules")
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".md"))
    documents = tuple(parse(name, (folder / name).read_text("utf-8")) for name in names)
    _by_selector(documents)  # refuses a code or name that is used twice
    return documents


def _parsed(plugin: Plugin) -> Iterator[RuleDocument]:
    for name, text in plugin.documents():
        document = replace(parse(name, text), plugin=plugin)
        if _RESERVED.match(document.code):
            raise InvalidDocument(f"{name}: codes that begin with CL or ALL are not for plugins")
        yield document


def find(code_or_name: str) -> RuleDocument | None:
    """Find a rule by its code, in any case, or its name."""
    wanted = code_or_name.strip()
    rules = _by_selector(load())
    return rules.get(wanted.upper()) or rules.get(wanted.lower())


def url(document: RuleDocument) -> str | None:
    """Give the address at which people read the document; a plugin need not have any."""
    folder = document.plugin.rules_url if document.plugin else RULES_URL
    return f"{folder}/{document.code}-{document.name}.md" if folder else None


def readable(document: RuleDocument) -> str:
    """Give the body for readers: placeholders of keys, or of their halves, become masked keys."""

    def masked(match: re.Match[str]) -> str:
        kind, half = match.groups()
        return {None: f"sk-ant-{kind}-…", ".head": f"sk-ant-{kind}-", ".tail": "…"}[half]

    return _KEY_PLACEHOLDER.sub(masked, document.body)


def parse(file_name: str, text: str) -> RuleDocument:
    """Read one document; raise `InvalidDocument` where it breaks the format."""

    def broken(problem: str) -> InvalidDocument:
        return InvalidDocument(f"{file_name}: {problem}")

    named = _FILE_NAME.fullmatch(file_name)
    if named is None:
        raise broken("a document is named after its rule, as in CL201-missing-max-tokens.md")
    code, name = named.groups()
    layout = _LAYOUT.match(text)
    if layout is None:
        raise broken("a document starts with `# rule-name` and a ```toml block")
    try:
        facts = tomli.loads(layout["facts"])
    except tomli.TOMLDecodeError as error:
        raise broken(f"the toml block is not TOML: {error}") from None

    for key in facts.keys() - _FACT_TYPES.keys():
        raise broken(f"unknown key `{key}`; known are {', '.join(_FACT_TYPES)}")
    for key, kind in _FACT_TYPES.items():
        if key not in facts and key not in _OPTIONAL_FACTS:
            raise broken(f"`{key}` is missing")
        if key in facts and not isinstance(facts[key], kind):
            raise broken(f"`{key}` must be a {kind.__name__}, not {facts[key]!r}")
    if layout["title"] != name:
        raise broken(f"the title is `{layout['title']}`, the file says `{name}`")
    if facts["code"] != code:
        raise broken(f"the code is `{facts['code']}`, the file says `{code}`")
    if facts["severity"] not in ("info", "warning", "error"):
        raise broken(f"severity must be info, warning or error, not {facts['severity']!r}")
    if facts["fix"] not in ("none", "safe", "unsafe", "display"):
        raise broken(f"fix must be none, safe, unsafe or display, not {facts['fix']!r}")

    body = layout["body"].strip() + "\n"
    summary = body.partition("\n\n")[0]
    if not summary.strip() or summary.startswith(("#", "```")):
        raise broken("a paragraph that says what is reported must follow the toml block")
    headings = ["Why", "Example", "When it is silent"]
    if facts["fix"] in ("safe", "unsafe"):
        headings.append("Fix safety")
    for heading in headings:
        if f"\n## {heading}\n" not in body:
            raise broken(f"the heading `## {heading}` is missing")

    return RuleDocument(
        code=code,
        name=name,
        severity=Severity[facts["severity"].upper()],
        http_status=tuple(facts.get("http-status", ())),
        since=facts["since"],
        fix=cast("FixKind", facts["fix"]),
        default=facts.get("default", True),
        summary=" ".join(summary.split()),
        references=tuple(facts.get("references", ())),
        matches=tuple(facts.get("matches", ())),
        body=body,
    )


@functools.cache
def _by_selector(documents: tuple[RuleDocument, ...]) -> dict[str, RuleDocument]:
    rules: dict[str, RuleDocument] = {}
    for document in documents:
        for selector in (document.code, document.name):
            if selector in rules:
                first, second = rules[selector], document
                raise InvalidDocument(
                    f"{selector} stands for both {_described(first)} and {_described(second)}"
                )
            rules[selector] = document
    return rules


def _described(document: RuleDocument) -> str:
    whose = f" of {document.plugin}" if document.plugin else ""
    return f"{document.code} {document.name}{whose}"


@functools.cache
def examples(body: str) -> tuple[Example, ...]:
    """Parse the fences marked bad or good in a text of Markdown, in order."""
    found: list[Example] = []
    open_case: tuple[str, str] | None = None
    for words, content in _fences(body):
        kind, options = _example_words(words)
        if kind is None:
            open_case = None
            continue
        path = options.pop("file", "example.py")
        case = options.pop("case", None)
        is_compared = options.pop("fix", "yes") != "no"
        if case is not None and (kind, case) == open_case:
            begun = found.pop()
            found.append(
                Example(
                    kind,
                    {**begun.files, path: content},
                    {**begun.options, **options},
                    begun.is_compared and is_compared,
                )
            )
        else:
            found.append(Example(kind, {path: content}, options, is_compared))
        open_case = (kind, case) if case is not None else None
    return tuple(found)


def _fences(body: str) -> Iterator[tuple[list[str], str]]:
    from markdown_it import MarkdownIt  # 20 ms that only `explain` and the tests need

    for token in MarkdownIt().parse(body):
        if token.type == "fence":
            yield token.info.split(), token.content


def _example_words(words: list[str]) -> tuple[Literal["bad", "good"] | None, dict[str, Any]]:
    """Read an info string such as `python bad file=app.py`; the kind is None in plain prose."""
    if len(words) < 2 or words[1] not in ("bad", "good"):
        return None, {}
    options = dict(word.partition("=")[::2] for word in words[2:])
    for key in options.keys() - _EXAMPLE_OPTIONS:
        raise InvalidDocument(f"unknown word `{key}` after ```{' '.join(words[:2])}")
    return cast("Literal['bad', 'good']", words[1]), options
