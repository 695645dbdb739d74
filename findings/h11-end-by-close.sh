#!/usr/bin/env bash
# Guess: where a body ends only with its connection (no length, not chunked), h11 tells a
#   client afterwards that the connection carries no further request, as it does for
#   `connection: close`.
# Seen: once the end was received, both sides are DONE and `start_next_cycle()` passes,
#   on a connection that is gone. Only one more `next_event()`, behind the end of the
#   message, gives `ConnectionClosed`.
# Version: h11 0.16.0.
# Concerns: clients that decide by h11's states whether a connection is kept; streams of
#   model servers without a length end in this way.
set -euo pipefail

place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check h11==0.16.0

cat >"$place/look.py" <<'PYTHON'
import h11


def after(head: bytes, *, looks_on: bool) -> tuple[object, bool]:
    """Read an answer to its end; give the client's state, and whether it goes on."""
    client = h11.Connection(h11.CLIENT)
    client.send(h11.Request(method="GET", target="/", headers=[("host", "x")]))
    client.send(h11.EndOfMessage())
    client.receive_data(b"HTTP/1.1 200 OK\r\n" + head + b"\r\nhi")
    client.receive_data(b"")
    while not isinstance(client.next_event(), h11.EndOfMessage):
        pass
    if looks_on:
        print("  behind the end:", client.next_event())
    state = client.states[h11.SERVER]
    try:
        client.start_next_cycle()
    except h11.LocalProtocolError:
        return state, False
    return state, True


seen = {}
for name, head, looks_on in (
    ("connection: close", b"connection: close\r\ncontent-length: 2\r\n", False),
    ("ends with the connection", b"", False),
    ("the same, one event more", b"", True),
):
    seen[name] = after(head, looks_on=looks_on)
    print(f"{name}: {seen[name][0]}, next request {'passes' if seen[name][1] else 'refused'}")
expected = {
    "connection: close": (h11.MUST_CLOSE, False),
    "ends with the connection": (h11.DONE, True),
    "the same, one event more": (h11.CLOSED, False),
}
raise SystemExit(seen != expected)
PYTHON
"$place/venv/bin/python" "$place/look.py"
