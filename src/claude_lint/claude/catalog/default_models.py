"""The models that other libraries take where they are given none."""

from __future__ import annotations

import functools
import importlib.resources
from collections.abc import Mapping

import tomli


@functools.cache
def load() -> Mapping[tuple[str, str], str]:
    """Map libraries and what is called in them to the model that is taken."""
    folder = importlib.resources.files("claude_lint.rules") / "catalog"
    rows = tomli.loads((folder / "default_models.toml").read_text("utf-8"))["default_model"]
    return {(row["library"], row["callable"]): row["model"] for row in rows}
