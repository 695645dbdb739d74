"""The provider that all wire formats share: exactly one attempt over HTTP."""

import asyncio
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import aclosing, contextmanager, suppress
from functools import partial

import msgspec

from hexai.config.schema_providers import ProviderSettings
from hexai.config.vendors import traits
from hexai.domain.provider import Call, Chunk, Finished, Progress
from hexai.errors import (
    Authentication,
    BadAnswer,
    BadRequest,
    BrokenStream,
    Overloaded,
    ProviderError,
    RateLimited,
    TooLarge,
)
from hexai.providers.credentials import Credential, refuse_in_clear
from hexai.providers.formats.error_bodies import (
    ReportedError,
    get_ready,
    read_body,
)
from hexai.providers.formats.format import Choose, WireFormat
from hexai.providers.formats.reading import Reader
from hexai.providers.http.client import Answer, HttpClient
from hexai.providers.http.refusal import error_body, retry_after
from hexai.providers.learned import Shared, key_for, switched_off_by
from hexai.providers.secret import Masker
from hexai.text.sanitise import mend, shorten

_FIGURES_WAIT = 1.0
_REST_WAIT = 0.005
_REST_LIMIT = 64 * 1024
_MESSAGE_LENGTH = 300
_STREAMS = frozenset({"text/event-stream", "application/x-ndjson"})


class HttpProvider:
    """A client for one upstream: a wire format, its connections and its key."""

    def __init__(
        self,
        wire_format: WireFormat,
        http: HttpClient,
        credential: Credential,
        settings: ProviderSettings,
        choose: Choose | None = None,
        shared: Shared | None = None,
    ) -> None:
        """Own `http`: `aclose` closes it; `shared` is what others learn as well.

        `choose` may name another format for a call; headers are those of `wire_format`.
        """
        self._format = wire_format
        self._http = http
        self._credential = credential
        self._settings = settings
        self._choose = choose
        shared = shared or Shared()
        self._refused, self._keys = shared.refused, shared.keys
        self._note = shared.on_note
        self._habits, self._kept = shared.habits, shared.kept

    async def stream(
        self, call: Call, progress: Progress
    ) -> AsyncGenerator[Chunk, None]:
        """Make one attempt, as `domain.provider.Provider` says.

        It is sent again for each option that is refused, without that.
        """
        call = self._marked(self._habits.informed(self._http.where, call))
        with self._naming(call.model) as masker:
            if not self._credential.at_hand:
                progress.loading()
            if call.has_images:
                from hexai.providers.vision import check_images

                await check_images(call, self._settings, self)
            wire = await self._choose(call, self) if self._choose else self._format
            headers = await self._headers(masker)
            left_out: frozenset[str] = frozenset()
            repeats = True
            while repeats:
                body = self._refused.leave_out(self._http.where, call, wire.body(call))
                sending = self._http.send(
                    "POST",
                    wire.path(call),
                    headers=headers,
                    body=_encoded(body),
                    connected=lambda: _begin(progress),
                )
                async with sending as answer:
                    refused = await self._refused_of(answer, wire, call, body, progress)
                    left_out |= refused
                    repeats = bool(refused)
                    if not repeats:
                        self._tell(call.model, left_out)
                        async with aclosing(
                            self._heard(answer, wire, call, masker)
                        ) as chunks:
                            async for chunk in chunks:
                                yield chunk

    def _marked(self, call: Call) -> Call:
        """Have what stands of a prompt kept, where that can be asked and pays."""
        if traits(self._settings.base_url, call.model).keeping != "marks":
            return call
        now = asyncio.get_running_loop().time()
        return self._kept.marked(self._http.where, call, now)

    def _heard(
        self, answer: Answer, wire: WireFormat, call: Call, masker: Masker
    ) -> AsyncGenerator[Chunk, None]:
        """Read an answer, and learn from it what its model does."""
        chunks = self._read(answer, wire, call, masker)
        if call.keeps:
            chunks = self._kept.learning(self._http.where, call, chunks)
        return self._habits.learn(self._http.where, call.model, chunks)

    async def _read(
        self, answer: Answer, wire: WireFormat, call: Call, masker: Masker
    ) -> AsyncGenerator[Chunk, None]:
        explain = partial(self._explain, wire, call.model)
        reader = Reader(wire.framing, wire.decoder(call), explain, masker.mask)
        async with aclosing(answer.body()) as pieces:
            async for piece in _until_ended(pieces, reader):
                for chunk in reader.feed(piece):
                    answer.begun = True
                    if isinstance(chunk, Finished):
                        await _read_rest(pieces)
                    yield chunk
        for chunk in _rest(reader, answer):
            yield chunk

    def _tell(self, model: str, left_out: frozenset[str]) -> None:
        """Say, once it has worked, what is not sent to a model any more."""
        if left_out:
            names = " and ".join(sorted(left_out))
            key = switched_off_by(left_out)
            advice = (
                f"; to save a refused request {self._key_advice(key)}" if key else ""
            )
            self._note(
                f"{self._settings.name} does not take {names} for {model}, so the "
                f"request went without{advice}"
            )

    async def _refused_of(
        self,
        answer: Answer,
        wire: WireFormat,
        call: Call,
        body: Mapping[str, object],
        progress: Progress,
    ) -> frozenset[str]:
        """Give what was refused of a request that is to be sent again without it.

        Raises what any other refusal means.
        """
        if answer.status < 300:
            return frozenset()
        progress.refused()
        said = read_body(answer.status, await error_body(answer))
        refused = self._refused.learn(self._http.where, call, said, body)
        if refused:
            return refused
        raise self._refusal(answer, wire, call.model, said)

    async def ask(
        self, path: str, body: Mapping[str, object] | None = None, *, limit: int
    ) -> bytes:
        """Ask a small question besides the streams, and give the whole answer.

        Posts `body` as JSON, or gets `path` if there is none. Raises `ProviderError`,
        `TooLarge` past `limit` bytes.
        """
        with self._naming("") as masker:
            sending = self._http.send(
                "GET" if body is None else "POST",
                path,
                headers=await self._headers(masker),
                body=b"" if body is None else _encoded(body),
            )
            async with sending as answer:
                if answer.status >= 300:
                    said = read_body(answer.status, await error_body(answer))
                    asked = str((body or {}).get("model", ""))
                    raise self._refusal(answer, self._format, asked, said)
                data = await answer.read(limit + 1)
                if len(data) > limit:
                    raise TooLarge(f"the answer to {path} is larger than {limit} bytes")
                return data

    @property
    def has_key(self) -> bool:
        """Whether the key is at hand, or none is needed."""
        return self._credential.at_hand

    @property
    def proxy(self) -> str:
        """The proxy that it connects by, without user and password; empty for none."""
        return self._http.route.proxy

    async def drop_idle(self) -> None:
        """Close kept connections: after a sleep of the machine they are dead."""
        await self._http.drop_idle()

    async def aclose(self) -> None:
        """Close every connection, and end what still runs to get the key."""
        self._credential.close()
        await self._http.aclose()

    async def _headers(self, masker: Masker) -> dict[str, str]:
        secret = await self._credential.secret()
        refuse_in_clear(self._settings, secret)
        if secret is not None:
            masker.add(secret.reveal())
            self._keys.add(secret.reveal())
        for _, value in self._settings.headers:
            masker.add(value)
            self._keys.add_header(value)
        given = self._format.headers(None if secret is None else secret.reveal())
        headers = {"content-type": "application/json"}
        for name, value in (*given.items(), *self._settings.headers):
            headers[name.lower()] = value
        return headers

    def _explain(
        self, wire: WireFormat, model: str, said: ReportedError
    ) -> ProviderError:
        return self._with_advice(wire.explain(said, model=model))

    def _refusal(
        self, answer: Answer, wire: WireFormat, model: str, said: ReportedError
    ) -> ProviderError:
        """Give what an answer that is not 2xx means."""
        try:
            error = wire.explain(said, model=model)
        except Exception as fault:  # noqa: BLE001 - the decode boundary
            return BadAnswer(
                f"the upstream refused by {answer.status}, and why cannot be read "
                f"({type(fault).__name__})",
                http_status=answer.status,
            )
        error.http_status = answer.status
        if isinstance(error, RateLimited | Overloaded):
            error.retry_after = retry_after(answer.header)
        if isinstance(error, BadRequest) and not error.what_to_do:
            error.what_to_do = self._key_advice(key_for(said))
        return self._with_advice(error)

    def _key_advice(self, key: str) -> str:
        """Say where a key is to be set; empty for none."""
        name = self._settings.name
        where = name if self._settings.built_in else f"providers.{name}"
        return f"set {key} in [{where}] or in the entry" if key else ""

    def _with_advice(self, error: ProviderError) -> ProviderError:
        """Say where the key comes from, unless the upstream says what to do."""
        usual = error.what_to_do == type(error).advice
        if isinstance(error, Authentication) and usual and self._credential.advice:
            error.what_to_do = self._credential.advice
        return error

    @contextmanager
    def _naming(self, model: str) -> Iterator[Masker]:
        """Complete the errors of an attempt, and take its keys out of them."""
        masker = Masker()
        try:
            yield masker
        except ProviderError as error:
            error.provider = self._settings.name
            error.model = model
            error.message = masker.mask(mend(error.message))
            error.what_to_do = masker.mask(mend(error.what_to_do))
            said = " ".join(masker.mask(mend(error.upstream_message)).split())
            error.upstream_message = shorten(said, _MESSAGE_LENGTH)
            error.args = (error.message,)
            raise


def _encoded(body: Mapping[str, object]) -> bytes:
    try:
        return msgspec.json.encode(body)
    except UnicodeEncodeError:
        raise BadRequest(
            "not sent: the prompt holds bytes that are no valid text",
            advice="give the input as UTF-8",
        ) from None


def _begin(progress: Progress) -> None:
    """Note that a request goes out; what reads its answer gets ready behind it."""
    progress.connected()
    asyncio.get_running_loop().call_soon(get_ready)


async def _until_ended(
    pieces: AsyncGenerator[bytes, None], reader: Reader
) -> AsyncGenerator[bytes, None]:
    """Give the pieces of a stream up to its end, or soon after that of its answer.

    Figures may follow an answer's end, so they are waited for, a moment; whatever else
    becomes of the stream then does not matter.
    """
    while not reader.has_ended:
        try:
            yield await anext(pieces)
        except StopAsyncIteration:
            return
    due = asyncio.get_running_loop().time() + _FIGURES_WAIT
    while not reader.finished:
        try:
            async with asyncio.timeout_at(due):
                piece = await anext(pieces)
        except (TimeoutError, ProviderError, StopAsyncIteration):
            return
        yield piece


async def _read_rest(pieces: AsyncGenerator[bytes, None]) -> None:
    """Read what follows an answer, so that its connection serves the next request.

    It has to be read before `Finished` is given, since nobody reads on after that. The
    end of the body comes with the end of the answer, or not in time to be waited for:
    then the connection is given up.
    """
    size = 0
    with suppress(TimeoutError, ProviderError):
        async with asyncio.timeout(_REST_WAIT):
            async for piece in pieces:
                size += len(piece)
                if size > _REST_LIMIT:
                    break
    await pieces.aclose()


def _rest(reader: Reader, answer: Answer) -> Iterator[Chunk]:
    """Take the end of a stream; a body of another kind may hold an error, or nothing.

    The reader looks for an error first: it stands in what was never an event.
    """
    if reader.finished:
        return
    kind = answer.header("content-type").partition(";")[0].strip().lower()
    strange = bool(kind) and kind not in _STREAMS
    try:
        yield from reader.close()
    except BrokenStream:
        if answer.begun or not strange:
            raise
        raise BadAnswer(
            f"the upstream answered with {shorten(kind, 60)}, not a stream"
        ) from None
