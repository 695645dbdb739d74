#!/usr/bin/env bash
# Guess: after `view.virtual_size = Size(10, 100)`, `view.scroll_to(y=90, animate=False)`
#   shows line 90: the size was set before, in the same call.
# Seen: the first time that a view has more lines than rows nothing moves, and nothing is
#   said: whether there is something to scroll is decided by a scroll bar that the next
#   layout shows. The same call later, or a growth after that, does scroll; so does
#   `force=True`.
# Version: textual 8.2.8.
# Concerns: whoever follows the end of a text that grows, such as an answer that streams.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place"
python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check textual==8.2.8
env/bin/python - <<'PYTHON'
import asyncio

from textual.app import App
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip


class View(ScrollView):
    def render_line(self, y):
        return Strip.blank(self.size.width)


class Page(App):
    def compose(self):
        yield View()


async def grown(force):
    page = Page()
    async with page.run_test(size=(20, 8)) as pilot:
        view = page.query_one(View)
        places = []
        for lines in (100, 200):
            view.virtual_size = Size(10, lines)
            view.scroll_to(y=lines - 10, animate=False, force=force)
            await pilot.pause(0.2)
            places.append(int(view.scroll_offset.y))
        return places


plain, forced = asyncio.run(grown(False)), asyncio.run(grown(True))
print("asked for lines 90 and 190; plain:", plain, "with force=True:", forced)
assert plain == [0, 190]
assert forced == [90, 190]
PYTHON
