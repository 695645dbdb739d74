"""What is left of taken text, beside statsmodels."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.duration.survfunc import SurvfuncRight

from hexai.domain.figures import Kept
from hexai.domain.record import SAMPLED_AFTER
from hexai.service.statistics import kept_shares

Text = list[int]
"""How many characters were there when it was taken, and at each age looked at."""


@st.composite
def texts(draw: st.DrawFn) -> list[Text]:
    """Make up texts that lose characters, and of which some are soon given up."""
    found: list[Text] = []
    for _ in range(draw(st.integers(1, 12))):
        text = [draw(st.integers(1, 60))]
        for _ in range(draw(st.integers(1, len(SAMPLED_AFTER)))):
            text.append(draw(st.integers(0, text[-1])))
        found.append(text)
    return found


def kept(seen: list[Text]) -> Kept:
    """Sum the texts up, as the ledger does."""
    ages = range(1, len(SAMPLED_AFTER) + 1)
    here = [[text for text in seen if len(text) > age] for age in ages]
    return Kept(
        texts=tuple(map(len, here)),
        before=tuple(
            float(sum(text[age - 1] for text in each))
            for age, each in zip(ages, here, strict=True)
        ),
        after=tuple(
            float(sum(text[age] for text in each))
            for age, each in zip(ages, here, strict=True)
        ),
    )


def characters(seen: list[Text]) -> list[tuple[int, int]]:
    """Give for each character the age at which it was gone, or last seen."""
    found: list[tuple[int, int]] = []
    for text in seen:
        for age in range(1, len(text)):
            found += [(SAMPLED_AFTER[age - 1], 1)] * (text[age - 1] - text[age])
        found += [(SAMPLED_AFTER[len(text) - 2], 0)] * text[-1]
    return found


@given(texts(), st.integers(0, 99))
def test_what_is_left_is_that_of_statsmodels(seen: list[Text], seed: int) -> None:
    """Kaplan-Meier character by character, however texts are spread over sittings."""
    dice, sittings = Random(seed), dict[int, list[Text]]()
    for text in seen:
        sittings.setdefault(dice.randint(1, 4), []).append(text)
    ends = characters(seen)
    curve = SurvfuncRight([at for at, _ in ends], [gone for _, gone in ends])

    found = kept_shares({number: kept(each) for number, each in sittings.items()})

    for age, (at, share) in enumerate(zip(SAMPLED_AFTER, found, strict=True), 1):
        here = [text for text in seen if len(text) > age]
        if share is None:
            assert not any(text[age - 1] for text in here)
        else:
            steps = zip(curve.surv_times, curve.surv_prob, strict=True)
            expected = min((left for time, left in steps if time <= at), default=1.0)
            assert share.value == pytest.approx(expected, abs=1e-9)
