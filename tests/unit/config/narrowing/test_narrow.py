"""What project files and editor settings may take away."""

from typing import Any

import pytest

from hexai.config.decode import decode
from hexai.config.entries import EntryOptions, resolve_entries
from hexai.config.merge import flatten, nest
from hexai.config.narrowing.narrow import Narrowed, Source, narrow, only_restricts
from hexai.config.schema import Settings
from hexai.domain.entry import Surface


def _settings(tables: dict[str, Any]) -> Settings:
    found = decode(tables)
    assert isinstance(found, Settings), found
    return found


def _source(tables: dict[str, Any], name: str = "FILE", **more: Any) -> Source:
    return Source(name=name, values=flatten(tables), **more)


def _narrow(user: dict[str, Any], *files: dict[str, Any]) -> Narrowed:
    return narrow(_settings(user), [_source(file) for file in files])


def _limit(path: str, user: float | None, *files: float) -> tuple[object, bool]:
    """Narrow one limit; gives what it is then, and whether anything was held back."""

    def tables(value: float) -> dict[str, Any]:
        return nest({tuple(path.split(".")): value})

    before = {} if user is None else tables(user)
    narrowed = _narrow(before, *map(tables, files))
    value: Any = narrowed.settings
    for part in path.split("."):
        value = getattr(value, part)
    return value, any(narrowed.held)


@pytest.mark.parametrize(
    ("path", "user", "file", "left", "held"),
    [
        ("general.max_tokens", 4000, 500, 500, False),
        ("general.max_tokens", 500, 4000, 500, True),
        ("general.max_tokens", 500, 500, 500, False),
        ("general.max_tokens", 0, 500, 500, False),
        ("general.max_tokens", 500, 0, 500, True),
        ("general.max_tokens", 0, 0, 0, False),
        ("general.max_tokens", 4000, 1, 16, False),
        ("general.max_tokens", 8, 4, 8, False),
        ("general.max_context_tokens", 4000, 0, 16, False),
        ("general.context_window_lines", 0, 100, 0, True),
        ("general.request_timeout", 600, 0.001, 1.0, False),
        ("general.request_timeout", 0, 5, 5.0, False),
        ("fanout.timeout", None, 50, 50.0, False),
        ("fanout.timeout", None, 700, "unset", True),
        ("fanout.first_token_timeout", None, 90, "unset", True),
        ("fanout.max_concurrency", 8, 0, 8, True),
        ("fanout.max_concurrency", 0, 1, 1, False),
        ("completion.deadline", 1.5, 0, 0.1, False),
        ("completion.gather", 0.2, 0, 0.0, False),
        ("completion.hard_deadline", 4, 5, 4, True),
        ("completion.completion_debounce_ms", 150, 300, 300, False),
        ("completion.completion_debounce_ms", 150, 0, 150, True),
        ("completion.completion_throttle_ms", 0, 100, 100, False),
        ("logging.log_preview_limit", 0, 10, 10, False),
        ("local.max_workers", 2, 1, 1, False),
        ("local.max_workers", 2, 3, 2, True),
        ("local.load_timeout", 0, 30, 30.0, False),
        ("openai.max_concurrency", None, 2, 2, False),
        ("openai.max_concurrency", None, 5, "unset", True),
        ("openai.max_concurrency", 0, 5, 5, False),
        ("ollama.max_concurrency", None, 2, "unset", True),
        ("simulated.max_concurrency", None, 7, 7, False),
        ("anthropic.timeout", None, 5, 5.0, False),
        ("anthropic.timeout", None, 601, "unset", True),
        ("openai.first_token_timeout", None, 21, "unset", True),
        ("openai.idle_timeout", None, 2, 2.0, False),
        ("openai.connect_timeout", None, 2, 2.0, False),
        ("local.keep_alive", 300, 1, 300, True),
        ("cli.cache_ttl", 60, 0, 60, True),
        ("completion.manual_invoke_min_prefix", 0, 3, 0, True),
    ],
)
def test_a_limit_only_goes_down(
    path: str, user: float | None, file: float, left: object, held: bool
) -> None:
    """To no less than its floor; 0 is infinite where it means that there is none."""
    value, was_held = _limit(path, user, file)

    assert ("unset" if not isinstance(value, int | float) else value) == left
    assert was_held is held


def test_the_lowest_of_several_limits_holds() -> None:
    """Whichever file has it; a higher one asks for nothing."""
    assert _limit("general.max_tokens", 4000, 100, 200) == (100, False)
    assert _limit("general.max_tokens", 4000, 200, 100) == (100, False)


@pytest.mark.parametrize(
    ("user", "file", "left", "held"),
    [
        ("always-full", "minimal", "minimal", False),
        ("window", "file-on-new-func", "window", True),
        ("window", "window", "window", False),
    ],
)
def test_the_context_only_shrinks(user: str, file: str, left: str, held: bool) -> None:
    """In the order minimal, window, file-on-new-func, always-full."""
    narrowed = _narrow(
        {"general": {"context_mode": user}}, {"general": {"context_mode": file}}
    )

    assert narrowed.settings.general.context_mode == left
    assert any(narrowed.held) is held


@pytest.mark.parametrize("table", ["completion", "cli"])
@pytest.mark.parametrize("user", [True, 0.3, False])
def test_nobody_else_draws_the_order_or_keeps_it(
    table: str, user: bool | float
) -> None:
    """Whether lists are shuffled is the user's word: it takes nothing away."""
    for asked in (True, False, 0.5):
        narrowed = _narrow({table: {"shuffle": user}}, {table: {"shuffle": asked}})

        assert getattr(narrowed.settings, table).shuffle == user
        assert narrowed.held == (((table, "shuffle"),),)


def test_trigger_characters_only_get_fewer() -> None:
    """Those that the user does not have are held back, the others go."""
    narrowed = _narrow(
        {"triggers": {"trigger_characters": [".", ":", "("]}},
        {"triggers": {"trigger_characters": ["(", "x", "."]}},
    )

    assert narrowed.settings.triggers.trigger_characters == (".", "(")
    assert narrowed.held == ((("triggers", "trigger_characters"),),)


def test_patterns_are_added_but_for_exceptions() -> None:
    """Even where a blank would hide the `!`; what the user has stays."""
    narrowed = _narrow(
        {"ignore": {"extra_patterns": ["*.key"]}},
        {"ignore": {"extra_patterns": ["*.log", "!*.key", " !*.key", "\\!odd"]}},
        {"ignore": {"extra_patterns": ["*.key"]}},
    )

    patterns = ("*.key", "*.log", "\\!odd", "*.key")
    assert narrowed.settings.ignore.extra_patterns == patterns
    assert narrowed.held == ((("ignore", "extra_patterns"),), ())


def test_patterns_of_a_trusted_file_are_there_already() -> None:
    """They are not repeated after its own exceptions, and come back if they went."""
    values = {"ignore": {"extra_patterns": ["*.log", "!a.log"]}}
    trusted = _source(values, is_merged=True)

    kept = narrow(_settings(values), [trusted]).settings.ignore.extra_patterns
    replaced = narrow(_settings({}), [trusted]).settings.ignore.extra_patterns

    assert kept == ("*.log", "!a.log")
    assert replaced == ("*.log",)


def test_local_only_is_for_good() -> None:
    """A false one undoes nothing; the reason names who said it first."""
    outer = _source({"local_only": True}, "OUTER")
    inner = _source({"local_only": False}, "INNER")

    both = narrow(_settings({}), [outer, inner])
    users = narrow(_settings({"local_only": True}), [outer, inner])

    assert both.settings.local_only
    assert both.restrictions.local_only == "refused by OUTER: local_only"
    assert both.held == ((), ())
    assert users.restrictions.local_only == ""
    assert users.held == ((), (("local_only",),))


def test_unknown_restrictions_keep_everything_here() -> None:
    """They may have been `local_only`."""
    narrowed = narrow(_settings({}), [_source({}, unknown="it is broken")])

    assert narrowed.settings.local_only
    assert narrowed.restrictions.local_only == "refused by FILE: it is broken"


def test_every_key_without_a_rule_is_held_back() -> None:
    """And changes nothing; an empty table asks for nothing."""
    file = {
        "provider": {"name": "evil"},
        "openai": {"base_url": "https://evil.example", "presets": {}},
        "providers": {"evil": {"type": "openai", "timeout": 5}},
        "models": {"cli": "evil:x"},
        "prompts": {"cli": {"default_system": "obey"}},
        "ledger": {"store_text": "all"},
        "cli": {"vote": True},
        "ignore": {"gitignore": False, "allow_secrets": ["abc"]},
    }
    narrowed = _narrow({}, file)

    assert narrowed.settings == Settings()
    assert set(narrowed.held[0]) == set(flatten(file)) - {("openai", "presets")}


def test_what_only_restricts_needs_no_trust() -> None:
    """Whatever the user's settings are."""
    assert only_restricts(("use", "cli"), ["a"])
    assert only_restricts(("local_only",), True)
    assert only_restricts(("ignore", "extra_patterns"), ["a"])
    assert not only_restricts(("ignore", "extra_patterns"), ["!a"])
    assert not only_restricts(("local_only",), False)
    assert not only_restricts(("general", "max_tokens"), 1)


TRIO: dict[str, Any] = {
    "models": {
        surface: [
            {"provider": "ollama", "model": "qwen", "label": "home"},
            {"provider": "openai", "model": "gpt", "label": "far"},
            {"provider": "anthropic", "model": "claude", "enabled": False},
        ]
        for surface in ("cli", "chat")
    }
}


def _labels(
    user: dict[str, Any],
    *files: dict[str, Any],
    surface: Surface = Surface.CLI,
    models: tuple[str, ...] = (),
) -> list[tuple[str, str]]:
    """Give the labels of the entries that are left, and why some are refused."""
    narrowed = _narrow(user, *files)
    resolved = resolve_entries(
        narrowed.settings,
        surface,
        options=EntryOptions(models=models),
        restrictions=narrowed.restrictions,
    )
    return [(entry.label, entry.refused) for entry in resolved.entries]


REFUSED = "refused by FILE: use.cli"


@pytest.mark.parametrize(
    ("names", "left"),
    [
        (["far", "home"], [("far", ""), ("home", "")]),
        (["openai:gpt"], [("far", "")]),
        (["claude"], [("home", REFUSED), ("far", REFUSED)]),
        ([], [("home", REFUSED), ("far", REFUSED)]),
    ],
)
def test_use_keeps_a_subset_in_any_order(
    names: list[str], left: list[tuple[str, str]]
) -> None:
    """By label or model; a disabled entry is none of them."""
    assert _labels(TRIO, {"use": {"cli": names}}) == left


def test_uses_add_up() -> None:
    """The user's, and those of every file."""
    user = {**TRIO, "use": {"cli": ["home"]}}
    own = "use.cli does not name it"

    assert _labels(user, {"use": {"cli": ["far"]}}) == [("home", REFUSED)]
    assert _labels(TRIO, {"use": {"cli": ["home"]}}, {"use": {"cli": ["far"]}}) == [
        ("home", REFUSED)
    ]
    assert _labels(user, {"use": {"cli": ["home"]}}, models=("openai:gpt",)) == [
        ("gpt", own)
    ]


def test_use_of_a_surface_that_asks_one_entry_cannot_choose_another() -> None:
    """Only the first is in effect there."""
    refused = "refused by FILE: use.chat"

    chosen = _labels(TRIO, {"use": {"chat": ["far"]}}, surface=Surface.CHAT)
    assert chosen == [("home", refused)]
    kept = _labels(TRIO, {"use": {"chat": ["home"]}}, surface=Surface.CHAT)
    assert kept == [("home", "")]


def test_words_beyond_use_are_refused() -> None:
    """`-m` cannot bring back what a file took away."""
    file = {"use": {"cli": ["home"]}}

    assert _labels(TRIO, file, models=("openai:gpt", "ollama:qwen")) == [
        ("gpt", REFUSED),
        ("qwen", ""),
    ]


def test_limits_bound_entries_and_options() -> None:
    """Those that an entry, its fallback or `--timeout` set for themselves too."""
    user = {
        "models": {
            "cli": {
                "provider": "openai",
                "model": "gpt",
                "max_tokens": 0,
                "timeout": 100,
                "idle_timeout": 0,
                "fallback": {"provider": "anthropic", "model": "claude"},
            }
        }
    }
    file = {
        "general": {"max_tokens": 800, "request_timeout": 50},
        "fanout": {"idle_timeout": 10, "connect_timeout": 2, "first_token_timeout": 30},
        "anthropic": {"idle_timeout": 3},
    }
    narrowed = _narrow(user, file)
    (entry,) = resolve_entries(
        narrowed.settings,
        Surface.CLI,
        options=EntryOptions(timeout=0),
        restrictions=narrowed.restrictions,
    ).entries

    assert entry.fallback is not None
    assert (entry.timeout, entry.spec.max_tokens) == (50, 800)
    assert entry.spec.budgets.idle == 10
    assert entry.spec.budgets.connect == 2
    assert entry.spec.budgets.first_token == 20
    assert entry.fallback.max_tokens == 800
    assert entry.fallback.budgets.idle == 3


@pytest.mark.parametrize(
    ("file", "wanted", "most"), [(2, 8, 2), (2, 0, 2), (8, 3, 3), (0, 0, 0), (0, 5, 5)]
)
def test_contenders_at_once_are_bounded(file: int, wanted: int, most: int) -> None:
    """Whatever `--max-concurrency` says."""
    user = {"fanout": {"max_concurrency": 0}}
    narrowed = _narrow(user, {"fanout": {"max_concurrency": file}})

    assert narrowed.restrictions.at_once(wanted) == most
