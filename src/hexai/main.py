"""The console scripts: answer --version at once, then hand over to a surface.

Nothing is imported before --version is answered. After that the garbage collector
rests until the first request is on its way, and the process ends without taking
itself apart: by then every byte is flushed, and the operating system is faster.
"""

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from hexai.surfaces.cli.process import Act, Process
    from hexai.surfaces.lsp.configuration import Start as LspStart
    from hexai.surfaces.tmux.popup import Screen
    from hexai.surfaces.tmux.signals import Signals


def main() -> None:
    """Run `hexai`; does not return."""
    _run()


def main_lsp() -> None:
    """Run `hexai-lsp-server`, which is `hexai lsp`; does not return."""
    _run("lsp")


def main_action() -> None:
    """Run `hexai-tmux-action`, which is `hexai action`; does not return."""
    _run("action")


def _print_version() -> None:
    import os

    from hexai.version import __version__

    try:
        os.write(1, f"hexai {__version__}\n".encode("ascii"))
    except OSError as error:
        if isinstance(error, BrokenPipeError):
            os._exit(141)
        from contextlib import suppress

        with suppress(OSError):
            reason = "it is closed" if error.errno == 9 else error.strerror
            os.write(2, f"hexai: cannot write the output: {reason}\n".encode())
        os._exit(1)


def _check_clock() -> None:
    """End with a sentence where Python's own modules cannot be loaded for the time."""
    import os
    import time

    try:
        time.time()  # noqa: TID251 - the edge
    except OverflowError:
        from contextlib import suppress

        said = b"hexai: the clock of this machine is beyond the year 2262; set it\n"
        with suppress(OSError):
            os.write(2, said)
        os._exit(1)


def _run(script: str = "") -> None:
    if sys.argv[1:] in (["--version"], ["-version"]):
        _print_version()
        return
    _check_clock()

    import gc
    import os
    import signal

    gc.disable()
    _fill_closed_descriptors()
    act = None
    if script == "action" or sys.argv[1:2] == ["action"]:
        act = _prepared(sys.argv[1:] if script else sys.argv[2:])
    elif signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _end_at_once)

    if script or sys.argv[1:2] in (["lsp"], ["action"]):
        from hexai.service.without_tls import load_asyncio

        load_asyncio()
    from hexai.surfaces.cli.app import run, run_script
    from hexai.surfaces.cli.process import Process

    process = Process(
        arguments=tuple(sys.argv[1:]),
        environ=os.environ,  # noqa: TID251 - the edge
        home=_home(os.environ.get("HOME", "")),  # noqa: TID251 - the edge
        folder=_working_directory(),
        serve=_serve,
        look=_look,
        act=act,
    )
    os._exit(run_script(process, script) if script else run(process))


def _end_at_once(*_: object) -> None:
    """End at Ctrl-C; a terminal has shown it as `^C`, and the line ends with it."""
    import os
    import select
    from contextlib import suppress

    with suppress(OSError):
        if os.isatty(2) and select.select([], [2], [], 0)[1]:
            os.write(2, b"\n")
    os._exit(130)


def _home(named: str) -> str:
    """Give the user's home folder; what HOME names counts only where it is absolute.

    Else files would be made in whatever folder one is in, or in the system's root.
    """
    if named.startswith("/"):
        return named
    import os
    import pwd

    try:
        return pwd.getpwuid(os.getuid()).pw_dir
    except KeyError:
        return "/"


def _serve(
    process: "Process",
    *,
    config: str | None,
    log: str | None,
    log_texts: bool,
    only: tuple[str, ...],
) -> int:
    """Run the editor server: surfaces do not know each other, so it is joined here."""
    from pathlib import Path

    from msgspec.structs import replace

    from hexai.surfaces.lsp.server import run

    start = _lsp_start(process, config, only)
    path = None if log is None else Path(log)
    return run(replace(start, log=path, log_texts=log_texts))


def _look(
    process: "Process", word: str, *, config: str | None, only: "tuple[str, ...]"
) -> "tuple[int, str]":
    """Look at what an editor would see: joined here for the same reason."""
    from hexai.surfaces.lsp.check import run

    return run(_lsp_start(process, config, only), word, process.folder)


def _lsp_start(
    process: "Process", config: str | None, only: "tuple[str, ...]"
) -> "LspStart":
    import random
    from pathlib import Path

    from hexai.service.wall_clock import wall_clock
    from hexai.surfaces.cli.process import folders_of
    from hexai.surfaces.lsp.configuration import Start

    return Start(
        folders=folders_of(process),
        environ=process.environ,
        now=wall_clock,
        random=random.Random(),  # noqa: S311 - shuffles and jitter
        config=None if config is None else Path(config),
        only=only,
        stdin=process.stdin,
        stdout=process.stdout,
    )


def _prepared(words: "list[str]") -> "Act":
    """Begin with an action: its signals are noted, its menu is on its way."""
    import os

    from hexai.surfaces.tmux.signals import Signals

    signals = Signals()
    signals.install()
    from hexai.surfaces.tmux.popup import open_early

    screen = open_early(words, os.environ, stdin=0)  # noqa: TID251 - the edge
    return _Act(signals, screen)


class _Act:
    """The menu for a selection: joined here for the same reason."""

    def __init__(self, signals: "Signals", screen: "Screen | None") -> None:
        self._signals = signals
        self._screen = screen

    def forget(self) -> None:
        """Let signals act; no menu was opened for what is no action."""
        self._signals.release()

    def __call__(
        self, process: "Process", options: "Mapping[str, Any]", *, wrong: str
    ) -> int:
        """Carry out one action; gives the exit code."""
        import random

        from hexai.service.wall_clock import wall_clock
        from hexai.surfaces.cli.process import folders_of
        from hexai.surfaces.tmux.action import run
        from hexai.surfaces.tmux.popup import Popup
        from hexai.surfaces.tmux.start import Start, Wanted

        given = dict(options)
        size = ("width", "height", "target")
        popup = Popup(**{key: given.pop(key) for key in size if key in given})
        start = Start(
            wanted=Wanted(popup=popup, wrong=wrong, **given),
            folders=folders_of(process),
            environ=process.environ,
            home=process.home,
            folder=process.folder,
            now=wall_clock,
            random=random.Random(),  # noqa: S311 - shuffles and jitter
            stdin=process.stdin,
            stdout=process.stdout,
            stderr=process.stderr,
            signals=self._signals,
            screen=self._screen,
        )
        return run(start)


def _working_directory() -> str:
    """Give the folder that the program was started in; empty if it is gone.

    The name by which the shell went there counts, links and all: project files above
    it hold too.
    """
    import os

    try:
        folder = os.getcwd()  # noqa: PTH109 - a text, not a Path
    except OSError:
        return ""
    named = os.environ.get("PWD", "")  # noqa: TID251 - the edge
    try:
        is_same = named.startswith("/") and os.path.samefile(named, folder)  # noqa: PTH121
    except (OSError, ValueError):
        is_same = False
    return named if is_same else folder


def _fill_closed_descriptors() -> None:
    """Keep a socket from becoming standard output where the caller closed that.

    Writing there still fails, so that an answer that nobody gets is no success.
    """
    import os

    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDONLY if descriptor == 1 else os.O_RDWR)
