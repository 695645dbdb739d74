"""The worker of the embedded model: real processes, a real model."""

import os
import re
import resource
import shutil
import signal
import socket
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import pytest

from hexai.providers.llamacpp.files import all_workers
from tests.support.ask_local import Question, Step
from tests.support.model import small_model
from tests.support.workers import (
    answer,
    ask,
    living,
    next_step,
    open_files,
    run_folder,
    start_asking,
    steps_of,
    the_worker,
    wait_until_gone,
    worker_processes,
)

pytestmark = pytest.mark.e2e

LONG = 40
"""Tokens of an answer during which something else can happen."""


@pytest.fixture
def folder() -> Iterator[Path]:
    """Give a run folder."""
    with run_folder() as folder:
        yield folder


@pytest.fixture(scope="module")
def model() -> str:
    """Give the path of the small model."""
    return str(small_model())


def question(folder: Path, model: str, **options: object) -> Question:
    """Ask for a long, deterministic answer."""
    asked = {"prompt": "Count from 1 to 50.", **options}
    return Question(folder=str(folder), model=model, **asked)  # type: ignore[arg-type]


def whats(steps: list[Step]) -> list[str]:
    """Give the kinds of steps, equal neighbours once."""
    return [kind for kind, _ in groupby(step.what for step in steps)]


def test_the_second_question_finds_the_model_loaded(folder: Path, model: str) -> None:
    """The first process starts a worker, the next one uses it, with the same answer."""
    first, second = (ask(question(folder, model)) for _ in range(2))

    assert [step.what for step in first[:3]] == ["loading", "connected", "delta"]
    assert whats(second) == ["connected", "delta", "answered"]
    assert answer(first) == answer(second) != ""


def test_ten_at_once_share_one_worker(folder: Path, model: str) -> None:
    """Ten processes started together get ten answers from one worker."""
    asking = [start_asking(question(folder, model)) for _ in range(10)]
    seen: set[int] = set()
    answers = set()
    for process in asking:
        seen |= worker_processes(folder)
        answers.add(answer(steps_of(process)))

    seen |= worker_processes(folder)
    assert len(answers) == 1
    assert seen == set(living(folder).values())
    assert len(seen) == 1


def test_output_ends_while_the_worker_lives(folder: Path, model: str) -> None:
    """Neither the output nor any other descriptor of who asks stays open."""
    reading, writing = os.pipe()
    asking = question(folder, model)
    with start_asking(asking) as process:
        os.close(writing)
        answer(steps_of(process))

    assert os.read(reading, 1) == b""
    os.close(reading)
    (pid,) = living(folder).values()
    outside = [
        target
        for target in open_files(Path(f"/proc/{pid}"))
        if not target.startswith((f"{folder}/", "/dev/null", "socket:", "anon_inode:"))
    ]
    assert outside == []


@pytest.fixture(scope="module")
def asked(model: str) -> Iterator[Path]:
    """Give a run folder whose worker was asked once, by somebody with keys."""
    with run_folder() as folder:
        steps = ask(
            question(folder, model, prompt="Say MARKED."),
            OPENAI_API_KEY="sk-MARKED",
            HEXAI_ANTHROPIC_API_KEY="sk-MARKED",
        )
        answer(steps)
        yield folder


def test_a_worker_stands_alone(asked: Path) -> None:
    """A session, a folder and limits of its own; nothing of who started it."""
    (pid,) = living(asked).values()
    process = Path(f"/proc/{pid}")

    assert os.getsid(pid) == pid
    assert (process / "cwd").readlink() == Path("/")
    assert (process / "fd" / "0").readlink() == Path("/dev/null")
    assert resource.prlimit(pid, resource.RLIMIT_CORE) == (0, 0)
    modes = {oct(path.stat().st_mode & 0o777) for path in asked.iterdir()}
    assert modes <= {"0o600", "0o700"}


def test_no_key_and_no_text_can_be_seen(asked: Path) -> None:
    """Neither our key nor the vendors' keys nor texts are in ps, environment or log."""
    card = the_worker(asked).card()
    assert card is not None
    process = Path(f"/proc/{card.pid}")
    shown = [
        (process / "cmdline").read_bytes(),
        (process / "environ").read_bytes(),
        the_worker(asked).log.read_bytes(),
    ]

    assert len(card.key) >= 32
    for text in shown:
        assert card.key.encode() not in text
        assert b"MARKED" not in text
        assert b"API_KEY" not in text


def test_no_port_is_opened(asked: Path) -> None:
    """No TCP or UDP socket belongs to a worker."""
    (pid,) = living(asked).values()
    inodes = {
        line.split()[9]
        for table in ("tcp", "tcp6", "udp", "udp6")
        for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]
    }
    sockets = {
        match[1]
        for target in open_files(Path(f"/proc/{pid}"))
        if (match := re.fullmatch(r"socket:\[(\d+)\]", target))
    }

    assert sockets
    assert not sockets & inodes


def test_nobody_without_the_key_is_answered(asked: Path) -> None:
    """Who finds the socket but has no key is refused, and no other page is served."""
    path = the_worker(asked).socket

    assert _status(path, "POST /chat/completions") == "401"
    assert _status(path, "GET /props") == "401"
    assert _status(path, "GET /") == "404"


def test_a_worker_ends_after_its_last_lease_and_not_before(
    folder: Path, model: str
) -> None:
    """An answer that takes longer than `keep_alive` comes whole; then it is over."""
    with start_asking(
        question(folder, model, keep_alive=0.1, max_tokens=LONG)
    ) as process:
        assert next_step(process).what == "loading"
        while next_step(process).what != "delta":
            pass
        (pid,) = living(folder).values()
        assert steps_of(process)[-1].what == "answered"

    wait_until_gone(folder, pid)
    assert not the_worker(folder).socket.exists()
    assert "ended" in the_worker(folder).log.read_text()


def test_a_worker_outlives_who_was_killed_by_no_more_than_its_time(
    folder: Path, model: str
) -> None:
    """A process that was killed while it asked holds no lease any more."""
    with start_asking(
        question(folder, model, keep_alive=0.2, max_tokens=1000)
    ) as process:
        while next_step(process).what != "delta":
            pass
        (pid,) = living(folder).values()
        process.kill()

    wait_until_gone(folder, pid)


def test_interrupting_one_leaves_the_answer_of_another_whole(
    folder: Path, model: str
) -> None:
    """Ctrl-C where the worker was started from reaches neither it nor anybody else."""
    asked = question(folder, model, max_tokens=LONG)
    with start_asking(question(folder, model, max_tokens=1000)) as one:
        while next_step(one).what != "delta":
            pass
        with start_asking(asked) as other:
            assert next_step(other).what == "connected"
            os.killpg(one.pid, signal.SIGINT)
            whole = answer(steps_of(other))
        one.communicate()

    assert one.returncode != 0
    assert whole == answer(ask(asked))


def test_a_swapped_file_gives_the_new_model(
    folder: Path, model: str, tmp_path: Path
) -> None:
    """A model's file that was replaced is served by a worker of its own."""
    swapped = tmp_path / "model.gguf"
    shutil.copyfile(model, swapped)
    ask(question(folder, str(swapped)))
    before = living(folder)
    shutil.copyfile(model, tmp_path / "new.gguf")
    (tmp_path / "new.gguf").replace(swapped)

    assert "loading" in whats(ask(question(folder, str(swapped))))
    assert len(living(folder)) == 2
    assert before.items() < living(folder).items()


def test_a_stopped_worker_is_replaced(folder: Path, model: str) -> None:
    """A worker that listens and does not answer is ended, and the question answered."""
    ask(question(folder, model))
    (stopped,) = living(folder).values()
    os.kill(stopped, signal.SIGSTOP)

    steps = ask(question(folder, model))

    assert whats(steps) == ["loading", "connected", "delta", "answered"]
    assert stopped not in living(folder).values()


def test_a_worker_that_is_stopped_while_it_answers_is_replaced_by_the_next(
    folder: Path, model: str
) -> None:
    """Who was being answered waits until its budget ends; the next is answered."""
    with start_asking(question(folder, model, max_tokens=1000)) as process:
        while next_step(process).what != "delta":
            pass
        (stopped,) = living(folder).values()
        os.kill(stopped, signal.SIGSTOP)
        answered = ask(question(folder, model))
        steps = steps_of(process)

    assert answered[-1].what == "answered"
    assert steps[-1].what == "failed"
    assert "ended unexpectedly" in steps[-1].text


def test_a_crash_is_one_failed_outcome(folder: Path, model: str) -> None:
    """A worker killed in the middle of an answer fails it clearly; the next starts."""
    with start_asking(question(folder, model, max_tokens=1000)) as process:
        while next_step(process).what != "delta":
            pass
        (pid,) = living(folder).values()
        os.kill(pid, signal.SIGKILL)
        steps = steps_of(process)

    assert whats(steps)[-1] == "failed"
    assert steps[-1].text.startswith(
        "broken stream: the embedded model's process ended"
    )
    assert whats(ask(question(folder, model)))[-1] == "answered"


def test_room_is_made_for_a_third_model(
    folder: Path, model: str, tmp_path: Path
) -> None:
    """The worker that was idle longest ends for one more than there may be."""
    copies = [tmp_path / f"{n}.gguf" for n in range(3)]
    pids = []
    for copy in copies:
        shutil.copyfile(model, copy)
        assert whats(ask(question(folder, str(copy))))[-1] == "answered"
        pids.append(set(living(folder).values()))

    assert [len(alive) for alive in pids] == [1, 2, 2]
    assert pids[2] & pids[0] == set()


def test_who_finds_no_room_waits_for_it(
    folder: Path, model: str, tmp_path: Path
) -> None:
    """A worker in use is not ended for another model, which is answered afterwards."""
    other = tmp_path / "other.gguf"
    shutil.copyfile(model, other)
    with start_asking(question(folder, model, max_tokens=LONG)) as process:
        while next_step(process).what != "delta":
            pass
        steps = ask(question(folder, str(other), max_workers=1))
        assert steps_of(process)[-1].what == "answered"

    assert whats(steps) == ["loading", "connected", "delta", "answered"]
    assert len(living(folder)) == 1


def test_a_damaged_model_is_one_line_for_all_who_ask(
    folder: Path, model: str, tmp_path: Path
) -> None:
    """A file that only begins like a model fails with the reason, and only once."""
    damaged = tmp_path / "damaged.gguf"
    with Path(model).open("rb") as whole:
        damaged.write_bytes(whole.read(1_000_000))
    asking = [start_asking(question(folder, str(damaged))) for _ in range(3)]

    for steps in map(steps_of, asking):
        assert whats(steps) == ["loading", "failed"]
        assert steps[-1].text.startswith(f"unknown model: cannot load {damaged}: ")
        assert "\n" not in steps[-1].text


def test_what_dead_workers_left_is_cleared_away(
    folder: Path, model: str, tmp_path: Path
) -> None:
    """What workers that are gone left does not pile up, and hinders nobody."""
    copy = tmp_path / "copy.gguf"
    shutil.copyfile(model, copy)
    ask(question(folder, str(copy)))
    (pid,) = living(folder).values()
    os.kill(pid, signal.SIGKILL)
    dead = the_worker(folder)

    assert whats(ask(question(folder, str(copy))))[-1] == "answered"
    (pid,) = living(folder).values()
    os.kill(pid, signal.SIGKILL)
    assert whats(ask(question(folder, model)))[-1] == "answered"
    assert dead not in all_workers(folder)
    assert not dead.socket.exists()


def _status(path: Path, request: str) -> str:
    """Send a request without a key, and give the status of its answer."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(20)
        connection.connect(str(path))
        connection.sendall(
            f"{request} HTTP/1.1\r\nHost: worker\r\nContent-Length: 2\r\n"
            "Connection: close\r\n\r\n{}".encode()
        )
        return connection.recv(4096).split()[1].decode()
