"""Messages: what is sent, and how streams are read."""

import json

import msgspec
import pytest

from hexai.domain.messages import Message, Role
from hexai.domain.provider import Call, Chunk, FinishReason, ReportedUsage
from hexai.errors import BrokenStream
from hexai.providers.formats.anthropic import AnthropicFormat
from tests.support.calls import call, end_of, reasoning_of, settings, text_of

ANTHROPIC = AnthropicFormat(settings("anthropic"))


def text(said: str, index: int = 0) -> dict[str, object]:
    """Give the event of one text delta."""
    inner = {"type": "text_delta", "text": said}
    return {"type": "content_block_delta", "index": index, "delta": inner}


def stop(reason: str, **figures: int) -> dict[str, object]:
    """Give the event that says why the model stopped."""
    return {"type": "message_delta", "delta": {"stop_reason": reason}, "usage": figures}


def read(*events: object) -> list[Chunk]:
    """Decode events to the end of the stream."""
    decoder = ANTHROPIC.decoder(call())
    chunks: list[Chunk] = []
    for event in events:
        chunks += decoder.feed(json.dumps(event).encode())
        if event == {"type": "message_stop"}:
            return chunks
    return [*chunks, *decoder.close()]


def test_a_request_has_its_system_text_apart() -> None:
    """System messages are pulled out, and the limit is always there."""
    asked = Call(
        model="m",
        messages=(
            Message(Role.SYSTEM, "be brief"),
            Message(Role.USER, "hi"),
            Message(Role.ASSISTANT, "hello"),
            Message(Role.SYSTEM, "be kind"),
            Message(Role.USER, "again"),
        ),
    )

    assert ANTHROPIC.path(asked) == "/messages"
    assert ANTHROPIC.body(asked) == {
        "model": "m",
        "system": "be brief\n\nbe kind",
        "messages": [
            {"role": "user", "content": "hi"},
            {"role": "assistant", "content": "hello"},
            {"role": "user", "content": "again"},
        ],
        "max_tokens": 4096,
        "stream": True,
    }


def test_options_are_sent_under_their_names() -> None:
    """A temperature of 0 is sent; blank stop sequences would be refused."""
    body = ANTHROPIC.body(call(temperature=0.0, max_tokens=7, stop=("a", "\n")))

    assert body["temperature"] == 0.0
    assert body["max_tokens"] == 7
    assert body["stop_sequences"] == ["a"]
    assert "system" not in body


def test_models_without_sampling_get_no_temperature() -> None:
    """Newer models refuse a request that holds one."""
    body = ANTHROPIC.body(call(model="claude-opus-4-7", temperature=0.0))

    assert "temperature" not in body


def test_the_key_has_a_header_of_its_own() -> None:
    """The version is always sent."""
    assert ANTHROPIC.headers("k")["x-api-key"] == "k"
    assert ANTHROPIC.headers("k")["anthropic-version"] == "2023-06-01"
    assert "x-api-key" not in ANTHROPIC.headers(None)


def test_blocks_follow_one_another() -> None:
    """Text is joined; thinking is reasoning; signatures and tool input are neither."""
    thinking = {"type": "thinking_delta", "thinking": "hm"}
    signature = {"type": "signature_delta", "signature": "abc"}
    tool = {"type": "input_json_delta", "partial_json": "{"}
    chunks = read(
        {"type": "content_block_start", "content_block": {"type": "text", "text": "A"}},
        text("b"),
        {"type": "content_block_delta", "delta": thinking},
        {"type": "content_block_delta", "delta": signature},
        {"type": "content_block_delta", "delta": tool},
        text("c", 1),
        stop("end_turn"),
        {"type": "message_stop"},
    )

    assert (text_of(chunks), reasoning_of(chunks)) == ("Abc", "hm")


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("end_turn", FinishReason.STOP),
        ("stop_sequence", FinishReason.STOP),
        ("max_tokens", FinishReason.LENGTH),
        ("model_context_window_exceeded", FinishReason.LENGTH),
        ("refusal", FinishReason.FILTERED),
        ("pause_turn", FinishReason.BROKEN),
        ("tool_use", FinishReason.TOOL),
        ("never-heard-of", FinishReason.BROKEN),
    ],
)
def test_the_reason_to_stop_is_read(said: str, reason: FinishReason) -> None:
    """An unknown one is not known to be whole."""
    assert end_of(read(text("a"), stop(said))).reason is reason


def test_figures_add_up() -> None:
    """Cached input is input; later figures replace earlier ones."""
    begun = {"input_tokens": 5, "cache_read_input_tokens": 100, "output_tokens": 1}
    chunks = read(
        {"type": "message_start", "message": {"model": "claude-x", "usage": begun}},
        text("a"),
        stop("end_turn", output_tokens=9),
        {"type": "message_stop"},
    )

    assert end_of(chunks).usage == ReportedUsage(input=105, output=9, cached=100)
    assert end_of(chunks).returned_model == "claude-x"


@pytest.mark.parametrize("figures", [None, [], {"input_tokens": "5"}, {"x": {}}])
def test_strange_figures_are_none(figures: object) -> None:
    """They cost no answer."""
    start = {"type": "message_start", "message": {"model": 7, "usage": figures}}
    end = end_of(read(start, text("a"), stop("end_turn")))

    assert (end.usage, end.returned_model) == (ReportedUsage(), None)


@pytest.mark.parametrize(
    "event",
    [
        {"type": "ping"},
        {"type": "content_block_stop", "index": 0},
        {"type": "of_tomorrow", "delta": {"type": "x"}, "more": [1]},
        {"type": "content_block_delta", "delta": {"type": "text_delta", "text": None}},
    ],
)
def test_events_without_text_are_passed_over(event: object) -> None:
    """Unknown ones too: the interface promises more of them."""
    assert text_of(read(text("a"), event, text("b"), stop("end_turn"))) == "ab"


def test_the_stop_mark_alone_is_no_whole_answer() -> None:
    """Nobody said why it ended: it may lack its half."""
    end = end_of(read(text("a"), {"type": "message_stop"}))

    assert end.reason is FinishReason.BROKEN


def test_an_end_without_a_reason_is_a_broken_stream() -> None:
    """Closing politely is no end mark."""
    with pytest.raises(BrokenStream):
        read(text("a"))


def test_what_stands_is_marked_where_it_is_to_be_kept() -> None:
    """In two blocks that say the same together; nothing else of the request differs."""
    asked = Message(Role.USER, "a long text, then the question", standing=12)
    plain = Call(model="m", messages=(Message(Role.SYSTEM, "be brief"), asked))
    marked = msgspec.structs.replace(plain, keeps=True)

    body = ANTHROPIC.body(marked)

    assert body["messages"] == [
        {
            "role": "user",
            "content": [
                {
                    "type": "text",
                    "text": "a long text,",
                    "cache_control": {"type": "ephemeral"},
                },
                {"type": "text", "text": " then the question"},
            ],
        }
    ]
    assert {**body, "messages": 0} == {**ANTHROPIC.body(plain), "messages": 0}


@pytest.mark.parametrize("standing", [0, 3, 8])
def test_no_block_is_blank(standing: int) -> None:
    """A blank one would have the whole request refused."""
    asked = Message(Role.USER, "   five ", standing=standing)
    body = ANTHROPIC.body(Call(model="m", messages=(asked,), keeps=True))

    assert body["messages"] == [{"role": "user", "content": "   five "}]
