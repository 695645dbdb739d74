#!/usr/bin/env bash
# Guess: nodes of PyYAML say the same whichever of its two parsers made them, so who wants
#   to know whether a scalar was in quotes asks whether its `style` is None.
# Seen: only the parser in Python says None of a plain scalar; the one in C, which people
#   take for its speed, says ''. By `style is None` every plain `no`, `12` or `~` counts as
#   quoted there. Both are false, so `not node.style` tells with either.
# Version: PyYAML 6.0.4.
# Concerns: whoever reads YAML node by node, as linters and readers of YAML 1.2 do.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place"
python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check PyYAML==6.0.4
env/bin/python - <<'PYTHON'
import yaml

TEXT = "- no\n- 'no'\n"
styles = {
    loader.__name__: [node.style for node in yaml.compose(TEXT, Loader=loader).value]
    for loader in (yaml.BaseLoader, yaml.CBaseLoader)
}
for name, found in styles.items():
    print(f"{name:12} plain {found[0]!r}, in quotes {found[1]!r}")
assert styles == {"BaseLoader": [None, "'"], "CBaseLoader": ["", "'"]}
PYTHON
