"""Markdown rendered as it comes: what is for good, and what may still change; pure.

The whole answer is never read twice. Of what is final only this is kept: in which
containers the last block stands, and, for a fence or a table that goes on, how it
opens. From these a few lines are written that put the parser where it was
(`containers.py`), and it reads on from there.

So a step takes a state and some more lines, and gives lines for good and the next
state. What is still open is what that step would give if the text ended here, made
anew for each frame and forgotten. It is bounded: an item of a list is final once the
next begins, a line of code and a row of a table once they are over, a paragraph part
by part (`drawing.py`), each of them a few lines later at most. What comes too late for
a row (a line below a heading, a wider cell) holds from there on; and nothing of it
depends on the pieces in which the text comes, only on its lines.
"""

import re
from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from hexai.surfaces.cli.live.lines import Line
from hexai.surfaces.cli.live.markdown.block import Block
from hexai.surfaces.cli.live.markdown.blocks import read_blocks
from hexai.surfaces.cli.live.markdown.code import Code, Lexers
from hexai.surfaces.cli.live.markdown.containers import Path, context, prefix_of
from hexai.surfaces.cli.live.markdown.drawing import (
    code_lines,
    draw_code,
    draw_definitions,
    draw_empty,
    draw_heading,
    draw_rule,
    draw_table,
    draw_text,
    text_parts,
)
from hexai.surfaces.cli.live.markdown.inline import References, definitions
from hexai.surfaces.cli.live.markdown.place import Place, place_in
from hexai.surfaces.cli.live.markdown.tables import MOST_ROWS, TableShape
from hexai.surfaces.cli.live.markdown.written import (
    GOES_ON,
    TEXT,
    WrittenLines,
    is_blank,
)

_BITE = 2_000
_LINES_OF_BITE = 30
"""Characters, and lines among them, that are drawn at once."""
_ONLY_MARKS = re.compile(r"(?:[-=+*_#>`~|: ]|\d+[.)](?= |\Z))*\Z")
"""A line that is not over and has no text: it is not shown, as it may mean anything."""
_GOES_ON_BELOW = re.compile(r" *(?:[-*+>|]|\d+[.)])? *[^\s#`~=_*+-].{,99}\Z")
"""A line that ends no block: not blank, and no heading, rule or fence; and not long."""
_WAITING = 4
"""Lines that wait for the end of a block, at most, and the blank ones before it."""
_MOST_BLANKS = 64
"""Blank lines that are kept until something follows."""


class Open(Struct, frozen=True, kw_only=True, eq=False):
    """A fence or a table that goes on."""

    lines: tuple[str, ...]
    """What opens it, within its containers."""
    code: Code = Code()
    shape: TableShape | None = None


class State(Struct, frozen=True, kw_only=True, eq=False):
    """All that is remembered between two steps."""

    path: Path = ()
    """Where the last final block stands."""
    open: Open | None = None
    window: tuple[str, ...] = ()
    """Lines that are over but not final."""
    is_begun: bool = False
    """Whether anything is shown yet: before that, no row is blank."""
    references: References = {}

    @property
    def opening(self) -> list[str]:
        """The lines that put the parser where it was."""
        own = self.open.lines if self.open is not None else ()
        if not self.path:
            return list(own)
        inside = prefix_of(self.path)
        return [*context(self.path), *(inside + line for line in own)]


class Step:
    """One step: lines that came are read, and what is final of them is drawn."""

    def __init__(
        self, state: State, came: Sequence[str], lexers: Lexers, *, colour: bool
    ) -> None:
        """Nothing of `state` changes."""
        self._state = state
        opening = state.opening
        self._opening = self._drawn_to = len(opening)
        """How many lines only open what goes on, and up to where all is drawn."""
        self._lines = [*opening, *state.window, *came]
        self._lexers, self._colour = lexers, colour
        self.drawn: list[Line] = []
        self.awaited = ""
        """The language for which it stopped, if its code could not be drawn yet."""

    def take(self, *, ended: bool) -> State:
        """Draw all that is final; where the text has ended, that is all."""
        blocks = read_blocks(self._lines, self._state.path)
        done = self._opening
        for number, block in enumerate(blocks):
            if not (ended or self._can_draw(block)):
                self.awaited = block.info
                break
            is_last = number == len(blocks) - 1
            if ended or not is_last or self._is_over(block):
                self._draw_whole(block)
                done = self._drawn_to = block.end
            else:
                done = self._draw_part(block, done)
        return self._kept(done)

    def _can_draw(self, block: Block) -> bool:
        if block.kind != "fence" or self._goes_on(block) or not self._colour:
            return True
        return self._lexers.is_ready(block.info)

    def _goes_on(self, block: Block) -> bool:
        """Tell whether a block began before these lines."""
        return block.start < self._opening

    def _is_over(self, block: Block) -> bool:
        """Tell whether nothing can be added to the last block."""
        if block.is_closed or block.kind == "code":
            return True
        return block.kind != "fence" and block.end < len(self._lines)

    def _place(self, block: Block) -> Place:
        before = block.start - 1
        is_apart = (
            self._state.is_begun
            and before >= self._drawn_to
            and is_blank(self._lines[before])
        )
        last = self._state.path
        return place_in(block.path, last, is_apart=is_apart, colour=self._colour)

    def _draw_whole(self, block: Block) -> None:
        place, known = self._place(block), self._state.references
        path, references = block.path, known
        match block.kind:
            case "paragraph" | "heading":
                references = self._draw_text(block, place, text_parts(block.text))
            case "fence" | "code":
                self._draw_code(block, place)
            case "table":
                self._draw_table(block, place)
            case "rule":
                self.drawn += draw_rule(place)
            case _:
                self.drawn += draw_empty(place)
                path = (*path[:-1], replace(path[-1], is_empty=True))
        self._state = replace(
            self._state, path=path, open=None, is_begun=True, references=references
        )

    def _draw_text(
        self, block: Block, place: Place, parts: Sequence[str]
    ) -> References:
        """Draw parts of a text; gives what links are known after it."""
        known = self._state.references
        for number, text in enumerate(parts):
            if block.level and number == len(parts) - 1:
                self.drawn += draw_heading(place, text, block.level, known)
                break
            if found := definitions(text):
                lines = text.split("\n")
                self.drawn += draw_definitions(place, lines[: len(found)])
                place = place.below()
                known = {**dict(found), **known}
                rest = "\n".join(lines[len(found) :])
            else:
                rest = text
            if rest or not found:
                self.drawn += draw_text(place, rest, known)
                place = place.below()
        return known

    def _draw_code(self, block: Block, place: Place) -> Code:
        code = Code()
        if self._goes_on(block) and self._state.open is not None:
            code = self._state.open.code
        elif block.kind == "fence" and self._colour:
            code = self._lexers.code(block.info)
        drawn, code = draw_code(place, code_lines(block), code)
        self.drawn += drawn
        return code

    def _draw_table(self, block: Block, place: Place) -> TableShape:
        held = self._state.open
        fixed = held.shape if held is not None and self._goes_on(block) else None
        drawn, shape = draw_table(place, block, self._state.references, fixed)
        self.drawn += drawn
        return shape

    def _draw_part(self, block: Block, done: int) -> int:
        """Draw what is final of the last block; gives up to which line that goes."""
        place = self._place(block)
        match block.kind:
            case "paragraph":
                return self._draw_parts(block, place, done)
            case "fence":
                mark = self._opener(block, 0)
                code = self._draw_code(block, place)
                self._go_on(block, Open(lines=(mark,), code=code))
                return block.end
            case "table" if self._goes_on(block) or len(block.table) > MOST_ROWS:
                header = (self._opener(block, 0), self._opener(block, 1))
                shape = self._draw_table(block, place)
                self._go_on(block, Open(lines=header, shape=shape))
                return block.end
            case _:
                return done

    def _go_on(self, block: Block, held: Open) -> None:
        self._state = replace(self._state, path=block.path, open=held, is_begun=True)

    def _opener(self, block: Block, number: int) -> str:
        """Give a line that opens a block, as it stands within the containers."""
        if self._goes_on(block) and self._state.open is not None:
            return self._state.open.lines[number]
        line = self._lines[block.start + number]
        known = self._state.path
        for container in block.path:
            opens = number == 0 and container not in known
            line = container.inside(line, opens=opens)
        return line

    def _draw_parts(self, block: Block, place: Place, done: int) -> int:
        """Draw the parts of a paragraph that are full; the last one stays open."""
        *full, _ = parts = text_parts(block.text)
        if not full:
            return done
        references = self._draw_text(block, place, full)
        self._state = replace(
            self._state,
            path=block.path,
            open=None,
            is_begun=True,
            references=references,
        )
        rest = block.start + sum(part.count("\n") + 1 for part in full)
        text = parts[-1].partition("\n")[0].lstrip(" ")
        mark = "" if text.startswith(GOES_ON) else TEXT
        self._lines[rest] = f"{prefix_of(block.path)}{mark}{text}"
        return rest

    def _kept(self, done: int) -> State:
        """Keep the lines that are not final."""
        window = self._lines[done:]
        if len(window) > _MOST_BLANKS and all(map(is_blank, window)):
            window = window[-2:]
        return replace(self._state, window=tuple(window))


class MarkdownSource:
    """Makes lines of Markdown as it comes."""

    def __init__(self, lexers: Lexers, *, colour: bool) -> None:
        """`lexers` may be shared by several; without colours no style is used."""
        self._lexers, self._colour = lexers, colour
        self._written = WrittenLines()
        self._state = State()
        self._awaited = ""

    @property
    def waits(self) -> bool:
        """Whether a language is to be loaded first."""
        return bool(self._awaited) and not self._lexers.is_ready(self._awaited)

    def bite(self, text: str) -> str:
        """Give a little, of short lines even less."""
        bite = text[:_BITE]
        if bite.count("\n") <= _LINES_OF_BITE:
            return bite
        return "\n".join(bite.split("\n")[:_LINES_OF_BITE]) + "\n"

    @property
    def has_waited(self) -> bool:
        """Whether it stopped before something that was not loaded."""
        return bool(self._awaited)

    def feed(self, text: str) -> list[Line]:
        """Take the next piece, free of what acts; give the lines that are for good."""
        return self._step(self._written.feed(text), ended=False)

    def open(self) -> list[Line]:
        """Give what follows those, as it would be if the text ended here."""
        partial = self._written.open
        came = [] if partial is None else [partial]
        if came and self._is_code(came):  # not over, so not coloured yet
            return draw_code(Place(colour=self._colour), came, Code())[0]
        came = [line for line in came if not _ONLY_MARKS.match(line)]
        if not (came or self._state.window):
            return []
        step = Step(self._state, came, self._lexers, colour=self._colour)
        step.take(ended=True)
        return step.drawn

    def end(self) -> list[Line]:
        """Give what is left, for good: the text is over."""
        partial = self._written.open
        self._written = WrittenLines()
        return self._step([] if partial is None else [partial], ended=True)

    def _is_code(self, came: Sequence[str]) -> bool:
        """Tell quickly whether lines can only be code, as most in an open fence.

        Nothing but its own mark ends a fence that stands in no container.
        """
        held = self._state.open
        if held is None or held.shape is not None or self._state.path:
            return False
        mark = held.lines[0][:3]
        return mark in {"```", "~~~"} and mark not in "\n".join(came)

    def _can_wait(self, came: Sequence[str]) -> bool:
        """Tell quickly whether lines can wait: what they belong to is not over.

        They are read soon, with what ends it: one line of a text or of a list after
        the other would be read again and again.
        """
        if self._awaited or self._state.open is not None:
            return False
        if len(self._state.window) + len(came) > _WAITING:
            return False
        return not [line for line in came if not _GOES_ON_BELOW.match(line)]

    def _code(self, came: list[str]) -> tuple[list[Line], Open]:
        held = self._state.open
        assert held is not None
        drawn, code = draw_code(Place(colour=self._colour), came, held.code)
        return drawn, replace(held, code=code)

    def _step(self, came: list[str], *, ended: bool) -> list[Line]:
        if not (came or ended or self._awaited):
            return []
        if self._is_code(came) and not ended:
            drawn, held = self._code(came)
            self._state = replace(self._state, open=held)
            return drawn
        if not ended and self._can_wait(came):
            self._state = replace(self._state, window=(*self._state.window, *came))
            return []
        step = Step(self._state, came, self._lexers, colour=self._colour)
        self._state = step.take(ended=ended)
        self._awaited = step.awaited
        return step.drawn
