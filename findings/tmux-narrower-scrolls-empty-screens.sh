#!/usr/bin/env bash
# Guess: five lines at the top of an otherwise empty window, and the cursor at the first of
#   them: if the window becomes narrower each breaks into two, there is room for ten, and
#   whoever draws from the cursor on draws over all of them.
# Seen: empty rows below count as rows that are in use. So for each line that breaks one
#   row leaves the screen at the top, into the scrollback, with 29 empty rows below; and
#   the cursor, whose row has left too, is put to the corner of the screen. What is drawn
#   from there on does not reach the rows that left: the scrollback keeps a stale copy.
# Version: tmux 3.3a, Debian's package `tmux`; the script only looks whether it is there.
# Concerns: programs that draw a part of the screen again and again, as progress bars do.
set -euo pipefail
version=$(tmux -V) || { echo "needs tmux 3.3a (apt-get install tmux)" >&2; exit 2; }
place=$(mktemp -d)
seen() { env -u TMUX tmux -S "$place/socket" -f /dev/null "$@"; }
finish() {
    seen kill-server 2>/dev/null || true
    rm -rf "$place"
}
trap finish EXIT

cat >"$place/draw" <<'DRAW'
for number in 1 2 3 4 5; do printf 'line %d %0100d\r\n' "$number" 0; done
printf '\033[5A'
tmux wait-for -S drawn
sleep 60
DRAW
seen new-session -d -x 120 -y 35 "sh '$place/draw'"
seen wait-for drawn
for _ in $(seq 100); do
    [[ $(seen display -p '#{cursor_y}') = 0 ]] && break
    sleep 0.1
done
before=$(seen display -p '#{history_size} rows in the scrollback, cursor in row #{cursor_y}')
seen resize-window -x 90 -y 35
after=$(seen display -p '#{history_size} rows in the scrollback, cursor in row #{cursor_y}')
empty=$(seen capture-pane -p | grep -c '^$')
printf '%s, 120 columns: %s\n' "$version" "$before"
printf '90 columns: %s, %s empty rows on the screen\n' "$after" "$empty"
[[ $before == '0 rows'*'row 0' && $after == '5 rows'*'row 0' && $empty -gt 25 ]]
