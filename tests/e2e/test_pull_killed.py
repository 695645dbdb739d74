"""`hexai models pull` killed, stopped or out of room in the middle of a file."""

import resource
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.hub import FILE, MODEL, REPOSITORY, Hub, asked_instead, store
from tests.support.patience import PATIENCE
from tests.support.started import SCRIPT
from tests.support.tmux import wait_until
from tests.support.upstream import Exchange

pytestmark = pytest.mark.e2e

COMMAND = [str(SCRIPT), "models", "pull", f"hf:{REPOSITORY}/{FILE}", "--yes"]


@pytest.fixture(name="hub")
def fixture_hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """Run a hub that is asked instead of the real one."""
    with asked_instead(tmp_path, monkeypatch) as hub:
        yield hub


def size_of_part() -> int:
    """Tell how much has come."""
    part = store() / f".{FILE}.part"
    return part.stat().st_size if part.exists() else 0


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGKILL, -9), (signal.SIGINT, 130)]
)
def test_a_killed_pull_is_gone_on_with(hub: Hub, number: int, code: int) -> None:
    """What had come is there, and only the rest is fetched."""

    async def stall(exchange: Exchange) -> None:
        await exchange.head(200, length=len(MODEL))
        await exchange.send(MODEL[:400_000])
        await exchange.hang()

    hub.files.answer_with(stall)
    with subprocess.Popen(COMMAND, stderr=subprocess.PIPE) as pulling:
        wait_until(lambda: size_of_part() == 400_000, "nothing came")
        with_it = subprocess.run(COMMAND, capture_output=True, check=False)
        pulling.send_signal(number)
        _, said = pulling.communicate(timeout=PATIENCE)
    hub.recovers()
    again = subprocess.run(COMMAND, capture_output=True, check=False)

    assert (with_it.returncode, b"another pull" in with_it.stderr) == (1, True)
    assert pulling.returncode == code
    assert (number == signal.SIGKILL) or b"goes on where it ended" in said
    assert again.returncode == 0
    assert [each.headers.get("range") for each in hub.gets()] == ["bytes=400000-"]
    assert (store() / FILE).read_bytes() == MODEL


def test_a_full_disk_is_told(hub: Hub) -> None:
    """In one line; what was written is gone on with once there is room."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000))

    full = subprocess.run(COMMAND, capture_output=True, check=False, preexec_fn=limit)
    begun = size_of_part()
    hub.recovers()
    again = subprocess.run(COMMAND, capture_output=True, check=False)

    assert full.returncode == 1
    assert b"cannot keep" in full.stderr
    assert b"Traceback" not in full.stderr
    assert 0 < begun <= 400_000
    assert again.returncode == 0
    assert (store() / FILE).read_bytes() == MODEL
