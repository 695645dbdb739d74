"""What `hexai team` says: of who is enrolled, of what goes, and of how things stand."""

from collections.abc import Iterable, Iterator, Sequence

from msgspec.structs import asdict

from hexai.surfaces.cli.output import table
from hexai.surfaces.cli.recorded import when
from hexai.surfaces.words import counted
from hexai.team.cells import Cell
from hexai.team.members import Enrolled, Member
from hexai.team.pending import Pending, Stand
from hexai.team.publish import Outcome
from hexai.team.push import Done, LastPush
from hexai.team.sent import KINDS, Batch, Row

_NOT_ASKED = (
    "the server was never asked, so projects and files of models are not keyed by the "
    "team's salt yet, and no label and no host is among it"
)


def made_words(where: str, schema: int, *, partitions: int) -> Iterator[str]:
    """Say that a team's ledger is there, and what comes next."""
    made = counted(partitions, "partition")
    yield f"the team's ledger is in {where}, schema {schema}; {made} made"
    yield "next: hexai team member add NAME for each person, you too"


def enrolled_words(
    person: Enrolled, host: str, port: int, database: str
) -> Iterator[str]:
    """Say that somebody is enrolled, and what that person writes into which files."""
    yield f"{person.name} is enrolled, by the role {person.role}"
    if person.password is None:
        return
    place = host.replace("\\", "\\\\").replace(":", "\\:")
    yield (
        "its password is shown this once; the person puts these into ~/.pgpass "
        "(mode 0600) and ~/.pg_service.conf:"
    )
    yield from ("", f"{place}:{port}:{database}:{person.role}:{person.password}", "")
    yield from ("[hexai]", f"host={host}", f"port={port}", f"dbname={database}")
    yield f"user={person.role}"


def members_words(people: Sequence[Member]) -> Iterator[str]:
    """Say who is enrolled, and how much each has sent."""
    yield ""
    yield f"enrolled: {sum(each.role != '' for each in people)}"
    rows = [
        (each.name, each.role or "(left)", str(each.rows), each.pushed_on or "never")
        for each in people
    ]
    if rows:
        yield table(("NAME", "ROLE", "SENT", "LAST"), rows).removesuffix("\n")


def here_words(host: str) -> str:
    """Warn of an address that others cannot use."""
    return f"{host} is this machine; on others, the server's name belongs there"


def forget_words(name: str) -> str:
    """Ask whether somebody is to be forgotten; an empty name is whoever asks."""
    return f"Have the team's ledger forget everything of {name or 'you'}?"


def forgotten_words(runs: int) -> Iterator[str]:
    """Say what was forgotten."""
    yield f"the team's ledger has forgotten {counted(runs, 'run')}"


def progress_words(rows: int) -> str:
    """Say how far a long push has come."""
    return f"{rows} facts sent so far"


def done_words(done: Done) -> Iterator[str]:
    """Say what came of a push."""
    yield f"{counted(done.rows, 'fact')} of {counted(done.runs, 'run')} sent"
    if done.forgotten:
        yield f"{counted(done.forgotten, 'run')} forgotten there"
    if done.withheld:
        yield f"{counted(done.withheld, 'run')} kept back by their projects"
    if done.full:
        yield f"the server takes no more today: {done.full}"
    if done.left:
        wait = "tomorrow" if done.full else "the next push: their choices may change"
        yield f"{counted(done.left, 'run')} left for {wait}"


def last_words(last: LastPush | None) -> Iterator[str]:
    """Say what came of the last push; nothing if there was none."""
    if last is not None:
        came = f"failed: {last.failed}" if last.failed else "done"
        yield f"last push: {when(last.at)}, {came}"


def pending_words(pending: Pending) -> Iterator[str]:
    """Say exactly what would go: one run whole, and all in sum."""
    yield "nothing is sent now, and nobody is asked; this would go:"
    yield ""
    if pending.newest is not None:
        yield from _one_run(pending.newest)
    facts = counted(sum(pending.facts.values()), "fact")
    yield f"in sum: {facts} of {counted(pending.runs, 'run')}"
    for kind, words in KINDS.items():
        if count := pending.facts.get(kind, 0):
            yield f"  {count} {kind}: {words}"
    if pending.withheld:
        yield f"kept back by their projects: {counted(pending.withheld, 'run')}"
    if pending.cells:
        yield f"who was asked ({len(pending.cells)}):"
        yield from (f"  {_pairs(cell)}" for cell in pending.cells)
    if pending.forgotten:
        yield f"to be forgotten there: {counted(pending.forgotten, 'run')}"
    if not pending.is_known:
        yield from ("", _NOT_ASKED)


def _one_run(batch: Batch) -> Iterator[str]:
    yield "the newest run, whole:"
    yield from (f"  {_pairs(row)}" for row in batch.rows)
    yield "of"
    yield from (f"  {_pairs(cell)}" for cell in batch.cells.values())
    yield ""


def _pairs(value: Row | Cell) -> str:
    """Write what is there of a row, each part under its column's name."""
    parts: Iterable[tuple[str, object]] = asdict(value).items()
    return " ".join(f"{name}={part}" for name, part in parts if part not in (None, ""))


def published_words(outcome: Outcome) -> Iterator[str]:
    """Say what came of publishing."""
    if not outcome.is_new:
        yield f"published already for the week from {outcome.week}; next week again"
    elif not outcome.figures:
        yield "nothing to publish: of weeks that are over, no model has five people"
        if outcome.is_taken_back:
            yield "what was published before is taken back"
    else:
        yield f"published: all until {outcome.week}, of {outcome.people} people"
        yield f"{counted(outcome.figures, 'row')} of figures"
    if outcome.partitions:
        yield f"{counted(outcome.partitions, 'partition')} made"
    elif outcome.partitions is None:
        yield "no partition made: somebody's transaction holds the facts; try again"


def standing_words(where: str, stand: Stand) -> Iterator[str]:
    """Say how things stand; `where` is the server."""
    yield f"server: {where}, schema {stand.schema}"
    mine = stand.mine
    if mine is None:
        yield "you: this role is of nobody who was enrolled"
    else:
        yield f"you: {mine.name}, as {mine.pseudonym}"
        days = f", from {mine.first} to {mine.last}" if mine.facts else ""
        runs = counted(mine.runs, "run")
        yield f"there: {counted(mine.facts, 'fact')} of {runs}{days}"
        left = counted(mine.left, "run")
        yield f"here: {left} not sent yet, {mine.forgotten} to be forgotten there"
    if stand.published:
        yield f"published: all until {stand.published}"
    else:
        yield "published: nothing yet"
