"""What `claude-lint models` prints: the model catalogue on a day, as a table or as JSON."""

from __future__ import annotations

import datetime
import io
import json
from typing import Any, Literal

from claude_lint.claude.catalog import Catalog, Model, Platform, load
from claude_lint.claude.catalog.model_ids import Verdict, judge

_STALE_AFTER = datetime.timedelta(days=60)
_COLUMNS = ("model", "state", "released", "ends", "replacement", "output", "context")
# Cells of a terminal in which all columns have room, and those that narrower ones go without.
_WIDE = 140
_SPARED = ("released", "output", "context")
_OWN_IDS = (Platform.BEDROCK, Platform.MANTLE, Platform.VERTEX, Platform.FOUNDRY)


class UnknownModelError(ValueError):
    """An ID that is not in the catalogue; the message names the nearest one that is."""


_SAMPLING = {
    "any": "temperature, top_p and top_k",
    "temperature_xor_top_p": "temperature or top_p, not both",
    "default_only": "the defaults only",
}


def render_models(
    model_id: str | None,
    fmt: str,
    as_of: datetime.date,
    catalog: Catalog | None = None,
    width: int | None = None,
) -> str:
    """Return the catalogue, or one model of it, as `text` or `json`, ending in a line break.

    An ID may be spelled as any platform wants it. Raises `UnknownModelError` for any other.
    """
    catalog = catalog or load()
    models = [_find(catalog, model_id, as_of)] if model_id else list(catalog.models.values())
    if fmt == "json":
        rows = [_row(catalog, model, as_of) for model in models]
        body: dict[str, Any] = {
            "version": 1,
            "as_of": as_of.isoformat(),
            "checked_on": catalog.checked_on.isoformat(),
            "models": rows,
        }
        return json.dumps(body, indent=2, ensure_ascii=False) + "\n"
    shown = _card(catalog, models[0], as_of) if model_id else _table(catalog, models, as_of, width)
    return f"{shown}\nState on {as_of.isoformat()}. {age(catalog, as_of)}.\n"


def _find(catalog: Catalog, model_id: str, as_of: datetime.date) -> Model:
    found = judge(catalog, model_id, Platform.UNKNOWN, as_of)
    if found.verdict in (Verdict.KNOWN, Verdict.MOVING) and found.model:
        return found.model
    on_claude = judge(catalog, model_id, Platform.CLAUDE, as_of)
    message = f"no model `{model_id}` in the catalogue"
    if on_claude.model:
        message += f"; the nearest is `{on_claude.model.id}`"
    else:
        message += "; `claude-lint models` lists all"
    raise UnknownModelError(message)


def _row(catalog: Catalog, model: Model, as_of: datetime.date) -> dict[str, Any]:
    newer = catalog.replacement(model, as_of)
    return {
        "id": model.id,
        "alias_of": model.alias_of or None,
        "moving": model.moving,
        "family": model.family,
        "generation": model.generation or None,
        "state": catalog.state(model, as_of).value,
        "released": _iso(model.released),
        "deprecated": _iso(model.deprecated),
        "retires": _iso(model.retires),
        "retires_not_before": _iso(model.retires_not_before),
        "end_of_life": _iso(model.end_of_life),
        "replacement": newer.id if newer else None,
        "max_output_tokens": model.max_output_tokens,
        "context_window": model.context_window,
        "prefill": model.prefill,
        "sampling": _SAMPLING.get(model.sampling or ""),
        "thinking_accepted": model.thinking_accepted,
        "thinking_default": model.thinking_default,
        "effort_levels": model.effort_levels,
        "forced_tool_choice": model.forced_tool_choice,
        "system_role": model.system_role,
        "platforms": _platforms(catalog, model, as_of),
        "checked_on": _iso(model.checked_on),
        "sources": [catalog.sources[key] for key in model.source],
        "note": model.note or None,
    }


def _platforms(catalog: Catalog, model: Model, as_of: datetime.date) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for platform in _OWN_IDS:
        offer = model.offers.get(platform)
        spelled = offer.id if offer else catalog.spell(model, platform)
        if spelled:
            deprecated, retires = catalog.dates(model, platform)
            found[platform.value] = {
                "id": spelled,
                "regions": list(offer.profiles) if offer else [],
                "state": catalog.state(model, as_of, platform).value,
                "deprecated": _iso(deprecated),
                "retires": _iso(retires),
            }
    return found


def _iso(day: datetime.date | None) -> str | None:
    return day.isoformat() if day else None


def _table(catalog: Catalog, models: list[Model], as_of: datetime.date, width: int | None) -> str:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    is_wide = width is None or width >= _WIDE
    for heading in _COLUMNS:
        justify: Literal["left", "right"] = "right" if heading in ("output", "context") else "left"
        if is_wide or heading not in _SPARED:
            # What a moving name leads to may go into a line of its own.
            table.add_column(heading, justify=justify, no_wrap=is_wide or heading != "model")
    for model in models:
        newer = catalog.replacement(model, as_of)
        cells = (
            f"{model.id} → {model.alias_of}" if model.moving else model.id,
            catalog.state(model, as_of).value,
            _iso(model.released) or "",
            ending(model),
            newer.id if newer else "",
            _thousands(model.max_output_tokens),
            _thousands(model.context_window),
        )
        columns = zip(_COLUMNS, cells, strict=True)
        table.add_row(*(cell for name, cell in columns if is_wide or name not in _SPARED))
    console = Console(file=io.StringIO(), width=width or _WIDE, highlight=False)
    with console.capture() as capture:
        console.print(table)
    return "\n".join(line.rstrip() for line in capture.get().splitlines())


def ending(model: Model) -> str:
    """Say when a model ends: a day, a day past which it may, or one nobody confirmed."""
    if model.retires:
        return model.retires.isoformat()
    if model.end_of_life:
        return f"{model.end_of_life.isoformat()}?"
    return f"≥ {model.retires_not_before.isoformat()}" if model.retires_not_before else ""


def _thousands(tokens: int | None) -> str:
    return f"{tokens:,}" if tokens else ""


def _card(catalog: Catalog, model: Model, as_of: datetime.date) -> str:
    rows = (f"  {name:<20}{value}" for name, value in facts(catalog, model, as_of))
    return "\n".join([model.id, *rows])


def facts(catalog: Catalog, model: Model, as_of: datetime.date) -> list[tuple[str, str]]:
    """List what is known of a model on a day, each with its name."""
    row = _row(catalog, model, as_of)
    known = []
    if model.alias_of:
        known.append(("moving alias of" if model.moving else "alias of", model.alias_of))
    for key, value in row.items():
        if key in ("id", "alias_of", "moving", "platforms", "sources", "note") or value is None:
            continue
        known.append((key.replace("_", " "), _shown(value)))
    for name, offer in row["platforms"].items():
        ends = f", ends {offer['retires']}" if offer["retires"] else ""
        regions = f" ({', '.join(offer['regions'])})" if offer["regions"] else ""
        known.append((name, f"{offer['id']}{regions}: {offer['state']}{ends}"))
    known += [("source", source) for source in row["sources"]]
    if model.note:
        known.append(("note", model.note))
    return known


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ", ".join(value) or "none"
    return f"{value:,}" if isinstance(value, int) else str(value)


def age(catalog: Catalog, as_of: datetime.date) -> str:
    """Say when the catalogue was checked, and how long before a day where that is long."""
    days = as_of - catalog.checked_on
    text = f"Catalogue checked on {catalog.checked_on.isoformat()}"
    if is_stale(catalog, as_of):
        return f"{text}, {days.days} days before: a newer claude-lint may know more"
    return text


def is_stale(catalog: Catalog, as_of: datetime.date) -> bool:
    """Tell whether so much may have changed by a day that the catalogue's age matters."""
    return as_of - catalog.checked_on > _STALE_AFTER
