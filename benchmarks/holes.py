"""Holes: what a local model fills in, beside a copy of the previous similar line.

Lines of this repository lose their end, or all but their indentation, and an editor
server is asked for it, by the model as users have it. What it refused to offer, and
why, is what its statistics say. Copying a line takes no model at all, so a model that
does no better is of no use for completion. So do places in the middle of lines
(`mid_lines.py`), where what is offered has to join what follows. Run by
`scripts/bench holes`.
"""

import argparse
import difflib
import itertools
import json
import random
import re
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from msgspec import Struct

from benchmarks.lsp import Editor, started
from benchmarks.mid_lines import (
    MidLine,
    Told,
    mid_lines,
    offered_in_process,
    report_right,
)
from hexai.prompts.code.languages import language_of
from hexai.prompts.code.syntax_check import Judge
from hexai.text.cleaning import clean
from hexai.text.lines import Lines, Position, Span

ROOT = Path(__file__).resolve().parents[1]
_SHORTEST = 3
"""Characters that have to be the same."""
_PYTHON = language_of("python", "")
_WRITTEN = 2.0
"""Seconds after which the ledger has what happened."""


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


def holes(count: int, seed: int, root: Path = ROOT) -> list[Hole]:
    """Make holes in lines of code, the same ones for a seed and a state of the code."""
    dice = random.Random(seed)
    files = sorted(root.glob("src/hexai/**/*.py"))
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
                path=str(path.relative_to(root)),
                document=document,
                position=Position(number, at),
                right=line[at:],
            )
        )
    return made


def copied(before: str) -> str:
    """Copy what followed the same text before: the more of it, then the nearer."""
    *above, line = before.split("\n")
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


def offered(editor: Editor, number: int, hole: Hole) -> str:
    """Open a file with a hole, ask there, and give what would go in; empty: nothing."""
    uri = f"file:///holes/{number}/{Path(hole.path).name}"
    editor.open(uri, "".join(hole.sides))
    at = hole.position
    listed = editor.complete(uri, at.line, at.character)
    editor.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
    items = listed["items"] if isinstance(listed, dict) else listed or []
    return _put_in(hole, items[0]["textEdit"]) if items else ""


def _put_in(hole: Hole, edit: dict[str, Any]) -> str:
    """Make an edit of the cursor's line, and give what is behind the cursor then."""
    line = hole.document.line(hole.position.line)
    return _behind(line, hole.position.character, edit)


def _behind(line: str, character: int, edit: dict[str, Any]) -> str:
    span = edit["range"] if "range" in edit else edit["replace"]
    assert span["start"]["line"] == span["end"]["line"]
    start, end = span["start"]["character"], span["end"]["character"]
    return str(line[:start] + edit["newText"] + line[end:])[character:]


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


_CONFIG = """\
[local]
keep_alive = 3

[completion]
wait = "all"
hard_deadline = 120

[[models.completion]]
provider = "local"
model = "{model}"
"""


@contextmanager
def _asked(options: argparse.Namespace) -> Iterator[Editor]:
    """Start an editor server; tell at the end what it refused."""
    with tempfile.TemporaryDirectory(prefix="hx-") as folder:
        home = Path(folder)
        config = home / ".config/hexai/config.toml"
        config.parent.mkdir(parents=True)
        config.write_text(_CONFIG.format(model=options.model))
        with started([str(options.hexai / "hexai"), "lsp"], home) as editor:
            editor.initialize()
            yield editor
            time.sleep(_WRITTEN)
        print(f"  refused: {_stats(options.hexai, home)}")


def measure(options: argparse.Namespace) -> None:
    """Ask for every hole, and report."""
    made = holes(options.count, options.seed)[options.first :]
    found: list[tuple[Hole, str]] = []
    with _asked(options) as editor:
        for number, hole in enumerate(made):
            found.append((hole, offered(editor, number, hole)))
            if options.show:
                _show(*found[-1])
    report("model", found)
    print(f"  nothing offered {sum(not text for _, text in found)}")
    report("copy ", [(hole, copied(hole.sides[0])) for hole in made])


def measure_mid_lines(options: argparse.Namespace) -> None:
    """Ask in the middle of lines, and report."""
    places = mid_lines(
        options.count, options.seed, options.root, options.ending, options.places
    )[options.first :]
    if options.places == "gaps":
        report_right(places)
    copy = Told()
    for place in places:
        copy.add(place, offered_in_process(place, copied(place.before)))
    print(f"copy : {copy}", flush=True)
    if options.hexai is None:
        return
    model = Told()
    with _asked(options) as editor:
        for number, place in enumerate(places):
            behind = _offered_within(editor, number, place)
            word = model.add(place, behind)
            if options.show:
                left = place.before.rpartition("\n")[2].strip()
                right = f"{place.missing}¦{place.rest}"
                print(f"  {left}|{behind or ''}   [{right}] {word}", flush=True)
    print(f"model: {model}")


def _offered_within(editor: Editor, number: int, place: MidLine) -> str | None:
    """Ask at a place, and give what is behind the cursor then; None: nothing is."""
    uri = f"file:///holes/{number}/{Path(place.path).name}"
    editor.open(uri, place.before + place.after, place.language)
    at = place.position
    listed = editor.complete(uri, at.line, at.character)
    editor.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
    items = listed["items"] if isinstance(listed, dict) else listed or []
    if not items:
        return None
    line = place.before.rpartition("\n")[2] + place.rest
    return _behind(line, at.character, items[0]["textEdit"])


def _show(hole: Hole, text: str) -> None:
    line = hole.sides[0].rpartition("\n")[2].strip()
    word = judged(hole, text)
    print(f"  {line}|{first_line(text)}   [{hole.right}] {word}", flush=True)


def _stats(programs: Path, home: Path) -> str:
    """Give how many suggestions were refused for which reason."""
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(home), "LANG": "C.UTF-8"}
    command = [str(programs / "hexai"), "stats", "--json"]
    said = subprocess.run(command, env=environment, capture_output=True, check=True)
    return str([each["refused"] for each in json.loads(said.stdout)["models"]])


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hexai", type=Path, help="folder of programs")
    parser.add_argument("--model", help="the path of a GGUF file")
    parser.add_argument("--places", default="ends", choices=["ends", "gaps", "whole"])
    parser.add_argument("--root", type=Path, default=ROOT / "src", help="other code")
    parser.add_argument("--ending", default="py", help="of its files")
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--first", type=int, default=0, help="leave out so many")
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--show", action="store_true", help="print each suggestion")
    return parser.parse_args()


if __name__ == "__main__":
    chosen = _options()
    (measure if chosen.places == "ends" else measure_mid_lines)(chosen)
