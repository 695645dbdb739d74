"""Plays a session to what watches documents, and gives what the ledger is told."""

import asyncio

from msgspec import Struct

from hexai.domain.outcome import Outcome, Status
from hexai.domain.record import Choice, Chosen, Fact, Method, Shown
from hexai.surfaces.lsp.clients import Client
from hexai.surfaces.lsp.documents import Document
from hexai.surfaces.lsp.offers.offer import Credit, Offer, Suggestion
from hexai.surfaces.lsp.offers.tracking import Watching
from hexai.text.lines import Lines, Position, compare
from tests.sessions.session import Event, Session
from tests.support.clock import VirtualLoop

_BEGAN = 1_000_000.0


class Recorded(Struct, frozen=True, kw_only=True):
    """What is recorded of a run in the end, as the ledger reads it."""

    shown: tuple[tuple[int, ...], ...] = ()
    shown_at: float = 0.0
    choice: Choice | None = None
    method: Method | None = None
    by: tuple[int, ...] = ()
    size: int = 0
    settled: bool = True


def play(session: Session) -> dict[int, Recorded]:
    """Give what is recorded of each run."""
    facts: list[Fact] = []
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        runner.run(_play(session, facts))
    runs = {int(fact.run_id) for fact in facts if isinstance(fact, Shown | Chosen)}
    return {run: _of(run, facts) for run in sorted(runs)}


async def _play(session: Session, facts: list[Fact]) -> None:
    loop, editor = asyncio.get_running_loop(), session.editor
    client = Client(name="desk", runs_commands=editor.commands, shows_rows=editor.shows)
    watching = Watching(client, facts.append, now=lambda: _BEGAN + loop.time())
    lines, offers = Lines.of(""), list[Offer]()
    for event in session.events:
        await asyncio.sleep(event.at - loop.time())
        now = Lines.of(event.head + event.typed + event.tail)
        match event.does:
            case "list":
                offers.append(_offer(event, now))
                watching.offered(offers[-1], inline=editor.parts)
            case "command":
                watching.taken(offers[-1], event.row)
            case "close":
                watching.closed("untitled:a")
            case _:
                watching.changed(_document(now), compare(lines, now))
        lines = now
    await asyncio.sleep(session.ends_at - loop.time())


def _document(lines: Lines) -> Document:
    return Document(
        uri="untitled:a", language="python", version=1, lines=lines, changed_at=0.0
    )


def _offer(event: Event, lines: Lines) -> Offer:
    suggestions = (
        Suggestion(text=row.text, credits=tuple(map(_credit, row.by)))
        for row in event.rows
    )
    return Offer(
        run_id=str(event.run),
        document=_document(lines),
        anchor=_end_of(event.head),
        position=_end_of(event.head + event.typed),
        suggestions=tuple(suggestions),
    )


def _end_of(text: str) -> Position:
    return Position(text.count("\n"), len(text.rpartition("\n")[2]))


def _credit(index: int) -> Credit:
    outcome = Outcome(
        index=index, label="m", status=Status.ANSWERED, provider="p", model="m"
    )
    return Credit(label="m", outcome=outcome)


def _of(run: int, facts: list[Fact]) -> Recorded:
    mine = [fact for fact in facts if getattr(fact, "run_id", "") == str(run)]
    shown = [fact for fact in mine if isinstance(fact, Shown)]
    widest = max(shown, key=lambda each: sum(map(len, each.items)), default=None)
    last = max(
        (fact for fact in mine if isinstance(fact, Chosen)),
        key=lambda each: each.at,
        default=None,
    )
    return Recorded(
        shown=widest.items if widest else (),
        shown_at=round(min((s.at for s in shown), default=_BEGAN) - _BEGAN, 3),
        choice=last.choice if last else None,
        method=last.method if last else None,
        by=last.indexes if last else (),
        size=last.characters if last else 0,
        settled=last is None or last.settles_at is None,
    )
