"""Answers on the screen: one as a diff, or several side by side to choose from.

The parent sends what a model says as it comes. A diff of it is made in a thread, at
most ten times a second and less often the longer it takes, so that a hundred thousand
lines leave the keys alone.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from time import monotonic

from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.css.query import NoMatches

from hexai.surfaces.tmux.answer_view import CandidateView
from hexai.surfaces.tmux.diff_view import (
    Answer,
    DiffView,
    Drawing,
    Way,
    draw,
    is_wide_enough,
    lines_of,
)
from hexai.surfaces.tmux.layout import Layout, fitted_line, layout_of
from hexai.surfaces.tmux.view_messages import Begun, Done, Dropped, Grew, Told
from hexai.surfaces.tmux.widgets import Wishes, Words
from hexai.text.cells import truncate
from hexai.text.sanitise import visible_line

_FRAME = 0.1
_PATIENCE = 0.25
"""Seconds until a diff that is not done shows what it has."""
_GO_ON = 0.5
"""Seconds until it shows more."""
_SHARE = 4
"""A diff is made again when this many times as long has passed as it took."""
_ASKED = "asking again"
_TOO_SMALL = "too small to show what would be taken"
_WAYS: dict[str, Way] = {
    "j": "down",
    "down": "down",
    "k": "up",
    "up": "up",
    "g": "first",
    "home": "first",
    "G": "last",
    "end": "last",
    "pagedown": "page down",
    "pageup": "page up",
}


class Answers(Vertical, can_focus=True):
    """All candidates of a round, and the keys that choose among them."""

    DEFAULT_CSS = """
    Answers { height: 1fr; width: 1fr; }
    Answers > #title, Answers > #keys { height: 1; width: 1fr;
        background: ansi_default; color: ansi_default; }
    Answers > #told { display: none; height: auto; width: 1fr;
        background: ansi_default; color: ansi_default;
        text-style: bold; }
    """

    def __init__(self, wishes: Wishes, begun: Begun) -> None:
        super().__init__()
        self._wishes = wishes
        self._begun = begun
        selection = wishes.opened.selection
        self._old = lines_of(selection)
        self._frame = begun.target.frame(selection) if begun.target else None
        self._candidates = [
            CandidateView(place, name) for place, name in enumerate(begun.names)
        ]
        self._thread = ThreadPoolExecutor(1)
        """Draws. Whoever leaves does not wait for it, as `asyncio.to_thread` would: to
        compare a hundred thousand lines takes seconds, and cannot be broken off."""
        self._chosen = 0
        self._is_split = False
        self._note = ""
        """What the last key came to, where that is not seen."""
        self._is_over = False
        """Other answers are wanted, and none of these can be."""
        self._said: tuple[int, ...] = ()
        """The candidates of which the parent knows that they are shown."""

    def compose(self) -> ComposeResult:
        """Put the candidates between a title and the keys."""
        yield Words(id="title")
        with Horizontal():
            yield from self._candidates
        yield Words(id="told")
        yield Words(id="keys")

    def on_mount(self) -> None:
        """Begin to draw."""
        self._arrange()
        self.set_interval(_FRAME, self._redraw)
        self.run_worker(self._keep_drawing())

    def on_unmount(self) -> None:
        """Draw no more."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    def on_resize(self) -> None:
        """Arrange the candidates anew."""
        self._arrange()

    def take(self, message: Grew | Dropped | Told | Done) -> None:
        """Take what the parent says of a candidate."""
        if not 0 <= message.place < len(self._candidates):
            return
        candidate = self._candidates[message.place]
        match message:
            case Grew(text=text):
                candidate.grow(text)
            case Dropped():
                candidate.drop()
            case Told(words=words):
                candidate.words = words
            case Done():
                self._note = ""
                candidate.end(message)
                self._redraw()

    def on_key(self, event: events.Key) -> None:
        """Choose, take, ask again, edit, or go."""
        self._note = ""
        number = int(event.key) - 1 if event.key.isdecimal() else -1
        if self._is_over and event.key not in ("escape", "q"):
            self._note = _ASKED
        elif (act := self._acts().get(event.key)) is not None:
            act()
        elif 0 <= number < len(self._candidates):
            self._choose(number)
        else:
            self._redraw()
            return
        event.stop()
        event.prevent_default()
        self._redraw()

    def _acts(self) -> dict[str, Callable[[], None]]:
        diff = self.chosen.query_one(DiffView)
        return {
            **{key: partial(diff.move, way) for key, way in _WAYS.items()},
            "enter": self._take,
            "escape": self._wishes.leave,
            "q": self._wishes.leave,
            "r": self._again,
            "e": self._edit,
            "d": self._toggle_split,
            "tab": partial(self._step, 1),
            "shift+tab": partial(self._step, -1),
        }

    @property
    def chosen(self) -> CandidateView:
        """The candidate that keys are about."""
        return self._candidates[self._chosen]

    @property
    def _is_seen(self) -> bool:
        """Whether a diff of the chosen answer is there: nobody takes another."""
        return self._layout.diff and self.chosen.is_drawn

    def _take(self) -> None:
        if self.chosen.text is not None:
            if self._is_seen:
                self._wishes.take(self._chosen)
            elif self._layout.diff:
                self.show_note("it is not on the screen yet")
        elif all(each.is_over and each.text is None for each in self._candidates):
            self._wishes.leave()
        else:
            why = "it has no text" if self.chosen.is_over else "it is not done yet"
            self.show_note(why)

    def _again(self) -> None:
        self._is_over, self._note = True, _ASKED
        self._wishes.again()

    def _edit(self) -> None:
        from hexai.surfaces.tmux.editing import edit_text

        text = self.chosen.text
        if text is None:
            self.show_note("there is nothing to edit yet")
            return
        edited = edit_text(self._wishes, text, "answer.txt")
        if edited is not None and edited != text:
            self._wishes.edited(self._chosen, edited)

    def _toggle_split(self) -> None:
        self._is_split = not self._is_split
        if self._is_split and not is_wide_enough(self.chosen.cells):
            self._is_split = False
            self.show_note("too narrow for old and new side by side")
        for each in self._candidates:
            each.is_stale, each.next_at = True, 0.0

    def _step(self, by: int) -> None:
        self._choose(self._chosen + by)

    def _choose(self, place: int) -> None:
        self._chosen = place % len(self._candidates)
        self._arrange()

    def show_note(self, text: str) -> None:
        """Show a line above the keys, until the next key or answer."""
        self._note = text
        self._redraw()

    @property
    def _layout(self) -> Layout:
        size = self.app.size
        return layout_of(size.width, size.height, len(self._candidates))

    def _arrange(self) -> None:
        """Show all candidates if there is room, else the chosen one."""
        layout = self._layout
        self.query_one("#title").display = layout.title
        for each in self._candidates:
            each.display = layout.beside or each.place == self._chosen
            each.set_class(layout.beside and each.place > 0, "beside")
            each.is_stale, each.next_at = True, 0.0
        if self.is_mounted:
            for each in self._candidates:
                each.query_one(Words).display = layout.headings
            self.focus()
        self._redraw()

    def _redraw(self) -> None:
        """Draw what is text: title, headings and keys."""
        if not self.is_mounted:
            return
        width = self.app.size.width
        title = truncate(visible_line(self._begun.title), width)
        self.query_one("#title", Words).update(Text(title, style="bold"))
        for each in self._candidates:
            number = self._number_of(each)
            each.show_heading(number, is_chosen=each is self.chosen)
        self._tell()
        self.query_one("#keys", Words).update(Text(self._keys(width), style="dim"))

    def _number_of(self, candidate: CandidateView) -> str:
        """Name the key that chooses it; where others are out of sight, of how many."""
        count, number = len(self._candidates), candidate.place + 1
        if count == 1:
            return ""
        return f"{number}" if self._layout.beside else f"{number}/{count}"

    def _tell(self) -> None:
        """Show why something does not happen, whole where there is room."""
        layout, chosen = self._layout, self.chosen
        failure = chosen.words if chosen.is_over and chosen.text is None else ""
        text = self._note or failure or ("" if layout.diff else _TOO_SMALL)
        told = self.query_one("#told", Words)
        told.update(Text(visible_line(text)))
        told.styles.max_height = layout.told
        told.display = is_told = bool(text and layout.told)
        shown = layout.diff and not (is_told and layout.told_instead)
        self.query_one(Horizontal).display = shown
        self._say_what_is_shown(shown)

    def _say_what_is_shown(self, are_shown: bool) -> None:  # noqa: FBT001
        """Tell the parent which candidates can be seen, whenever that changes."""
        displayed = (each.place for each in self._candidates if each.display)
        seen = tuple(displayed) if are_shown else ()
        if seen != self._said and not self._is_over:
            self._said = seen
            self._wishes.shows(seen)

    def _keys(self, cells: int) -> str:
        has_text, several = self.chosen.text is not None, len(self._candidates) > 1
        keys = [
            "Enter take" if has_text and self._is_seen else "",
            "Esc leave",
            "Tab next" if several else "",
            "r retry",
            "e edit" if has_text else "",
            "d unify" if self._is_split else "d split",
        ]
        return fitted_line([key for key in keys if key], cells)

    async def _keep_drawing(self) -> None:
        """Make diffs of what is new, one after the other."""
        while True:
            due = [
                each
                for each in self._candidates
                if (each.starts_anew or each.begun is not None)
                and each.display
                and each.content_size.width  # it is laid out
            ]
            try:
                for each in due:
                    await self._draw_on(each)
            except NoMatches:  # these answers went away while a thread drew
                return
            await asyncio.sleep(_FRAME if not due else 0.02)

    async def _draw_on(self, each: CandidateView) -> None:
        """Begin a diff, or go on with it; long ones show their first rows at once."""
        if each.begun is None or each.starts_anew:
            each.is_stale = False
            drawing = await self._drawn(each)
        else:
            drawing = await self._in_thread(partial(each.begun.laid_out, _GO_ON))
        live = not each.is_over
        each.begun = None if drawing.is_whole else drawing
        if drawing.is_whole or not live:  # who reads along is at the end
            each.query_one(DiffView).show(drawing, live=live)
            if not live and not each.is_stale and not each.is_drawn:
                each.is_drawn = True
                self._redraw()
        # What has ended meanwhile is drawn once more, and at once.
        each.next_at = monotonic() + (drawing.took * _SHARE if live else 0.0)

    async def _drawn(self, candidate: CandidateView) -> Drawing:
        if candidate.is_over and candidate.text is None:
            return Drawing()  # its heading and the line above the keys say why
        answer = Answer(
            text=candidate.so_far(),
            frame=self._frame,
            is_live=candidate.text is None,
        )
        is_split = self._is_split
        return await self._in_thread(
            partial(
                draw,
                self._old,
                answer,
                is_split=is_split,
                cells=candidate.cells,
                patience=_PATIENCE,
            )
        )

    async def _in_thread(self, make: Callable[[], Drawing]) -> Drawing:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, make)
