#!/usr/bin/env bash
# Guess: where TERM is `dumb`, as in `M-x shell` of Emacs, a PromptSession sends no control
#   sequences, for the library knows such terminals; and what it prints there is the line
#   that it gives back.
# Seen: it is plainer only if the output is its own choice. Whoever gives it one, as one
#   does to write elsewhere or to set the colours, gets the full drawing on a dumb terminal,
#   with `create_output()` too: more than twenty sequences for three letters. The plain
#   one begins with two that show a cursor, and prints the character left of the cursor at
#   each change: Backspace prints a letter once more, and an earlier line that Up brings is
#   not shown at all. So what stands there is not what is asked.
# Version: prompt_toolkit 3.0.53, on Linux.
# Concerns: chats and shells that people run within Emacs, or through what sets TERM=dumb.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place"
python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check prompt_toolkit==3.0.53
cat >ask.py <<'PYTHON'
import sys

from prompt_toolkit import PromptSession
from prompt_toolkit.history import InMemoryHistory
from prompt_toolkit.output import create_output

own = create_output(sys.stdout) if sys.argv[1:] else None
session = PromptSession(history=InMemoryHistory(["an earlier line"]), output=own)
print("given back:", session.prompt("> "), flush=True)
PYTHON
env/bin/python - <<'PYTHON'
import os
import pty
import signal
import termios
import time

signal.alarm(60)


def shown(keys, *arguments):
    """Type into a prompt on a dumb terminal; gives all that it is sent."""
    child, terminal = pty.fork()
    if not child:
        os.environ["TERM"] = "dumb"
        os.execv("env/bin/python", ["python", "ask.py", *arguments])
    while termios.tcgetattr(terminal)[3] & termios.ECHO:  # until it reads keys
        time.sleep(0.01)
    os.write(terminal, keys)
    said = b""
    try:
        while new := os.read(terminal, 4096):
            said += new
    except OSError:  # that is how a terminal ends on Linux
        pass
    os.waitpid(child, 0)
    os.close(terminal)
    return said.decode()


plain = shown(b"abX\x7fc\r")
print("Backspace:", repr(plain))
assert plain.split() == ["\x1b[?12l\x1b[?25h>", "abXbc", "given", "back:", "abc"]
earlier = shown(b"\x1b[A\r")
print("Up:", repr(earlier))
assert earlier.split("> ")[1].strip() == "given back: an earlier line"
drawn = shown(b"abc\r", "an output of its own")
print("with an output of its own:", drawn.count("\x1b["), "control sequences")
assert drawn.endswith("given back: abc\r\n")
assert drawn.count("\x1b[") > 20 > plain.count("\x1b[") > 0
PYTHON
