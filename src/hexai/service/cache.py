"""Answers kept for a while, so that the same question is not paid for twice.

One file per answer, named by the hash of what was asked of whom. A file says in its
first line what version it is and what its rest must hash to; whatever does not fit is
no answer and is removed. Files are replaced by rename, so processes need no lock.

All of them together stay under a limit. Counting them costs a look at every file (20
ms for 3,000), which a shell prompt would wait for. So a process does not count for a
small answer, but for one in sixteen, chosen by its key, and for every large one; what
small ones add meanwhile is held in reserve. A process that has counted adds up what it
keeps itself; when that reaches the limit it counts again and the oldest go. Two
processes at once can overshoot by what the other keeps; the next one makes it good.

The cache is a convenience: nothing that goes wrong here ever fails a request.
"""

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path

import msgspec
from msgspec import Struct

from hexai.config.schema_providers import ProviderSettings
from hexai.domain.outcome import Outcome, Status
from hexai.domain.provider import Call, FinishReason, Usage
from hexai.service.private_files import (
    TEMPORARY,
    check_private_folder,
    make_private_folder,
    read_private,
    remove_each,
    remove_files,
    write_private,
)

LIMIT = 64 * 2**20
"""Bytes of all kept answers together."""
_LIMIT_OF_ONE = 8 * 2**20
_RESERVE = 8 * 2**20
_SMALL = 2**16
_ROOM_MADE = LIMIT // 8  # so that a full cache is not counted again at every answer
_ABANDONED_AFTER = 3600.0  # seconds; no process takes that long to write a file
_HEADER = b"hexai answer 1 "


class CachedAnswer(Struct, frozen=True, kw_only=True):
    """An answer that was kept."""

    text: str
    usage: Usage | None
    returned_model: str | None
    local: bool | None
    """Whether its question stayed on this machine; None: nobody asked then."""
    age: float
    """Seconds since it was kept."""


class _Record(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    key: str
    kept_at: float
    text: str
    usage: Usage | None
    returned_model: str | None
    local: bool | None = None
    """None too in files of before it was noted."""


_decoder = msgspec.json.Decoder(_Record)


def answer_key(settings: ProviderSettings, call: Call, *, revision: str = "") -> str:
    """Name everything that an answer depends on: who is asked what, and how.

    `revision` tells apart what one name stands for at different times.
    """
    facts: tuple[object, ...] = (
        (settings.name, settings.type, settings.base_url, revision),
        (call.model, call.temperature, call.max_tokens, call.stop),
        (call.options.think, call.options.reasoning_effort),
        tuple((message.role.value, message.content) for message in call.messages),
    )
    if call.options.more:
        facts = (*facts, call.options.more)
    images = [image.sha256 for message in call.messages for image in message.images]
    if images:
        facts = (*facts, tuple(images))
    # ascii() also takes the lone surrogates that a command line can hold.
    return hashlib.sha256(ascii(facts).encode()).hexdigest()


class AnswerCache:
    """The answers below one private folder, each for `ttl` seconds; 0 keeps none."""

    def __init__(self, folder: Path, *, ttl: float, now: Callable[[], float]) -> None:
        """`now` is the wall clock in seconds, the same in every process."""
        self._folder = folder
        self.ttl = ttl
        """Seconds; a reload may change it."""
        self._now = now
        self._room: int | None = None

    def get(self, key: str) -> CachedAnswer | None:
        """Give the answer kept under `key`; remove it if it is too old or odd."""
        if self.ttl <= 0:
            return None
        try:
            check_private_folder(self._folder)
        except OSError:
            return None
        answer = self._read(key)
        if answer is None:
            _remove(self._folder / key)
        return answer

    def put(self, key: str, outcome: Outcome) -> str:
        """Keep what a contender answered, if it is worth it; give a warning, or "".

        Kept are fresh, whole, non-empty answers of the provider that was asked. The
        caller keeps nothing of a request to which the guard objects.
        """
        if self.ttl <= 0 or not _is_worth_keeping(outcome):
            return ""
        data = self._encode(key, outcome)
        path = self._folder / key
        try:
            make_private_folder(self._folder)
            self._make_room(key, len(data))
            write_private(path, data)
            self._date(path)
        except OSError as error:
            return f"answers are not kept: {error.strerror or error} ({self._folder})"
        return ""

    def forget(self, keys: Iterable[str]) -> list[OSError]:
        """Remove the answers kept under these keys; gives why others stay."""
        return remove_each(self._folder / key for key in filter(_is_key, keys))

    def forget_all(self) -> list[OSError]:
        """Remove every kept answer, and what unfinished writes left; gives what stays.

        Others' files in the folder are not its.
        """
        self._room = None
        return remove_files(self._folder, lambda path: _is_ours(path.name))

    def _read(self, key: str) -> CachedAnswer | None:
        try:
            data = read_private(self._folder / key, limit=_LIMIT_OF_ONE)
        except OSError:
            return None
        record = _decode(data)
        if record is None or record.key != key:
            return None
        age = self._now() - record.kept_at
        if not 0 <= age <= self.ttl:
            return None
        return CachedAnswer(
            text=record.text,
            usage=record.usage,
            returned_model=record.returned_model,
            local=record.local,
            age=age,
        )

    def _encode(self, key: str, outcome: Outcome) -> bytes:
        record = _Record(
            key=key,
            kept_at=self._now(),
            text=outcome.text,
            usage=outcome.usage,
            returned_model=outcome.returned_model,
            local=outcome.local,
        )
        body = msgspec.json.encode(record)
        return _HEADER + hashlib.sha256(body).hexdigest().encode() + b"\n" + body

    def _date(self, path: Path) -> None:
        now = self._now()
        with suppress(FileNotFoundError):  # another process is just replacing it
            os.utime(path, (now, now))

    def _make_room(self, key: str, size: int) -> None:
        if self._room is None and size <= _SMALL and not key.startswith("0"):
            return
        if self._room is None or self._room < size:
            allowed = LIMIT - _RESERVE
            self._room = allowed - self._trim(allowed - size)
        self._room -= size

    def _trim(self, allowed: int) -> int:
        """Remove what is over, oldest first; give the bytes that remain."""
        now, total, kept = self._now(), 0, []
        for file in self._files():
            with suppress(FileNotFoundError):
                found = file.stat(follow_symlinks=False)
                if now - found.st_mtime > self._lifetime(file.name):
                    _remove(file.path)
                    continue
                kept.append((found.st_mtime, found.st_size, file.path))
                total += found.st_size
        if total <= allowed:
            return total
        for _, size, path in sorted(kept):
            if total <= allowed - _ROOM_MADE:
                break
            _remove(path)
            total -= size
        return total

    def _lifetime(self, name: str) -> float:
        return _ABANDONED_AFTER if name.endswith(TEMPORARY) else self.ttl

    def _files(self) -> Iterator[os.DirEntry[str]]:
        """Give the files that this cache wrote; others in its folder are not its."""
        try:
            check_private_folder(self._folder)
            with os.scandir(self._folder) as found:
                files = list(found)
        except OSError:
            return
        for file in files:
            if _is_ours(file.name):
                yield file


def _decode(data: bytes) -> _Record | None:
    header, _, body = data.partition(b"\n")
    if header != _HEADER + hashlib.sha256(body).hexdigest().encode():
        return None
    try:
        return _decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _is_worth_keeping(outcome: Outcome) -> bool:
    return (
        outcome.status is Status.ANSWERED
        and outcome.finish is FinishReason.STOP
        and bool(outcome.text.strip())
        and not outcome.fell_back
        and not outcome.is_cut
        and outcome.cached_age is None
    )


def _is_ours(name: str) -> bool:
    return _is_key(name) or name.endswith(TEMPORARY)


def _is_key(name: str) -> bool:
    return len(name) == 64 and not name.strip("0123456789abcdef")


def _remove(path: Path | str) -> None:
    with suppress(OSError):
        Path(path).unlink()
