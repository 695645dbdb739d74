"""The one path from a question to its outcomes: inspect, plan, look up, race, record.

Every surface asks here, so that what is true of one is true of all: the guard looks
once at the composed messages, an answer from the cache takes its contender out of the
race, what a contender is charged comes from one list, and the run is recorded.
"""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from decimal import Decimal
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Self

from msgspec.structs import replace

from hexai.config.schema import Ignore
from hexai.domain.entry import Surface
from hexai.domain.outcome import Delta, Ended, Event, Outcome, Status
from hexai.domain.record import ContenderRecord, RunRecord
from hexai.domain.request import Clearance, Contender
from hexai.engine.race import Race
from hexai.engine.race_options import Composed, RaceOptions
from hexai.engine.settle import plan
from hexai.service.beside import Overlap, place_of
from hexai.service.cached_answers import CachedAnswers
from hexai.service.fingerprints import fingerprint_of, prompts_revision
from hexai.service.guard.options import cleared
from hexai.service.question import Question, draw_seed, order_shown
from hexai.service.run_record import (
    Logbook,
    Terms,
    contender_record,
    may_store_text,
    without_keys,
    without_texts,
)
from hexai.service.services import Services

if TYPE_CHECKING:
    from hexai.service.ignore.ignore import Ignored


class Run:
    """One question under way; use it as a context, and iterate over it for events.

    Leaving the context ends the race, keeps the answers that are worth it, and hands
    the run to the recorder.
    """

    def __init__(self, services: Services, question: Question) -> None:
        """Prepare a run that is to be entered; nothing is sent before that."""
        self._services = services
        self._question = question
        self._stack = AsyncExitStack()
        self._race: Race | None = None
        self._lease = services.lease()
        self._targets = services.targets(
            question.settings or services.settings, self._lease
        )
        self._cached = CachedAnswers(services, self._targets, question.asked)
        self._known: dict[int, Outcome] = {}
        self._started_at = services.now()
        self.run_id = services.new_run_id()
        """Global, and known before anything is sent."""
        self._logbook = Logbook(
            log=services.log,
            mask=services.mask_stored,
            run_id=self.run_id,
            preview=self._targets.settings.logging.log_preview_limit,
        )
        self.contenders = plan(question.entries, self._targets.find)
        """All of them, in entry order."""
        self._seed = draw_seed(services.random, self.contenders, question)
        self.order = order_shown(len(self.contenders), self._seed, question)
        """The contenders' indexes in the order shown."""
        self.clearance = Clearance()
        """Why the text must stay on this machine, if so."""
        self.ignored: Ignored | None = None
        """The document that is ignored, if that is why."""
        self._refused: dict[int, str] = {}
        self._cleared: dict[int, Clearance] = {}
        self._overlap: Overlap | None = None
        self.is_refused = False
        """The guard objects to the text, so it is not stored either."""
        self.record: RunRecord | None = None
        """What is recorded; None until the run has been left."""
        self.warnings: list[str] = []
        """What went wrong beside the race, for people."""

    @property
    def is_drawn(self) -> bool:
        """Whether the order is drawn: whoever shows the run has to keep it."""
        return self._seed is not None

    def shown_in(self, order: tuple[int, ...]) -> None:
        """Record in which order the answers were shown, where that was not drawn."""
        assert not self.is_drawn
        self.order = order

    @property
    def left_out(self) -> dict[int, int]:
        """How many of the oldest turns did not go along, by whom they do not fit."""
        thread = self._question.thread
        if thread is None:
            return {}
        left = {each.index: thread.left_out(each.index) for each in self.contenders}
        return {index: turns for index, turns in left.items() if turns}

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """The outcomes so far, in entry order."""
        raced = self._race.outcomes if self._race else ()
        outcomes = (*self._known.values(), *raced)
        return tuple(sorted(outcomes, key=lambda outcome: outcome.index))

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self._lease)
            if not self._question.of_bench:
                places = (place_of(each.target) for each in self.contenders)
                self._overlap = stack.enter_context(
                    self._services.beside.asking(places)
                )
            self._race = await stack.enter_async_context(await self._prepare())
            self._stack = stack.pop_all()
        self._logbook.begin(
            self._question.request,
            len(self.contenders),
            with_texts=not self.is_refused,
        )
        return self

    async def _prepare(self) -> Race:
        self.clearance = await self._inspect()
        self._look_at_options()
        self._settle_without_race(self._find_cached())
        live = [c for c in self.contenders if c.index not in self._known]
        live = await self._let_unseeing_fail(live)
        await self._services.prepare((c.target for c in live), self._targets)
        live = await self._arrange(live)
        terms = RaceOptions(
            policy=self._question.policy,
            max_concurrency=self._question.max_concurrency,
            clearance=self.clearance,
            compose=self._compose if self._question.composer else None,
        )
        return Race(live, self._question.request, terms, self._services.conditions)

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            await self._stack.__aexit__(kind, error, trace)
        finally:
            self._keep()
            self._logbook.end(self.outcomes, with_texts=not self.is_refused)
            if not self._question.of_bench:
                self.record = self._record()
                self._services.record(self.record)

    async def __aiter__(self) -> AsyncIterator[Event]:
        """Give the events: what is known at once, then those of the race."""
        assert self._race is not None
        for index, outcome in self._known.items():
            if outcome.text:
                yield Delta(index=index, at=0.0, text=outcome.text)
            yield Ended(index=index, at=0.0, outcome=outcome)
        async for event in self._race:
            yield event

    def cancel(self, index: int | None = None) -> None:
        """Cancel one contender, or all that still run; each still gets its outcome."""
        if self._race is not None and index not in self._known:
            self._race.cancel(index)

    def finish(self, index: int) -> None:
        """End a contender that has said enough; it has answered with what there is."""
        if self._race is not None and index not in self._known:
            self._race.finish(index)

    def refuse(self, index: int, reason: str) -> None:
        """Record why the answer of a contender was not offered."""
        self._refused[index] = reason

    def settle(self) -> None:
        """Say that the list has gone out: who answers from now on is late."""
        if self._race is not None:
            self._race.settle()

    def prepare_end(self) -> None:
        """Find what the end of the run needs, while its answers are waited for."""
        prompts_revision(self._question.request.surface)
        for each in self.contenders:
            self._targets.look_up_price(each.target.spec)

    def cost_usd(self, outcome: Outcome) -> Decimal | None:
        """Price an outcome in USD; None if nobody knows, 0 if it stayed here."""
        return self._targets.cost_usd(outcome, local=self.is_local(outcome))

    def is_local(self, outcome: Outcome) -> bool | None:
        """Tell whether the text stayed here, as far as is known by now."""
        if outcome.local is not None:
            return outcome.local
        contender = self.contenders[outcome.index]
        fallback = contender.fallback or contender.target
        target = fallback if outcome.fell_back else contender.target
        return self._services.locality.known(target)

    async def _let_unseeing_fail(self, live: list[Contender]) -> list[Contender]:
        request = self._question.request
        if not any(message.images for message in request.messages):
            return live
        from hexai.service.unseeing_models import let_unseeing_fail

        return await let_unseeing_fail(live, request, self._targets.settings_of)

    async def _arrange(self, live: list[Contender]) -> list[Contender]:
        """Ask those first whose model is loaded; leave out who would push that out.

        Only a completion leaves anybody out: it is asked with every pause, and a load
        takes longer than its list waits.
        """
        if len(live) < 2:
            return live
        targets = [each.target for each in live]
        arranged = await self._services.readiness.arrange(targets)
        kept = []
        for each in arranged:
            contender = live[each.place]
            if each.pushes_out and self._question.keeps_loaded:
                self._known[contender.index] = _not_asked(contender)
                self._services.tell_not_asked(contender.target, each.pushes_out)
            else:
                kept.append(contender)
        return kept

    async def _inspect(self) -> Clearance:
        question, settings = self._question, self._targets.settings
        clearance = await self._ask_guard(question, settings.ignore)
        self.is_refused = bool(clearance.local_only)
        await self._look_at_threads(settings.ignore)
        if question.local_only or settings.local_only:
            return Clearance(question.local_only or "local_only is set")
        return clearance

    def _look_at_options(self) -> None:
        """Look at what each asks with: who has a secret there is not asked in a cloud.

        The others are, and the texts are kept, since options are never kept with one.
        """
        if self._question.send_anyway:
            return
        look = partial(
            cleared,
            allow_secrets=self._targets.settings.ignore.allow_secrets,
            for_one_call=self._question.request.surface is Surface.CLI,
        )
        self.contenders = tuple(map(look, self.contenders))

    async def _look_at_threads(self, settings: Ignore) -> None:
        """Look at the whole of what each is sent again, earlier turns as well."""
        question, thread = self._question, self._question.thread
        for each in self.contenders if thread is not None else ():
            assert thread is not None
            own = replace(
                question,
                request=thread.sent(each.index),
                sources=(*question.sources, *thread.sources(each.index)),
            )
            found = self._cleared[each.index] = await self._ask_guard(own, settings)
            self.is_refused = self.is_refused or bool(found.local_only)

    async def _ask_guard(self, question: Question, settings: Ignore) -> Clearance:
        guard = self._services.guard
        self.ignored = await guard.find_ignored(question.documents, settings)
        if self.ignored is not None:
            return Clearance(self.ignored.reason)
        if question.send_anyway:
            return Clearance()
        return await guard.inspect(
            question.request,
            documents=question.documents,
            sources=question.sources,
            allow_secrets=settings.allow_secrets,
        )

    async def _compose(self, index: int, room: int | None) -> Composed:
        """Compose a contender's request as it is sent; the guard looks at what is new.

        A shorter one was looked at with the longer one.
        """
        question = self._question
        assert question.composer is not None
        request = question.composer(index, room)
        if index in self._cleared:
            own = self.clearance if self.clearance.local_only else self._cleared[index]
            return Composed(request=request, clearance=own)
        if request == question.request or self.clearance.local_only:
            return Composed(request=request, clearance=self.clearance)
        anew = replace(question, request=request)
        clearance = await self._ask_guard(anew, self._targets.settings.ignore)
        self.is_refused = self.is_refused or bool(clearance.local_only)
        return Composed(request=request, clearance=clearance)

    def _find_cached(self) -> dict[int, Outcome]:
        question = self._question
        if question.asks_anew or self.is_refused:
            return {}
        refused = {i for i, entry in enumerate(question.entries) if entry.refused}
        return self._cached.find(
            (each for each in self.contenders if each.index not in refused),
            local_only=bool(self.clearance.local_only),
        )

    def _settle_without_race(self, found: dict[int, Outcome]) -> None:
        """Take the cache's answers; one is enough where the first is wanted."""
        self._known = found
        if not found or self._question.policy.gather > 0:
            return
        for contender in self.contenders:
            if contender.index not in found:
                self._known[contender.index] = _not_asked(contender)

    def _keep(self) -> None:
        """Keep what may be served again; refused text is not stored anywhere."""
        if self._race and not (self.is_refused or self._question.of_bench):
            cut, outcomes = self.left_out, self._race.outcomes
            whole = [each for each in self.contenders if each.index not in cut]
            warnings = self._cached.keep(whole, outcomes)
            self.warnings += dict.fromkeys(warnings)

    def _contender_record(self, outcome: Outcome, terms: Terms) -> ContenderRecord:
        """Record a contender, and whether a bench asked at its place meanwhile."""
        contender, overlap = self.contenders[outcome.index], self._overlap
        record = contender_record(
            contender,
            outcome,
            self._question.asked(outcome.index),
            terms,
            cache_key=self._cached.key(outcome.index),
            refused=self._refused.get(outcome.index),
        )
        if (thread := self._question.thread) is not None:
            follows, turns = thread.follows(outcome.index), thread.turns(outcome.index)
            record = replace(record, follows=follows, turns=turns)
        is_beside = overlap is not None and overlap.at(place_of(contender.target))
        return replace(record, beside=is_beside) if is_beside else record

    def _record(self) -> RunRecord:
        question = self._question
        settings, surface = self._targets.settings, question.request.surface
        terms = Terms(
            cost_usd=self.cost_usd,
            is_local=self.is_local,
            fingerprint=partial(fingerprint_of, settings, surface),
            prompts=prompts_revision(surface),
            allow_secrets=settings.ignore.allow_secrets,
        )
        thread = None if question.thread is None else question.thread.thread
        record = RunRecord(
            run_id=self.run_id,
            thread="" if thread is None else thread.begun_by or self.run_id,
            follows="" if thread is None else thread.follows,
            surface=surface,
            started_at=self._started_at,
            background=question.recorded_background(settings),
            blind=question.blind,
            seed=self._seed,
            shuffle=question.share_drawn,
            order=self.order,
            contenders=tuple(
                self._contender_record(outcome, terms) for outcome in self.outcomes
            ),
            messages=question.request.messages,
        )
        if self.is_refused or not may_store_text(settings, surface):
            return without_texts(record)
        return without_keys(record, self._services.mask_stored)


def ask(services: Services, question: Question) -> Run:
    """Ask all entries of a question at once."""
    return Run(services, question)


def _not_asked(contender: Contender) -> Outcome:
    spec = contender.target.spec
    return Outcome(
        index=contender.index,
        label=contender.label,
        status=Status.CANCELLED,
        provider=spec.provider,
        model=spec.model,
        attempts=0,
    )
