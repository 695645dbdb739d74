#!/usr/bin/env bash
# Guess: `.option-list--option-highlighted { text-style: reverse; }` reverses the line of
#   an OptionList that Enter would choose, as `text-style: bold` or `underline` there do.
# Seen: it is drawn as every other line. The style sheet takes the word, and `bold` in the
#   same rule is kept, but the style that a component's lines are drawn with is made of
#   colours, bold, dim, italic, underline and strike. Nothing is said. `Text(style=...)`
#   and styles that are put on drawn strips do reverse.
# Version: textual 8.2.8.
# Concerns: who highlights without a colour of his own, for every theme of a terminal.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place"
python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check textual==8.2.8
env/bin/python - <<'PYTHON'
import asyncio

from textual.app import App
from textual.widgets import OptionList


class Page(App):
    CSS = """
    Screen, OptionList { background: ansi_default; color: ansi_default; }
    OptionList > .option-list--option-highlighted,
    OptionList:focus > .option-list--option-highlighted {
        color: ansi_default; background: ansi_default; text-style: bold reverse; }
    """

    def compose(self):
        yield OptionList("one", "two")


async def seen():
    page = Page(ansi_color=True)
    async with page.run_test(size=(20, 6)) as pilot:
        await pilot.pause()
        strips = page.screen._compositor.render_strips()
        return {
            word: next(part.style for s in strips for part in s if word in part.text)
            for word in ("one", "two")
        }


styles = asyncio.run(seen())
for word, style in styles.items():
    print(word, "| bold:", style.bold, "| reverse:", style.reverse, "|", style)
assert styles["one"].bold and not styles["two"].bold
assert not styles["one"].reverse
assert styles["one"].color == styles["two"].color
assert styles["one"].bgcolor == styles["two"].bgcolor
PYTHON
