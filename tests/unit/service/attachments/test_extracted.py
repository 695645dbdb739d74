"""Readers of documents: what takes them too long is given up."""

import pytest

from hexai.service.attachments.extracted import page_text
from hexai.service.attachments.kinds import Unfit


def test_a_page_that_takes_long_is_given_up() -> None:
    """A few thousand of these take seconds, ten times as many minutes."""
    with pytest.raises(Unfit, match=r"not within 0\.05 s"):
        page_text("<a " * 3_000, patience=0.05)
