#!/usr/bin/env bash
# Guess: Vim's `:'<,'>!command` puts standard output in the place of the lines, shows
#   standard error, and leaves the lines alone if the command fails.
# Seen: standard error stands in the text among the output, also after exit 0; a command
#   that fails replaces the lines all the same, with `shell returned 3` in the last line.
#   `shellredir` is `>%s 2>&1` with a shell of the Bourne kind.
# Version: vim 9, Debian's package `vim`; the script only looks whether it is there.
# Concerns: whoever writes a filter that reports on standard error.
set -euo pipefail
vim --version >/dev/null 2>&1 || { echo "needs vim (apt-get install vim)" >&2; exit 2; }
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place"
filter() { # EXIT-CODE: what three lines become if the second goes through a filter
    printf 'above\nline\nbelow\n' >text
    printf 'cat; echo "a warning" >&2; exit %s\n' "$1" >filter.sh
    SHELL=/bin/sh vim -u NONE -N -es -c '2!sh filter.sh' -c 'wq' text || true
    tr '\n' '|' <text
}
good=$(filter 0)
bad=$(filter 3)
vim --version | head -n 1
printf 'exit 0: %s\nexit 3: %s\n' "$good" "$bad"
[[ $good == 'above|line|a warning|below|' && $bad == "$good" ]]
