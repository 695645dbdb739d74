#!/usr/bin/env bash
# Guess: `tmux display-popup -t %1` shows its popup to whoever looks at pane %1, and its
#   command gets the environment of the command line that opened it, NO_COLOR among it.
# Seen: the client that shows it is chosen by TMUX_PANE of whoever runs `display-popup`
#   (or by -c), and -t only says where in that client's window it stands. Its command gets
#   the environment of tmux's server and session: what only the caller has set is missing.
# Version: tmux 3.3a, Debian's package `tmux`; the script only looks whether it is there.
# Concerns: whoever opens menus in popups from editors and scripts.
set -euo pipefail
version=$(tmux -V) || { echo "needs tmux 3.3a (apt-get install tmux)" >&2; exit 2; }
place=$(mktemp -d)
unset TMUX TMUX_PANE NO_COLOR
server() { local name=$1; shift; tmux -S "$place/$name" -f /dev/null "$@"; }
finish() {
    for name in first second inner; do server "$name" kill-server 2>/dev/null || true; done
    rm -rf "$place"
}
trap finish EXIT
until_seen() {
    for _ in $(seq 100); do
        for name in first second; do
            if server "$name" capture-pane -p | grep -q POPUP; then
                echo "$name"
                return
            fi
        done
        sleep 0.1
    done
    echo nobody
}

# Two clients, each with a session of its own.
server inner new-session -d -s first -x 60 -y 15 'sleep 60'
server inner new-session -d -s second -x 60 -y 15 'sleep 60'
for name in first second; do
    server "$name" new-session -d -x 60 -y 15 \
        "tmux -S '$place/inner' -f /dev/null attach -t $name"
done
for _ in $(seq 100); do
    [[ $(server inner list-clients | wc -l) == 2 ]] && break
    sleep 0.1
done
first=$(server inner list-panes -t first -F '#{pane_id}')
second=$(server inner list-panes -t second -F '#{pane_id}')
export TMUX="$place/inner,$(server inner display-message -p '#{pid}'),0"

told="$place/told"
TMUX_PANE=$first NO_COLOR=1 tmux display-popup -E -t "$second" \
    "env | grep -c ^NO_COLOR > '$told'; echo POPUP; sleep 60" &
by_target=$(until_seen)
server inner display-popup -C -t "$second" 2>/dev/null || true
server inner list-clients -F '#{client_name}' | while read -r client; do
    server inner display-popup -c "$client" -C
done
wait
TMUX_PANE=$second tmux display-popup -E -t "$second" 'echo POPUP; sleep 60' &
by_pane=$(until_seen)
server inner list-clients -F '#{client_name}' | while read -r client; do
    server inner display-popup -c "$client" -C
done
wait
unset TMUX
printf '%s: -t second is shown to the %s client, with TMUX_PANE of second to the %s one\n' \
    "$version" "$by_target" "$by_pane"
printf 'NO_COLOR=1 of the caller stands %s times in the environment of the popup\n' \
    "$(cat "$told")"
[[ $by_target == first && $by_pane == second && $(cat "$told") == 0 ]]
