"""A PostgreSQL of Debian, in a folder of its own, for as long as a test session."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg
from msgspec import Struct
from psycopg import sql

from tests.support.coming_up import NotUpError, brought_up, wait_up

OWNER, TEMPLATE = "owner", "made"
_PROGRAMS = Path("/usr/lib/postgresql")
_ACCESS = """\
local all all trust
host all all 127.0.0.1/32 scram-sha-256
"""
_INITDB = ("--no-sync", "--encoding=UTF8", "--locale=C")
# A test's server may lose what it holds, but for the tests that kill it.
_SETTINGS = """\
listen_addresses = '127.0.0.1'
max_connections = 60
shared_buffers = 64MB
timezone = 'UTC'
logging_collector = off
"""


class Postgres(Struct):
    """A running server."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes]

    def url(self, database: str, role: str) -> str:
        """Give the address by which a role connects from here, without a password."""
        host = str(self.folder).replace("/", "%2F")
        return f"postgresql://{role}@{host}:{self.port}/{database}"

    def connect(self, database: str, role: str = OWNER) -> "psycopg.Connection[Any]":
        """Connect as a role; the caller closes it."""
        return psycopg.connect(self.url(database, role), autocommit=True)

    def make(self, database: str, template: str = "template1") -> str:
        """Make a database like another one; gives its name."""
        with self.connect("postgres", superuser()) as connection:
            connection.execute(
                sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}").format(
                    *map(sql.Identifier, (database, OWNER, template))
                )
            )
        return database

    def drop(self, database: str, *roles: str) -> None:
        """Drop a database, whoever is connected, and roles that it alone had."""
        with self.connect("postgres", superuser()) as connection:
            connection.execute(
                sql.SQL("DROP DATABASE {} WITH (FORCE)").format(
                    sql.Identifier(database)
                )
            )
            for role in roles:
                connection.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(role)))

    def kill(self) -> None:
        """Kill it with all its children, as a power cut would."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def start(self) -> None:
        """Start it again where it was."""
        self.process = _launch(self.folder, self.port)
        self.wait_up()

    def wait_up(self) -> None:
        """Wait until it takes connections, as after it has recovered by itself."""
        _wait(self.folder, self.port, self.process)


def superuser() -> str:
    """Name the user that it runs as: PostgreSQL refuses to run as root."""
    return pwd.getpwuid(os.getuid()).pw_name if os.getuid() else "nobody"


def identity() -> dict[str, Any]:
    """Give who runs a server: PostgreSQL refuses root."""
    if os.getuid():
        return {}
    found = pwd.getpwnam("nobody")
    return {"user": found.pw_uid, "group": found.pw_gid, "extra_groups": []}


def program(name: str) -> str:
    """Find a program of the newest PostgreSQL that is installed."""
    found = sorted(_PROGRAMS.glob(f"*/bin/{name}"), key=lambda p: int(p.parts[4]))
    assert found, "needs Debian's package postgresql"
    return str(found[-1])


@contextmanager
def running(*, within: Path | None = None, durable: bool = False) -> Iterator[Postgres]:
    """Run a server; its folder is `within` one, or where temporary files are."""

    @contextmanager
    def start() -> Iterator[Postgres]:
        folder = Path(tempfile.mkdtemp(prefix="hexai-pg-", dir=within))
        try:
            with _held_port() as port:
                server = _make(folder, port, durable=durable)
                try:
                    yield server
                finally:
                    server.kill()
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    with brought_up(start) as server:
        yield server


def _make(folder: Path, port: int, *, durable: bool) -> Postgres:
    if not os.getuid():
        os.chown(folder, identity()["user"], identity()["group"])
    subprocess.run(
        [program("initdb"), *_INITDB, f"--username={superuser()}", folder / "data"],
        check=True,
        capture_output=True,
        cwd="/",
        **identity(),
    )
    quick = "" if durable else "fsync = off\nsynchronous_commit = off\n"
    with (folder / "data" / "postgresql.conf").open("a") as settings:
        settings.write(f"{_SETTINGS}{quick}unix_socket_directories = '{folder}'\n")
    (folder / "data" / "pg_hba.conf").write_text(_ACCESS)
    process = _launch(folder, port)
    _wait(folder, port, process)
    server = Postgres(folder=folder, port=port, process=process)
    with server.connect("postgres", superuser()) as connection:
        connection.execute("CREATE ROLE owner LOGIN CREATEROLE CREATEDB")
    return server


def _launch(folder: Path, port: int) -> subprocess.Popen[bytes]:
    with (folder / "log").open("ab") as log:
        return subprocess.Popen(
            [program("postgres"), "-D", folder / "data", "-p", str(port)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            start_new_session=True,
            **identity(),
        )


def _wait(folder: Path, port: int, process: subprocess.Popen[bytes]) -> None:
    def is_up() -> bool:
        try:
            psycopg.connect(
                f"host={folder} port={port} dbname=postgres user={superuser()}"
            ).close()
        except psycopg.OperationalError:
            return False
        return True

    def report() -> str:
        return (folder / "log").read_text(errors="replace")[-2000:]

    try:
        wait_up(is_up, process.poll, report, seconds=30)
    except NotUpError:
        process.kill()
        raise


@contextmanager
def _held_port() -> Iterator[int]:
    """Keep a port for one who also lets others use it, while he runs and does not.

    The system gives it to nobody else meanwhile.
    """
    with socket.socket() as held:
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        held.bind(("127.0.0.1", 0))
        port: int = held.getsockname()[1]
        yield port
