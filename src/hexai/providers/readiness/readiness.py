"""When an upstream can be asked, and how much of a prompt it holds.

An Ollama is asked first what it has loaded. What is not there is loaded by itself (see
`loads.py`), so that a question neither carries a load nor is timed with one. A
llama.cpp that is still loading answers 503 to everything, and is waited for. What a
model holds is told by `/api/ps`, by `/props`, and by a refusal, and remembered for the
process.

A model that an Ollama passes on to another host is nobody's to load.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager

from msgspec.structs import replace

from hexai.domain.provider import Held, Waits
from hexai.domain.request import Target
from hexai.errors import ContextTooLong, ProviderError, StillLoading
from hexai.providers.formats.format import Asked
from hexai.providers.locality import may_be_cloud
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
    ask_to_load,
    find,
    is_own,
    refuses_long_prompts,
    slot_context,
    wait_until_loaded,
    what_is_loaded,
)

LONG = 1024
"""Tokens of a prompt from which on a server is asked how much it holds."""
_MAY_BE_CUT = 128
"""Tokens of a prompt below which no upstream cuts it."""
_SHOWN_WITHIN = 1.0
"""Seconds that an Ollama may take to show a model."""

_Key = tuple[str, str]


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
                listed[origin] = loaded
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
        listed: Loaded = "silent"
        if not self.loads.is_under_way(_load(target)):
            listed = await what_is_loaded(client, progress.loading)
            if listed is None or self._is_there(target, listed):
                return
            if not await self._may_load(target, client):
                return
            await self._turns.wait(turn, progress.queued)
        progress.loading()
        await self.loads.wait(
            _load(target), lambda: self._have_loaded(target, client, listed)
        )

    async def _have_loaded(self, target: Target, client: Asked, before: Loaded) -> None:
        """Load a model, and learn what it holds by that and whom it pushed out."""
        await ask_to_load(target, client)
        after = await what_is_loaded(client)
        if not self._is_there(target, after):
            self._capped.add(_load(target))
        self._note_swaps(target, before, after)

    def _is_there(self, target: Target, listed: Loaded) -> bool:
        """Tell whether a model is loaded as it is wanted, and note what it holds."""
        running = (
            None if isinstance(listed, str | None) else find(target.spec.model, listed)
        )
        if running is None:
            return False
        wanted = target.spec.options.num_ctx
        holds = running.context_length
        if holds:
            known = self._held.get(key_of(target), Held(tokens=holds))
            self._held[key_of(target)] = replace(known, tokens=holds)
        is_as_wanted = wanted is None or holds is None or holds == wanted
        return is_as_wanted or _load(target) in self._capped

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
            if each.outlasts(self._now()) and find(each.model, after) is None
        ]
        self.swaps.note(target.upstream.origin, target.spec.model, gone)

    async def _look_at(self, target: Target) -> None:
        """Ask a server of the user's how much it holds, once."""
        client = who_to_ask(target)
        self._looked_at.add(key_of(target))
        if client is not None and (tokens := await slot_context(client)):
            self._held.setdefault(key_of(target), Held(tokens=tokens))


def _load(target: Target) -> Load:
    return Load(*key_of(target), target.spec.options.num_ctx)
