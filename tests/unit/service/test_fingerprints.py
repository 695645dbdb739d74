"""The fingerprint of an entry, from a configuration."""

from typing import Any

import pytest

from hexai.config.decode import decode
from hexai.config.entries import resolve_entries
from hexai.config.schema import Completion, Settings
from hexai.domain.entry import Surface
from hexai.domain.fingerprint import PLACE
from hexai.prompts.completion import room
from hexai.service.fingerprints import fingerprint_of, prompts_revision


def prints(surface: Surface = Surface.CLI, **tables: Any) -> list[str]:
    """Give the fingerprints of the entries of a surface."""
    settings = decode(tables)
    assert isinstance(settings, Settings), settings
    entries = resolve_entries(settings, surface).entries
    return [fingerprint_of(settings, surface, each.spec) for each in entries]


def entry(**own: Any) -> dict[str, Any]:
    """Give an entry of one model."""
    return {"provider": "ollama", "model": "qwen3", **own}


def test_two_temperatures_of_a_model_are_two() -> None:
    """The label is no part of it, and what is inherited is."""
    cold, cold_too, warm, inherited = prints(
        models={
            "cli": [
                entry(temperature=0, label="cold"),
                entry(temperature=0, label="another"),
                entry(temperature=0.7, label="warm"),
                entry(label="inherits"),
            ]
        },
        ollama={"temperature": 0.7},
    )

    assert cold == cold_too != warm
    assert warm == inherited == "max_tokens=4000 temperature=0.7"


@pytest.mark.parametrize(
    ("surface", "table"),
    [
        (Surface.CLI, {"cli": {"default_system": "Be brief."}}),
        (Surface.CHAT, {"chat": {"system": "Be brief."}}),
        (Surface.CODE_ACTION, {"code_action": {"rewrite_system": "Be brief."}}),
        (Surface.COMPLETION, {"completion": {"user_general": "Go on: {{current}}"}}),
        (Surface.COMPLETION, {"provider_native": {"completion": "{{before}}"}}),
    ],
)
def test_a_prompt_of_the_users_own_counts_on_its_surface(
    surface: Surface, table: dict[str, Any]
) -> None:
    """On it alone; a blank one is the built-in one."""
    models = {each.value: [entry()] for each in Surface}

    counted = {
        each
        for each in Surface
        if prints(each, models=models) != prints(each, models=models, prompts=table)
    }
    [(name, keys)] = table.items()
    blank = {name: dict.fromkeys(keys, " ")}

    assert counted == {surface}
    assert prints(surface, models=models) == prints(
        surface, models=models, prompts=blank
    )


def test_a_code_action_of_the_users_own_is_another_question() -> None:
    """It changes nothing of what is asked by others."""
    action = {"id": "x", "title": "X", "instruction": "do x"}
    models = {"code_action": [entry()]}

    one = prints(Surface.CODE_ACTION, models=models)
    other = prints(
        Surface.CODE_ACTION,
        models=models,
        prompts={"code_action": {"custom": [action]}},
    )

    assert one == other


def test_what_fills_gaps_is_the_providers() -> None:
    """A profile that asks as a chat is another than one that fills gaps."""
    profile = {"type": "openai", "base_url": "http://127.0.0.1:1/v1", "model": "m"}
    models = {"completion": [{"provider": "here"}]}

    found = [
        prints(
            Surface.COMPLETION,
            models=models,
            providers={"here": {**profile, "infill": infill}},
        )[0]
        for infill in ("auto", "off", "completions")
    ]

    assert found == [
        "temperature=0.2",
        "infill=off temperature=0.2",
        "infill=completions temperature=0.2",
    ]


def test_a_length_that_the_user_sets_for_places_counts() -> None:
    """And then that of other surfaces does not."""
    models = {"completion": [entry()]}

    short = prints(Surface.COMPLETION, models=models, completion={"max_tokens": 64})
    general = prints(Surface.COMPLETION, models=models, general={"max_tokens": 2000})

    assert short == ["max_tokens=64 temperature=0.2"]
    assert general == ["temperature=0.2"]


def test_no_place_is_given_more_than_is_reckoned_with() -> None:
    """But for the line that it is in, which is repeated."""
    assert room("\n", "\n", Completion()) == PLACE


def test_an_option_that_is_not_sent_does_not_count() -> None:
    """`config check` says that it has no effect; so it makes nobody another."""
    openai = {"provider": "openai", "model": "m"}
    models = {"cli": [openai, {**openai, "think": True, "num_ctx": 4096}]}

    one, other = prints(models=models)

    assert one == other == "max_tokens=4000 temperature=0.2"


def test_the_built_in_prompts_of_a_surface_have_a_name() -> None:
    """An update that changes one gives them another; so each surface has its own."""
    names = {prompts_revision(surface) for surface in Surface}

    assert len(names) == len(Surface)
    assert {len(name) for name in names} == {12}


def test_an_unknown_provider_has_a_fingerprint_too() -> None:
    """Its contender fails, and that is recorded."""
    found = prints(models={"cli": [{"provider": "nobody", "model": "m"}]})

    assert found == ["max_tokens=4000 temperature=0.2"]
