"""Code run by the Python that `CLAUDE_LINT_SDK` names, with its release of `anthropic`."""

from __future__ import annotations

import functools
import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SDK = os.environ.get("CLAUDE_LINT_SDK", "")
_RUNNER = Path(__file__).parent / "sdk" / "run_example.py"


@dataclass(frozen=True)
class Run:
    """What came of some code: see `run_example`."""

    outcomes: list[dict[str, Any]]
    requests: list[dict[str, Any]]
    warnings: list[list[str]]
    seen: list[Any]

    @property
    def errors(self) -> list[tuple[str, str]]:
        """Class and text of what the statements raised."""
        return [(one["error"], one["text"]) for one in self.outcomes if "error" in one]


@functools.cache
def major() -> int:
    """Ask the SDK for its version."""
    code = "import anthropic; print(anthropic.__version__)"
    done = subprocess.run([SDK, "-c", code], check=True, capture_output=True, text=True)
    return int(done.stdout.partition(".")[0])


def run(code: str, **given: Any) -> Run:
    """Run code; `given` are the answers of the server, as `run_example` wants them."""
    done = subprocess.run(
        [SDK, str(_RUNNER)],
        input=json.dumps({"code": code, **given}),
        check=True,
        capture_output=True,
        text=True,
    )
    return Run(**json.loads(done.stdout))
