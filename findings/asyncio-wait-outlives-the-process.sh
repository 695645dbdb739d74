#!/usr/bin/env bash
# Guess: of a child that was killed, asyncio's `process.wait()` returns at once, whatever
#   was done about its output; the documented deadlock is of a child that is still writing.
# Seen: it never returns while more than twice the reader's limit (128 KiB) of the pipe was
#   left unread, since reading was paused and the end of the pipe is never seen: the child
#   is gone, and `returncode` says so, but who waits goes on waiting. With `communicate()`,
#   which reads the rest, it ends at once.
# Version: Python 3.11.2, 3.11.7, 3.12.1, 3.13.0.
# Concerns: whoever limits what a child may print, and ends it when that is enough.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place"
python3 - 2>/dev/null <<'PYTHON'
import asyncio
import sys


async def ended(finish):
    """Kill a child after some of its output; give what `finish` comes to."""
    process = await asyncio.create_subprocess_exec(
        "yes", stdout=asyncio.subprocess.PIPE
    )
    await process.stdout.read(1)
    await asyncio.sleep(0.3)  # the reader is full now, and paused
    process.kill()
    try:
        await asyncio.wait_for(finish(process), 3)
    except TimeoutError:
        return f"still waiting after 3 s, though its code is {process.returncode}"
    return f"ended with {process.returncode}"


waits = asyncio.run(ended(lambda process: process.wait()))
reads = asyncio.run(ended(lambda process: process.communicate()))
print(f"wait():        {waits}")
print(f"communicate(): {reads}")
sys.exit(0 if waits.startswith("still") and reads.endswith("-9") else 1)
PYTHON
