"""Names on a page are harmless, short, and still apart."""

import pytest

from hexai.report.names import LONGEST, shown_names
from hexai.text.cells import width


def test_names_that_differ_are_shown_apart() -> None:
    """Also where what tells them apart is cut out of the middle."""
    long = {n: f"{'m' * 60}{n}{'t' * 60}" for n in range(3)}
    shown = shown_names(long)

    assert len({*shown.values()}) == 3
    assert all(len(name) <= LONGEST + len(" (3)") for name in shown.values())


@pytest.mark.parametrize("sign", ["模", "é", "e\u0301", "👩‍💻", "m"])
def test_a_name_is_as_wide_as_there_is_room(sign: str) -> None:
    """By the cells that it fills: a chart's letters are of that width."""
    (shown,) = shown_names({1: sign * 300}, 24).values()

    assert 22 <= width(shown) <= 24
    assert shown.startswith(sign)
    assert shown.endswith(sign)
    assert "…" in shown


def test_one_name_stays_one() -> None:
    """Who is called the same is shown as the same."""
    assert shown_names({1: "m" * 100, 2: "m" * 100, 3: "n"}) == {
        1: f"{'m' * 53}…{'m' * 26}",
        2: f"{'m' * 53}…{'m' * 26}",
        3: "n",
    }


def test_what_acts_is_shown() -> None:
    """And is not mistaken for the name that looks so."""
    shown = shown_names({1: "a\x1b", 2: "a\\x1b"})

    assert shown == {1: "a\\x1b", 2: "a\\x1b (2)"}


def test_folders_are_left_out() -> None:
    """Two files of one name in two of them stay apart."""
    shown = shown_names({1: "/home/me/x.gguf", 2: "/home/me/old/x.gguf"})

    assert shown == {1: "x.gguf", 2: "x.gguf (2)"}
