"""What is kept once and named by a number: names, models, cells."""

import sqlite3


def name_number(connection: sqlite3.Connection, text: str) -> int:
    """Give the number of a text that is kept once."""
    return kept_number(connection, "name", text=text)


def kept_number(connection: sqlite3.Connection, table: str, **values: str | int) -> int:
    """Give the number of what is kept once, inserting it if it is new.

    Nothing is remembered between transactions: another process may have removed it.
    """
    columns = ", ".join(values)
    marks = ", ".join("?" * len(values))
    given = tuple(values.values())
    # The names are ours, the values are bound.
    query = f"SELECT id FROM {table} WHERE ({columns}) = ({marks})"  # noqa: S608
    row = connection.execute(query, given).fetchone()
    if row is None:
        insertion = f"INSERT INTO {table} ({columns}) VALUES ({marks}) RETURNING id"  # noqa: S608
        row = connection.execute(insertion, given).fetchone()
    number: int = row[0]
    return number
