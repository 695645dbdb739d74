"""Excerpts and prompts that stand still while somebody types."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexai.config.schema import Completion, General, Settings
from hexai.config.schema_prompts import CompletionPrompts, Prompts
from hexai.prompts.code.cursor import Cursor
from hexai.prompts.completion import completion_request
from hexai.prompts.excerpt import Excerpt, cut
from hexai.text.lines import Lines, Position, Span
from hexai.text.tokens import estimate_tokens

_STATEMENTS = (
    "return self",
    "x = 1",
    "",
    "for a in b:",
    "call(one, two, three)",
    "é = ß",
)
_LINE = st.builds(
    lambda depth, text: "    " * depth + text,
    st.integers(0, 3),
    st.sampled_from((*_STATEMENTS, "def f(self):", "class C:")),
)
_TYPED = "def area(width, height):\n    return width * height\n\n"
_STANDING = Settings(completion=Completion(prompt_order="standing"))
_DOCUMENT = Settings(completion=Completion(prompt_order="document"))


def _code(lines: int) -> list[str]:
    """Make code in which no line stands twice, with a declaration every 12 lines."""
    return [
        f"def function_{n}(argument):" if n % 12 == 0 else f"    value_{n} = call({n})"
        for n in range(lines)
    ]


def _excerpt(lines: list[str], at: Position, general: General) -> Excerpt:
    return cut(Lines.of("\n".join(lines)), Span(at, at), general)


@given(
    lines=st.lists(_LINE, min_size=1, max_size=400),
    where=st.floats(0, 1),
    tokens=st.integers(100, 2_000),
)
def test_a_budget_is_used_and_what_is_near_is_there(
    lines: list[str], where: float, tokens: int
) -> None:
    """Four fifths of it, and 60 lines above and 20 below where it holds them."""
    line = min(int(where * len(lines)), len(lines) - 1)
    at = Position(line, len(lines[line]))
    general = General(max_context_tokens=tokens)

    excerpt = _excerpt(lines, at, general)

    used = estimate_tokens(excerpt.before + excerpt.after)
    all_of_it = excerpt.before + excerpt.after == "\n".join(lines)
    assert used <= tokens + 2
    assert all_of_it or used >= 0.8 * tokens - 12
    near = lines[max(0, line - 60) : line + 1]
    if estimate_tokens("\n".join(near)) < 0.69 * tokens:
        assert excerpt.before.endswith("\n".join(near))
    near = lines[line + 1 : line + 21]
    if estimate_tokens("\n".join(near)) < 0.29 * tokens:
        assert excerpt.after.startswith("\n".join(["", *near]))


@given(lines=st.lists(_LINE, min_size=1, max_size=60), where=st.floats(0, 1))
def test_every_line_of_a_prompt_is_one_of_the_document_as_it_is(
    lines: list[str], where: float
) -> None:
    """Those of a template aside: nothing is kept that was there before."""
    line = min(int(where * len(lines)), len(lines) - 1)
    document = Lines.of("\n".join(lines))
    at = Position(line, len(lines[line]))
    general = General(max_context_tokens=100)
    excerpt = cut(document, Span(at, at), general)

    parts = (excerpt.before, excerpt.near, excerpt.far)

    assert excerpt.near + excerpt.far == excerpt.after
    assert {row for part in parts for row in part.split("\n")} <= {*lines, ""}


def test_an_excerpt_stands_still_while_somebody_types() -> None:
    """Over three lines, at each of 30 places, it begins and ends anew once in ten."""
    general = General(max_context_tokens=4_000)
    moved = typed = 0
    for place in range(400, 1_300, 30):
        lines = _code(1_600)
        head = lines[:place]
        seen: set[tuple[str, str]] = set()
        for count in range(0, len(_TYPED), 6):
            now = [*head, *_TYPED[:count].split("\n"), *lines[place:]]
            end = place + _TYPED[:count].count("\n")
            excerpt = _excerpt(now, Position(end, len(now[end])), general)
            seen.add((excerpt.before[:80], excerpt.after[-80:]))
            typed += 1
        moved += len(seen) - 1
    assert moved <= 3
    assert typed > 200


def test_a_line_added_on_top_moves_no_cut() -> None:
    """Anchors are known by their text, not by their numbers."""
    lines = _code(1_600)
    general = General(max_context_tokens=4_000)

    first = _excerpt(lines, Position(800, 4), general)
    second = _excerpt(["import os", *lines], Position(801, 4), general)

    assert first == second


def test_what_changes_least_comes_first() -> None:
    """A twelfth of a prompt at most follows the first difference, but where it moves.

    That is once here, where the lines that are being worked at begin further down.
    """
    lines = _code(1_600)
    anew = []
    last = ""
    for count in range(0, len(_TYPED), 6):
        now = [*lines[:800], *_TYPED[:count].split("\n"), *lines[800:]]
        end = 800 + _TYPED[:count].count("\n")
        at = Position(end, len(now[end]))
        cursor = Cursor(
            document=Lines.of("\n".join(now)), span=Span(at, at), path="a.py"
        )
        text = completion_request(cursor, _STANDING).messages[1].content
        common = next(
            (
                n
                for n, pair in enumerate(zip(last, text, strict=False))
                if len({*pair}) > 1
            ),
            min(len(last), len(text)),
        )
        anew.append(1 - common / len(text))
        last = text

    *usual, moved = sorted(anew[1:])
    assert usual[-1] < 1 / 12
    assert moved < 1 / 5


def test_a_message_says_how_much_of_it_stands() -> None:
    """Up to the lines that are being worked at, in either order."""
    lines = _code(1_600)
    cursor = Cursor(
        document=Lines.of("\n".join(lines)),
        span=Span(Position(800, 8), Position(800, 8)),
        path="a.py",
    )
    for settings in (_DOCUMENT, _STANDING):
        message = completion_request(cursor, settings).messages[1]
        tail = message.content[message.standing :]

        assert lines[799] in tail
        assert estimate_tokens(tail[: tail.index(lines[799])]) <= 400
        assert message.standing > len(message.content) / 3


def test_what_is_near_as_a_whole_is_asked_alike_in_both_orders() -> None:
    """A small file has nothing that could be put first."""
    at = Position(3, 4)
    cursor = Cursor(document=Lines.of("\n".join(_code(6))), span=Span(at, at))

    standing = completion_request(cursor, _STANDING).messages

    assert standing == completion_request(cursor, _DOCUMENT).messages


def test_what_is_apart_is_named_and_everything_is_said_once() -> None:
    """Further below, further above, before, after: each line in one of them."""
    lines = _code(600)
    at = Position(300, 4)
    cursor = Cursor(document=Lines.of("\n".join(lines)), span=Span(at, at))

    text = completion_request(cursor, _STANDING).messages[1].content

    places = [text.index(f"<{name}>") for name in ("below", "above", "before", "after")]
    assert places == sorted(places)
    said = text[: text.index("Enclosing function")].split("\n")
    inside = [line for line in said if line in {*lines}]
    assert len(inside) == len({*inside})
    assert lines[299] in inside
    assert lines[301] in inside


def test_a_file_that_ends_at_the_cursor_has_nothing_below() -> None:
    """No empty part is announced."""
    lines = _code(400)
    at = Position(399, 4)
    cursor = Cursor(document=Lines.of("\n".join(lines)), span=Span(at, at))

    text = completion_request(cursor, _STANDING).messages[1].content

    assert "<above>" in text
    assert "<below>" not in text


def test_the_users_own_prompt_keeps_its_order() -> None:
    """It is for the user to say."""
    own = replace_prompt("{{before}}|{{after}}")
    at = Position(1, 0)
    cursor = Cursor(document=Lines.of("a\n\nb"), span=Span(at, at))

    assert completion_request(cursor, own).messages[1].content == "a\n|\nb"


def replace_prompt(text: str) -> Settings:
    """Give settings with a prompt of the user's own."""
    prompts = Prompts(completion=CompletionPrompts(user_general=text))
    return Settings(completion=Completion(prompt_order="standing"), prompts=prompts)


def test_the_instructions_are_the_same_in_a_parameter_list() -> None:
    """What is asked there stands at the end, so that all before it is kept."""
    lines = [*_code(800), "def added(", "", *_code(800)]
    texts = []
    for line in (400, 800):
        at = Position(line, len(lines[line]))
        cursor = Cursor(
            document=Lines.of("\n".join(lines)),
            span=Span(at, at),
            path="a.py",
            identifier="python",
        )
        texts.append(completion_request(cursor, _STANDING).messages)

    assert texts[0][0] == texts[1][0]
    assert "parameter list" in texts[1][1].content
    assert "parameter list" not in texts[0][1].content


@pytest.mark.parametrize(
    ("template", "stands"),
    [
        ("{{ file }}: {{ before }}|{{after}}", True),
        ("{{after}}|{{before}}", False),
        ("{{current}}", False),
    ],
)
def test_only_what_lasts_stands_before_what_stands(template: str, stands: bool) -> None:
    """A template that tells of the cursor before the text has no part that stays."""
    lines = _code(1_600)
    at = Position(800, 0)
    cursor = Cursor(document=Lines.of("\n".join(lines)), span=Span(at, at), path="a")

    message = completion_request(cursor, replace_prompt(template)).messages[1]

    assert (message.standing > 0) == stands
    if stands:
        assert message.content[: message.standing].endswith("\n")
        assert f"\n{lines[799]}\n|" in message.content[message.standing - 1 :]
