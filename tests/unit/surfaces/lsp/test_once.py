"""What is done once for each thing."""

from hexai.surfaces.lsp.once import Once


def test_a_thing_is_new_once() -> None:
    """Whatever came between, as long as that is not too much."""
    once = Once(most=3)

    assert [once.is_new(thing) for thing in "abca"] == [True, True, True, False]


def test_memory_is_bounded() -> None:
    """The oldest goes, and would be new again."""
    once = Once(most=3)

    assert all(once.is_new(number) for number in range(100))
    assert len(once) == 3
    assert [once.is_new(number) for number in (99, 98, 97, 96)] == [*[False] * 3, True]
