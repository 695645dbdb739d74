"""Tests for beginnings that stand still."""

from itertools import pairwise
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexai.domain.messages import Infill, Message, Role
from hexai.domain.provider import Call, Finished, FinishReason, TextDelta
from hexai.providers.llamacpp.completion_prompts import (
    Continuation,
    RawPrompts,
    StandingWindow,
)
from hexai.providers.llamacpp.gguf import GapTokens, Metadata
from hexai.providers.llamacpp.infill import WatchedChat
from hexai.providers.llamacpp.prefill import PrefillPrompt, ReadLately
from hexai.text.tokens import estimate_tokens, most_tokens
from tests.support.calls import settings

LINES = [f"    value_{number} = compute(argument, {number})\n" for number in range(400)]
TOKENS = 200


def typed(count: int, *, places: StandingWindow, extra: str = "") -> str:
    """Cut a document at its line `count`."""
    return places.cut("".join(LINES[:count]) + extra, TOKENS)


def test_a_window_is_the_last_lines() -> None:
    """Whole ones, at most as many tokens as asked for."""
    window = typed(300, places=StandingWindow())

    assert "".join(LINES[:300]).endswith(window)
    assert window.startswith("    value_")
    assert TOKENS * 0.8 < estimate_tokens(window) <= TOKENS


def test_a_window_begins_where_it_began() -> None:
    """While lines are typed at its end, key by key."""
    places = StandingWindow()
    first = typed(300, places=places)

    for count in range(300, 318):
        assert typed(count, places=places, extra="    val").startswith(first)


def test_a_window_moves_seldom_and_far() -> None:
    """Over 100 new lines it begins at a handful of places."""
    places = StandingWindow()
    begun = {typed(count, places=places)[:40] for count in range(250, 350)}

    assert 2 <= len(begun) <= 5


def test_two_places_keep_theirs() -> None:
    """Somebody who goes back and forth finds both as they were."""
    places = StandingWindow()
    here, there = typed(100, places=places), typed(300, places=places)

    assert typed(101, places=places).startswith(here)
    assert typed(301, places=places).startswith(there)


def test_a_changed_beginning_is_not_kept() -> None:
    """Text that is no longer there is never sent."""
    places = StandingWindow()
    typed(300, places=places)
    changed = "".join(LINES[:300]).replace("value", "other")

    assert "value" not in places.cut(changed, TOKENS)


def test_a_short_text_is_whole() -> None:
    """With and without its first line done."""
    places = StandingWindow()
    for text in ("", "x", "import os\n", "import os\nimport sys\nx ="):
        assert places.cut(text, TOKENS) == text


def test_a_line_without_an_end_is_cut() -> None:
    """A file of one line of a megabyte does not go whole."""
    assert len(StandingWindow().cut("x" * 1_000_000, TOKENS)) == TOKENS * 4


TOLD = Metadata(
    gap=GapTokens(prefix=7, suffix=8, middle=9),
    control=("<|mid|>", "<|end|>"),
    letters={"<": 60},
)


def raw(told: Metadata = TOLD, *, fills: bool = True, heard: Any = None) -> RawPrompts:
    """Make the format of a model."""
    return RawPrompts(
        settings("local"),
        told,
        fills=fills,
        standing=StandingWindow(),
        reach=120,
        heard=heard or (lambda _speed: None),
    )


def call(before: str, after: str = "", max_tokens: int | None = None) -> Call:
    """Make a call about a gap."""
    return Call(
        model="m",
        messages=(Message(Role.USER, "hi"),),
        max_tokens=max_tokens,
        infill=Infill(prefix=before, suffix=after),
    )


def test_a_gap_is_put_between_its_tokens() -> None:
    """By their ids, so that no text can stand for them."""
    body = raw().body(call("before", "after"))

    assert body["prompt"] == [7, "before", 8, "after", 9]
    assert raw().path(call("")) == "/completion"


def test_a_text_begins_with_the_token_that_begins_texts() -> None:
    """Where the model wants one."""
    begun = msgspec.structs.replace(TOLD, begin=1)

    assert raw(begun).body(call("a", "b"))["prompt"] == [1, 7, "a", 8, "b", 9]


def test_a_mention_of_a_token_is_cut_in_two() -> None:
    """The text stays what it is, and no piece of it is a token."""
    text = "say <|mid|> and <|end|><|mid|>"
    pieces = ["say ", 60, "|mid|> and ", 60, "|end|>", 60, "|mid|>"]

    assert raw().body(call(text, ""))["prompt"] == [7, *pieces, 8, 9]
    assert raw(fills=False).body(call(text, ""))["prompt"] == pieces


def test_a_mention_that_cannot_be_parted_is_left_out() -> None:
    """With what stands before it: a list of texts would be a list of prompts."""
    none = msgspec.structs.replace(TOLD, letters={})

    assert raw(none, fills=False).body(call("a <|mid|> b", ""))["prompt"] == [" b"]


def test_the_text_after_a_gap_is_short() -> None:
    """It is read anew with each key."""
    prompt: Any = raw().body(call("a", "line of text\n" * 500))["prompt"]

    assert prompt[3].startswith("line of text\n")
    assert len(prompt[3]) < 200


def test_a_continuation_is_given_the_text_before_the_cursor() -> None:
    """Without the blanks that the model is to write itself; it stops at its line."""
    body = raw(fills=False).body(call("def f():\n    x = ", "\n"))

    assert body["prompt"] == ["def f():\n    x ="]
    assert body["stop"] == ["\n"]
    assert body["n_predict"] == 64


def test_an_empty_document_is_continued() -> None:
    """A prompt of nothing is still a prompt."""
    assert raw(fills=False).body(call(""))["prompt"] == [""]


def test_a_smaller_limit_stays() -> None:
    """What the user set is not raised."""
    assert raw(fills=False).body(call("x = ", max_tokens=5))["n_predict"] == 5


def test_progress_is_asked_for() -> None:
    """So that llama.cpp writes while it reads, and finds that the client has gone."""
    assert raw().body(call("a"))["return_progress"] is True
    assert WatchedChat(settings("local")).body(call("a"))["return_progress"] is True


def test_a_continuation_ends_where_its_block_ends() -> None:
    """Whatever the model goes on with; figures are those that came so far."""
    decoder = raw(fills=False).decoder(call("def f():\n    "))
    timings = {"prompt_n": 3, "cache_n": 4, "predicted_n": 6}
    events = [{"content": "\n    return 1\n"}, {"content": "x", "timings": timings}]
    chunks = [c for e in events for c in decoder.feed(msgspec.json.encode(e))]

    *texts, end = chunks
    assert [c.text for c in texts if isinstance(c, TextDelta)] == ["return 1"]
    assert isinstance(end, Finished)
    assert (end.usage.input, end.usage.cached, end.usage.output) == (7, 4, 6)
    assert end.chosen == 7
    assert decoder.has_ended


@pytest.mark.parametrize("before", ["", "\n\n"])
def test_without_text_before_the_cursor_there_is_nothing_to_say(before: str) -> None:
    """What llama.cpp calls `none` is how it ends where it was given nothing."""
    decoder = raw(fills=False).decoder(call(before))
    event = {"content": "", "stop": True, "stop_type": "none"}

    [end] = decoder.feed(msgspec.json.encode(event))

    assert isinstance(end, Finished)
    assert end.reason is FinishReason.STOP


def test_the_speed_of_reading_is_told() -> None:
    """Of prompts that are long enough to tell."""
    heard: list[float] = []
    for count in (100, 3):
        decoder = raw(heard=heard.append).decoder(call("a"))
        timings = {"prompt_n": count, "prompt_ms": 500.0}
        last = {"content": "", "stop": True, "stop_type": "eos", "timings": timings}
        decoder.feed(msgspec.json.encode({"content": "a"}))
        decoder.feed(msgspec.json.encode(last))

    assert heard == [200.0]


def test_a_prompt_is_read_in_pieces() -> None:
    """Each goes on from the one before, and the last is all but the line's blanks."""
    text = "".join(f"value_{n} = compute({n})\n" for n in range(20)) + "    x = "
    for fills in (True, False):
        one = raw(fills=fills)
        whole: Any = one.body(call(text))["prompt"]
        prompt = PrefillPrompt.of_worker(call(text), one)
        pieces = [piece for _, piece in prompt.pieces(ReadLately(), lambda: 16)]
        read = [prompt.wire.body(piece)["prompt"] for piece in pieces]
        texts = ["".join(t for t in each if isinstance(t, str)) for each in read]  # type: ignore[attr-defined]

        assert len(texts) > 3
        for shorter, longer in zip(
            texts, [*texts[1:], "".join(map(str, whole))], strict=True
        ):
            assert longer.removeprefix("7").startswith(shorter)
        assert all(piece.max_tokens == 1 for piece in pieces)


def test_a_line_that_is_too_long_is_read_in_pieces_too() -> None:
    """As many tokens each as are allowed by then."""
    text = ", ".join(f"value_{n}" for n in range(20))
    most = iter([4, 8, *[12] * 50])

    prompt = PrefillPrompt.of_worker(call(text), raw())
    pieces = [piece for _, piece in prompt.pieces(ReadLately(), lambda: next(most))]
    ends = [len(piece.infill.before) for piece in pieces if piece.infill]

    sizes = [most_tokens(text[a:b]) for a, b in pairwise([0, *ends])]
    assert sizes[:3] == [4, 8, 12]
    assert max(sizes) <= 12
    assert ends[-1] == len(text)


def test_nothing_above_is_read_in_no_piece() -> None:
    """An empty document has nothing to read."""
    prompt = PrefillPrompt.of_worker(call(""), raw(fills=False))
    assert [*prompt.pieces(ReadLately(), lambda: 16)] == []


def test_a_prompt_that_was_read_in_part_is_read_on_from_there() -> None:
    """However long that part is, it goes along whole, so that it stays kept."""
    text = "".join(f"value_{n} = compute({n})\n" for n in range(60))
    for fills in (True, False):
        one, lately = raw(fills=fills), ReadLately()
        begun = PrefillPrompt.of_worker(call(text), one)
        lately.take(begun.text)
        more = PrefillPrompt.of_worker(call(f"{text}other = 1\n"), one)

        [(read, piece)] = more.pieces(lately, lambda: 16)

        assert read == more.text
        assert begun.text in "".join(map(str, piece_of(more, piece)))
        assert [*begun.pieces(lately, lambda: 16)] == []


def piece_of(prompt: PrefillPrompt, piece: Call) -> Any:
    """Give what a worker is sent of a prompt."""
    return prompt.wire.body(piece)["prompt"]


def taken(before: str, said: str, after: str = "\n", *, size: int = 3) -> str:
    """Give what goes in of what a model says, in pieces."""
    one = Continuation(before, after)
    return "".join(one.take(said[at : at + size]) for at in range(0, len(said), size))


CASES = [
    # (before, what the model says after the prompt, what goes in)
    ("x = ", " 1\ny = 2\n", "1"),
    ("x = ", "1\n", ""),
    ("self.conf", "ig.path\nself.", "ig.path"),
    ("def f():\n    ", "\n    return 1\n\n\ndef g", "return 1"),
    ("def f():\n    ", "\n    a = 1\n    return a\n\nx", "a = 1\n    return a"),
    ("def f():\n    ", "\n    a = 1\nprint(a)\n", "a = 1"),
    ("def f():\n    ", "\n\n    a = 1\nprint(a)\n", "a = 1"),
    ("def f():\n    ", "\ndef g():\n    pass", ""),
    ("def f():\n    ", " # no\n", ""),
    ("def f():", "\n    return 1\n\nx", "\n    return 1"),
    ("def f():", "\n    return 1\nx", "\n    return 1"),
    ("  call(", "\n    a,\n    b,\n  )\n  more", "\n    a,\n    b,\n  )"),
    ("if (x) {", "\n\treturn;\n}\nmore", "\n\treturn;\n}"),
    ("\tif x {\n\t\t", "\n\t\treturn x\n\t}\n", "return x"),
    ("x = 1\n", "\ny = 2\nz = 3\n\n\n", "y = 2\nz = 3"),
    ("", "import os\nimport sys\n\nx", "import os\nimport sys"),
]


@pytest.mark.parametrize(("before", "said", "goes_in"), CASES)
@pytest.mark.parametrize("size", [1, 2, 5, 100])
def test_what_belongs_at_the_cursor(
    before: str, said: str, goes_in: str, size: int
) -> None:
    """However it is split: what is owed comes off, and it ends with line or block."""
    assert taken(before, said, size=size) == goes_in


def test_text_right_of_the_cursor_ends_it_with_the_line() -> None:
    """Below a new line too."""
    assert taken("    ", "    a = 1\n    b = 2\n", " + 2\n") == "a = 1"


def test_the_prompt_ends_where_the_model_owes_nothing() -> None:
    """Blanks and breaks before the cursor are left to the model."""
    before = "def f():\n\n    "

    assert Continuation(before, "").prompt(before) == "def f():"
    assert Continuation("x = ", "").prompt("x = ") == "x ="


def test_an_answer_that_is_over_is_said_to_be() -> None:
    """So that the slot is free for the next one."""
    going, odd = Continuation("def f():\n    ", ""), Continuation("x = ", "")
    over = []
    for piece in ("\n    return 1\n", "x"):
        going.take(piece)
        over.append(going.is_over)
    odd.take("1")

    assert over == [False, True]
    assert odd.is_over


def test_nothing_but_blanks_is_over_some_time() -> None:
    """A model that writes blank lines for ever is not heard out."""
    one = Continuation("x = 1\n", "")
    assert one.take("\n" * 500) == ""
    assert one.is_over


@given(st.text("ab \n\t:({)}", max_size=30), st.text("ab \n\t:({)}", max_size=60))
def test_splits_change_nothing(before: str, said: str) -> None:
    """What goes in is the same for every split, and part of what was said."""
    whole = taken(before, said, size=1000)

    assert taken(before, said, size=1).startswith(whole.rstrip())
    assert whole in said
