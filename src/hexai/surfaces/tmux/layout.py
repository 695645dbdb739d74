"""What there is room for on a small screen, and the menu's first frame; pure."""

from collections.abc import Sequence

from msgspec import Struct

from hexai.surfaces.tmux.view_messages import MenuLine, Opened
from hexai.text.cells import pad, truncate, width, wrap
from hexai.text.sanitise import visible_line

_LEAST_ITEMS = 2
"""Lines of the menu that notes leave alone, if there are more than these."""
_SHARE_OF_NOTES = 3
"""They take one line in so many, since `hexai config check` has them whole."""
_NARROWEST = 40
"""Cells of a candidate; where there are fewer, one is shown at a time."""
_LEAST_COLUMNS = 12
_WITH_HEADING = 4
_WITH_TITLE = 6
"""Lines of a screen on which they stand."""
_MOST_TOLD = 6


class Layout(Struct, frozen=True, kw_only=True):
    """What of some answers is shown."""

    beside: bool
    """All candidates, side by side; else the chosen one."""
    title: bool
    headings: bool
    diff: bool
    """False: not a line of it can be seen, so nothing can be taken either."""
    told: int
    """The most lines of what is told above the keys."""
    told_instead: bool
    """What is told takes the diff's place."""


def layout_of(columns: int, lines: int, candidates: int) -> Layout:
    """Share a screen out among the parts of some answers.

    A popup in a terminal of 40 by 10 has three lines of 22 cells: what a person decides
    by comes first, the diff and the keys. Where several are compared, the heading stays
    that says which of them Enter takes.
    """
    headings = candidates > 1 or lines >= _WITH_HEADING
    needed = 3 if candidates > 1 else 2
    return Layout(
        beside=columns // _NARROWEST >= candidates,
        title=lines >= _WITH_TITLE,
        headings=headings,
        diff=columns >= _LEAST_COLUMNS and lines >= needed,
        told=min(_MOST_TOLD, max(lines - 2, lines // 2)),
        told_instead=lines <= needed,
    )


def lines_for_notes(lines: int) -> int:
    """Say how many lines the notes of a menu may take."""
    return max(1, lines // _SHARE_OF_NOTES) if lines > _LEAST_ITEMS else 0


MOST_NOTES = 2
_START = "\x1b[?1049h\x1b[?25l\x1b[?2004h\x1b[H\x1b[2J"
"""Pastes are marked from the start: letters of one are no hotkeys."""
_BOLD, _DIM, _PLAIN = "\x1b[1m", "\x1b[2m", "\x1b[22m"
_HIGHLIGHT, _END = "\x1b[7m", "\x1b[0m"


def line_of(item: MenuLine) -> tuple[str, str]:
    """Write a line in two parts: its hotkey, then what it does."""
    hotkey = visible_line(item.hotkey) if item.hotkey else ""
    return f" {pad(hotkey, 2)} ", visible_line(item.title)


def notes_of(opened: Opened) -> list[str]:
    """Give what the user should know, and may read in a few lines."""
    return [visible_line(note) for note in opened.notes[:MOST_NOTES]]


def keys_of(opened: Opened, *, compares: bool, in_submenu: bool = False) -> list[str]:
    """Name the keys of the menu, most wanted first."""
    keys = ["Enter choose", "Esc back" if in_submenu else "Esc skip"]
    if count := len(opened.labels):
        keys.append(f"Tab ask one, not {count}" if compares else f"Tab compare {count}")
    return keys


def fitted_line(parts: Sequence[str], cells: int, between: str = "  ") -> str:
    """Join as many parts as fit into a line; of the first, as much as fits."""
    line = ""
    for part in parts:
        longer = f"{line}{between}{part}" if line else part
        if width(longer) > cells:
            break
        line = longer
    return pad(line or "".join(parts[:1]), cells)


def first_frame(opened: Opened, columns: int, lines: int) -> bytes:
    """Draw the main menu for a terminal in its first state.

    It stands there while Textual loads, which takes longer than all else together;
    `menu_view.py` draws the same again, and keys wait in the terminal.
    """
    notes = [row for note in notes_of(opened) for row in wrap(note, columns)]
    notes = notes[: lines_for_notes(lines)]
    room = max(0, lines - 1 - len(notes))
    rows = [
        _row(item, columns, is_first=place == 0)
        for place, item in enumerate(opened.items[: opened.main][:room])
    ]
    rows += [""] * (room - len(rows))
    keys = keys_of(opened, compares=opened.compare and bool(opened.labels))
    rows += [*notes, f"{_DIM}{fitted_line(keys, columns)}{_END}"]
    return (_START + "\r\n".join(rows)).encode("utf-8", "replace")


def _row(item: MenuLine, columns: int, *, is_first: bool) -> str:
    hotkey, title = line_of(item)
    room = max(0, columns - width(hotkey))
    if width(title) > room:  # the dots stand in the last cell, as Textual has it
        title = pad(truncate(title, room - 1, ""), room - 1) + "…" if room else ""
    if not is_first:
        return f"{_BOLD}{hotkey}{_PLAIN}{title}"
    filled = pad(title, room)
    return f"{_HIGHLIGHT}{_BOLD}{hotkey}{_PLAIN}{filled}{_END}"
