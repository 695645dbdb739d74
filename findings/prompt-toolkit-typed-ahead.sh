#!/usr/bin/env bash
# Guess: what is typed before a prompt of prompt_toolkit reads is read as it would be then:
#   Ctrl-D ends, and Alt-Enter begins a new line where it is bound so; the terminal keeps
#   keys for whoever reads next.
# Seen: until the prompt begins, the terminal still reads lines. Ctrl-D is an end of input
#   there, of which a NUL is left: the prompt does not end. Enter has become a line feed:
#   Alt-Enter is no longer Alt-Enter, and the half of the text before it is sent off.
# Version: prompt_toolkit 3.0.53, on Linux.
# Concerns: chats that print an answer between two prompts while people type on, or start while they do.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place"
python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check prompt_toolkit==3.0.53
cat > chat.py <<'PYTHON'
import sys

from prompt_toolkit import PromptSession
from prompt_toolkit.key_binding import KeyBindings

keys = KeyBindings()


@keys.add("escape", "enter")
def _(event):
    event.current_buffer.insert_text("\n")


@keys.add("enter")
def _(event):
    event.current_buffer.validate_and_handle()


session = PromptSession(multiline=True, key_bindings=keys)
print("answer begins", flush=True)
with open(sys.argv[1]) as gate:  # the answer takes until somebody has typed
    gate.read()
while True:
    try:
        print("asked", repr(session.prompt()), flush=True)
    except EOFError:
        print("ended", flush=True)
        break
PYTHON
env/bin/python - <<'PYTHON'
import os
import pty
import re
import select
import subprocess
import sys
import time

TYPED = {"Ctrl-D": b"\x04", "Alt-Enter": b"one\x1b\rtwo\r"}


def seen(keys, *, ahead):
    fifo = f"gate-{time.monotonic_ns()}"
    os.mkfifo(fifo)
    master, slave = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "chat.py", fifo],
        stdin=slave, stdout=slave, stderr=slave,
        env={**os.environ, "TERM": "xterm", "PROMPT_TOOLKIT_NO_CPR": "1"},
    )
    shown = b""

    def read(until, seconds):
        nonlocal shown
        end = time.monotonic() + seconds
        while time.monotonic() < end and until not in shown:
            if select.select([master], [], [], 0.1)[0]:
                shown += os.read(master, 65536)

    read(b"answer begins", 20)
    if ahead:
        os.write(master, keys)
        time.sleep(0.3)
        open(fifo, "w").close()
    else:
        open(fifo, "w").close()
        read(b"\x1b[?2004h", 20)
        time.sleep(0.3)
        os.write(master, keys)
    read(b"never", 3)
    process.kill()
    return re.findall(rb"asked '.*?'|ended", shown)


for name, keys in TYPED.items():
    print(name, "at the prompt:", seen(keys, ahead=False))
    print(name, "typed ahead:", seen(keys, ahead=True))
assert seen(TYPED["Ctrl-D"], ahead=False) == [b"ended"]
assert seen(TYPED["Ctrl-D"], ahead=True) == []
assert seen(TYPED["Alt-Enter"], ahead=False) == [rb"asked 'one\ntwo'"]
assert seen(TYPED["Alt-Enter"], ahead=True) == [b"asked 'one'", b"asked 'two'"]
PYTHON
