"""Puts the requests of a bench to entries: where, at which price, and when nobody asks.

What a task's request says is the business of those that derive from `Asker`. Here is
what holds for each: people come first, the most that an attempt may cost is reserved
before it is made, and nothing is kept or recorded as others are.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from decimal import Decimal
from types import TracebackType
from typing import Generic, Self, TypeVar

from msgspec.structs import replace

from hexai.bench.budget import Purse, Tab
from hexai.bench.replies import Put, Reply, is_sure, without_cache
from hexai.bench.schedule import Seat
from hexai.bench.sizes import Sizes
from hexai.config.narrowing.restrictions import Restrictions
from hexai.config.schema import Settings
from hexai.domain.bench import BenchRecord, Item
from hexai.domain.entry import Entry, RequestSpec
from hexai.domain.outcome import Outcome
from hexai.domain.request import Request, Target
from hexai.errors import NotSent, UsageError
from hexai.service.ask import Run, ask
from hexai.service.beside import MACHINE, Mark, place_of
from hexai.service.inventory import find_lack
from hexai.service.question import Question, Recompose
from hexai.service.services import Services
from hexai.text.tokens import most_tokens

PAUSE = 5.0
"""Seconds that nothing is asked after somebody's request at the same place."""
_FRAME = 8
"""Tokens that a template spends on each text of a prompt, at most."""

T = TypeVar("T", bound=Item)


Begins = Callable[[], None]
"""Called when something is really asked, having waited for people."""


def nobody_asks() -> None:
    """Do nothing: for who does not want to know when it begins."""


class Asker(Generic[T]):
    """Asks entries for what tasks want. Use it as a context."""

    requests: int
    """Those of a cell."""

    def __init__(
        self,
        services: Services,
        entries: Sequence[Entry],
        *,
        settings: Settings,
        restrictions: Restrictions,
        purse: Purse,
    ) -> None:
        """Ask nobody yet."""
        self._services = services
        self._entries = entries
        self._settings = settings
        self._local_only = restrictions.local_only
        self._stays_here = bool(restrictions.local_only) or settings.local_only
        self._purse = purse
        self._lease = services.lease()
        self._targets = services.targets(settings, self._lease)
        self._stack = AsyncExitStack()
        self._sizes: dict[str, Sizes] = {}
        self._most: dict[str, int] = {}
        self._most_usd: dict[tuple[str, int], Decimal | None] = {}
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
        if self._stays_here:  # nothing of it leaves, so nothing is paid
            self._paid = ((),) * len(self._entries)
        else:
            paid = [await self._paid_specs(entry) for entry in self._entries]
            self._paid = tuple(paid)
        return self

    async def lacks(self, environ: Mapping[str, str], home: str) -> dict[int, str]:
        """Say why entries cannot be asked at all, with their fallbacks; by contender.

        Nothing is sent, and no command is run for a key.
        """
        found = {}
        for index, entry in enumerate(self._entries):
            specs = [entry.spec, *([entry.fallback] if entry.fallback else [])]
            lacks = [await self._lack(entry, spec, environ, home) for spec in specs]
            if all(lacks):
                found[index] = lacks[0]
        return found

    async def _lack(
        self, entry: Entry, spec: RequestSpec, environ: Mapping[str, str], home: str
    ) -> str:
        target = self._targets.find(entry, spec)
        is_local = self._services.locality.is_local
        if self._stays_here and target.local is False and not await is_local(target):
            return self._local_only or (
                "local_only is set, and its text would leave this machine; unset it, "
                "or leave this model out with -m"
            )
        return await find_lack(entry, spec, self._targets, environ, home)

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

    def request(self, task: T) -> Request:
        """Compose what a task asks."""
        raise NotImplementedError

    async def ask(
        self, task: T, index: int, *, cold: bool = False, begins: Begins = nobody_asks
    ) -> Reply:
        """Ask for one cell; `cold`: nothing that shares its prompt was asked yet.

        `begins` is called before each request, when nobody else is disturbed by it.
        """
        raise NotImplementedError

    def masked(self, text: str) -> str:
        """Take out the keys that were used, as of every text that is stored."""
        return self._services.mask_stored(text)[0]

    def now(self) -> float:
        """Give the wall clock's time, in seconds since 1970."""
        return self._services.now()

    def open(self, bench: BenchRecord) -> None:
        """Let people tell what they ask meanwhile, so that they come first.

        Raises `UsageError` if another process asks the same bench.
        """
        with suppress(OSError):
            self._services.beside.open()
        if not self._services.beside.take(bench.id):
            raise UsageError(
                f"bench {bench.number} is being asked by another process; wait until "
                "that ends"
            )

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

    def most_usd(self, task: T, index: int) -> Decimal | None:
        """Give the most that one attempt at a task may cost; None: nobody knows."""
        if not self._paid[index]:
            return Decimal(0)
        key = task.id, index
        if key not in self._most_usd:
            self._most_usd[key] = self._find_most(task, index)
        return self._most_usd[key]

    def _find_most(self, task: T, index: int) -> Decimal | None:
        request = self.request(task)
        tokens = self._most_tokens(task)
        costs = [
            self._targets.most_usd(
                spec, tokens_in=tokens, tokens_out=request.call(spec).max_tokens
            )
            for spec in self._paid[index]
        ]
        known = [cost for cost in costs if cost is not None]
        return max(known) if len(known) == len(costs) else None

    def tokens(self, task: T, index: int) -> tuple[int, int, int | None]:
        """Estimate the tokens of a prompt, and give the most of it and its answer."""
        limit = self.request(task).call(self._entries[index].spec).max_tokens
        return self.sizes(task).least, self._most_tokens(task), limit

    def sizes(self, task: T) -> Sizes:
        """Measure the prompt of a task in each of its forms."""
        if task.id not in self._sizes:
            self._sizes[task.id] = Sizes.of(self.request(task))
        return self._sizes[task.id]

    def _most_tokens(self, task: T) -> int:
        """Give the tokens that no form of a task's prompt exceeds."""
        if task.id not in self._most:
            forms = _forms(self.request(task))
            most = max(sum(map(_bound, form)) for form in forms)
            self._most[task.id] = most
        return self._most[task.id]

    def usd_between(self, task: T, index: int) -> tuple[Decimal, Decimal] | None:
        """Give the least and the most that one attempt may cost; None: unknown."""
        most = self.most_usd(task, index)
        if not most:
            return None if most is None else (most, most)
        least = self._targets.least_usd(
            self._entries[index].spec, tokens_in=self.tokens(task, index)[0]
        )
        return None if least is None else (min(least, most), most)

    async def put(
        self,
        question: Question,
        index: int,
        tab: Tab,
        follow: Callable[[Run], Awaitable[Outcome]],
        begins: Begins,
    ) -> Put:
        """Put one request, when nobody else asks there, and pay for it.

        The question's entry is that of `index`, perhaps with other options.
        """
        cost, sure = None, False
        async with self.undisturbed(place_of(self.targets[index])) as people:
            began = self._services.now()
            begins()
            try:
                async with ask(self._services, self._paying(question, tab)) as run:
                    outcome = await follow(run)
                    cost, sure = run.cost_usd(outcome), is_sure(outcome)
                    uncached = run.cost_usd(without_cache(outcome))
                    is_private = run.is_refused
            finally:
                tab.close(cost, sure=sure)
        return Put(
            outcome=outcome,
            cost_usd=cost,
            uncached_usd=uncached,
            is_private=is_private,
            overlapped=people.was_busy_since(began),
        )

    @asynccontextmanager
    async def undisturbed(self, place: str) -> AsyncIterator[Mark]:
        """Wait until no person asks at a place, and tell them that a cell does.

        Gives the mark of people there.
        """
        marks = self._services.beside
        people = marks.people(place)
        while (wait := people.busy_until() + PAUSE - self._services.now()) > 0:  # noqa: ASYNC110
            await asyncio.sleep(wait)
        async with marks.cell(place):
            yield people

    def _paying(self, question: Question, tab: Tab) -> Question:
        """Reserve for each attempt of a question as it is composed."""
        recompose = question.recompose

        def compose(index: int, room: int | None) -> Request:
            if not tab.begin_attempt():
                raise NotSent("not sent: the budget does not hold what it may cost")
            return question.request if recompose is None else recompose(index, room)

        composed: Recompose = compose
        return replace(
            question,
            max_concurrency=1,
            of_bench=True,
            local_only=self._local_only,
            settings=self._settings,
            recompose=composed,
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
