"""The beginning of a prompt that stands still while somebody types at its end.

A server keeps what it has read and reads anew from the first difference on. A window
of so many lines above the cursor begins one line later with each new line, so all of
it is read again: on a laptop that takes seconds. So a window begins where one before
it began, as long as it is not too long; then it moves down in one large step.

Where windows began is remembered by the text there. It needs no numbers of lines and
no names of documents, and a text that was changed or deleted is simply not found.
"""

from hexai.text.budget import estimate_tokens

_HEAD = 160
"""Characters that a beginning is known by."""
_REMEMBERED = 8
"""Places that somebody goes back and forth between."""
_GROWTH = 3
"""How many times as long as at first a window may become."""


class Standing:
    """The windows that a server has read lately."""

    def __init__(self) -> None:
        self._heads: list[str] = []
        """Their beginnings, the latest last."""

    def cut(self, text: str, tokens: int) -> str:
        """Cut a text to its last lines: `tokens` at first, later up to thrice."""
        longest = _last_lines(text, tokens * _GROWTH)
        for head in reversed(self._heads):
            at = longest.rfind(head)
            if at == 0 or (at > 0 and longest[at - 1] == "\n"):
                window = longest[at:]
                break
        else:
            window = _last_lines(text, tokens)
        self._remember(window)
        return window

    def _remember(self, window: str) -> None:
        head = window[:_HEAD]
        if len(window) <= _HEAD:
            head = window[: window.rfind("\n") + 1]
        if len(head.split()) > 1:
            known = [one for one in self._heads if not one.startswith(head)]
            self._heads = [*known[1 - _REMEMBERED :], head]


def _last_lines(text: str, tokens: int) -> str:
    """Give as many of the last lines as fit; of a longer one its end."""
    taken, spent = 0, 0
    for line in reversed(text.split("\n")):
        spent += estimate_tokens(line) + 1
        if spent > tokens:
            break
        taken += len(line) + 1
    return text[len(text) + 1 - taken :] if taken else text[-tokens * 4 :]
