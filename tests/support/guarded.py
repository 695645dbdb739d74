"""A cloud that must see nothing and a local contender that answers, side by side."""

import asyncio
import random
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Self

from msgspec import Struct

from hexai.config.entries import resolve_entries
from hexai.config.folders import find_folders
from hexai.config.order import load
from hexai.domain.entry import Surface
from hexai.domain.messages import Infill, Message, Role
from hexai.domain.outcome import Status
from hexai.domain.request import Request
from hexai.service.ask import ask
from hexai.service.guard.guard import GuardedText
from hexai.service.ignore.ignore import Ignored
from hexai.service.question import Question
from hexai.service.services import Services
from hexai.text.lines import Lines
from tests.support.answers import openai_answer
from tests.support.upstream import Upstream

CONFIG = """
[providers.cloud]
type = "openai"
base_url = "{url}"
model = "m"
[[models.completion]]
provider = "cloud"
[[models.completion]]
provider = "simulated"
model = "echo"
"""


class Asked(Struct, frozen=True, kw_only=True):
    """What a surface wants to have asked."""

    texts: tuple[str, ...] = ("hello",)
    """The messages, all of them the user's."""
    documents: tuple[GuardedText, ...] = ()
    infill: Infill | None = None
    send_anyway: bool = False


class Answer(Struct, frozen=True, kw_only=True):
    """What became of one question."""

    cloud: str
    """Why the cloud contender failed; empty if it answered."""
    local_answered: bool
    ignored: Ignored | None
    is_refused: bool


class GuardedWorld:
    """Services whose home is below a folder, and whose cloud is an upstream."""

    def __init__(self, folder: Path, *, more: str = "") -> None:
        self.home = folder / "xdg"
        self._more = more
        self.upstream = Upstream(openai_answer("leaked"))

    def __enter__(self) -> Self:
        self.upstream.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.upstream.__exit__(kind, error, trace)

    def ask(self, *questions: Asked) -> list[Answer]:
        """Put questions one after the other, in one process."""
        return asyncio.run(self._ask_all(questions))

    def stored(self) -> str:
        """Give everything that lies in the folders of the user."""
        files = (path for path in self.home.rglob("*") if path.is_file())
        return "\n".join(path.read_text("utf-8", "replace") for path in files)

    async def _ask_all(self, questions: Iterable[Asked]) -> list[Answer]:
        environ = {
            f"XDG_{name}_HOME": str(self.home / name.lower())
            for name in ("CONFIG", "STATE", "CACHE", "DATA")
        }
        folders = find_folders(environ, self.home / "home")
        folders.config.mkdir(parents=True, exist_ok=True)
        config = CONFIG.format(url=self.upstream.url)
        folders.config_file.write_text(self._more + config)
        async with Services(
            load(folders, environ).settings,
            folders=folders,
            environ={"GIT_CONFIG_NOSYSTEM": "1"},
            now=lambda: 0.0,
            random=random.Random(1),
        ) as services:
            return [await _ask(services, asked) for asked in questions]


def document(
    uri: str, text: str, first: int = 0, last: int | None = None
) -> GuardedText:
    """Make a document of which the lines from `first` to `last` are sent."""
    return GuardedText(uri=uri, lines=Lines.of(text), first=first, last=last)


async def _ask(services: Services, asked: Asked) -> Answer:
    messages = tuple(Message(Role.USER, text) for text in asked.texts)
    question = Question(
        request=Request(
            surface=Surface.COMPLETION, messages=messages, infill=asked.infill
        ),
        entries=resolve_entries(services.settings, Surface.COMPLETION).entries,
        documents=asked.documents,
        send_anyway=asked.send_anyway,
    )
    async with ask(services, question) as run:
        async for _ in run:
            pass
    cloud, local = run.outcomes
    return Answer(
        cloud=str(cloud.error or ""),
        local_answered=local.status is Status.ANSWERED,
        ignored=run.ignored,
        is_refused=run.is_refused,
    )
