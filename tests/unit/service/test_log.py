"""The log: events, texts, rotation, and what is left of a library's messages."""

import logging
import os
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from hexai.errors import UsageError
from hexai.service.log import ROTATE_AT, FileLog, NullLog, open_log, route_libraries

MARK = "MARK-0815"


def _now() -> float:
    return 1_800_000_000.25


def _open(path: Path, *, texts: bool = False) -> FileLog:
    return FileLog(path, texts=texts, now=_now)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Name a log that is not there yet."""
    return tmp_path / "hexai.log"


@pytest.fixture(autouse=True)
def _root_logger() -> Iterator[None]:
    """Give the process its own root logger back after the test."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers[:], root.level = handlers, level


def test_an_event_is_one_line_of_facts(path: Path) -> None:
    """A line says when, which process, what, and the facts in order."""
    log = _open(path)
    log.write("attempt", provider="ollama", model="a b", ttft=0.4123456789, tokens=3)
    log.close()

    assert path.read_text() == (
        f"2027-01-15T08:00:00.250Z {os.getpid()} "
        "attempt provider=ollama model='a b' ttft=0.412346 tokens=3\n"
    )


@pytest.mark.parametrize(
    "odd",
    ["", "two\nlines", "\x1b]0;p\x07", "\u202eevil", "\ud800", "a=b", "'", "\u2028"],
    ids=ascii,
)
def test_no_fact_can_forge_a_line_or_a_colour(path: Path, odd: str) -> None:
    """Whatever a fact holds, it stays one quoted, printable value on its line."""
    log = _open(path)
    log.write("event", fact=odd)
    log.close()

    (line,) = path.read_text().splitlines()
    assert line.endswith(f"event fact={odd!r}")
    assert line.isprintable()


def test_facts_are_cut(path: Path) -> None:
    """A fact is no way to get a long text into the log."""
    log = _open(path)
    log.write("event", fact="x" * 10_000)
    log.close()

    assert len(path.read_text()) < 600


def test_texts_are_written_only_when_asked_for(path: Path) -> None:
    """Without texts there is no trace of what was said."""
    log = _open(path, texts=False)
    log.text("prompt", MARK, limit=0, label="home")
    log.close()

    assert path.read_text() == ""


@pytest.mark.parametrize(("limit", "shown"), [(0, "Hello,\\nyou"), (5, "Hello")])
def test_a_limit_cuts_texts(path: Path, limit: int, shown: str) -> None:
    """With texts, so many characters of each are written; 0 means all."""
    log = _open(path, texts=True)
    log.text("prompt", "Hello,\nyou", limit=limit, label="home")
    log.close()

    assert path.read_text().endswith(f"prompt label=home length=10 text='{shown}'\n")


def test_the_log_is_private(path: Path) -> None:
    """Nobody else can read a log, with whatever umask it was made."""
    before = os.umask(0)
    _open(path).close()
    os.umask(before)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_full_log_makes_room(path: Path) -> None:
    """A log that has reached its size goes aside, and one before it goes away."""
    log = _open(path)
    for round_ in ("first", "second"):
        with path.open("ab") as file:
            file.write(b"x" * ROTATE_AT)
        log.write(round_)
    log.close()

    aside = path.with_name("hexai.log.1")
    assert path.read_text().split()[2:] == ["second"]
    assert aside.read_text().split("x", 1)[0].split()[2:] == ["first"]
    assert stat.S_IMODE(aside.stat().st_mode) == stat.S_IMODE(path.stat().st_mode)
    assert sorted(p.name for p in path.parent.iterdir() if p.is_file()) == [
        "hexai.log",
        "hexai.log.1",
    ]


def test_processes_that_share_a_log_make_room_once(path: Path) -> None:
    """When two find the log full, no line of either is lost."""
    one, other = _open(path), _open(path)
    with path.open("ab") as file:
        file.write(b"x" * ROTATE_AT)

    one.write("one")
    other.write("other")
    one.close()
    other.close()

    assert [line.split()[2] for line in path.read_text().splitlines()] == [
        "one",
        "other",
    ]
    assert path.with_name("hexai.log.1").stat().st_size == ROTATE_AT


def test_threads_that_share_a_log_lose_nothing(path: Path) -> None:
    """Lines of several threads are all there, whole, also when room is made."""
    log = _open(path)
    with path.open("ab") as file:
        file.write(b"x" * (ROTATE_AT - 2000))

    def write() -> None:
        for number in range(50):
            log.write("event", number=number)

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    log.close()

    whole = path.with_name("hexai.log.1").read_text() + path.read_text()
    assert whole.count("event number=") == 200
    assert len(whole.splitlines()) == 200


def test_a_closed_log_writes_nothing(path: Path) -> None:
    """Late events of a run that ended are dropped, and closing twice is harmless."""
    log = _open(path)
    log.close()
    log.write("late")
    log.close()

    assert path.read_text() == ""


def test_a_log_that_cannot_be_written_disturbs_nobody(path: Path) -> None:
    """A write that fails is lost; the program goes on."""
    log = _open(path)
    os.close(log._descriptor)
    log._descriptor = os.open("/dev/full", os.O_WRONLY)

    log.write("lost")
    log.close()

    assert path.read_text() == ""


def test_no_log_writes_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    """A run without a log writes no event anywhere."""
    log = open_log(None, texts=False, now=_now)
    log.write("event", fact=1)
    log.text("prompt", MARK, limit=0)
    log.close()

    assert isinstance(log, NullLog)
    assert capfd.readouterr() == ("", "")


def test_a_log_that_cannot_be_opened_is_a_usage_error(tmp_path: Path) -> None:
    """The message names the file and the reason."""
    with pytest.raises(UsageError, match=f"--log {tmp_path}: "):
        open_log(tmp_path, texts=False, now=_now)


def test_texts_without_a_log_are_a_usage_error() -> None:
    """There is nowhere to write them."""
    with pytest.raises(UsageError, match="--log FILE"):
        open_log(None, texts=True, now=_now)


def _library_lines(path: Path, *, texts: bool = True) -> list[str]:
    log = open_log(path, texts=texts, now=_now)
    logger = logging.getLogger("somebody.else")
    logger.warning("Received %s from %s", {"header": MARK}, MARK)
    logger.error("finished text: " + MARK)  # noqa: G003 - what libraries do
    logger.critical({"payload": MARK})
    try:
        int(MARK)
    except ValueError:
        logger.exception("Failed on %r", MARK)
    log.close()
    return [line.split(" ", 2)[2] for line in path.read_text().splitlines()]


def test_libraries_lose_arguments_texts_and_tracebacks(path: Path) -> None:
    """Of a library's message remain place, level, template and type of error."""
    lines = _library_lines(path)

    assert MARK not in path.read_text()
    assert lines[0].startswith(
        "library logger=somebody.else level=WARNING place=test_log:"
    )
    assert lines[0].endswith("message='Received %s from %s'")
    assert "message" not in lines[1] + lines[2]
    assert "exception=ValueError raised_at=test_log:" in lines[3]
    assert len(lines) == 4


def test_libraries_are_silent_below_a_warning(path: Path) -> None:
    """What they log of every message is not even asked for."""
    logging.getLogger("pygls").setLevel(logging.DEBUG)
    log = open_log(path, texts=True, now=_now)
    logging.getLogger("pygls").info("Content length: %s", MARK)
    logging.getLogger("asyncio").debug("Using selector: %s", MARK)
    log.close()

    assert path.read_text() == ""


def test_libraries_never_write_to_stderr(capfd: pytest.CaptureFixture[str]) -> None:
    """Not even a warning, with no log at all."""
    logging.basicConfig(force=True)
    route_libraries(NullLog())
    logging.getLogger("asyncio").error("Task exception was never retrieved")
    logging.getLogger("asyncio").warning(MARK)

    assert capfd.readouterr() == ("", "")


def test_the_module_loads_nothing_that_a_short_run_does_not_need() -> None:
    """Importing the log does not import `logging`."""
    code = "import sys; import hexai.service.log; print('logging' in sys.modules)"
    done = subprocess.run(
        [
            sys.executable,
            "-I",
            "-S",
            "-c",
            f"import sys; sys.path = {sys.path}; {code}",
        ],
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout == "False\n"
