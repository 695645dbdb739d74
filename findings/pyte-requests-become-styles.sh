#!/usr/bin/env bash
# Guess: a sequence that pyte does not know is left out of its screen, so what a program
#   asks of the terminal changes nothing of the text.
# Seen: a mark after CSI that makes another sequence of it (`>`) is dropped, and the rest
#   taken for one that it knows: Vim's and other programs' request for keys of their own,
#   `CSI > 4 ; 1 m`, makes all that follows bold and underlined. Where numbers have colons,
#   as colours and curled underlines by the standard do, or follow `=` or `<`, as in the
#   protocol of kitty for keys, the rest of the sequence is shown as text.
# Version: pyte 0.8.2.
# Concerns: whoever tests what a program shows on a terminal by pyte's screen.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place"
python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check pyte==0.8.2
env/bin/python - <<'PYTHON'
import pyte

EXPECTED = {
    "\x1b[?2026h": ("hi", False, False),
    "\x1b[38;5;9m": ("hi", False, False),
    "\x1b[>4;1m": ("hi", True, True),
    "\x1b[38:5:9m": ("5:9mhi", False, False),
    "\x1b[38:2::255:0:0m": ("2::255:0:0mhi", False, False),
    "\x1b[4:3m": ("3mhi", False, False),
    "\x1b[=5u": ("5uhi", False, False),
    "\x1b[<u": ("uhi", False, False),
}


def shown(sequence):
    screen = pyte.Screen(20, 1)
    pyte.Stream(screen).feed(sequence + "hi")
    first = screen.buffer[0][0]
    return screen.display[0].rstrip(), first.bold, first.underscore


for sequence, expected in EXPECTED.items():
    text, bold, underlined = shown(sequence)
    print(f"{sequence!r} and `hi`: {text!r}, bold {bold}, underlined {underlined}")
    assert (text, bold, underlined) == expected
PYTHON
