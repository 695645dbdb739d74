"""What counts as an earlier question with its answer."""

from hexai.prompts.chat import Exchange
from hexai.surfaces.lsp.chat.context import find_history
from hexai.text.lines import Lines
from hexai.text.prompt_marks import Markers

MARKERS = Markers(
    chat_suffix=">",
    chat_prefixes=("?", "!", ":", ";"),
    inline_open=">!",
    inline_close=">",
)


def exchanges(text: str) -> list[tuple[str, str]]:
    """Find the pairs above the last line of a text."""
    lines = Lines.of(text)
    found = find_history(lines, len(lines) - 1, MARKERS)
    return [(each.question, each.answer) for each in found.exchanges]


def test_pairs_with_text_between_them() -> None:
    """Their order is that of the document; other text is left out."""
    text = "a?\n\n> 1\n\nprose\n\n  b!\n> 2\n>\n>> 3\n\nc?>"

    assert exchanges(text) == [("a?", "1"), ("b!", "2\n\n> 3")]


def test_a_quotation_is_no_answer() -> None:
    """Its line above is no question, too far away, or not there."""
    assert exchanges("> 0\n\nHe said\n> 1\n\na?\n\n\n\n> 2\n\nq?>") == []


def test_the_window_reaches_up_to_the_oldest_pair() -> None:
    """So that what goes along is looked at for secrets."""
    lines = Lines.of("x\na?\n> 1\n\nq?>")

    found = find_history(lines, 4, MARKERS)

    assert found.first == 1
    assert found.exchanges == (Exchange(question="a?", answer="1"),)
    assert find_history(lines, 1, MARKERS).first == 1
