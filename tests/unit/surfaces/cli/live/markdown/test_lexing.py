"""Code has the colours that Pygments gives it, though it is read line by line."""

import re
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pygments.lexers import find_lexer_class_by_name

from hexai.surfaces.cli.live.markdown import lexing
from hexai.surfaces.cli.live.markdown.beginnings import beginnings, begins_line
from hexai.surfaces.cli.live.markdown.lexing import ResumableLexer, resumable

LANGUAGES = [
    *("python", "bash", "go", "rust", "java", "sql", "css", "html", "toml"),
    *("javascript", "kotlin", "csharp"),
]
OWN = Path(lexing.__file__).read_text()
STRANGE = "\tx\x00 '\"`{{ /* <a é=漢> $(( */ @@ \\\n# 0x1f 1e5 r'\\d'\n<?!--\n"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_text_is_read_as_pygments_reads_it(language: str) -> None:
    """Also a text in another language, full of what it does not know."""
    kind = find_lexer_class_by_name(language)
    lexer = resumable(kind)
    assert isinstance(lexer, ResumableLexer)
    for text in (OWN[:3_000], STRANGE):
        tokens, _ = lexer.read(text, ("root",))

        assert tokens == list(kind().get_tokens_unprocessed(text))


def test_large_letters_of_other_scripts_are_told_from_small_ones() -> None:
    """Where a language calls types by them."""
    kind = find_lexer_class_by_name("haskell")
    lexer = resumable(kind)
    assert isinstance(lexer, ResumableLexer)
    text = "Ähn ärger\n→ ∷ x\n"

    assert lexer.read(text, ("root",))[0] == [*kind().get_tokens_unprocessed(text)]


def test_reading_goes_on_where_it_stopped() -> None:
    """A string of several lines is a string in each of them."""
    lexer = resumable(find_lexer_class_by_name("go"))
    assert isinstance(lexer, ResumableLexer)
    python = resumable(find_lexer_class_by_name("python"))
    assert isinstance(python, ResumableLexer)

    _, stack = python.read('x = """one\n', ("root",))
    tokens, after = python.read('two""" + 1\n', stack)

    assert "String" in str(tokens[0][1])
    assert stack != after == ("root",)


PATTERNS = st.lists(
    st.sampled_from(
        [
            *("a", "b", r"\d", r"\s", r"\W", "[a-c]", "[^ab]", ".", "é", "#"),
            *("a?", "(b|#)", "(?:c*)", "(?=a)", "(?<!b)", r"\b", "^", "$", "(?i:d)"),
            *(
                "a|b",
                "(?:a|)",
                r"[\W_]",
                r"[^\S\n]+",
                r"\$",
                "b{2}",
                "b{0,2}",
                "(?>ab)",
            ),
        ]
    ),
    max_size=4,
).map("".join)


@given(PATTERNS, st.text("abcdABCD# \n1$_é", min_size=1, max_size=4))
def test_what_matches_begins_as_it_was_told(pattern: str, text: str) -> None:
    """No rule is left out where it could match."""
    told = beginnings(pattern, re.MULTILINE)

    if told is not None and text[0].isascii() and text[0] not in told:
        assert re.compile(pattern, re.MULTILINE).match(text) is None


@given(PATTERNS, st.text("abB# \n1", min_size=1, max_size=4), st.integers(0, 3))
@example("(^a|b)", "#b", 1)
@example("(^)a", "#a", 1)
def test_what_is_bound_to_a_line_matches_at_its_beginning_alone(
    pattern: str, text: str, at: int
) -> None:
    """No rule is left out within a line that could match there."""
    if begins_line(pattern, re.MULTILINE) and text[at - 1 : at] not in {"", "\n"}:
        assert re.compile(pattern, re.MULTILINE).match(text, at) is None


def test_a_text_of_many_scripts_leaves_little_behind() -> None:
    """A lexer is kept, and must not learn something of each character."""
    lexer = resumable(find_lexer_class_by_name("python"))
    assert isinstance(lexer, ResumableLexer)
    lexer.read("漢", ("root",))
    tracemalloc.start()
    try:
        lexer.read("".join(map(chr, range(0x4E00, 0x9000))), ("root",))
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert kept < 1 << 20


def test_what_cannot_be_known_may_begin_with_anything() -> None:
    """An expression that may match nothing, or refers back, is always tried."""
    assert beginnings("a*", 0) is None
    assert beginnings(r"(a?)\1b", 0) is None
    assert beginnings("(?<!x)(self|Cls)", 0) == frozenset("sScC")
