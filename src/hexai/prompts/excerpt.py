"""Which part of a document goes along with a request: cut around the cursor.

Text near the cursor tells a model more than text far from it, and what is above tells
more than what is below. So lines are taken outwards from the cursor until the budget
is spent, seven tenths of it above; what one side does not need is the other's.

It is not spent to the last token: each side ends at an anchor (`anchors`) within the
last fifth, so that the excerpt stands still while somebody types in it.
"""

from collections.abc import Callable
from functools import cached_property
from math import ceil

from msgspec import Struct
from msgspec.structs import replace

from hexai.config.schema import General, Settings
from hexai.domain.request import Request
from hexai.prompts.anchors import (
    begin_of_near,
    counts_within,
    end_of_near,
    highest,
    line_tokens,
)
from hexai.prompts.code.constructs import Syntax
from hexai.text.lines import Lines, Position, Span
from hexai.text.tokens import estimate_tokens

_ABOVE = 0.7
_USED = 0.8
"""The share of a budget that is used in any case; an anchor is in the rest."""
_NEAR = 0.04
"""How much of what stands before the gap is near behind it, as a share. Models read it
after the text before the gap, so it is read anew with each key."""
_LEAST_NEAR = 100
_MOST_NEAR = 450
"""Tokens of it; a llama.cpp server takes no more than 512 behind a gap."""
_LEAST_OF_NEAR = 0.6
_TAIL = 400
"""Tokens of the lines before the gap that are being worked at."""
_NEAREST_ABOVE = 60
_NEAREST_BELOW = 20
_CHARACTERS = 4
"""Characters of a token, where a single line alone has to be cut."""
_LONGEST_BODY = 2
"""Lines behind the header of a function that has only been begun."""


class Excerpt(Struct, frozen=True, kw_only=True, dict=True):
    """What of a document stands on both sides of a gap; `before` + `after` joins up."""

    before: str
    """Whole lines, and what is left of the gap; lines end with a newline."""
    after: str
    """What is right of the gap, and whole lines."""

    @property
    def near(self) -> str:
        """What is right of the gap, and some lines that follow."""
        return self.after[: self._near]

    @property
    def far(self) -> str:
        """The lines behind `near`."""
        return self.after[self._near :]

    @cached_property
    def tail(self) -> int:
        """Where in `before` the lines begin that are being worked at."""
        return begin_of_near(self.before, least=_TAIL / 4, most=_TAIL)

    @cached_property
    def _near(self) -> int:
        most = _NEAR * estimate_tokens(self.before)
        most = min(max(most, _LEAST_NEAR), _MOST_NEAR)
        return end_of_near(self.after, least=most * _LEAST_OF_NEAR, most=most)

    @property
    def left(self) -> str:
        """What is left of the gap on its line."""
        return self.before.rpartition("\n")[2]

    @property
    def right(self) -> str:
        """What is right of the gap on its line."""
        return self.after.partition("\n")[0]

    @property
    def last(self) -> str:
        """The last line before the gap that is not blank."""
        return next((s for s in reversed(self.before.split("\n")) if s.strip()), "")

    @property
    def first(self) -> str:
        """The first line after the gap that is not blank."""
        return next((line for line in self.after.split("\n") if line.strip()), "")


def cut(document: Lines, gap: Span, general: General, *, whole: bool = True) -> Excerpt:
    """Cut out what goes along with a request for what belongs in a gap.

    The text of `gap` itself is left out. `whole` says whether `file-on-new-func` takes
    the file; if not, it takes as much as `window`. It follows from the document and the
    gap alone.
    """
    gap = Span(document.clamp(gap.start), document.clamp(max(gap.start, gap.end)))
    lines = _reach(general, whole=whole)
    budget: float = general.max_context_tokens or _tokens_at_most(document)
    left = document.line(gap.start.line)[: gap.start.character]
    right = document.line(gap.end.line)[gap.end.character :]
    left = left[-int(budget * _ABOVE * _CHARACTERS) :]
    right = right[: int(budget * (1 - _ABOVE) * _CHARACTERS)]
    budget -= estimate_tokens(left) + line_tokens(right)
    top = 0 if lines is None else max(0, gap.start.line - lines)
    end = (
        len(document) if lines is None else min(len(document), gap.end.line + 1 + lines)
    )
    above = _Side.read(document, range(gap.start.line - 1, top - 1, -1), budget)
    below = _Side.read(document, range(gap.end.line + 1, end), budget)
    share = max(budget * _ABOVE, budget - below.cost)
    first = gap.start.line - above.count(share, _NEAREST_ABOVE)
    count = below.count(budget - min(share, above.cost), _NEAREST_BELOW)
    last = gap.end.line + 1 + count
    return Excerpt(
        before="\n".join((*document.between(first, gap.start.line), left)),
        after="\n".join((right, *document.between(gap.end.line + 1, last))),
    )


def begins_function(syntax: Syntax, document: Lines, position: Position) -> bool:
    """Tell whether a new function is being written at a position.

    Its parameters are, or there is nothing in its body yet.
    """
    if syntax.in_parameters(position):
        return True
    inner = syntax.functions_at(position)[:1]
    if not inner:
        return False
    span = inner[0].span
    below = document.between(span.start.line + 1, span.end.line + 1)
    return sum(bool(line.strip()) for line in below) <= _LONGEST_BODY


def _reach(general: General, *, whole: bool) -> int | None:
    """Say how many lines on each side there may be; None: all of them."""
    mode = general.context_mode
    if mode == "minimal":
        return 1
    if mode == "always-full" or (mode == "file-on-new-func" and whole):
        return None
    return general.context_window_lines // 2 or None


def _tokens_at_most(document: Lines) -> int:
    return sum(map(len, document.raw)) * 2 + len(document)


class _Side(Struct, frozen=True, kw_only=True):
    """The lines on one side of a gap, from the gap outwards."""

    document: Lines
    numbers: range
    """All that there may be."""
    costs: list[float]
    """In tokens, of each line that fits into the budget and those before it."""

    @classmethod
    def read(cls, document: Lines, numbers: range, budget: float) -> "_Side":
        """Look at lines as long as they fit into a budget."""
        costs, spent = [], 0.0
        for number in numbers:
            spent += line_tokens(document.line(number))
            if spent > budget:
                break
            costs.append(spent)
        return cls(document=document, numbers=numbers, costs=costs)

    @property
    def cost(self) -> float:
        """Tokens of all that fit."""
        return self.costs[-1] if self.costs else 0.0

    def count(self, share: float, nearest: int) -> int:
        """Say how many lines to take for a share of the budget: up to an anchor.

        `nearest` are taken in any case, if there is room for them.
        """
        few, many = counts_within(self.costs, least=share * _USED, most=share)
        if many < len(self.numbers):
            few = max(few, nearest)
        elif self._is_at_the_end:
            return many
        else:
            few = ceil(many * _USED)
        return self._up_to_anchor(min(few, many), many)

    @property
    def _is_at_the_end(self) -> bool:
        if not self.numbers:
            return True
        return self.numbers[-1] in (0, len(self.document) - 1)

    def _up_to_anchor(self, few: int, many: int) -> int:
        if not many:
            return 0
        line = self._line
        first, step = self.numbers.start, self.numbers.step
        if step > 0:
            return highest(line, first + few, first + many) - first
        return first + 1 - highest(line, first + 1 - many, first + 1 - few)

    def _line(self, number: int) -> str:
        is_one = 0 <= number < len(self.document)
        return self.document.line(number) if is_one else ""


# How long a prompt gets follows from how much of a document it may hold, but templates,
# instructions and a function's header come on top. So the part of the document is made
# smaller by what was too much, until all of it fits.

_TRIES = 4
_LEAST = 16
"""Tokens of a document below which a prompt says nothing of it."""


def fitted(
    request: Request,
    room: int | None,
    settings: Settings,
    compose: Callable[[Settings], Request],
) -> Request:
    """Give a request of at most so many tokens; None: whatever it takes.

    `compose` makes it by settings whose `max_context_tokens` are fewer. What cannot be
    made to fit is given as short as it gets, for the upstream to say what it makes of
    it.
    """
    if room is None or request.tokens <= room:
        return request
    budget = min(settings.general.max_context_tokens or request.tokens, request.tokens)
    for _ in range(_TRIES):
        budget = max(_LEAST, budget - (request.tokens - room))
        request = compose(_with_budget(settings, budget))
        if request.tokens <= room or budget == _LEAST:
            break
    return request


def _with_budget(settings: Settings, tokens: int) -> Settings:
    general = replace(settings.general, max_context_tokens=tokens)
    return replace(settings, general=general)
