"""Places: where in a document a race is under way, and what becomes of it.

The obvious way is to put the models a question for each request of the editor and to
end it with the request. It serves nobody: editors ask anew with each key, cancel what
they have just asked, or do not ask at all while an answer is out; the models would
begin again and again, and a slow one would never come to an end.

So a race belongs to a place: a document, a position, the text before and after it.
Requests join it and leave it, one of each route at a time. While the user types, the
place lives on, since what the models are writing may well be what is being typed. Each
contender is judged alone: whoever has said something else is cancelled at once, and
its stream closed; whoever is silent may go on while only a word grows. When nobody is
left who runs or fits, or the document changes in any other way, the race is over, and
requests that wait are answered in the same moment, before a stream is closed.

What was asked for stays useful when nobody waits any more: answers go to the memory,
where the next request finds them.

A `Place` is told what happens and decides. It starts no task and has no clock but the
waiters' timers, so all of it happens between two steps of the event loop. The race
itself is run by `races.py`.
"""

import asyncio
from collections.abc import Iterable

from msgspec.structs import replace

from hexai.domain.outcome import Delta, Ended, Event, Queued, TakenBackEvent
from hexai.service.completion import Clean, Draft
from hexai.surfaces.lsp.asking import Asked, AskedRun
from hexai.surfaces.lsp.completion.caret import Caret
from hexai.surfaces.lsp.completion.editor_request import Arrival, Route, Waiter, nothing
from hexai.surfaces.lsp.completion.memory import Kept, Spot, fitting_of
from hexai.surfaces.lsp.offers.offer import Credit, Offer, Rows, Suggestion
from hexai.text.lines import Position, TextChange
from hexai.text.snippets import is_word


class Place:
    """A place, the requests that wait there, and the race that belongs to it."""

    def __init__(
        self,
        arrival: Arrival,
        *,
        blind: bool = False,
        browses: bool = False,
        earliest: float = 0.0,
    ) -> None:
        """Begin where a request arrived; nobody is asked yet, nor before `earliest`.

        `browses` is an editor that puts rows into the text as they are looked at.
        """
        document = arrival.document
        self.uri = document.uri
        self.blind = blind
        self.earliest = earliest
        """When models may be asked first, by the loop's clock; 0: at any time. Whoever
        types on sooner is asked about by the next request."""
        self.is_over = False
        """Nothing more comes of it: nobody joins, and nobody waits."""
        self.is_wanted = asyncio.Event()
        """Cleared when the last request that waited was cancelled, until one joins."""
        self._caret = Caret(document.lines, arrival.position)
        self._waiters: dict[Route, Waiter] = {}
        self._has_answered = False
        self._browses = browses
        self._rows: Rows | None = None
        self._run: AskedRun | None = None
        self._spot: Spot | None = None
        self._drafts: dict[int, Draft] = {}
        self._suggestions: tuple[Suggestion, ...] = ()

    @property
    def position(self) -> Position:
        """Where the cursor is now, as far as one can tell."""
        return self._caret.position

    @property
    def is_asked(self) -> bool:
        """Whether the question has been put together."""
        return self._run is not None

    @property
    def is_running(self) -> bool:
        """Whether a contender still runs, or will, and may come to fit."""
        return self._run is None or any(each.runs for each in self._drafts.values())

    def is_at(self, position: Position) -> bool:
        """Tell whether a request at a position joins this place."""
        return not self.is_over and self._caret.is_at(position)

    def join(self, waiter: Waiter) -> None:
        """Let a request wait here; an older one of its route is ended."""
        arrival = waiter.arrival
        older = self._waiters.pop(arrival.route, None)
        if older is not None:
            older.answer(nothing(older.arrival))
        self._waiters[arrival.route] = waiter
        self.is_wanted.set()
        answers_at_once = not (waiter.waits_in_full and self.is_running)
        if self._has_answered and answers_at_once and self.offer(arrival).suggestions:
            self.answer(waiter)
        else:
            self._consider()

    def leave(self, waiter: Waiter) -> None:
        """Let a request go that its editor has cancelled."""
        waiter.leave()
        if self._waiters.get(waiter.arrival.route) is waiter:
            del self._waiters[waiter.arrival.route]
            if not self._waiters:
                self.is_wanted.clear()

    def take_question(self, asked: Asked) -> None:
        """Take the question that is put to the models for the text as it is now."""
        run, caret = asked.run, self._caret
        self._run = run
        self._caret = Caret(caret.lines, caret.position)
        self._spot = Spot.of(self.uri, caret.lines, caret.position)
        self._drafts = {
            each.index: Draft(asked.clean, asked.judge) for each in run.contenders
        }

    def sends(self, index: int, clean: Clean) -> None:
        """Take note that a contender is asked only now, about the text as it is."""
        self._drafts[index].begin(self._caret.typed, clean)

    def follow(self, change: TextChange) -> bool:
        """Take a change of the document; says whether the race goes on."""
        is_here = self._caret.follow(change)
        if self._rows is not None and self._rows.show_in(change.after):
            return True
        if not is_here:
            return False
        typed = self._caret.typed
        if self._run is None:
            return is_word(typed) and not self.earliest
        self._stop_misfits(self._drafts)
        if not self.is_running and not self._fitting():
            return False
        self._consider()
        return True

    def take(self, event: Event, now: float) -> None:
        """Take what has happened in the race."""
        match event:
            case Delta(index=index, text=text):
                self._drafts[index].add(text)
                if self._drafts[index].has_enough:
                    self._finish(index)
                if self._caret.typed:
                    self._stop_misfits([index])
                    self._consider()
            case TakenBackEvent(index=index):
                self._drafts[index].take_back()
            case Queued(index=index, held_up=True):
                self._drafts[index].is_held_up = True
                self._consider()
            case Ended(index=index, outcome=outcome):
                self._drafts[index].end(outcome, now)
                if (misfit := self._drafts[index].misfit) is not None:
                    self._note_misfit(index, misfit)
                self._suggestions = self._merge()
                self._consider()
            case _:
                pass

    def end(self) -> None:
        """End the race: who waits is answered, who runs is cancelled."""
        if self.is_over:
            return
        self.is_over = True
        for waiter in self._waiters.values():
            waiter.answer(nothing(waiter.arrival))
        self._waiters.clear()
        if self._run is not None:
            self._run.cancel()

    def answer(self, waiter: Waiter) -> None:
        """Let the list of a request go out, with what there is.

        Where that is nothing, and the editor does not ask again, whoever has begun is
        ended with the lines that it has said. Their outcomes come at once, and with
        the last of them the list.
        """
        offer = self.offer(waiter.arrival)
        if not offer.suggestions and not waiter.asks_again:
            self._finish_begun()
        if any(draft.is_ending for draft in self._drafts.values()):
            return
        del self._waiters[waiter.arrival.route]
        self._has_answered = True
        if not offer.suggestions and self.is_running and waiter.asks_again:
            waiter.answer(replace(offer, incomplete=True, forced=True))
            return
        waiter.answer(offer)
        if self._browses and offer.suggestions:
            self._rows = Rows(offer)
        if self._run is not None:
            self._run.settle()

    def offer(self, arrival: Arrival) -> Offer:
        """Give what can be offered to a request at this moment."""
        spot, run = self._spot, self._run
        if spot is None or run is None:
            return nothing(arrival)
        suggestions = self._fitting()
        anchor, before = spot.position, ""
        if arrival.position < anchor:
            anchor, before = arrival.position, self._caret.since(arrival.position)
        return Offer(
            run_id=run.run_id,
            document=arrival.document,
            anchor=anchor,
            position=arrival.position,
            suggestions=tuple(
                Suggestion(text=before + each.text, credits=each.credits)
                for each in suggestions
            ),
            incomplete=bool(suggestions) and self.is_running,
            blind=self.blind,
        )

    def kept(self, now: float) -> Kept | None:
        """Give what is worth remembering of the race; None if nobody was asked."""
        if self._run is None or self._spot is None:
            return None
        return Kept(
            spot=self._spot,
            run_id=self._run.run_id,
            suggestions=self._suggestions,
            blind=self.blind,
            at=now,
        )

    def _fitting(self) -> tuple[Suggestion, ...]:
        return fitting_of(self._suggestions, self._caret.typed)

    def _merge(self) -> tuple[Suggestion, ...]:
        """Give the distinct texts so far, in the order shown, each with its givers."""
        assert self._run is not None
        givers: dict[str, list[int]] = {}
        for index in self._run.order:
            text = self._drafts[index].text
            if text.strip():
                givers.setdefault(text, []).append(index)
        return tuple(
            Suggestion(text=text, credits=tuple(map(self._credit, sorted(indexes))))
            for text, indexes in givers.items()
        )

    def _credit(self, index: int) -> Credit:
        run, outcome = self._run, self._drafts[index].outcome
        assert run is not None
        assert outcome is not None
        cost = run.cost_usd(outcome)
        return Credit(
            label=outcome.label,
            outcome=outcome,
            cost_usd=None if cost is None else float(cost),
        )

    def _finish_begun(self) -> None:
        for index, draft in self._drafts.items():
            if draft.has_lines(self._caret.typed):
                self._finish(index)

    def _finish(self, index: int) -> None:
        assert self._run is not None
        self._drafts[index].finish()
        self._run.finish(index)

    def _note_misfit(self, index: int, reason: str) -> None:
        assert self._run is not None
        self._run.refuse(index, reason)

    def _stop_misfits(self, indexes: Iterable[int]) -> None:
        """Cancel the contenders that have come to say something else."""
        assert self._run is not None
        for index in indexes:
            draft = self._drafts[index]
            if draft.runs and not draft.may_fit(self._caret.typed):
                draft.is_stopped = True
                self._run.cancel(index)

    def _consider(self) -> None:
        """Let each request think again about whether it has waited long enough."""
        typed = self._caret.typed
        is_waited_for = any(d.runs and not d.is_held_up for d in self._drafts.values())
        fitting = [d.ended_at for d in self._drafts.values() if d.fits(typed)]
        for waiter in tuple(self._waiters.values()):
            waiter.consider(
                first_answer_at=min(fitting, default=None),
                has_ended=self._run is not None and not is_waited_for,
            )
