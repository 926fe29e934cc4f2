"""The catalogue: what is known of models, API versions and SDK releases, and on which day it holds.

The facts are rows of `rules/catalog/*.toml`; an absent field is unknown (`None`), never "no".
"""

from __future__ import annotations

import datetime
import functools
import importlib.resources
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, TypeVar

import tomli

from claude_lint.claude.catalog.rows import (
    SERVED,
    ApiVersion,
    BetaFeature,
    BetaHeader,
    Model,
    Offer,
    OpenAIParameter,
    Platform,
    Schedule,
    SdkMajor,
    State,
    Wrapper,
)
from claude_lint.files.encoding import Unreadable, read_bytes

_T = TypeVar("_T")
_FILES = ("models.toml", "requests.toml", "wrappers.toml")


class CatalogError(Exception):
    """A catalogue file cannot be read, or holds a row that makes no sense."""


@dataclass(frozen=True, eq=False)
class Catalog:
    """All facts, and the questions that depend on a day."""

    models: Mapping[str, Model]
    schedules: Mapping[Platform, Schedule]
    api_versions: tuple[ApiVersion, ...]
    sdk_majors: tuple[SdkMajor, ...]
    beta_headers: Mapping[str, BetaHeader]
    beta_features: tuple[BetaFeature, ...]
    sampling_defaults: Mapping[str, float]
    least_thinking_budget: int
    openai_parameters: Mapping[str, OpenAIParameter]
    wrappers: tuple[Wrapper, ...]
    foreign_models: tuple[str, ...]
    default_family: str
    sources: Mapping[str, str]
    checked_on: datetime.date
    extra_models: tuple[str, ...] = ()

    def find(self, model_id: str) -> Model | None:
        """Look up an exact ID of the Claude API."""
        return self.models.get(model_id)

    def snapshots(self) -> Iterator[Model]:
        """Yield every model that is not an alias."""
        return (model for model in self.models.values() if not model.alias_of)

    def dates(
        self, model: Model, platform: Platform | str = Platform.CLAUDE
    ) -> tuple[datetime.date | None, datetime.date | None]:
        """Return the days of deprecation and retirement on a platform, where a source gives them.

        A platform that promises a notice but whose announcement was not seen is taken at its word.
        """
        platform = Platform(platform)
        schedule = self.schedules.get(platform, Schedule())
        if schedule.follows:
            return self.dates(model, schedule.follows)
        dated: Model | Offer | None = (
            model if platform is Platform.CLAUDE else model.offers.get(platform)
        )
        if dated is None:
            return None, None
        deprecated = dated.deprecated
        if dated.retires and not deprecated and schedule.notice_days:
            deprecated = dated.retires - datetime.timedelta(days=schedule.notice_days)
        return deprecated, dated.retires

    def state(
        self, model: Model, as_of: datetime.date, platform: Platform | str = Platform.CLAUDE
    ) -> State:
        """Say what a model was, or will be, on a day. Retired on the day of retirement itself."""
        if model.released and as_of < model.released:
            return State.UNRELEASED
        deprecated, retires = self.dates(model, platform)
        if retires and as_of >= retires:
            return State.RETIRED
        if deprecated and as_of >= deprecated:
            return State.DEPRECATED
        return State.LEGACY if self._is_superseded(model, as_of) else State.ACTIVE

    def replacement(
        self, model: Model, as_of: datetime.date, platform: Platform | str = Platform.CLAUDE
    ) -> Model | None:
        """Return what to move to: the newest served model of the family, on that day and platform.

        `None` where the model is itself the newest.
        """
        families = dict.fromkeys((model.succeeded_by or model.family, model.family))
        for family in families:
            newest = self.newest(family, as_of, platform)
            if newest and newest.id not in (model.id, model.alias_of):
                if not (model.released and newest.released) or newest.released > model.released:
                    return newest
        return None

    def newest(
        self, family: str, as_of: datetime.date, platform: Platform | str = Platform.CLAUDE
    ) -> Model | None:
        """Return the newest model of a family that is released, served and offered."""
        served = [
            model
            for model in self.snapshots()
            if model.family == family
            and model.released
            and self.spell(model, platform)
            and self.state(model, as_of, platform) in SERVED
        ]
        return max(served, key=lambda model: model.released or as_of, default=None)

    def spell(
        self, model: Model, platform: Platform | str = Platform.CLAUDE, region: str = ""
    ) -> str | None:
        """Write a model's ID as a platform wants it, or `None` where it is not offered there.

        `region` is the inference profile a Bedrock ID begins with. A model that is known to be
        offered through profiles only, and not through that one, gets the `global` profile.
        """
        platform = Platform(platform)
        if platform in (Platform.BEDROCK, Platform.MANTLE, Platform.VERTEX):
            offer = model.offers.get(platform)
            if offer is None or platform is not Platform.BEDROCK:
                return offer.id if offer else None
            if offer.profiles and region not in offer.profiles:
                region = "global" if "global" in offer.profiles else offer.profiles[0]
            return f"{region}.{offer.id}" if region else offer.id
        if platform is Platform.FOUNDRY:
            return model.foundry or None
        return model.id

    def api_version(self, value: str) -> ApiVersion | None:
        """Look up an `anthropic-version`."""
        return next((row for row in self.api_versions if row.id == value), None)

    def newest_api_version(self, as_of: datetime.date) -> ApiVersion:
        """Return the newest API version there was on a day."""
        released = [row for row in self.api_versions if row.released <= as_of]
        return max(released or self.api_versions[:1], key=lambda row: row.released)

    def sdk(self, major: int) -> SdkMajor | None:
        """Look up a major version of the SDK."""
        return next((row for row in self.sdk_majors if row.major == major), None)

    def newest_sdk(self, as_of: datetime.date) -> SdkMajor:
        """Return the newest SDK major there was on a day."""
        released = [row for row in self.sdk_majors if row.released <= as_of]
        return max(released or self.sdk_majors[:1], key=lambda row: row.major)

    def _is_superseded(self, model: Model, as_of: datetime.date) -> bool:
        families = (model.family, model.succeeded_by)
        return any(
            other.family in families
            and other.released
            and other.released <= as_of
            and (model.released is None or other.released > model.released)
            for other in self.snapshots()
        )


@functools.lru_cache(maxsize=8)
def load(overlays: tuple[Path, ...] = (), extra_models: tuple[str, ...] = ()) -> Catalog:
    """Read the shipped facts and lay the rows of other files over them, field by field.

    Raises `CatalogError` for an overlay that cannot be read or has a field we do not know.
    """
    data: dict[str, Any] = {}
    shipped = importlib.resources.files("claude_lint.rules") / "catalog"
    for name in _FILES:
        _overlay(data, tomli.loads((shipped / name).read_text("utf-8")))
    for path in overlays:
        try:
            _overlay(data, tomli.loads(read_bytes(path, sys.maxsize).decode("utf-8")))
            _build(data, ())
        except (Unreadable, ValueError, TypeError, LookupError, AttributeError) as error:
            raise CatalogError(f"{path}: {error}") from error
    return _build(data, extra_models)


def _overlay(data: dict[str, Any], upper: dict[str, Any]) -> None:
    """Merge tables key by key and arrays of tables row by row."""
    for key, value in upper.items():
        present = data.get(key)
        if isinstance(present, dict) and isinstance(value, dict):
            _overlay(present, value)
        elif isinstance(present, list) and value and isinstance(value[0], dict):
            rows = {_identity(row): row for row in present}
            for row in value:
                if _identity(row) in rows:
                    _overlay(rows[_identity(row)], row)
                else:
                    present.append(row)
        else:
            data[key] = value


def _identity(row: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(row.get(key) for key in ("id", "major", "value", "name", "first"))


def _build(data: dict[str, Any], extra_models: tuple[str, ...]) -> Catalog:
    models = {row["id"]: _model(row) for row in data["model"]}
    for alias in data["alias"]:
        target = models[alias["of"]]
        models[alias["id"]] = replace(
            target, id=alias["id"], alias_of=target.id, moving=alias["moving"]
        )
    return Catalog(
        models=models,
        schedules={
            Platform(name): _schedule(table) for name, table in data.get("platform", {}).items()
        },
        api_versions=tuple(_row(ApiVersion, row) for row in data["api_version"]),
        sdk_majors=tuple(_row(SdkMajor, row) for row in data["sdk"]),
        beta_headers={row["value"]: _row(BetaHeader, row) for row in data["beta_header"]},
        beta_features=tuple(_row(BetaFeature, row) for row in data["beta_feature"]),
        sampling_defaults=data["sampling_defaults"],
        least_thinking_budget=data["thinking"]["least_budget"],
        openai_parameters={
            row["name"]: _row(OpenAIParameter, row) for row in data["openai_parameter"]
        },
        wrappers=tuple(_row(Wrapper, row) for row in data["wrapper"]),
        foreign_models=tuple(data["foreign_models"]),
        default_family=data["default_family"],
        sources=data["sources"],
        checked_on=data["checked_on"],
        extra_models=extra_models,
    )


def _model(row: dict[str, Any]) -> Model:
    own = ("bedrock", "mantle", "vertex")
    offers = {Platform(name): _row(Offer, row[name]) for name in own if name in row}
    return replace(
        _row(Model, {key: value for key, value in row.items() if key not in own}), offers=offers
    )


def _schedule(table: dict[str, Any]) -> Schedule:
    if "follows" in table:
        table = {**table, "follows": Platform(table["follows"])}
    return _row(Schedule, table)


def _row(kind: Callable[..., _T], row: dict[str, Any]) -> _T:
    """Make a row's dataclass. A field it does not have is an error, for it would say nothing."""
    known = {item.name for item in fields(kind)}  # type: ignore[arg-type]
    if unknown := row.keys() - known:
        raise ValueError(f"unknown field `{min(unknown)}` in a {kind.__name__} row")
    return kind(
        **{key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}
    )


__all__ = [
    "SERVED",
    "ApiVersion",
    "BetaFeature",
    "BetaHeader",
    "Catalog",
    "CatalogError",
    "Model",
    "Offer",
    "OpenAIParameter",
    "Platform",
    "Schedule",
    "SdkMajor",
    "State",
    "Wrapper",
    "load",
]
