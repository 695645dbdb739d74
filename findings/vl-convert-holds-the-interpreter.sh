#!/usr/bin/env bash
# Guess: vl-convert draws in a V8 of its own, so Python's other threads go on meanwhile, as
#   they do beside zlib or sqlite3.
# Seen: the interpreter's lock is held until the picture is there: a thread that counts
#   gets less than a third of its pace, and so does an event loop.
# Version: vl-convert-python 1.9.0.post1.
# Concerns: who draws Altair's charts in a server, or beside something else.
set -euo pipefail

folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/environment"
"$folder/environment/bin/pip" --quiet install vl-convert-python==1.9.0.post1

"$folder/environment/bin/python" - <<'PYTHON'
import sys
import threading
import time
import zlib

import vl_convert

values = [{"x": x, "y": x * x % 97} for x in range(3000)]
spec = {
    "data": {"values": values},
    "mark": "point",
    "encoding": {
        "x": {"field": "x", "type": "quantitative"},
        "y": {"field": "y", "type": "quantitative"},
    },
}
vl_convert.vegalite_to_svg(spec, vl_version="6.4")
data = bytes(range(256)) * 40_000
counted = 0
done = False


def count() -> None:
    global counted
    while not done:
        counted += 1


def pace(work) -> float:
    """Counts a second, while the main thread works."""
    before, began = counted, time.perf_counter()
    while time.perf_counter() - began < 2:
        work()
    return (counted - before) / (time.perf_counter() - began)


threading.Thread(target=count, daemon=True).start()
alone = pace(lambda: time.sleep(0.1))
beside_zlib = pace(lambda: zlib.compress(data, 6)) / alone
beside_drawing = pace(lambda: vl_convert.vegalite_to_svg(spec, vl_version="6.4")) / alone
done = True
print(f"a counting thread, of its pace alone: beside zlib {beside_zlib:.0%},")
print(f"beside vl-convert {beside_drawing:.0%}")
sys.exit(not (beside_drawing < beside_zlib / 2 and beside_drawing < 0.33))
PYTHON
