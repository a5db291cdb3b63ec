"""What lets devices in: sessions, API keys, app passwords; of each only a hash is kept."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from musfuse.server.tables.database import ServerDatabase
from musfuse.server.users import Device, Means
from musfuse.store.opening import failure

_COLUMNS = "id, user, kind, name, client, address, created_ns, seen_ns, expires_ns"


class DeviceTable:
    """Queries and updates over device. May be used from many threads; raises StoreError."""

    def __init__(self, database: ServerDatabase) -> None:
        self.database = database

    def add(
        self, user: int, kind: Means, name: str, client: str, address: str, hash_: bytes, ends: tuple[int, int]
    ) -> Device:
        """Keep a new one; `ends` is now and when it expires, in ns since 1970, 0 for never."""
        now_ns, expires_ns = ends
        with self.database.transaction():
            self.database.execute(
                "INSERT INTO device (user, kind, name, client, address, hash, created_ns, seen_ns, expires_ns)"
                " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7, ?8)",
                user, kind.value, name, client, address, hash_, now_ns, expires_ns,
            )  # fmt: skip
            found = self.by_hash(hash_)
        assert found is not None
        return found

    def by_hash(self, hash_: bytes) -> Device | None:
        """The device of a secret, by the secret's hash."""
        return _one(self._rows("hash = ?", hash_))

    def of(self, number: int) -> Device | None:
        """The device of a number."""
        return _one(self._rows("id = ?", number))

    def all(self, user: int, kind: Means | None = None) -> list[Device]:
        """Those of a user, those first that were seen last."""
        wanted = "user = ?1 AND (?2 IS NULL OR kind = ?2) ORDER BY seen_ns DESC, id DESC"
        return list(map(_device, self._rows(wanted, user, None if kind is None else kind.value)))

    def app_hashes(self, user: int) -> Sequence[tuple[int, bytes]]:
        """The app passwords of a user: (number of the device, hash)."""
        return self.database.execute("SELECT id, hash FROM device WHERE user = ? AND kind = 'app'", user)

    def all_app_hashes(self) -> set[bytes]:
        """The hashes of the app passwords of all users."""
        return {bytes(hash_) for (hash_,) in self.database.execute("SELECT hash FROM device WHERE kind = 'app'")}

    def seen(self, number: int, client: str, address: str, now_ns: int) -> None:
        """Note that a device was here; without a client's name the last one stays."""
        self.database.execute(
            "UPDATE device SET client = CASE ?1 WHEN '' THEN client ELSE ?1 END, address = ?2, seen_ns = ?3"
            " WHERE id = ?4",
            client, address, now_ns, number,
        )  # fmt: skip

    def was_at(self, user: int, address: str) -> bool:
        """Whether a device of a user was seen at an address last."""
        return bool(self.database.execute("SELECT 1 FROM device WHERE user = ? AND address = ? LIMIT 1", user, address))

    def remove(self, number: int) -> bool:
        """Let a device in no more; whether there was one."""
        return bool(self.database.execute("DELETE FROM device WHERE id = ? RETURNING 1", number))

    def remove_all(self, user: int, kinds: Sequence[Means], but: int = 0) -> int:
        """Let none of a user's devices of some kinds in any more, but for one; how many these were."""
        wanted = " OR ".join("kind = ?" for _ in kinds)
        values = (kind.value for kind in kinds)
        gone = self.database.execute(
            f"DELETE FROM device WHERE user = ? AND id <> ? AND ({wanted}) RETURNING 1", user, but, *values
        )
        return len(gone)

    def remove_dead(self, now_ns: int, idle_ns: int) -> int:
        """Drop what expired, and sessions that were not used for so long; how many these were."""
        gone = self.database.execute(
            "DELETE FROM device WHERE (expires_ns > 0 AND expires_ns <= ?1)"
            " OR (kind = 'session' AND seen_ns <= ?1 - ?2) RETURNING 1",
            now_ns, idle_ns,
        )  # fmt: skip
        return len(gone)

    def _rows(self, condition: str, *values: object) -> list[tuple[Any, ...]]:
        return self.database.execute(f"SELECT {_COLUMNS} FROM device WHERE {condition}", *values)


def _one(rows: list[tuple[Any, ...]]) -> Device | None:
    return _device(rows[0]) if rows else None


def _device(row: tuple[Any, ...]) -> Device:
    number, user, kind, *rest = row
    return Device(number, user, Means(kind), *rest)


def forget_devices(path: Path) -> None:
    """Have a copy of a server.db, which nobody has open, let no device in. Raises StoreError."""
    try:
        with closing(sqlite3.connect(path)) as db, db:
            db.execute("DELETE FROM device")
    except sqlite3.Error as error:
        raise failure(path, error) from error
