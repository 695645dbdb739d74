"""The provider `local` in this process: streams, descriptors, a closed socket."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from pathlib import Path

import msgspec
import pytest

from hexai.domain.messages import Message, Role
from hexai.domain.provider import Call, Chunk, Finished, FinishReason, TextDelta
from hexai.errors import ContextTooLong, ProviderError, UnknownModel
from hexai.providers.llamacpp.files import Card, all_workers, try_lock
from hexai.providers.llamacpp.model_files import find_model
from hexai.providers.llamacpp.supervisor import Supervisor
from hexai.providers.llamacpp.worker import LoadOptions
from tests.support.ask_local import Question, provider
from tests.support.model import small_model
from tests.support.patience import PATIENCE
from tests.support.ports import served
from tests.support.workers import answer, ask, living, run_folder

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def model() -> str:
    """Give the path of the small model."""
    return str(small_model())


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """Give a run folder for all tests here, so that the model is loaded once."""
    with run_folder() as folder:
        yield folder


class Quiet:
    """A `Progress` that keeps what it was told."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def loading(self) -> None:
        """Keep it."""
        self.told.append("loading")

    def connected(self) -> None:
        """Keep it."""
        self.told.append("connected")

    def refused(self) -> None:
        """Take no note of a refusal."""


def call(model: str, prompt: str = "Count from 1 to 50.", max_tokens: int = 8) -> Call:
    """Make a deterministic call."""
    message = Message(Role.USER, prompt)
    return Call(
        model=model, messages=(message,), temperature=0.0, max_tokens=max_tokens
    )


def stream(
    folder: Path, asked: Call, progress: Quiet | None = None
) -> AsyncGenerator[Chunk, None]:
    """Start an attempt."""
    question = Question(folder=str(folder), model=asked.model)
    return provider(question).stream(asked, progress or Quiet())


async def collect(folder: Path, asked: Call, progress: Quiet | None = None) -> str:
    """Make one attempt and give its text."""
    text = ""
    async with aclosing(stream(folder, asked, progress)) as chunks:
        async for chunk in chunks:
            text += chunk.text if isinstance(chunk, TextDelta) else ""
    return text


def test_the_last_chunk_reports_usage(folder: Path, model: str) -> None:
    """Tokens come from llama.cpp, and the model is named, but not by its path."""

    async def scenario() -> list[Chunk]:
        async with aclosing(stream(folder, call(model))) as chunks:
            return [chunk async for chunk in chunks]

    *deltas, last = asyncio.run(scenario())

    assert deltas
    assert isinstance(last, Finished)
    assert last.usage.output == 8
    assert (last.usage.input or 0) > 8
    assert last.reason == FinishReason.LENGTH
    assert last.returned_model == Path(model).stem


def test_a_prompt_beyond_the_context_is_said_to_be(folder: Path, model: str) -> None:
    """llama.cpp's refusal is the error of its kind, with our names in it."""
    with pytest.raises(ContextTooLong) as caught:
        asyncio.run(collect(folder, call(model, prompt="word " * 20_000)))

    assert (caught.value.provider, caught.value.model) == ("local", model)


def test_a_missing_model_is_named_as_it_was_asked_for(folder: Path) -> None:
    """The error carries provider and model, and starts no worker."""
    progress = Quiet()
    with pytest.raises(UnknownModel) as caught:
        asyncio.run(collect(folder, call("smollm2"), progress))

    assert (caught.value.provider, caught.value.model) == ("local", "smollm2")
    assert "hexai models pull smollm2" in str(caught.value)
    assert progress.told == []


def test_attempts_leave_no_descriptor_open(folder: Path, model: str) -> None:
    """Answered, closed early and failed attempts give everything back."""

    async def scenario() -> tuple[list[str], list[str]]:
        await collect(folder, call(model))
        before = _open_descriptors()
        for _ in range(3):
            await collect(folder, call(model))
            async with aclosing(stream(folder, call(model, max_tokens=500))) as chunks:
                await anext(chunks)
            with pytest.raises(UnknownModel):
                await collect(folder, call("/nowhere.gguf"))
        return before, _open_descriptors()

    before, after = asyncio.run(scenario())

    assert before == after


def test_closing_a_stream_stops_generating(folder: Path, model: str) -> None:
    """Both slots are free at once for who asks after two that were given up.

    Left alone, each of them would be busy for minutes.
    """
    endless = call(model, prompt="Count from 1 to 5000.", max_tokens=8000)

    async def give_up() -> None:
        async with aclosing(stream(folder, endless)) as chunks:
            for _ in range(5):
                await anext(chunks)

    async def scenario() -> str:
        async with asyncio.TaskGroup() as group:
            for _ in range(2):
                group.create_task(give_up())
        async with asyncio.timeout(PATIENCE):
            return await collect(folder, call(model, max_tokens=1))

    assert asyncio.run(scenario()) != ""


def test_a_worker_that_is_gone_when_the_call_is_sent_is_started_anew(
    model: str,
) -> None:
    """Who meets a closed socket gets its answer in the same attempt.

    The worker is played by a process that holds the lock, and by a server here that
    answers `/health` once and is gone.
    """
    with run_folder() as folder:
        source = Supervisor(folder, environ={}, keep_alive=1, max_workers=2)
        files = source.files(find_model(model, folder))
        with try_lock(files.lock) as lock:
            actor = subprocess.Popen(
                [sys.executable, "-c", "import time; time.sleep(60)"],
                pass_fds=(lock.fd,),
            )
            card = Card(pid=actor.pid, key="key")
            os.pwrite(lock.fd, msgspec.json.encode(card), 0)
        progress = Quiet()

        async def vanish(
            reader: asyncio.StreamReader, writer: asyncio.StreamWriter
        ) -> None:
            files.socket.unlink()
            actor.kill()
            actor.wait()
            writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
            writer.close()

        async def scenario() -> str:
            async with served(vanish, files.socket):
                return await collect(folder, call(model), progress)

        assert asyncio.run(scenario()) != ""
        assert progress.told == ["loading", "connected"]


def test_the_working_directory_is_not_looked_at(
    folder: Path, model: str, tmp_path: Path
) -> None:
    """Modules that lie where Hexai runs, or on PYTHONPATH, never reach the worker."""
    mark = tmp_path / "MARK"
    for name in ("hexai", "xllamacpp", "msgspec", "json"):
        (tmp_path / f"{name}.py").write_text(f"open({str(mark)!r}, 'w')\n")
    script = Path(sys.modules[Question.__module__].__file__ or "")
    with run_folder() as own:
        asked = Question(folder=str(own), model=model)
        shown = subprocess.run(
            [sys.executable, "-I", script, msgspec.json.encode(asked).decode()],
            cwd=tmp_path,
            env={"PYTHONPATH": str(tmp_path), "PATH": ".:/usr/bin:/bin"},
            capture_output=True,
            check=True,
        )

    assert b'"answered"' in shown.stdout
    assert not mark.exists()


def test_other_load_options_are_another_worker(folder: Path, model: str) -> None:
    """How a model is loaded is part of which worker serves it."""
    gguf = find_model(model, folder)
    names = {
        Supervisor(
            folder, environ={}, keep_alive=1, max_workers=1, options=options
        ).files(gguf)
        for options in (LoadOptions(), LoadOptions(context=1024))
    }

    assert len(names) == 2


def test_processes_and_this_one_share_the_worker(folder: Path, model: str) -> None:
    """What a process of its own is answered is what we are answered here."""
    ours = asyncio.run(collect(folder, call(model)))

    assert answer(ask(Question(folder=str(folder), model=model, prompt=PROMPT))) == ours
    assert len(living(folder)) == len(all_workers(folder)) == 1


PROMPT = "Count from 1 to 50."


def test_errors_hold_neither_key_nor_prompt(folder: Path, model: str) -> None:
    """What a refusal says is about sizes, not about texts."""
    asyncio.run(collect(folder, call(model)))
    (files,) = all_workers(folder)
    card = files.card()
    assert card is not None

    with pytest.raises(ProviderError) as caught:
        asyncio.run(collect(folder, call(model, prompt="MARKED " * 20_000)))

    for text in (str(caught.value), files.log.read_text()):
        assert "MARKED" not in text
        assert card.key not in text


def _open_descriptors() -> list[str]:
    return sorted(path.name for path in Path("/proc/self/fd").iterdir())
