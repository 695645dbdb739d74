"""A hub of models with TLS, and the server to which it sends for the files."""

import hashlib
import os
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

import pytest
import trustme

from tests.support.upstream import Exchange, Reply, Request, Upstream

FILE = "tiny.gguf"
REPOSITORY = "owner/repo"
MODEL = b"GGUF" + bytes(range(256)) * 4_000
QUERY = "Signature=SECRET-IN-QUERY"


class Hub:
    """Answers as the real one does: facts in its redirect, bytes from another origin.

    Use as a context manager. The authority of its certificate is in `ca_file`.
    """

    def __init__(self, folder: Path, model: bytes = MODEL) -> None:
        authority = trustme.CA()
        self.ca_file = folder / "authority.pem"
        authority.cert_pem.write_to_path(str(self.ca_file))
        self.model = model
        self.told = hashlib.sha256(model).hexdigest()
        """The sum that it tells."""
        self.size = len(model)
        """The size that it tells."""
        self.cuts: list[int] = []
        """How many bytes the next answers give before the connection breaks."""
        self.then: Reply | None = None
        """What its files' server does from the first break on."""
        self.location = ""
        """Where it sends to instead of to its own files."""
        context = _context(authority)
        self.front = Upstream(self._redirect, tls=context)
        self.files = Upstream(self.file, tls=context)

    def __enter__(self) -> Self:
        self.front.__enter__()
        self.files.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.files.__exit__(kind, error, trace)
        self.front.__exit__(kind, error, trace)

    @property
    def url(self) -> str:
        """What `HF_ENDPOINT` is to say."""
        return f"https://localhost:{self.front.port}"

    @property
    def files_url(self) -> str:
        """Where the file lies."""
        return f"https://localhost:{self.files.port}/{FILE}"

    def breaks_off(self, after: int) -> None:
        """Break off after some bytes and be in trouble from then on."""
        self.cuts, self.then = [after], refusing(503)

    def recovers(self) -> None:
        """Answer as if nothing had been."""
        self.cuts, self.then = [], None
        self.files.answer_with(self.file)
        self.files.forget()

    def gets(self) -> list[Request]:
        """Give the requests for bytes of the file."""
        return [each for each in self.files.requests if each.method == "GET"]

    async def _redirect(self, exchange: Exchange) -> None:
        told = {
            "location": self.location or f"{self.files_url}?{QUERY}",
            "x-linked-size": str(self.size),
            "x-linked-etag": f'"{self.told}"',
        }
        await exchange.head(302, told, length=0)

    async def file(self, exchange: Exchange) -> None:
        """Give the file, or the part of it that is asked for."""
        tag = f'"{hashlib.md5(self.model).hexdigest()}"'
        asked = exchange.request.headers.get("range", "")
        begin = int(found[1]) if (found := re.fullmatch(r"bytes=(\d+)-", asked)) else 0
        if exchange.request.headers.get("if-range", tag) != tag:
            begin = 0
        total = len(self.model)
        if begin >= total:
            await exchange.head(416, {"content-range": f"bytes */{total}"}, length=0)
            return
        headers = {"etag": tag, "accept-ranges": "bytes"}
        if begin:
            headers["content-range"] = f"bytes {begin}-{total - 1}/{total}"
        await exchange.head(206 if begin else 200, headers, length=total - begin)
        if exchange.request.method == "HEAD":
            return
        rest = self.model[begin:]
        if self.cuts:
            await exchange.send(rest[: self.cuts.pop(0)])
            if self.then is not None:
                self.files.answer_with(self.then)
            exchange.cut()
            return
        await exchange.send(rest)


def refusing(status: int, **headers: str) -> Reply:
    """Refuse every request."""

    async def refuse(exchange: Exchange) -> None:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        await exchange.head(status, named, length=0)

    return refuse


def page(exchange_text: bytes = b"<!doctype html><html>log in</html>") -> Reply:
    """Give a page where a file was asked for."""

    async def give(exchange: Exchange) -> None:
        await exchange.head(200, content_type="text/html", length=len(exchange_text))
        if exchange.request.method != "HEAD":
            await exchange.send(exchange_text)

    return give


def _context(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost", "127.0.0.1").configure_cert(context)
    return context


@contextmanager
def asked_instead(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """Run a hub that is asked instead of the real one."""
    with Hub(folder) as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.url)
        monkeypatch.setenv("SSL_CERT_FILE", str(hub.ca_file))
        yield hub


def store() -> Path:
    """Name the model store."""
    return Path(os.environ["XDG_DATA_HOME"]) / "hexai" / "models"  # noqa: TID251
