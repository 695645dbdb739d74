"""The providers under test, and how each is brought to do what a case says."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, Protocol

from msgspec import Struct

from hexai.config.schema_providers import ProviderType
from hexai.domain.provider import Call
from hexai.providers.registry import Client, Registry, Surroundings
from tests.support.answers import anthropic_answer, ollama_answer, openai_answer
from tests.support.calls import call, settings
from tests.support.replies import cut, ndjson, sse, stall, status
from tests.support.upstream import Reply, Upstream

KEY = "sk-key-of-the-contract"


class Case(Struct, frozen=True, kw_only=True):
    """What the model or its upstream is to do."""

    text: Sequence[str] = ("Hel", "lo")
    reasoning: Sequence[str] = ()
    reports_usage: bool = True
    cut_by_limit: bool = False
    refuses: int | None = None
    """The status of a refusal."""
    breaks: Literal["cut", "error", "silent"] | None = None
    """What happens after the text: closed, an error inside the stream, nothing."""


class Prepared(Struct, frozen=True, kw_only=True):
    """A provider that will do what a case says, when it is asked this."""

    provider: Client
    call: Call


class Subject(Protocol):
    """One provider under test."""

    def prepare(self, case: Case) -> Any:
        """Give a context with a `Prepared`."""


def registry(environ: Mapping[str, str] | None = None) -> Registry:
    """Make a registry that knows no more than this environment."""
    return Registry(
        Surroundings(
            environ=environ or {},
            home="/",
            run=Path("/nonexistent/run"),
            models=Path("/nonexistent/models"),
            keep_alive=1.0,
            max_workers=1,
        )
    )


class OverHttp(Struct, frozen=True):
    """A wire format before a scripted upstream."""

    type: ProviderType

    @contextmanager
    def prepare(self, case: Case) -> Iterator[Prepared]:
        """Start an upstream that does what the case says."""
        with Upstream(self.reply(case)) as upstream:
            yield Prepared(provider=self.client(upstream.url), call=call(model="m"))

    def client(self, url: str) -> Client:
        """Make the built-in provider's client, for an upstream at another place."""
        environ = {f"HEXAI_{self.type.upper()}_API_KEY": KEY}
        return registry(environ).make(settings(self.type, base_url=url))

    def reply(self, case: Case) -> Reply:
        """Give the reply for a case."""
        if case.refuses is not None:
            return status(case.refuses, '{"error": {"message": "no"}}')
        pieces = len(case.text) + len(case.reasoning) + self._before_text(case)
        match case.breaks:
            case None:
                return self._answer(case)
            case "cut":
                return cut(self._answer(case), pieces)
            case "silent":
                return stall(self._answer(case), pieces)
            case "error":
                return self._error(case)

    def _before_text(self, case: Case) -> int:
        """Count the pieces of a body that come before the last text."""
        if self.type == "ollama":
            return 0
        if self.type == "anthropic":  # message_start, and each block's start and end
            return 4 if case.reasoning else 2
        return 1

    def _answer(self, case: Case) -> Reply:
        usage = (7, 3) if case.reports_usage else None
        match self.type:
            case "anthropic" if usage is None:
                return sse(
                    {"type": "message_delta", "delta": {"stop_reason": "end_turn"}}
                )
            case "anthropic":
                return anthropic_answer(
                    case.text,
                    thinking=case.reasoning,
                    usage=(7, 3),
                    stop_reason="max_tokens" if case.cut_by_limit else "end_turn",
                )
            case "ollama":
                return ollama_answer(
                    case.text,
                    thinking=case.reasoning,
                    usage=usage,
                    done_reason="length" if case.cut_by_limit else "stop",
                )
            case _:
                return openai_answer(
                    case.text,
                    reasoning=case.reasoning,
                    usage=usage,
                    finish="length" if case.cut_by_limit else "stop",
                )

    def _error(self, case: Case) -> Reply:
        text = "".join(case.text)
        match self.type:
            case "anthropic":
                delta = {"type": "text_delta", "text": text}
                return sse(
                    {"type": "content_block_delta", "index": 0, "delta": delta},
                    {"type": "error", "error": {"type": "overloaded_error"}},
                )
            case "ollama":
                return ndjson(
                    {"message": {"content": text}, "done": False}, {"error": "crashed"}
                )
            case _:
                return sse(
                    {"choices": [{"index": 0, "delta": {"content": text}}]},
                    {"error": {"code": 503, "message": "crashed"}},
                )


class Simulation(Struct, frozen=True):
    """The simulated provider, which needs no upstream."""

    type: ProviderType = "simulated"

    @contextmanager
    def prepare(self, case: Case) -> Iterator[Prepared]:
        """Write the case into the model's name."""
        text = "".join(case.text)
        options = [f"reasoning={len(''.join(case.reasoning)) // 4}"]
        if not case.reports_usage:
            options.append("usage=none")
        if case.cut_by_limit:
            options.append("finish=length")
        if case.refuses is not None:
            options.append(f"fail={case.refuses}")
        fails = {"cut": "broken", "error": "503", "silent": "hang"}
        if case.breaks is not None:
            options.append(f"fail={fails[case.breaks]}&after=1000000")
        yield Prepared(
            provider=registry().make(settings("simulated")),
            call=call(text, model=f"echo?{'&'.join(options)}"),
        )


HTTP_TYPES: tuple[ProviderType, ...] = ("openai", "openrouter", "anthropic", "ollama")
OVER_HTTP = [OverHttp(type_) for type_ in HTTP_TYPES]
SUBJECTS: list[OverHttp | Simulation] = [*OVER_HTTP, Simulation()]
