"""A world whose name server never answers: run by `unshare --net --mount`.

Asks seven contenders in it, six behind names and one good one on loopback, and prints
what came of it as JSON, three times, since a machine may be busy once.
Needs root; see `tests/e2e/test_lookups.py`.
"""

import json
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.upstream import Upstream

_PROFILE = """
[providers.{name}]
type = "openai"
base_url = "{base_url}"
model = "m"

[[models.cli]]
provider = "{name}"
"""


def main() -> None:
    """Make the world, ask, and report."""
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    with tempfile.TemporaryDirectory() as folder, _silent_name_server():
        resolver = Path(folder) / "resolv.conf"
        resolver.write_text("nameserver 127.0.0.1\noptions timeout:30 attempts:3\n")
        subprocess.run(["mount", "--bind", resolver, "/etc/resolv.conf"], check=True)
        with Upstream() as upstream:
            config = Path(folder) / "config.toml"
            config.write_text(_config(upstream.base_url))
            asked = [_ask(config) for _ in range(3)]
            sys.stdout.write(json.dumps(asked))


def _config(good: str) -> str:
    hanging = [
        _PROFILE.format(name=f"far{n}", base_url=f"http://host{n}.example/v1")
        for n in range(6)
    ]
    return "".join(hanging) + _PROFILE.format(name="near", base_url=good)


def _ask(config: Path) -> dict[str, object]:
    command = [sys.executable, "-m", "hexai", "--config", str(config)]
    began = time.monotonic()
    asked = subprocess.run(
        [*command, "--timeout", "1", "--layout", "plain", "hi"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    return {
        "seconds": time.monotonic() - began,
        "status": asked.returncode,
        "stdout": asked.stdout,
        "stderr": asked.stderr,
    }


def _silent_name_server() -> socket.socket:
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.1", 53))
    return server


if __name__ == "__main__":
    main()
