"""A second account of a session, by somebody who sees all of it afterwards.

It has the whole session before it, as strings: no timers, no positions, no comparing of
documents, nothing that is carried from one change to the next but what is claimed so
far. It is slow, and has one rule of docs/explanation/choices.md in each few lines.
"""

import re
from collections.abc import Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from hexai.domain.record import Choice, Method
from tests.sessions.played import Recorded
from tests.sessions.session import Event, Row, Session

CHANGES = ("type", "erase", "take", "part", "browse", "edit")


class Claim(Struct, frozen=True, kw_only=True):
    """What a list comes to."""

    choice: Choice
    method: Method = Method.INFERRED
    by: tuple[int, ...] = ()
    text: str = ""
    before: str = ""
    """The document up to that text."""


class Taken(Struct, kw_only=True):
    """Something that was taken, until the next edit."""

    run: int
    claim: Claim
    at: float
    whole: str
    """The document with it."""


NONE = Claim(choice=Choice.NONE)


class Account:
    """What is known of all runs of a session, from its beginning to its end."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.told: dict[int, Recorded] = {}
        self.decided: dict[int, Claim] = {}
        self.last: Claim | None = None
        self.taken: list[Taken] = []
        self.document = ""

    def all(self) -> dict[int, Recorded]:
        """Give what should be recorded of each run."""
        events, place = self.session.events, 0
        while place < len(events):
            event = events[place]
            if event.does == "list":
                place = Look(self, place).follow()
                continue
            if event.does == "command":
                if not self.command(event):
                    self.take_late(place)
            elif event.does == "close":
                self.close()
            else:
                self.change(event)
            place += 1
        return self.told

    def change(self, event: Event) -> None:
        """Cut the tail of what was taken last, if it is the next edit."""
        after = event.head + event.typed + event.tail
        for taken in self.taken:
            claim = taken.claim
            rest = taken.whole[len(claim.before + claim.text) :]
            kept = after[len(claim.before) : len(after) - len(rest)]
            if (
                claim.choice is Choice.TAKEN
                and event.at - taken.at <= 30
                and after == claim.before + kept + rest
                and claim.text.startswith(kept)
                and 0 < len(kept) < len(claim.text)
            ):
                cut = replace(
                    claim, choice=Choice.PARTLY, method=Method.INFERRED, text=kept
                )
                self.correct(taken.run, cut)
        self.taken.clear()
        self.document = after

    def correct(self, run: int, claim: Claim) -> None:
        """Note what was taken after all."""
        self.decided[run] = claim
        self.told[run] = replace(self.told[run], **_facts(claim), settled=True)

    def take_late(self, place: int) -> None:
        """Believe a command although nobody looks at the list any more."""
        events = self.session.events
        lists = [n for n in range(place) if events[n].does == "list"]
        look = Look(self, lists[-1])
        look.now = events[place]
        look.take(events[place])

    def command(self, event: Event) -> bool:
        """Take a command that comes after the fact; tells if nothing more is in it."""
        earlier = self.decided.get(event.run)
        row = event.rows[event.row].text[len(event.text) :]
        if earlier is None or earlier.before != event.head + event.text:
            return False
        if earlier.text == row:
            self.correct(event.run, replace(earlier, method=Method.COMMAND))
            return True
        return earlier.choice is Choice.PARTLY and row.startswith(earlier.text)

    def close(self) -> None:
        """Forget what was taken in the document."""
        self.last = None
        self.taken.clear()


class Look:
    """One look at the lists of a run, from the first of them until it is decided."""

    def __init__(self, account: Account, place: int) -> None:
        self.account, self.place = account, place
        self.editor = account.session.editor
        self.first = self.newest = self.now = account.session.events[place]
        self.run = self.first.run
        known = account.told.get(self.run)
        self.seen = [*known.shown] if known else []
        self.seen_rows: dict[str, tuple[int, ...]] = {}
        """What was seen, from the first list on, and who gave it."""
        self.shown_at: float | None = None
        self.counts = False
        self.claim: Claim | None = None
        self.browsed = False
        self.judged = False
        self.changed_at = self.first.at
        self.deadline = self.first.at + 30

    def follow(self) -> int:
        """Look until it is decided; gives the place of the event that is left."""
        session = self.account.session
        while True:
            self.place += 1
            over = self.place == len(session.events)
            event = None if over else session.events[self.place]
            until = session.ends_at if event is None else event.at
            if not self.judged and self.newest.at + 0.5 <= min(until, self.deadline):
                self.judge()
            if self.deadline <= until:
                self.decide(self.claim or NONE, self.deadline)
                return self.place
            if event is None:
                self.record(self.so_far(), settled=False)
                return self.place
            if (left := self.take_event(event)) is not None:
                return left

    def take_event(self, event: Event) -> int | None:
        """Take the next event; gives where to go on, if it is decided by that."""
        if event.does in CHANGES:
            return self.change(event)
        if event.does == "list":
            if event.run != self.run or self.since(event) is None:
                self.decide(self.claim or NONE, event.at)
                return self.place
            self.newest = self.now = event
            self.judged = False
            if self.claim is None:
                self.deadline = event.at + 30
            return None
        if event.does == "close":
            self.decide(self.claim or NONE, event.at)
            self.account.close()
        elif self.account.command(event):
            return None
        else:
            self.take(event)
        return self.place + 1

    def take(self, event: Event) -> None:
        """Believe a command."""
        self.see()
        done = self.taken(self.newest.rows[event.row], method=Method.COMMAND)
        self.decide(done, event.at)

    # What was seen.

    def judge(self) -> None:
        """Tell, now that half a second is over, whether the list was current."""
        self.judged = True
        typed = self.typed(self.now)
        rows = [row.text[len(self.newest.typed) :] for row in self.newest.rows]
        if typed is None or not any(row.startswith(typed) for row in rows):
            return
        self.see()
        since = self.since(self.now)
        is_open = self.claim is None or self.claim.choice is Choice.TYPED
        if is_open and since is not None:
            self.type(since, self.changed_at)

    def see(self) -> None:
        """Note that the newest list was before the eyes."""
        self.judged = True
        if self.shown_at is None:
            self.shown_at = self.newest.at
        last = self.account.last
        where = self.newest.head + self.newest.typed
        by_itself = last is not None and where == last.before + last.text
        self.counts = self.counts or not by_itself
        below = 0
        for row in self.newest.rows:
            if row.by not in self.seen:
                self.seen.insert(below, row.by)
            below = self.seen.index(row.by) + 1
            self.seen_rows[row.text[len(self.first.typed) :]] = row.by

    # What was done.

    def change(self, event: Event) -> int | None:
        """Take a change; gives where to go on, if it is decided by that."""
        claim = None if self.browsed else self.claim
        if claim is not None and self.is_over(claim, event):
            self.decide(claim, event.at)
            return self.place
        self.account.change(event)
        before, self.now, self.changed_at = self.now, event, event.at
        taken = self.taken_by(before, event) or self.part_of(before, event)
        since = self.since(event)
        if taken is not None:
            self.see()
            self.claim = taken
            self.deadline = event.at + 2 * self.editor.commands
        elif since is not None:
            self.type(since, event.at)
        else:
            self.elsewhere(event)
        self.browsed = self.editor.shows and self.shows_row(event)
        if self.browsed:
            self.deadline = self.newest.at + 30
        return None

    def is_over(self, claim: Claim, event: Event) -> bool:
        """Another edit comes: what was taken was taken, unless its rest goes in."""
        goes_on = any(
            row.text[len(self.newest.typed) :].startswith(claim.text)
            and self.holds(row, event)
            for row in self.newest.rows
        )
        is_part = claim.choice is Choice.PARTLY and not goes_on
        return claim.choice is Choice.TAKEN or is_part

    def taken_by(self, before: Event, event: Event) -> Claim | None:
        """One change, after which the text is that with a row, three or more beyond."""
        typed = self.typed(before) or ""
        for row in self.newest.rows:
            beyond = len(row.text) - len(self.newest.typed + typed)
            if beyond >= 3 and self.holds(row, event):
                return self.taken(row)
        return None

    def part_of(self, before: Event, event: Event) -> Claim | None:
        """Give the beginning of rows that one change put in, as ghost text is taken."""
        had, has = self.typed(before), self.typed(event)
        if not self.editor.parts or had is None or has is None:
            return None
        rows = [
            row
            for row in self.newest.rows
            if row.text[len(self.newest.typed) :].startswith(has)
        ]
        if len(has) < len(had) + 3 or not rows:
            return None
        return Claim(
            choice=Choice.PARTLY,
            by=_all_of([row.by for row in rows]),
            text=has,
            before=self.newest.head + self.newest.typed,
        )

    def type(self, since: str, at: float) -> None:
        """See how far what was typed follows what was seen."""
        along = max((_common(row, since) for row in self.seen_rows), default=0)
        best = [row for row in self.seen_rows if _common(row, since) == along]
        if best and along >= min(map(_least, best)):
            claim = Claim(
                choice=Choice.TYPED,
                method=Method.TYPED,
                by=_all_of([self.seen_rows[row] for row in best]),
                text=since[:along],
                before=self.first.head + self.first.typed,
            )
            if claim != self.claim:
                self.claim, self.deadline = claim, at + 10
            return
        known = [row.text[len(self.first.typed) :] for row in self.newest.rows]
        if not any(row.startswith(since) for row in (*self.seen_rows, *known)):
            self.contradict(at)
        elif self.claim is not None:
            self.claim, self.deadline = None, self.newest.at + 30

    def elsewhere(self, event: Event) -> None:
        """See what an edit elsewhere makes of it."""
        claim = self.claim
        if claim is not None and claim.choice is not Choice.NONE:
            before = claim.before.replace(self.now_head(claim), event.head, 1)
            claim = self.claim = replace(claim, before=before)
        if claim is not None and claim.choice is Choice.TYPED and self.stands(event):
            self.deadline = event.at
        else:
            self.contradict(event.at)

    def now_head(self, claim: Claim) -> str:
        """Give the head that a claim was made with."""
        head = self.newest.head
        return head if claim.before.startswith(head) else self.first.head

    def stands(self, event: Event) -> bool:
        """Tell whether what was likely done is in the document."""
        claim = self.claim
        text = event.head + event.typed + event.tail
        return claim is not None and text.startswith(claim.before + claim.text)

    def contradict(self, at: float) -> None:
        """Nothing was taken, unless a command says so within a moment."""
        is_taken = self.claim is not None and self.claim.choice is Choice.TAKEN
        if self.claim is not NONE and not (is_taken and self.stands(self.now)):
            self.claim, self.deadline = NONE, at + 2 * self.editor.commands

    # What it comes to.

    def so_far(self) -> Claim:
        """Give what it comes to if nothing more is heard."""
        return NONE if self.claim is None or self.browsed else self.claim

    def decide(self, claim: Claim, at: float) -> None:
        """Record the last word, and remember what was taken."""
        if not self.record(claim, settled=True) or claim.choice is Choice.NONE:
            return
        account = self.account
        account.decided[self.run] = claim
        if claim.choice is not Choice.TYPED:
            account.last = claim
        whole = self.now.head + self.now.typed + self.now.tail
        if whole.startswith(claim.before + claim.text):
            taken = Taken(run=self.run, claim=claim, at=at, whole=whole)
            account.taken.append(taken)

    def record(self, claim: Claim, *, settled: bool) -> bool:
        """Note what is told of the run, if anything is."""
        if self.shown_at is None:
            return False
        is_taken = settled and claim.choice is not Choice.NONE
        if not is_taken and (not self.counts or self.run in self.account.decided):
            return False
        known = self.account.told.get(self.run)
        self.account.told[self.run] = Recorded(
            shown=tuple(self.seen),
            shown_at=known.shown_at if known else round(self.shown_at, 3),
            settled=settled,
            **_facts(claim),
        )
        return True

    # What the text says.

    def since(self, event: Event) -> str | None:
        """Give what was typed since the first list; None if something else was done."""
        return _typed_since(self.first, event)

    def typed(self, event: Event) -> str | None:
        """Give the same since the newest list."""
        return _typed_since(self.newest, event)

    def taken(self, row: Row, method: Method = Method.INFERRED) -> Claim:
        """Claim that a row was taken."""
        return Claim(
            choice=Choice.TAKEN,
            method=method,
            by=row.by,
            text=row.text[len(self.newest.typed) :],
            before=self.newest.head + self.newest.typed,
        )

    def holds(self, row: Row, event: Event) -> bool:
        """Tell whether the text is that with a row, however it was indented."""
        if (event.head, event.tail) != (self.newest.head, self.newest.tail):
            return False
        mine, its = row.text.split("\n"), event.typed.split("\n")
        return mine == its or (
            len(mine) == len(its) > 1
            and mine[0] == its[0]
            and [line.strip() for line in mine] == [line.strip() for line in its]
        )

    def shows_row(self, event: Event) -> bool:
        """Tell whether a row's word stands in the place of the one at the cursor."""
        before = self.newest.head + self.newest.typed
        found = re.search(r"\w*\Z", before)
        fragment = found[0] if found else ""
        left = before[: len(before) - len(fragment)]
        for row in self.newest.rows:
            whole = fragment + row.text[len(self.newest.typed) :]
            first = next((line for line in whole.split("\n") if line.strip()), "")
            word = re.match(r"\w*", whole)
            for shown in {first.strip(), first.rstrip(), word[0] if word else ""}:
                text = left + shown + self.newest.tail
                if shown not in ("", fragment) and text == (
                    event.head + event.typed + event.tail
                ):
                    return True
        return False


def account(session: Session) -> dict[int, Recorded]:
    """Give what should be recorded of each run."""
    return Account(session).all()


def _typed_since(listed: Event, event: Event) -> str | None:
    same = (listed.head, listed.tail) == (event.head, event.tail)
    if not same or not event.typed.startswith(listed.typed):
        return None
    return event.typed[len(listed.typed) :]


def _facts(claim: Claim) -> dict[str, Any]:
    return {
        "choice": claim.choice,
        "method": claim.method,
        "by": claim.by,
        "size": len(claim.text),
    }


def _common(one: str, other: str) -> int:
    pairs = zip(one, other, strict=False)
    return next(
        (n for n, (a, b) in enumerate(pairs) if a != b), min(map(len, (one, other)))
    )


def _least(row: str) -> int:
    first = row.lstrip("\n").partition("\n")[0]
    return max(4, (len(first) + 2) // 3)


def _all_of(groups: Sequence[tuple[int, ...]]) -> tuple[int, ...]:
    return tuple(sorted({index for group in groups for index in group}))
