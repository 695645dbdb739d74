"""The little linear algebra of ratings, beside a numerical library."""

import numpy as np
import pytest

from hexai.ledger.ratings.likelihood import cholesky, inverse, log_determinant

MATRIX = [[4.0, 1.0, 0.5], [1.0, 3.0, -1.0], [0.5, -1.0, 2.0]]


def test_inverse_and_determinant_are_right() -> None:
    """As numpy finds them."""
    expected = np.linalg.inv(np.array(MATRIX))

    assert np.array(inverse(MATRIX)) == pytest.approx(expected)
    assert log_determinant(MATRIX) == pytest.approx(np.linalg.slogdet(MATRIX)[1])


def test_what_has_no_root_is_refused() -> None:
    """Rather than answered with nonsense."""
    with pytest.raises(ValueError, match="positive definite"):
        cholesky([[1.0, 2.0], [2.0, 1.0]])
