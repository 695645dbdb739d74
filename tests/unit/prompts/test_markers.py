"""The markers that are configured for a language."""

import pytest

from hexai.config.schema import Chat, Inline, Settings
from hexai.prompts.markers import markers_for


@pytest.mark.parametrize(
    ("identifier", "path", "off"),
    [
        ("php", "", ("?>", "?>")),
        ("", "a.php", ("?>",)),
        ("ocaml", "", (":>", ":>")),
        ("python", "", ()),
    ],
)
def test_endings_of_the_language_are_off(
    identifier: str, path: str, off: tuple[str, ...]
) -> None:
    """Whether the editor names the language or the file does."""
    assert markers_for(Settings(), identifier, path).off == off


def test_markers_are_those_of_the_settings() -> None:
    """Nothing is built in."""
    settings = Settings(
        chat=Chat(
            chat_suffix="@@", chat_prefixes=("?",), triggers_off={"py": ("?@@",)}
        ),
        inline=Inline(inline_open="<<", inline_close=">>"),
    )

    markers = markers_for(settings, "py")

    assert (markers.chat_suffix, markers.chat_prefixes) == ("@@", ("?",))
    assert (markers.inline_open, markers.inline_close) == ("<<", ">>")
    assert markers.off == ("?@@",)
