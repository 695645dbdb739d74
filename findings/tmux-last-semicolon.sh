#!/usr/bin/env bash
# Guess: tmux takes an argument of a command as it stands, above all after `send-keys -l`,
#   which is for literal text: the shell or the caller has made words of the line already.
# Seen: a semicolon that ends an argument ends the command, and is not part of it; what
#   follows is another command. So `send-keys -l 'let x = 1;'` types `let x = 1`, and
#   `set-buffer 'f();'` keeps `f()`, both with exit 0. One within the text stays. A
#   backslash before the last semicolon saves it.
# Version: tmux 3.3a, Debian's package `tmux`; the script only looks whether it is there.
# Concerns: whoever types code into panes by a program, or puts it into buffers, options
#   or messages by an argument; `load-buffer -` by its input is safe.
set -euo pipefail
version=$(tmux -V) || { echo "needs tmux 3.3a (apt-get install tmux)" >&2; exit 2; }
place=$(mktemp -d)
server() { env -u TMUX tmux -S "$place/server" -f /dev/null "$@"; }
finish() {
    server kill-server 2>/dev/null || true
    rm -rf "$place"
}
trap finish EXIT

# A shell without a prompt puts each line that is typed into a file.
server new-session -d -x 60 -y 12 "stty -echo; echo ready; exec cat > '$place/typed'"
seen() { server capture-pane -p | grep -q ready; }
for _ in $(seq 100); do seen && break; sleep 0.1; done
for line in 'let x = 1;' 'a; b' 'let y = 2\;'; do
    server send-keys -l "$line"
    server send-keys Enter
done
for _ in $(seq 100); do
    [[ $(wc -l <"$place/typed") == 3 ]] && break
    sleep 0.1
done
mapfile -t typed <"$place/typed"

server set-buffer 'int f() { return 0; };'
kept=$(server show-buffer)
server set-option -g @answer 'f(1);'
option=$(server show-option -gv @answer)
printf 'int f() { return 0; };' | server load-buffer -
loaded=$(server show-buffer)

echo "$version"
printf "typed with send-keys -l, 'let x = 1;', 'a; b' and 'let y = 2\\\\;': %s\n" \
    "$(printf '[%s] ' "${typed[@]}")"
printf "set-buffer 'int f() { return 0; };' keeps [%s], load-buffer [%s]\n" \
    "$kept" "$loaded"
printf "set-option @answer 'f(1);' keeps [%s]\n" "$option"
[[ ${typed[0]} == 'let x = 1' && ${typed[1]} == 'a; b' && ${typed[2]} == 'let y = 2;' ]]
[[ $kept == 'int f() { return 0; }' && $loaded == 'int f() { return 0; };' ]]
[[ $option == 'f(1)' ]]
