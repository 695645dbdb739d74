"""One contender's column: text goes in as it comes, rows come out.

Only rows that are not printed for good are kept, and only the last of them is wrapped
again when text comes, so that a column costs the same after 10,000 lines as at once.
"""

from collections import deque
from collections.abc import Iterator
from itertools import islice

from hexai.text.cells import wrap
from hexai.text.visible import VisibleStream


class Column:
    """The rows of one contender from the first that is not printed for good."""

    def __init__(self, cells: int) -> None:
        self._cells = cells
        self._clean = VisibleStream()
        self._arrived: list[str] = []
        self._rows: deque[str] = deque()
        """Rows that stay as they are; one that ends its line ends in a newline."""
        self._open = ""
        """The row that is still being filled."""
        self._ended = False
        self._is_printed = False
        self.keeps_thoughts = False
        """Whether text is printed for good that was taken back."""

    def feed(self, text: str) -> None:
        """Take the next piece of the answer; it is wrapped when rows are wanted."""
        self._arrived.append(text)

    def take_back(self) -> None:
        """Drop what is not printed for good: it was reasoning.

        Below what is, a blank row stands before the answer.
        """
        self._clean = VisibleStream()
        self._arrived.clear()
        self._rows.clear()
        self._open = ""
        self.keeps_thoughts = self.keeps_thoughts or self._is_printed
        if self.keeps_thoughts:
            self._rows.append("\n")

    def end(self, reason: str = "") -> None:
        """Close the last row: nothing follows but the reason why there is no more.

        Once is enough.
        """
        if self._ended:
            return
        self._settle()
        self._wrap(self._clean.end())
        if reason and self._open:
            self._wrap("\n")
        self._wrap(reason)
        if self._open:
            self._rows.append(self._open)
            self._open = ""
        self._ended = True

    @property
    def done(self) -> int | None:
        """How many rows are complete; None if all are and no other will come."""
        self._settle()
        return None if self._ended else len(self._rows)

    @property
    def count(self) -> int:
        """How many rows there are, with the one that is being filled."""
        self._settle()
        return len(self._rows) + bool(self._open)

    def resize(self, cells: int) -> None:
        """Wrap what is not printed for good to another width."""
        if cells == self._cells:
            return
        self._settle()
        pending = "".join(self._rows) + self._open
        self._cells = cells
        self._rows.clear()
        self._open = ""
        self._wrap(pending)
        if self._ended and self._open:
            self._rows.append(self._open)
            self._open = ""

    def take(self, count: int) -> list[str]:
        """Hand over the first rows to be printed for good; blank where it has none."""
        self._settle()
        here = min(count, len(self._rows))
        self._is_printed = self._is_printed or here > 0
        rows = [self._rows.popleft().rstrip() for _ in range(here)]
        return rows + [""] * (count - here)

    def rest(self) -> list[str]:
        """Hand over all rows, each that ends its line with its newline."""
        self._settle()
        rows = [*self._rows, self._open]
        self._rows.clear()
        self._open = ""
        return rows

    def view(self, height: int) -> list[str]:
        """Show at most `height` rows: all, else the first and the newest.

        What stands between them waits until the slower contenders have come so far.
        """
        count = self.count
        first = count if count <= height else height - height // 4 - 1
        head = [row.rstrip() for row in islice(self._all(), first)]
        if first == count:
            return head
        newest = height // 4
        marker = f"… {count - first - newest} more rows"
        tail = reversed(list(islice(self._backwards(), newest)))
        return [*head, marker, *(row.rstrip() for row in tail)]

    def _all(self) -> Iterator[str]:
        yield from self._rows
        if self._open:
            yield self._open

    def _backwards(self) -> Iterator[str]:
        if self._open:
            yield self._open
        yield from reversed(self._rows)

    def _settle(self) -> None:
        if self._arrived:
            arrived = "".join(self._arrived)
            self._arrived.clear()
            self._wrap(self._clean.feed(arrived))

    def _wrap(self, text: str) -> None:
        *ended, self._open = (self._open + text).split("\n")
        for line in ended:
            *rows, last = wrap(line, self._cells)
            self._rows.extend(rows)
            self._rows.append(last + "\n")
        *rows, self._open = wrap(self._open, self._cells)
        self._rows.extend(rows)
