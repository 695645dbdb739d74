"""Puts a bench on questions together: which are asked, in which order, and the plan."""

from collections.abc import Iterable, Sequence
from hashlib import sha256

from msgspec import Struct

from hexai.bench.plan import digest, whole_commits
from hexai.bench.questions.question import OwnQuestion, PosedQuestion, block_of
from hexai.config.schema import Settings
from hexai.domain.attachments import Attachment
from hexai.domain.bench import BenchContender, Plan
from hexai.domain.entry import Surface
from hexai.domain.messages import Message
from hexai.prompts.cli import cli_messages, wants_explanation
from hexai.prompts.templates import built_in_texts, cli_system
from hexai.version import __version__


class AskedQuestions(Struct, frozen=True, kw_only=True):
    """What somebody wants of a bench on questions."""

    file: str
    project: str
    seed: str
    until: int
    """Now, in seconds since 1970."""
    repeat: int = 1
    most: int | None = None
    """Questions that are asked, repetitions counted; None: all."""
    margin: float = 0.05
    test: bool = False
    """Commands of the file may be run."""
    votes: bool = False
    """Somebody wants to vote on the answers, so all are wanted."""


Composed = tuple[tuple[Message, ...], tuple[Attachment, ...]]
"""The messages of a question with what is attached, and that."""


def composed(
    question: OwnQuestion, settings: Settings, attachments: tuple[Attachment, ...]
) -> Composed:
    """Compose a question as the command line does."""
    system = question.system
    if system is None:
        explain = wants_explanation(question.text)
        system = cli_system(settings.prompts.cli, explain=explain)
    messages = cli_messages(system, question.text)
    if attachments:
        from hexai.service.attachments.asked import messages_with

        messages = messages_with(messages, attachments)
    return messages, attachments


def pose(
    questions: Iterable[tuple[OwnQuestion, Composed]], asked: AskedQuestions
) -> tuple[PosedQuestion, ...]:
    """Give what is asked: in an order that the seed draws, all of a question together.

    The order of a question depends on no other one.
    """
    posed = []
    for question, (messages, attachments) in questions:
        commit = block_of(question, messages)
        posed += [
            PosedQuestion(
                question=question,
                messages=messages,
                attachments=attachments,
                commit=commit,
                number=number,
            )
            for number in range(1, asked.repeat + 1)
        ]
    drawn = sorted(posed, key=lambda each: (_drawn(asked.seed, each), each.number))
    return drawn_at_most(tuple(drawn), asked.most)


def drawn_at_most(
    tasks: tuple[PosedQuestion, ...], most: int | None
) -> tuple[PosedQuestion, ...]:
    """Take so many of them, of each question all repetitions."""
    return tasks if most is None else whole_commits(tasks, most)


def _drawn(seed: str, posed: PosedQuestion) -> str:
    return sha256(f"{seed}\0{posed.commit}".encode()).hexdigest()


def plan_of(
    tasks: Sequence[PosedQuestion],
    asked: AskedQuestions,
    contenders: tuple[BenchContender, ...],
) -> Plan:
    """Write down what makes the same bench again."""
    unchecked = any(not task.question.checks for task in tasks)
    return Plan(
        project=asked.project,
        file=asked.file,
        surface=Surface.CLI,
        until=asked.until,
        seed=asked.seed,
        wanted=len(tasks),
        most=len(tasks),
        repeat=asked.repeat,
        whole=asked.votes or unchecked,
        product=__version__,
        prompts=digest(built_in_texts("cli")),
        test="runs" if asked.test else "",
        margin=asked.margin,
        contenders=contenders,
        tasks=tuple(task.record for task in tasks),
    )
