"""How wide a text is on a terminal, and how it breaks into rows.

A terminal has cells; one character as a reader sees it (a grapheme: letters with their
marks, a flag, a family of emoji) fills one or two of them. wcwidth knows which, but its
tables take 18 ms to load, as much as a third of our start. So text made only of
characters known to fill one cell each and never to join their neighbours, as most text
is, is measured by counting, and wcwidth is loaded with the first that needs it.

Terminals disagree about rare sequences. Every grapheme counts one or two cells here,
whatever the tables say, and `surfaces.cli.live.rows` puts the cursor right after those
that a terminal may see otherwise.

`wrap` breaks at blanks and beside wide characters, else inside a word, never inside a
grapheme. Blanks at the end of a row hang over its edge instead of opening the next.
Its rows are final but for the last, so that streamed text is wrapped as it comes:
`wrap(a + b) == wrap(a)[:-1] + wrap(wrap(a)[-1] + b)`.
"""

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import accumulate

TAB = 4
"""A tab fills up to the next multiple of this many cells within its row."""

_PLAIN = (
    "[ -~\xa0-\xac\xae-\u02ff\u0370-\u0482\u048a-\u052f\u1e00-\u1fff\u2010-\u2027"
    "\u2030-\u205e\u20a0-\u20c0\u2190-\u21ff\u2500-\u259f]*"
)
"""Latin, Greek, Cyrillic, punctuation, money, arrows, boxes, bars: one cell each."""

_MAYBE_WIDE = _PLAIN.replace("[", "[^", 1).removesuffix("*")
"""Every other character: two cells at most, joined to its neighbours or not."""

_SINGLE = (
    _PLAIN.removesuffix("]*") + "\t\u3001-\u3003\u3008-\u3011\u3041-\u3096"
    "\u30a1-\u30fa\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uff01-\uff60]*"
)
"""What is plain, and most of Chinese, Japanese, Korean: no character joins another."""

_SYMBOL = "[\u2300-\u2bff\U00010000-\U0010ffff]"
"""Where emoji are, and what is new; terminals learn about both at their own pace."""

_LONGEST = 32
"""Code points of one grapheme; heaps of combining marks are cut into several."""


_HANGING = 256
"""Blanks over the edge that the last row keeps; more are only a model gone astray."""


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """Compile at the first need, which few texts have: each takes half a ms."""
    return re.compile(pattern)


def is_plain(text: str) -> bool:
    """Tell whether every character fills one cell on every terminal; no tabs."""
    if text.isascii():  # most is, and then nothing has to be compiled
        return text.isprintable()
    return _compiled(_PLAIN).fullmatch(text) is not None


def graphemes(text: str) -> Iterator[str]:
    """Split text into what a reader sees as single characters."""
    if _compiled(_SINGLE).fullmatch(text) is not None:
        yield from text
        return
    from wcwidth import iter_graphemes

    for cluster in iter_graphemes(text):
        for start in range(0, len(cluster), _LONGEST):
            yield cluster[start : start + _LONGEST]


@lru_cache(maxsize=4096)
def grapheme_width(grapheme: str) -> int:
    """Measure one grapheme: 1 or 2 cells."""
    if is_plain(grapheme):
        return 1
    from wcwidth import wcswidth

    return min(2, max(1, wcswidth(grapheme)))


@lru_cache(maxsize=4096)
def is_certain(grapheme: str) -> bool:
    """Tell whether every terminal will give a grapheme the width counted here.

    Not sequences, emoji and other symbols, and what shows nothing by itself.
    """
    if is_plain(grapheme):
        return True
    if len(grapheme) > 1 or _compiled(_SYMBOL).match(grapheme):
        return False
    from wcwidth import wcwidth

    return wcwidth(grapheme) in {1, 2}


def width(text: str) -> int:
    """Count the cells of a text without line breaks or tabs."""
    if is_plain(text):
        return len(text)
    return sum(map(grapheme_width, graphemes(text)))


def most_cells(text: str) -> int:
    """Tell how many cells it cannot exceed, much sooner than `width` counts them."""
    return len(text) + len(_compiled(_MAYBE_WIDE).findall(text))


def truncate(text: str, cells: int, ellipsis: str = "…") -> str:
    """Cut a text that is wider than `cells`, and show that it was cut."""
    if width(text) <= cells:
        return text
    room = cells - width(ellipsis)
    if room < 0:
        return ""
    kept = list(graphemes(text))
    ends = accumulate(map(grapheme_width, kept))
    fitting = [
        grapheme for grapheme, end in zip(kept, ends, strict=True) if end <= room
    ]
    return "".join(fitting) + ellipsis


def pad(text: str, cells: int) -> str:
    """Make a text exactly `cells` wide: cut, or filled with blanks."""
    fitting = truncate(text, cells)
    return fitting + " " * (cells - width(fitting))


def wrap(line: str, cells: int) -> list[str]:
    """Break a line (no line breaks in it) into rows of at most `cells`, 2 or more.

    Joined, the rows are the line, but for tabs, which are blanks then. A row may end
    in blanks that hang over its edge; whoever shows it strips them. The last row does
    not keep all of these, so that it stays short however many come.
    """
    if is_plain(line):
        return list(_plain_rows(line, cells))
    return list(_rows(line, cells))


def _plain_rows(line: str, cells: int) -> Iterator[str]:
    """Break what has a cell for each character, as `_rows` would, but by slices."""
    start, size = 0, len(line)
    while size - start > cells:
        edge = start + cells
        if line[edge] == " ":  # the row is full, and hangs its blanks over the edge
            after = edge + 1
            while after < size and line[after] == " ":
                after += 1
            if after == size:
                yield line[start : edge + _HANGING]
                return
        else:  # at the last blank with something before it, else within the word
            blank = max(start, line.rfind(" ", start, edge))
            after = blank + 1 if line[start:blank].strip() else edge
        yield line[start:after]
        start = after
    yield line[start:]


def _rows(line: str, cells: int) -> Iterator[str]:
    row = _Row()
    for grapheme in graphemes(line):
        if grapheme == "\t":
            row.add_blank(TAB - row.width % TAB)
            continue
        if grapheme == " ":
            row.add_blank(1)
            continue
        # Its first character decides: what joins it later must not move a break.
        breaks_beside = grapheme_width(grapheme[0]) == 2
        if breaks_beside:
            row.allow_break()
        wide = grapheme_width(grapheme)
        if row.width + wide > cells:
            yield row.close()
        row.add(grapheme, wide)
        if breaks_beside:
            row.allow_break()
    yield row.last(cells)


class _Row:
    """The row that is being filled, and where it may break."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._widths: list[int] = []
        self._break = 0
        self.width = 0

    def add(self, grapheme: str, cells: int) -> None:
        self._pieces.append(grapheme)
        self._widths.append(cells)
        self.width += cells

    def add_blank(self, cells: int) -> None:
        self.add(" " * cells, cells)
        self.allow_break()

    def allow_break(self) -> None:
        self._break = len(self._pieces)

    def close(self) -> str:
        """Give the row up to its last break, and keep what follows as the new row."""
        at = self._break if self._may_break() else len(self._pieces)
        closed = "".join(self._pieces[:at])
        self._pieces, self._widths = self._pieces[at:], self._widths[at:]
        self.width = sum(self._widths)
        self._break = 0
        return closed

    def _may_break(self) -> bool:
        return any(not piece.isspace() for piece in self._pieces[: self._break])

    def last(self, cells: int) -> str:
        """Give what is left, with not too many blanks over the edge."""
        text = "".join(self._pieces)
        return text[: len(text) - max(0, self.width - cells - _HANGING)]
