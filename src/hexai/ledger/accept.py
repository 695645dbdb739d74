"""What the user did with a list of suggestions, told by what became of the text; pure.

Editors say little: some run a command when a suggestion was taken, most say nothing,
and none says that a list was looked at and left. So a list is watched for half a
minute, and what was done with it is read from the changes of its document:

    taken        the command; or, where the editor runs none, one change after which
                 the text is that with the suggestion, more than two characters beyond
                 what was typed
    taken partly one change that is the beginning of it, where the editor can take it
                 so; or the next edit within 30 s cuts the tail of what was taken
    typed along  four characters and a third of its first line, still there after 10 s
                 or when something else is edited
    none         contradicted, left, or 30 s old

Who counts as shown, and all states and transitions: docs/explanation/choices.md.
"""

from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import replace

from hexai.domain.record import SHOWN_AFTER, Choice, Method
from hexai.ledger.survival import Done
from hexai.text.lines import (
    Lines,
    Position,
    Span,
    TextChange,
    common_head,
    compare,
    walk,
    with_newlines,
)


class ListItem(Struct, frozen=True, kw_only=True):
    """A suggestion in a list."""

    by: tuple[int, ...]
    """The contenders that gave it."""
    text: str
    """What it puts in behind the cursor."""
    after: Lines
    """The document with it taken."""
    begins: int = 0
    """The line in which it goes in."""

    def is_in(self, lines: Lines) -> bool:
        """Tell whether a document is that with it taken, however it was indented."""
        if self.after == lines:
            return True
        ends = self.begins + self.text.count("\n") + 1
        mine, theirs = self.after.raw, lines.raw
        if ends == self.begins + 1 or len(mine) != len(theirs):
            return False
        if mine[: self.begins + 1] != theirs[: self.begins + 1]:
            return False
        within = zip(mine[:ends], theirs[:ends], strict=True)
        stripped = (one.strip() == other.strip() for one, other in within)
        return mine[ends:] == theirs[ends:] and all(stripped)


class SuggestionList(Struct, frozen=True, kw_only=True):
    """A list as it went out."""

    lines: Lines
    """The document that it was made for."""
    position: Position
    """Where the cursor was."""
    items: tuple[ListItem, ...]
    """As shown, from top to bottom."""
    at: float
    """When it went out, by the loop's clock."""
    asked: bool = True
    """Whether a person may have asked for it, not the editor alone after an accept."""

    def typed(self, lines: Lines) -> str | None:
        """Give what was typed since it went out; None if something else was done."""
        typed = compare(self.lines, lines).typed_at(self.position)
        return None if typed is None else with_newlines(typed)

    def until(self, later: "SuggestionList") -> str:
        """Give what stands between its position and that of a later list."""
        if later.position < self.position:
            return ""
        return with_newlines(later.lines.slice(Span(self.position, later.position)))


Groups = tuple[tuple[int, ...], ...]
"""From top to bottom, the contenders that gave each item's text."""


def joined(seen: Groups, listed: Iterable[tuple[int, ...]]) -> Groups:
    """Add the items of another list, each below the one that it stood below.

    An item is known by its contenders, since each gives one text in a run. Who gave
    the text of a known item later joins it; who is known stays where it was.
    """
    groups = [list(group) for group in seen]
    known = {index for group in seen for index in group}
    below = 0
    for by in listed:
        at = next((n for n, g in enumerate(groups) if known & {*by} & {*g}), None)
        new = [index for index in by if index not in known]
        known.update(new)
        if at is None:
            groups.insert(at := below, new)
        else:
            groups[at] = sorted({*groups[at], *new})
        below = at + 1
    return tuple(tuple(group) for group in groups)


OLD = 30.0
"""Seconds after which nobody takes from a list any more."""
STANDS = 10.0
"""Seconds after which what was typed along stands."""
COMMAND_WITHIN = 2.0
"""Seconds between a change and the command that belongs to it."""
_LEAST_TAKEN = 3
_LEAST_TYPED = 4
_NONE = Done(choice=Choice.NONE, method=Method.INFERRED)


class Watch:
    """Follows the lists of one run, until it is clear what was done with them."""

    def __init__(
        self, listed: SuggestionList, *, commands: bool, parts: bool, seen: Groups = ()
    ) -> None:
        """Watch from the first list on.

        `commands`: the editor runs the command of what was taken; `parts`: one can
        take the beginning of a suggestion; `seen`: what was seen of the run before.
        """
        self.listed = listed
        """The newest list."""
        self.seen = seen
        """Who gave each item that was seen, from top to bottom; empty if none was."""
        self.shown_at: float | None = None
        """When the first list that was seen went out; None if none was."""
        self.counts = False
        """Whether one that was seen is a choice even if nothing is taken from it."""
        self.done: Done | None = None
        """What was done; None as long as that is open."""
        self._commands = commands
        self._parts = parts
        self._first = listed
        self._carried = ""
        self._now = listed.lines
        self._texts: dict[tuple[int, ...], str] = {}
        """What was seen, each as it goes on from the first list."""
        self._is_judged = False
        """Whether it is settled if the newest list was seen."""
        self._changed_at = listed.at
        self._likely: Done | None = None
        self._browsed = False
        self.decides_at = listed.at + OLD
        """When time decides what was done, by the loop's clock."""

    @property
    def due(self) -> float:
        """When to `look` again, by the loop's clock."""
        if self._is_judged:
            return self.decides_at
        return min(self.listed.at + SHOWN_AFTER, self.decides_at)

    @property
    def so_far(self) -> Done:
        """What it comes to if nothing more is heard of it."""
        if self.done is not None:
            return self.done
        return _NONE if self._likely is None or self._browsed else self._likely

    def relist(self, listed: SuggestionList) -> bool:
        """Take a newer list of the run; says whether it is at the same place."""
        self.look(listed.at)
        if self.done is not None or self._since(listed.lines) is None:
            return False
        self._carried = self._first.until(listed)
        self.listed, self._now = listed, listed.lines
        self._is_judged = False
        if self._likely is None:
            self.decides_at = listed.at + OLD
        return True

    def look(self, at: float) -> None:
        """See what time has decided."""
        if self.done is not None:
            return
        if not self._is_judged and at >= self.listed.at + SHOWN_AFTER:
            self._is_judged = True
            if self._is_current():
                self._see()
        if at >= self.decides_at:
            self.done = self._likely or _NONE

    def follow(self, change: TextChange, at: float, *, browsed: bool = False) -> None:
        """Take a change of the document; `browsed`: it may only show a row."""
        self.look(at)
        if self.done is not None:
            return
        before, self._now = self._now, change.after
        self._changed_at = at
        taken = self._taken(before) or self._part(before)
        if taken is not None:
            self._take_list()
            self._expect(taken, at + (COMMAND_WITHIN if self._commands else 0.0))
        elif (typed := self._since(self._now)) is not None:
            self._type(typed, at)
        else:
            self._edit_elsewhere(change, at)
        self._browsed = browsed
        if browsed:
            self.decides_at = self.listed.at + OLD
        self.look(at)

    def edited_again(self, change: TextChange, at: float) -> None:
        """Take note that another edit comes: what looked taken was taken.

        But not in part, if that edit puts in the rest of it.
        """
        self.look(at)
        likely = None if self._browsed else self._likely
        if likely is None or self.done is not None:
            return
        goes_on = any(
            item.text.startswith(likely.text) and item.is_in(change.after)
            for item in self.listed.items
        )
        if likely.choice is Choice.TAKEN or (
            likely.choice is Choice.PARTLY and not goes_on
        ):
            self.done = likely

    def command(self, item: ListItem, start: Position) -> None:
        """Take the editor's word for what was taken, and where it went in."""
        self._take_list()
        self.done = Done(
            choice=Choice.TAKEN,
            method=Method.COMMAND,
            by=item.by,
            text=item.text,
            start=start,
        )

    def leave(self, at: float) -> None:
        """Take note that the list is gone: another place, or the document closed."""
        self.look(at)
        if self.done is None:
            self.done = self._likely or _NONE

    def _see(self) -> None:
        """Take note that the newest list is seen, and of what was typed along by it."""
        self._take_list()
        is_open = self._likely is None or self._likely.choice is Choice.TYPED
        typed = self._since(self._now)
        if is_open and typed is not None:
            self._type(typed, self._changed_at)

    def _take_list(self) -> None:
        """Take note that the newest list was before the user's eyes."""
        self._is_judged = True
        if self.shown_at is None:
            self.shown_at = self.listed.at
        self.counts = self.counts or self.listed.asked
        self.seen = joined(self.seen, [item.by for item in self.listed.items])
        for item in self.listed.items:
            self._texts[item.by] = self._carried + item.text

    def _since(self, lines: Lines) -> str | None:
        """Give what was typed since the first list; None if something else was done."""
        typed = self.listed.typed(lines)
        return self._first.typed(lines) if typed is None else self._carried + typed

    def _is_current(self) -> bool:
        typed = self.listed.typed(self._now)
        return typed is not None and any(
            item.text.startswith(typed) for item in self.listed.items
        )

    def _expect(self, likely: Done, decides_at: float) -> None:
        self._likely, self.decides_at = likely, decides_at

    def _taken(self, before: Lines) -> Done | None:
        typed = self.listed.typed(before) or ""
        for item in self.listed.items:
            beyond = len(item.text) - len(typed)
            if beyond >= _LEAST_TAKEN and item.is_in(self._now):
                return Done(
                    choice=Choice.TAKEN,
                    method=Method.INFERRED,
                    by=item.by,
                    text=item.text,
                    start=self.listed.position,
                )
        return None

    def _part(self, before: Lines) -> Done | None:
        """Tell whether a change put in the beginning of an item at once."""
        had, has = self.listed.typed(before), self.listed.typed(self._now)
        if not self._parts or had is None or has is None:
            return None
        by = [item.by for item in self.listed.items if item.text.startswith(has)]
        if len(has) - len(had) < _LEAST_TAKEN or not by:
            return None
        return Done(
            choice=Choice.PARTLY,
            method=Method.INFERRED,
            by=_all_of(by),
            text=has,
            start=self.listed.position,
        )

    def _type(self, typed: str, at: float) -> None:
        """See how far what was typed since the first list follows what was seen."""
        seen = self._texts
        along = max((common_head(text, typed) for text in seen.values()), default=0)
        best = [by for by, text in seen.items() if common_head(text, typed) == along]
        if best and along >= min(_least_typed(seen[by]) for by in best):
            likely = Done(
                choice=Choice.TYPED,
                method=Method.TYPED,
                by=_all_of(best),
                text=typed[:along],
                start=self._first.position,
            )
            if likely != self._likely:
                self._expect(likely, at + STANDS)
        elif not self._goes_on(typed):
            self._contradict(at)
        elif self._likely is not None:
            self._likely, self.decides_at = None, self.listed.at + OLD

    def _goes_on(self, typed: str) -> bool:
        """Tell whether anything that was seen, or is to see, begins as was typed."""
        listed = (self._carried + item.text for item in self.listed.items)
        return any(text.startswith(typed) for text in (*self._texts.values(), *listed))

    def _edit_elsewhere(self, change: TextChange, at: float) -> None:
        likely = self._likely = self._moved(change)
        if likely is not None and likely.choice is Choice.TYPED and self._stands():
            self._expect(likely, at)
        else:
            self._contradict(at)

    def _contradict(self, at: float) -> None:
        """Nothing was taken, unless a command says so within a moment."""
        likely = self._likely
        is_expected = likely is not None and likely.choice is Choice.TAKEN
        if likely is not _NONE and not (is_expected and self._stands()):
            self._expect(_NONE, at + (COMMAND_WITHIN if self._commands else 0.0))

    def _moved(self, change: TextChange) -> Done | None:
        """Give what was likely done, where it stands if lines came or went above."""
        likely = self._likely
        if likely is None or likely.start is None:
            return likely
        line, character = likely.start.line, likely.start.character
        if len(change.before) - line > change.below:
            return likely
        line += len(change.after) - len(change.before)
        return replace(likely, start=Position(line, character))

    def _stands(self) -> bool:
        """Tell whether what was likely done is in the document."""
        likely = self._likely
        if likely is None or likely.start is None:
            return False
        span = Span(likely.start, walk(likely.start, likely.text))
        return with_newlines(self._now.slice(span)) == likely.text


def _least_typed(text: str) -> int:
    """Give the characters that have to be typed, before it was typed along."""
    return max(_LEAST_TYPED, -(-len(text.lstrip("\n").partition("\n")[0]) // 3))


def _all_of(groups: Iterable[tuple[int, ...]]) -> tuple[int, ...]:
    return tuple(sorted({index for group in groups for index in group}))
