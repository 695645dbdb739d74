"""Holes: what a local model fills in, beside a copy of the previous similar line.

Lines of this repository lose their end, or all but their indentation, and the model is
asked for it as the editor server would ask. Copying a line takes no model at all, so a
model that does no better is of no use for completion. Run by `scripts/bench holes`.
"""

import argparse
import asyncio
import difflib
import itertools
import os
import random
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import aclosing
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from hexai.config.provider_settings import ProviderSettings
from hexai.config.schema import Settings
from hexai.domain.entry import RequestSpec
from hexai.domain.provider import Finished, FinishReason, TextDelta
from hexai.errors import NoAnswer
from hexai.prompts.code.languages import language_of
from hexai.prompts.code.misfits import Judge
from hexai.prompts.completion import completion_request
from hexai.prompts.cursor import Cursor
from hexai.providers.llamacpp.provider import LlamaCpp
from hexai.providers.llamacpp.supervisor import Supervisor
from hexai.text.cleaning import clean
from hexai.text.lines import Lines
from hexai.text.positions import Position, Span

ROOT = Path(__file__).resolve().parents[1]
_SHORTEST = 3
"""Characters that have to be the same."""
_PYTHON = language_of("python", "")


class Hole(Struct, frozen=True, kw_only=True):
    """A line of a file without its end."""

    path: str
    document: Lines
    position: Position
    right: str
    """What stood there."""

    @property
    def sides(self) -> tuple[str, str]:
        """Give the text before and after it."""
        start, end = Position(0, 0), self.document.end
        return (
            self.document.slice(Span(start, self.position)),
            self.document.slice(Span(self.position, end)),
        )


class Silent:
    """A `Progress` that nobody looks at."""

    def loading(self) -> None:
        """Tell nobody."""

    def connected(self) -> None:
        """Tell nobody."""

    def refused(self) -> None:
        """Tell nobody."""


def holes(count: int, seed: int) -> list[Hole]:
    """Make holes in lines of code, the same ones for a seed."""
    dice = random.Random(seed)
    files = sorted(ROOT.glob("src/hexai/**/*.py"))
    made: list[Hole] = []
    while len(made) < count:
        path = dice.choice(files)
        raw = Lines.of(path.read_text("utf-8")).raw
        number = dice.randrange(len(raw))
        line = raw[number].rstrip("\n")
        if number < 20 or not re.match(r"\s+[a-z]", line) or '"""' in line:
            continue
        starts = [m.start() for m in re.finditer(r"(?<=\W)(?=\w)", line)]
        at = dice.choice(starts or [0])
        document = Lines((*raw[:number], line[:at] + "\n", *raw[number + 1 :]))
        made.append(
            Hole(
                path=str(path.relative_to(ROOT)),
                document=document,
                position=Position(number, at),
                right=line[at:],
            )
        )
    return made


def copied(hole: Hole) -> str:
    """Copy what followed the same text before: the more of it, then the nearer."""
    *above, line = hole.sides[0].split("\n")
    begun = line.strip()
    if not begun:  # a new line: what came after the line that is like the last one
        pairs = itertools.pairwise(above)
        after = [two for one, two in pairs if one.strip() and one == above[-1]]
        return after[-1].strip() if after else ""
    for size in range(len(begun), _SHORTEST - 1, -1):
        same = begun[-size:]
        for one in reversed(above):
            rest = one.partition(same)[2]
            if rest.strip():
                return rest
    return ""


def filled(hole: Hole, said: str, *, infilled: bool, finished: bool) -> str:
    """Clean what a model said, as the editor server does."""
    before, after = hole.sides
    return clean(
        said,
        before=before,
        after=after,
        infilled=infilled,
        finished=finished,
        language="python",
    )


async def asked(client: LlamaCpp, model: str, hole: Hole) -> str:
    """Ask for what belongs in a hole."""
    cursor = Cursor(
        document=hole.document,
        span=Span(hole.position, hole.position),
        path=hole.path,
        identifier="python",
    )
    spec = RequestSpec(provider="local", model=model, temperature=0.2, max_tokens=4000)
    call = completion_request(cursor, Settings()).call(spec)
    text, end = "", Finished()
    try:
        async with aclosing(client.stream(replace(call), Silent())) as chunks:
            async for chunk in chunks:
                if isinstance(chunk, TextDelta):
                    text += chunk.text
                elif isinstance(chunk, Finished):
                    end = chunk
    except NoAnswer:
        return ""
    whole = end.reason is not FinishReason.LENGTH
    return filled(hole, text, infilled=end.infilled, finished=whole)


def judged(hole: Hole, text: str) -> str:
    """Say what became of a suggestion: why it is refused, exact, or offered."""
    misfit = Judge(_PYTHON, hole.document, hole.position).misfit(text)
    if misfit is not None:
        return misfit
    return "exact" if first_line(text) == first_line(hole.right) else "other"


def first_line(text: str) -> str:
    """Give the first line that says something."""
    return next((line.strip() for line in text.split("\n") if line.strip()), "")


def alike(hole: Hole, text: str) -> float:
    """Give how much of the first line is right, from 0 to 1; a refused one has 0."""
    return difflib.SequenceMatcher(None, first_line(text), hole.right.strip()).ratio()


def report(name: str, found: list[tuple[Hole, str]]) -> None:
    """Print the shares of what became of suggestions."""
    counts = Counter(judged(hole, text) for hole, text in found)
    kept = [(h, t) for h, t in found if judged(h, t) in ("exact", "other")]
    likeness = sum(alike(h, t) for h, t in kept) / len(found)
    shares = ", ".join(
        f"{word} {n / len(found):.1%}" for word, n in sorted(counts.items())
    )
    parse = len(kept) / len(found)
    print(f"{name}: parse in place {parse:.1%}; alike {likeness:.3f}; {shares}")


async def measure(options: argparse.Namespace) -> None:
    """Ask for every hole, and report."""
    environ = dict(os.environ)  # noqa: TID251 - an edge
    client = LlamaCpp(
        ProviderSettings(name="local", type="local", built_in=True),
        Supervisor(Path(options.run), environ=environ, keep_alive=5.0, max_workers=1),
        Path("/nonexistent"),
    )
    made = holes(options.count, options.seed)[options.first :]
    found: list[tuple[Hole, str]] = []
    for hole in made:
        text = await asked(client, options.model, hole)
        found.append((hole, text))
        if options.show:
            line = hole.sides[0].rpartition("\n")[2].strip()
            print(f"  {line}|{first_line(text)}   [{hole.right}] {judged(hole, text)}")
    report("model", found)
    report("copy ", [(hole, copied(hole)) for hole in made])


def _options() -> Iterator[argparse.Namespace]:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hexai", help="taken by all benchmarks, and not used")
    parser.add_argument("--model", required=True, help="the path of a GGUF file")
    parser.add_argument("--run", default="/tmp/hexai-bench", help="a private folder")
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--first", type=int, default=0, help="leave out so many")
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--show", action="store_true", help="print each suggestion")
    yield parser.parse_args()


if __name__ == "__main__":
    for chosen in _options():
        asyncio.run(measure(chosen))
