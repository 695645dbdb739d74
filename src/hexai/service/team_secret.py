"""What a person's runs are called outside: the secret that re-keys them, and the ids.

A run's own id begins with the millisecond at which it began, so it never leaves. What
leaves is a digest keyed by a secret that stays with the person. It is the same on all
machines of a person who carries the secret along, so that a run which two of them know
is one run to the server, and what one forgets the other cannot bring back.
"""

import os
from collections.abc import Sequence
from hashlib import blake2b
from pathlib import Path

from msgspec import Struct

from hexai.errors import TeamError
from hexai.ledger.changes import EVERYTHING, Changes
from hexai.service.private_files import make_private_folder, read_private, write_private

_FILE = "secret"
_SIZE = 32
_LONGEST = 200


class Secret(Struct, frozen=True):
    """A person's secret."""

    key: bytes

    def __repr__(self) -> str:
        """Show that there is one."""
        return "Secret(********)"

    @property
    def check(self) -> str:
        """Give what tells this secret from another, and nothing of it."""
        return self.digest(b"check", b"", 16).hex()

    def run(self, run_id: bytes) -> bytes:
        """Give what a run is called outside: 16 bytes."""
        return self.digest(b"run", run_id, 16)

    def bench(self, bench_id: bytes, task: str) -> bytes:
        """Give what a task of a bench is called outside: 16 bytes."""
        return self.digest(b"bench", bench_id + task.encode(), 16)

    def number(self, kind: bytes, text: bytes) -> int:
        """Give a number for what shall only be told apart, such as a document."""
        return int.from_bytes(self.digest(kind, text, 8), "big", signed=True)

    def digest(self, kind: bytes, text: bytes, size: int) -> bytes:
        """Give a keyed digest; no kind of text has one of another kind's."""
        return blake2b(text, digest_size=size, key=self.key, person=kind).digest()


def secret_file(state: Path) -> Path:
    """Name the file below the folder of the user's state that holds the secret."""
    return state / "team" / _FILE


def read_secret(state: Path) -> Secret | None:
    """Read the secret; None if there is none yet. Raises `TeamError`."""
    path = secret_file(state)
    try:
        text = read_private(path, limit=_LONGEST)
    except FileNotFoundError:
        return None
    except OSError as error:
        reason = error.strerror or str(error)
        raise TeamError(f"{path} cannot be read: {reason}") from None
    try:
        key = bytes.fromhex(text.decode("ascii").strip())
    except ValueError:
        key = b""
    if len(key) != _SIZE:
        raise TeamError(f"{path} is damaged: it must hold {_SIZE * 2} hex digits")
    return Secret(key)


def make_secret(state: Path) -> Secret:
    """Give the secret, making it if there is none. Raises `TeamError`."""
    if (known := read_secret(state)) is not None:
        return known
    path = secret_file(state)
    secret = Secret(os.urandom(_SIZE))
    try:
        make_private_folder(path.parent)
        write_private(path, secret.key.hex().encode() + b"\n", sync=True)
    except OSError as error:
        reason = error.strerror or str(error)
        raise TeamError(f"{path} cannot be written: {reason}") from None
    return secret


def outside(
    state: Path,
    changes: Changes,
    runs: Sequence[int] | None = None,
    benches: Sequence[int] | None = None,
) -> list[bytes]:
    """Give what runs and benches are called on a team's server; None: everything.

    Nothing where there is no team: without a secret nothing was ever sent. Raises
    `TeamError` and `LedgerError`.
    """
    secret = read_secret(state)
    if secret is None:
        return []
    found = [secret.run(each) for each in changes.ids(runs)]
    found += [secret.bench(*each) for each in changes.bench_keys(benches)]
    return found if runs is not None else [EVERYTHING, *found]
