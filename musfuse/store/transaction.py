"""One transaction of a SQLite database."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def transaction(db: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """What is done within is done as a whole, or not at all where it raises. The connection begins none by itself
    (`isolation_level=None`). Raises sqlite3.Error: of what failed, also where SQLite took all back already, as on a
    full disk."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield db
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise
