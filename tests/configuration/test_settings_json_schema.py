"""What editors are told of the settings agrees with what the program takes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import tomli

from claude_lint.configuration.settings import SettingsError, forget_settings, load_settings
from claude_lint.configuration.settings_schema import KEYS

SCHEMA: dict[str, Any] = json.loads(
    (Path(__file__).parents[2] / "docs" / "settings.schema.json").read_text("utf-8")
)


def test_the_schema_is_one_and_knows_every_key() -> None:
    jsonschema.Draft7Validator.check_schema(SCHEMA)
    assert list(SCHEMA["properties"]) == [key.name for key in KEYS]


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key.name)
def test_defaults_are_valid_and_every_key_is_described(key: Any) -> None:
    described = SCHEMA["properties"][key.name]
    assert described["description"].startswith(key.doc)
    if key.default is not None:
        jsonschema.validate({key.name: key.default}, SCHEMA)


@pytest.mark.parametrize(
    "settings",
    [
        'select = ["CL2", "CL401", "missing-timeout", "ALL"]',
        'fail-on = "error"',
        "target-sdk = 2",
        'target-sdk = ">=0.40,<1"',
        'target-api = "2023-06-01"',
        'severity = { missing-timeout = "off" }',
        'per-file-ignores = { "scripts/*" = ["CL4"] }',
        'api-hosts = ["gateway.example.com:8080"]',
        'retry-wrappers = ["app.net.with_retry"]',
        "file-time-limit = 1.5",
    ],
)
def test_what_the_program_takes_the_schema_takes(settings: str, tmp_path: Path) -> None:
    jsonschema.validate(tomli.loads(settings), SCHEMA)
    (tmp_path / "claude-lint.toml").write_text(settings)
    forget_settings()
    load_settings(tmp_path)


@pytest.mark.parametrize(
    "settings",
    [
        "selekt = []",
        'ignore = "CL2"',
        'fail-on = "warn"',
        'severity = { missing-timeout = "fatal" }',
        'target-api = "June"',
        'api-hosts = ["https://gateway.example.com"]',
        'retry-wrappers = ["not a name"]',
        "max-file-size = 0",
        "file-time-limit = 0.5",
        "respect-gitignore = 1",
        'per-file-ignores = { "scripts/*" = "CL4" }',
        'baseline = ""',
    ],
)
def test_what_the_program_refuses_the_schema_refuses(settings: str, tmp_path: Path) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(tomli.loads(settings), SCHEMA)
    (tmp_path / "claude-lint.toml").write_text(settings)
    forget_settings()
    with pytest.raises(SettingsError):
        load_settings(tmp_path)


@pytest.mark.parametrize("selector", ["missing-max-token", "CL2011", "cl2", "CL9xx"])
def test_a_rule_that_does_not_exist_is_refused(selector: str) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"ignore": [selector]}, SCHEMA)
