"""What of a run is sent to a team's server, and nothing else is; pure.

A run becomes narrow rows, each one fact: a contender's figures, that it was shown, what
was chosen, what was left of it. They hold numbers, words that are listed here, and the
number of a cell. Ids are keyed, times are cut to the day, and so no text, file, path,
branch or moment is among them.
"""

from collections.abc import Mapping, Sequence
from hashlib import blake2b
from pathlib import PurePath

from msgspec import Struct, field
from msgspec.structs import astuple

from hexai.domain.bench import Cell as BenchCell
from hexai.domain.bench import State
from hexai.domain.outcome import Status
from hexai.domain.record import Choice, Method
from hexai.ledger.changes import ChangedCell, ChangedContender, ChangedRun
from hexai.service.team_secret import Secret
from hexai.team.bounds import LARGEST, cost, day, milliseconds, share, small
from hexai.team.cells import Asked, Cell, cell_of
from hexai.team.server import Setting
from hexai.team.trials import trial_of

ANSWERED = "a"
STATES: Mapping[str, str] = {
    Status.ANSWERED: ANSWERED,
    Status.FAILED: "f",
    Status.TIMED_OUT: "t",
    Status.CANCELLED: "c",
}
CHOICES: Mapping[str, str] = {
    Choice.TAKEN: "t",
    Choice.PARTLY: "p",
    Choice.TYPED: "y",
    Choice.TIE: "i",
    Choice.BAD: "b",
    Choice.NONE: "n",
}
BENCH_STATES: Mapping[str, str] = {
    State.ANSWERED: ANSWERED,
    State.EMPTY: "e",
    State.UNFIT: "n",
    State.CUT_OFF: "l",
    State.TIMED_OUT: "t",
    State.FAILED: "f",
    State.REFUSED: "r",
    State.GUARDED: "g",
}
FLAGS: Mapping[str, int] = {
    "late": 1,
    "fell back": 2,
    "local": 4,
    "cloud": 8,
    "blind": 16,
    "drawn": 32,
    "estimated": 64,
    "cut": 128,
    "beside a bench": 256,
    Method.COMMAND: 1024,
    Method.INFERRED: 2048,
    Method.TYPED: 4096,
    Method.VOTE: 8192,
}
"""What is set in a row's `flags`."""
KINDS = {
    "r": "a contender's figures",
    "s": "that it was shown",
    "c": "what was chosen",
    "v": "what was left of it",
    "b": "a cell of a bench",
}

_MINUTES_FROM = 2_000_000_000
"""Revisions are ms; choices later than 23 days after their run are told by minutes."""
_NO_CONTENDER = -1


class Row(Struct, frozen=True):
    """One fact, as a row of the server's table; None where it has no such figure."""

    run: str
    """Keyed; 32 hex digits."""
    kind: str
    """One of `KINDS`."""
    idx: int
    """The contender, or after how many seconds."""
    revision: int
    """Of several of one fact the highest counts."""
    day: str
    """That of its run."""
    cell: int | None = None
    state: str = "-"
    """How a contender ended, or what was chosen."""
    flags: int = 0
    """Sums of `FLAGS`."""
    cost: int | None = None
    """Billionths of a dollar."""
    sitting: int | None = None
    """Keyed, as document and project are."""
    document: int | None = None
    project: int | None = None
    ttft: int | None = None
    """Milliseconds, as the next two."""
    total: int | None = None
    generating: int | None = None
    input: int | None = None
    output: int | None = None
    number: int | None = None
    """The place in the list, or the characters that were taken."""
    share: float | None = None
    """Of the text that was left, of the choice that is credited, or of keys saved."""
    trial: str | None = None
    """What was chosen among what, as `trials.py` writes it."""


class Sender(Struct, frozen=True, kw_only=True):
    """What is needed to write runs as the server gets them."""

    secret: Secret
    setting: Setting
    projects: Mapping[str, str] = field(default_factory=dict)
    """By folder, what the team calls a project."""


class Batch(Struct, frozen=True, kw_only=True):
    """What is sent at once."""

    cells: Mapping[int, Cell]
    rows: Sequence[Row]
    withheld: int
    """Runs, and cells of benches, that their projects keep back."""


def batch_of(
    sender: Sender, runs: Sequence[ChangedRun], cells: Sequence[ChangedCell] = ()
) -> Batch:
    """Write runs, and cells of benches, as they are sent."""
    writer = _Writer(sender)
    withheld = sum(r.withheld for r in runs) + sum(c.withheld for c in cells)
    for run in runs:
        if not run.withheld:
            writer.add(run)
    for cell in cells:
        if not cell.withheld:
            writer.add_bench(cell)
    return Batch(cells=writer.cells, rows=writer.rows, withheld=withheld)


class _Writer:
    """Writes rows, and each cell once."""

    def __init__(self, sender: Sender) -> None:
        self.cells: dict[int, Cell] = {}
        self.rows: list[Row] = []
        self._sender = sender
        self._known: dict[Asked, int] = {}

    def add(self, run: ChangedRun) -> None:
        """Write what is known of a run; what was served from the cache is no fact."""
        asked = [each for each in run.contenders if not each.cached]
        if not asked:
            return
        secret = self._sender.secret
        where = _Where(
            run=secret.run(run.id).hex(),
            day=day(run.started_at),
            sitting=secret.number(b"sitting", run.sitting) if run.sitting else None,
            cells={each.index: self._cell(run, each) for each in asked},
        )
        project = self._project(run.project)
        for each in asked:
            self.rows.append(_figures(run, each, where, project))
        shown = [each for each in asked if each.position is not None]
        for each in shown:
            self.rows.append(
                Row(
                    where.run,
                    "s",
                    each.index,
                    len(shown),
                    where.day,
                    where.cells[each.index],
                    number=each.position,
                )
            )
        if run.choice is not None:
            self._add_choice(run, where)

    def _add_choice(self, run: ChangedRun, where: "_Where") -> None:
        """Write a row for each who is credited, or one for nobody."""
        revision, document = _revision(run), None
        if run.document:
            text = run.document.encode("utf-8", "replace")
            document = self._sender.secret.number(b"document", text)
        taken = [each for each in run.contenders if each.index in where.cells]
        taken = [each for each in taken if each.taken is not None]
        credited: list[tuple[int, int | None, int | None]]
        credited = [(e.index, where.cells[e.index], small(e.taken)) for e in taken]
        trial = trial_of(run, where.cells)
        for index, cell, number in credited or [(_NO_CONTENDER, None, None)]:
            self.rows.append(
                Row(
                    where.run,
                    "c",
                    index,
                    revision,
                    where.day,
                    cell,
                    CHOICES[str(run.choice)],
                    _how(run),
                    sitting=where.sitting,
                    document=document,
                    number=number,
                    share=1 / len(credited) if credited else None,
                    trial=trial,
                )
            )
            trial = None
        for after, left in run.survived if credited else ():
            _, cell, number = credited[0]
            self.rows.append(
                Row(
                    where.run,
                    "v",
                    after,
                    revision,
                    where.day,
                    cell,
                    number=number,
                    share=share(left),
                )
            )

    def add_bench(self, changed: ChangedCell) -> None:
        """Write a cell of a bench."""
        cell, who = changed.cell, changed.contender
        asked = Asked(
            changed.surface,
            changed.language,
            who.provider,
            who.model,
            who.fingerprint,
            who.label,
            who.upstream,
        )
        self.rows.append(
            Row(
                self._sender.secret.bench(changed.bench, cell.task).hex(),
                "b",
                cell.contender,
                0,
                day(changed.started_at),
                self._number(asked),
                BENCH_STATES[cell.state],
                FLAGS["estimated"] * cell.estimated,
                None if cell.cost_usd is None else cost(round(cell.cost_usd * 10**9)),
                project=self._project(changed.project),
                ttft=milliseconds(cell.cold.first_token),
                total=milliseconds(cell.cold.total),
                input=small(cell.tokens_in),
                output=small(cell.tokens_out),
                share=_saved(cell),
            )
        )

    def _cell(self, run: ChangedRun, each: ChangedContender) -> int:
        return self._number(
            Asked(
                run.surface,
                run.language,
                each.provider,
                each.model,
                each.fingerprint,
                each.label,
                each.upstream,
            )
        )

    def _number(self, asked: Asked) -> int:
        """Give the number of a cell, and remember the cell."""
        known = self._known.get(asked)
        if known is None:
            cell = cell_of(self._sender.setting, asked)
            self.cells[cell.id] = cell
            known = self._known[asked] = cell.id
        return known

    def _project(self, folder: str) -> int | None:
        """Key a project by the name that the team gives it; nothing where none."""
        if not (folder and self._sender.projects):
            return None
        path, salt = PurePath(folder), self._sender.setting.salt
        for place, name in self._sender.projects.items():
            if path.is_relative_to(place):
                digest = blake2b(name.encode(), digest_size=8, key=salt).digest()
                return int.from_bytes(digest, "big", signed=True)
        return None


class _Where(Struct, frozen=True, kw_only=True):
    """What all facts of a run share."""

    run: str
    day: str
    sitting: int | None
    cells: Mapping[int, int]
    """The numbers of cells, by contender."""


def _figures(
    run: ChangedRun, each: ChangedContender, where: _Where, project: int | None
) -> Row:
    return Row(
        where.run,
        "r",
        each.index,
        0,
        where.day,
        where.cells[each.index],
        STATES[each.status],
        _flags(run, each),
        cost(each.cost),
        where.sitting,
        None,
        project,
        small(each.ttft),
        small(each.total),
        small(each.generating),
        small(each.input),
        small(each.output),
    )


NOTHING = "None"
"""How COPY reads that there is nothing: as Python writes it."""
_LINE = "\t".join(["%s"] * len(Row.__struct_fields__)) + "\n"


def lines(rows: Sequence[Row]) -> bytes:
    """Write rows as COPY reads them. No part of them holds what it would misread."""
    return "".join([_LINE % astuple(row) for row in rows]).encode("ascii")


def _flags(run: ChangedRun, each: ChangedContender) -> int:
    return (
        FLAGS["late"] * each.late
        | FLAGS["fell back"] * each.fell_back
        | FLAGS["local"] * (each.local == 1)
        | FLAGS["cloud"] * (each.local == 0)
        | FLAGS["blind"] * run.blind
        | FLAGS["drawn"] * run.is_drawn
        | FLAGS["estimated"] * bool(each.estimated)
        | FLAGS["cut"] * each.cut
        | FLAGS["beside a bench"] * each.beside
    )


def _how(run: ChangedRun) -> int:
    method = FLAGS[run.method] if run.method else 0
    blind = FLAGS["blind"] * run.is_blind_choice
    return method | blind | FLAGS["drawn"] * run.is_drawn


def _revision(run: ChangedRun) -> int:
    """Order the choices about a run: by how long after its beginning they were made.

    So it is the same from every machine, and says nothing of the time of the day.
    """
    assert run.chosen_at is not None
    after = max(0, run.chosen_at - run.started_at)
    if after < _MINUTES_FROM:
        return after
    return min(LARGEST, _MINUTES_FROM + (after - _MINUTES_FROM) // 60_000)


def _saved(cell: BenchCell) -> float | None:
    """Give what an answer saved, or the share of a question's checks that it passed."""
    if cell.checks:
        return sum(cell.checks) / len(cell.checks)
    return None if cell.score is None else share(cell.score.saved, -1.0)
