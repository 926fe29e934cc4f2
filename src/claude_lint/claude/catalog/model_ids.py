"""What a piece of text is, read as the model ID of a request.

A model ID is exactly one of: right, right but moving, right but for its case, another platform's,
one that does not exist, or nothing that can be judged. When in doubt it is the last.
"""

from __future__ import annotations

import datetime
import enum
import functools
import re
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase

from claude_lint.claude.catalog import SERVED, Catalog, Model, Platform, State

_OWN_NAMES = frozenset({Platform.CLAUDE, Platform.AWS, Platform.MANTLE})
_BEDROCK = re.compile(r"(?:([a-z]{2,6}(?:-gov)?)\.)?(anthropic\..+?)(:\d+k)?")
_NEVER_AN_ID = re.compile(
    r"\s|[\[\]{}<>()$%*?=&,;\\|\"'#+~!]|://|^arn:"
    r"|\.(?:json|jsonl|md|py|ya?ml|toml|txt|csv|log|png|svg|ico|html?|com|ai|app|dev|io)$"
)
# A word, a date with anything glued to it, a context size, a version.
_TOKEN = re.compile(r"\d+k(?![a-z])|v\d+|[a-z]+|\d+")
_BRAND = "claude"
# Words that stand in made-up IDs and say nothing about the family.
_FILLERS = {"beta", "default", "exp", "fast", "latest", "model", "preview", "think", "thinking"}
_MAX_EDITS = 2


class Verdict(enum.Enum):
    """What the text is. The order is that of severity: one text, one verdict."""

    UNKNOWN = "unknown"
    MISCASED = "miscased"
    WRONG_PLATFORM = "wrong-platform"
    MOVING = "moving"
    KNOWN = "known"
    SILENT = "silent"


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict on a text, and what to write instead.

    `platform` is the one whose dates count; where the caller did not know it, the spelling's.
    `model` is the model named, or for `UNKNOWN` the nearest real one. `suggestion` is spelled for
    `platform`: for `MISCASED` and `WRONG_PLATFORM` the same model where `same_model`, for
    `UNKNOWN` the nearest one still served, for a deprecated or retired `KNOWN` its replacement,
    for `MOVING` the snapshot it stands for.
    """

    verdict: Verdict
    text: str
    platform: Platform
    model: Model | None = None
    state: State | None = None
    suggestion: str | None = None
    same_model: bool = False


@dataclass(frozen=True, slots=True)
class _Parts:
    """A text taken apart the way Claude IDs are built, whatever the order of the parts."""

    family: str | None
    version: tuple[int, ...]
    date: str
    is_plain: bool
    """Whether the brand and family are spelled right and nothing says `latest` or a date."""


def judge(
    catalog: Catalog,
    text: str,
    platform: Platform | str,
    as_of: datetime.date,
    *,
    on_claude_client: bool = False,
) -> Judgement:
    """Say what a text is when it is used as a model on a platform.

    With `Platform.UNKNOWN` only what is wrong everywhere is judged. `on_claude_client` says that
    the text certainly reaches Claude, so that another vendor's model is an unknown one.
    """
    platform = Platform(platform)
    silent = Judgement(Verdict.SILENT, text, platform)
    name = text.strip().lower()
    if platform is Platform.GATEWAY or len(name) > 120 or _NEVER_AN_ID.search(name):
        return silent
    if any(fnmatchcase(text, pattern) for pattern in catalog.extra_models):
        return silent
    for prefix in ("anthropic/", "anthropic:"):
        if name.startswith(prefix):
            return _judge_prefixed(catalog, text, name[len(prefix) :], platform, as_of)
    if "/" in name:
        return silent
    spellings = _spellings(catalog).get(_canonical(name), {})
    certain = platform is not Platform.UNKNOWN
    if not certain:
        platform = _platform_of(name, spellings)
    model = spellings.get(platform)
    if model is None and platform in (Platform.VERTEX, Platform.GOOGLE):
        model = _undated_spellings(catalog).get(name)
    if model:
        if text != name:
            state = catalog.state(model, as_of, platform)
            return Judgement(Verdict.MISCASED, text, platform, model, state, name, True)
        return _known(catalog, text, model, platform, as_of)
    if spellings:
        return _misplaced(catalog, text, name, spellings, platform, as_of)
    if on_claude_client and name.startswith(catalog.foreign_models):
        newest = catalog.newest(catalog.default_family, as_of, platform)
        suggestion = catalog.spell(newest, platform) if newest else None
        return Judgement(Verdict.UNKNOWN, text, platform, suggestion=suggestion)
    return _unlisted(catalog, text, name, platform, as_of, certain)


def _known(
    catalog: Catalog, text: str, model: Model, platform: Platform, as_of: datetime.date
) -> Judgement:
    state = catalog.state(model, as_of, platform)
    verdict, suggestion = Verdict.KNOWN, None
    # Only these platforms know the aliases as aliases; elsewhere the short name is the name.
    if model.moving and platform in (Platform.CLAUDE, Platform.AWS):
        verdict, suggestion = Verdict.MOVING, model.alias_of
    if state in (State.DEPRECATED, State.RETIRED):
        newer = catalog.replacement(model, as_of, platform)
        suggestion = catalog.spell(newer, platform, _region(text)) if newer else None
    return Judgement(verdict, text, platform, model, state, suggestion)


def _judge_prefixed(
    catalog: Catalog, text: str, rest: str, platform: Platform, as_of: datetime.date
) -> Judgement:
    """Judge `anthropic/claude-…`: a router's spelling, wrong on Claude's own API."""
    if platform not in (*_OWN_NAMES, Platform.BEDROCK, Platform.VERTEX) or _BRAND not in rest:
        return Judgement(Verdict.SILENT, text, platform)
    inner = judge(catalog, rest, platform, as_of)
    same_model = inner.verdict in (Verdict.KNOWN, Verdict.MOVING, Verdict.SILENT)
    suggestion = rest if same_model else inner.suggestion
    return Judgement(
        Verdict.WRONG_PLATFORM,
        text,
        platform,
        inner.model,
        inner.state,
        suggestion,
        same_model or inner.same_model,
    )


def _misplaced(
    catalog: Catalog,
    text: str,
    name: str,
    spellings: dict[Platform, Model],
    platform: Platform,
    as_of: datetime.date,
) -> Judgement:
    """Judge an ID that is right on another platform."""
    if platform in (Platform.FOUNDRY, Platform.GOOGLE):
        return Judgement(Verdict.SILENT, text, platform)
    model = next(iter(spellings.values()))
    meant = catalog.models[model.alias_of] if model.alias_of else model
    right = catalog.spell(meant, platform, _region(name))
    state = catalog.state(meant, as_of, platform)
    # A Bedrock ID needs a region that an API ID does not name, so nothing is one-to-one there.
    same_model = right is not None and platform is not Platform.BEDROCK
    if not same_model and (right is None or state not in SERVED):
        newer = catalog.replacement(meant, as_of, platform)
        right = catalog.spell(newer, platform, _region(name)) if newer else None
    return Judgement(Verdict.WRONG_PLATFORM, text, platform, meant, state, right, same_model)


def _unlisted(
    catalog: Catalog,
    text: str,
    name: str,
    platform: Platform,
    as_of: datetime.date,
    certain: bool,
) -> Judgement:
    """Judge a text that no platform knows: one that does not exist, or one we must not judge."""
    silent = Judgement(Verdict.SILENT, text, platform)
    if platform in (Platform.FOUNDRY, Platform.GOOGLE):
        return silent
    bedrock = _BEDROCK.fullmatch(name)
    core = bedrock[2].removeprefix("anthropic.") if bedrock else name
    parts = _parse(catalog, core)
    if parts is None:
        return silent
    nearest = _nearest(catalog, parts)
    if nearest is None:
        return silent
    if bedrock and parts.is_plain and nearest.version == parts.version >= (4, 6):
        # Bedrock's endpoints spell the undated generations in more than one way.
        return silent
    if not certain and (parts.is_plain or text != name or re.search(r"\d\.\d", name)):
        # A short or dotted name is right on many a router.
        return silent
    spelled = nearest
    if catalog.state(nearest, as_of, platform) not in SERVED or not catalog.spell(
        nearest, platform
    ):
        spelled = (
            catalog.replacement(nearest, as_of, platform)
            or catalog.newest(nearest.succeeded_by or nearest.family, as_of, platform)
            or nearest
        )
    suggestion = catalog.spell(spelled, platform, _region(name))
    is_elsewhere = bedrock and platform in (Platform.CLAUDE, Platform.AWS)
    verdict = Verdict.WRONG_PLATFORM if is_elsewhere else Verdict.UNKNOWN
    return Judgement(verdict, text, platform, nearest, suggestion=suggestion)


def _platform_of(name: str, spellings: dict[Platform, Model]) -> Platform:
    if Platform.CLAUDE in spellings or not spellings:
        if not spellings and _BEDROCK.fullmatch(name):
            return Platform.BEDROCK
        return Platform.VERTEX if "@" in name else Platform.CLAUDE
    return next(iter(spellings))


def _region(name: str) -> str:
    bedrock = _BEDROCK.fullmatch(name.strip().lower())
    return bedrock[1] or "" if bedrock else ""


def _canonical(name: str) -> str:
    """Drop a Bedrock ID's region and context size, which do not change the model."""
    bedrock = _BEDROCK.fullmatch(name)
    return bedrock[2] if bedrock else name


@functools.lru_cache(maxsize=8)
def _spellings(catalog: Catalog) -> dict[str, dict[Platform, Model]]:
    """Map every right spelling to the platforms it is right on."""
    found: dict[str, dict[Platform, Model]] = {}

    def add(name: str, model: Model, *platforms: Platform) -> None:
        for platform in platforms:
            found.setdefault(name, {}).setdefault(platform, model)

    for model in catalog.models.values():
        add(model.id, model, Platform.CLAUDE, Platform.AWS, Platform.GOOGLE)
        if model.foundry:
            add(model.foundry, model, Platform.FOUNDRY)
        if model.alias_of:
            continue
        if bedrock := model.offers.get(Platform.BEDROCK):
            add(bedrock.id, model, Platform.BEDROCK)
        if mantle := model.offers.get(Platform.MANTLE):
            # The clients of Bedrock's two endpoints differ by a word: give the benefit of doubt.
            add(mantle.id, model, Platform.MANTLE, Platform.BEDROCK)
        if vertex := model.offers.get(Platform.VERTEX):
            add(vertex.id, model, Platform.VERTEX, Platform.GOOGLE)
    return found


@functools.lru_cache(maxsize=8)
def _undated_spellings(catalog: Catalog) -> dict[str, Model]:
    """Map what Google Cloud resolves to a version of its choice."""
    found: dict[str, Model] = {}
    for model in catalog.snapshots():
        if vertex := model.offers.get(Platform.VERTEX):
            short = vertex.id.partition("@")[0]
            for name in (short, f"{short}@default", f"{short}@latest"):
                found[name] = model
    return found


def _parse(catalog: Catalog, core: str) -> _Parts | None:
    """Take a text apart, or return `None` where it is not built like a Claude ID."""
    tokens = _split_brand(_TOKEN.findall(core))
    brand_edits = edits(tokens[0], _BRAND) if tokens else _MAX_EDITS + 1
    if brand_edits > _MAX_EDITS:
        return None
    numbers: list[int] = []
    words: list[str] = []
    date = ""
    for token in tokens[1:]:
        digits = token.removeprefix("v")
        if digits.isdigit() and len(digits) > 5:
            head, date = digits[:-8], digits[-8:]
            numbers += [int(digit) for digit in head[-2:]]
        elif digits.isdigit():
            numbers.append(int(digits))
        elif not re.fullmatch(r"\d+k", token):
            words.append(token)
    named = [word for word in words if word not in _FILLERS]
    families = {model.family for model in catalog.snapshots()}
    family, family_edits = _closest(named[0], families) if named else (None, 0)
    is_exact = brand_edits == 0 and family_edits == 0
    version = _version(catalog, family, numbers)
    has_evidence = bool(version or date or "latest" in words)
    if named and family is None:
        return None
    if not is_exact and not (has_evidence and family):
        return None
    if not family and not has_evidence:
        return None
    return _Parts(family, version, date, is_exact and not date and "latest" not in words)


def _split_brand(tokens: list[str]) -> list[str]:
    """Separate what is glued to the brand: `claudeopus` is two words."""
    if tokens and tokens[0].startswith(_BRAND) and len(tokens[0]) > len(_BRAND) + _MAX_EDITS:
        return [_BRAND, tokens[0][len(_BRAND) :], *tokens[1:]]
    return tokens


def _closest(word: str, families: Iterable[str]) -> tuple[str | None, int]:
    """Find the family a word means; more than two edits from every one it is none."""
    distance, family = min((edits(word, family), family) for family in sorted(families))
    limit = min(_MAX_EDITS, len(word) - 2)
    return (family, distance) if distance <= limit else (None, distance)


def _version(catalog: Catalog, family: str | None, numbers: list[int]) -> tuple[int, ...]:
    """Read a version. `45` is 4.5 where the family has one, `4-66` a 4.6 typed twice."""
    if not numbers:
        return ()
    if len(numbers) == 1 and 10 <= numbers[0] <= 99:
        split = divmod(numbers[0], 10)
        if any(
            model.version == split
            for model in catalog.snapshots()
            if family in (None, model.family)
        ):
            return split
    minor = numbers[1] if len(numbers) > 1 else 0
    return numbers[0], minor // 10 if minor > 9 else minor


def _nearest(catalog: Catalog, parts: _Parts) -> Model | None:
    """Find the snapshot a text means. `None` where it may name one newer than the catalogue."""
    models = [model for model in catalog.snapshots() if model.version]
    if parts.family:
        models = [model for model in models if model.family == parts.family]
        if parts.version > max(model.version for model in models):
            return None
    elif parts.version >= (3, 0):
        models = [model for model in models if model.family == catalog.default_family]
        if parts.version > max(model.version for model in models):
            return None
    elif parts.version:
        models = [model for model in models if model.family == _BRAND]
    else:
        models = [model for model in models if model.family == catalog.default_family]

    def distance(model: Model) -> tuple[int, int, int, int]:
        model_date = model.id[-8:] if model.id[-8:].isdigit() else ""
        same_date = bool(parts.date) and parts.date == model_date
        date_edits = edits(parts.date, model_date) if parts.date and model_date else 0
        newness = -(model.released or datetime.date.min).toordinal()
        if not parts.version:
            return 0, not same_date, date_edits, newness
        gap = abs(_ordinal(parts.version) - _ordinal(model.version))
        return 0 if same_date else gap, date_edits, newness, 0

    return min(models, key=distance, default=None)


def _ordinal(version: tuple[int, ...]) -> int:
    return version[0] * 10 + version[1]


@functools.lru_cache(maxsize=4096)
def edits(left: str, right: str) -> int:
    """Count the insertions, deletions, replacements and swaps of neighbours between two words."""
    previous: list[int] = []
    current = list(range(len(right) + 1))
    for row, a in enumerate(left, 1):
        before, previous, current = previous, current, [row]
        for column, b in enumerate(right, 1):
            cost = min(previous[column] + 1, current[-1] + 1, previous[column - 1] + (a != b))
            if row > 1 and column > 1 and a == right[column - 2] and left[row - 2] == b:
                cost = min(cost, before[column - 2] + 1)
            current.append(cost)
    return current[-1]
