"""What tells one wire format from another, without any input or output.

`providers.http_provider.HttpProvider` does for all of them what they share: it posts
the body, splits the stream, feeds the decoder, keeps the limits and maps the errors. A
format is the rest: how a call is written, and how its stream is read.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol, runtime_checkable

from hexai.domain.provider import Call, Chunk
from hexai.errors import ProviderError
from hexai.providers.formats.complaints import Complaint
from hexai.providers.formats.wire import Framing


class Decoder(Protocol):
    """Reads one stream. Whatever it raises but a `ProviderError` is a bad answer."""

    @property
    def has_ended(self) -> bool:
        """Whether what ends the answer has come; what follows does not matter."""

    def feed(self, payload: bytes) -> list[Chunk]:
        """Decode the data of one SSE event, or one NDJSON line.

        Errors that the upstream reports inside the stream do not come here, see
        `reading`. `Finished` is given as soon as the upstream says that it is done;
        nothing is fed, and `close` is not called, after it.
        """

    def close(self) -> list[Chunk]:
        """Take the end of the stream: give what was held back, then `Finished`.

        Raises `BrokenStream` if the upstream never said that it was done.
        """


class WireFormat(Protocol):
    """How one kind of upstream is asked, and how its answers are read."""

    framing: Framing

    def path(self, call: Call) -> str:
        """Give the path below `base_url`, with a leading slash."""

    def headers(self, key: str | None) -> Mapping[str, str]:
        """Give the headers of a request; the credential is among them, if any."""

    def body(self, call: Call) -> Mapping[str, object]:
        """Give the JSON body of a streaming request."""

    def decoder(self, call: Call) -> Decoder:
        """Make the decoder of one stream."""

    def explain(self, said: Complaint, *, model: str) -> ProviderError:
        """Make the error of what an upstream said; `model` is for the advice.

        Provider and model are filled in by the caller, `Retry-After` too.
        """


@runtime_checkable
class Asked(Protocol):
    """Who can be asked a small question beside the streams: a client over HTTP."""

    async def ask(
        self, path: str, body: Mapping[str, object] | None = None, *, limit: int
    ) -> bytes:
        """Give the whole answer; raises `ProviderError`."""


@runtime_checkable
class WithKey(Protocol):
    """Who may have to fetch a key before anything can be asked."""

    @property
    def has_key(self) -> bool:
        """Whether the key is at hand, or none is needed."""


Choose = Callable[[Call, Asked], Awaitable[WireFormat]]
"""Chooses the format of a call, perhaps by asking its upstream; see `fim`."""
