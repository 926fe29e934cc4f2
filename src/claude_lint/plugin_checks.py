"""The functions of plugins, registered beside our own; a plugin that fails costs only its rules."""

from __future__ import annotations

import functools
import traceback
from collections.abc import Mapping
from dataclasses import dataclass, replace

from claude_lint import checks, documents, plugins
from claude_lint.checks import Rule
from claude_lint.claude.extractors import EXTRACTORS
from claude_lint.plugins import Plugin


@dataclass(frozen=True, slots=True)
class PluginFailure:
    """What a plugin did wrong, in a file or before any; `traceback` is for its authors."""

    plugin: str
    error: str
    traceback: str = ""
    in_file: bool = False


@dataclass(frozen=True, slots=True)
class Loaded:
    """The rules that can run, by name, and the plugins whose rules cannot."""

    rules: Mapping[str, Rule]
    failures: tuple[PluginFailure, ...] = ()


@functools.cache
def load() -> Loaded:
    """Import all checks, our own and those of plugins."""
    checks.load()
    failures = []
    for plugin in plugins.installed():
        before = dict(checks.REGISTRY)
        failure = _register(plugin, before)
        if failure:
            checks.REGISTRY.clear()
            checks.REGISTRY.update(before)
            failures.append(failure)
    return Loaded(checks.REGISTRY, tuple(failures))


def _register(plugin: Plugin, before: Mapping[str, Rule]) -> PluginFailure | None:
    try:
        plugin.register()
    except (Exception, SystemExit) as error:
        return _failure(plugin, f"the rules of {plugin} cannot be loaded", error)
    changed = {name for name, rule in checks.REGISTRY.items() if before.get(name) != rule}
    own = {one.name for one in documents.load() if one.plugin == plugin}
    problems = [
        *(f"`{name}` has a function and no document" for name in sorted(changed - own)),
        *(f"`{name}` has a document and no function" for name in sorted(own - changed)),
        *(
            f"a function of `{name}` takes {getattr(fact, '__name__', fact)}, which is no fact"
            for name in sorted(changed & own)
            for fact, _ in checks.REGISTRY[name].checks
            if fact not in EXTRACTORS
        ),
    ]
    if not problems:
        return None
    told = f"the rules of {plugin} cannot be loaded: {problems[0]}"
    return PluginFailure(str(plugin), told)


def failure_in_file(plugin: Plugin, rule: str, error: Exception) -> PluginFailure:
    """Describe what a rule raised."""
    return replace(_failure(plugin, f"{rule} of {plugin} failed", error), in_file=True)


def _failure(plugin: Plugin, what: str, error: BaseException) -> PluginFailure:
    last_line = traceback.format_exception_only(error)[-1].strip()
    trace = "".join(traceback.format_exception(type(error), error, error.__traceback__))
    return PluginFailure(str(plugin), f"{what}: {last_line}", trace)
