#!/usr/bin/env bash
# Guess: Rich renders `Vec<String>` in a model's prose as it stands, as it does with tags
#   that it does not know.
# Seen: what looks like a tag of HTML is left out without a trace: `Vec<String>` is shown
#   as `Vec`. `map<int, T>` stays, since the comma makes it no tag.
# Version: rich 15.0.0.
# Concerns: whoever shows answers about code with rich.markdown.Markdown.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place"
python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check rich==15.0.0
env/bin/python - <<'PYTHON'
import io

from rich.console import Console
from rich.markdown import Markdown

WRITTEN = "It takes a Vec<String>, a map<int, T> and, in code, `Vec<String>`."

screen = io.StringIO()
Console(file=screen, width=90, force_terminal=False).print(Markdown(WRITTEN))
shown = screen.getvalue().strip()
print("written:", WRITTEN)
print("shown:  ", shown)
assert shown == "It takes a Vec, a map<int, T> and, in code, Vec<String>."
PYTHON
