"""The line that tmux shows of Hexai, as a value of its option `@hexai_status`; pure.

tmux expands the option: `#[…]` colours, `#(…)` runs a command, `##` is one `#`. Names
of models are not ours, so each `#` of theirs is doubled, after the line has been cut to
its cells, and only the codes written here colour anything.
"""

from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from hexai.config.schema import ThemeName, Tmux
from hexai.domain.figures import Traffic, TrafficWindow
from hexai.text.cells import truncate, width
from hexai.text.sanitise import visible_line

MOST_CELLS = 200
_RESET = "#[default]"
_UNITS = "kMGT"


class Theme(Struct, frozen=True):
    """Colours as tmux names them; empty: as they are."""

    fg: str = ""
    bg: str = ""
    sent: str = ""
    """Of the arrow up."""
    received: str = ""
    """Of the arrow down."""


_ON_PURPLE = Theme("white", "colour54", "colour159", "colour229")
_ON_YELLOW = Theme("black", "colour220", "colour18", "colour52")
_ON_BLUE = Theme("white", "colour18", "colour159", "colour229")
THEMES: dict[ThemeName, Theme] = {
    "white-on-purple": _ON_PURPLE,
    "purple": _ON_PURPLE,
    "magenta": _ON_PURPLE,
    "white-on-magenta": _ON_PURPLE,
    "black-on-yellow": _ON_YELLOW,
    "yellow": _ON_YELLOW,
    "black-on-gold": _ON_YELLOW,
    "white-on-blue": _ON_BLUE,
    "blue": _ON_BLUE,
    "white-on-navy": _ON_BLUE,
}
"""By the names that the Go tool gave them."""


class _Part(Struct, frozen=True):
    """A piece of the line."""

    text: str
    """Harmless, but for its `#`."""
    colour: str = ""
    """Empty: that of the line."""


_GLASS = _Part(" ⏳")
_GLASS_CELLS = 3


def waiting_line(names: Sequence[str], look: Tmux) -> str:
    """Say who is being asked; the first is named, the others are counted."""
    first, *others = names
    more = f" +{len(others)}" if others else ""
    name = visible_line(f"LLM:{first}{more}")
    # The glass is not measured with the rest: that would load the tables of widths.
    room = _cells(look) - _GLASS_CELLS
    return _drawn([_Part(truncate(name, room)), _GLASS] if room >= 0 else [], look)


def window_line(window: TrafficWindow, look: Tmux) -> str:
    """Sum up a window, and name the model that answered last if there is room."""
    theme = _theme(look)
    rate = window.requests / window.minutes
    head = [
        _Part(f"Σ@{span(window.minutes)} "),
        _Part("↑", theme.sent),
        _Part(f"{size(window.sent)} "),
        _Part("↓", theme.received),
        _Part(f"{size(window.received)} {rate:.1f}rpm"),
    ]
    newest = window.newest
    if newest is None or look.status_narrow:
        return _drawn(_cut(head, _cells(look)), look)
    tail = _tail(newest, window.minutes)
    room = _cells(look) - sum(width(part.text) for part in head)
    fits = bool(tail) and width(tail) <= room
    whole = [*head, _Part(tail)] if fits else head
    return _drawn(_cut(whole, _cells(look)), look)


def _tail(newest: Traffic, minutes: int) -> str:
    if not newest.provider.strip() or not newest.model.strip():
        return ""
    rate = newest.requests / minutes
    name = visible_line(f"{newest.provider}:{newest.model}")
    return f" | {name} {rate:.1f}rpm {newest.requests}r"


def span(minutes: int) -> str:
    """Write how long a window is: in whole hours, else in minutes."""
    hours, rest = divmod(minutes, 60)
    return f"{minutes}m" if rest else f"{hours}h"


def size(count: int) -> str:
    """Write a number of bytes by thousands, as the Go tool does.

    One decimal; where that rounds to none, the thousands that are full.

    >>> [size(count) for count in (999, 1000, 1500, 1999, 999_999, 2 * 10**15)]
    ['999B', '1k', '1.5k', '1k', '999k', '2000T']
    """
    if count < 1000:
        return f"{count}B"
    place = min((len(str(count)) - 1) // 3, len(_UNITS))
    unit = 1000**place
    decimal = f"{count / unit:.1f}"
    shown = str(count // unit) if decimal.endswith(".0") else decimal
    return shown + _UNITS[place - 1]


def _cells(look: Tmux) -> int:
    return look.status_maxlen or MOST_CELLS


def _theme(look: Tmux) -> Theme:
    """Give the colours; those that the user names alone win over the theme's."""
    theme = THEMES.get(look.status_theme, Theme())
    own_bg = bool(look.status_bg)
    return Theme(
        # In small letters: to tmux, `#F` is more than the beginning of a colour.
        fg=look.status_fg.lower() or theme.fg,
        bg=look.status_bg.lower() or theme.bg,
        sent="" if own_bg else theme.sent,
        received="" if own_bg else theme.received,
    )


def _cut(parts: Sequence[_Part], cells: int) -> Iterator[_Part]:
    """Keep what fits, and show that something was cut."""
    rest = truncate("".join(part.text for part in parts), cells)
    for part in parts:
        piece, rest = rest[: len(part.text)], rest[len(part.text) :]
        if piece:
            yield replace(part, text=piece)


def _drawn(parts: Iterable[_Part], look: Tmux) -> str:
    theme = _theme(look)
    drawn = ""
    for part in parts:
        drawn += _code(part.colour)
        drawn += part.text.replace("#", "##")
        drawn += _code(theme.fg) if part.colour else ""
    base = _code(theme.fg, theme.bg)
    return f"{base}{drawn}{_RESET}" if base else drawn


def _code(fg: str = "", bg: str = "") -> str:
    named = [f"{key}={value}" for key, value in (("fg", fg), ("bg", bg)) if value]
    return f"#[{','.join(named)}]" if named else ""
