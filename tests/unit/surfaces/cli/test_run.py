"""Who is shown under which name."""

from hexai.surfaces.cli.run import Cast
from hexai.surfaces.words import letter
from tests.support.fake_run import FakeRun


def test_labels_are_shown_in_entry_order() -> None:
    """Unless blind."""
    cast = Cast.of(FakeRun("home", "gpt"), blind=False)
    assert cast == Cast(order=(0, 1), names=("home", "gpt"), blind=False)


def test_blind_letters_follow_the_order_shown() -> None:
    """The first shown is A, whichever entry it is."""
    cast = Cast.of(FakeRun("x", "y", "z", order=(2, 0, 1)), blind=True)
    assert cast == Cast(order=(2, 0, 1), names=("B", "C", "A"), blind=True)
    assert [cast.position(index) for index in range(3)] == [1, 2, 0]


def test_there_are_letters_for_everybody() -> None:
    """After Z they get a number."""
    assert [letter(n) for n in (0, 25, 26, 53)] == ["A", "Z", "A1", "B2"]
