"""The gap at a cursor, plain or by the user's own template."""

import pytest

from hexai.config.tables.prompts import ProviderNativePrompts
from hexai.domain.infill import Infill
from hexai.errors import ConfigError
from hexai.prompts.excerpt import Excerpt
from hexai.prompts.gap import fitted_gap, gap, within_batch
from hexai.text.budget import estimate_tokens, most_tokens


def made(template: str | None) -> Infill:
    """Describe a gap with a template, or without any."""
    prompts = ProviderNativePrompts()
    if template is not None:
        prompts = ProviderNativePrompts(completion=template)
    return gap(
        prompts,
        Excerpt(before="a{{after}}", after="z"),
        path="x.py",
        language="python",
    )


@pytest.mark.parametrize("template", [None, "", "  \n"])
def test_without_a_template_both_sides_go_as_they_are(template: str | None) -> None:
    """A blank one is none."""
    plain = made(template)

    assert (plain.before, plain.after) == ("a{{after}}", "z")
    assert plain.texts == ("a{{after}}", "z")
    assert (plain.path, plain.language) == ("x.py", "python")


def test_a_template_makes_the_text_before_the_gap() -> None:
    """As the Go tool has it; what follows the gap is sent apart."""
    own = made("# {{path}}\n{{before}}")

    assert (own.before, own.after) == ("# x.py\na{{after}}", "z")
    assert own.texts == ("# x.py\na{{after}}", "z")


def test_a_template_with_both_sides_is_the_whole_prompt() -> None:
    """So that tokens of a model can be written where its server knows none."""
    own = made("<P>{{before}}<S>{{after}}<M>")

    assert (own.before, own.after) == ("<P>a{{after}}<S>z<M>", None)
    assert own.texts == ("<P>a{{after}}<S>z<M>",)


def test_an_unknown_name_is_said() -> None:
    """It would stay in the prompt."""
    with pytest.raises(ConfigError, match="cursor"):
        made("{{cursor}}")


LONG = Excerpt(
    before="".join(f"above = {number}\n" for number in range(1_000)),
    after="".join(f"below = {number}\n" for number in range(300)),
)


def test_what_is_next_to_a_gap_is_no_more_than_a_server_keeps() -> None:
    """Three quarters of a batch before it and a quarter after it; the rest is apart."""
    long = gap(ProviderNativePrompts(), LONG)

    assert 0.7 * 1_400 <= most_tokens(long.near) <= 1_400
    assert most_tokens(long.suffix) <= 450
    assert long.apart[1] + long.near == LONG.before
    assert long.suffix + long.apart[0] == LONG.after


def test_a_template_gets_the_text_around_the_gap_and_nothing_goes_apart() -> None:
    """How it goes along is for the user to say."""
    prompts = ProviderNativePrompts(completion="<P>{{before}}<S>{{after}}<M>")

    own = gap(prompts, LONG)

    assert own.apart == ()
    assert own.near == own.before


@pytest.mark.parametrize("room", [3_000, 4_000, 6_000, 20_000])
def test_what_is_apart_leaves_room_for_a_batch_and_an_answer(room: int) -> None:
    """A server would leave out more than that without a word."""
    fitted = fitted_gap(gap(ProviderNativePrompts(), LONG), room, 256)

    assert sum(map(estimate_tokens, fitted.apart)) <= room - 2_048 - 256
    assert LONG.before.endswith(fitted.near)
    assert all(text in LONG.before + LONG.after for text in fitted.apart)


def test_what_there_is_room_for_stays() -> None:
    """All of it."""
    long = gap(ProviderNativePrompts(), LONG)

    assert fitted_gap(long, 20_000, 256) == long


def test_a_smaller_batch_keeps_less_next_to_the_gap() -> None:
    """The rest goes apart, and nothing is lost."""
    long = gap(ProviderNativePrompts(), LONG)

    small = within_batch(long, 256)

    assert most_tokens(small.near) <= 192
    assert most_tokens(small.suffix) <= 64
    assert small.prefix == LONG.before
    assert small.suffix + small.far == LONG.after


def test_estimates_hold_what_goes_apart_where_it_goes() -> None:
    """With it all of the text counts, and each part once."""
    long = gap(ProviderNativePrompts(), LONG)

    assert long.texts == (LONG.before, long.suffix)
    assert sum(map(len, long.texts_with_apart)) == len(LONG.before + LONG.after)
