"""Where packages lie by what the build of a project says: not always in a folder of their name."""

from __future__ import annotations

import ast
import configparser
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import tomli

_LARGEST = 1_000_000

BUILD_FILES = ("pyproject.toml", "setup.cfg", "setup.py")
"""The files that say it."""


def package_folders(folder: str) -> Mapping[str, tuple[str, ...]]:
    """Return by dotted name where packages lie; under `""` those that the others begin in.

    A file that is malformed, too large or unreadable says nothing.
    """
    found: dict[str, tuple[str, ...]] = {}
    for name, read in _READERS.items():
        text = _text(os.path.join(folder, name))
        for package, path in read(text) if text else ():
            place = os.path.normpath(os.path.join(folder, path))
            found[package] = tuple(dict.fromkeys((*found.get(package, ()), place)))
    return found


def _text(path: str) -> str:
    try:
        if not os.path.isfile(path) or os.path.getsize(path) > _LARGEST:
            return ""
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return ""


# ---------------------------------------------------------------------- pyproject.toml


def _pyproject(text: str) -> Iterator[tuple[str, str]]:
    try:
        tools = _table(tomli.loads(text), "tool")
    except (ValueError, RecursionError):
        return
    setuptools = _table(tools, "setuptools")
    yield from _texts(_table(setuptools, "package-dir"))
    for folder in _listed(_table(setuptools, "packages", "find").get("where")):
        if isinstance(folder, str):
            yield "", folder
    wheel = _table(tools, "hatch", "build", "targets", "wheel")
    for path in _listed(wheel.get("packages")):
        if isinstance(path, str):
            yield "", os.path.dirname(path.rstrip("/"))
    sources = wheel.get("sources")
    for path in _listed(sources):
        if isinstance(path, str):
            yield "", path
    if isinstance(sources, dict):
        for path, package in _texts(sources):
            yield package.strip("/").replace("/", "."), path
    for included in _listed(_table(tools, "poetry").get("packages")):
        if isinstance(included, dict) and isinstance(included.get("from"), str):
            yield "", included["from"]
    folder = _table(tools, "pdm", "build").get("package-dir")
    if isinstance(folder, str):
        yield "", folder


def _table(table: Mapping[str, Any], *names: str) -> Mapping[str, Any]:
    for name in names:
        inner = table.get(name)
        if not isinstance(inner, dict):
            return {}
        table = inner
    return table


def _texts(table: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    return ((name, value) for name, value in table.items() if isinstance(value, str))


def _listed(value: object) -> Iterable[object]:
    return value if isinstance(value, list) else ()


# ---------------------------------------------------------------------- setuptools' older files


def _setup_cfg(text: str) -> Iterator[tuple[str, str]]:
    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read_string(text)
    except (configparser.Error, ValueError):
        return
    for line in parser.get("options", "package_dir", fallback="").splitlines():
        package, equals, path = line.partition("=")
        if equals:
            yield package.strip(), path.strip()


def _setup_py(text: str) -> Iterator[tuple[str, str]]:
    if "package_dir" not in text:
        return
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg == "package_dir":
            yield from _literal(node.value)


def _literal(node: ast.expr) -> Iterator[tuple[str, str]]:
    if not isinstance(node, ast.Dict):
        return
    for key, value in zip(node.keys, node.values, strict=True):
        if isinstance(key, ast.Constant) and isinstance(value, ast.Constant):
            if isinstance(key.value, str) and isinstance(value.value, str):
                yield key.value, value.value


_READERS: dict[str, Callable[[str], Iterator[tuple[str, str]]]] = dict(
    zip(BUILD_FILES, (_pyproject, _setup_cfg, _setup_py), strict=True)
)
