"""The menu's screen, opened before the program that fills it has loaded.

Reading the command line properly takes as long as starting a popup. So a line that is
plain, as those that editors are told to run, is seen through here; every other one
waits for `surfaces/cli/action.py`, which knows all of it and says what is wrong.
"""

import os
from collections.abc import Mapping, Sequence

from hexai.surfaces.tmux.screen import Popup, Screen, open_screen

_FLAGS = frozenset({"--blind", "--compare", "--quiet", "--send-anyway"})
_VALUES = {
    "--config": None,
    "--file": None,
    "--language": None,
    "--tmux-popup-height": "height",
    "--tmux-popup-width": "width",
    "--tmux-target": "target",
}
"""What they say about the popup, if anything."""


def open_early(
    words: Sequence[str], environ: Mapping[str, str], *, stdin: int
) -> Screen | None:
    """Start the view if it is sure to be wanted; None: find out properly."""
    popup = plain_popup(words)
    if popup is None or os.isatty(stdin):
        return None
    try:
        return open_screen(popup, environ)
    except Exception:  # noqa: BLE001 - it comes again, where it can be told
        return None


def plain_popup(words: Sequence[str]) -> Popup | None:
    """Give the popup that a plain command line opens; None: it may be otherwise."""
    about: dict[str, str] = {}
    rest = iter(words)
    for word in rest:
        name, is_joined, value = word.partition("=")
        if word in _FLAGS:
            continue
        if name not in _VALUES:
            return None
        if not is_joined:
            value = next(rest, "-")
            if value.startswith("-"):
                return None
        if (field := _VALUES[name]) is not None:
            about[field] = value
    return Popup(**about)
