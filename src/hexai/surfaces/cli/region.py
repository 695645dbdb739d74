"""The lines at the bottom of the terminal that are drawn again and again.

Between frames the cursor rests at the start of the region's first line, hidden. That is
what makes a new width harmless: a terminal that wraps its lines anew keeps the cursor
at the same character, one that does not moves neither, and in both everything from the
cursor down is ours to draw again. With the cursor at the end one would have to guess
by how many lines the beginning has moved, and every wrong guess leaves rubbish or
overwrites what was printed for good.

A terminal may have its new width before we hear of it (tmux: a quarter of a second).
So lines that are drawn again are never wrapped by the terminal: one that is too long
is cut for that time, and every line of ours stays one line. `columns` holds complete
rows back long enough to draw them again whole.

A frame draws only the lines that changed, as one string in synchronized-output
brackets (private mode 2026), and nothing above the region is ever touched.
"""

from hexai.surfaces.cli.frame import Frame

_BEGIN, _END = "\x1b[?2026h", "\x1b[?2026l"
_HIDE_CURSOR, _SHOW_CURSOR = "\x1b[?25l", "\x1b[?25h"
_NO_WRAP, _WRAP = "\x1b[?7l", "\x1b[?7h"
_ERASE_LINE, _ERASE_BELOW = "\x1b[K", "\x1b[J"


class Region:
    """Turns frames into what a terminal has to be sent."""

    def __init__(self) -> None:
        self._drawn: tuple[str, ...] = ()
        self._hidden = False

    def draw(self, frame: Frame, *, anew: bool = False) -> str:
        """Draw the next frame over the last; `anew` trusts nothing of the last.

        Returns nothing if it looks the same.
        """
        over = bool(self._drawn) and (anew or bool(frame.text))
        same = not (over or frame.text or frame.lasting) and frame.live == self._drawn
        if same:
            return ""
        out = [_BEGIN]
        if not self._hidden:
            out.append(_HIDE_CURSOR)
            self._hidden = True
        if over:
            self._drawn = ()
        lines = "".join(self._lines(frame))
        if frame.live:
            lines = f"{_NO_WRAP}{lines}{_WRAP}"
        body = frame.text.replace("\n", "\r\n") + lines
        out.append(_over(body) if over else body)
        self._drawn = frame.live
        return "".join([*out, _END])

    def leave(self) -> str:
        """Give the cursor back below the region, which stays as it is.

        The next frame begins where the cursor is then.
        """
        below = "\r\n" * len(self._drawn)
        cursor = _SHOW_CURSOR if self._hidden else ""
        self._drawn, self._hidden = (), False
        return below + cursor

    def _lines(self, frame: Frame) -> list[str]:
        lines = frame.lasting + frame.live
        if not lines and not self._drawn:
            return []  # the cursor may stand within a line of printed text
        out: list[str] = []
        at = 0
        for index, line in enumerate(lines):
            known = index < len(self._drawn)
            if not known or self._drawn[index] != line:
                out += [_move(at, index), _ERASE_LINE * known, line]
                at = index
        if len(lines) < len(self._drawn):
            out += [_move(at, len(lines)), _ERASE_BELOW]
            at = len(lines)
        return [*out, _move(at, len(frame.lasting))]


def _move(at: int, to: int) -> str:
    """Go to the start of another line of the region.

    Down by line breaks: they make the line if it is not there, and on a screen that
    has become lower they scroll where a cursor movement would stop short, and the way
    back up would then end above the region.
    """
    if to > at:
        return "\r\n" * (to - at)
    return "\r" + (f"\x1b[{at - to}A" if to < at else "")


def _over(body: str) -> str:
    """Draw over what is there, which may have another shape than we know.

    What is below is erased from the second line on: erasing from the first corner of
    the screen makes tmux keep a copy of it in the scrollback.
    """
    first, line_break, rest = body.partition("\r\n")
    return f"{_ERASE_LINE}{first}{line_break}{_ERASE_BELOW}{rest}"
