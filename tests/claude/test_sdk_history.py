from __future__ import annotations

from claude_lint.claude.catalog import sdk_history, sdk_surface

HISTORY = sdk_history.load()
SURFACE = sdk_surface.load()


def test_every_name_that_a_major_dropped_has_a_row() -> None:
    for before, after in ((0, 1), (1, 2)):
        for name in SURFACE.exports(before) - SURFACE.exports(after):
            row = HISTORY.name(name)
            assert row is not None, name
            assert row.since.major == after


def test_every_attribute_that_a_major_dropped_has_a_row() -> None:
    for before, after in ((0, 1), (1, 2)):
        for path in ("", "beta", "messages", "beta.messages", "messages.batches"):
            had = SURFACE.attributes("Anthropic", path, before) or frozenset()
            have = SURFACE.attributes("Anthropic", path, after) or frozenset()
            for name in had - have:
                row = HISTORY.members.get(f"{path}.{name}".lstrip("."))
                assert row is not None, (path, name)
                assert row.since.major == after


def test_what_is_gone_is_in_no_later_release() -> None:
    for row in HISTORY.names.values():
        assert row.path not in SURFACE.exports(2), row.path
    for row in HISTORY.members.values():
        parent, _, name = row.path.rpartition(".")
        assert name not in (SURFACE.attributes("Anthropic", parent, 2) or ()), row.path


def test_foreign_names_are_none_of_the_clients() -> None:
    for major in (0, 1, 2):
        members = SURFACE.attributes("Anthropic", "", major) or frozenset()
        assert not members & set(HISTORY.foreign_members)
        method = SURFACE.method("Anthropic", "messages.create", major)
        assert method is not None
        assert not method.keywords & set(HISTORY.foreign_arguments)


def test_what_is_meant_exists() -> None:
    method = SURFACE.method("Anthropic", "messages.create", 2)
    options = SURFACE.constructor("Anthropic", 2)
    assert method is not None
    assert options is not None
    for foreign in HISTORY.foreign_arguments.values():
        assert {foreign.means, foreign.stands_for} - {""} <= method.keywords | options


def test_a_name_is_found_by_the_module_it_stands_in() -> None:
    row = HISTORY.name("types.beta.prompt_caching.PromptCachingBetaMessage")
    assert row is not None
    assert str(row.since) == "0.41.0"
    assert HISTORY.name("types.beta.BetaMessage") is None
