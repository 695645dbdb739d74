"""What a surface wants to have asked, and the order in which its answers are shown."""

from collections.abc import Callable, Sequence
from random import Random
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from hexai.config.schema import Settings
from hexai.domain.entry import Entry
from hexai.domain.record import Background
from hexai.domain.request import Contender, Request
from hexai.engine.settle import Policy
from hexai.service.guard.guard import GuardedText, Source
from hexai.service.projects import as_recorded

if TYPE_CHECKING:  # most questions stand in no thread
    from hexai.domain.thread import Thread
    from hexai.service.thread_requests import ThreadRequests

Recompose = Callable[[int, int | None], Request]
"""Composes a contender's request anew: for the text as it is, in so many tokens."""


class Question(Struct, frozen=True, kw_only=True):
    """What a surface wants to have asked, and how.

    Where fields meet: `thread` stands before `recompose`, and its order before any that
    is drawn; `blind` draws whatever `shuffle` says; `fresh`, `blind` and `of_bench`
    keep the cache out, each alone.
    """

    request: Request
    entries: tuple[Entry, ...]
    policy: Policy = Policy()
    max_concurrency: int = 8
    """Contenders at work at once."""
    blind: bool = False
    """Show the contenders in drawn order, and not who is who."""
    shuffle: float = 0.0
    """The share of such questions whose order is drawn; all of them when blind."""
    fresh: bool = False
    """Ask anew what the cache could answer."""
    send_anyway: bool = False
    """The user says that what looks like a secret is none."""
    local_only: str = ""
    """Why nothing may leave this machine, whatever the text; empty if it may."""
    settings: Settings | None = None
    """What holds for its document; None: what the services have now."""
    documents: tuple[GuardedText, ...] = ()
    """Those of which something goes into the messages; the guard looks at them too."""
    background: Background = Background()
    """Where it came from, for the ledger."""
    sources: tuple[Source, ...] = ()
    """What the messages were composed of, so that a finding can say where it is."""
    keeps_loaded: bool = False
    """Leave out whoever would push another contender's model out of its upstream."""
    of_bench: bool = False
    """Neither kept nor recorded as others are; people come first."""
    recompose: Recompose | None = None
    """Where the request can be made anew as a contender is asked; None: it cannot."""
    thread: "ThreadRequests | None" = None
    """What each is asked in a thread; the request is then the question alone."""

    @property
    def asks_anew(self) -> bool:
        """Whether nothing may come from the cache."""
        return self.fresh or self.blind or self.of_bench

    @property
    def ordered_by(self) -> "Thread | None":
        """The thread in whose order it is shown; None: nothing has settled that."""
        thread = None if self.thread is None else self.thread.thread
        return None if thread is None or thread.order is None else thread

    @property
    def composer(self) -> Recompose | None:
        """Who makes the request anew for each contender, if anybody does."""
        return self.recompose if self.thread is None else self.thread.compose

    def asked(self, index: int) -> Request:
        """Give what a contender is asked."""
        return self.request if self.thread is None else self.thread.sent(index)

    @property
    def share_drawn(self) -> float:
        """Of questions such as this one, the share whose order is drawn."""
        return 1.0 if self.blind else self.shuffle

    def recorded_background(self, settings: Settings) -> Background:
        """Give where it came from as the ledger takes it, by what holds for it."""
        return replace(
            self.background,
            project=as_recorded(self.background.project),
            withheld=not settings.team.enabled,
        )


def draw_seed(
    random: Random, contenders: Sequence[Contender], question: Question
) -> int | None:
    """Draw whether the order is drawn, and with what; None: it is that of the entries.

    A single contender has no order: its place in a list that an editor makes of those
    of several servers is drawn by nobody. In a thread everybody stays where it stood.
    """
    if question.ordered_by is not None:
        return question.ordered_by.seed
    share = question.share_drawn
    if len(contenders) < 2 or share <= 0 or random.random() >= share:
        return None
    return random.getrandbits(32)


def order_shown(count: int, seed: int | None, question: Question) -> tuple[int, ...]:
    """Give the order in which the contenders of a question are shown."""
    thread = question.ordered_by
    if thread is not None and thread.order is not None:
        return thread.order
    return draw_order(count, seed)


def draw_order(count: int, seed: int | None) -> tuple[int, ...]:
    """Give the order in which contenders are shown; None: that of the entries."""
    order = list(range(count))
    if seed is not None:
        Random(seed).shuffle(order)  # noqa: S311 - fair, not secret
    return tuple(order)
