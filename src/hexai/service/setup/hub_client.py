"""Asks a hub for a file: follows where it may be sent, and names what goes wrong.

Certificates, proxies and the ban on plain http are those of all other requests. What
an address or an answer holds that may be secret (a token, a signed query) is in no
message.
"""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager

from msgspec import Struct

from hexai.config.addresses import origin, shown_address
from hexai.errors import SetupError
from hexai.providers.http.client import Answer
from hexai.providers.http.tls_contexts import Trust
from hexai.providers.secret import Secret
from hexai.service.redirects import MOST_HOPS, asked, redirect, root_of
from hexai.service.setup.hub import (
    TOKEN_VARIABLE,
    Source,
    may_follow,
    sum_in,
)
from hexai.text.sanitise import shorten

PATIENCE = 60.0
"""Seconds for an answer to begin, and for its next piece."""
_LARGEST = 10**13
_SHOWN = 200


class Facts(Struct, frozen=True, kw_only=True):
    """What is told of a file before it is fetched."""

    size: int | None = None
    """Bytes; None: nobody says."""
    sha256: str = ""
    """Empty: nobody says."""
    etag: str = ""
    """The tag by which a server tells whether the file has changed; empty: none."""


class HubClient:
    """Asks for one source; each attempt begins at its address, for a fresh redirect."""

    def __init__(self, source: Source, environ: Mapping[str, str]) -> None:
        """Ask nobody yet; raises `SetupError` for a token that cannot be one."""
        self.source = source
        self._environ = environ
        self._trust = Trust()
        self._token = _token(environ) if source.hub else None

    async def facts(self) -> Facts:
        """Ask what is known of the file, without fetching any of it.

        The hub's own answer says it, before it sends us to where the file lies.
        """
        facts = Facts(size=self.source.size, sha256=self.source.sha256)
        async with self._hops("HEAD", {}) as answers:
            async for answer, url in answers:
                if origin(url) == self.source.hub:
                    facts = _agreed(facts, _told_by_hub(answer))
                    if facts.size is not None and facts.sha256:
                        break
                if answer.status < 300:
                    told = Facts(size=_size_in(answer), etag=_strong_tag(answer))
                    facts = _agreed(facts, told)
        return facts

    @asynccontextmanager
    async def body(self, begin: int, etag: str) -> AsyncGenerator[Answer, None]:
        """Ask for the file from a byte on; the status says what is given (200, 206)."""
        headers = {"range": f"bytes={begin}-"} if begin else {}
        if begin and etag:
            headers["if-range"] = etag
        async with self._hops("GET", headers) as answers:
            async for answer, _ in answers:
                if answer.status < 300:
                    yield answer
                    return
        raise SetupError(f"{self.source.shown} leads nowhere")

    @asynccontextmanager
    async def _hops(
        self, method: str, headers: Mapping[str, str]
    ) -> AsyncGenerator[AsyncGenerator[tuple[Answer, str], None], None]:
        hops = self._walk(method, headers)
        try:
            yield hops
        finally:
            await hops.aclose()

    async def _walk(
        self, method: str, headers: Mapping[str, str]
    ) -> AsyncGenerator[tuple[Answer, str], None]:
        """Give every answer on the way to the file, the last one being it."""
        url = self.source.url
        for _ in range(MOST_HOPS):
            async with self._asked(method, url, headers) as answer:
                target = redirect(answer, url)
                if target is None:
                    _refuse(answer, self.source, url)
                yield answer, url
                if target is None:
                    return
                url = self._allowed(target)
        raise SetupError(f"{self.source.shown} redirects again and again")

    @asynccontextmanager
    async def _asked(
        self, method: str, url: str, headers: Mapping[str, str]
    ) -> AsyncGenerator[Answer, None]:
        if self._token is not None and origin(root_of(url)) == self.source.hub:
            token = f"Bearer {self._token.reveal()}"
            headers = {**headers, "authorization": token}
        try:
            async with asked(
                method,
                url,
                headers,
                environ=self._environ,
                trust=self._trust,
                patience=PATIENCE,
            ) as answer:
                yield answer
        except TimeoutError:
            raise SetupError(
                f"{origin(root_of(url))} says nothing for {PATIENCE:.0f} s"
            ) from None

    def _allowed(self, target: str) -> str:
        """Give where a redirect leads, if it may; raises `SetupError`."""
        if may_follow(self.source.url, target):
            return target
        told = shorten(shown_address(target), _SHOWN)
        raise SetupError(
            f"{self.source.shown} redirects to {told}, which is not its own; if you "
            "trust that address, give it instead"
        )


def _token(environ: Mapping[str, str]) -> Secret | None:
    if not (value := environ.get(TOKEN_VARIABLE, "")):
        return None
    try:
        return Secret.checked(value)
    except ValueError as error:
        raise SetupError(f"{TOKEN_VARIABLE} {error}") from None


def _told_by_hub(answer: Answer) -> Facts:
    size = _number(answer.header("x-linked-size"))
    sha256 = sum_in(answer.header("x-linked-etag"))
    if answer.status < 300:
        size = _size_in(answer) if size is None else size
        sha256 = sha256 or sum_in(answer.header("etag"))
    return Facts(size=size, sha256=sha256)


def _agreed(known: Facts, told: Facts) -> Facts:
    """Put together what is known and told; raises `SetupError` if they differ."""
    for name in ("size", "sha256"):
        ours, theirs = getattr(known, name), getattr(told, name)
        if ours and theirs and ours != theirs:
            raise SetupError(
                f"the hub has another file: its {name} is {theirs}, and {ours} was "
                "expected; nothing was fetched"
            )
    size = told.size if known.size is None else known.size
    sha256 = known.sha256 or told.sha256
    return Facts(size=size, sha256=sha256, etag=told.etag or known.etag)


def _size_in(answer: Answer) -> int | None:
    return _number(answer.header("content-length"))


def _strong_tag(answer: Answer) -> str:
    tag = answer.header("etag").strip()
    is_strong = tag.startswith('"') and tag.endswith('"') and tag.isascii()
    return tag if is_strong and tag.isprintable() and len(tag) <= _SHOWN else ""


def _number(text: str) -> int | None:
    text = text.strip()
    if not (text.isascii() and text.isdecimal() and len(text) < 15):
        return None
    return number if 0 < (number := int(text)) <= _LARGEST else None


_ADVICE = {
    401: f"it is not there, or not for everybody; set {TOKEN_VARIABLE} if you may",
    403: "you may not have it; where it asks for consent, give that on its page first",
    404: "there is no such file; look at the list of files on its page",
    410: "it is gone; look at the list of files on its page",
    416: "the file has become shorter; run the same command again",
    429: "too many requests",
}


def _refuse(answer: Answer, source: Source, url: str) -> None:
    if answer.status < 300:
        return
    where = "" if origin(url) == origin(source.url) else f" by {root_of(url)}"
    advice = _ADVICE.get(answer.status, "")
    if answer.status >= 500:
        advice = "the server is in trouble; try again later"
    wait = _number(answer.header("retry-after"))
    if wait is not None:
        advice = f"{advice}; try again in {wait} s".removeprefix("; ")
    text = f"{source.shown} was refused{where} with {answer.status}"
    raise Refused(f"{text}; {advice}" if advice else text, status=answer.status)


class Refused(SetupError):
    """The server answered, and gave nothing."""

    def __init__(self, message: str, *, status: int) -> None:
        super().__init__(message)
        self.status = status
