"""The ledger in files: whole, to be merged into another, or as other tools read it.

The own format is JSON lines, a heading and then the facts of every run, so that to
import is to tell another ledger what this one knows. What it knows already changes
nothing, and a file may be imported again after more was added to it.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from itertools import combinations

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from hexai.domain.moments import EARLIEST, LATEST
from hexai.domain.outcome import Status
from hexai.domain.record import Choice, ContenderRecord, Fact, RecordedRun, RunRecord
from hexai.errors import UsageError
from hexai.service.run_record import without_texts

_BATCH = 500
_FORMAT = 1
_PLACE = re.compile(r"at `\$\.?([\w.\[\]]+)`\Z")
_HEX = frozenset("0123456789abcdef")


class _Heading(Struct, frozen=True, kw_only=True):
    hexai_ledger: int


_facts = msgspec.json.Decoder(Fact)
_headings = msgspec.json.Decoder(_Heading)


def to_lines(runs: Iterable[RecordedRun], *, texts: bool) -> Iterator[bytes]:
    """Write every run as lines of JSON, with or without its texts."""
    yield msgspec.json.encode(_Heading(hexai_ledger=_FORMAT)) + b"\n"
    for recorded in runs:
        for fact in recorded.facts:
            yield msgspec.json.encode(_to_travel(fact, texts=texts)) + b"\n"


def _to_travel(fact: Fact, *, texts: bool = True) -> Fact:
    """Leave out what means something on this machine alone, and texts if wanted."""
    if not isinstance(fact, RunRecord):
        return fact
    kept = fact if texts else without_texts(fact)
    return replace(kept, background=replace(kept.background, terminal=""))


def from_lines(lines: Iterable[bytes]) -> Iterator[list[Fact]]:
    """Read facts, some at a time; raises `UsageError` at a line that is none."""
    numbered = enumerate(lines, start=1)
    _read_heading(next(numbered, (1, b""))[1])
    facts: list[Fact] = []
    for number, line in numbered:
        try:
            fact = _facts.decode(line)
            _check(fact)
        except (msgspec.DecodeError, ValueError, RecursionError) as error:
            reason = _told(error)
            raise UsageError(
                f"line {number} is no record of a ledger{reason}"
            ) from None
        facts.append(_to_travel(fact))
        if len(facts) == _BATCH:
            yield facts
            facts = []
    yield facts


def to_arena_csv(runs: Iterable[RecordedRun]) -> str:
    """Write the choices as battles, with the columns that arena-rank reads.

    A choice among more than two is several battles, each with its part of the weight.
    """
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(
        ["model_a", "model_b", "winner", "weight", "surface", "method", "tstamp", "id"]
    )
    for recorded in runs:
        rows.writerows(_battles(recorded))
    return out.getvalue()


def _read_heading(line: bytes) -> None:
    try:
        heading = _headings.decode(line)
    except (msgspec.DecodeError, RecursionError):
        raise UsageError("this is no file of hexai history export") from None
    if heading.hexai_ledger > _FORMAT:
        raise UsageError("a newer Hexai has written this file; update to import it")


def _told(error: Exception) -> str:
    """Say what is wrong with a line, and quote nothing of it."""
    if isinstance(error, msgspec.MsgspecError):
        place = _PLACE.search(str(error))
        return f": wrong at {place[1]}" if place else ""
    return "" if isinstance(error, UnicodeDecodeError) else f": {error}"


def _check(fact: Fact) -> None:
    """Refuse what no Hexai writes; a file may come from anybody."""
    if len(fact.run_id) != 32 or not _HEX.issuperset(fact.run_id):
        raise ValueError("run_id must be 32 hex digits")
    for name in ("sitting", "thread", "follows"):
        token: str = getattr(fact, name, "")
        if len(token) not in (0, 32) or not _HEX.issuperset(token):
            raise ValueError(f"{name} must be 32 hex digits, or empty")
    moment: float = getattr(fact, "started_at", getattr(fact, "at", 0.0))
    if not EARLIEST <= moment <= LATEST:
        raise ValueError("its time is impossible")


def _battles(recorded: RecordedRun) -> Iterator[list[object]]:
    chosen = recorded.chosen
    if chosen is None or chosen.choice is Choice.NONE:
        return
    rivals = _rivals(recorded)
    credited = {each.index for each in rivals if each.index in chosen.indexes}
    pairs = [
        (one, other, _winner(chosen.choice, one.index, other.index, credited))
        for one, other in combinations(rivals, 2)
    ]
    decided = [pair for pair in pairs if pair[2]]
    for one, other, winner in decided:
        yield [
            *_names(one, other),
            winner,
            round(1 / len(decided), 6),
            recorded.run.surface,
            chosen.method,
            chosen.at,
            recorded.run.run_id,
        ]


def _names(*rivals: ContenderRecord) -> list[str]:
    """Name entries as configured; of old, labels tell those of one model apart."""
    names = [f"{e.provider}:{e.model} {e.fingerprint}".rstrip() for e in rivals]
    if len({*names}) == len(names):
        return names
    return [f"{e.provider}:{e.model} {e.label}" for e in rivals]


def _rivals(recorded: RecordedRun) -> list[ContenderRecord]:
    """Give the answers that were seen, in the order shown; cached ones do not count."""
    run, shown = recorded.run, recorded.shown
    order = run.order if shown is None else [i for item in shown.items for i in item]
    by_index = {each.index: each for each in run.contenders}
    return [
        by_index[index]
        for index in order
        if index in by_index
        and by_index[index].status is Status.ANSWERED
        and not by_index[index].cached
    ]


def _winner(choice: Choice, one: int, other: int, credited: set[int]) -> str:
    if choice is Choice.TIE:
        return "tie"
    if choice is Choice.BAD:
        return "both_bad"
    if (one in credited) == (other in credited):
        return ""
    return "model_a" if one in credited else "model_b"
