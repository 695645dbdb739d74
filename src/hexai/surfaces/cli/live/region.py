"""The lines at the bottom of the terminal that are drawn again and again.

Between frames the cursor rests at the start of the region's first line, hidden. That is
what makes a new width harmless: a terminal that wraps its lines anew keeps the cursor
at the same character, one that does not moves neither, and in both everything from the
cursor down is ours to draw again. With the cursor at the end one would have to guess
by how many lines the beginning has moved, and every wrong guess leaves rubbish or
overwrites what was printed for good.

A terminal may have its new width before we hear of it (tmux: a quarter of a second),
and until then its lines may stand where we do not expect them. So lines that will be
drawn again are never wrapped by the terminal, only cut, which is mended soon; a frame
with lines for good is drawn whole, line by line from the cursor on; and these lines the
terminal may wrap, so that nothing of them is lost whatever its width.

Else a frame draws only the lines that changed, as one string in synchronized-output
brackets (private mode 2026), and nothing above the region is ever touched. What cannot
be helped: a window that becomes so narrow or so low that the live lines do not fit it
moves the first of them to the scrollback, where they stay as a stale copy.
"""

from hexai.surfaces.cli.live.frame import Frame

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
        for_good = bool(frame.text or frame.lasting)
        if frame.live == self._drawn and not (for_good or anew):
            return ""
        whole = for_good or anew or len(frame.live) < len(self._drawn)
        body = self._whole(frame) if whole else self._changes(frame.live)
        if not body:
            return ""
        hide = "" if self._hidden else _HIDE_CURSOR
        self._drawn, self._hidden = frame.live, True
        return f"{_BEGIN}{hide}{body}{_END}"

    def leave(self) -> str:
        """Give the cursor back below the region, which stays as it is.

        The next frame begins where the cursor is then.
        """
        below = "\r\n" * len(self._drawn)
        cursor = _SHOW_CURSOR if self._hidden else ""
        self._drawn, self._hidden = (), False
        return below + cursor

    def _whole(self, frame: Frame) -> str:
        """Draw over what is there, which may have another shape than we know.

        What is below is erased after the first line: erasing from the first corner of
        the screen makes tmux keep a copy of it in the scrollback.
        """
        text = frame.text + "".join(f"{line}\n" for line in frame.lasting)
        live = "\n".join(frame.live)
        if live:
            live = f"{_NO_WRAP}{live}{_WRAP}{_move(len(frame.live) - 1, 0)}"
        body = (text + live).replace("\n", "\r\n")
        if not self._drawn:
            return body
        first, line_end, rest = body.partition("\r")
        return f"{_ERASE_LINE}{first}{_ERASE_BELOW}{line_end}{rest}"

    def _changes(self, lines: tuple[str, ...]) -> str:
        """Draw the lines that are not as they were, each in its place."""
        out: list[str] = []
        at = 0
        for index, line in enumerate(lines):
            known = index < len(self._drawn)
            if not known or self._drawn[index] != line:
                out += [_move(at, index), _ERASE_LINE * known, line]
                at = index
        return "".join([_NO_WRAP, *out, _WRAP, _move(at, 0)])


def _move(at: int, to: int) -> str:
    """Go to the start of another line of the region.

    Down by line breaks: they make the line if it is not there, and on a screen that
    has become lower they scroll where a cursor movement would stop short, and the way
    back up would then end above the region.
    """
    if to > at:
        return "\r\n" * (to - at)
    return "\r" + (f"\x1b[{at - to}A" if to < at else "")
