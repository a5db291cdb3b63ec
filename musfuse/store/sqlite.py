"""A KvStore in SQLite with `synchronous=FULL`, for what cannot be made again."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from musfuse.store.kv import KvNamespace, known_key, stored_key
from musfuse.store.tables import SqliteTables

# kv: one row a value. Owner: this module. `key` is compared as bytes (BINARY), so a prefix is a range.
_SCHEMA = """
CREATE TABLE IF NOT EXISTS kv (
    namespace TEXT NOT NULL,
    key       TEXT NOT NULL,
    value     BLOB NOT NULL,
    PRIMARY KEY (namespace, key)
) WITHOUT ROWID
"""

_PAGE = 1000


class SqliteKv(SqliteTables):
    """One connection behind a lock: these namespaces are small and written rarely. Other tables may lie beside the
    values."""

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        super().__init__(path, read_only=read_only, script=_SCHEMA)

    @classmethod
    def temporary(cls, script: str = _SCHEMA) -> Self:
        """A store that nobody else sees and that is gone once it is closed, also after a kill."""
        return super().temporary(script)

    def get(self, namespace: KvNamespace, key: str) -> bytes | None:
        rows = self.execute("SELECT value FROM kv WHERE namespace = ? AND key = ?", namespace, stored_key(key))
        return bytes(rows[0][0]) if rows else None

    def put(self, namespace: KvNamespace, key: str, value: bytes) -> None:
        """Set the value; durable when this returns."""
        self.execute("INSERT OR REPLACE INTO kv VALUES (?, ?, ?)", namespace, stored_key(key), value)

    def delete(self, namespace: KvNamespace, key: str) -> bool:
        gone = self.execute("DELETE FROM kv WHERE namespace = ? AND key = ? RETURNING 1", namespace, stored_key(key))
        return bool(gone)

    def scan(self, namespace: KvNamespace, prefix: str = "") -> Iterator[str]:
        """The keys that begin with `prefix`, in order; read in pages, so that no namespace is held whole."""
        prefix = stored_key(prefix)
        after, first = prefix, True
        while True:
            rows = self.execute(
                f"SELECT key FROM kv WHERE namespace = ? AND key {'>=' if first else '>'} ? AND key < ?"
                " AND substr(key, 1, ?) = ? ORDER BY key LIMIT ?",
                namespace, after, prefix + "\U0010ffff", len(prefix), prefix, _PAGE,
            )  # fmt: skip
            yield from (known_key(row[0]) for row in rows)
            if len(rows) < _PAGE:
                return
            after, first = rows[-1][0], False

    @contextmanager
    def transaction(self, namespace: KvNamespace) -> Iterator[Self]:
        """This store in one transaction of the database."""
        del namespace
        with self.in_transaction():
            yield self
