#!/usr/bin/env bash
# Guess: zsh offers what a Click program completes in the order in which it is given:
#   Click's script says `_describe -V unsorted`, and -V keeps the order of a group.
# Seen: so it does as long as no two items have the same help. Two that have it share a
#   line, and then all of them come in another order: the first Tab no longer takes what
#   the program put first.
# Version: click 8.5.1; zsh 5.9 and tmux 3.3a, Debian's packages, are only looked for.
# Concerns: whoever completes what has an order (the newest first) and a help of few words.
set -euo pipefail
zsh --version || { echo "needs zsh 5.9 (apt-get install zsh)" >&2; exit 2; }
tmux -V || { echo "needs tmux 3.3a (apt-get install tmux)" >&2; exit 2; }
place=$(mktemp -d)
server() { env -u TMUX tmux -u -S "$place/server" -f /dev/null "$@"; }
finish() {
    server kill-server 2>/dev/null || true
    rm -rf "$place"
}
trap finish EXIT
cd "$place"
python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check click==8.5.1
cat > program.py <<'PYTHON'
import sys

import click
from click.shell_completion import CompletionItem

HELP = {"apart": ("third", "second", "first"), "alike": ("a run", "a run", "first")}


def runs(kind):
    def complete(context, parameter, incomplete):
        return [CompletionItem(n, help=h) for n, h in zip("321", HELP[kind])]

    return complete


@click.group()
def cli():
    pass


for kind in HELP:
    argument = click.Argument(["run"], shell_complete=runs(kind))
    cli.add_command(click.Command(kind, params=[argument]))

cli(prog_name="program")
PYTHON
mkdir bin
printf '#!/bin/sh\nexec "%s/env/bin/python" "%s/program.py" "$@"\n' "$place" "$place" \
    > bin/program
chmod +x bin/program
server new-session -d -x 60 -y 20 "env PATH='$place/bin:$PATH' zsh -f"
type() {
    server send-keys -l "$1"
    server send-keys "$2"
}
wait_for() {
    for _ in $(seq 100); do
        server capture-pane -p | grep -q -e "$1" && return
        sleep 0.1
    done
    server capture-pane -p >&2
    return 1
}
type "autoload compinit; compinit -uD; PS1='> '" Enter
# shellcheck disable=SC2016
type 'eval "$(_PROGRAM_COMPLETE=zsh_source program)"; echo rea""dy' Enter
wait_for '^ready'
first() {
    type "program $1 " Tab
    wait_for '-- first'
    server send-keys Tab
    wait_for "program $1 [0-9]"
    server capture-pane -p | grep -o "program $1 [0-9]" | tail -1
    server send-keys C-c
    type clear Enter
    sleep 0.5
}
apart=$(first apart)
alike=$(first alike)
echo "3, 2, 1, each with a help of its own: the first Tab gives [$apart]"
echo "3, 2, 1, two with the same help: the first Tab gives [$alike]"
[[ $apart == 'program apart 3' && $alike == 'program alike 1' ]]
