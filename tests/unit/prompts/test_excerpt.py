"""What of a document goes along with a request."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from hexai.config.schema import ContextMode, General, Settings
from hexai.domain.entry import Surface
from hexai.domain.messages import Message, Role
from hexai.domain.request import Request
from hexai.prompts.chat import Exchange, chat_within
from hexai.prompts.code.cursor import Cursor
from hexai.prompts.excerpt import begins_function, cut, fitted
from hexai.text.lines import Lines, Position, Span
from hexai.text.tokens import estimate_tokens
from tests.support.marked import read_at, unmark, unmark_span

LONG = Lines.of("\n".join(f"line {number}" for number in range(200)))
MIDDLE = Span(Position(100, 4), Position(100, 4))
_MODES: tuple[ContextMode, ...] = (
    "minimal",
    "window",
    "file-on-new-func",
    "always-full",
)


@pytest.mark.parametrize(
    ("mode", "whole", "least", "above", "below"),
    [
        ("minimal", True, 1, 1, 1),
        ("window", True, 8, 10, 10),
        ("file-on-new-func", False, 8, 10, 10),
        ("file-on-new-func", True, 99, 100, 99),
        ("always-full", False, 99, 100, 99),
    ],
)
def test_a_mode_says_how_many_lines(
    mode: ContextMode, whole: bool, least: int, above: int, below: int
) -> None:
    """Around the cursor, not from the top; a window ends within its last fifth."""
    general = General(context_mode=mode, context_window_lines=20)

    excerpt = cut(LONG, MIDDLE, general, whole=whole)

    assert least <= excerpt.before.count("\n") <= above
    assert least <= excerpt.after.count("\n") <= below
    assert (excerpt.left, excerpt.right) == ("line", " 100")


def test_a_larger_mode_never_gives_less() -> None:
    """So that a narrower one takes away."""
    sizes = []
    for mode in _MODES:
        excerpt = cut(LONG, MIDDLE, General(context_mode=mode), whole=False)
        sizes.append(len(excerpt.before + excerpt.after))

    assert sizes == sorted(sizes)


def test_the_budget_is_spent_near_the_cursor_and_mostly_above() -> None:
    """Seven tenths go to the text before it."""
    excerpt = cut(LONG, MIDDLE, General(max_context_tokens=100))

    above, below = excerpt.before.count("\n"), excerpt.after.count("\n")
    assert excerpt.before.startswith(f"line {100 - above}\n")
    assert 2 < above / below < 3
    assert estimate_tokens(excerpt.before + excerpt.after) <= 100


@pytest.mark.parametrize(
    ("line", "above", "below"), [(1, 1, 30), (198, 30, 1)], ids=["top", "bottom"]
)
def test_what_one_side_does_not_need_is_the_others(
    line: int, above: int, below: int
) -> None:
    """At the top of a file the text below gets it all."""
    at = Position(line, 0)

    excerpt = cut(LONG, Span(at, at), General(max_context_tokens=130))

    assert excerpt.before.count("\n") >= above
    assert excerpt.after.count("\n") >= below


def test_zero_tokens_are_no_limit() -> None:
    """As with the other limits."""
    excerpt = cut(LONG, MIDDLE, General(max_context_tokens=0))

    assert excerpt.before + excerpt.after == LONG.text


def test_a_line_that_alone_is_too_long_is_cut_at_the_cursor() -> None:
    """What is nearest to the cursor stays."""
    document, at = unmark("a" * 5000 + "b|c" + "d" * 5000)

    excerpt = cut(document, Span(at, at), General(max_context_tokens=100))

    assert excerpt.before == "a" * 279 + "b"
    assert excerpt.after == "c" + "d" * 119


def test_the_gap_itself_is_left_out() -> None:
    """It is what the answer takes the place of."""
    document, gap = unmark_span("one\ntwo «three\nfour» five\nsix")

    excerpt = cut(document, gap, General())

    assert (excerpt.before, excerpt.after) == ("one\ntwo ", " five\nsix")


def test_the_lines_next_to_the_gap_are_known() -> None:
    """Those that are not blank."""
    document, at = unmark("one\n\n    |\n\n  two\n")

    excerpt = cut(document, Span(at, at), General())

    assert (excerpt.last, excerpt.first) == ("one", "  two")


def test_an_empty_document_has_no_such_lines() -> None:
    """They are blank texts then."""
    at = Position(0, 0)

    excerpt = cut(Lines.of(""), Span(at, at), General())

    assert (excerpt.last, excerpt.first, excerpt.before, excerpt.after) == ("",) * 4


@given(
    text=st.text(alphabet="ab \n\ré𐐷", max_size=200),
    places=st.lists(
        st.builds(Position, st.integers(-2, 40), st.integers(-2, 60)),
        min_size=2,
        max_size=2,
    ),
    mode=st.sampled_from(_MODES),
    tokens=st.integers(0, 60),
)
def test_any_gap_can_be_cut_around(
    text: str, places: list[Position], mode: ContextMode, tokens: int
) -> None:
    """What is cut out is what stands on both sides, within the budget."""
    document = Lines.of(text)
    general = General(context_mode=mode, max_context_tokens=tokens)
    start, end = map(document.clamp, sorted(places))

    excerpt = cut(document, Span(*sorted(places)), general)

    plain = "\n".join(document.between(0, len(document)))
    before = "\n".join(
        [*document.between(0, start.line), document.line(start.line)[: start.character]]
    )
    assert before.endswith(excerpt.before)
    after = plain[len(plain) - len(excerpt.after) :]
    assert excerpt.after in plain
    if not tokens and mode == "always-full":
        assert excerpt.before == before
        assert excerpt.after == after
    assert document.line(end.line)[end.character :].startswith(excerpt.right)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("func f(a |) {}\n", True),
        ("func f() {\n\t|\n}\n", True),
        ("func f() {\n\ta()\n\tb()\n\t|\n}\n", False),
        ("|\n", False),
    ],
)
def test_a_function_that_is_being_begun_is_known(code: str, expected: bool) -> None:
    """By its parameter list, or because nothing is in it."""
    marked = f"package m\n\n{code}"
    syntax, position = read_at("go", marked)
    document, _ = unmark(marked)

    assert begins_function(syntax, document, position) is expected


OVERHEAD = "o" * 400


def compose(settings: Settings) -> Request:
    """Compose a request of 100 tokens, and as many of a document as it may have."""
    document = "d" * 4 * min(settings.general.max_context_tokens, 5_000)
    message = Message(Role.USER, OVERHEAD + document)
    return Request(surface=Surface.COMPLETION, messages=(message,))


def test_a_request_that_fits_stays_as_it_is() -> None:
    """So does every one where nobody knows the room."""
    settings = Settings()
    request = compose(settings)

    assert fitted(request, None, settings, compose) is request
    assert fitted(request, request.tokens, settings, compose) is request


def test_what_is_too_much_is_taken_from_the_document() -> None:
    """All else stays, and nearly all of the room is used."""
    settings = Settings()
    short = fitted(compose(settings), 1_000, settings, compose)

    assert 950 <= short.tokens <= 1_000
    assert OVERHEAD in short.messages[0].content


def test_what_never_fits_is_as_short_as_it_gets() -> None:
    """The upstream says what it makes of it."""
    settings = Settings()

    assert fitted(compose(settings), 50, settings, compose).tokens < 130


def test_a_chat_forgets_the_oldest_first() -> None:
    """Then what is far from the question in the document; never the question."""
    earlier = [
        Exchange(question=f"question {n}?", answer=f"answer {n} " * 100)
        for n in range(3)
    ]
    settings = Settings()
    general = replace(settings.general, context_mode="minimal")
    settings = replace(settings, general=general)
    document, span = unmark_span("«why?>»\n")
    cursor = Cursor(document=document, span=span, path="a.md", identifier="markdown")

    whole = chat_within(10_000, cursor, "why?", earlier, settings)
    short = chat_within(whole.tokens - 1, cursor, "why?", earlier, settings)
    least = chat_within(1, cursor, "why?", earlier, settings)

    assert "question 0?" in str(whole.messages)
    assert "question 0?" not in str(short.messages)
    assert "question 1?" in str(short.messages)
    assert "question 2?" not in str(least.messages)
    assert least.messages[-1].content == "why?"
