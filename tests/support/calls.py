"""Calls and settings as providers are given them."""

from collections.abc import Iterable

from hexai.config.schema_providers import ProviderSettings, ProviderType
from hexai.domain.messages import Infill, Message, Role
from hexai.domain.provider import (
    Call,
    Chunk,
    Finished,
    ReasoningDelta,
    TakenBack,
    TextDelta,
)

BASE_URLS: dict[ProviderType, str] = {
    "openai": "https://api.openai.com/v1",
    "openrouter": "https://openrouter.ai/api/v1",
    "anthropic": "https://api.anthropic.com/v1",
    "ollama": "http://127.0.0.1:11434",
}


def call(
    prompt: str = "hi",
    *,
    model: str = "m",
    system: str = "",
    temperature: float | None = None,
    max_tokens: int | None = None,
    stop: tuple[str, ...] = (),
    infill: Infill | None = None,
) -> Call:
    """Make a call with one user message, after a system message if one is given."""
    said = (Message(Role.SYSTEM, system),) if system else ()
    return Call(
        model=model,
        messages=(*said, Message(Role.USER, prompt)),
        temperature=temperature,
        max_tokens=max_tokens,
        stop=stop,
        infill=infill,
    )


def settings(type_: ProviderType = "openai", **changes: object) -> ProviderSettings:
    """Give the settings of a built-in provider, or of a profile with changes."""
    fields: dict[str, object] = {
        "name": type_,
        "type": type_,
        "built_in": True,
        "base_url": BASE_URLS.get(type_, ""),
    }
    return ProviderSettings(**(fields | changes))  # type: ignore[arg-type]


def text_of(chunks: Iterable[Chunk]) -> str:
    """Join the answer; what was taken back is none of it."""
    text = ""
    for chunk in chunks:
        if isinstance(chunk, TakenBack):
            text = ""
        elif isinstance(chunk, TextDelta):
            text += chunk.text
    return text


def reasoning_of(chunks: Iterable[Chunk]) -> str:
    """Join the reasoning, with the text that was taken back."""
    reasoning = said = ""
    for chunk in chunks:
        if isinstance(chunk, ReasoningDelta):
            reasoning += chunk.text
        elif isinstance(chunk, TextDelta):
            said += chunk.text
        elif isinstance(chunk, TakenBack):
            reasoning, said = reasoning + said, ""
    return reasoning


def end_of(chunks: Iterable[Chunk]) -> Finished:
    """Give the one `Finished`, which must be the last chunk."""
    *others, last = chunks
    assert isinstance(last, Finished)
    assert not any(isinstance(chunk, Finished) for chunk in others)
    return last
