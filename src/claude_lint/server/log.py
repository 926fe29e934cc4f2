"""What pygls says on stderr of messages that it cannot handle; editors show it in a panel."""

from __future__ import annotations

import json
import logging
from typing import Any

from claude_lint.masking import mask


def log_to_stderr() -> None:
    """Write warnings and errors to stderr; they quote messages, so keys in them are masked."""
    handler = logging.StreamHandler()
    handler.setFormatter(_Masked())
    logging.basicConfig(level=logging.WARNING, handlers=[handler])


class _Masked(logging.Formatter):
    """Masks keys in all of a record, its traceback included.

    Where a message was cut off or is no JSON, our own code has no part in it to be shown.
    """

    def format(self, record: logging.LogRecord) -> str:
        return mask(super().format(record))

    def formatException(self, ei: Any) -> str:  # noqa: N802
        if isinstance(ei[1], (json.JSONDecodeError, UnicodeDecodeError)):
            return str(ei[1])
        return super().formatException(ei)
