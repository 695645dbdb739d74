"""Stopping `hexai models pull` while the package index keeps it waiting."""

import fcntl
import os
import signal
import socket
from pathlib import Path

import pytest

from tests.support.patience import PATIENCE
from tests.support.started import hexai

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)]
)
def test_a_stopped_pull_leaves_neither_pip_nor_files(
    number: signal.Signals, code: int, tmp_path: Path
) -> None:
    """Even where the signal reached Hexai alone, and not the whole group."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    with socket.create_server(("127.0.0.1", 0)) as index:
        index.settimeout(60)
        environ = _environ(temporary, index)
        with hexai("models", "pull", "smollm2", environ=environ) as pulling:
            pip, _ = index.accept()
            with pip:
                pulling.send_signal(number)
                _, said = pulling.communicate(timeout=PATIENCE)
                pip.settimeout(30)
                while pip.recv(4096):
                    pass  # until pip is gone
    assert pulling.returncode == code
    assert said.splitlines()[-1] == b"hexai: stopped"
    assert list(temporary.iterdir()) == []


def test_what_a_killed_pull_left_is_removed_by_the_next(tmp_path: Path) -> None:
    """Not while its pip still works on it, and never the folder of one that lives."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    with socket.create_server(("127.0.0.1", 0)) as index:
        index.settimeout(60)
        environ = _environ(temporary, index)
        with hexai("models", "pull", "smollm2", environ=environ) as pulling:
            orphan, _ = index.accept()
            pulling.kill()
            pulling.wait(PATIENCE)
        (left,) = temporary.iterdir()

        with orphan, hexai("models", "pull", "smollm2", environ=environ) as second:
            pip, _ = index.accept()
            assert left.exists()
            orphan.close()
            _wait_until_nobody_holds(left)
            with pip, hexai("models", "pull", "smollm2", environ=environ) as third:
                other, _ = index.accept()
                other.close()
                third.communicate(timeout=60)
                (kept,) = temporary.iterdir()
                assert kept != left
                pip.close()
                second.communicate(timeout=60)
    assert list(temporary.iterdir()) == []


def _environ(temporary: Path, index: socket.socket) -> dict[str, str]:
    return {
        **os.environ,  # noqa: TID251 - handed on
        "TMPDIR": str(temporary),
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_FIND_LINKS": "",
        "PIP_INDEX_URL": f"http://127.0.0.1:{index.getsockname()[1]}/",
        "PIP_RETRIES": "0",
    }


def _wait_until_nobody_holds(folder: Path) -> None:
    fd = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX)
    finally:
        os.close(fd)
