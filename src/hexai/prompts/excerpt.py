"""Which part of a document goes along with a request: cut around the cursor.

Text near the cursor tells a model more than text far from it, and what is above tells
more than what is below. So lines are taken outwards from the cursor until the budget
is spent, seven tenths of it above; what one side does not need is the other's.
"""

from bisect import bisect_right
from collections.abc import Iterable

from msgspec import Struct

from hexai.config.schema import General
from hexai.prompts.code.constructs import Syntax
from hexai.text.budget import estimate_tokens
from hexai.text.lines import Lines
from hexai.text.positions import Position, Span

_ABOVE = 0.7
_CHARACTERS = 4
"""Characters of a token, where a single line alone has to be cut."""
_LONGEST_BODY = 2
"""Lines behind the header of a function that has only been begun."""


class Excerpt(Struct, frozen=True, kw_only=True):
    """What of a document stands on both sides of a gap; `before` + `after` joins up."""

    before: str
    """Whole lines, and what is left of the gap; lines end with a newline."""
    after: str
    """What is right of the gap, and whole lines."""

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
    the file; if not, it takes as much as `window`.
    """
    gap = Span(document.clamp(gap.start), document.clamp(max(gap.start, gap.end)))
    lines = _reach(general, whole=whole)
    budget = general.max_context_tokens or _tokens_at_most(document)
    left = document.line(gap.start.line)[: gap.start.character]
    right = document.line(gap.end.line)[gap.end.character :]
    left = left[-int(budget * _ABOVE * _CHARACTERS) :]
    right = right[: int(budget * (1 - _ABOVE) * _CHARACTERS)]
    budget -= estimate_tokens(left) + estimate_tokens(right)
    first = max(0, gap.start.line - (len(document) if lines is None else lines))
    last = len(document) if lines is None else gap.end.line + 1 + lines
    above = _fitting(
        (document.line(n) for n in range(gap.start.line - 1, first - 1, -1)), budget
    )
    below = _fitting(
        (document.line(n) for n in range(gap.end.line + 1, min(last, len(document)))),
        budget,
    )
    share = max(int(budget * _ABOVE), budget - below.cost)
    above = above.within(share)
    below = below.within(budget - above.cost)
    return Excerpt(
        before="\n".join((*reversed(above.lines), left)),
        after="\n".join((right, *below.lines)),
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


class _Taken(Struct, frozen=True):
    """Lines taken outwards from the cursor."""

    lines: list[str]
    costs: list[int]
    """In tokens, of each line and those before it."""

    @property
    def cost(self) -> int:
        """Tokens of all of them."""
        return self.costs[-1] if self.costs else 0

    def within(self, budget: int) -> "_Taken":
        """Keep as many as fit into a smaller budget."""
        count = bisect_right(self.costs, budget)
        return _Taken(self.lines[:count], self.costs[:count])


def _fitting(lines: Iterable[str], budget: int) -> _Taken:
    """Take lines as long as they fit into a budget."""
    taken, costs, spent = [], [], 0
    for line in lines:
        spent += estimate_tokens(line) + 1
        if spent > budget:
            break
        taken.append(line)
        costs.append(spent)
    return _Taken(taken, costs)
