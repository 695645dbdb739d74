"""The lines at the bottom of the terminal that are drawn again and again.

Between frames the cursor rests at the start of the region's first line, hidden. That is
what makes a new width harmless: a terminal that wraps its lines anew keeps the cursor
at the same character, one that does not moves neither, and in both everything from the
cursor down is ours to draw again. With the cursor at the end one would have to guess
by how many lines the beginning has moved, and every wrong guess leaves rubbish or
overwrites what was printed for good.

A frame draws only the lines that changed, as one string in synchronized-output
brackets (private mode 2026), and nothing above the region is ever touched.
"""

from hexai.surfaces.cli.frame import Frame

_BEGIN, _END = "\x1b[?2026h", "\x1b[?2026l"
_HIDE_CURSOR, _SHOW_CURSOR = "\x1b[?25l", "\x1b[?25h"
_ERASE_LINE, _ERASE_BELOW = "\x1b[K", "\x1b[J"


class Region:
    """Turns frames into what a terminal has to be sent."""

    def __init__(self) -> None:
        self._drawn: tuple[str, ...] = ()
        self._hidden = False

    def draw(self, frame: Frame, *, anew: bool = False) -> str:
        """Draw the next frame over the last; `anew` trusts nothing of the last."""
        out = [_BEGIN]
        if not self._hidden:
            out.append(_HIDE_CURSOR)
            self._hidden = True
        if self._drawn and (anew or frame.text):
            out.append(_ERASE_BELOW)
            self._drawn = ()
        out.append(frame.text.replace("\n", "\r\n"))
        out += self._lines(frame)
        self._drawn = frame.live
        return "".join([*out, _END])

    def close(self) -> str:
        """Leave the terminal as it was found; the last frame had no live lines."""
        if not self._hidden:
            return ""
        self._hidden = False
        return _SHOW_CURSOR

    def _lines(self, frame: Frame) -> list[str]:
        lines = frame.lasting + frame.live
        if not lines and not self._drawn:
            return []  # the cursor may stand within a line of printed text
        out: list[str] = []
        at = 0
        for index, line in enumerate(lines):
            known = index < len(self._drawn)
            if known and self._drawn[index] == line:
                continue
            out += [self._move(at, index), _ERASE_LINE * known, line]
            at = index
        if len(lines) < len(self._drawn):
            out += [self._move(at, len(lines)), _ERASE_BELOW]
            at = len(lines)
        return [*out, self._move(at, len(frame.lasting))]

    def _move(self, at: int, to: int) -> str:
        """Go to the start of another line of the region, made if it is not there."""
        if to <= at:
            return "\r" + (f"\x1b[{at - to}A" if to < at else "")
        last = max(at, len(self._drawn) - 1)
        down = min(to, last) - at
        return (f"\r\x1b[{down}B" if down else "") + "\r\n" * (to - max(at, last))
