"""The terminal's clipboard, by the sequence OSC 52, or by tmux.

The sequence says `c` for the clipboard and the text as Base64 (ECMA-48 for its frame,
xterm's control sequences for the rest). A terminal does not answer it, so whether it
was taken is only known where the terminal tells beforehand what it can do: by the
attribute 52 of its primary device attributes, or, within tmux, by what tmux knows.
"""

import base64
import os
import select
import subprocess
import time
from collections.abc import Mapping, Sequence

from hexai.config.folders import absolute_entries, find_program
from hexai.service.tmux_status import PASSED_ON
from hexai.surfaces.cli.keys import keyboard, single_keys

_ATTRIBUTES = b"\x1b[c"
_CLIPBOARD = "52"
_DUMB = frozenset({"", "dumb"})
"""Terminals, such as Emacs' shell, that write on the screen whatever they are sent."""
_PATIENCE = 0.3
"""Seconds that a terminal has to say what it can do; one far away takes a tenth."""
_SURELY = 74_994
"""Bytes that are fewer than 100,000 as Base64, which is what some terminals take."""
_TMUX_SECONDS = 5.0


def copy(text: str, *, stdin: int, stdout: int, environ: Mapping[str, str]) -> str:
    """Put a text into the clipboard of the terminal at `stdout`; says what is known.

    Raises `OSError` where there is no terminal, or it or tmux refuses.
    """
    data = text.encode("utf-8", "replace")
    if environ.get("TMUX"):
        return _by_tmux(data, environ)
    with keyboard(stdin, stdout) as terminal:
        if terminal is None:
            raise OSError("there is no terminal here whose clipboard it could be")
        if (term := environ.get("TERM", "")) in _DUMB:
            raise OSError(f"this terminal only prints (TERM={term or 'not set'})")
        takes = _takes(terminal)
        _write(stdout, b"\x1b]52;c;" + base64.b64encode(data) + b"\x1b\\")
    if takes:
        return "copied to the clipboard"
    told = "sent to the terminal, which does not tell whether it took it"
    if len(data) > _SURELY:
        told += f"; some take no more than {_SURELY} bytes, and this has {len(data)}"
    return told


def _takes(terminal: int) -> bool:
    """Ask a terminal whether it takes what is for the clipboard."""
    with single_keys(terminal):
        _write(terminal, _ATTRIBUTES)
        answer = _answer(terminal)
    numbers = answer.partition("[?")[2].partition("c")[0].split(";")
    return _CLIPBOARD in numbers


def _answer(terminal: int) -> str:
    """Read up to the end of the attributes; what else is typed meanwhile is lost."""
    said, until = "", time.monotonic() + _PATIENCE
    while not ("[?" in said and said.endswith("c")):
        left = until - time.monotonic()
        if left <= 0 or not select.select([terminal], [], [], left)[0]:
            break
        said += os.read(terminal, 256).decode("ascii", "replace")
    return said


def _by_tmux(data: bytes, environ: Mapping[str, str]) -> str:
    """Have tmux keep the text, and pass it on to the terminal around it."""
    _tmux(["load-buffer", "-w", "-"], environ, data)
    option = _tmux(["show-options", "-gv", "set-clipboard"], environ)
    features = _tmux(["display-message", "-p", "#{client_termfeatures}"], environ)
    kept = "in tmux's buffer (prefix ])"
    if option == "off":
        return (
            f"{kept}, not in the clipboard: tmux's set-clipboard is off; "
            "`tmux set -g set-clipboard external` passes it on"
        )
    if "clipboard" not in features.split(","):
        return (
            f"{kept}; tmux does not know of this terminal that it takes a clipboard: "
            "if it does, `tmux set -as terminal-features ',*:clipboard'` tells it so"
        )
    return f"copied to the clipboard, and {kept}"


def _tmux(
    words: Sequence[str], environ: Mapping[str, str], data: bytes | None = None
) -> str:
    """Run tmux; raises `OSError` with what it says if it fails."""
    program = find_program("tmux", absolute_entries(environ.get("PATH", "")))
    if program is None:
        raise OSError("TMUX is set, but there is no tmux on PATH")
    try:
        done = subprocess.run(
            [program, *words],
            input=data,
            env={name: environ[name] for name in PASSED_ON if name in environ},
            capture_output=True,
            timeout=_TMUX_SECONDS,
            check=True,
        )
    except subprocess.CalledProcessError as error:
        said = error.stderr.decode("utf-8", "replace").strip()
        raise OSError(f"tmux refused: {said}") from None
    except subprocess.TimeoutExpired:
        raise OSError("tmux did not answer") from None
    return done.stdout.decode("utf-8", "replace").strip()


def _write(descriptor: int, data: bytes) -> None:
    while data:
        data = data[os.write(descriptor, data) :]
