#!/usr/bin/env bash
# Guess: what a server said before it reset a connection can be read, as by any socket:
#   it came first, and the system keeps it.
# Seen: where a write is the first to meet the reset, asyncio closes the connection at once
#   and leaves unread what has come: `reader.read()` raises ConnectionResetError, and the
#   refusal of a large request (413 and why, RFC 9112, 9.6) is told as a broken connection.
#   Whether the loop reads or writes first is chance. A blocking socket gives the words
#   after its own write has failed.
# Version: Python 3.11.7, 3.12.1, 3.13.0.
# Concerns: whoever sends large requests, or speaks TLS 1.3, by asyncio: a server that
#   wants a certificate says so when the client has begun to write.
set -euo pipefail
python3 - <<'PYTHON'
import asyncio
import socket
import struct
import sys
import threading
import time

WHY = b"HTTP/1.1 413 Content Too Large\r\n\r\n"


def refuse(listener):
    """Say why, and reset the connection."""
    connection, _ = listener.accept()
    connection.sendall(WHY)
    linger = struct.pack("ii", 1, 0)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    connection.close()


async def by_asyncio(port):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    time.sleep(0.3)  # the loop is busy meanwhile, as with a large body
    writer.write(b"much of a body")
    try:
        return repr(await reader.read())
    except ConnectionResetError as error:
        return type(error).__name__


def by_socket(port):
    with socket.create_connection(("127.0.0.1", port)) as connection:
        time.sleep(0.3)
        try:
            connection.send(b"much of a body")
        except ConnectionResetError:
            pass
        return repr(connection.recv(1000))


seen = []
for ask in (lambda port: asyncio.run(by_asyncio(port)), by_socket):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = threading.Thread(target=refuse, args=(listener,))
        server.start()
        seen.append(ask(listener.getsockname()[1]))
        server.join()
print(f"asyncio: {seen[0]}\nsocket:  {seen[1]}")
sys.exit(0 if seen == ["ConnectionResetError", repr(WHY)] else 1)
PYTHON
