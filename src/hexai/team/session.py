"""A session on a team's server, which begins alike wherever its statements go.

PgBouncer, in its transaction mode, gives each transaction to whichever session of the
server is free: what one has set the next one lacks, and who comes later finds it. It
shows by the process, which is another one than the server told when it was connected
to. There, all that is to hold is set in each transaction, and for no longer.

Loads psycopg, so it is imported where that is needed.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Self

from psycopg import Connection, Cursor, Transaction
from psycopg.conninfo import make_conninfo
from psycopg.pq import TransactionStatus

_HOLDS = {"search_path": "", "lock_timeout": "20s"}
"""Nothing that others have put into a schema is called, no lock waited for long."""
_SET = ", ".join(
    f"pg_catalog.set_config('{name}', '{value}', pooled)"
    for name, value in _HOLDS.items()
)
# What is put in is our own, and fixed.
_LOCALLY = f"SELECT {_SET} FROM (SELECT true AS pooled) AS each"  # noqa: S608


class Session(Connection[Any]):
    """A connection on which each statement is one transaction, unless said otherwise.

    A prepared statement would be one session's too, so there is none.
    """

    _is_pooled = False

    @classmethod
    def opened(cls, words: Mapping[str, str]) -> Self:
        """Connect as libpq is told by its own `words`; raises as psycopg does."""
        where = make_conninfo(**words)
        return cls.connect(where, autocommit=True, prepare_threshold=None)

    def begin(self) -> None:
        """Set what holds, for the session or for each transaction; goes before all."""
        told = self.info.backend_pid
        cursor = self.execute(
            f"SELECT {_SET}, pooled FROM (SELECT pg_catalog.pg_backend_pid()"  # noqa: S608
            f" OPERATOR(pg_catalog.<>) {told:d} AS pooled) AS each".encode()
        )
        self._is_pooled = cursor.fetchall()[0][-1]

    @contextmanager
    def transaction(self, *names: Any, **more: Any) -> Iterator[Transaction]:
        """Begin a transaction, or a part of one, as psycopg does."""
        begins = self.info.transaction_status is TransactionStatus.IDLE
        with super().transaction(*names, **more) as transaction:
            if begins and self._is_pooled:
                super().execute(_LOCALLY.encode())
            yield transaction

    def execute(self, query: Any, *values: Any, **more: Any) -> Cursor[Any]:
        """Execute a statement, as psycopg does."""
        begins = self.info.transaction_status is TransactionStatus.IDLE
        if not (begins and self._is_pooled):
            return super().execute(query, *values, **more)
        with self.transaction():
            return super().execute(query, *values, **more)
