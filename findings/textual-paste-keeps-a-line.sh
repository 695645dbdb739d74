#!/usr/bin/env bash
# Guess: several lines that are pasted into an Input of Textual come in as one, with blanks
#   for the ends of line, as in the text fields of browsers; or as they are.
# Seen: only the first line comes in. The others are gone, nothing is said, and nothing
#   undoes it. Where the first line is empty, as after a line that was copied from its end,
#   nothing comes in at all.
# Version: textual 8.2.8.
# Concerns: whoever lets instructions for a model be pasted into a line of text.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place"
python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check textual==8.2.8
env/bin/python - <<'PYTHON'
import asyncio

from textual.app import App
from textual.events import Paste
from textual.widgets import Input, TextArea

PASTED = ["one line", "rename it to total\nand keep the comment", "\nrename it"]


class Page(App):
    def compose(self):
        yield Input()
        yield TextArea()


async def values(kind):
    found = []
    page = Page()
    async with page.run_test(size=(40, 10)) as pilot:
        field = page.query_one(kind)
        field.focus()
        await pilot.pause()
        for text in PASTED:
            field.clear()
            page.post_message(Paste(text))
            await pilot.pause()
            found.append(field.value if kind is Input else field.text)
    return found


lines, areas = asyncio.run(values(Input)), asyncio.run(values(TextArea))
for text, line in zip(PASTED, lines, strict=True):
    print(f"pasted {text!r}: the Input has {line!r}")
assert areas == PASTED
assert lines == ["one line", "rename it to total", ""]
PYTHON
