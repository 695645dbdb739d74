"""An insertion is brought back to what was offered."""

from hypothesis import given
from hypothesis import strategies as st

from hexai.surfaces.lsp.offers.insertion import Insertion
from hexai.surfaces.lsp.offers.mending import mending
from hexai.text.lines import Lines
from tests.support.offers import offer

TEXT = st.text(st.sampled_from("ab() \t\n"), max_size=10)


@given(TEXT, TEXT.map(str.strip).filter(bool), TEXT, st.data())
def test_any_blanks_are_mended(
    before: str, answer: str, after: str, data: st.DataObject
) -> None:
    """Whatever an editor makes of the blanks between words, the answer comes out."""
    given_offer = offer(f"{before}|{after}", answer)
    insertion = Insertion.of(given_offer, given_offer.suggestions[0])
    blanks = st.text(st.sampled_from(" \t\n"), max_size=3)
    inserted = "".join(
        data.draw(blanks) if letter.isspace() else letter for letter in answer
    )
    now = Lines.of(before + inserted + after)
    edits = mending(now, given_offer.lines, insertion)
    assert edits is not None
    assert now.change(reversed(edits)).after == insertion.into(given_offer.lines)
