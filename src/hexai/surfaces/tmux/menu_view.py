"""The menu on the screen: lines with hotkeys, a submenu, and a line for own words."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from rich.style import Style
from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.strip import Strip
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from hexai.surfaces.tmux.layout import (
    fitted_line,
    keys_of,
    line_of,
    lines_for_notes,
    notes_of,
)
from hexai.surfaces.tmux.view_messages import MenuLine
from hexai.surfaces.tmux.widgets import Wishes, Words, placed
from hexai.text.sanitise import visible_line

if TYPE_CHECKING:
    from textual.widgets import Input


class Lines(OptionList):
    """The lines; their keys are the menu's."""

    DEFAULT_CSS = """
    Lines { height: 1fr; border: none; padding: 0; background: ansi_default;
            color: ansi_default; scrollbar-size: 1 1; text-wrap: nowrap;
            text-overflow: ellipsis; }
    Lines:focus { border: none; background: ansi_default; }
    Lines > .option-list--option { padding: 0; color: ansi_default; }
    Lines > .option-list--option-highlighted,
    Lines:focus > .option-list--option-highlighted {
        color: ansi_default; background: ansi_default; }
    """

    def render_line(self, y: int) -> Strip:
        """Reverse the highlighted line, which is seen on every background.

        Textual takes no `text-style: reverse` for it: `get_visual_style` loses that.
        """
        strip = placed(super().render_line(y))
        is_highlighted = self.scroll_offset.y + y == self.highlighted  # none is wrapped
        return strip.apply_style(Style(reverse=True)) if is_highlighted else strip


class MenuView(Vertical):
    """The menu; tells the application what was chosen."""

    DEFAULT_CSS = """
    MenuView { height: 1fr; width: 1fr; }
    MenuView > Words { height: auto; width: 1fr; color: ansi_default;
                        background: ansi_default; }
    MenuView > Input, MenuView > Input:focus {
        border: none; height: 1; padding: 0; background: ansi_default;
        color: ansi_default; }
    """

    def __init__(self, wishes: Wishes) -> None:
        super().__init__()
        self._wishes = wishes
        self._opened = opened = wishes.opened
        self._compares = opened.compare and bool(opened.labels)
        self._in_submenu = False
        self._notes = "\n".join(notes_of(opened))
        self._asked: int | None = None
        """The item that takes words, while they are written."""
        self._is_picked = False
        """The parent has been told, and has not answered yet."""
        self._ahead = ""
        """What was typed meanwhile: words, if it asks for some."""

    def compose(self) -> ComposeResult:
        """Lines, notes and keys."""
        yield Lines(*map(_line, self._items), markup=False)
        yield Words(id="notes")
        yield Words(id="keys")

    def on_mount(self) -> None:
        """Show the main menu."""
        self._show_notes()
        self.query_one(Lines).focus()
        self._show_keys()

    def on_resize(self) -> None:
        """Show as much as there is room for."""
        self._show_notes()
        self._show_keys()

    async def on_key(self, event: events.Key) -> None:
        """Act on the keys that Textual's list does not know."""
        if self._asked is not None:
            await self._key_while_asked(event)
            return
        if self._is_picked:
            self._key_while_picked(event)
            return
        key = event.character or event.key
        place = self._place_of(key)
        if place is not None:
            event.stop()
            await self._choose(place)
        elif (act := self._acts().get(key) or self._acts().get(event.key)) is not None:
            event.stop()
            event.prevent_default()
            act()

    async def on_option_list_option_selected(
        self, event: OptionList.OptionSelected
    ) -> None:
        """Choose the line that Enter was pressed on."""
        event.stop()
        await self._choose(self._first + event.option_index)

    def on_input_submitted(self, event: "Input.Submitted") -> None:
        """Take the user's words."""
        event.stop()
        if self._asked is not None and event.value.strip():
            self._pick(self._asked, event.value)

    def on_paste(self, event: events.Paste) -> None:
        """Keep what is pasted ahead of the field, as what is typed."""
        from hexai.surfaces.tmux.editing import in_one_line

        if self._is_picked:
            event.stop()
            self._ahead += in_one_line(event.text)
        elif self._asked is not None:
            event.stop()
            self._field().insert_text_at_cursor(in_one_line(event.text))

    def show_note(self, text: str) -> None:
        """Show a line above the keys."""
        self._notes = visible_line(text)
        self._show_notes()

    def _show_notes(self) -> None:
        notes = self.query_one("#notes", Words)
        notes.update(Text(self._notes))
        notes.styles.max_height = room = lines_for_notes(self.app.size.height)
        notes.display = bool(self._notes and room)

    @property
    def _first(self) -> int:
        return self._opened.main if self._in_submenu else 0

    @property
    def _items(self) -> tuple[MenuLine, ...]:
        items, main = self._opened.items, self._opened.main
        return items[main:] if self._in_submenu else items[:main]

    def _acts(self) -> dict[str, Callable[[], None]]:
        lines = self.query_one(Lines)
        return {
            "j": lines.action_cursor_down,
            "k": lines.action_cursor_up,
            "g": lines.action_first,
            "G": lines.action_last,
            "escape": self._back,
            "q": self._back,
            "tab": self._toggle,
        }

    def _place_of(self, key: str) -> int | None:
        """Find the line of a hotkey: as it is written, else in either case."""
        hotkeys = [each.hotkey for each in self._items]
        for wanted, known in (
            (key, hotkeys),
            (key.lower(), [each.lower() for each in hotkeys]),
        ):
            if len(wanted) == 1 and wanted in known:
                return self._first + known.index(wanted)
        return None

    async def _choose(self, place: int) -> None:
        if self._is_picked:
            return
        item = self._opened.items[place]
        if item.opens:
            self._in_submenu = True
            self._fill()
        elif item.skips:
            self._wishes.leave()
        elif item.asks:
            await self.ask(place)
        else:
            self._pick(place, "")

    def _pick(self, place: int, words: str) -> None:
        self._is_picked = True
        self._wishes.pick(place, words, compare=self._compares)

    def _back(self) -> None:
        if self._in_submenu:
            self._in_submenu = False
            self._fill()
        else:
            self._wishes.leave()

    def _toggle(self) -> None:
        if self._opened.labels:
            self._compares = not self._compares
            self._show_keys()

    async def ask(self, place: int) -> None:
        """Let the user write what is to be done."""
        from hexai.surfaces.tmux.editing import WordsField

        self._asked, self._is_picked = place, False
        field = WordsField(
            self._ahead,
            placeholder="what should change?",
            id="words",
            select_on_focus=False,
        )
        self._ahead = ""
        await self.mount(field, before=self.query_one("#keys"))
        field.focus()
        self._show_keys()

    def _key_while_picked(self, event: events.Key) -> None:
        """Keep what is typed ahead: no letter of it is a hotkey any more."""
        event.stop()
        event.prevent_default()
        if event.key == "escape":
            self._wishes.leave()
        elif event.is_printable and event.character is not None:
            self._ahead += event.character

    async def _key_while_asked(self, event: events.Key) -> None:
        if event.key == "escape":
            event.stop()
            self._asked = None
            await self.query_one("#words").remove()
            self.query_one(Lines).focus()
            self._show_keys()
        elif event.key == "ctrl+o":
            event.stop()
            self._write_in_editor()
        else:
            self._key_before_focus(event)

    def _key_before_focus(self, event: events.Key) -> None:
        """Have the field take what is typed while the focus is on its way to it."""
        field = self._field()
        if event.is_printable and event.character is not None:
            field.insert_text_at_cursor(event.character)  # what it takes, it stops
        elif field.has_focus:
            return
        elif event.key == "backspace":
            field.action_delete_left()
        elif event.key == "enter" and self._asked is not None and field.value.strip():
            self._pick(self._asked, field.value)
        event.stop()
        event.prevent_default()

    def _field(self) -> "Input":
        from textual.widgets import Input

        return self.query_one("#words", Input)

    def _write_in_editor(self) -> None:
        from hexai.surfaces.tmux.editing import edit_text

        if self._asked is None:
            return
        text = edit_text(self._wishes, self._field().value, "prompt.md")
        if text is not None and text.strip():
            self._pick(self._asked, text)

    def _fill(self) -> None:
        lines = self.query_one(Lines)
        lines.clear_options()
        lines.add_options(map(_line, self._items))
        lines.highlighted = 0
        lines.focus()
        self._show_keys()

    def _show_keys(self) -> None:
        if self._asked is not None:
            keys = ["Enter ask", "Esc back", "Ctrl-O editor"]
        else:
            keys = keys_of(
                self._opened, compares=self._compares, in_submenu=self._in_submenu
            )
        line = fitted_line(keys, self.app.size.width)
        self.query_one("#keys", Words).update(Text(line, style="dim"))


def _line(item: MenuLine) -> Option:
    hotkey, title = line_of(item)
    line = Text(hotkey, style="bold", no_wrap=True, overflow="ellipsis")
    return Option(line.append(title, style="not bold"))
