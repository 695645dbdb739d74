"""One question of an action: put to its entries, told to the view, and judged after.

A round outlives its race: its texts can be edited and taken later, and what was done
with them is recorded then.
"""

from collections.abc import Callable
from decimal import Decimal

from msgspec import Struct

from hexai.domain.outcome import (
    Delta,
    Ended,
    Event,
    Loading,
    Outcome,
    Queued,
    Ready,
    Settled,
    Started,
    TakenBackEvent,
)
from hexai.domain.record import (
    SHOWN_AFTER,
    Choice,
    Chosen,
    Fact,
    Method,
    RunRecord,
    Shown,
)
from hexai.service.actions.fitting import Unfit
from hexai.service.ask import Run, ask
from hexai.service.question import Question
from hexai.service.services import Services
from hexai.surfaces.tmux.action_plan import Plan
from hexai.surfaces.tmux.view_messages import (
    Begun,
    Done,
    Dropped,
    FromParent,
    Grew,
    Target,
    Told,
)
from hexai.surfaces.words import brief_figures, letter

Send = Callable[[FromParent], None]


class Candidate(Struct, kw_only=True):
    """A contender of a round, as it stands."""

    index: int
    """In the race."""
    name: str
    """What the view calls it."""
    label: str
    outcome: Outcome | None = None
    text: str | Unfit = Unfit("it has not answered")
    edited: str | None = None
    is_in_view: bool = False
    """The view shows it, or would if there were a text."""
    since: float = 0.0
    """When its text was there to be seen, by the clock of the loop."""
    was_seen: bool = False
    """It was in view for long enough before it went out of it."""
    cost: Decimal | None = None

    @property
    def text_out(self) -> str | Unfit:
        """What goes out if it is taken."""
        return self.text if self.edited is None else self.edited


class Round:
    """A question and what came of it."""

    def __init__(
        self, plan: Plan, question: Question, *, clock: Callable[[], float]
    ) -> None:
        self.plan = plan
        self.candidates: list[Candidate] = []
        """In the order in which they are shown."""
        self.record: RunRecord | None = None
        """What is recorded; None while it runs."""
        self._question = question
        self._clock = clock
        self._run_id = ""
        self._place: dict[int, int] = {}

    async def run(self, services: Services, send: Send) -> None:
        """Ask, and tell the view what happens, until all have ended."""
        run = ask(services, self._question)
        self._run_id = run.run_id
        self._list_candidates(run)
        names = tuple(each.name for each in self.candidates)
        frame = self.plan.frame
        target = Target.of(frame) if frame is not None else None
        send(Begun(title=self.plan.title, names=names, target=target))
        try:
            async with run:
                async for event in run:
                    self._pass_on(event, run, send)
        finally:
            self.record = run.record

    def note_view(self, places: tuple[int, ...]) -> None:
        """Note which candidates the view shows from now on."""
        now = self._clock()
        for place, each in enumerate(self.candidates):
            is_in_view = place in places
            if is_in_view and not each.is_in_view:
                each.since = now
            elif each.is_in_view and not is_in_view:
                each.was_seen = self._is_seen(each)
            each.is_in_view = is_in_view

    def edit(self, place: int, text: str) -> Done | None:
        """Keep what the user made of a text; gives what the view is told.

        Where there was no text there is nothing to edit: nobody could be credited.
        """
        candidate = self._at(place)
        if candidate is None or isinstance(candidate.text, Unfit):
            return None
        candidate.edited = text
        return Done(place=place, text=text, words=f"{self._words(candidate)} · edited")

    def text_at(self, place: int) -> str | Unfit:
        """Give what goes out if a candidate is taken."""
        candidate = self._at(place)
        return (
            Unfit("there is no such answer")
            if candidate is None
            else candidate.text_out
        )

    def closing_lines(self, place: int) -> tuple[str, ...]:
        """Say whose text is taken, and how long and what money each answer needed."""
        taken = self._at(place)
        lines = [
            f"{'taken' if each is taken else 'left'} {_whole_name(each)}: "
            f"{brief_figures(each.outcome, each.cost)}"
            for each in self.candidates
            if each.outcome is not None
        ]
        return tuple(lines)

    @property
    def is_over(self) -> bool:
        """Whether all have ended."""
        return all(each.outcome is not None for each in self.candidates)

    @property
    def has_text(self) -> bool:
        """Whether anything can be taken."""
        return any(isinstance(each.text_out, str) for each in self.candidates)

    def choice(self, place: int | None, *, at: float) -> tuple[Fact, ...]:
        """Say what was seen and what was taken of it, if anything; `at` is a time."""
        taken = None if place is None else self._at(place)
        seen = self._seen(taken)
        if not seen:
            return ()
        items = tuple(tuple(each.index for each in group) for group in seen)
        shown = Shown(run_id=self._run_id, at=at, items=items, whole=True)
        if place is None:
            chosen = Chosen(
                run_id=self._run_id, at=at, choice=Choice.NONE, method=Method.COMMAND
            )
            return (shown, chosen)
        credited = next((group for group in seen if taken in group), None)
        if taken is None or credited is None:
            return (shown,)
        text = taken.text_out
        chosen = Chosen(
            run_id=self._run_id,
            at=at,
            choice=Choice.TAKEN,
            method=Method.COMMAND,
            indexes=tuple(each.index for each in credited),
            characters=len(text) if isinstance(text, str) else 0,
        )
        return (shown, chosen)

    def failure(self) -> str:
        """Say why nobody's text can be taken."""
        reasons = [
            f"{each.name}: {each.text.reason}"
            if len(self.candidates) > 1
            else each.text.reason
            for each in self.candidates
            if isinstance(each.text, Unfit)
        ]
        return "; ".join(reasons)

    def _seen(self, taken: Candidate | None) -> list[list[Candidate]]:
        """Give those that were seen, with the one taken; equal texts are one item."""
        groups: dict[str, list[Candidate]] = {}
        for each in self.candidates:
            is_seen = each is taken or self._is_seen(each)
            if isinstance(each.text, str) and is_seen:
                groups.setdefault(each.text, []).append(each)
        return list(groups.values())

    def _is_seen(self, candidate: Candidate) -> bool:
        """Tell whether its text has been in view for long enough at a time."""
        if candidate.was_seen:
            return True
        is_there = candidate.is_in_view and isinstance(candidate.text, str)
        return is_there and self._clock() - candidate.since >= SHOWN_AFTER

    def _list_candidates(self, run: Run) -> None:
        for place, index in enumerate(run.order):
            label = run.contenders[index].label
            name = letter(place) if self._question.blind else label
            self._place[index] = place
            self.candidates.append(Candidate(index=index, name=name, label=label))

    def _pass_on(self, event: Event, run: Run, send: Send) -> None:
        match event:
            case Delta(index=index, text=text):
                send(Grew(place=self._place[index], text=text))
            case TakenBackEvent(index=index):
                send(Dropped(place=self._place[index]))
            case Queued(index=index):
                send(Told(place=self._place[index], words="queued"))
            case Loading(index=index):
                send(Told(place=self._place[index], words="loading"))
            case Started(index=index) | Ready(index=index):
                send(Told(place=self._place[index], words="waiting"))
            case Ended(index=index, outcome=outcome):
                send(self._end(self._place[index], outcome, run))
            case Settled():
                pass

    def _end(self, place: int, outcome: Outcome, run: Run) -> Done:
        candidate = self.candidates[place]
        candidate.outcome = outcome
        candidate.text = self.plan.finish(outcome)
        candidate.cost = run.cost_usd(outcome)
        candidate.since = self._clock()
        text = candidate.text if isinstance(candidate.text, str) else None
        return Done(place=place, text=text, words=self._words(candidate))

    def _words(self, candidate: Candidate) -> str:
        outcome = candidate.outcome
        if isinstance(candidate.text, Unfit):
            hidden = self._question.blind and outcome is not None and outcome.error
            return "failed" if hidden else candidate.text.reason
        if outcome is None or self._question.blind:
            return "done"
        return brief_figures(outcome, candidate.cost)

    def _at(self, place: int) -> Candidate | None:
        return self.candidates[place] if 0 <= place < len(self.candidates) else None


def _whole_name(candidate: Candidate) -> str:
    if candidate.name == candidate.label:
        return candidate.label
    return f"{candidate.name} = {candidate.label}"
