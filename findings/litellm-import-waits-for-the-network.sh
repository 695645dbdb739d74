#!/usr/bin/env bash
# Guess: `import litellm` loads a library, with the list of prices that is in its package;
#   what talks to the network is a request.
# Seen: the import fetches the list of prices from GitHub and waits for it, 5 seconds where
#   a proxy says nothing; then the list of the package counts, and a thread goes on asking.
#   So two runs of one version may have different prices, and one process too. A test that
#   needs no network asks it. LITELLM_LOCAL_MODEL_COST_MAP=True before the import keeps it
#   from all that.
# Version: litellm 1.108.7.
# Concerns: whoever starts short programs with it, or works where nothing may leave.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place"
python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check litellm==1.108.7
env/bin/python - <<'PYTHON'
import os
import subprocess
import sys
from socket import create_server
from threading import Thread
from time import monotonic

seen = []
held = []


def listen():
    """Be a proxy that notes what is asked and never answers."""
    while True:
        connection, _ = door.accept()
        held.append(connection)
        line = connection.recv(4096).split(b"\r\n")[0].decode()
        seen.append((monotonic(), line))


door = create_server(("127.0.0.1", 0))
Thread(target=listen, daemon=True).start()
proxy = f"http://127.0.0.1:{door.getsockname()[1]}"
keep = {k: v for k, v in os.environ.items() if "proxy" not in k.lower()}
keep.pop("LITELLM_LOCAL_MODEL_COST_MAP", None)


def load(**more):
    """Import it in a process of its own: what it asked for, and when it went on."""
    seen.clear()
    child = subprocess.Popen(
        [sys.executable, "-c", "import litellm; print('loaded', flush=True)"],
        env={**keep, "HTTPS_PROXY": proxy, "HTTP_PROXY": proxy, **more},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    said, loaded = child.stdout.readline(), monotonic()
    child.communicate()
    assert said == b"loaded\n"
    return [line for _, line in seen], loaded - seen[0][0] if seen else 0.0


asked, waited = load()
print(f"import litellm asked for {asked}; loaded {waited:.1f} s after the first")
alone, _ = load(LITELLM_LOCAL_MODEL_COST_MAP="True")
print(f"with LITELLM_LOCAL_MODEL_COST_MAP=True it asked for {alone}")
assert set(asked) == {"CONNECT raw.githubusercontent.com:443 HTTP/1.1"}
assert waited > 4
assert alone == []
PYTHON
