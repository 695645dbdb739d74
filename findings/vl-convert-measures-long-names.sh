#!/usr/bin/env bash
# Guess: a limit on the length of labels makes a chart cheaper, since less is drawn.
# Seen: whoever cuts has to measure: eight names of 80 letters take more than twice the
#   processor time with Vega's own labelLimit than without one, and four times that of
#   names which were cut before.
# Version: vl-convert-python 1.9.0.post1.
# Concerns: who draws charts of names that others chose, as of models or files.
set -euo pipefail

folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/environment"
"$folder/environment/bin/pip" --quiet install vl-convert-python==1.9.0.post1

"$folder/environment/bin/python" - <<'PYTHON'
import sys
import time

import vl_convert


def spent(letters: int, limit: int) -> float:
    """Draws eight bars with names of so many letters; gives processor seconds."""
    values = [{"name": f"{n} {'m' * letters}", "value": n} for n in range(8)]
    axis = {"labelLimit": limit}
    spec = {
        "data": {"values": values},
        "mark": "bar",
        "encoding": {
            "y": {"field": "name", "type": "nominal", "axis": axis},
            "x": {"field": "value", "type": "quantitative"},
        },
    }
    vl_convert.vegalite_to_svg(spec, vl_version="6.4")
    began = time.process_time()
    for _ in range(5):
        vl_convert.vegalite_to_svg(spec, vl_version="6.4")
    return (time.process_time() - began) / 5


limited, whole, short = spent(78, 180), spent(78, 0), spent(18, 180)
print(f"80 letters, limited to 180 pixels: {limited * 1000:.0f} ms; without a limit")
print(f"{whole * 1000:.0f} ms; 20 letters, within the limit: {short * 1000:.0f} ms")
sys.exit(not (limited > 2 * whole and limited > 3 * short))
PYTHON
