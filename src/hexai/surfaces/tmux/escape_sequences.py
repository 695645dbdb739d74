r"""Escape sequences that a terminal sends, whole, whoever knows what they say; pure.

Textual takes a sequence that it does not know for keys that were pressed one after the
other. Then a terminal that says which colours it has, because whoever ran before us had
asked, chooses and leaves. But where a sequence ends is told by its form alone (ECMA-48,
5.4 and 5.6), with four exceptions that terminals are known for.
"""

import re
from collections.abc import Iterator

_ESC = "\x1b"
_TEXT = r"[^\x00-\x1f\x7f]"
_WHOLE = re.compile(
    rf"""\x1b\x1b?(?:
          \[\[{_TEXT}                   # F1 to F5 of the Linux console
        | \[M{_TEXT}{{3}}               # a click, as xterm told it first
        | \[\d+\$                       # Shift and a key in rxvt
        | \[(?![\[M])[0-?]*[ -/]*[@-~]
        | O[0-9;]*[@-~]                 # with modifiers in old xterms
        )
      | \x1b[\]PX^_]{_TEXT}*(?:\x07|\x1b\\)
    """,
    re.VERBOSE,
)
_BEGUN = re.compile(
    rf"""\x1b[\]PX^_]{_TEXT}*\x1b?
      | \x1b\x1b?(?:\[\[ | \[M{_TEXT}{{0,2}} | \[[0-?]*[ -/]* | O[0-9;]*)?
    """,
    re.VERBOSE,
)
_STRING = re.compile(r"\x1b[\]PX^_]")
_PAIR = 2
"""Characters that a person may have pressed: Esc, or Alt and a key."""
_LONGEST = 4096
"""Characters that are kept of one that has not ended."""
_UNKNOWN = "?"
"""Stands for what is not kept: with it nobody knows the rest."""


class Sequences:
    """Cuts what is sent, however it comes in pieces."""

    def __init__(self) -> None:
        self._held = ""
        """The beginning of a sequence."""

    def feed(self, sent: str) -> Iterator[str]:
        """Give what was pressed, and each escape sequence for itself.

        A sequence that something cuts short, as Enter does or the next Esc, is dropped.
        """
        text, self._held = self._held + sent, ""
        at = 0
        while at < len(text):
            if text[at] != _ESC:
                end = text.find(_ESC, at)
                end = len(text) if end < 0 else end
            elif whole := _WHOLE.match(text, at):
                end = whole.end()
            elif _BEGUN.fullmatch(text, at):
                self._hold(text[at:])
                return
            else:
                end = _end_of_broken(text, at)
                if end - at > _PAIR:
                    at = end
                    continue
            yield text[at:end]
            at = end

    def give_up(self) -> str:
        """Give what is held if it was pressed: Esc, or Alt and a key.

        All else was not, and its rest may take its time.
        """
        held = self._held
        if len(held) <= _PAIR:
            self._held = ""
            return held
        if _STRING.match(held) and held.endswith(_ESC):
            self._held = ""
            return _ESC
        return ""

    @property
    def holds_keys(self) -> bool:
        """Whether there is something to give up on."""
        return 0 < len(self._held) <= _PAIR or self._held.endswith(_ESC)

    def _hold(self, begun: str) -> None:
        if len(begun) > _LONGEST:
            last = _ESC if begun.endswith(_ESC) else ""
            begun = begun[:_PAIR] + _UNKNOWN + last
        self._held = begun


def _end_of_broken(text: str, at: int) -> int:
    """Find where a sequence breaks off; of Alt and a key, behind the key."""
    found = _BEGUN.match(text, at)
    assert found  # at least Esc
    begun = found[0]
    if begun in (_ESC, _ESC + _ESC):
        is_key = begun == _ESC and at + 1 < len(text)
        return at + 1 + is_key
    return at + len(begun) - begun.endswith(_ESC)
