"""Sessions of a person at a list, made by number: the same number, the same session.

A session is what a person and an editor do, in words that need no document: the list
that goes out, the letters that are typed, what is taken and how. Editors are as
different as those of the table of clients. What the document holds meanwhile is worked
out here too, so that a session can be played to what watches the documents.
"""

from random import Random
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

Does = Literal[
    "list", "type", "erase", "take", "part", "command", "browse", "edit", "close"
]
HEAD, TAIL = "def f(a):\n    x = ", "\nother = 1\n"
_ROWS = (
    "alpha beta gamma",
    "alpha beta",
    "alpha delta(x)",
    "al",
    "other(1, 2)",
    "other",
    "beta\n        more(x)\n        last",
    "alpha beta\n        if x:\n            y",
    "zeta = 1",
    "z",
)
_WAITS = (0.03, 0.2, 0.45, 0.6, 0.9, 1.7, 2.4, 4.0, 9.0, 11.0, 31.0, 62.0)


class Editor(Struct, frozen=True, kw_only=True):
    """What an editor does with lists."""

    commands: bool = False
    """It runs the command of what is taken."""
    parts: bool = False
    """One can take the beginning of a row."""
    asks: bool = True
    """It asks again at each key."""
    shows: bool = False
    """It puts rows that are browsed into the text."""
    deepens: bool = False
    """It indents the later lines of a row once more."""
    again: bool = False
    """It asks by itself behind what was taken."""


EDITORS = (
    Editor(again=True),  # Helix
    Editor(commands=True, shows=True),  # Neovim
    Editor(commands=True, again=True),  # coc.nvim, completion plugins
    Editor(commands=True, parts=True),  # ghost text
    Editor(parts=True, asks=False),
    Editor(deepens=True),  # Kakoune
    Editor(asks=False),  # Kate, JupyterLab, fresh
)


class Row(Struct, frozen=True, kw_only=True):
    """A row of a list."""

    by: tuple[int, ...]
    text: str
    """From the place of the run on."""


class Event(Struct, frozen=True, kw_only=True):
    """One thing that is done, and the document after it."""

    at: float
    does: Does
    run: int = 0
    rows: tuple[Row, ...] = ()
    row: int = 0
    """Which of the newest list, of `take`, `part`, `command` and `browse`."""
    text: str = ""
    """What is typed, or put in."""
    typed: str = ""
    """What then stands since the place of the newest run; of a list, before it."""
    head: str = ""
    """The document up to that place."""
    tail: str = ""
    """The document behind the cursor."""


class Session(Struct, frozen=True, kw_only=True):
    """What was done; nothing more is heard after `ends_at`."""

    editor: Editor
    events: tuple[Event, ...]
    ends_at: float


def make(number: int) -> Session:
    """Make the session of a number."""
    chance = Random(f"session {number}")
    desk = _Desk(chance, chance.choice(EDITORS))
    for _ in range(chance.randrange(2, 22)):
        desk.step()
    return Session(
        editor=desk.editor,
        events=tuple(desk.events),
        ends_at=desk.now + chance.choice(_WAITS) + chance.random() / 100,
    )


class _Desk:
    def __init__(self, chance: Random, editor: Editor) -> None:
        self.chance, self.editor = chance, editor
        self.events: list[Event] = []
        self.now = 0.0
        self._head, self._typed, self._tail = HEAD, "", TAIL
        self._run = 0
        self._all: tuple[Row, ...] = ()
        self._listed: tuple[Row, ...] = ()
        self._at = ""
        """What had been typed when the newest list went out."""
        self._before_row: str | None = None
        """What was typed before a row was put in by browsing."""

    def step(self) -> None:
        """Do one thing more."""
        if not self._all:
            self._ask_anew()
            return
        steps = {
            self._type_along: 6,
            self._type_else: 1,
            self._erase: 2,
            self._take: 3,
            self._part: 2 * self.editor.parts,
            self._browse: 3 * self.editor.shows,
            self._ask_again: 2,
            self._ask_anew: 1,
            self._edit: 1,
            self._close: 0.3,
        }
        [done] = self.chance.choices([*steps], [*steps.values()])
        done()

    def _wait(self, least: float = 0.0) -> None:
        self.now += least + self.chance.choice(_WAITS[:9]) * self.chance.random()
        if self.chance.random() < 0.1:
            self.now += self.chance.choice(_WAITS)

    def _add(self, does: Does, **facts: object) -> None:
        event = Event(
            at=self.now,
            does=does,
            run=self._run,
            typed=self._typed,
            head=self._head,
            tail=self._tail,
        )
        self.events.append(replace(event, **facts))

    def _list(self) -> None:
        """Let those go out that go on as was typed."""
        self._before_row = None
        fit = [row for row in self._all if row.text.startswith(self._typed)]
        self._listed = tuple(row for row in fit if row.text != self._typed)
        self._at = self._typed
        if self._listed:
            self._add("list", rows=self._listed)

    def _ask_anew(self) -> None:
        """Begin another run where the cursor is."""
        self._wait()
        self._head, self._typed = self._head + self._typed, ""
        self._run += 1
        texts = self.chance.sample(_ROWS, self.chance.randrange(1, 5))
        groups: list[tuple[int, ...]] = [(index,) for index in range(len(texts))]
        if self.chance.random() < 0.2:
            groups[0] = (0, len(texts))
        self._all = tuple(
            Row(by=by, text=text) for by, text in zip(groups, texts, strict=True)
        )
        if self.chance.random() < 0.4:  # the others are late
            late, self._all = self._all, self._all[:1]
            self._list()
            self._wait()
            self._all = late
        self._list()

    def _ask_again(self) -> None:
        self._wait()
        self._list()

    def _put(self, does: Does, typed: str, **facts: object) -> None:
        """Change the document, and let the editor ask again if it does."""
        self._wait()
        self._before_row = None
        self._typed = typed
        self._add(does, **facts)
        if (
            self.editor.asks
            and does in ("type", "erase")
            and self.chance.random() < 0.9
        ):
            self.now += self.chance.random() / 50
            self._list()

    def _type_along(self) -> None:
        row = self.chance.choice(self._all)
        size = self.chance.choice((1, 1, 1, 2, 5))
        more = row.text[len(self._typed) :][:size]
        if row.text.startswith(self._typed) and more:
            self._put("type", self._typed + more, text=more)

    def _type_else(self) -> None:
        other = self.chance.choice(("q", " ", "(", "\n"))
        self._put("type", self._typed + other, text=other)

    def _erase(self) -> None:
        if self._typed:
            size = self.chance.choice((1, 1, 2, len(self._typed)))
            self._put("erase", self._typed[:-size])

    def _chosen(self) -> int | None:
        """Choose a row of the newest list that still goes on as was typed."""
        fit = [
            place
            for place, row in enumerate(self._listed)
            if row.text.startswith(self._typed) and self._typed.startswith(self._at)
        ]
        return self.chance.choice(fit) if fit and self.events else None

    def _take(self) -> None:
        if self._before_row is not None:
            self._typed = self._before_row
        place = self._chosen()
        if place is None:
            return
        row = self._listed[place]
        text = row.text
        if self.editor.deepens:
            rest = text[len(self._at) :]
            text = self._at + rest.replace("\n", "\n    ")
        self._put("take", text, row=place, text=row.text[len(self._at) :])
        if self.editor.commands and self.chance.random() < 0.9:
            self.now += self.chance.choice((0.001, 0.2, 1.5, 2.6))
            self._add("command", row=place, rows=self._listed, text=self._at)
        if self.editor.again and self.chance.random() < 0.8:
            self._ask_anew()
        self._listed = () if self.chance.random() < 0.7 else self._listed

    def _part(self) -> None:
        place = self._chosen()
        if place is None:
            return
        size = self.chance.randrange(1, 8)
        more = self._listed[place].text[len(self._typed) :][:size]
        if more:
            self._put("part", self._typed + more, row=place, text=more)

    def _browse(self) -> None:
        if self._before_row is not None:
            self._typed = self._before_row
        place, before = self._chosen(), self._typed
        if place is None or before != self._at:
            return
        word = self._listed[place].text[len(self._at) :].split("\n")[0].strip()
        if word and not before:
            self._put("browse", before + word, row=place)
            self._before_row = before

    def _edit(self) -> None:
        """Do something elsewhere, which ends the place of the run."""
        if self.chance.random() < 0.5:
            self._head = "# above\n" + self._head
        else:
            self._tail += "# below\n"
        self._put("edit", self._typed)
        self._all = self._listed = ()

    def _close(self) -> None:
        self._wait()
        self._add("close")
        self._all = self._listed = ()
