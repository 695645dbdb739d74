# Sourced by the scripts beside it: finds the checkout and a Python, makes environments.
# shellcheck shell=bash

set -euo pipefail

HERE="$(cd -P "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)"
ROOT="$(dirname "$HERE")"
cd "$ROOT"
export PIP_USER=0 # a setting of the user's that no environment can be filled with
unset PYTHONPATH PYTHONHOME

# An environment of ours that is active cannot be made anew by its own Python.
PATH=":$PATH:"
while [[ $PATH =~ :("$ROOT"/[^:/]+/bin): ]]; do
    PATH="${PATH//:"${BASH_REMATCH[1]}":/:}"
done
PATH="${PATH#:}"
PATH="${PATH%:}"

say() { printf '%s: %s\n' "$(basename "$0")" "$*" >&2; }

# Prints the first Python that is new enough.
find_python() {
    local candidate
    for candidate in "${PYTHON:-}" python3 python3.13 python3.12 python3.11 python3.14; do
        [ -n "$candidate" ] || continue
        command -v "$candidate" >/dev/null 2>&1 || continue
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
        then
            command -v "$candidate"
            return
        fi
    done
    say "needs Python 3.11 or newer on PATH (or named by PYTHON=…); found none"
    return 1
}

# with_clock COMMAND…: runs a command that says nothing, and says how long it takes.
with_clock() {
    local clock status=0
    (
        seconds=0
        while sleep 5 </dev/null >/dev/null 2>&1 && kill -0 $$ 2>/dev/null; do
            seconds=$((seconds + 5))
            say "still installing after $seconds s"
        done
    ) &
    clock=$!
    "$@" || status=$?
    kill "$clock" 2>/dev/null || true
    wait "$clock" 2>/dev/null || true
    return "$status"
}

# environment FOLDER PIP-ARGUMENT…: makes a virtual environment and installs into it,
# once for each state of pyproject.toml and constraints.txt.
environment() {
    local folder=$1 python stamp wanted
    shift
    python=$(find_python)
    wanted=$({ cat pyproject.toml constraints.txt; "$python" -VV; echo "$ROOT" "$@"; } | cksum)
    stamp="$folder/.installed"
    if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ]; then
        return
    fi
    say "setting up ${folder#"$ROOT"/} with $("$python" -V)"
    rm -rf "$folder"
    "$python" -m venv "$folder"
    case " $* " in
    *" --group "*) # dependency groups need a newer pip than Python 3.11 comes with
        "$folder/bin/python" -m pip --disable-pip-version-check install --quiet \
            --upgrade 'pip>=25.1'
        ;;
    esac
    # By variable the constraints also reach the build of our own package, by the one
    # or the other, as pip's version has it.
    PIP_CONSTRAINT=constraints.txt PIP_BUILD_CONSTRAINT=constraints.txt \
        with_clock "$folder/bin/python" -m pip --disable-pip-version-check install \
        --quiet "$@"
    printf '%s\n' "$wanted" >"$stamp"
}
