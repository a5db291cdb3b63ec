"""Collections as they are kept, and which of the built-in ones are hidden. What a rule means is not known here."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from musfuse.library.userdb.database import UserDatabase


@dataclass(frozen=True, slots=True)
class KeptCollection:
    """A collection: its name, its rule as JSON, and when it was made, in ns since 1970."""

    id: int
    name: str
    query: str
    created_ns: int


class CollectionTable:
    """Queries and updates over collection. Names are told apart by their keys (names.name_key), which the caller gives.
    May be used from many threads."""

    def __init__(self, database: UserDatabase, now_ns: Callable[[], int] = time.time_ns) -> None:
        self._db, self._now_ns = database, now_ns

    def all(self) -> list[KeptCollection]:
        """The collections in order of name."""
        if not self._db.has_collections:
            return []
        rows = self._db.execute("SELECT id, name, query, created_ns FROM collection ORDER BY name_key")
        return [KeptCollection(*row) for row in rows]

    def named(self, key: str) -> KeptCollection | None:
        """The collection with this name key."""
        if not self._db.has_collections:
            return None
        rows = self._db.execute("SELECT id, name, query, created_ns FROM collection WHERE name_key = ?", key)
        return KeptCollection(*rows[0]) if rows else None

    def add(self, name: str, key: str, query: str) -> None:
        """Keep a new collection. Raises StoreError where there is one of the name."""
        self._db.execute(
            "INSERT INTO collection (name, name_key, query, created_ns) VALUES (?, ?, ?, ?)",
            name, key, query, self._now_ns(),
        )  # fmt: skip

    def change(self, number: int, name: str, key: str, query: str) -> None:
        """Give a collection, by its id, a name and a rule."""
        self._db.execute(
            "UPDATE collection SET name = ?, name_key = ?, query = ? WHERE id = ?", name, key, query, number
        )

    def remove(self, number: int) -> None:
        """Forget a collection by its id."""
        self._db.execute("DELETE FROM collection WHERE id = ?", number)

    def hidden(self) -> frozenset[str]:
        """The name keys of built-in collections that are not shown."""
        if not self._db.has_collections:
            return frozenset()
        return frozenset(key for (key,) in self._db.execute("SELECT name_key FROM collection_hidden"))

    def hide(self, key: str, hidden: bool) -> None:
        """Have a built-in collection shown or not."""
        if hidden:
            self._db.execute("INSERT OR IGNORE INTO collection_hidden VALUES (?)", key)
        else:
            self._db.execute("DELETE FROM collection_hidden WHERE name_key = ?", key)
