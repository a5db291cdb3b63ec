"""Public ids of items, and the items that are gone: what has to survive the catalog so that no id is used twice.

An item's id is the one that its key gives (a hash), unless that was another's. Only these exceptions are kept, so that
a library that never changes keeps nothing here.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from musfuse.library.albums import hash_id
from musfuse.library.userdb.database import UserDatabase


@dataclass(frozen=True, slots=True)
class Vanished:
    """An item that is gone: its id, the key of its overlay, what it sounded like ('' where that is not known), and
    since when it may have been gone, in ns."""

    id: int
    key: str
    content: str
    since_ns: int


class IdentityTable:
    """Queries and updates over item_id and vanished. May be used from many threads."""

    def __init__(self, database: UserDatabase) -> None:
        self._db = database

    def ids_of(self, keys: Sequence[str]) -> list[int]:
        """The public ids of items with these keys, as `id_of` has them. While there is no exception at all, nothing is
        looked up for each."""
        if not self._db.execute("SELECT 1 FROM vanished UNION ALL SELECT 1 FROM item_id LIMIT 1"):
            return [hash_id(key) for key in keys]
        return [self.id_of(key) for key in keys]

    def kept(self, keys: Sequence[str]) -> dict[str, int]:
        """Public ids by key, of the keys that have an id other than their own."""
        if not self._db.execute("SELECT 1 FROM item_id LIMIT 1"):
            return {}
        return {key: public for key in keys if (public := self._kept(key)) is not None}

    def is_kept(self, public: int) -> bool:
        """Whether an id was given to the key of an item."""
        return bool(self._db.execute("SELECT 1 FROM item_id WHERE id = ?", public))

    def id_of(self, key: str) -> int:
        """The public id of the item with this key, 63 bits; a new one is kept where the key's own was another's."""
        found = self._kept(key) or hash_id(key)
        if self._is_free(found, key):
            return found
        with self._db.transaction():
            number = 1
            while not self._is_free(found := hash_id(f"{key}\n{number}"), key):
                number += 1
            self._keep(key, found)
        return found

    def move(self, old: str, new: str, public: int) -> None:
        """Give an item's id to the key that the item has now."""
        with self._db.transaction():
            self._db.execute("DELETE FROM item_id WHERE key = ? AND id = ?", old, public)
            self._keep(new, public)

    def keep(self, key: str, public: int) -> None:
        """Give an id to the key of an item, whatever was known of either."""
        with self._db.transaction():
            self._keep(key, public)

    def vanish(self, item: Vanished) -> None:
        """Note that an item is gone for good, as far as anybody can tell, so that its id is not given to another."""
        self._db.execute(
            "INSERT OR REPLACE INTO vanished (id, key, content, since_ns) VALUES (?, ?, ?, ?)",
            item.id, item.key, item.content, item.since_ns,
        )  # fmt: skip

    def of_content(self, content: str) -> Iterator[Vanished]:
        """The items that are gone and sounded like this, two at most: more than one means that none can be chosen."""
        rows = self._db.execute(
            "SELECT id, key, content, since_ns FROM vanished WHERE content = ? AND content <> '' LIMIT 2", content
        )
        return (Vanished(*row) for row in rows)

    def come_back(self, item: Vanished, key: str, burnt: int | None) -> None:
        """Give the id of an item that was gone to the key of the item that it is now; the id that this key had until
        now is used up."""
        with self._db.transaction():
            self._db.execute("DELETE FROM vanished WHERE id = ?", item.id)
            self.move(item.key, key, item.id)
            if burnt and burnt != item.id:
                self.vanish(Vanished(burnt, "", "", 0))

    def _kept(self, key: str) -> int | None:
        rows = self._db.execute("SELECT id FROM item_id WHERE key = ?", key)
        return int(rows[0][0]) if rows else None

    def _keep(self, key: str, public: int) -> None:
        self._db.execute("DELETE FROM item_id WHERE id = ?", public)
        self._db.execute("INSERT OR REPLACE INTO item_id (key, id) VALUES (?, ?)", key, public)

    def _is_free(self, public: int, key: str) -> bool:
        """Whether an id belongs to no key but this one."""
        return not self._db.execute(
            "SELECT 1 FROM vanished WHERE id = ?1 UNION ALL SELECT 1 FROM item_id WHERE id = ?1 AND key <> ?2 LIMIT 1",
            public, key,
        )  # fmt: skip
