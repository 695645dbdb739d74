"""A pgbouncer before a PostgreSQL of a test, in its transaction mode."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.support.coming_up import wait_up
from tests.support.postgres import Postgres, identity

_SETTINGS = """\
[databases]
* = host={server} port={port}
[pgbouncer]
listen_addr =
unix_socket_dir = {folder}
listen_port = {port}
auth_type = trust
auth_file = {folder}/users
pool_mode = transaction
default_pool_size = 2
logfile = {folder}/log
"""


@contextmanager
def pooled(server: Postgres, roles: Sequence[str]) -> Iterator[Path]:
    """Pool the sessions of some roles; gives the folder of its socket.

    Its port is the server's.
    """
    program = shutil.which("pgbouncer", path="/usr/sbin:/usr/bin")
    assert program, "needs Debian's package pgbouncer"
    folder = Path(tempfile.mkdtemp(prefix="hexai-pgb-"))
    settings = _SETTINGS.format(server=server.folder, port=server.port, folder=folder)
    (folder / "ini").write_text(settings)
    (folder / "users").write_text("".join(f'"{role}" ""\n' for role in roles))
    if not os.getuid():
        for path in (folder, *folder.iterdir()):
            os.chown(path, identity()["user"], identity()["group"])
    process = subprocess.Popen(
        [program, folder / "ini"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
        **identity(),
    )
    try:
        wait_up(
            lambda: _listens(folder / f".s.PGSQL.{server.port}"),
            process.poll,
            lambda: (folder / "log").read_text(errors="replace")[-2000:],
            seconds=30,
        )
        yield folder
    finally:
        process.kill()
        process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _listens(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as one:
        return one.connect_ex(str(path)) == 0
