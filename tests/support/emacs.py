"""A real Emacs, run once for each completion or question, with eglot or lsp-mode."""

import os
import subprocess
from pathlib import Path

import msgspec

from tests.support.started import SCRIPT

SERVER = SCRIPT.with_name("hexai-lsp-server")
_DRIVERS = Path(__file__).parents[1] / "data" / "emacs"


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
    return msgspec.json.decode(
        _run("complete.el", file, client, file, pick), type=Completed
    )


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a question that was typed into a text."""

    asked: int
    """How often eglot asked whether the server may edit."""
    text: str


def ask(file: Path, *, may_edit: bool) -> Asked:
    """Type a question and type on, with eglot, and say whether the server may edit."""
    said = "yes" if may_edit else "no"
    return msgspec.json.decode(_run("ask.el", file, file, said), type=Asked)


def _run(driver: str, file: Path, *arguments: object) -> bytes:
    emacs = ["emacs", "--batch", "--no-init-file", "--load", str(_DRIVERS / driver)]
    ran = subprocess.run(
        [*emacs, *map(str, arguments), str(SERVER)],
        cwd=file.parent,
        env={"TERM": "dumb", **os.environ},  # noqa: TID251 - the edge of a child
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr.decode(errors="replace")
    return ran.stdout
