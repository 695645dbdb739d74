"""Asks the cells of a bench as the editor asks: the same prompt, cleaning and gates.

Nobody types, so nothing is waited for, and nothing comes from a cache of ours. Before
what counts, the same place is asked six characters earlier, as somebody has it who
types on: what the upstream keeps of that prompt makes the answer that counts *warm*.
The earlier request is a whole one where nothing of its file was asked yet; its times
are *cold*. Else it gets no more tokens than it takes to have the prompt read.
"""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack, suppress
from decimal import Decimal
from pathlib import Path
from types import TracebackType
from typing import Self

from msgspec.structs import replace

from hexai.bench.budget import Purse, Tab
from hexai.bench.replies import (
    Follower,
    Reply,
    RequestEnd,
    answer_of,
    is_sure,
    later_of,
    without_cache,
)
from hexai.bench.schedule import Seat
from hexai.bench.sizes import Sizes
from hexai.config.narrowing.restrictions import Restrictions
from hexai.config.schema import Settings
from hexai.domain.bench import Task
from hexai.domain.entry import Entry, RequestSpec
from hexai.domain.request import Request, Target
from hexai.errors import NotSent
from hexai.prompts.code.cursor import Cursor
from hexai.service.ask import Question, ask
from hexai.service.beside import MACHINE, place_of
from hexai.service.completion import Completion
from hexai.service.guard.guard import GuardedText
from hexai.service.services import Services
from hexai.text.lines import Lines, Span
from hexai.text.tokens import most_tokens

EARLIER = 6
"""Characters that are typed between the request beforehand and the one that counts."""
PAUSE = 5.0
"""Seconds that nothing is asked after somebody's request at the same place."""
_READS = 16
"""Tokens that an answer may have which nobody wants; fewer are refused by some."""
_KEPT = 8
_FRAME = 8
"""Tokens that a template spends on each text of a prompt, at most."""


class CompletionAsker:
    """Asks entries for what belongs into holes. Use it as a context."""

    def __init__(
        self,
        services: Services,
        entries: Sequence[Entry],
        *,
        settings: Settings,
        restrictions: Restrictions,
        root: Path,
        purse: Purse,
    ) -> None:
        """Ask nobody yet; `root` is the repository's folder."""
        self._services = services
        self._entries = entries
        self._settings = settings
        self._local_only = restrictions.local_only
        self._root = root
        self._purse = purse
        self._lease = services.lease()
        self._targets = services.targets(settings, self._lease)
        self._stack = AsyncExitStack()
        self._composed: dict[tuple[str, int], Completion] = {}
        self._sizes: dict[str, Sizes] = {}
        self._most: dict[str, int] = {}
        self.targets: tuple[Target, ...] = ()
        """Whom each entry means."""
        self.locals: tuple[bool, ...] = ()
        """Whether what each is sent stays on this machine."""
        self._paid: tuple[tuple[RequestSpec, ...], ...] = ()

    async def __aenter__(self) -> Self:
        await self._stack.enter_async_context(self._lease)
        self.targets = tuple(self._targets.find(e, e.spec) for e in self._entries)
        is_local = self._services.locality.is_local
        self.locals = tuple([await is_local(target) for target in self.targets])
        self._paid = tuple([await self._paid_specs(entry) for entry in self._entries])
        return self

    async def _paid_specs(self, entry: Entry) -> tuple[RequestSpec, ...]:
        """Give those of an entry's specs whose text leaves this machine."""
        specs = [entry.spec, *([entry.fallback] if entry.fallback else [])]
        targets = [self._targets.find(entry, spec) for spec in specs]
        is_local = self._services.locality.is_local
        return tuple([t.spec for t in targets if not await is_local(t)])

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._stack.__aexit__(kind, error, trace)

    def now(self) -> float:
        """Give the wall clock's time, in seconds since 1970."""
        return self._services.now()

    def open(self) -> None:
        """Let people tell what they ask meanwhile, so that they come first."""
        with suppress(OSError):
            self._services.beside.open()

    @property
    def clouds(self) -> tuple[int, ...]:
        """The entries that may be sent elsewhere, by themselves or their fallbacks."""
        return tuple(index for index, specs in enumerate(self._paid) if specs)

    def seats(self) -> tuple[Seat, ...]:
        """Say where each entry is asked."""
        return tuple(
            _seat(target, local=local)
            for target, local in zip(self.targets, self.locals, strict=True)
        )

    def compose(self, task: Task, earlier: int = 0) -> Completion:
        """Compose what a task asks, some characters before its hole."""
        key = task.id, earlier
        if key not in self._composed:
            while len(self._composed) >= _KEPT:
                del self._composed[next(iter(self._composed))]
            self._composed[key] = Completion(_cursor(task, earlier), self._settings)
        return self._composed[key]

    def most_usd(self, task: Task, index: int) -> Decimal | None:
        """Give the most that one attempt at a task may cost; None: nobody knows."""
        if not self._paid[index]:
            return Decimal(0)
        request = self.compose(task).request
        tokens = self._most_tokens(task)
        costs = [
            self._targets.most_usd(
                spec, tokens_in=tokens, tokens_out=request.call(spec).max_tokens
            )
            for spec in self._paid[index]
        ]
        known = [cost for cost in costs if cost is not None]
        return max(known) if len(known) == len(costs) else None

    def tokens(self, task: Task, index: int) -> tuple[int, int, int | None]:
        """Estimate the tokens of a prompt, and give the most of it and its answer."""
        request = self.compose(task).request
        limit = request.call(self._entries[index].spec).max_tokens
        return self.sizes(task).least, self._most_tokens(task), limit

    def sizes(self, task: Task) -> Sizes:
        """Measure the prompt of a task in each of its forms."""
        if task.id not in self._sizes:
            self._sizes[task.id] = Sizes.of(self.compose(task).request)
        return self._sizes[task.id]

    def _most_tokens(self, task: Task) -> int:
        """Give the tokens that no form of a task's prompt exceeds."""
        if task.id not in self._most:
            forms = _forms(self.compose(task).request)
            most = max(sum(map(_bound, form)) for form in forms)
            self._most[task.id] = most
        return self._most[task.id]

    def usd_between(self, task: Task, index: int) -> tuple[Decimal, Decimal] | None:
        """Give the least and the most that one attempt may cost; None: unknown."""
        most = self.most_usd(task, index)
        if not most:
            return None if most is None else (most, most)
        least = self._targets.least_usd(
            self._entries[index].spec, tokens_in=self.tokens(task, index)[0]
        )
        return None if least is None else (min(least, most), most)

    async def ask(self, task: Task, index: int, *, cold: bool = False) -> Reply:
        """Ask for one cell: beforehand, then for what counts.

        `cold`: nothing of its file was asked yet, so the first request counts too.
        """
        tab = Tab(self._purse, self.most_usd(task, index))
        where = place_of(self.targets[index])
        entry = self._entries[index]
        earlier = entry
        if not cold:
            earlier = replace(entry, spec=_brief(entry.spec), fallback=None)
        first = await self._put(task, EARLIER, earlier, tab, where)
        if later := later_of(first, tab):
            return later
        second = await self._put(task, 0, entry, tab, where)
        if later := later_of(second, tab):
            return later
        return answer_of(first, second, is_cold=cold)

    async def _put(
        self, task: Task, earlier: int, entry: Entry, tab: Tab, where: str
    ) -> RequestEnd:
        """Put one request, when nobody else asks there."""
        composed = self.compose(task, earlier)
        question = self._question(task, composed, entry, tab)
        marks = self._services.beside
        people, cells = marks.people(where), marks.cells(where)
        while (wait := people.busy_until() + PAUSE - self._services.now()) > 0:  # noqa: ASYNC110
            await asyncio.sleep(wait)
        began, cost, sure = self._services.now(), None, False
        follower = Follower(composed, counts=not earlier)
        try:
            with cells.held():
                async with ask(self._services, question) as run:
                    outcome = await follower.follow(run)
                    cost, sure = run.cost_usd(outcome), is_sure(outcome)
                    uncached = run.cost_usd(without_cache(outcome))
                    is_private = run.is_refused
        finally:
            tab.close(cost, sure=sure)
        overlapped = people.was_busy_since(began)
        return RequestEnd(
            outcome=outcome,
            draft=follower.draft,
            times=follower.times(outcome, overlapped=overlapped),
            cost_usd=cost,
            uncached_usd=uncached,
            is_private=is_private,
            limit=question.request.call(entry.spec).max_tokens,
        )

    def _question(
        self, task: Task, composed: Completion, entry: Entry, tab: Tab
    ) -> Question:
        """Put a question together as the editor does, for one entry."""
        window = composed.window
        document = GuardedText(
            uri=str(self._root / task.path),
            lines=_cursor(task, 0).document,
            first=window.start,
            last=window.stop,
        )

        def recompose(_index: int, room: int | None) -> Request:
            if not tab.begin_attempt():
                raise NotSent("not sent: the budget does not hold what it may cost")
            return composed.within(room, entry.spec.options.n_batch)

        return Question(
            request=composed.request,
            entries=(entry,),
            max_concurrency=1,
            apart=True,
            local_only=self._local_only,
            settings=self._settings,
            documents=(document,),
            recompose=recompose,
        )


def _forms(request: Request) -> list[tuple[str, ...]]:
    """Give what may be sent: messages, or the sides of a gap."""
    forms = [request.texts(infilled=False)]
    if request.infill is not None:
        forms.append(request.infill.texts_with_apart)
    return forms


def _bound(text: str) -> int:
    """Give tokens that a text does not exceed: each byte beyond ASCII may be one."""
    beyond = len(text.encode("utf-8", "surrogatepass")) - len(text)
    return _FRAME + most_tokens(text) + beyond


def _brief(spec: RequestSpec) -> RequestSpec:
    """Ask for next to nothing: the prompt is read, and that is all."""
    return replace(spec, max_tokens=_READS, limit_stands=True)


def _seat(target: Target, *, local: bool) -> Seat:
    place = place_of(target)
    shares = place == MACHINE or local
    return Seat(
        place=place,
        keeps=f"{target.upstream.origin} {target.spec.model}",
        model=target.spec.model if local and target.upstream.kind != "local" else "",
        at_once=target.upstream.max_concurrency,
        alone=shares,
    )


def _cursor(task: Task, earlier: int) -> Cursor:
    before = task.before[: len(task.before) - earlier] if earlier else task.before
    at = Lines.of(before).end
    return Cursor(
        document=Lines.of(before + task.after),
        span=Span(at, at),
        path=task.path,
        identifier=task.language,
    )
