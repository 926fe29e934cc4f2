"""What an editor's own configuration may say, besides the settings files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from claude_lint.configuration.rulings import Options
from claude_lint.configuration.settings import SettingsError, nearest
from claude_lint.masking import mask

_RULES = ("select", "ignore", "extend-select")
_TEXTS = ("config", "target-sdk", "target-api")
_KEYS = (*_RULES, *_TEXTS, "isolated")


def options_from(told: object, folder: Path) -> Options:
    """Read a configuration, whose keys are those of the command line, for a workspace folder.

    Null and what is empty count as not said. Raise `SettingsError` for what cannot be used.
    """
    if told is None:
        return Options(paths=())
    if not isinstance(told, Mapping):
        raise _wrong("`claude-lint` must be a table of settings")
    values: dict[str, Any] = {}
    for key, value in told.items():
        if key not in _KEYS:
            raise _wrong(f"unknown key `{key}`; did you mean `{nearest(str(key), _KEYS)}`?")
        if value in (None, "", [], False):
            continue
        values[key.replace("-", "_")] = _read(key, value, folder)
    assert values.keys() <= {field.name for field in fields(Options)}
    return Options(paths=(), **values)


def _read(key: str, value: object, folder: Path) -> object:
    if key in _RULES and isinstance(value, list) and all(isinstance(one, str) for one in value):
        return ",".join(value)
    if key in (*_RULES, *_TEXTS) and isinstance(value, str):
        return folder / value if key == "config" else value
    if key == "isolated" and value is True:
        return value
    wanted = {"isolated": "true or false", **dict.fromkeys(_RULES, "a list of rules")}
    raise _wrong(f"`{key}` must be {wanted.get(key, 'a string')}")


def _wrong(message: str) -> SettingsError:
    text = mask(f"In the editor's configuration of claude-lint: {message}")
    return SettingsError(None, None, text)
