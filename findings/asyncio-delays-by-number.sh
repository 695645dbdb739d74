#!/usr/bin/env bash
# Guess: asyncio sets TCP_NODELAY on every TCP connection, as its documentation says since
#   3.6; so what a server writes goes out at once.
# Seen: only where the socket knows its protocol's number. One that was accepted from a
#   listener of `socket.create_server` has 0 there and is left alone: what is written
#   behind a first answer waits for its acknowledgement, and is lost where a reset follows.
#   With `proto=socket.IPPROTO_TCP` at the listener, or by asyncio's own servers, it is set.
# Version: Python 3.11.2, 3.11.7, 3.12.1, 3.13.0.
# Concerns: whoever hands sockets to asyncio, from an accept of their own or from systemd.
set -euo pipefail
python3 - <<'PYTHON'
import asyncio
import socket
import sys


async def is_set(listener):
    """Let one client in, and tell whether asyncio lets its bytes go at once."""
    listener.setblocking(False)
    loop = asyncio.get_running_loop()
    with listener, socket.create_connection(listener.getsockname()):
        taken, _ = await loop.sock_accept(listener)
        transport, _ = await loop.connect_accepted_socket(asyncio.Protocol, taken)
        own = transport.get_extra_info("socket")
        found = own.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        transport.abort()
        await asyncio.sleep(0)
        return bool(found)


usual = socket.create_server(("127.0.0.1", 0))
numbered = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
numbered.bind(("127.0.0.1", 0))
numbered.listen()
seen = asyncio.run(is_set(usual)), asyncio.run(is_set(numbered))
print(f"socket.create_server:      TCP_NODELAY is {'set' if seen[0] else 'not set'}")
print(f"socket(proto=IPPROTO_TCP): TCP_NODELAY is {'set' if seen[1] else 'not set'}")
sys.exit(0 if seen == (False, True) else 1)
PYTHON
