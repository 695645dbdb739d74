#!/usr/bin/env bash
# Guess: `view.scroll_end(animate=False)` and then `view.scroll_up(animate=False)` show the
#   last line but one at the bottom.
# Seen: they show the last. The end is gone to only once the screen has been drawn, and the
#   line up before that; so of keys that come quicker than frames the later ones are lost.
#   With `immediate=True` at both, they are done in their order.
# Version: textual 8.2.8.
# Concerns: whoever scrolls by keys, which repeat, and which people type ahead.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place"
python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check textual==8.2.8
env/bin/python - <<'PYTHON'
import asyncio
import sys

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


async def scrolled(immediate):
    page = Page()
    async with page.run_test(size=(20, 8)) as pilot:
        view = page.query_one(View)
        view.virtual_size = Size(10, 100)
        await pilot.pause()
        view.scroll_end(animate=False, immediate=immediate)
        view.scroll_up(animate=False, immediate=immediate)
        await pilot.pause()
        return int(view.max_scroll_y - view.scroll_y)


late, at_once = (asyncio.run(scrolled(immediate)) for immediate in (False, True))
print(f"above the end, as usual:        {late} lines")
print(f"above the end, immediate=True:  {at_once} lines")
sys.exit(0 if (late, at_once) == (0, 1) else 1)
PYTHON
