"""Every recorded stream, cut at every byte, gives the same answer."""

from collections.abc import Iterable
from pathlib import Path

import msgspec
import pytest
from msgspec import Struct

from hexai.domain.provider import (
    Chunk,
    Finished,
    ReasoningDelta,
    ReportedUsage,
    TakenBack,
    TextDelta,
    Withheld,
)
from hexai.errors import BrokenStream, ProviderError
from hexai.providers.formats.anthropic import AnthropicFormat
from hexai.providers.formats.format import WireFormat
from hexai.providers.formats.ollama import OllamaFormat, OllamaInfill
from hexai.providers.formats.openai import OpenAIFormat, OpenAIInfill
from hexai.providers.formats.reading import Reader
from hexai.providers.llamacpp.infill import LlamaCppInfill
from tests.support.calls import call, settings

STREAMS = Path(__file__).parents[1] / "data" / "streams"

FORMATS: dict[str, WireFormat] = {
    "openai": OpenAIFormat(settings("openai")),
    "openrouter": OpenAIFormat(settings("openrouter")),
    "anthropic": AnthropicFormat(settings("anthropic")),
    "ollama": OllamaFormat(settings("ollama")),
    "generate": OllamaInfill(settings("ollama")),
    "completions": OpenAIInfill(settings("openai"), "/completions"),
    "infill": LlamaCppInfill(settings("openai")),
}


class Answer(Struct):
    """What a stream comes to."""

    format: str
    text: str
    reasoning: str
    error: str = ""
    finish: str = ""
    usage: ReportedUsage = ReportedUsage()
    model: str | None = None
    infilled: bool = False


EXPECTED = msgspec.json.decode(
    (STREAMS / "expected.json").read_bytes(), type=dict[str, Answer]
)


def read(type_: str, pieces: Iterable[bytes]) -> Answer:
    """Read a stream that comes in pieces."""
    wire_format = FORMATS[type_]
    reader = Reader(
        wire_format.framing,
        wire_format.decoder(call()),
        lambda said: wire_format.explain(said, model="m"),
    )
    answer = Answer(format=type_, text="", reasoning="")
    try:
        for piece in pieces:
            for chunk in reader.feed(piece):
                _add(answer, chunk)
        if not reader.finished:
            for chunk in reader.close():
                _add(answer, chunk)
    except ProviderError as error:
        answer.error = error.kind
    return answer


def _add(answer: Answer, chunk: Chunk) -> None:
    match chunk:
        case TextDelta(text):
            assert text
            answer.text += text
        case ReasoningDelta(text):
            assert text
            answer.reasoning += text
        case TakenBack():
            answer.reasoning, answer.text = answer.reasoning + answer.text, ""
        case Withheld():
            pass
        case Finished(reason=reason, usage=usage, returned_model=model):
            answer.finish, answer.usage, answer.model = reason.value, usage, model
            answer.infilled = chunk.infilled


def test_every_stream_has_its_answer() -> None:
    """No file is left out, in either direction."""
    files = {path.name for path in STREAMS.iterdir()} - {"README.md", "expected.json"}

    assert files == EXPECTED.keys()


@pytest.mark.parametrize("name", EXPECTED)
def test_a_stream_gives_its_answer_wherever_it_is_cut(name: str) -> None:
    """In one piece, in two at every place, and byte by byte."""
    data = (STREAMS / name).read_bytes()
    expected = EXPECTED[name]

    assert read(expected.format, [data]) == expected
    assert (
        read(expected.format, [data[i : i + 1] for i in range(len(data))]) == expected
    )
    for cut in range(1, len(data)):
        assert read(expected.format, [data[:cut], data[cut:]]) == expected


@pytest.mark.parametrize("name", [n for n, answer in EXPECTED.items() if answer.finish])
def test_a_stream_that_ends_early_is_broken_or_whole(name: str) -> None:
    """Wherever it ends: never a crash, never half an answer taken for a whole one."""
    data = (STREAMS / name).read_bytes()
    expected = EXPECTED[name]

    for end in range(0, len(data), 7):
        answer = read(expected.format, [data[:end]])
        if answer.error:
            assert answer.error == BrokenStream.kind
            assert expected.text.startswith(answer.text.removesuffix("\ufffd"))
        else:
            assert (answer.text, answer.finish) == (expected.text, expected.finish)
