"""How long upstreams say that they took: to load, to wait for others, to generate.

None of it is trusted: the engine takes no more of it than can have passed.
"""

from collections.abc import Iterable

from msgspec import Struct

from hexai.providers.formats.payload import field

_LONGEST = 1e6
"""Seconds above which nobody is believed."""


class Durations(Struct, frozen=True, kw_only=True):
    """Seconds, as far as an upstream tells; 0 where it does not."""

    loading: float = 0.0
    queued: float = 0.0
    generating: float = 0.0
    """From the first token to the last, so one token takes none."""


def ollama_durations(line: Iterable[object]) -> Durations:
    """Read Ollama's total, load, prompt and eval, in nanoseconds.

    What is in the total alone is the wait for another client's request; no stream
    begins before it.
    """
    total, load, prompt, generating = (_seconds(count, per=1e9) for count in line)
    queued = max(0.0, total - load - prompt - generating) if total else 0.0
    return Durations(loading=load, queued=queued, generating=generating)


def openai_generating(usage: object, timings: object) -> float:
    """Give the seconds of generating that servers of OpenAI's format tell, else 0.

    llama.cpp has milliseconds in `timings` beside any of its formats (b10488); Groq
    has seconds in its usage, 2026-11: https://console.groq.com/docs/api-reference
    """
    return max(
        _seconds(field(timings, "predicted_ms"), per=1e3),
        _seconds(field(usage, "completion_time"), per=1.0),
    )


def _seconds(told: object, *, per: float) -> float:
    if isinstance(told, bool) or not isinstance(told, int | float):
        return 0.0
    return told / per if 0 <= told <= _LONGEST * per else 0.0
