"""Whether answers are worse when a prompt's parts come in another order.

The same holes of this repository (see `holes`) are asked for in two ways, of one model
behind a real llama.cpp: by chat in the document's order and with what changes least
first, or by `/infill` with all of the text beside the gap and with most of it apart.
What is compared is how much of the line is right; the difference is taken hole by hole.
Run by `scripts/bench orders`.
"""

import argparse
import asyncio
import math
import statistics
from collections.abc import Callable, Mapping
from pathlib import Path

from msgspec.structs import replace

from benchmarks.counted import MODEL, counted
from benchmarks.holes import Hole, alike, filled, holes, judged
from hexai.config.provider_settings import InfillEndpoint
from hexai.config.schema import Completion, General, PromptOrder, Settings
from hexai.domain.entry import RequestSpec
from hexai.domain.provider import Call, Finished, FinishReason, TextDelta
from hexai.prompts.completion import completion_request
from hexai.prompts.cursor import Cursor
from hexai.providers.registry import Client
from hexai.text.positions import Span
from tests.contract.subjects import registry
from tests.support.attempt import attempt
from tests.support.calls import settings

_LIMIT = 48
"""Tokens of an answer, of which the first line counts."""
_CONFIDENCE = 1.96
_WORSE = -0.02
"""The difference that must lie outside of the interval."""

Make = Callable[[Hole, int], Call]


def _call(hole: Hole, tokens: int, order: PromptOrder) -> Call:
    cursor = Cursor(
        document=hole.document,
        span=Span(hole.position, hole.position),
        path=hole.path,
        identifier="python",
    )
    configured = Settings(
        completion=Completion(prompt_order=order),
        general=General(max_context_tokens=tokens, context_mode="always-full"),
    )
    spec = RequestSpec(
        provider="llama", model=MODEL, temperature=0.0, max_tokens=_LIMIT
    )
    return completion_request(cursor, configured).call(spec)


def _document(hole: Hole, tokens: int) -> Call:
    return _call(hole, tokens, "document")


def _standing(hole: Hole, tokens: int) -> Call:
    return _call(hole, tokens, "standing")


def _beside(hole: Hole, tokens: int) -> Call:
    """Have all of the text beside the gap."""
    call = _call(hole, tokens, "document")
    gap = call.infill
    assert gap is not None
    whole = replace(gap, standing=0, suffix=gap.suffix + gap.far, far="")
    return replace(call, infill=whole)


_WAYS: Mapping[InfillEndpoint, tuple[tuple[str, Make], tuple[str, Make]]] = {
    "off": (("document", _document), ("standing", _standing)),
    "infill": (("beside", _beside), ("apart", _standing)),
}


async def _said(client: Client, hole: Hole, call: Call) -> str:
    seen = await attempt(client, call)
    text = "".join(each.text for each in seen.chunks if isinstance(each, TextDelta))
    end = seen.chunks[-1] if seen.chunks else Finished()
    assert isinstance(end, Finished)
    whole = end.reason is not FinishReason.LENGTH
    return filled(hole, text, infilled=end.infilled, finished=whole)


def _worth(hole: Hole, text: str) -> float:
    return alike(hole, text) if judged(hole, text) in ("exact", "other") else 0.0


async def compare(
    client: Client, ways: tuple[tuple[str, Make], ...], options: argparse.Namespace
) -> None:
    """Ask for every hole in both ways, and print how they compare so far."""
    worth: dict[str, list[float]] = {name: [] for name, _ in ways}
    for number, hole in enumerate(holes(options.count, options.seed), 1):
        if number <= options.first:
            continue
        for name, make in ways:
            text = await _said(client, hole, make(hole, options.tokens))
            worth[name].append(_worth(hole, text))
        if number % 10 == 0 or number == options.count:
            _report(worth)


def _report(worth: Mapping[str, list[float]]) -> None:
    (one, before), (other, after) = worth.items()
    differences = [b - a for a, b in zip(before, after, strict=True)]
    mean = statistics.mean(differences)
    error = statistics.pstdev(differences) / math.sqrt(len(differences))
    low, high = mean - _CONFIDENCE * error, mean + _CONFIDENCE * error
    verdict = "no worse" if low > _WORSE else "not shown to be no worse"
    print(
        f"{len(differences)} holes: {one} {statistics.mean(before):.3f}, {other}"
        f" {statistics.mean(after):.3f}; difference {mean:+.3f}"
        f" ({low:+.3f} to {high:+.3f}): {verdict}",
        flush=True,
    )


async def measure(options: argparse.Namespace, address: str) -> None:
    """Compare each pair of ways that is wanted."""
    for infill in options.ways:
        profile = settings(
            "openai",
            name="llama",
            built_in=False,
            base_url=f"{address}/v1",
            infill=infill,
        )
        client = registry({"HEXAI_LLAMA_API_KEY": "none"}).make(profile)
        try:
            await compare(client, _WAYS[infill], options)
        finally:
            await client.aclose()


def main() -> None:
    """Compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hexai", help="taken by all benchmarks, and not used")
    parser.add_argument("--model", type=Path, required=True, help="a GGUF file")
    parser.add_argument("--ways", nargs="*", default=list(_WAYS), choices=list(_WAYS))
    parser.add_argument("--count", type=int, default=400)
    parser.add_argument("--first", type=int, default=0, help="leave out so many")
    parser.add_argument("--seed", type=int, default=43)
    parser.add_argument("--tokens", type=int, default=1000, help="of the document")
    options = parser.parse_args()
    with counted(options.model) as relay:
        asyncio.run(measure(options, relay.address))


if __name__ == "__main__":
    main()
