"""Tests for how a model is asked."""

import pytest

from hexai.domain.entry import Ask
from hexai.providers.llamacpp.gguf import GapTokens, Metadata
from hexai.providers.llamacpp.prefill import Reading, manner

GAP = GapTokens(prefix=1, suffix=2, middle=3)
SMALL, LARGE = 134_515_008, 1_543_714_304


@pytest.mark.parametrize(
    ("told", "asked", "how"),
    [
        (Metadata(parameters=SMALL, has_template=True), "auto", "continue"),
        (Metadata(parameters=LARGE, has_template=True), "auto", "chat"),
        (Metadata(parameters=LARGE), "auto", "continue"),
        (Metadata(parameters=SMALL, gap=GAP), "auto", "infill"),
        (Metadata(has_template=True), "auto", "chat"),
        (Metadata(parameters=SMALL, has_template=True), "chat", "chat"),
        (Metadata(parameters=LARGE, gap=GAP), "continue", "continue"),
        (Metadata(parameters=LARGE, has_template=True), "infill", "chat"),
    ],
)
def test_a_model_is_asked_as_it_is_able(told: Metadata, asked: Ask, how: str) -> None:
    """By its file, unless the user says otherwise; what cannot be done is not."""
    assert manner(told, asked) == how


def test_what_is_read_follows_from_how_fast_it_is_read() -> None:
    """A slow machine is given less, a fast one no more than is of use."""
    slow, fast = Reading(), Reading()
    for _ in range(20):
        slow.take(20.0)
        fast.take(50_000.0)

    assert (slow.reach, fast.reach) == (120, 1400)
    assert 120 < Reading().reach < 400
