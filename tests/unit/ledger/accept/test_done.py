"""What the next edit leaves of a text that was taken."""

import pytest

from hexai.domain.choice import Choice, Method
from hexai.ledger.accept.done import Done, cut_tail
from hexai.text.lines import Lines, Replacement, compare
from hexai.text.positions import Position, Span

AT = Position(1, 7)
TAKEN = Done(
    choice=Choice.TAKEN,
    method=Method.COMMAND,
    by=(0,),
    text="urn (\n    a)\n    # done",
    start=AT,
)


def document(text: str, newline: str) -> Lines:
    """Make the document that has a text where the other was taken."""
    plain = Lines.of("def f(a):\n    ret\n\nother\n".replace("\n", newline))
    put = Replacement(span=Span(AT, AT), text=text.replace("\n", newline))
    return plain.change([put]).after


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_what_is_left_was_taken(newline: str) -> None:
    """With newlines as the answer had them, whatever the document's line breaks."""
    before = document(TAKEN.text, newline)
    change = compare(before, document("urn (\n    a)", newline))

    assert cut_tail(TAKEN, before, change) == Done(
        choice=Choice.PARTLY,
        method=Method.INFERRED,
        by=(0,),
        text="urn (\n    a)",
        start=AT,
    )


@pytest.mark.parametrize(
    "after", [TAKEN.text, TAKEN.text + "x", "urn (\n    b)\n    # done", ""]
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_other_edits_cut_no_tail(after: str, newline: str) -> None:
    """Neither more text, nor a change within it, nor taking all of it back."""
    before = document(TAKEN.text, newline)
    change = compare(before, document(after, newline))

    assert cut_tail(TAKEN, before, change) is None


def test_an_edit_of_another_text_cuts_no_tail() -> None:
    """The document has changed since it was taken."""
    before = document(TAKEN.text, "\n")
    change = compare(document(TAKEN.text + "\n", "\n"), document("urn (", "\n"))

    assert cut_tail(TAKEN, before, change) is None
