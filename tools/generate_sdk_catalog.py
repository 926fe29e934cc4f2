"""Write `rules/catalog/sdk.toml` from installed releases of the `anthropic` package.

Give it one Python for each release, each with that release installed, and the label it goes by:

    python tools/generate_sdk_catalog.py p=OLDER/bin/python 0=…/python 1=…/python 2=…/python

A label is a major version; `p` is the past, earlier releases of 0.x, and may be given repeatedly.
Only the standard library is used, and nothing is sent anywhere.
"""

from __future__ import annotations

import collections
import importlib
import inspect
import itertools
import json
import subprocess
import sys
import typing
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

TARGET = Path(__file__).resolve().parent.parent / "rules" / "catalog" / "sdk.toml"
RESOURCES_WITH_KEYWORDS = ("messages", "completions", "models", "files", "with_options")
# Views of the same methods, and the administration of organizations, which sends no requests.
SKIPPED = ("with_raw_response", "with_streaming_response", "organization")
ARGUMENTS = {
    "AnthropicBedrock": {"aws_region": "us-east-1"},
    "AnthropicBedrockMantle": {"aws_region": "us-east-1", "api_key": "x"},
    "AnthropicVertex": {"region": "us", "project_id": "x", "access_token": "x"},
    "AnthropicFoundry": {"resource": "x", "api_key": "x"},
    "AnthropicGoogleCloud": {"project": "x", "location": "us", "workspace_id": "x"},
    "AnthropicAWS": {"aws_region": "us-east-1", "workspace_id": "x", "api_key": "x"},
}
HEADER = """\
# The `anthropic` SDK's own surface. Written by tools/generate_sdk_catalog.py: do not edit.
#
# A key names the majors that have the list's names: "12" is 1.x and 2.x. "p" is the past: releases
# of 0.x before {zero}.
# clients      constructor keywords and top-level attributes
# attributes   public names of each resource; "Client:path" where a client differs from Anthropic
# methods      keywords; `required` ones, and `awaited`: a coroutine on the async client
"""


def public(names: Iterable[str]) -> list[str]:
    """Sort the names that are not private."""
    return sorted(name for name in names if not name.startswith("_"))


def keywords(function: Any) -> tuple[list[str], list[str]]:
    """Return all keyword names of a callable, and the required ones."""
    parameters = [
        parameter
        for parameter in inspect.signature(function).parameters.values()
        if parameter.name != "self" and parameter.kind is not parameter.VAR_KEYWORD
    ]
    names = [each.name for each in parameters if not each.name.startswith("_")]
    return sorted(names), sorted(
        each.name
        for each in parameters
        if each.default is each.empty and each.kind is not each.VAR_POSITIONAL
    )


def resources(owner: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield a client and everything that hangs on it, by dotted path."""
    yield path, owner
    for name in public(dir(owner)):
        if name in SKIPPED or inspect.isfunction(getattr(type(owner), name, None)):
            continue
        child = getattr(owner, name)
        if "anthropic.resources" in type(child).__module__ or hasattr(child, "_client"):
            yield from resources(child, f"{path}.{name}".lstrip("."))


def literals(annotation: Any) -> Iterator[str]:
    """Yield the strings that a type lists."""
    for argument in typing.get_args(annotation):
        if isinstance(argument, str):
            yield argument
        else:
            yield from literals(argument)


def probe() -> dict[str, Any]:
    """Describe the release that this Python has installed."""
    import anthropic

    constants = importlib.import_module("anthropic._constants")
    messages = importlib.import_module(anthropic.resources.Messages.__module__)
    found: dict[str, Any] = {
        "version": anthropic.__version__,
        "exports": public(dir(anthropic)),
        "models": sorted(literals(getattr(anthropic.types, "Model", None))),
        "deprecated": getattr(messages, "DEPRECATED_MODELS", {}),
        "limits": getattr(constants, "MODEL_NONSTREAMING_TOKENS", {}),
        "clients": {},
        "attributes": {},
        "methods": {},
        "required": {},
        "awaited": {},
    }
    for name in public(dir(anthropic)):
        cls = getattr(anthropic, name)
        if not (inspect.isclass(cls) and hasattr(cls, "with_options")) or name.endswith("Client"):
            continue
        plain = name.removeprefix("Async")
        client = cls(**ARGUMENTS.get(plain, {"api_key": "x"}))
        for path, resource in resources(client):
            key = f"{name}:{path}"
            found["attributes"][key] = public(dir(resource))
            for method in public(dir(type(resource))):
                function = inspect.getattr_static(type(resource), method)
                full = f"{path}.{method}".lstrip(".")
                if inspect.isfunction(function) and any(
                    part in RESOURCES_WITH_KEYWORDS for part in full.split(".")
                ):
                    names, required = keywords(function)
                    awaited = inspect.iscoroutinefunction(inspect.unwrap(function))
                    found["methods"][f"{name}:{full}"] = names
                    found["required"][f"{name}:{full}"] = required
                    found["awaited"][f"{name}:{full}"] = awaited
        found["clients"][name] = keywords(cls.__init__)[0]
    return found


def grouped(by_label: dict[str, Iterable[str]]) -> dict[str, list[str]]:
    """Turn names by label into names by the string of all labels that have them."""
    owners: dict[str, str] = collections.defaultdict(str)
    for label, names in by_label.items():
        for name in set(names):
            owners[name] += label
    groups: dict[str, list[str]] = collections.defaultdict(list)
    for name in sorted(owners):
        groups[owners[name]].append(name)
    return dict(sorted(groups.items(), key=lambda group: (-len(group[0]), group[0])))


def merged(releases: list[tuple[str, dict[str, Any]]], section: str, key: str) -> dict[str, Any]:
    """Collect one entry of a section from all releases that have it, by label."""
    found: dict[str, Any] = {}
    for label, release in releases:
        if key in release[section]:
            found[label] = [*found.get(label, []), *release[section][key]]
    return found


def array(names: Iterable[str]) -> str:
    """Write a list, wrapped at the line length of the project."""
    flat = ", ".join(json.dumps(name) for name in names)
    if len(flat) < 90:
        return f"[{flat}]"
    lines, line = [], ""
    for name in names:
        item = f"{json.dumps(name)}, "
        if len(line) + len(item) > 94:
            lines.append(line.rstrip())
            line = ""
        line += item
    return "[\n" + "".join(f"    {each}\n" for each in [*lines, line.rstrip()]) + "]"


def lists(by_label: dict[str, Iterable[str]]) -> str:
    """Write one list for each set of releases that share its names."""
    return "".join(f'"{key}" = {array(names)}\n' for key, names in grouped(by_label).items())


def is_told_by_anthropic(key: str, found: dict[str, Any], sections: dict[str, Any]) -> bool:
    """Say whether a client's entry repeats what `Anthropic` has at the same path."""
    name, _, path = key.partition(":")
    base = sections.get(f"Anthropic:{path}")
    return (
        name != "Anthropic"
        and base is not None
        and all(label in base and sorted(base[label]) == sorted(found[label]) for label in found)
    )


def traits(releases: list[tuple[str, dict[str, Any]]], key: str) -> str:
    """Write what the newest release that has a method says beside its keywords."""
    having = [release for _, release in releases if key in release["methods"]]
    if not having:
        return ""
    required = having[-1]["required"][key]
    awaited = having[-1]["awaited"].get(f"Async{key}")
    return (f"required = {array(required)}\n" if required else "") + (
        "awaited = true\n" if awaited else ""
    )


def document(releases: list[tuple[str, dict[str, Any]]]) -> str:
    """Lay all releases side by side."""
    zero = next(release["version"] for label, release in releases if label == "0")
    out = [HEADER.format(zero=zero)]
    versions: dict[str, list[str]] = collections.defaultdict(list)
    exports: dict[str, list[str]] = collections.defaultdict(list)
    for label, release in releases:
        versions[label].append(release["version"])
        exports[label] += release["exports"]
    shown = "".join(f'"{label}" = {array(each)}\n' for label, each in versions.items())
    out.append(f"[versions]\n{shown}")
    out.append(f"[exports]\n{lists(exports)}")
    newest = releases[-1][1]
    limits = "".join(f'"{model}" = {limit}\n' for model, limit in newest["limits"].items())
    out.append(f"# More tokens are refused without streaming.\n[nonstreaming_tokens]\n{limits}")
    deprecated = {label: list(release["deprecated"]) for label, release in releases if label != "p"}
    out.append(
        f"# Using one raises a DeprecationWarning.\n[deprecated_models]\n{lists(deprecated)}"
    )

    names = sorted({name for _, release in releases for name in release["clients"]})
    for name in (name for name in names if not name.startswith("Async")):
        out.append(
            f"[clients.{name}]\n{lists(merged(releases, 'clients', name))}"
            f"[clients.{name}.attributes]\n{lists(merged(releases, 'attributes', f'{name}:'))}"
        )
    for section in ("attributes", "methods"):
        keys = sorted({key for _, release in releases for key in release[section]})
        entries = {
            key: merged(releases, section, key)
            for key in keys
            if not key.startswith("Async") and not key.endswith(":")
        }
        for key, found in entries.items():
            if not is_told_by_anthropic(key, found, entries):
                heading = f"[{section}.{json.dumps(key.removeprefix('Anthropic:'))}]\n"
                out.append(heading + traits(releases, key) + lists(found))
    return "\n".join(out)


def main(arguments: list[str]) -> None:
    """Probe each interpreter and write the catalogue."""
    if arguments == ["--probe"]:
        print(json.dumps(probe()))
        return
    releases = []
    for argument in arguments:
        label, _, python = argument.partition("=")
        command = [python, __file__, "--probe"]
        output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        releases.append((label, json.loads(output)))
    for earlier, later in itertools.pairwise(label for label, _ in releases):
        assert "p012".index(earlier) <= "p012".index(later), "give the oldest release first"
    TARGET.write_text(document(releases), "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
