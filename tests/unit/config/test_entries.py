"""From what is configured to the entries of a surface."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexai.config.decode import decode
from hexai.config.entries import (
    EntryOptions,
    Resolved,
    find_named,
    make_labels,
    resolve_entries,
)
from hexai.config.schema import Settings
from hexai.config.schema_entries import EntryTable, SurfaceVariables
from hexai.domain.entry import Budgets, Entry, RequestSpec, Surface
from hexai.errors import UsageError

PAIR = {
    "models": {
        "cli": [
            {"provider": "ollama", "model": "qwen", "label": "home", "temperature": 0},
            {"provider": "openai", "model": "gpt"},
        ]
    }
}


def _settings(tables: dict[str, Any]) -> Settings:
    settings = decode(tables)
    assert isinstance(settings, Settings), settings
    return settings


def _resolve(
    tables: dict[str, Any],
    surface: Surface = Surface.CLI,
    variables: SurfaceVariables | None = None,
    **options: Any,
) -> Resolved:
    return resolve_entries(
        _settings(tables), surface, variables=variables, options=EntryOptions(**options)
    )


def _names(resolved: Resolved) -> list[str]:
    return [f"{e.spec.provider}:{e.spec.model}" for e in resolved.entries]


def test_an_entry_is_complete() -> None:
    """Model, options, budgets and label are all filled in."""
    assert _resolve({"models": {"cli": "qwen3-coder:30b"}}).entries == (
        Entry(
            surface=Surface.CLI,
            index=0,
            label="qwen3-coder:30b",
            spec=RequestSpec(
                provider="ollama",
                model="qwen3-coder:30b",
                temperature=0.2,
                max_tokens=4000,
                budgets=Budgets(first_token=60, load=300),
            ),
            timeout=600.0,
        ),
    )


def test_a_surface_without_entries_has_one_that_inherits_everything() -> None:
    """The provider's own model answers."""
    resolved = _resolve({"provider": {"name": "openai"}, "openai": {"model": "gpt"}})

    assert _names(resolved) == ["openai:gpt"]


def test_entries_inherit_what_they_do_not_say() -> None:
    """Provider-only, model-only and temperature-only entries are whole entries."""
    cli = [{"provider": "anthropic"}, "m", {"temperature": 1}, {"timeout": 3}]
    resolved = _resolve({"models": {"cli": cli}, "ollama": {"model": "own"}})

    assert _names(resolved) == [
        "anthropic:claude-sonnet-4-5",
        "ollama:m",
        "ollama:own",
        "ollama:own",
    ]
    assert [e.spec.temperature for e in resolved.entries] == [0.2, 0.2, 1.0, 0.2]
    assert [e.timeout for e in resolved.entries] == [600, 600, 600, 3]
    assert [e.label for e in resolved.entries] == [
        "claude-sonnet-4-5",
        "m",
        "ollama:own",
        "ollama:own#2",
    ]


def test_a_disabled_entry_is_kept_for_later() -> None:
    """It takes no part, and no number either."""
    cli = [{"model": "a", "enabled": False}, {"model": "b"}]
    resolved = _resolve({"models": {"cli": cli}})

    assert [(e.index, e.label) for e in resolved.entries] == [(0, "b")]


@pytest.mark.parametrize(
    ("tables", "expected"),
    [
        ({}, 0.2),
        ({"general": {"coding_temperature": 0}}, 0.0),
        ({"ollama": {"temperature": 0}}, 0.0),
        ({"ollama": {"temperature": 1}, "general": {"coding_temperature": 0}}, 1.0),
        ({"models": {"cli": {"temperature": 0}}, "ollama": {"temperature": 1}}, 0.0),
        ({"models": {"cli": {"temperature": "0"}}, "ollama": {"temperature": 1}}, 0.0),
        ({"models": {"cli": {"temperature": ""}}, "ollama": {"temperature": 1}}, 1.0),
    ],
)
def test_the_temperature_is_the_entrys_then_the_providers_then_the_general(
    tables: dict[str, Any], expected: float
) -> None:
    """0 is a temperature at every step."""
    assert _resolve(tables).entries[0].spec.temperature == expected


def test_limits_of_an_entry_are_its_own() -> None:
    """What it sets counts before the provider's; 0 means no limit."""
    entry = {
        "connect_timeout": 1,
        "idle_timeout": 0,
        "timeout": 0,
        "max_tokens": 0,
    }
    provider = {"connect_timeout": 8, "first_token_timeout": 9, "timeout": 10}
    resolved = _resolve({"models": {"cli": entry}, "ollama": provider})

    (made,) = resolved.entries
    assert made.spec.budgets == Budgets(
        connect=1, load=300, first_token=9, idle=math.inf
    )
    assert made.timeout == math.inf
    assert made.spec.max_tokens is None


@pytest.mark.parametrize(
    ("tables", "expected"),
    [
        ({}, 400),
        ({"general": {"max_tokens": 0}}, 400),
        ({"general": {"max_tokens": 50}}, 50),
        ({"models": {"cli": {"max_tokens": 4000}}}, 4000),
        ({"models": {"cli": {"model": "other.gguf"}}}, 4000),
    ],
)
def test_the_built_in_model_is_not_left_to_repeat_itself(
    tables: dict[str, Any], expected: int
) -> None:
    """Its answers end sooner than others, unless its entry says how long they are."""
    resolved = _resolve({"provider": {"name": "local"}} | tables)

    assert resolved.entries[0].spec.max_tokens == expected


@pytest.mark.parametrize(
    "written",
    [
        {"fallback": {"provider": "openai", "model": "gpt"}},
        {"fallback_provider": "OpenAI", "fallback_model": "gpt"},
    ],
)
def test_a_fallback_is_written_in_two_ways(written: dict[str, Any]) -> None:
    """It has the entry's temperature and length, and its own provider's budgets."""
    entry = {"model": "m", "temperature": 0, "max_tokens": 5, **written}
    resolved = _resolve({"models": {"cli": entry}})

    assert resolved.entries[0].fallback == RequestSpec(
        provider="openai",
        model="gpt",
        temperature=0.0,
        max_tokens=5,
        limit_stands=True,
    )


@pytest.mark.parametrize(
    ("fallback", "expected"),
    [
        ({"model": "b"}, "ollama:b"),
        ({"provider": "openai"}, "openai:gpt-4.1"),
        ({"provider": " ", "model": ""}, None),
        ({}, None),
    ],
)
def test_half_a_fallback_inherits(
    fallback: dict[str, Any], expected: str | None
) -> None:
    """Another model of the same provider, or another provider's own model."""
    resolved = _resolve({"models": {"cli": {"model": "a", "fallback": fallback}}})
    made = resolved.entries[0].fallback

    assert (made and f"{made.provider}:{made.model}") == expected


def test_a_preset_is_resolved_wherever_a_model_is_named() -> None:
    """In an entry, in a provider's table, and by `-m`."""
    openai = {"model": "fast", "presets": {"fast": "gpt-mini", "big": "gpt-large"}}
    tables = {"openai": openai, "models": {"cli": {"provider": "openai"}}}

    assert _names(_resolve(tables)) == ["openai:gpt-mini"]
    assert _names(_resolve(tables, models=("openai:big",))) == ["openai:gpt-large"]


def test_an_unknown_provider_is_well_formed() -> None:
    """Its contender will fail by itself; nobody else's model is borrowed."""
    resolved = _resolve({"models": {"cli": [{"provider": "nobody"}, "m"]}})

    assert _names(resolved) == ["nobody:", "ollama:m"]
    assert resolved.entries[0].label == "nobody"


@pytest.mark.parametrize("surface", [Surface.CODE_ACTION, Surface.CHAT])
def test_code_actions_and_chat_ask_their_first_entry(surface: Surface) -> None:
    """Further entries take no part."""
    tables = {"models": {surface.value: ["a", "b", "c"]}}

    assert _names(_resolve(tables, surface)) == ["ollama:a"]


class TestVariables:
    """The variables of a surface."""

    def test_a_model_makes_the_list_one_entry(self) -> None:
        """The first one with its model replaced; its label named another model."""
        resolved = _resolve(PAIR, variables=SurfaceVariables(model="other"))

        (entry,) = resolved.entries
        assert (entry.label, entry.spec.provider) == ("other", "ollama")
        assert entry.spec.temperature == 0.0

    def test_a_provider_without_a_model_takes_its_own(self) -> None:
        """The first entry's model belonged to another provider."""
        resolved = _resolve(PAIR, variables=SurfaceVariables(provider="anthropic"))

        assert _names(resolved) == ["anthropic:claude-sonnet-4-5"]

    def test_a_replaced_entry_loses_its_fallback(self) -> None:
        """The fallback was chosen for another model."""
        tables = {"models": {"cli": {"model": "a", "fallback": {"model": "b"}}}}
        resolved = _resolve(tables, variables=SurfaceVariables(model="c"))

        assert resolved.entries[0].fallback is None

    def test_a_temperature_alone_changes_nothing_else(self) -> None:
        """Every entry keeps its model and its label."""
        before = _resolve(PAIR)
        after = _resolve(PAIR, variables=SurfaceVariables(temperature=1.0))

        assert [e.label for e in after.entries] == [e.label for e in before.entries]
        assert _names(after) == _names(before)
        assert [e.spec.temperature for e in after.entries] == [1.0, 1.0]

    def test_a_list_replaces_the_list_and_beats_the_others(self) -> None:
        """Each variable that is passed over is told."""
        variables = SurfaceVariables(
            models=(EntryTable(model="a"), EntryTable(provider="openai", model="b")),
            model="c",
            temperature=1.0,
        )
        resolved = _resolve(PAIR, variables=variables)

        assert _names(resolved) == ["ollama:a", "openai:b"]
        assert resolved.warnings == (
            "HEXAI_MODELS_CLI is set, so HEXAI_MODEL_CLI is ignored",
            "HEXAI_MODELS_CLI is set, so HEXAI_TEMPERATURE_CLI is ignored",
        )

    def test_a_list_for_a_surface_of_one_warns(self) -> None:
        """The first entry counts."""
        variables = SurfaceVariables(
            models=(EntryTable(model="a"), EntryTable(model="b"))
        )
        resolved = _resolve({}, Surface.CHAT, variables)

        assert _names(resolved) == ["ollama:a"]
        assert resolved.warnings == (
            "HEXAI_MODELS_CHAT supports a single entry; ignoring 1 extra",
        )


class TestOptions:
    """The command line."""

    def test_words_replace_the_list(self) -> None:
        """`-m`, several times."""
        resolved = _resolve(PAIR, models=("openai:gpt@0", "ollama:qwen3:8b"))

        assert _names(resolved) == ["openai:gpt", "ollama:qwen3:8b"]
        assert resolved.entries[0].spec.temperature == 0.0

    def test_a_word_that_names_nothing_is_a_usage_error(self) -> None:
        """It says what to write."""
        with pytest.raises(UsageError, match="-m '' names no model; write PROVIDER"):
            _resolve(PAIR, models=("",))

    def test_numbers_and_labels_choose(self) -> None:
        """In entry order, whatever the order they are given in; each once."""
        assert _names(_resolve(PAIR, indices=(1,))) == ["openai:gpt"]
        assert _names(_resolve(PAIR, only=("home",))) == ["ollama:qwen"]
        both = _resolve(PAIR, indices=(1,), only=("gpt", "ollama:qwen"))
        assert _names(both) == ["ollama:qwen", "openai:gpt"]

    def test_a_chosen_entry_keeps_its_number_and_label(self) -> None:
        """They are what the user has just typed."""
        (entry,) = _resolve(PAIR, indices=(1,)).entries

        assert (entry.index, entry.label) == (1, "gpt")

    def test_a_number_that_is_not_there_lists_those_that_are(self) -> None:
        """The error names each contender."""
        with pytest.raises(UsageError) as error:
            _resolve(PAIR, indices=(2,))

        assert str(error.value) == (
            "-2: there is no such contender; there are -0 (home), -1 (gpt)"
        )

    def test_a_label_that_is_not_there_lists_those_that_are(self) -> None:
        """The error names each label."""
        with pytest.raises(UsageError) as error:
            _resolve(PAIR, only=("hom",))

        assert str(error.value) == (
            "--only: no contender is called 'hom'; there are home, gpt"
        )

    def test_a_timeout_is_that_of_every_contender(self) -> None:
        """Whatever they had; 0 means none."""
        assert [e.timeout for e in _resolve(PAIR, timeout=2).entries] == [2, 2]
        assert [e.timeout for e in _resolve(PAIR, timeout=0).entries] == [math.inf] * 2


class TestUse:
    """What `use` takes away stays away."""

    def test_a_subset_is_kept_in_its_order(self) -> None:
        """By label or by provider and model."""
        resolved = _resolve({**PAIR, "use": {"cli": ["openai:gpt", "home"]}})

        assert [(e.index, e.label) for e in resolved.entries] == [
            (0, "gpt"),
            (1, "home"),
        ]
        assert _names(_resolve({**PAIR, "use": {"cli": ["home"]}})) == ["ollama:qwen"]

    def test_a_name_that_nobody_has_is_told(self) -> None:
        """The others still count."""
        resolved = _resolve({**PAIR, "use": {"cli": ["home", "x"]}})

        assert _names(resolved) == ["ollama:qwen"]
        assert resolved.warnings == (
            "use.cli: no entry is called 'x'; there are home, gpt",
        )

    def test_very_many_unknown_names_are_one_line(self) -> None:
        """A project file can hold thousands."""
        names = [str(number) for number in range(5000)]
        (warning,) = _resolve({**PAIR, "use": {"cli": names}}).warnings

        assert "'7' and 4992 more; there are home, gpt" in warning

    def test_nothing_left_is_refused_where_it_can_be_seen(self) -> None:
        """An empty list forbids all; no other entry steps in."""
        resolved = _resolve({**PAIR, "use": {"cli": []}})

        assert [e.refused for e in resolved.entries] == ["use.cli does not name it"] * 2

    @pytest.mark.parametrize(
        ("variables", "options"),
        [
            (SurfaceVariables(model="other"), {}),
            (SurfaceVariables(provider="openai", model="gpt"), {}),
            (SurfaceVariables(models=(EntryTable(model="gpt"),)), {}),
            (None, {"models": ("openai:gpt",)}),
        ],
    )
    def test_no_later_step_brings_back_what_it_took(
        self, variables: SurfaceVariables | None, options: dict[str, Any]
    ) -> None:
        """Neither a variable nor `-m`: the contender is there, and refused."""
        tables = {**PAIR, "use": {"cli": ["home"]}}
        resolved = _resolve(tables, variables=variables, **options)

        assert [bool(entry.refused) for entry in resolved.entries] == [True]

    def test_what_it_names_may_be_asked_for_again(self) -> None:
        """`-m` may name what is left."""
        tables = {**PAIR, "use": {"cli": ["home"]}}
        (entry,) = _resolve(tables, models=("ollama:qwen@1",)).entries

        assert (entry.refused, entry.spec.temperature) == ("", 1.0)

    def test_it_is_about_its_own_surface(self) -> None:
        """`use.cli` leaves the others alone."""
        tables = {"models": {"chat": "x"}, "use": {"cli": []}}

        assert _resolve(tables, Surface.CHAT).entries[0].refused == ""


def test_a_limit_of_an_entry_stands() -> None:
    """So does that of a model that thinks before it answers; a general one does not."""
    entries = [
        {"provider": "openai", "model": "gpt-4.1", "max_tokens": 7},
        {"provider": "openai", "model": "o3"},
        {"provider": "openai", "model": "gpt-4.1", "label": "general"},
    ]
    resolved = _resolve({"models": {"cli": entries}})

    assert [each.spec.limit_stands for each in resolved.entries] == [True, True, False]


def _specs(*names: str) -> list[RequestSpec]:
    pairs = [name.split(":", 1) for name in names]
    return [RequestSpec(provider=pair[0], model=pair[1]) for pair in pairs]


@pytest.mark.parametrize(
    ("own", "names", "labels"),
    [
        (["", ""], ["a:x", "b:y"], ["x", "y"]),
        (["home", ""], ["a:x", "b:y"], ["home", "y"]),
        (["", ""], ["a:x", "b:x"], ["a:x", "b:x"]),
        (["home", ""], ["a:x", "b:x"], ["home", "b:x"]),
        (["", "", ""], ["a:x", "a:x", "a:x"], ["a:x", "a:x#2", "a:x#3"]),
        (["", "y"], ["a:y", "b:z"], ["a:y", "y"]),
        (["me", "me"], ["a:x", "b:y"], ["me", "me#2"]),
        ([""], ["a:"], ["a"]),
    ],
)
def test_a_label_is_as_short_as_it_can_be(
    own: list[str], names: list[str], labels: list[str]
) -> None:
    """Its own, else the model, else provider and model, else numbered."""
    assert list(make_labels(own, _specs(*names))) == labels


WORDS = st.sampled_from(["", "a", "b", "a:x", "x", "x#2", "a:x#2"])


@given(st.lists(st.tuples(WORDS, WORDS, WORDS), max_size=8))
def test_labels_are_unique_and_never_empty(
    rows: list[tuple[str, str, str]],
) -> None:
    """Whatever entries are called, no two have one name."""
    specs = [RequestSpec(provider=row[1] or "p", model=row[2]) for row in rows]

    labels = make_labels([row[0] for row in rows], specs)

    assert len(set(labels)) == len(rows)
    assert all(labels)


def _entries(*names: str) -> list[Entry]:
    specs = _specs(*names)
    labels = make_labels([""] * len(specs), specs)
    return [
        Entry(surface=Surface.CLI, index=i, label=label, spec=spec, timeout=1)
        for i, (spec, label) in enumerate(zip(specs, labels, strict=True))
    ]


def test_an_entry_is_found_by_label_and_by_provider_and_model() -> None:
    """A label means one entry, a model all that ask it."""
    entries = _entries("a:x", "b:y", "b:y")

    assert find_named(entries, "x") == [0]
    assert find_named(entries, "a:x") == [0]
    assert find_named(entries, "b:y#2") == [2]
    assert find_named(entries, "nobody") == []
