"""Questions of the user's own, with how their answers are checked; pure values."""

from collections.abc import Mapping
from enum import StrEnum
from hashlib import sha256
from typing import Any

import msgspec
from msgspec import Struct

from hexai.domain.attachments import Attachment
from hexai.domain.bench import TaskRecord
from hexai.domain.messages import Message

QUESTION = "question"
"""The kind of a task that is one."""


class CheckKind(StrEnum):
    """What an answer is held against, as files of questions name it."""

    CONTAINS = "contains"
    MATCHES = "matches"
    EQUALS = "equals"
    JSON = "json"
    LINES_AT_MOST = "lines_at_most"
    RUNS = "runs"


class Check(Struct, frozen=True, kw_only=True):
    """One thing that is looked for in an answer, without a judge."""

    kind: CheckKind
    wanted: str | int | Mapping[str, Any] | bool = True
    """A text, a pattern, a command or a number of lines; of JSON its schema, or
    true."""

    @property
    def words(self) -> str:
        """How it is told to people."""
        if self.kind is CheckKind.JSON:
            return "json" if self.wanted is True else "json of its schema"
        return f"{self.kind} {self.wanted}"


class OwnQuestion(Struct, frozen=True, kw_only=True):
    """A question as a file has it."""

    text: str
    system: str | None = None
    """The system prompt; None: that of the command line."""
    files: tuple[str, ...] = ()
    """What goes along, as with `-f`."""
    tags: tuple[str, ...] = ()
    checks: tuple[Check, ...] = ()
    line: int = 0
    """Where the file has it, from 1; 0: not known."""


class PosedQuestion(Struct, frozen=True, kw_only=True):
    """A question as it is asked, once or again: a task of a bench."""

    question: OwnQuestion
    messages: tuple[Message, ...]
    """With what is attached."""
    attachments: tuple[Attachment, ...] = ()
    commit: str
    """Its block: all that is asked and checked, as a hash in hexadecimal digits."""
    number: int = 1
    """The how many-th time it is asked."""

    @property
    def id(self) -> str:
        """The same for the same question, whatever the run."""
        return f"{self.commit}{self.number:04x}"

    @property
    def path(self) -> str:
        """The question: a prompt that was asked once may be kept."""
        return self.commit

    @property
    def record(self) -> TaskRecord:
        """What is kept of it where no text may be."""
        return TaskRecord(
            id=self.id,
            kind=QUESTION,
            commit=self.commit,
            characters=len(self.question.text),
            tags=self.question.tags,
        )


def block_of(question: OwnQuestion, messages: tuple[Message, ...]) -> str:
    """Name a question by all that is asked and how it is checked."""
    whole = msgspec.json.encode((messages, question.tags, question.checks))
    return sha256(whole).hexdigest()[:16]
