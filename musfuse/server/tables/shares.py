"""Music that users let others hear who have a link."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from musfuse.server.playstate import Item, Kind
from musfuse.server.tables.database import ServerDatabase

_COLUMNS = "id, user, secret, description, created_ns, expires_ns, visited_ns, visits"


@dataclass(frozen=True, slots=True)
class ShareRow:
    """A share of a user: the `secret` of its link; times are in ns since 1970, 0 for never."""

    id: int
    user: int
    secret: str
    description: str
    created_ns: int
    expires_ns: int
    visited_ns: int
    visits: int


class ShareTable:
    """Queries and updates over share and share_entry. May be used from many threads; raises StoreError."""

    def __init__(self, database: ServerDatabase) -> None:
        self._db = database

    def add(self, user: int, secret: tuple[str, bytes], description: str, expires_ns: int, now_ns: int) -> ShareRow:
        """Keep a new share; `secret` is the link's, with its hash."""
        text, hash_ = secret
        with self._db.transaction():
            self._db.execute(
                "INSERT INTO share (user, secret, hash, description, created_ns, expires_ns, visited_ns, visits)"
                " VALUES (?, ?, ?, ?, ?, ?, 0, 0)",
                user, text, hash_, description, now_ns, expires_ns,
            )  # fmt: skip
            found = self.by_hash(hash_)
        assert found is not None
        return found

    def fill(self, share: int, items: Sequence[Item]) -> None:
        """Have a share consist of these items."""
        with self._db.transaction():
            self._db.execute("DELETE FROM share_entry WHERE share = ?", share)
            rows = ((share, position, kind.value, item) for position, (kind, item) in enumerate(items))
            self._db.execute_many("INSERT INTO share_entry VALUES (?, ?, ?, ?)", rows)

    def items(self, share: int) -> tuple[Item, ...]:
        """What a share consists of."""
        rows = self._db.execute("SELECT kind, id FROM share_entry WHERE share = ? ORDER BY position", share)
        return tuple(Item(Kind(kind), item) for kind, item in rows)

    def by_hash(self, hash_: bytes) -> ShareRow | None:
        """The share of a secret, by the secret's hash."""
        return _one(self._rows("hash = ?", hash_))

    def of(self, number: int) -> ShareRow | None:
        """The share of a number."""
        return _one(self._rows("id = ?", number))

    def all(self, user: int) -> list[ShareRow]:
        """The shares of a user, as they were made."""
        return [ShareRow(*row) for row in self._rows("user = ? ORDER BY id", user)]

    def change(self, number: int, description: str, expires_ns: int) -> None:
        """Describe a share otherwise, and have it end at another time."""
        self._db.execute(
            "UPDATE share SET description = ?, expires_ns = ? WHERE id = ?", description, expires_ns, number
        )

    def visited(self, number: int, now_ns: int) -> None:
        """Count a visit."""
        self._db.execute("UPDATE share SET visited_ns = ?, visits = visits + 1 WHERE id = ?", now_ns, number)

    def remove(self, number: int) -> None:
        """Forget a share: its link leads nowhere."""
        self._db.execute("DELETE FROM share WHERE id = ?", number)

    def merge(self, old: int, new: int) -> None:
        """The tracks `old` and `new` are the same."""
        if self._db.execute("SELECT 1 FROM share_entry WHERE kind = 'track' AND id = ? LIMIT 1", old):
            self._db.execute("UPDATE share_entry SET id = ? WHERE kind = 'track' AND id = ?", new, old)

    def _rows(self, condition: str, *values: object) -> list[tuple[Any, ...]]:
        return self._db.execute(f"SELECT {_COLUMNS} FROM share WHERE {condition}", *values)


def _one(rows: list[tuple[Any, ...]]) -> ShareRow | None:
    return ShareRow(*rows[0]) if rows else None
