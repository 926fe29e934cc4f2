"""One file as the rules look at it: its module, what it sends, and what is true for it."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from claude_lint.claude.anchors import may_send
from claude_lint.claude.catalog import Catalog
from claude_lint.claude.catalog.target import Target
from claude_lint.claude.extract import Requests, requests_of
from claude_lint.claude.reading import Reading
from claude_lint.python.evaluate import Evaluator
from claude_lint.python.module import Module


@dataclass(eq=False)
class View:
    """Everything that facts are extracted from. Facts are found when a rule first asks.

    `settings` are the file's `Settings`, for the rules that have one of their own. `attempts` are
    the retries found around calls, kept for all files of a check as `requests_elsewhere` are.
    """

    module: Module
    evaluator: Evaluator
    reading: Reading
    catalog: Catalog
    target: Target
    as_of: datetime.date
    settings: Any
    requests_elsewhere: dict[Module, Requests]
    attempts: dict[Any, Any]

    @cached_property
    def requests(self) -> Requests:
        """What the file sends."""
        return self.requests_in(self.module)

    def requests_in(self, module: Module) -> Requests:
        """Return what a module of the project sends, found once for all files."""
        known = self.requests_elsewhere.get(module)
        if known is None:
            known = Requests()
            self.requests_elsewhere[module] = known  # ends import cycles
            if module is self.module or may_send(module.lines, self.reading.api_hosts):
                known = requests_of(
                    self.evaluator, module, self.reading, self.catalog.foreign_models
                )
                self.requests_elsewhere[module] = known
        return known
