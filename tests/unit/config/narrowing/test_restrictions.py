"""Which keys are limits, and what holds where nothing is set."""

import pytest

from hexai.config.narrowing.restrictions import floor_of, in_effect
from hexai.config.problems import KeyPath
from hexai.config.schema import Settings

_LIMITS: list[KeyPath] = [
    (table, key)
    for table in Settings.__struct_fields__
    for key in getattr(getattr(Settings(), table), "__struct_fields__", ())
    if floor_of((table, key), Settings()) is not None
]


@pytest.mark.parametrize("path", _LIMITS, ids=".".join)
def test_each_limit_has_a_value_in_effect_above_its_floor(path: KeyPath) -> None:
    """One that may be left unset says what holds then, in its own unit."""
    floor = floor_of(path, Settings())

    assert floor is not None
    assert in_effect(Settings(), path) >= floor
