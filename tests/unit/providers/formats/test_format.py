"""Ends, thoughts and control tokens, over all formats and routes alike."""

import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from hexai.domain.messages import Infill
from hexai.domain.provider import (
    Call,
    Chunk,
    FinishReason,
    Habit,
    TakenBack,
    Withheld,
)
from hexai.errors import BrokenStream
from hexai.providers.formats.anthropic import AnthropicFormat
from hexai.providers.formats.control_tokens import FAMILIES, stops
from hexai.providers.formats.endings import ENDINGS
from hexai.providers.formats.error_bodies import ReportedError
from hexai.providers.formats.format import WireFormat
from hexai.providers.formats.ollama import OllamaFormat, OllamaInfill
from hexai.providers.formats.openai import OpenAIFormat, OpenAIInfill
from hexai.providers.formats.reading import Reader, is_keep_alive
from hexai.providers.formats.thinking import thoughts
from hexai.providers.formats.thinking_marks import BLOCKS
from hexai.providers.llamacpp.infill import LlamaCppInfill
from tests.support.calls import call, end_of, reasoning_of, settings, text_of

Line = dict[str, Any] | str
GAP = Infill(prefix="def area(w, h):\n    return ", suffix="\n")


def _sse(*events: Line) -> bytes:
    said = (one if isinstance(one, str) else json.dumps(one) for one in events)
    return "".join(f"data: {one}\n\n" for one in said).encode()


def _lines(*events: Line) -> bytes:
    said = (one if isinstance(one, str) else json.dumps(one) for one in events)
    return "".join(f"{one}\n" for one in said).encode()


def _openai(texts: Sequence[str], word: str | None) -> bytes:
    deltas = [{"choices": [{"index": 0, "delta": {"content": t}}]} for t in texts]
    return _sse(*deltas, {"choices": [{"index": 0, "finish_reason": word}]}, "[DONE]")


def _anthropic(texts: Sequence[str], word: str | None) -> bytes:
    deltas = [{"type": "content_block_delta", "delta": {"text": t}} for t in texts]
    end = {"type": "message_delta", "delta": {"stop_reason": word}}
    return _sse(*deltas, end, {"type": "message_stop"})


def _ollama(texts: Sequence[str], word: str | None) -> bytes:
    deltas = [{"message": {"content": t}, "done": False} for t in texts]
    return _lines(*deltas, {"done": True, "done_reason": word})


def _generate(texts: Sequence[str], word: str | None) -> bytes:
    deltas = [{"response": t, "done": False} for t in texts]
    return _lines(*deltas, {"done": True, "done_reason": word})


def _completions(texts: Sequence[str], word: str | None) -> bytes:
    deltas = [{"choices": [{"index": 0, "text": t}]} for t in texts]
    return _sse(*deltas, {"choices": [{"index": 0, "finish_reason": word}]}, "[DONE]")


def _infill(texts: Sequence[str], word: str | None) -> bytes:
    deltas = [{"content": t, "stop": False} for t in texts]
    return _sse(*deltas, {"content": "", "stop": True, "stop_type": word})


Written = tuple[WireFormat, Callable[[Sequence[str], str | None], bytes]]

CHATS: dict[str, Written] = {
    "openai": (OpenAIFormat(settings("openai")), _openai),
    "anthropic": (AnthropicFormat(settings("anthropic")), _anthropic),
    "ollama": (OllamaFormat(settings("ollama")), _ollama),
}
GAPS: dict[str, Written] = {
    "generate": (OllamaInfill(settings("ollama")), _generate),
    "completions": (OpenAIInfill(settings("openai"), "/completions"), _completions),
    "infill": (LlamaCppInfill(settings("openai")), _infill),
}
ROUTES = CHATS | GAPS

every_chat = pytest.mark.parametrize("route", CHATS)
every_route = pytest.mark.parametrize("route", ROUTES)


def _explain(said: ReportedError) -> BrokenStream:
    return BrokenStream(said.message)


def read(route: str, data: Iterable[bytes], asked: Call | None = None) -> list[Chunk]:
    """Read a stream as a route does."""
    wire, _ = ROUTES[route]
    asked = asked or call(infill=GAP if route in GAPS else None)
    reader = Reader(wire.framing, wire.decoder(asked), _explain)
    chunks = [chunk for piece in data for chunk in reader.feed(piece)]
    return chunks if reader.finished else [*chunks, *reader.close()]


def hear(
    route: str, *texts: str, word: str | None = "stop", asked: Call | None = None
) -> list[Chunk]:
    """Read an answer of these texts."""
    return read(route, [ROUTES[route][1](texts, word)], asked)


@every_route
@pytest.mark.parametrize(
    ("word", "means"),
    [(word, row.means) for row in ENDINGS for word in row.words]
    + [("never-heard-of", FinishReason.BROKEN), ("STOP", FinishReason.STOP)],
)
def test_a_word_means_the_same_in_every_format(
    route: str, word: str, means: FinishReason
) -> None:
    """Proxies mix the vendors' words."""
    end = end_of(hear(route, "a", word=word))

    assert (end.reason, end.said) == (means, word)


@pytest.mark.parametrize("route", ["openai", "anthropic", "completions", "infill"])
def test_no_word_to_the_end_is_broken(route: str) -> None:
    """The mark of the stream's end says nothing about the answer."""
    assert end_of(hear(route, "a", word=None)).reason is FinishReason.BROKEN


def test_an_old_ollama_only_says_done() -> None:
    """Servers older than reasons; the last line is an end of its own."""
    assert end_of(hear("ollama", "a", word=None)).reason is FinishReason.STOP


def test_an_ollama_may_leave_done_out() -> None:
    """The reason and the counts say as much."""
    last = {"done_reason": "stop", "prompt_eval_count": 3, "eval_count": 1}
    chunks = read("ollama", [_lines({"message": {"content": "a"}}, last)])

    end = end_of(chunks)
    assert (end.reason, end.usage.input) == (FinishReason.STOP, 3)


def test_a_fault_behind_the_end_does_not_matter() -> None:
    """Not even an error that is told."""
    end = {
        "choices": [{"index": 0, "delta": {"content": "a"}, "finish_reason": "stop"}]
    }
    chunks = read("openai", [_sse(end, {"error": {"message": "too late"}})])

    assert text_of(chunks) == "a"
    assert end_of(chunks).reason is FinishReason.STOP


@every_chat
def test_only_a_tool_is_called(route: str) -> None:
    """The end may be like any other."""
    called: dict[str, Line] = {
        "openai": {"choices": [{"delta": {"tool_calls": [{"index": 0}]}}]},
        "anthropic": {
            "type": "content_block_start",
            "content_block": {"type": "tool_use", "name": "f"},
        },
        "ollama": {"message": {"content": "", "tool_calls": [{"function": {}}]}},
    }
    write = _lines if route == "ollama" else _sse
    ended = CHATS[route][1]((), "stop")

    assert (
        end_of(read(route, [write(called[route]), ended])).reason is FinishReason.TOOL
    )


B1 = ("The user greets me, so I", " should greet.\n</th", "ink>\n\nHello!")


@every_chat
def test_a_closing_tag_alone_takes_back_what_was_said(route: str) -> None:
    """The template has opened the block; nothing before the tag is answer."""
    chunks = hear(route, *B1)

    assert text_of(chunks) == "Hello!"
    assert reasoning_of(chunks) == "The user greets me, so I should greet.\n"


@every_chat
@pytest.mark.parametrize(
    "model", ["qwq:32b", "deepseek-ai/DeepSeek-R1-Distill-Qwen-7B"]
)
def test_a_model_whose_template_opens_is_held(route: str, model: str) -> None:
    """Nothing has to be taken back, and it goes on all the while."""
    chunks = hear(route, *B1, asked=call(model=model))

    assert isinstance(chunks[0], Withheld)
    assert text_of(chunks) == "Hello!"
    assert "takenback" not in {type(chunk).__name__.lower() for chunk in chunks}
    assert (
        text_of(hear(route, "all", " answer", asked=call(model=model))) == "all answer"
    )


@every_chat
def test_a_model_that_has_thought_aloud_is_held(route: str) -> None:
    """As one with a row, by any tag that closes."""
    asked = replace(call(), habit=Habit.ALOUD)

    for texts in (B1, ("Greets.\n[/THINK]\n\n", "Hello!")):
        chunks = hear(route, *texts, asked=asked)
        assert not any(isinstance(chunk, TakenBack) for chunk in chunks)
        assert text_of(chunks) == "Hello!"
    assert text_of(hear(route, "all", " answer", asked=asked)) == "all answer"


@every_chat
@pytest.mark.parametrize(
    "asked", [call(model="qwq"), replace(call(), habit=Habit.ALOUD)]
)
def test_what_is_held_and_cut_off_is_reasoning(route: str, asked: Call) -> None:
    """Without the tag, nothing of it is known to be answer; none of it is lost."""
    chunks = hear(route, "The area", " is", word="length", asked=asked)

    assert (text_of(chunks), reasoning_of(chunks)) == ("", "The area is")


@every_chat
def test_an_answer_is_vouched_for(route: str) -> None:
    """Behind a closed block, and of a model that has ended one before."""
    marked = replace(call(), habit=Habit.MARKED)

    assert not end_of(hear(route, "a", word="length")).vouched
    assert end_of(hear(route, "a", word="length", asked=marked)).vouched
    assert end_of(hear(route, "<think>a</think>b", word="length")).vouched
    assert end_of(hear(route, *B1, word="length")).vouched


@every_chat
@pytest.mark.parametrize(
    "text",
    [
        "Use <think>x</think> so.",
        "Close it with `</think>`.",
        'tags = ["</think>", 1]',
        "The </think> tag closes it.",
        "```html\n</think>\n```\n",
        "It ends by (</think>) then.",
        "a </thinking b",
    ],
)
def test_a_tag_that_is_written_about_stays(route: str, text: str) -> None:
    """An answer may be about tags."""
    assert text_of(hear(route, text)) == text


def test_a_question_about_the_tag_wants_it_on_its_own_line() -> None:
    """Then a mention in a sentence is likelier than an end of thought."""
    asked = call("what does </think> do?")

    assert text_of(hear("openai", "Ends it.</think>Yes", asked=asked)) == (
        "Ends it.</think>Yes"
    )
    assert text_of(hear("openai", "Hm.\n</think>\n\nYes", asked=asked)) == "Yes"
    assert text_of(hear("openai", "Ends it.</think>Yes")) == "Yes"


HARMONY = (
    "<|channel|>analysis<|message|>Greets.<|end|>"
    "<|start|>assistant<|channel|>final<|message|>Hello!"
)


@every_chat
@pytest.mark.parametrize(
    ("said", "model"),
    [(f"{b.opens}hm{b.closes}\n{b.then}Hello!", b.models or "m") for b in BLOCKS]
    + [(HARMONY, "m"), (HARMONY + "<|return|>", "gpt-oss:20b")],
)
def test_every_block_is_taken_out(route: str, said: str, model: str) -> None:
    """Byte by byte as in one piece."""
    name = {"m": "m", "granite": "granite3.2", "apriel": "apriel"}.get(model, model)
    for texts in ([said], list(said)):
        chunks = hear(route, *texts, asked=call(model=name))

        assert text_of(chunks) == "Hello!"
        assert reasoning_of(chunks)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("hm", "hm"),
        ({"text": "hm"}, "hm"),
        ([{"type": "reasoning.text", "text": "h"}, {"summary": "m"}], "hm"),
        ([{"type": "reasoning.encrypted", "data": "x"}], ""),
        (7, ""),
        (None, ""),
    ],
)
def test_reasoning_is_read_in_every_shape(value: object, text: str) -> None:
    """What holds no text is still progress."""
    assert thoughts(value) == text


@pytest.mark.parametrize(
    "delta",
    [
        {"reasoning_content": {"text": "hm"}},
        {"thinking": "hm"},
        {"reasoning_details": [{"type": "reasoning.text", "text": "hm"}]},
        {"reasoning_text": "hm"},
        {"cot_summary": "hm"},
        {"content": [{"type": "reasoning", "text": "hm"}]},
        {"content": [{"type": "thinking", "thinking": [{"text": "hm"}]}]},
        {"content": {"type": "thought", "text": "hm"}},
    ],
)
@pytest.mark.parametrize("route", ["openai", "ollama"])
def test_reasoning_is_found_wherever_it_stands(
    route: str, delta: dict[str, Any]
) -> None:
    """In fields of other names, and in parts."""
    if route == "ollama" and "content" not in delta and "thinking" not in delta:
        delta = {"reasoning": next(iter(delta.values()))}
    event: Line = {"message": delta}
    if route == "openai":
        event = {"choices": [{"delta": delta}]}
    write = _lines if route == "ollama" else _sse
    chunks = read(route, [write(event), CHATS[route][1](["Hello"], "stop")])

    assert (reasoning_of(chunks), text_of(chunks)) == ("hm", "Hello")


def test_encrypted_reasoning_is_progress() -> None:
    """It has no text."""
    delta = {"reasoning_details": [{"type": "reasoning.encrypted", "data": "x"}]}
    chunks = read(
        "openai", [_sse({"choices": [{"delta": delta}]}), _openai("a", "stop")]
    )

    assert isinstance(chunks[0], Withheld)


TOKENS = sorted({token for family in FAMILIES for token in family.ends})


@every_route
@pytest.mark.parametrize("token", TOKENS)
def test_an_answer_is_cut_at_a_control_token(route: str, token: str) -> None:
    """Whatever follows, wherever deltas cut the token; the answer is whole then."""
    said = f"w * h{token}{token}import os\n"
    for texts in ([said], list(said)):
        chunks = hear(route, *texts, word="length")

        assert text_of(chunks) == "w * h"
        assert end_of(chunks).reason is FinishReason.STOP


@every_route
def test_the_file_that_follows_is_none_of_the_answer(route: str) -> None:
    """A model trained on repositories goes on with the next one."""
    said = '8080\nHOST = "localhost"\n<|file_sep|>other.py\nimport os\n<|repo_name|>x'

    assert text_of(hear(route, said)) == '8080\nHOST = "localhost"\n'


@every_route
@pytest.mark.parametrize(
    "text",
    ['stop = ["<|im_end|>"]', "`<EOT>` ends it", "<s>old</s> new", "a < b <| c [SUF"],
)
def test_a_token_that_is_written_about_stays(route: str, text: str) -> None:
    """In quotes, and as half of something else."""
    assert text_of(hear(route, *text)) == text


def test_a_token_that_the_document_holds_stays() -> None:
    """Of a gap its document counts, of a chat its messages."""
    gap = Infill(prefix="EOS = <|endoftext|>", suffix="")

    assert text_of(hear("infill", "a<|endoftext|>b", asked=call(infill=gap))) == (
        "a<|endoftext|>b"
    )
    asked = call("what is </s>?")
    assert (
        text_of(hear("openai", "It is </s> there", asked=asked)) == "It is </s> there"
    )


def test_openings_go_from_the_start() -> None:
    """Some templates leave them there; further on they end the answer."""
    assert text_of(hear("infill", "<|fim_mid", "dle|>w * h")) == "w * h"
    assert text_of(hear("openai", "<|im_start|>assistant\nHi")) == "Hi"


def test_stop_words_keep_to_the_limit_and_the_document() -> None:
    """The question's own come first, then those of the model's family."""
    asked = call(model="qwen2.5-coder:7b", infill=GAP, stop=("\n\n",))

    assert stops(asked, most=4) == [
        "\n\n",
        "<|endoftext|>",
        "<|fim_pad|>",
        "<|file_sep|>",
    ]
    holds = Infill(prefix="<|endoftext|>", suffix="")
    assert "<|endoftext|>" not in stops(call(model="qwen", infill=holds))


@pytest.mark.parametrize(
    ("model", "own"),
    [
        ("bigcode/starcoder2-7b", "<file_sep>"),
        ("granite-code:8b", "<file_sep>"),
        ("santacoder", "<fim-middle>"),
        ("deepseek-coder-v2:16b", "<\uff5cend\u2581of\u2581sentence\uff5c>"),
        ("codellama:7b-code", "<EOT>"),
        ("seed-coder-8b", "<seed:eos>"),
        ("llama4:scout", "<|eot_id|>"),
        ("gpt-oss:20b", "<|end|>"),
        ("gemma4:e4b", "<turn|>"),
        ("qwen2.5-coder:7b", "<|endoftext|>"),
    ],
)
def test_a_model_is_asked_to_stop_at_its_own_tokens(model: str, own: str) -> None:
    """Also one whose name speaks of another family: nearly every one is a coder."""
    assert own in stops(call(model=model, infill=GAP), most=4)


def test_a_placeholder_of_html_or_of_a_command_is_no_control_token() -> None:
    """Code Llama's and StarCoder's vocabularies hold what people write."""
    said = "<PRE>cat <filename></PRE>"

    assert text_of(hear("openai", said)) == said


KEEP_ALIVES = [
    *(": keepalive", ": PROCESSING", "ping", "[DONE]", "heartbeat", "null"),
    *("", '""', "{}", "retry: 3000"),
]


@every_chat
@pytest.mark.parametrize("said", KEEP_ALIVES)
def test_keep_alives_are_neither_answer_nor_fault(route: str, said: str) -> None:
    """In every format, between anything."""
    if route == "openai" and said == "[DONE]":
        said = '{"type": "ping"}'
    wire, write = CHATS[route]
    line = f"{said}\n" if wire.framing == "ndjson" else f"event: ping\ndata: {said}\n\n"

    assert text_of(read(route, [line.encode(), write("ab", "stop")])) == "ab"


def test_text_is_no_keep_alive() -> None:
    """An object with anything in it never is."""
    assert not is_keep_alive(b'{"a": 1}')
    assert not is_keep_alive(b"pingo")


PIECES = st.lists(
    st.sampled_from(
        [
            *(
                "<think>",
                "</think>",
                "\n</think>\n",
                "<|end",
                "oftext|>",
                "</s>",
                "<s>",
            ),
            *("`", '"', "\n", "```\n", " ", "a", "Hi.", "<|channel|>final<|message|>"),
            *("[THINK]", "[/THINK]", "<|start|>assistant", "<|end|>", "<|im_start|>"),
        ]
    ),
    max_size=12,
)


@pytest.mark.parametrize("model", ["m", "qwq", "gpt-oss"])
@given(pieces=PIECES, cuts=st.lists(st.integers(0, 120), max_size=8))
def test_any_split_gives_the_same(
    model: str, pieces: list[str], cuts: list[int]
) -> None:
    """Nothing is lost or made up either: all of it stood in what was said."""
    said = "".join(pieces)
    places = sorted({min(cut, len(said)) for cut in cuts})
    split = [said[a:b] for a, b in zip([0, *places], [*places, len(said)], strict=True)]
    asked = call(model=model)
    whole = hear("openai", said, asked=asked)
    apart = hear("openai", *split, asked=asked)

    assert text_of(apart) == text_of(whole)
    if "<|im_start|>" not in said:
        assert reasoning_of(apart) == reasoning_of(whole)
    assert text_of(whole) in said


@given(text=st.text(st.characters(blacklist_characters="<[◁]", codec="utf-8")))
def test_text_without_marks_arrives_as_it_is(text: str) -> None:
    """In every route."""
    text = text.replace("\0", "")
    for route in ROUTES:
        assert text_of(hear(route, text)) == text
