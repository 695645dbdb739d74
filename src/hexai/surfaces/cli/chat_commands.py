"""What can be typed in a chat beside questions: lines that begin with a slash.

A slash that begins no command is told, not asked: a slip must not go to four models.
"""

import asyncio
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from hexai.config.problems import listed_some
from hexai.domain.entry import Surface
from hexai.domain.record import RecordedRun, RunRecord
from hexai.errors import HexaiError, UsageError
from hexai.service.recorder import LedgerRecorder
from hexai.surfaces.cli.ask import attached
from hexai.surfaces.cli.ballot import Ballot
from hexai.surfaces.cli.chat_thread import ChatThread
from hexai.surfaces.cli.loaded_config import Session
from hexai.surfaces.cli.output import complain, say, table
from hexai.surfaces.cli.process import STANDARD
from hexai.surfaces.cli.recorded import choice_words, names_shown
from hexai.surfaces.cli.views import Show
from hexai.surfaces.cli.vote import vote_at_the_end, vote_by_word
from hexai.text.nearest_name import nearest_by_edits

_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
_CHANGES = "--yes"
"""What has a vote changed, as behind `hexai vote`."""


class _Command(Struct, frozen=True, kw_only=True):
    takes: str
    does: str


_COMMANDS: Mapping[str, _Command] = {
    "/vote": _Command(takes="[NAME]", does="say which is the best, or tie, or bad"),
    "/from": _Command(takes="NAME", does="let all go on with this answer"),
    "/only": _Command(takes="[LABEL…]", does="ask only these, or all again"),
    "/model": _Command(takes="[PROVIDER:MODEL…]", does="ask these, or the configured"),
    "/file": _Command(takes="[NAME…]", does="attach these to the next question"),
    "/save": _Command(takes="FILE", does="write what was said to a new file"),
    "/help": _Command(takes="", does="print this"),
    "/quit": _Command(takes="", does="end, as Ctrl-D does"),
}
_KEYS = (
    ("Alt-Enter", "begin a new line; so does Enter behind a backslash"),
    ("Up, Ctrl-R", "earlier questions"),
    ("Ctrl-C", "stop the answers, or give up what is typed"),
    ("Ctrl-R", "while answers come: show them as they were written"),
)


class ChatCommands:
    """The commands of one chat."""

    def __init__(
        self, session: Session, thread: ChatThread, recorder: LedgerRecorder
    ) -> None:
        self._session = session
        self._thread = thread
        self._recorder = recorder
        self.last: Show | None = None
        """What was shown last."""

    async def run(self, line: str) -> bool:
        """Carry out a command; gives whether the chat goes on. Raises `HexaiError`."""
        name, *words = line.split()
        if name not in _COMMANDS:
            raise UsageError(_unknown(name))
        if words and not _COMMANDS[name].takes:
            raise UsageError(f"{name} takes nothing; a blank before it asks all of it")
        if name == "/quit":
            return False
        if name == "/file":
            await self._file(words)
            return True
        do: Mapping[str, Callable[[Sequence[str]], None]] = {
            "/vote": self._vote,
            "/from": self._from,
            "/only": self._only,
            "/model": self._model,
            "/save": self._save,
            "/help": self._help,
        }
        do[name](words)
        return True

    def offers(self, line: str) -> Iterable[str]:
        """Give what can stand in the place of the last word."""
        name, blank, _ = line.partition(" ")
        if not blank:
            return _COMMANDS
        match name:
            case "/vote":
                return (*self._thread.names, "tie", "bad")
            case "/from" | "/only":
                return self._thread.names
            case "/model":
                return self._models()
            case "/file":
                return self._paths(line.rpartition(" ")[2])
            case _:
                return ()

    def _vote(self, words: Sequence[str]) -> None:
        show, process = self.last, self._session.process
        if show is None or show.record is None:
            raise UsageError("there is nothing to vote on yet")
        changes = list(words[:1]) == [_CHANGES]
        word = " ".join(words[1:] if changes else words)
        if not changes:
            self._check_undecided(show.record, word)
        hidden, before = self._thread.is_hidden, self._thread.chosen
        show.signal_code = None  # what was stopped has been seen, as far as it came
        if word:
            chosen = vote_by_word(
                process, show, self._recorder, word, hidden=hidden, before=before
            )
            self._thread.choose(chosen)
        else:
            voted = vote_at_the_end(
                process, show, self._recorder, hidden=hidden, before=before
            )
            self._thread.take_vote(voted, show)

    def _check_undecided(self, run: RunRecord, word: str) -> None:
        """Raise `UsageError` where a vote would change another one."""
        before = self._thread.chosen
        if before is None:
            return
        vote = Ballot(run).read_word(word) if word else None
        if vote and (vote.choice, vote.indexes) == (before.choice, before.indexes):
            return
        recorded = RecordedRun(number=0, run=run, chosen=before)
        decided = choice_words(recorded, before.at)
        how = f"/vote {_CHANGES} {word}".strip()
        raise UsageError(f"this question is decided: {decided}; {how} changes that")

    def _from(self, words: Sequence[str]) -> None:
        if not words and self._thread.conversation is not None:
            raise UsageError(f"/from takes one of {', '.join(self._thread.names)}")
        name = self._thread.take_from(" ".join(words))
        complain(self._session.process, f"all go on with the answer of {name}")

    def _only(self, words: Sequence[str]) -> None:
        self._thread.narrow(self._labels(words))
        self._say_whom()

    def _labels(self, words: Sequence[str]) -> tuple[str, ...]:
        """Read labels, in which there may be blanks."""
        whole = " ".join(words)
        return (whole,) if whole in self._thread.names else tuple(words)

    def _model(self, words: Sequence[str]) -> None:
        options = replace(
            self._session.options, models=tuple(words), indices=(), only=()
        )
        session = replace(self._session, options=options)
        self._thread.replace_all(session.entries(Surface.CLI))
        self._say_whom()

    def _say_whom(self) -> None:
        whom = ", ".join(each.label for each in self._thread.asked)
        complain(self._session.process, f"asked from now on: {whom}")
        self._thread.check_origin()

    def _models(self) -> Iterator[str]:
        for entry in self._session.snapshot.entries(Surface.CLI).entries:
            yield f"{entry.spec.provider}:{entry.spec.model}"

    async def _file(self, words: Sequence[str]) -> None:
        """Read what is to go along next, off the loop: an address may be slow."""
        names = self._names(words)
        session = replace(
            self._session, options=replace(self._session.options, files=names)
        )
        self._thread.attachments = await asyncio.to_thread(attached, session)
        told = listed_some([each.name for each in self._thread.attachments])
        complain(
            self._session.process,
            f"{told or 'nothing'} goes along with the next question",
        )

    def _names(self, words: Sequence[str]) -> tuple[str, ...]:
        """Read names of files, in one of which there may be blanks."""
        whole = self._expanded(" ".join(words))
        place = Path(self._session.process.folder) / whole
        # `Path.exists` raises for what is too long to be a name.
        if words and os.path.exists(place):
            return (whole,)
        return tuple(map(self._expanded, words))

    def _expanded(self, name: str) -> str:
        home = self._session.process.home
        return f"{home}{name[1:]}" if name.startswith("~/") else name

    def _paths(self, word: str) -> Iterator[str]:
        """Give what is in the folder that a path has come to."""
        folder, slash, begun = word.rpartition("/")
        path = Path(self._session.process.folder) / self._expanded(folder + slash)
        with suppress(OSError):
            for each in sorted(path.iterdir()):
                if each.name.startswith(".") <= begun.startswith("."):
                    yield f"{folder}{slash}{each.name}{'/' * os.path.isdir(each)}"

    def _help(self, words: Sequence[str]) -> None:
        del words
        rows = [(f"{n} {c.takes}".strip(), c.does) for n, c in _COMMANDS.items()]
        columns = self._session.process.columns
        say(
            self._session.process,
            table(("TYPE", "TO"), [*rows, *_KEYS], columns=columns),
        )

    def _save(self, words: Sequence[str]) -> None:
        """Write the thread as Markdown; nothing that is there is replaced."""
        process, conversation = self._session.process, self._thread.conversation
        if not words or tuple(words) == (STANDARD,):
            raise UsageError("/save takes the name of a new file")
        if conversation is None:
            raise UsageError("nothing was said yet")
        path = Path(process.folder) / self._expanded(" ".join(words))
        text = "\n".join(_written(self._thread))
        try:
            descriptor = os.open(path, _NEW, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8", errors="replace") as file:
                os.fchmod(descriptor, 0o600)
                file.write(text)
        except OSError as error:
            raise HexaiError(f"cannot write {path}: {error.strerror}") from None
        complain(process, f"written to {path}")


def _written(thread: ChatThread) -> Iterator[str]:
    """Write what was said; by letters while nobody may know who is who."""
    assert thread.conversation is not None
    for run in thread.conversation.runs:
        names = names_shown(run, hidden=thread.is_hidden)
        yield f"## Question\n\n{run.prompt}\n"
        for each in run.contenders:
            yield f"### {names[each.index]}\n\n{each.text}\n"


def _unknown(name: str) -> str:
    near = nearest_by_edits(name, set(_COMMANDS))
    meant = f"did you mean {near}? " if near else ""
    return (
        f"{name} is no command; {meant}/help lists them, and a blank before it asks it"
    )
