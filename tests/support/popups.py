"""`hexai-tmux-action` as an editor starts it, in a real tmux that somebody looks at.

Two servers: the inner one shows the popup, the outer one is the terminal that its
client is attached to, so that keys can be pressed and the screen read.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.support.answers import Texts, openai_answer
from tests.support.command_line import write_config
from tests.support.tmux import Tmux, wait_until
from tests.support.upstream import Reply, Upstream

ACTION = Path(sys.executable).with_name("hexai-tmux-action")
PATIENCE = 30.0
WHOLE = ("--tmux-popup-width", "100%", "--tmux-popup-height", "100%")
"""Options for a popup as large as the screen."""


def configure(*upstreams: Upstream, more: str = "") -> None:
    """Let code actions ask upstreams that answer as scripted."""
    entries = "".join(
        f"""
[[models.code_action]]
provider = "p{number}"
model = "m{number}"
label = "label{number}"
[providers.p{number}]
type = "openai"
base_url = "{upstream.url}"
"""
        for number, upstream in enumerate(upstreams)
    )
    write_config(entries + more)


def answering(text: Texts) -> Reply:
    """Answer with a text, and count no tokens: a wrong count would be a cut prompt."""
    return openai_answer(text, usage=None)


class Ended:
    """What came of an action."""

    def __init__(self, code: int, out: bytes, err: str) -> None:
        self.code, self.out, self.err = code, out, err


class Acting:
    """An action under way."""

    def __init__(self, child: "subprocess.Popen[bytes]", folder: Path) -> None:
        self.child = child
        self._folder = folder

    def end(self) -> Ended:
        """Wait until it has ended."""
        try:
            self.child.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()
            raise
        out = (self._folder / "out").read_bytes()
        return Ended(self.child.returncode, out, (self._folder / "err").read_text())


class Stage:
    """A tmux with a client, in which popups open."""

    def __init__(self, folder: Path, *, columns: int = 100, lines: int = 30) -> None:
        self._folder = folder
        self.inner = Tmux(_made(folder / "i"), columns=columns, lines=lines)
        self.outer = Tmux(_made(folder / "o"), columns=columns, lines=lines)
        self.outer.run("set-option", "-g", "status", "off")
        self.outer.attach(self.inner)
        self._wait_for_client()
        self._count = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is not None:
            error.add_note("\n".join(self.outer.screen()))
        for server in (self.inner, self.outer):
            subprocess.run(
                ["tmux", "-S", server.socket, "kill-server"],
                check=False,
                capture_output=True,
            )

    @contextmanager
    def acting(
        self,
        selection: bytes,
        *arguments: str,
        pane: str = "%0",
        environ: Mapping[str, str] | None = None,
    ) -> Iterator[Acting]:
        """Start an action with a selection; it is killed if it outlives the block."""
        self._count += 1
        folder = _made(self._folder / f"a{self._count}")
        (folder / "in").write_bytes(selection)
        given = {"TMUX": self.inner.variable, "TMUX_PANE": pane, **(environ or {})}
        with (
            (folder / "in").open("rb") as into,
            (folder / "out").open("wb") as out,
            (folder / "err").open("wb") as err,
        ):
            child = subprocess.Popen(
                [ACTION, *arguments],
                stdin=into,
                stdout=out,
                stderr=err,
                env={**os.environ, **given},  # noqa: TID251
                cwd=folder,
                start_new_session=True,
            )
        try:
            yield Acting(child, folder)
        finally:
            if child.poll() is None:
                os.killpg(child.pid, signal.SIGKILL)
            child.wait()

    @contextmanager
    def second_client(self) -> Iterator[tuple[Tmux, str]]:
        """Have somebody else look at a session of theirs; gives them and its pane."""
        other = Tmux(self._folder / "o", columns=80, lines=24, name="other")
        size = ("-x", "80", "-y", "24")
        self.inner.run("new-session", "-d", "-s", "second", *size)
        pane = self.inner.run("list-panes", "-t", "second", "-F", "#{pane_id}").strip()
        try:
            other.attach(self.inner, session="second")
            wait_until(
                lambda: len(self.inner.run("list-clients").splitlines()) == 2,
                "no client",
            )
            yield other, pane
        finally:
            other.run("kill-server")

    def wait_for(self, text: str) -> None:
        """Wait until a text is on the screen."""
        try:
            wait_until(lambda: self.shows(text), f"{text!r} was not shown")
        except AssertionError as error:
            error.add_note("\n".join(self.outer.screen()))
            raise

    def shows(self, text: str) -> bool:
        """Tell whether a text is on the screen."""
        return text in "\n".join(self.outer.screen())

    def press(self, *keys: str) -> None:
        """Press keys in front of the screen."""
        self.outer.press(*keys)

    def view_pid(self) -> int:
        """Find the process of the view."""
        return self._process("python", "hexai.surfaces.tmux.view")

    def popup_pid(self) -> int:
        """Find the client of tmux that stays until the popup is gone."""
        return self._process("tmux", "display-popup")

    def acts(self) -> bool:
        """Tell whether an action runs that somebody else has started."""
        return bool(self._processes(ACTION.name))

    def _process(self, program: str, word: str) -> int:
        [found] = [pid for pid in self._processes(program) if word in _words(pid)]
        return found

    def _processes(self, program: str) -> list[int]:
        """Find ours, as they name the socket of the inner server."""
        server = f"TMUX={self.inner.socket},".encode()
        return [
            pid
            for pid in _processes()
            if any(program in word for word in _words(pid)[:2])
            and server in _read(pid, "environ")
        ]

    def _wait_for_client(self) -> None:
        wait_until(
            lambda: bool(self.inner.run("list-clients").strip()), "nobody looks at it"
        )


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True)
    return folder


def _processes() -> list[int]:
    return [int(each.name) for each in Path("/proc").iterdir() if each.name.isdigit()]


def _words(pid: int) -> list[str]:
    return _read(pid, "cmdline").decode(errors="replace").split("\0")


def _read(pid: int, name: str) -> bytes:
    """Read what the system tells of a process, which may have gone."""
    try:
        return Path(f"/proc/{pid}/{name}").read_bytes()
    except OSError:
        return b""
