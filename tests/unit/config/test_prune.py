"""Plain data without what is wrong in it."""

import pytest

from hexai.config.problems import KeyPath
from hexai.config.prune import prune

DATA = {
    "general": {"max_tokens": 1, "context_mode": "x"},
    "models": {"cli": ["a", 5, {"model": "b", "colour": 1}]},
    "chat": {"chat_prefixes": ["?", 5]},
    "custom": [{"id": 1, "title": "t"}],
}


@pytest.mark.parametrize(
    ("path", "table", "left"),
    [
        (("general", "context_mode"), "general", {"max_tokens": 1}),
        (
            ("models", "cli", 1),
            "models",
            {"cli": ["a", "", {"model": "b", "colour": 1}]},
        ),
        (("models", "cli", 2, "colour"), "models", {"cli": ["a", 5, {"model": "b"}]}),
        (("chat", "chat_prefixes", 1), "chat", {}),
        (("custom", 0, "id"), "custom", [{"title": "t"}]),
        (("general", "nothing", "at", 0, "all"), "general", DATA["general"]),
    ],
)
def test_only_what_is_wrong_goes(path: KeyPath, table: str, left: object) -> None:
    """Entries keep their places; another list goes with its wrong item."""
    assert prune(DATA, [path]) == {**DATA, table: left}


def test_the_data_itself_is_left_alone() -> None:
    """What was read may still be shown."""
    prune(DATA, [("general", "max_tokens"), ("models", "cli", 0)])

    assert DATA["general"] == {"max_tokens": 1, "context_mode": "x"}
    assert DATA["models"] == {"cli": ["a", 5, {"model": "b", "colour": 1}]}
