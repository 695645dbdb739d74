"""Reasoning inside an answer's text."""

from hypothesis import given
from hypothesis import strategies as st

from hexai.providers.formats.thinking import ThinkSplitter
from tests.support.calls import reasoning_of, text_of


def split(*deltas: str) -> tuple[str, str]:
    """Give reasoning and answer of a text that came in these deltas."""
    splitter = ThinkSplitter()
    chunks = [chunk for delta in deltas for chunk in splitter.feed(delta)]
    chunks += splitter.close()
    assert all(chunk.text for chunk in chunks if hasattr(chunk, "text"))
    return reasoning_of(chunks), text_of(chunks)


def test_a_block_at_the_start_is_reasoning() -> None:
    """What stands between the tags is reasoning, what follows the answer."""
    assert split("<think>why</think>because") == ("why", "because")


def test_blanks_around_the_block_go_but_indentation_stays() -> None:
    """Line breaks behind the block are not the answer's; blanks of its line are."""
    assert split("\n <think>a</think>\n\n    b") == ("a", "    b")


def test_a_tag_further_on_is_answer() -> None:
    """A model that is asked about the tags can write about them."""
    text = "Use <think>x</think> so."

    assert split(text) == ("", text)


def test_text_without_a_block_is_given_at_once() -> None:
    """Nothing is held back that cannot become a tag."""
    splitter = ThinkSplitter()

    assert text_of(splitter.feed("Hel")) == "Hel"
    assert text_of(splitter.feed("<think>")) == "<think>"


def test_an_unfinished_block_is_reasoning() -> None:
    """An answer cut off while the model reasoned has no text."""
    splitter = ThinkSplitter()
    chunks = [*splitter.feed("<think>a</th"), *splitter.close()]

    assert (reasoning_of(chunks), text_of(chunks)) == ("a</th", "")


def test_half_a_tag_at_the_end_is_answer() -> None:
    """What was held back turns out to be text."""
    assert split("<thi") == ("", "<thi")


def test_blanks_are_not_held_for_ever() -> None:
    """An upstream that sends nothing but blanks is not collected."""
    splitter = ThinkSplitter()
    given_ = "".join(text_of(splitter.feed(" ")) for _ in range(1000))

    assert len(given_) == 1000


@given(
    st.sampled_from(["", " ", "\n\n"]),
    st.text("<think>/ ab\n"),
    st.text("<think>/ ab\n"),
    st.lists(st.integers(0, 60)),
)
def test_any_split_gives_the_same(
    blanks: str, reasoning: str, answer: str, cuts: list[int]
) -> None:
    """Where deltas are cut changes nothing."""
    text = f"{blanks}<think>{reasoning}</think>{answer}"
    places = sorted({min(cut, len(text)) for cut in cuts})
    ends = [*places, len(text)]
    deltas = [text[a:b] for a, b in zip([0, *places], ends, strict=True)]

    assert split(*deltas) == split(text)
