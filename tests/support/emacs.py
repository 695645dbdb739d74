"""A real Emacs, run once for each completion, with eglot or lsp-mode."""

import os
import subprocess
from pathlib import Path

import msgspec

from tests.support.started import SCRIPT

SERVER = SCRIPT.with_name("hexai-lsp-server")
_DRIVER = Path(__file__).parents[1] / "data" / "emacs" / "complete.el"


class Completed(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a completion."""

    rows: list[str]
    details: list[str]
    """What stands behind each row."""
    common: str
    """What is inserted first, before a row was chosen."""
    text: str
    """The whole text, once a row was taken."""


def complete(client: str, file: Path, text: str, *, pick: int | str) -> Completed:
    """Complete at the `|` of a text, and take one of the two rows, from 0.

    By its first letters, if `pick` is letters.
    """
    file.write_bytes(text.encode())
    emacs = ["emacs", "--batch", "--no-init-file", "--load", str(_DRIVER)]
    ran = subprocess.run(
        [*emacs, client, str(file), str(pick), str(SERVER)],
        cwd=file.parent,
        env={"TERM": "dumb", **os.environ},  # noqa: TID251 - the edge of a child
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr.decode(errors="replace")
    return msgspec.json.decode(ran.stdout, type=Completed)
