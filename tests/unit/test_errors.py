"""The tree of errors: as it is drawn, and what each says."""

import inspect
import re
from typing import get_args

import pytest

from hexai import errors
from hexai.errors import HexaiError, Phase, ProviderError, TimedOut

CLASSES = [
    found
    for _, found in inspect.getmembers(errors, inspect.isclass)
    if issubclass(found, HexaiError)
]
PROVIDER_ERRORS = [
    found
    for found in CLASSES
    if issubclass(found, ProviderError) and found is not ProviderError
]
SAID_WHERE_RAISED = {errors.BadRequest, errors.NotSent, TimedOut}
"""Errors whose advice differs from case to case."""


def test_the_tree_is_drawn_as_it_is() -> None:
    """Every class stands in the drawing, below the one that it extends."""
    drawn: dict[str, str] = {}
    above: list[str] = []
    for line in (errors.__doc__ or "").splitlines():
        if found := re.match(r"([ │├└─]*)([A-Z]\w+)(  |$)", line):
            depth = len(found[1]) // 4
            above[depth:] = [found[2]]
            drawn[found[2]] = above[depth - 1] if depth else "Exception"

    assert drawn == {found.__name__: found.__mro__[1].__name__ for found in CLASSES}


@pytest.mark.parametrize("kind", PROVIDER_ERRORS)
def test_every_failure_has_a_kind_and_an_advice(kind: type[ProviderError]) -> None:
    """Scripts get a word for it, people hear what they can do."""
    assert kind.kind
    assert bool(kind.advice) is (kind not in SAID_WHERE_RAISED)


@pytest.mark.parametrize("phase", get_args(Phase))
def test_a_timeout_says_which_budget_to_raise(phase: Phase) -> None:
    """Each phase has an advice of its own, and a better one replaces it."""
    assert "timeout" in TimedOut(phase, 20).what_to_do
    assert TimedOut(phase, 20, advice="wait").what_to_do == "wait"


def test_an_error_is_one_line() -> None:
    """Message, the upstream's words and the advice, whatever they hold."""
    error = errors.Overloaded("the upstream failed", upstream_message="busy\n  now")

    assert str(error) == "the upstream failed: busy now; try again later"
