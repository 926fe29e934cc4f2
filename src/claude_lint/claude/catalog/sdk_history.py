"""What the `anthropic` SDK dropped and since when, and what others have and it never had."""

from __future__ import annotations

import datetime
import functools
import importlib.resources
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import tomli
from packaging.version import Version


@dataclass(frozen=True, slots=True)
class Removed:
    """Something that releases before `since` had, under the path it had there.

    `dead` is the day from which on it fails in every release. `is_built_in`: what stood below it
    now stands below the client. `http_argument` is what the SDK's HTTP clients call it, `renamed`
    what it is called now in the same module, and `text` the string that it was.
    """

    kind: str
    path: str
    since: Version
    instead: str = ""
    dead: datetime.date | None = None
    is_built_in: bool = False
    http_argument: str = ""
    renamed: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class ForeignName:
    """A name of another library's.

    `means` is what takes the same value, `stands_for` what is given in another form.
    """

    name: str
    of: str
    means: str = ""
    stands_for: str = ""
    instead: str = ""


@dataclass(frozen=True, eq=False)
class SdkHistory:
    """All rows. Union types and removals are found by dotted path, foreign names by name.

    `senseless_arguments` say what to do instead, by method without `beta` and keyword.
    """

    names: Mapping[str, Removed]
    members: Mapping[str, Removed]
    arguments: Mapping[str, Removed]
    union_types: Mapping[str, Removed]
    foreign_members: Mapping[str, ForeignName]
    foreign_arguments: Mapping[str, ForeignName]
    senseless_arguments: Mapping[tuple[str, str], str]
    schema_dict: Removed
    nonstreaming_since: Version
    nonstreaming_tokens: int
    tokens_per_hour: int
    foreign_http_package: str
    foreign_http_instead: str
    foreign_http_since: Version
    harmless_http_objects: frozenset[str]

    def name(self, path: str) -> Removed | None:
        """Find the removal of a name of the package, or of a module that it stands in."""
        while path:
            if path in self.names:
                return self.names[path]
            path = path.rpartition(".")[0]
        return None


@functools.cache
def load() -> SdkHistory:
    """Read the rows."""
    path = importlib.resources.files("claude_lint.rules") / "catalog" / "sdk_history.toml"
    data: dict[str, Any] = tomli.loads(path.read_text("utf-8"))
    removed = [_removed(row["kind"], row) for row in data["removed"]]
    http, streaming, schema = data["foreign_http"], data["nonstreaming"], data["schema_dict"]
    return SdkHistory(
        names={row.path: row for row in removed if row.kind == "name"},
        members={row.path: row for row in removed if row.kind == "member"},
        arguments={row.path: row for row in removed if row.kind == "argument"},
        union_types={row["path"]: _removed("type", row) for row in data["union_type"]},
        foreign_members={row["name"]: ForeignName(**row) for row in data["foreign_member"]},
        foreign_arguments={row["name"]: ForeignName(**row) for row in data["foreign_argument"]},
        senseless_arguments={
            (row["method"], row["name"]): row["instead"] for row in data["senseless_argument"]
        },
        schema_dict=_removed("argument", {**schema, "path": schema["argument"]}),
        nonstreaming_since=Version(streaming["since"]),
        nonstreaming_tokens=streaming["most_tokens"],
        tokens_per_hour=streaming["tokens_per_hour"],
        foreign_http_package=http["package"],
        foreign_http_instead=http["instead"],
        foreign_http_since=Version(http["since"]),
        harmless_http_objects=frozenset(http["harmless"]),
    )


def _removed(kind: str, row: dict[str, Any]) -> Removed:
    return Removed(
        kind,
        row["path"],
        Version(row["since"]),
        row.get("instead", ""),
        row.get("dead"),
        row.get("built_in", False),
        row.get("http_argument", ""),
        row.get("renamed", ""),
        row.get("text", ""),
    )
