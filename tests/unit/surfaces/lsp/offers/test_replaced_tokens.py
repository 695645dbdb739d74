"""Where a text goes in at a token, only what comes in as it is gets offered."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from hexai.surfaces.lsp.clients import HELIX, JUPYTERLAB
from hexai.surfaces.lsp.offers.items import ItemMaker, expressible
from hexai.surfaces.lsp.offers.replaced_tokens import can_put_in, cursor_of
from hexai.text.lines import Encoding, Lines
from tests.support import jupyterlab
from tests.support.offers import document, offer

EMOJI = "\U0001f600"
CELLS = f"x = 1\n\n\ny = '{EMOJI}'\n\n\nz = f("


def taken(place: str, text: str) -> str | None:
    """Give what JupyterLab makes of a text at the `|`; None where it is not offered."""
    before, after = place.split("|")
    whole = offer(place, text)
    cursor = cursor_of(whole.lines, jupyterlab.sent_by(before, after))
    assert cursor == whole.position
    if not can_put_in(whole.document, cursor, JUPYTERLAB):
        return None
    given = expressible(whole, JUPYTERLAB)
    if not given.suggestions:
        return None
    maker = ItemMaker(client=JUPYTERLAB, encoding=Encoding.UTF16, command="c")
    (item,) = maker.completion(given, 1).items
    assert text.startswith(given.suggestions[0].text)
    return jupyterlab.take(before + after, len(before), item)


@pytest.mark.parametrize(
    ("place", "text"),
    [
        ("x = fo|\n", "o(1)"),
        ("x = fo|  # why\n", "o(1)"),
        ("f(|)\n", "1, 2"),
        ("f(fo|)\n", "o, 2"),
        ("a.b|\n", "ar()"),
        ("x = 'he|\n", "llo'"),
        ('print("he|\ny = 1\n', 'llo")'),
        ("# fi|\n# why\n", "rst of all"),
        ("# fi|", "rst of all"),
        ("def f():\n    |\n", "a = 1\n    return a"),
        (f"x = '{EMOJI}'\nf(|)\n", "1"),
        (f"x = f('{EMOJI}').|\n", "strip()"),
    ],
)
def test_a_text_goes_in_behind_a_token(place: str, text: str) -> None:
    """Behind letters of a word, and in a string or comment that nothing goes on."""
    assert taken(place, text) == place.replace("|", text)


@pytest.mark.parametrize(
    ("place", "text"),
    [
        ("x = 'he|'\n", "llo"),
        ("x = r|'a'\n", "b"),
        ('"""One.\n\n    Tw|\n    """\n', "o."),
        ('def f():\n    """\n    On|\n\n    y = 1\n', "e."),
        ("# fi|, or not\n", "rst"),
        ("x = |foo\n", "bar + "),
        ("f( |)\n", "1"),
        ("x = fo|obar\n", "o + "),
        ("x = 1|.5\n", "2"),
        ("x =|= 1\n", "y"),
        ("x = 'a | b\n", "or"),
        ("x =|\n", "= 1"),
        ("l|\n", "L"),
        ("print('a/l|\n", "lama')"),
        (f"x = '{EMOJI}'\nfo|\n", "o"),
        (f"x = '{EMOJI}'\nx = |\n", "1"),
        (f"x = '{EMOJI}|'\n", "a"),
        (f"x = '{EMOJI * 2}'\nfoo(|)\n", "1"),
    ],
)
def test_what_would_go_elsewhere_is_not_offered(place: str, text: str) -> None:
    """Within a token, before one, and where the text begins as the token does."""
    assert taken(place, text) is None


def test_prose_has_no_tokens_to_rely_on() -> None:
    """A paragraph is one token, of many lines."""
    prose = document("some words\n", language="markdown")
    assert not can_put_in(prose, prose.lines.end, JUPYTERLAB)


def test_cells_are_counted_each_by_itself() -> None:
    """So in a notebook nobody knows where the cursor is, from an emoji on."""
    cells = replace(document(CELLS), uri="file:///.virtual_documents/n.ipynb")
    above, below = Lines.of("x =").end, Lines.of(CELLS).end

    assert can_put_in(cells, above, JUPYTERLAB)
    assert not can_put_in(cells, below, JUPYTERLAB)
    assert can_put_in(cells, below, HELIX)


WORDS = ("foo", "l", "1", "\u00e9", "\u6f22", "r'", "'", '"', "# ", "def f():\n    ")
MARKS = (" ", "  ", "\n", "(", ")", "[", ".", ",", "=", "==", "-", f"'{EMOJI}'")
PIECES = st.lists(
    st.sampled_from(WORDS) | st.sampled_from(MARKS),
    max_size=12,
).map("".join)


@given(
    before=PIECES,
    after=PIECES,
    text=st.sampled_from(("l", "oo(1)", "= 1", "', x", "a")),
)
def test_what_is_offered_is_exact(before: str, after: str, text: str) -> None:
    """Whatever stands around the cursor: the text, there, or nothing."""
    got = taken(f"{before}|{after}", text)
    if got is not None:
        head, tail = before, after
        cut = len(got) - len(before) - len(after)
        assert got == head + text[:cut] + tail
