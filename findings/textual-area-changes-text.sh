#!/usr/bin/env bash
# Guess: `area.text` gives what `area.text = text` took, as long as nobody edits.
# Seen: form feeds, U+0085, U+2028 and other ends of line that only Unicode knows become
#   line feeds; where lines end in different ways, all get the first one's end. Whoever
#   shows a file in a TextArea and writes its text back has changed it elsewhere than the
#   user did. A lone \r stays.
# Version: textual 8.2.8.
# Concerns: whoever has code or a prompt edited there, and compares or writes it.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place"
python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check textual==8.2.8
env/bin/python - <<'PYTHON'
import asyncio

from textual.app import App
from textual.widgets import TextArea

TEXTS = {
    "def one():\n    pass\n\f\ndef two():\n": "def one():\n    pass\n\n\ndef two():\n",
    'SEPARATOR = "\u2028"\n': 'SEPARATOR = "\n"\n',
    "next\u0085line": "next\nline",
    "one\r\ntwo\nthree\n": "one\r\ntwo\r\nthree\r\n",
    "one\rtwo": "one\rtwo",
    "one\n\ttwo  \n": "one\n\ttwo  \n",
}


class Page(App):
    def compose(self):
        yield TextArea()


async def given_back():
    page = Page()
    async with page.run_test(size=(40, 10)) as pilot:
        area, found = page.query_one(TextArea), {}
        for text in TEXTS:
            area.text = text
            await pilot.pause()
            found[text] = area.text
        return found


found = asyncio.run(given_back())
for text, back in found.items():
    print(ascii(text), "came back", "as it was" if back == text else f"as {back!r}")
assert found == TEXTS
PYTHON
