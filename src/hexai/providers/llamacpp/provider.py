"""The provider `local`: models in GGUF files, run on this machine by llama.cpp.

A model is served by a worker, a process that all hexai processes of the user share
(see `supervisor`). To a worker we speak as to any other upstream, in OpenAI's
format, but over its Unix socket.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from pathlib import Path

from msgspec.structs import replace

from hexai.config.schema_providers import ProviderSettings
from hexai.domain.provider import Call, Chunk, Finished, Progress, ReportedUsage
from hexai.errors import BrokenStream, ConnectionFailed, ProviderError
from hexai.providers.credentials import FixedCredential
from hexai.providers.formats.format import WireFormat
from hexai.providers.http.client import HttpClient
from hexai.providers.http_provider import HttpProvider
from hexai.providers.llamacpp.completion_prompts import RawPrompts
from hexai.providers.llamacpp.gguf import Metadata, read_context, read_metadata
from hexai.providers.llamacpp.infill import LlamaCppInfill, WatchedChat
from hexai.providers.llamacpp.model_files import (
    GGUF,
    find_model,
    xllamacpp_version,
)
from hexai.providers.llamacpp.prefill import PrefillPrompt, Reading, manner
from hexai.providers.llamacpp.process import last_words
from hexai.providers.llamacpp.supervisor import Leased, Supervisor
from hexai.providers.llamacpp.worker import LoadOptions
from hexai.providers.secret import Secret
from hexai.providers.vision import unseen

_BASE_URL = "http://localhost"
"""Names no host: the connection goes to a socket."""
_LOST = 0.3
"""Seconds in which a worker that has kept a prompt has read one piece more."""
_LITTLE = 400
"""Characters that are read within that time anyway."""


class LlamaCpp:
    """Asks the worker of the model that a call names, whichever it is."""

    proxy = ""
    """Nobody stands between."""

    def __init__(
        self, settings: ProviderSettings, supervisor: Supervisor, store: Path
    ) -> None:
        """Look for models that are named without a path in `store`."""
        self._settings = replace(settings, base_url=_BASE_URL)
        self._supervisor = supervisor
        self._store = store
        self._told: dict[GGUF, Metadata] = {}
        self._contexts: dict[GGUF, int | None] = {}
        self._readings: dict[GGUF, Reading] = {}

    async def stream(
        self, call: Call, progress: Progress
    ) -> AsyncGenerator[Chunk, None]:
        """Make one attempt.

        A worker that is gone when the call is to be sent is started anew, once.
        """
        watch = _Watch(progress)
        try:
            if call.has_images:  # a GGUF has no eyes: they are a file of their own
                raise unseen(call)
            gguf = await asyncio.to_thread(self._find, call.model)
            told = await asyncio.to_thread(self._metadata, gguf, call)
            wire = self._format(gguf, told, call)
            prompt = PrefillPrompt.of_worker(call, wire)
            for is_last in (False, True):
                asked = self._ask(gguf, wire, call, watch, prompt)
                try:
                    async with aclosing(asked) as chunks:
                        async for chunk in chunks:
                            yield chunk
                except ConnectionFailed:
                    if is_last or watch.was_connected:
                        raise
                else:
                    return
        except ProviderError as error:
            error.provider, error.model = self._settings.name, call.model
            raise

    async def warm(self, call: Call) -> None:
        """Have a prompt read, if its model is loaded and nobody asks it.

        It is read up to the cursor, for what follows changes with each key, and in
        pieces, of which none is begun once somebody else asks. What was read lately is
        not asked for again; where the worker has lost it, the first piece shows that
        by the time it takes, and is given up.
        """
        with suppress(ProviderError):
            gguf = await asyncio.to_thread(self._find, call.model)
            told = await asyncio.to_thread(self._metadata, gguf, call)
            wire = self._format(gguf, told, call)
            prompt, reading = PrefillPrompt.of_worker(call, wire), self._reading(gguf)
            lately = reading.lately(prompt.kind)
            is_known = lately.known(prompt.text) > _LITTLE
            patience: float | None = _LOST if is_known else None
            for text, piece in prompt.pieces(lately, lambda: reading.pace.tokens):
                if not await asyncio.to_thread(self._supervisor.is_idle, gguf):
                    return
                begun = replace(prompt, text=text)
                if not await self._read_within(patience, gguf, piece, begun):
                    return
                patience = None

    async def _read_within(
        self, patience: float | None, gguf: GGUF, piece: Call, prompt: PrefillPrompt
    ) -> bool:
        """Have a piece of a prompt read; False: it would have taken too long."""
        pace, now = self._reading(gguf).pace, asyncio.get_running_loop().time
        began = now()
        try:
            async with asyncio.timeout(patience):
                anew = await self._read(gguf, piece, prompt)
        except TimeoutError:
            pace.slow_down()
            return False
        pace.take(anew, now() - began)
        return True

    async def _read(self, gguf: GGUF, piece: Call, prompt: PrefillPrompt) -> int:
        """Have a piece of a prompt read, and tell how much of it was not kept."""
        usage = ReportedUsage()
        reading = self._ask(gguf, prompt.wire, piece, _Watch(_Unwatched()), prompt)
        async with aclosing(reading) as chunks:
            async for chunk in chunks:
                if isinstance(chunk, Finished):
                    usage = chunk.usage
        return (usage.input or 0) - (usage.cached or 0)

    async def holds(self, model: str) -> int:
        """Say how many tokens a model's worker holds; raises `ProviderError`."""
        gguf = await asyncio.to_thread(self._find, model)
        if gguf not in self._contexts:
            self._contexts[gguf] = await asyncio.to_thread(_trained_context, gguf)
        most = LoadOptions().context
        return min(self._contexts[gguf] or most, most)

    async def fills_gaps(self, model: str) -> bool:
        """Tell whether a model has tokens for gaps; raises `ProviderError`."""
        gguf = await asyncio.to_thread(self._find, model)
        return (await asyncio.to_thread(self._head, gguf)).gap is not None

    async def drop_idle(self) -> None:
        """Do nothing: each attempt has a connection of its own."""

    async def aclose(self) -> None:
        """Do nothing: workers belong to all processes, and end by themselves."""

    def _find(self, model: str) -> GGUF:
        xllamacpp_version()  # told first: without it no model is of any use
        return find_model(model, self._store)

    def _metadata(self, gguf: GGUF, call: Call) -> Metadata:
        """Read what a file says; a question that needs none of it reads nothing."""
        return Metadata() if call.infill is None else self._head(gguf)

    def _head(self, gguf: GGUF) -> Metadata:
        """Read what a file says, once.

        Of a head that cannot be read llama.cpp will say more than we could.
        """
        if gguf not in self._told:
            try:
                with Path(gguf.path).open("rb") as file:
                    self._told[gguf] = read_metadata(file)
            except (OSError, ValueError):
                self._told[gguf] = Metadata(has_template=True)
        return self._told[gguf]

    async def _ask(
        self,
        gguf: GGUF,
        wire: WireFormat,
        call: Call,
        watch: "_Watch",
        prompt: PrefillPrompt,
    ) -> AsyncGenerator[Chunk, None]:
        """Ask, and take note of what has been read once there is an answer."""
        named = replace(call, model=Path(gguf.path).stem)
        reading = self._reading(gguf)
        async with self._supervisor.lease(gguf, watch.loading) as leased:
            http = HttpClient.for_socket(str(leased.files.socket))
            key = FixedCredential(Secret(leased.card.key))
            try:
                upstream = HttpProvider(wire, http, key, self._settings)
                async with aclosing(upstream.stream(named, watch)) as chunks:
                    async for chunk in chunks:
                        reading.has_read(prompt.text, prompt.kind, leased.card.pid)
                        yield chunk
            except (ConnectionFailed, BrokenStream) as error:
                raise _explained(error, leased) from error
            finally:
                await http.aclose()

    def _format(self, gguf: GGUF, told: Metadata, call: Call) -> WireFormat:
        """Choose how a model is asked."""
        infill = call.infill
        if infill is None or self._settings.infill == "off":
            return WatchedChat(self._settings)
        if infill.after is None:
            return LlamaCppInfill(self._settings)
        chosen = manner(told, call.options.ask)
        if chosen == "chat":
            return WatchedChat(self._settings)
        reading = self._reading(gguf)
        return RawPrompts(
            self._settings,
            told,
            fills=chosen == "infill",
            standing=reading.standing,
            reach=reading.reach,
            heard=reading.take,
        )

    def _reading(self, gguf: GGUF) -> Reading:
        return self._readings.setdefault(gguf, Reading())


def _trained_context(gguf: GGUF) -> int | None:
    try:
        with Path(gguf.path).open("rb") as file:
            return read_context(file)
    except (OSError, ValueError):
        return None


class _Unwatched:
    """A `Progress` of what nobody waits for."""

    def loading(self) -> None:
        """Tell nobody."""

    def connected(self) -> None:
        """Tell nobody."""

    def refused(self) -> None:
        """Tell nobody."""


class _Watch:
    """Passes progress on, and keeps in mind whether the call may have been sent."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._was_told = False
        self.was_connected = False

    def loading(self) -> None:
        """Tell it once: the supervisor says it at every look, and the budget runs."""
        if not self._was_told:
            self._was_told = True
            self._progress.loading()

    def connected(self) -> None:
        self.was_connected = True
        self._progress.connected()

    def refused(self) -> None:
        self._progress.refused()


def _explained(
    error: ConnectionFailed | BrokenStream, leased: Leased
) -> ConnectionFailed | BrokenStream:
    """Say of a connection that broke what it means: the worker is gone."""
    if leased.files.is_alive() and leased.files.card() == leased.card:
        return error
    said = last_words(leased.files.log)
    return type(error)(
        "the embedded model's process ended unexpectedly" + (said and f": {said}"),
        advice="ask again, a new one is started",
    )
