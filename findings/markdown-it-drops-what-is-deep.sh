#!/usr/bin/env bash
# Guess: a reader of Markdown may show what is nested very deeply as text, but it shows it.
# Seen: what stands deeper than `maxNesting` is in no token at all, and nothing says so. In
#   the preset "commonmark" that is 20, and a list counts twice for each level, so the text
#   of the tenth level of a plain list is gone; in the default preset it is 100.
# Version: markdown-it-py 4.3.0.
# Concerns: whoever renders answers of models, and promises that nothing of them is lost.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place"
python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check markdown-it-py==4.3.0
env/bin/python - <<'PYTHON'
from markdown_it import MarkdownIt


def depth_shown(preset, levels):
    text = "".join(f"{'  ' * level}- level{level}\n" for level in range(levels))
    tokens = MarkdownIt(preset).parse(text)
    shown = "".join(token.content for token in tokens if token.type == "inline")
    return sum(f"level{level}" in shown for level in range(levels))


strict, default = depth_shown("commonmark", 60), depth_shown("js-default", 60)
print(f"of a list 60 levels deep, commonmark shows {strict}, the default preset {default}")
assert strict < 12
assert strict < default < 60
PYTHON
