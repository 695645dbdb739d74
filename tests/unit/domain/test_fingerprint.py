"""What makes an entry another contender, and what does not."""

import pytest
from msgspec.structs import fields, replace

from hexai.domain.entry import Budgets, Options, RequestSpec, Surface
from hexai.domain.fingerprint import (
    COMPLETION_ONLY,
    NO_ANSWER,
    PLACE,
    PLAIN,
    UNKNOWN,
    changes,
    fingerprint,
    read_options,
)

SPEC = RequestSpec(provider="ollama", model="qwen3", temperature=0.2, max_tokens=4000)


def cli(spec: RequestSpec, **own: str) -> str:
    """Give the fingerprint of a spec on the command line."""
    return fingerprint(spec, Surface.CLI, prompts=own)


def completing(
    spec: RequestSpec, *, infill: str = "auto", room: int | None = None
) -> str:
    """Give that of a spec that completes."""
    return fingerprint(spec, Surface.COMPLETION, prompts={}, infill=infill, room=room)


def test_it_says_what_is_set() -> None:
    """In the order of the names, in words that people can read."""
    spec = replace(SPEC, options=Options(think="high", num_ctx=8192))

    assert cli(spec) == "max_tokens=4000 num_ctx=8192 temperature=0.2 think=high"


def test_what_is_sent_as_it_is_stands_there_by_name() -> None:
    """Short values as they are, others by a digest, so that it stays one line."""
    more = (("seed", "7"), ("stop_at", '["a b"]'), ("top_p", "0.9"))
    spec = replace(SPEC, options=Options(stop=("END",), more=more))

    told = read_options(cli(spec))
    assert (told["seed"], told["top_p"]) == ("7", "0.9")
    assert {*told} == {"max_tokens", "seed", "stop", "stop_at", "temperature", "top_p"}
    assert "a b" not in cli(spec)


def test_nothing_that_is_set_is_known_all_the_same() -> None:
    """It is not what was recorded before there were fingerprints."""
    found = cli(replace(SPEC, temperature=None, max_tokens=None))

    assert found == PLAIN != UNKNOWN


@pytest.mark.parametrize(
    "other",
    [
        replace(SPEC, temperature=0.0),
        replace(SPEC, temperature=None),
        replace(SPEC, max_tokens=800),
        replace(SPEC, max_tokens=None),
        replace(SPEC, options=Options(think=True)),
        replace(SPEC, options=Options(think=False)),
        replace(SPEC, options=Options(reasoning_effort="low")),
        replace(SPEC, options=Options(num_ctx=4096)),
        replace(SPEC, options=Options(stop=("END",))),
        replace(SPEC, options=Options(more=(("top_p", "0.9"),))),
        replace(SPEC, options=Options(more=(("mirostat", "2"),))),
    ],
)
def test_an_option_that_changes_an_answer_makes_another(other: RequestSpec) -> None:
    """Set to another value, set to nothing, or set at all."""
    assert cli(other) != cli(SPEC)


@pytest.mark.parametrize(
    "other",
    [
        replace(SPEC, temperature=0.1 + 0.1),
        replace(SPEC, budgets=Budgets(first_token=1.0)),
        replace(SPEC, options=Options(include_usage=False, limit_key="max_tokens")),
        replace(SPEC, options=Options(prompt_cache=True, id_slot=1, warm=True)),
        replace(SPEC, options=Options(n_batch=512)),
        replace(SPEC, options=Options(ask="chat")),
        replace(SPEC, options=Options(more=(("keep_alive", '"5m"'), ("user", '"me"')))),
    ],
)
def test_what_changes_no_answer_makes_none(other: RequestSpec) -> None:
    """Waiting, counting, keeping prompts, and what another surface looks at."""
    assert cli(other) == cli(SPEC)


def test_every_option_that_is_not_named_as_harmless_counts() -> None:
    """So that a new option counts until somebody says that it does not."""
    names = {field.name for field in fields(Options)}

    assert names >= NO_ANSWER | COMPLETION_ONLY
    assert names - NO_ANSWER == {
        *("ask", "more", "num_ctx", "reasoning_effort", "stop", "think")
    }


def test_the_users_own_prompts_count() -> None:
    """Any of the surface's, whatever it is called; the same ones are the same."""
    one = cli(SPEC, **{"cli.default_system": "Be brief."})

    assert one != cli(SPEC)
    assert one != cli(SPEC, **{"cli.default_system": "Be long."})
    assert one != cli(SPEC, **{"cli.explain_system": "Be brief."})
    assert one == cli(SPEC, **{"cli.default_system": "Be brief."})
    assert "brief" not in one


def test_filling_gaps_or_not_counts_where_gaps_are() -> None:
    """A chat and an endpoint for gaps answer differently in the editor alone."""
    assert completing(SPEC, infill="off") != completing(SPEC)
    off = fingerprint(SPEC, Surface.CLI, prompts={}, infill="off")
    assert off == cli(SPEC)


def test_the_embedded_model_is_asked_in_one_of_several_ways() -> None:
    """Which, is an option of the entry in completion."""
    chat = replace(SPEC, options=Options(ask="chat"))

    assert completing(chat) == "ask=chat temperature=0.2"


@pytest.mark.parametrize(
    ("limit", "stands", "room", "expected"),
    [
        (4000, False, None, None),
        (2000, False, None, None),
        (PLACE - 1, False, None, PLACE - 1),
        (4000, True, None, 4000),
        (4000, False, 64, 64),
        (32, False, 64, 32),
        (None, False, 64, 64),
        (4000, False, 0, 4000),
    ],
)
def test_a_limit_counts_as_far_as_it_is_sent(
    *, limit: int | None, stands: bool, room: int | None, expected: int | None
) -> None:
    """A place in a document gives its own limit, and then the entry's is not sent."""
    spec = replace(SPEC, max_tokens=limit, limit_stands=stands)

    shown = "" if expected is None else f"max_tokens={expected} "
    assert completing(spec, room=room) == f"{shown}temperature=0.2"


def test_what_was_changed_can_be_said() -> None:
    """By the names of the options; a prompt is no figure."""
    before = cli(SPEC, **{"cli.default_system": "Be brief."})
    after = cli(
        replace(SPEC, temperature=0.7, options=Options(think=True)),
        **{"cli.default_system": "Be long."},
    )

    told = "prompts, temperature 0.2 → 0.7, think - → true"
    assert changes(before, after) == told
    assert changes(before, before) == ""
    assert changes(PLAIN, "think=true") == "think - → true"


def test_of_what_is_not_known_nothing_is_said() -> None:
    """Nobody knows what an older version sent."""
    assert changes(UNKNOWN, cli(SPEC)) == ""
    assert changes(cli(SPEC), UNKNOWN) == ""
