"""Python is parsed whatever else is, and what it is not is told."""

import ast
import gc

import pytest

from hexai.text.python_trees import tree_of

MODULE = "".join(
    f"x{number} = [f({number}) for f in all_of]\n" for number in range(300)
)


@pytest.mark.parametrize("collects", [True, False])
def test_what_garbage_does_meanwhile_changes_nothing(*, collects: bool) -> None:
    """A parse within a parse failed the outer one; the collector is left as it was."""

    def parse_too(phase: str, _: object) -> None:
        if phase == "start" and not within:
            within.append(True)
            ast.parse("x = [1]")
            within.clear()

    within: list[bool] = []
    often = gc.get_threshold()
    gc.callbacks.append(parse_too)
    gc.set_threshold(50)
    try:
        if not collects:
            gc.disable()
        tree = tree_of(MODULE)
        is_left = gc.isenabled()
    finally:
        gc.enable()
        gc.set_threshold(*often)
        gc.callbacks.remove(parse_too)

    assert ast.dump(tree) == ast.dump(ast.parse(MODULE))
    assert is_left is collects


def test_what_is_no_python_is_an_error() -> None:
    """The interpreter's own; and the collector goes on."""
    with pytest.raises(SyntaxError):
        tree_of("x = (")

    assert gc.isenabled()
