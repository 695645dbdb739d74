"""What a bench asks, and what came of it: tasks, cells, scores; pure values.

A *task* is a hole in code that somebody wrote lately, with what was really written
there, or a question of the user's own. A *cell* is one task asked of one contender. A
*block* is what one commit gave, or one question that was asked several times: blocks,
not cells, are what a verdict bets on, since holes of one commit are alike.
"""

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from msgspec import Struct, field

from hexai.domain.entry import Surface
from hexai.domain.record import Choice


class Item(Protocol):
    """What can be asked: a task of any kind."""

    @property
    def id(self) -> str:
        """The same for the same task, whatever the run."""

    @property
    def path(self) -> str:
        """Tasks of one path have prompts that begin alike."""

    @property
    def commit(self) -> str:
        """Its block: tasks of one block say much the same."""


class Kind(StrEnum):
    """What is left open, as people ask for it."""

    TAIL = "tail"
    """The rest of a line that has begun."""
    LINE = "line"
    """A whole next line."""
    BLOCK = "block"
    """The body of an if, for, with, try or match."""
    BODY = "body"
    """The body of a function."""
    PARAMS = "params"
    """The parameters of a function."""


class Task(Struct, frozen=True, kw_only=True):
    """A hole in a file as of the commit that wrote what belongs there."""

    id: str
    """The same for the same hole, whatever the run: a hash in hexadecimal digits."""
    kind: Kind
    language: str
    """The id that editors have for the document's language."""
    path: str
    """Within the repository, with `/`."""
    commit: str
    """Its id in hexadecimal digits."""
    committed_at: int
    """Seconds since 1970."""
    before: str
    after: str
    """The text around the hole; what the commit added below may be taken out of it."""
    truth: str
    """What the commit has there; never empty."""
    told_below: bool = False
    """The text after the hole still holds what only this commit added."""
    test: bool = False
    """The file is one of tests."""


class State(StrEnum):
    """How a cell ended."""

    ANSWERED = "answered"
    EMPTY = "empty"
    """The model said nothing that goes in there."""
    UNFIT = "unfit"
    """The editor's gates would not have offered it."""
    CUT_OFF = "cut off"
    """It reached its limit of tokens; what there is counts."""
    TIMED_OUT = "timed out"
    FAILED = "failed"
    """An upstream's or network's fault, and no doing of the model."""
    REFUSED = "refused"
    """The model would not, or a filter of its vendor."""
    GUARDED = "guarded"
    """The guard kept it here; it leaves the comparison of that contender."""

    @property
    def counts(self) -> bool:
        """Tell whether it is the model's doing, so that it has a score."""
        return self not in (State.FAILED, State.GUARDED)


SILENT = frozenset({State.FAILED, State.GUARDED, State.TIMED_OUT})
"""How a cell ends in which no model said anything to its end."""


class Score(Struct, frozen=True, kw_only=True):
    """An answer beside what was really written; shares of 0 to 1 where not said."""

    saved: float
    """Keys saved as a share of the truth's characters, from -1 to 1."""
    similar: float
    kept: float
    exact: bool
    first_line: bool
    sound: bool
    ran_on: bool
    """It went on after the hole was full; what is beyond is not scored."""

    @property
    def costs(self) -> bool:
        """Tell whether taking it costs more keys than it saves."""
        return self.saved < 0


class Times(Struct, frozen=True, kw_only=True):
    """Seconds from the request; None where that never came."""

    first_token: float | None = None
    total: float | None = None
    overlapped: bool = False
    """An editor's request was under way at the same upstream; no timing counts it."""


class Cell(Struct, frozen=True, kw_only=True):
    """One task asked of one contender."""

    task: str
    contender: int
    """Its place among the run's contenders, from 0."""
    state: State
    score: Score | None = None
    """None where it does not count, and where no hole was filled."""
    checks: tuple[bool, ...] | None = None
    """Of a question, which of its checks the answer passed, in their order; None where
    it does not count, and for a hole."""
    cold: Times = Times()
    warm: Times = Times()
    tokens_in: int | None = None
    tokens_cached: int | None = None
    tokens_out: int | None = None
    cost_usd: Decimal | None = None
    """The requests beforehand included; None: nobody knows."""
    uncached_usd: Decimal | None = None
    """What it would have cost without any upstream's cache."""
    estimated: bool = False
    """Its tokens are ours, since the upstream told none that can be."""
    unbelieved: int | None = None
    """Tokens that it told and that cannot be; None: it told none such."""
    passes: bool | None = None
    """What the user's tests say; None: not asked."""
    error: str = ""


class BenchContender(Struct, frozen=True, kw_only=True):
    """An entry as configured, whose answers are judged; its label is only its name."""

    label: str
    provider: str
    model: str
    upstream: str
    """The origin that it is asked at."""
    fingerprint: str = ""
    """The options that are sent and change an answer."""
    local: bool | None = None
    """What it is sent stays on this machine; None: nobody could tell."""

    @property
    def identity(self) -> tuple[str, str, str, str]:
        """Who it is, whatever it is called."""
        return self.provider, self.upstream, self.model, self.fingerprint


class TaskRecord(Struct, frozen=True, kw_only=True):
    """What is kept of a task where no text may be."""

    id: str
    kind: str
    """Of a hole, its `Kind`; else `question`."""
    language: str = ""
    commit: str
    """Its block: the id of the commit, or of the question."""
    committed_at: int = 0
    characters: int
    """Of what was really written there, or of the question."""
    told_below: bool = False
    test: bool = False
    tags: tuple[str, ...] = ()
    """What the user calls a question, to look at parts of a bench."""

    @classmethod
    def of(cls, task: Task) -> "TaskRecord":
        """Leave the texts and the path out."""
        return cls(
            id=task.id,
            kind=task.kind,
            language=task.language,
            commit=task.commit,
            committed_at=task.committed_at,
            characters=len(task.truth),
            told_below=task.told_below,
            test=task.test,
        )


MARGIN = 0.05
"""Within which two contenders are equal, if nothing else is asked for."""


class Plan(Struct, frozen=True, kw_only=True):
    """What a bench asks of whom; the same again gives the same tasks."""

    project: str
    """The repository's folder, or that of the project in which questions were asked."""
    file: str = ""
    """The file of questions; empty for a bench on code."""
    repeat: int = 1
    """How often each question is asked."""
    whole: bool = False
    """Every task is asked, whatever is known by then: the answers are wanted."""
    surface: Surface = Surface.COMPLETION
    head: str = ""
    """The commit that it was at."""
    since: int = 0
    """The oldest moment that commits count from, in seconds since 1970."""
    until: int = 0
    seed: str = ""
    wanted: int = 0
    """Tasks that were looked for."""
    most: int = 0
    """Tasks that are asked at most, of those that were found."""
    languages: tuple[str, ...] = ()
    below: str = ""
    """The folder or file that they are of, from the repository's on; empty: all."""
    kinds: tuple[str, ...] = ()
    product: str = ""
    """The version that composed the prompts."""
    prompts: str = ""
    """A digest of the prompts that come with it, and of what they put first."""
    test: str = ""
    """The command by which answers were tried, or `runs` for those of questions that
    were allowed to run; empty: none."""
    margin: float = MARGIN
    """The difference in `saved` below which two are equal."""
    deadline: float = 4.0
    """Seconds in which an answer is in time."""
    budget: Decimal | None = None
    """What it may spend in USD, also when it goes on; None: anything."""
    withheld: bool = False
    """Its project keeps it from the team's server."""
    models: tuple[str, ...] = ()
    """The words of `-m` that named its contenders; empty: the configured entries."""
    contenders: tuple[BenchContender, ...] = ()
    tasks: tuple[TaskRecord, ...] = ()
    """In the order in which they were drawn, the tasks of one commit together."""

    @property
    def asks_questions(self) -> bool:
        """Tell a bench on questions of the user's own from one on code."""
        return self.surface is Surface.CLI


class Ending(StrEnum):
    """Why a bench asks no more."""

    UNFINISHED = "unfinished"
    """It was stopped, or killed; it may be resumed."""
    DONE = "done"
    """Every task was asked."""
    DECIDED = "decided"
    """Every pair is decided, or equal within the margin."""
    SPENT = "spent"
    """Its budget holds no further request."""


class BenchVote(Struct, frozen=True, kw_only=True):
    """What somebody said of two answers to one question, not knowing whose they are."""

    task: str
    question: str
    """The block of the task: votes on one question are alike."""
    first: int
    second: int
    """The contenders by their places, in the drawn order in which they were shown."""
    choice: Choice
    """One of `TAKEN`, `TIE` and `BAD`."""
    winner: int | None = None
    """The contender that was voted better, if one was."""
    at: float
    """Seconds since 1970."""
    sitting: int = 0
    """The number of the sitting, which the ledger tells."""


class BenchRecord(Struct, frozen=True, kw_only=True):
    """A bench with what came of it so far."""

    number: int
    """What people call it by, in this ledger."""
    id: str
    """Global: 32 digits in hexadecimal."""
    name: str = ""
    started_at: float
    """Seconds since 1970."""
    ending: Ending = Ending.UNFINISHED
    plan: Plan
    aside: Mapping[int, str] = field(default_factory=dict)
    """Why contenders were asked no more, by their places."""
    cells: tuple[Cell, ...] = ()
    votes: tuple[BenchVote, ...] = ()
    """In the order in which they were given."""
    lost_usd: Decimal = Decimal(0)
    """What was spent beside the cells: on what had to be asked again, and the most that
    requests may have cost whose price was not told, or that a killed run told no more
    of."""

    @property
    def cost_usd(self) -> Decimal:
        """What the cells cost, as far as that is known."""
        return sum((c.cost_usd or Decimal(0) for c in self.cells), Decimal(0))

    @property
    def answered(self) -> frozenset[int]:
        """Give the places of the contenders that ever said anything."""
        return frozenset(c.contender for c in self.cells if c.state not in SILENT)

    @property
    def is_over(self) -> bool:
        """Tell whether there is nothing to go on with: all were asked everything."""
        return self.ending is Ending.DONE and not self.aside

    @property
    def is_cost_known(self) -> bool:
        """Tell whether the price of each cell is known that anybody charges for."""
        return all(c.cost_usd is not None for c in self.cells if c.state.counts)
