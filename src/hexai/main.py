"""The console scripts: answer --version at once, then hand over to a surface.

Nothing is imported before --version is answered. After that the garbage collector
rests until the first request is on its way, and the process ends without taking
itself apart: by then every byte is flushed, and the operating system is faster.
"""

import sys


def main() -> None:
    """Run `hexai`; does not return."""
    if sys.argv[1:] in (["--version"], ["-version"]):
        _print_version()
    else:
        _run()


def _print_version() -> None:
    import os

    from hexai.version import __version__

    try:
        os.write(1, f"{__version__}\n".encode("ascii"))
    except OSError as error:
        os._exit(141 if isinstance(error, BrokenPipeError) else 1)


def _run() -> None:
    import gc
    import os
    import signal

    gc.disable()
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, lambda *_: os._exit(130))
    _fill_closed_descriptors()

    from hexai.surfaces.cli.app import run
    from hexai.surfaces.cli.process import Process

    process = Process(
        arguments=tuple(sys.argv[1:]),
        environ=os.environ,  # noqa: TID251 - the edge
        home=os.path.expanduser("~"),  # noqa: PTH111 - a text, not a Path
        folder=_working_directory(),
    )
    os._exit(run(process))


def _working_directory() -> str:
    """Give the folder that the program was started in; empty if it is gone."""
    import os

    try:
        return os.getcwd()  # noqa: PTH109 - a text, not a Path
    except OSError:
        return ""


def _fill_closed_descriptors() -> None:
    """Keep a socket from becoming standard output where the caller closed that."""
    import os

    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
