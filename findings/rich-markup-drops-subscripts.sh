#!/usr/bin/env bash
# Guess: a string with `[int]` or `x[i]` prints as it is: markup is `[bold]` and the like,
#   and a style that nobody defined is an error or is shown.
# Seen: printed by Rich, or shown by a Textual widget, every lower-case word in brackets
#   vanishes, whether or not it is a style, and nothing is said. The two differ: Textual
#   keeps brackets around several words with a comma, Rich does not.
# Version: rich 15.0.0, textual 8.2.8.
# Concerns: whoever hands code, or an answer with code, to them as a plain string.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place"
python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check rich==15.0.0 textual==8.2.8
env/bin/python - <<'PYTHON'
import asyncio
import io

from rich.console import Console
from textual.app import App
from textual.widgets import Static

WRITTEN = "def f(a: list[int], b: dict[str, int]): x[i] = y[0]"


class Page(App):
    def compose(self):
        yield Static(WRITTEN)


async def by_textual():
    page = Page()
    async with page.run_test(size=(80, 5)):
        return page.query_one(Static).render_line(0).text.rstrip()


def by_rich():
    screen = io.StringIO()
    Console(file=screen, width=80, force_terminal=False).print(WRITTEN)
    return screen.getvalue().rstrip()


rich, textual = by_rich(), asyncio.run(by_textual())
print("written:", WRITTEN)
print("rich:   ", rich)
print("textual:", textual)
assert rich == "def f(a: list, b: dict): x = y[0]"
assert textual == "def f(a: list, b: dict[str, int]): x = y[0]"
PYTHON
