"""Fetches a file into the model store, in as many attempts as it takes.

What has come lies beside its target in `.NAME.part` until all of it is there and its
sum is right, with a card beside it that says of which file it is a part. Whoever pulls
holds a lock on it, which ends with its process, so one that was killed is gone on with
by the next, from the byte where it ended. A card stays beside the model as well: what
was fetched once must be the same the next time, or nothing is touched.
"""

import asyncio
import fcntl
import hashlib
import os
import shutil
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping
from contextlib import aclosing, contextmanager
from pathlib import Path

import msgspec
from msgspec import Struct

from hexai.errors import ProviderError, SetupError
from hexai.providers.http.client import Answer
from hexai.providers.llamacpp.model_files import MAGIC
from hexai.service.private_files import make_private_folder, write_private
from hexai.service.setup.hub import Source
from hexai.service.setup.hub_client import PATIENCE, Facts, HubClient, Refused

Say = Callable[[str], None]
Progress = Callable[[int, int | None], None]
"""Takes how many bytes are there, and of how many."""

_TRIES = 5
"""Attempts without a new byte before it is given up."""
_PAUSE = 1.0
_SPARE = 64 << 20
"""Bytes that are left free on the disk."""
_MEGABYTE = 1_000_000


class Card(Struct, frozen=True, kw_only=True):
    """Which file something is, or is a part of."""

    url: str
    size: int | None
    sha256: str
    etag: str = ""
    """What the server called it, where its sum was not told."""


class Download:
    """One file on its way into the store."""

    def __init__(
        self, source: Source, store: Path, environ: Mapping[str, str], say: Say
    ) -> None:
        self._source = source
        self._client = HubClient(source, environ)
        self._say = say
        self.target = store / source.file
        self._part = store / f".{source.file}.part"

    async def ask(self) -> Facts | None:
        """Ask what would be fetched; None: it is here already.

        Raises `SetupError` if the file is not to be had, or another one is here.
        """
        facts = await self._client.facts()
        if not await asyncio.to_thread(os.path.exists, self.target):
            return facts
        card = _read_card(_card_of(self.target))
        if card is None:
            raise SetupError(
                f"{self.target} is there, and not from here; remove it, or give it "
                "another name"
            )
        self._refuse_other(card, facts)
        return None

    def begun(self, facts: Facts) -> int:
        """Tell how many bytes of this very file are here from an earlier attempt."""
        if _read_card(_card_of(self._part)) != self._card(facts):
            return 0
        try:
            return self._part.stat().st_size
        except OSError:
            return 0

    async def fetch(self, facts: Facts, progress: Progress) -> str:
        """Fetch it; gives its SHA-256. Raises `SetupError`; a part stays for later."""
        try:
            make_private_folder(self.target.parent)
            with self._held() as file:
                self._make_room(facts, file)
                await self._fill(facts, file, progress)
                return self._keep(facts, file)
        except OSError as error:
            raise SetupError(
                f"cannot keep {self.target}: {error.strerror or error}"
            ) from error

    def _refuse_other(self, card: Card, facts: Facts) -> None:
        told = facts.sha256 and card.sha256 and facts.sha256 != card.sha256
        if told or (facts.size and card.size and facts.size != card.size):
            raise SetupError(
                f"the hub has another file than the one in {self.target} (SHA-256 "
                f"{facts.sha256 or '?'}, size {facts.size}; here {card.sha256}, "
                f"{card.size}); remove that if you want the new one"
            )
        size = self.target.stat().st_size
        if (card.size and size != card.size) or _sum_of(self.target) != card.sha256:
            raise SetupError(f"{self.target} was changed; remove it and pull it again")

    def _card(self, facts: Facts) -> Card:
        return Card(
            url=self._source.shown,
            size=facts.size,
            sha256=facts.sha256,
            etag="" if facts.sha256 else facts.etag,
        )

    @contextmanager
    def _held(self) -> Iterator[int]:
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
        file = os.open(self._part, flags, 0o600)
        try:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise SetupError("another pull is fetching this file") from None
            yield file
        finally:
            os.close(file)

    def _make_room(self, facts: Facts, file: int) -> None:
        """Forget a part of something else, and see whether the rest has room."""
        if _read_card(_card_of(self._part)) != self._card(facts):
            os.ftruncate(file, 0)
            write_private(_card_of(self._part), msgspec.json.encode(self._card(facts)))
        if facts.size is None:
            return
        free = shutil.disk_usage(self.target.parent).free
        missing = facts.size - os.fstat(file).st_size + _SPARE - free
        if missing > 0:
            raise SetupError(
                f"the disk of {self.target.parent} lacks "
                f"{missing / _MEGABYTE:.0f} MB for this: {free / _MEGABYTE:.0f} MB are "
                f"free, and {_SPARE / _MEGABYTE:.0f} MB are to stay so"
            )

    async def _fill(self, facts: Facts, file: int, progress: Progress) -> None:
        """Fetch until all is there, going on where an attempt broke off."""
        tries = 0
        while tries < _TRIES:
            before = os.fstat(file).st_size
            if before and before == facts.size:
                return
            try:
                is_read = await self._attempt(facts, file, progress)
            except (ProviderError, TimeoutError) as error:
                tries = 0 if os.fstat(file).st_size > before else tries + 1
                if tries >= _TRIES:
                    why = str(error) or "it stalls"
                    raise SetupError(f"{why}; {_AGAIN}") from None
                self._say("the connection broke; going on")
                await asyncio.sleep(_PAUSE * tries)
                continue
            is_long_enough = facts.size in (None, os.fstat(file).st_size)
            if is_read and is_long_enough:
                return
            tries += 1
        raise SetupError(f"{self._source.shown} ends too early; {_AGAIN}")

    async def _attempt(self, facts: Facts, file: int, progress: Progress) -> bool:
        """Read on to the end of the file; False: what is here is no part of it."""
        begin = os.fstat(file).st_size
        try:
            async with self._client.body(begin, facts.etag) as answer:
                if not _goes_on(answer, begin, facts.size):
                    os.ftruncate(file, begin := 0)
                os.lseek(file, begin, os.SEEK_SET)
                await self._take(answer, facts, file, progress)
        except Refused as refused:
            if refused.status != 416 or not begin:
                raise
            os.ftruncate(file, 0)
            return False
        return True

    async def _take(
        self, answer: Answer, facts: Facts, file: int, progress: Progress
    ) -> None:
        have = os.lseek(file, 0, os.SEEK_CUR)
        async with aclosing(_pieces(answer)) as pieces:
            async for piece in pieces:
                have += len(piece)
                if facts.size is not None and have > facts.size:
                    raise self._spoilt(f"is longer than {facts.size} bytes")
                _write(file, piece)
                if have >= len(MAGIC) and os.pread(file, 4, 0) != MAGIC:
                    kind = answer.header("content-type").partition(";")[0]
                    kind = f" ({kind})" if kind.isascii() and len(kind) < 80 else ""
                    raise self._spoilt(f"is not a GGUF file{kind}")
                progress(have, facts.size)

    def _keep(self, facts: Facts, file: int) -> str:
        """Give the file its name, if it is the one that was told."""
        if os.pread(file, len(MAGIC), 0) != MAGIC:
            raise self._spoilt("is not a GGUF file")
        found = _sum_of(self._part)
        if facts.sha256 and found != facts.sha256:
            raise self._spoilt(f"has the SHA-256 {found} and not {facts.sha256}")
        os.fchmod(file, 0o600)
        os.fsync(file)
        size = os.fstat(file).st_size
        card = Card(url=self._source.shown, size=size, sha256=found)
        write_private(_card_of(self.target), msgspec.json.encode(card))
        self._part.replace(self.target)
        _card_of(self._part).unlink(missing_ok=True)
        return found

    def _spoilt(self, what: str) -> SetupError:
        """Remove what has come, since nothing can be made of it."""
        self._part.unlink(missing_ok=True)
        _card_of(self._part).unlink(missing_ok=True)
        return SetupError(f"what {self._source.shown} gives {what}; nothing was kept")


_AGAIN = "the same command goes on where this ended"


def _goes_on(answer: Answer, begin: int, size: int | None) -> bool:
    """Tell whether an answer begins at the byte that was asked for, of our file."""
    if answer.status != 206:
        return not begin
    unit, _, rest = answer.header("content-range").partition(" ")
    first, total = rest.partition("-")[0], rest.rpartition("/")[2]
    is_ours = total.strip() in ("*", str(size)) or size is None
    if unit.strip().lower() != "bytes" or first.strip() != str(begin) or not is_ours:
        raise SetupError("the server gives another part of the file than it was asked")
    return True


async def _pieces(answer: Answer) -> AsyncGenerator[bytes, None]:
    """Give the body's pieces; raises `TimeoutError` if the next is long in coming."""
    async with aclosing(answer.body()) as body:
        while True:
            async with asyncio.timeout(PATIENCE):
                piece = await anext(body, None)
            if piece is None:
                return
            yield piece


def _write(file: int, piece: bytes) -> None:
    view = memoryview(piece)
    while view:
        view = view[os.write(file, view) :]


def _card_of(path: Path) -> Path:
    return path.with_name(f"{path.name}.json")


def _read_card(path: Path) -> Card | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=Card)
    except (OSError, msgspec.MsgspecError):
        return None


def _sum_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def described(facts: Facts, begun: int) -> str:
    """Say how large a file is, and what of it is here."""
    if facts.size is None:
        return "of a size that nobody tells"
    size = f"{facts.size / _MEGABYTE:,.0f} MB"
    return f"{size}, {begun / _MEGABYTE:,.0f} MB of it here" if begun else size
