"""When an upstream can be asked, and how much of a prompt it holds.

An Ollama is asked first what it has loaded. What is not there is loaded by itself (see
`loads.py`), so that a question neither carries a load nor is timed with one. A
llama.cpp that is still loading answers 503 to everything, and is waited for. What a
model holds is told by `/api/ps`, by `/props`, and by a refusal, and remembered for the
process.

A model that an Ollama passes on to another host is nobody's to load.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Literal

from msgspec.structs import replace

from hexai.domain.provider import Held, Waits
from hexai.domain.request import Target
from hexai.errors import ContextTooLong, ProviderError, StillLoading
from hexai.providers.formats.format import Asked
from hexai.providers.locality import may_be_cloud
from hexai.providers.own_models import RunsModels
from hexai.providers.readiness.loads import Load, Loads, Start, Turn, Turns
from hexai.providers.readiness.model_order import (
    Swaps,
    TargetStanding,
    crowded,
    is_ollama,
    key_of,
    line_up,
    who_to_ask,
)
from hexai.providers.readiness.servers import (
    SLOW,
    Loaded,
    Running,
    ShownModels,
    answers_else,
    ask_to_load,
    find,
    is_own,
    refuses_long_prompts,
    slot_context,
    wait_until_loaded,
    what_is_loaded,
    who_serves,
)

LONG = 1024
"""Tokens of a prompt from which on a server is asked how much it holds."""
_MAY_BE_CUT = 128
"""Tokens of a prompt below which no upstream cuts it."""
_SHOWN_WITHIN = 1.0
"""Seconds that an Ollama may take to show a model."""

_Key = tuple[str, str]
_State = Literal["there", "perhaps", "absent", "unknown"]
"""How a model stands; `perhaps`: it is there, and nobody knows whether as it would be
loaded for us, since another client may have asked for less context."""


class UpstreamReadiness:
    """Implements `domain.request.Readiness` for the servers of a user."""

    def __init__(
        self, shown: ShownModels, *, start: Start, now: Callable[[], float]
    ) -> None:
        """Share with others what Ollamas showed; `start` owns the loads."""
        self._shown = shown
        self._now = now
        self._turns = Turns()
        self._held: dict[_Key, Held] = {}
        self._refusing: dict[str, bool] = {}
        self._loading: set[str] = set()
        self._looked_at: set[_Key] = set()
        self._capped: set[Load] = set()
        """What was loaded with less context than was asked for: it takes no more."""
        self._usual: dict[_Key, int] = {}
        """The context that a model is loaded with where nobody asks for one."""
        self._served_by: dict[_Key, Running] = {}
        """Whose runner answers for a model that is not listed by its own name."""
        self._were_loads: set[Load] = set()
        """Of those asked for, who were not there as they were wanted."""
        self.loads = Loads(start)
        """The loads under way, for whoever shows them."""
        self.swaps = Swaps()
        """Which models push each other out."""

    @asynccontextmanager
    async def admitted(
        self, target: Target, progress: Waits, tokens: int
    ) -> AsyncGenerator[Held | None]:
        """Let a target be asked once its model is loaded."""
        key = key_of(target)
        if is_ollama(target):
            with self._turns.taken(*key) as turn:
                await asyncio.sleep(0)  # who comes at the same time takes his turn too
                await self._make_ready(target, progress, turn)
                progress.ready()
                yield self._held.get(key)
            return
        own: object = target.client
        if isinstance(own, RunsModels):
            yield await self._own(target, own)
            return
        client = who_to_ask(target)
        if key[0] in self._loading and client is not None:
            progress.loading()
            await wait_until_loaded(client)
            progress.ready()
            self._loading.discard(key[0])
        if tokens >= LONG and key not in self._looked_at and is_own(target):
            await self._look_at(target)
        yield self._held.get(key)

    async def arrange(self, targets: Sequence[Target]) -> tuple[TargetStanding, ...]:
        """Say how each of a race's targets stands at an Ollama that it shares.

        In the order in which they are best asked: whose model is there goes first.
        """
        listed: dict[str, tuple[Running, ...]] = {}
        for origin, target in crowded(targets).items():
            client = who_to_ask(target)
            loaded = (
                None if client is None else await what_is_loaded(client, within=SLOW)
            )
            if not isinstance(loaded, str | None):
                listed[origin] = (*loaded, *self._others(origin, loaded))
        return line_up(targets, listed, self.swaps)

    async def may_cut(self, target: Target, tokens: int) -> bool:
        """Tell whether an upstream may cut a prompt of so many tokens silently."""
        origin = target.upstream.origin
        if tokens < _MAY_BE_CUT:
            return False
        if target.upstream.kind != "ollama":
            # Of a server that tells nothing of itself, its counts are no proof either.
            return is_own(target) and key_of(target) in self._held
        client = who_to_ask(target)
        if may_be_cloud(target.spec.model) or client is None:
            return False
        if origin not in self._refusing:
            refuses = await refuses_long_prompts(client)
            if refuses is not None:
                self._refusing[origin] = refuses
        # Who refuses may count little of a whole prompt: 0.30 leaves out what it had
        # read before (https://github.com/ollama/ollama/pull/16428). But an answer to
        # one that cannot fit shows that it was not refused.
        return not self._refusing.get(origin, False) or not self._fits(target, tokens)

    def _fits(self, target: Target, tokens: int) -> bool:
        held = self._held.get(key_of(target))
        return held is not None and tokens * held.density <= held.tokens

    def learn(self, target: Target, error: ProviderError, tokens: int) -> bool:
        """Learn what a model holds from a refusal, and that a server still loads."""
        origin = target.upstream.origin
        if isinstance(error, StillLoading):
            self._loading.add(origin)
            return True
        if not isinstance(error, ContextTooLong):
            return False
        if target.upstream.kind == "ollama":  # llama.cpp's `/infill` cuts all the same
            self._refusing[origin] = True
        if error.held is None:
            return False
        density = (error.counted or 0) / max(1, tokens)
        held = Held(tokens=error.held, density=max(1.0, density))
        known = self._held.get(key_of(target))
        self._held[key_of(target)] = held
        return held != known

    def learn_density(self, target: Target, tokens: int) -> None:
        """Learn that a prompt was cut though it was estimated to fit."""
        if held := self._held.get(key_of(target)):
            density = max(held.density, held.tokens / max(1, tokens))
            self._held[key_of(target)] = replace(held, density=density)

    async def _make_ready(self, target: Target, progress: Waits, turn: Turn) -> None:
        """Have an Ollama load the model, if it has not."""
        client = who_to_ask(target)
        if client is None:
            return
        load, listed, is_sure = _load(target), None, False
        if self.loads.is_under_way(load):
            is_sure = self.loads.is_told(load)
        else:
            listed = await what_is_loaded(client, lambda: progress.silent(SLOW))
            if listed != "silent":
                progress.ready()
            state = self._state_of(target, listed)
            if listed is None or state == "there":
                return
            if not await self._may_load(target, client):
                return
            if state != "perhaps":
                await self._turns.wait(turn, progress.queued)
            is_sure = state == "absent" or (
                listed == "silent" and await answers_else(client)
            )
        await self._wait_for(target, client, progress, listed, is_sure=is_sure)

    async def _wait_for(
        self,
        target: Target,
        client: Asked,
        progress: Waits,
        listed: Loaded,
        *,
        is_sure: bool,
    ) -> None:
        """Have a model loaded; what was none, for all that is known, is a wait."""
        load, loop = _load(target), asyncio.get_running_loop()
        if is_sure:
            progress.loading()
        timer = loop.call_later(SLOW, progress.silent, SLOW)
        try:
            await self.loads.wait(
                load,
                lambda: self._have_loaded(target, client, listed),
                quiet=0.0 if is_sure else SLOW,
            )
        finally:
            timer.cancel()
        if load in self._were_loads:
            progress.loading()

    async def _have_loaded(self, target: Target, client: Asked, before: Loaded) -> None:
        """Load a model, and learn what it holds by that and whom it pushed out."""
        load, was = _load(target), self._find(target, before)
        self._were_loads.discard(load)
        await ask_to_load(target, client)
        after = await what_is_loaded(client)
        running = self._find(target, after)
        if running is None and (server := who_serves(before, after)):
            self._served_by[key_of(target)] = running = server
        holds = None if running is None else running.context_length or None
        if load.num_ctx is None and holds:
            self._usual[key_of(target)] = holds
        elif holds != load.num_ctx:
            self._capped.add(load)
        if before != "silent" and (was is None or was.context_length != holds):
            self._were_loads.add(load)
        self._state_of(target, after)
        self._note_swaps(target, before, after)

    def _state_of(self, target: Target, listed: Loaded) -> _State:
        """Say how a model stands, and note what it holds."""
        if isinstance(listed, str | None):
            return "unknown"
        running = self._find(target, listed)
        if running is None:
            return "absent"
        holds = running.context_length or None
        if holds:
            known = self._held.get(key_of(target), Held(tokens=holds))
            self._held[key_of(target)] = replace(known, tokens=holds)
        wanted = target.spec.options.num_ctx or self._usual.get(key_of(target))
        if holds in (None, wanted) or _load(target) in self._capped:
            return "there"
        return "perhaps" if wanted is None else "absent"

    def _find(self, target: Target, listed: Loaded) -> Running | None:
        """Find a model among those that are loaded, by its own name or another's."""
        if isinstance(listed, str | None):
            return None
        own, server = (
            find(target.spec.model, listed),
            self._served_by.get(key_of(target)),
        )
        if own is not None or server is None:
            return own
        return next(filter(server.is_named_as, listed), None)

    def _others(self, origin: str, listed: tuple[Running, ...]) -> tuple[Running, ...]:
        """Give the models that are there by the names of others."""
        return tuple(
            Running(model=model)
            for (where, model), server in self._served_by.items()
            if where == origin and any(map(server.is_named_as, listed))
        )

    async def _may_load(self, target: Target, client: Asked) -> bool:
        """Tell whether a model is one that runs there; one that is not shown is not."""
        origin, model = key_of(target)
        try:
            async with asyncio.timeout(_SHOWN_WITHIN):
                shown = await self._shown.find(origin, model, client)
        except TimeoutError:
            return False
        return shown is not None and not shown.is_remote

    def _note_swaps(self, target: Target, before: Loaded, after: Loaded) -> None:
        if isinstance(before, str | None) or isinstance(after, str | None):
            return
        gone = [
            each
            for each in before
            if each.outlasts(self._now()) and not _has(after, each)
        ]
        self.swaps.note(target.upstream.origin, target.spec.model, gone)

    async def _own(self, target: Target, own: RunsModels) -> Held | None:
        """Say what a model that we run holds."""
        known = self._held.get(key_of(target))
        try:
            tokens = await own.holds(target.spec.model)
        except ProviderError:  # told by the attempt
            return known
        return Held(tokens=tokens) if known is None else known

    async def _look_at(self, target: Target) -> None:
        """Ask a server of the user's how much it holds, once."""
        client = who_to_ask(target)
        self._looked_at.add(key_of(target))
        if client is not None and (tokens := await slot_context(client)):
            self._held.setdefault(key_of(target), Held(tokens=tokens))


def _has(listed: Iterable[Running], one: Running) -> bool:
    """Tell whether a model is loaded, by its own name or a copy's."""
    return find(one.model, listed) is not None or any(
        one.digest and one.digest == each.digest for each in listed
    )


def _load(target: Target) -> Load:
    return Load(*key_of(target), target.spec.options.num_ctx)
