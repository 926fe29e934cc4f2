"""The rows of the catalogue: what one model, API version or SDK release is known to be.

An absent field is unknown (`None`), never "no".
"""

from __future__ import annotations

import datetime
import enum
from collections.abc import Mapping
from dataclasses import dataclass, field

_NO_OFFERS: Mapping[Platform, Offer] = {}


class Platform(str, enum.Enum):
    """Where a request goes. Each platform spells models its own way."""

    CLAUDE = "claude"
    AWS = "aws"
    FOUNDRY = "foundry"
    GOOGLE = "google"
    BEDROCK = "bedrock"
    MANTLE = "mantle"
    VERTEX = "vertex"
    GATEWAY = "gateway"
    """Somebody else's server, which may name models as it likes."""
    UNKNOWN = "unknown"
    """Not resolved: the spelling has to tell."""


class State(str, enum.Enum):
    """How far a model is on its way out, on one day and one platform."""

    UNRELEASED = "unreleased"
    ACTIVE = "active"
    LEGACY = "legacy"
    DEPRECATED = "deprecated"
    RETIRED = "retired"


SERVED = frozenset({State.ACTIVE, State.LEGACY})


@dataclass(frozen=True, slots=True)
class Offer:
    """A model on a platform with identifiers and dates of its own."""

    id: str
    profiles: tuple[str, ...] = ()
    deprecated: datetime.date | None = None
    retires: datetime.date | None = None
    source: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Model:
    """A model ID of the Claude API and what is known of it. `None` is unknown.

    `deprecated` and `retires` are the Claude API's; ask `Catalog.dates` for another platform's.
    """

    id: str
    family: str
    generation: str = ""
    alias_of: str = ""
    moving: bool = False
    gated: bool = False
    succeeded_by: str = ""
    released: datetime.date | None = None
    deprecated: datetime.date | None = None
    retires: datetime.date | None = None
    retires_not_before: datetime.date | None = None
    end_of_life: datetime.date | None = None
    replacement: str = ""
    max_output_tokens: int | None = None
    context_window: int | None = None
    prefill: bool | None = None
    sampling: str | None = None
    thinking_accepted: tuple[str, ...] | None = None
    thinking_up_to_effort_high: tuple[str, ...] = ()
    thinking_default: str | None = None
    effort_levels: tuple[str, ...] | None = None
    effort_default: str | None = None
    forced_tool_choice: bool | None = None
    system_role: str | None = None
    aws: bool = False
    foundry: str = ""
    offers: Mapping[Platform, Offer] = field(default_factory=lambda: _NO_OFFERS)
    source: tuple[str, ...] = ()
    checked_on: datetime.date | None = None
    note: str = ""

    @property
    def is_alias(self) -> bool:
        """Whether the ID stands for another one."""
        return bool(self.alias_of)

    @property
    def version(self) -> tuple[int, ...]:
        """The generation as numbers, `()` where it is none: `5.2` is `(5, 2)`, `4` is `(4, 0)`."""
        if not self.generation:
            return ()
        major, _, minor = self.generation.partition(".")
        return int(major), int(minor or 0)

    def thinks_by_default(self) -> bool | None:
        """Say whether a request without `thinking` is answered with thinking blocks."""
        return None if self.thinking_default is None else self.thinking_default != "off"


@dataclass(frozen=True, slots=True)
class ApiVersion:
    """A value of `anthropic-version`, and what requests of that version are refused for.

    `body_names` are what the `anthropic_version` of a cloud's request bodies calls it.
    """

    id: str
    released: datetime.date
    body_names: tuple[str, ...] = ()
    rejected_parameters: tuple[str, ...] = ()
    rejected_blocks: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    checked_on: datetime.date | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class SdkMajor:
    """A major version of the `anthropic` package and how it talks to the API."""

    major: int
    released: datetime.date
    first: str
    newest: str
    api_version: str
    auth_header: str
    source: tuple[str, ...] = ()
    checked_on: datetime.date | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class BetaHeader:
    """A value of `anthropic-beta` that is dead or changes nothing any more.

    It still does something for the models in `needed_by`, for a dict in the field `needed_for`,
    and with any thinking but `with_thinking` where that is given.
    """

    value: str
    since: datetime.date | None = None
    reason: str = ""
    needed_by: tuple[str, ...] = ()
    needed_for: str = ""
    with_thinking: str = ""
    confidence: str = ""
    source: tuple[str, ...] = ()
    checked_on: datetime.date | None = None


@dataclass(frozen=True, slots=True)
class BetaFeature:
    """A value of `anthropic-beta` that lifts a limit.

    `max_output_tokens` is the cap with it, on some `operations` or `models` where they are given;
    `thinking_budget` says that `budget_tokens` may be above `max_tokens`.
    """

    value: str
    max_output_tokens: int | None = None
    thinking_budget: bool = False
    operations: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    checked_on: datetime.date | None = None


@dataclass(frozen=True, slots=True)
class OpenAIParameter:
    """A request parameter of OpenAI's that the Messages API does not have.

    `rename` is the Claude parameter that takes the very same value, if it is of `rename_type`,
    `stands_for` the one that takes it in another form; `instead` says what to do.
    """

    name: str
    rename: str = ""
    rename_type: str = ""
    stands_for: str = ""
    instead: str = ""
    source: tuple[str, ...] = ()
    checked_on: datetime.date | None = None


@dataclass(frozen=True, slots=True)
class Wrapper:
    """A package that brings `anthropic` along: which of its versions require what."""

    name: str
    first: str
    anthropic: str
    last: str = ""
    extra: str = ""
    checked_on: datetime.date | None = None


@dataclass(frozen=True, slots=True)
class Schedule:
    """How a platform sets its dates: another platform's, or with how many days of notice."""

    follows: Platform | None = None
    notice_days: int | None = None
    regions: tuple[str, ...] = ()
    source: str = ""
