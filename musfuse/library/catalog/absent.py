"""What stands for a catalog that is gone where commands only read: nothing is made in its place."""

import sqlite3

from musfuse.library.catalog.database import Database


class Absent(Database):
    """An empty catalog in memory, which nobody else sees; `path` is where the other would lie."""

    def _connect(self) -> sqlite3.Connection:
        name = f"file:absent-{id(self)}?mode=memory&cache=shared"
        return sqlite3.connect(name, check_same_thread=False, isolation_level=None, uri=True)
