#!/usr/bin/env bash
# Guess: `#[fg=#FF0000]` and `#[fg=#ff0000]` colour a status line alike: digits of a
#   hexadecimal number have no case, and `set status-style fg=#FF0000` does work.
# Seen: within a format `#F` stands for the flags of the window and `#D` for the pane, also
#   inside `#[...]`. So a colour whose first digit is D or F in upper case is no colour any
#   more; the style is dropped in silence and the text keeps the colour before it. Those
#   that begin with A, B, C, E or a digit work in either case.
# Version: tmux 3.3a, Debian's package `tmux`; the script only looks whether it is there.
# Concerns: whoever writes a status with colours, or a script that prints one.
set -euo pipefail
version=$(tmux -V) || { echo "needs tmux 3.3a (apt-get install tmux)" >&2; exit 2; }
place=$(mktemp -d)
inner() { env -u TMUX tmux -S "$place/inner" -f /dev/null "$@"; }
outer() { env -u TMUX tmux -S "$place/outer" -f /dev/null "$@"; }
finish() {
    outer kill-server 2>/dev/null || true
    inner kill-server 2>/dev/null || true
    rm -rf "$place"
}
trap finish EXIT

# One tmux shows its status line within another, which tells what colours it got.
export TERM=xterm-256color COLORTERM=truecolor
inner new-session -d -x 60 -y 5 'sleep 60'
inner set -g status-right '' \; set -g window-status-current-format '' \; \
    set -g status-left-length 60 \; set -g status-left \
    '#[fg=#00ff00]aa#[fg=#FF0000]bb#[fg=#AA00AA]cc#[fg=#DD0000]dd#[default].'
outer new-session -d -x 60 -y 6 \
    "env -u TMUX tmux -S '$place/inner' -f /dev/null attach"
status=
for _ in $(seq 100); do
    status=$(outer capture-pane -e -p | grep 'aa.*dd' || true)
    [[ $status ]] && break
    sleep 0.1
done
printf '%s shows the status line as %q\n' "$version" "$status"
# A code for a colour stands before aa and before cc, none before bb and before dd.
[[ $status == *$'\E['*aabb$'\E['*mccdd* ]]
