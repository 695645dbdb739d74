"""Whether answers are worse when a prompt's parts come in another order.

The same holes of this repository (see `holes`) are asked for in two ways, of one model
behind a real llama.cpp: by chat in the document's order and with what changes least
first, or by `/infill` with all of the text beside the gap and as the product asks.
What is compared is how similar the line is to the one that stood there; the difference
is taken hole by hole. With `--keep` what was said to a prompt is kept in a file, so
that a run that was ended goes on, and a prompt that is as it was is not asked again.
Run by `scripts/bench orders`.
"""

import argparse
import asyncio
import math
import statistics
from collections.abc import Callable, Iterator, Mapping
from hashlib import sha256
from pathlib import Path

import msgspec
from msgspec.structs import replace
from rapidfuzz.distance import Levenshtein

from benchmarks.counted import MODEL, counted
from benchmarks.holes import ROOT, Hole, filled, first_line, holes, judged
from hexai.config.schema import Completion, General, PromptOrder, Settings
from hexai.config.schema_providers import InfillEndpoint
from hexai.domain.entry import RequestSpec
from hexai.domain.provider import Call, Finished, FinishReason, TextDelta
from hexai.errors import ConnectionFailed
from hexai.prompts.code.cursor import Cursor
from hexai.prompts.completion import completion_request
from hexai.prompts.excerpt import cut
from hexai.providers.registry import Client
from hexai.text.lines import Span
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
        general=_general(tokens),
    )
    spec = RequestSpec(
        provider="llama", model=MODEL, temperature=0.0, max_tokens=_LIMIT
    )
    return completion_request(cursor, configured).call(spec)


def _general(tokens: int) -> General:
    return General(max_context_tokens=tokens, context_mode="always-full")


def _document(hole: Hole, tokens: int) -> Call:
    return _call(hole, tokens, "document")


def _standing(hole: Hole, tokens: int) -> Call:
    return _call(hole, tokens, "standing")


def _beside(hole: Hole, tokens: int) -> Call:
    """Have all of the text beside the gap."""
    call = _call(hole, tokens, "document")
    gap = call.infill
    assert gap is not None
    span = Span(hole.position, hole.position)
    after = cut(hole.document, span, _general(tokens), whole=False).after
    return replace(call, infill=replace(gap, standing=0, suffix=after))


_WAYS: Mapping[InfillEndpoint, tuple[tuple[str, Make], tuple[str, Make]]] = {
    "off": (("document", _document), ("standing", _standing)),
    "infill": (("beside", _beside), ("short", _document)),
}


class Kept:
    """What was said to which prompt, in a file to which each answer is added."""

    def __init__(self, client: Client, model: Path, file: Path | None) -> None:
        """Ask a client where a file does not tell."""
        self._client = client
        self._model = f"{model.name} {model.stat().st_size}"
        self._file = file
        lines = file.read_bytes().splitlines() if file and file.exists() else []
        self._known: dict[str, list[str]] = dict(map(_decoded, lines))

    async def said(self, call: Call) -> tuple[str, bool, bool]:
        """Give the text, and whether a gap was filled, and whether that was all."""
        prompt = repr((self._model, call.messages, call.infill, call.stop))
        key = sha256(prompt.encode()).hexdigest()[:24]
        if key not in self._known:
            self._known[key] = await self._ask(call)
            if self._file is not None:
                with self._file.open("ab") as file:
                    file.write(msgspec.json.encode([key, self._known[key]]) + b"\n")
        text, infilled, whole = self._known[key]
        return text, bool(infilled), bool(whole)

    async def _ask(self, call: Call) -> list[str]:
        seen = await attempt(self._client, call)
        if isinstance(seen.error, ConnectionFailed):  # as the engine does
            seen = await attempt(self._client, call)
        if seen.error is not None:
            raise seen.error
        said = "".join(each.text for each in seen.chunks if isinstance(each, TextDelta))
        end = seen.chunks[-1] if seen.chunks else Finished()
        assert isinstance(end, Finished)
        whole = end.reason is not FinishReason.LENGTH
        return [said, "infilled" * end.infilled, "whole" * whole]


def batched(holes: list[Hole], size: int) -> Iterator[list[Hole]]:
    """Give so many at a time."""
    for start in range(0, len(holes), size):
        yield holes[start : start + size]


def _decoded(line: bytes) -> tuple[str, list[str]]:
    return msgspec.json.decode(line, type=tuple[str, list[str]])


def _worth(hole: Hole, text: str) -> float:
    """Give how similar what is offered is to what stood there, 0 for what is not."""
    if judged(hole, text) not in ("exact", "other"):
        return 0.0
    said, right = " ".join(first_line(text).split()), " ".join(hole.right.split())
    return Levenshtein.normalized_similarity(said, right)


def _asked(options: argparse.Namespace) -> list[Hole]:
    """Give the holes to ask for; of one file together, since servers keep what is read.

    With `--apart` those alone in whose prompt something stands apart from the gap.
    """
    made = holes(options.count, options.seed, options.code)[options.first :]
    if options.apart:
        made = [hole for hole in made if _has_apart(_document(hole, options.tokens))]
    files = {hole.path: place for place, hole in reversed([*enumerate(made)])}
    return sorted(made, key=lambda hole: (files[hole.path], hole.position))


def _has_apart(call: Call) -> bool:
    return call.infill is not None and call.infill.standing > 0


async def compare(
    kept: Kept, ways: tuple[tuple[str, Make], ...], options: argparse.Namespace
) -> None:
    """Ask for every hole in both ways, and print how they compare so far."""
    worth: dict[str, list[float]] = {name: [] for name, _ in ways}
    for some in batched(_asked(options), options.at_once):
        async with asyncio.TaskGroup() as group:
            asked = [
                group.create_task(_both(kept, ways, hole, options)) for hole in some
            ]
        for each in asked:
            for name, share in each.result().items():
                worth[name].append(share)
        if options.show:
            _report(worth)
    _report(worth)


async def _both(
    kept: Kept,
    ways: tuple[tuple[str, Make], ...],
    hole: Hole,
    options: argparse.Namespace,
) -> dict[str, float]:
    worth = {}
    for name, make in ways:
        text, infilled, whole = await kept.said(make(hole, options.tokens))
        text = filled(hole, text, infilled=infilled, finished=whole)
        worth[name] = _worth(hole, text)
        if options.show:
            print(f"  {name}: {first_line(text)!r}   {hole.right!r}")
    return worth


def _report(worth: Mapping[str, list[float]]) -> None:
    (one, before), (other, after) = worth.items()
    if len(before) < 2:
        return  # one difference says nothing of how they vary
    differences = [b - a for a, b in zip(before, after, strict=True)]
    mean = statistics.mean(differences)
    error = statistics.stdev(differences) / math.sqrt(len(differences))
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
            kept = Kept(client, options.model, options.keep)
            await compare(kept, _WAYS[infill], options)
        finally:
            await client.aclose()


def main() -> None:
    """Compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hexai", help="taken by all benchmarks, and not used")
    parser.add_argument("--model", type=Path, required=True, help="a GGUF file")
    parser.add_argument("--server", help="a llama-server, for that of the package")
    parser.add_argument("--ways", nargs="*", default=list(_WAYS), choices=list(_WAYS))
    parser.add_argument("--count", type=int, default=400)
    parser.add_argument("--first", type=int, default=0, help="leave out so many")
    parser.add_argument("--seed", type=int, default=43)
    parser.add_argument("--at-once", type=int, default=1, help="holes, a slot for each")
    parser.add_argument("--tokens", type=int, default=1000, help="of the document")
    parser.add_argument("--apart", action="store_true", help="large files alone")
    parser.add_argument("--keep", type=Path, help="a file of what was said so far")
    parser.add_argument(
        "--code", type=Path, default=ROOT, help="a checkout that does not change"
    )
    parser.add_argument("--show", action="store_true", help="print each suggestion")
    options = parser.parse_args()
    with counted(options.model, options.server, options.at_once) as relay:
        asyncio.run(measure(options, relay.address))


if __name__ == "__main__":
    main()
