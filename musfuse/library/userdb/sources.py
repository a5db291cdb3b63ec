"""The sources of a library as they are kept, removed ones too."""

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from musfuse.errors import StoreError
from musfuse.library.userdb.database import UserDatabase
from musfuse.origins import SourceSpec

SPEC = "uid, scheme, uri, name, kind, priority, options, secrets"


@dataclass(frozen=True, slots=True)
class KeptSource:
    """A source, when it was added, and since when it is removed."""

    spec: SourceSpec
    added_ns: int
    removed_ns: int | None = None


class SourceTable:
    """Queries and updates over source. May be used from many threads."""

    def __init__(self, database: UserDatabase) -> None:
        self._db = database

    def all(self) -> list[KeptSource]:
        """All sources, also removed ones, in the order of their priority, then as they were added."""
        return list(self._rows())

    def current(self) -> list[SourceSpec]:
        """The sources that are not removed, in order of priority."""
        return [kept.spec for kept in self._rows() if kept.removed_ns is None]

    def add(self, scheme: str, uri: str, shown: str, now_ns: int) -> SourceSpec:
        """A new source at a place, which people write as `shown`. The same place gets the uid that it had, unless that
        was another's as well."""
        with self._db.transaction():
            uid = source_uid(shown)
            while self._db.execute("SELECT 1 FROM source_place WHERE uid = ? AND uri <> ?", uid, uri) or self._has(uid):
                uid = os.urandom(8).hex()
            spec = SourceSpec(uid, scheme, uri)
            self.put(spec, now_ns)
        return spec

    def put(self, spec: SourceSpec, now_ns: int) -> None:
        """Keep a new source under the uid that its spec has."""
        with self._db.transaction():
            self._db.execute(
                f"INSERT INTO source ({SPEC}, added_ns) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", *_values(spec), now_ns
            )
            self._note_place(spec)

    def had_none(self) -> bool:
        """Whether no source was ever kept here."""
        return not self._db.execute("SELECT 1 FROM source_place LIMIT 1")

    def change(self, spec: SourceSpec) -> None:
        """Keep what a spec says of the source with its uid."""
        with self._db.transaction():
            self._db.execute(
                "UPDATE source SET scheme = ?2, uri = ?3, name = ?4, kind = ?5, priority = ?6, options = ?7,"
                " secrets = ?8 WHERE uid = ?1",
                *_values(spec),
            )
            self._note_place(spec)

    def remove(self, uid: str, now_ns: int) -> None:
        """Note that a source is removed, since now."""
        with self._db.transaction():
            self._db.execute("UPDATE source SET removed_ns = ? WHERE uid = ?", now_ns, uid)

    def restore(self, uid: str) -> None:
        """Note that a removed source is shown again."""
        with self._db.transaction():
            self._db.execute("UPDATE source SET removed_ns = NULL WHERE uid = ?", uid)

    def purge(self, uid: str) -> None:
        """Forget a source. Its uid stays reserved for the places that it had."""
        with self._db.transaction():
            self._db.execute("DELETE FROM source WHERE uid = ?", uid)

    def _has(self, uid: str) -> bool:
        return bool(self._db.execute("SELECT 1 FROM source WHERE uid = ?", uid))

    def _note_place(self, spec: SourceSpec) -> None:
        self._db.execute("INSERT OR IGNORE INTO source_place VALUES (?, ?)", spec.uid, spec.uri)

    def _rows(self) -> Iterator[KeptSource]:
        if not self._db.has_tables:
            return
        for *values, added_ns, removed_ns in self._db.execute(
            f"SELECT {SPEC}, added_ns, removed_ns FROM source ORDER BY priority, rowid"
        ):
            yield KeptSource(spec_of(*values), added_ns, removed_ns)


def source_uid(shown: str) -> str:
    """The uid that a place has unless another place had it: the same for the same place, so that what is said of its
    files, and their indexes, outlive everything that knows the source."""
    return hashlib.blake2b(shown.encode("utf-8", "surrogateescape"), digest_size=8).hexdigest()


def _values(spec: SourceSpec) -> tuple[Any, ...]:
    return (
        spec.uid, spec.scheme, spec.uri, spec.name, spec.kind, spec.priority, json.dumps(dict(spec.options)),
        json.dumps(dict(spec.secrets)),
    )  # fmt: skip


def spec_of(*row: Any) -> SourceSpec:
    """The source that a row of the columns `SPEC` keeps. Raises StoreError where it is none that was kept here."""
    uid, scheme, uri, name, kind, priority, options, references = row
    if not all(isinstance(text, str) for text in (uid, scheme, uri, name, kind)) or not isinstance(priority, int):
        raise StoreError("what is kept of a source cannot be read: a value is of another kind")
    return SourceSpec(uid, scheme, uri, name, kind, priority, _texts(uri, options), _texts(uri, references))


def _texts(uri: str, kept: object) -> dict[str, str]:
    """Texts by name, kept as JSON."""
    try:
        found = json.loads(kept) if isinstance(kept, str) else None
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict) or not all(isinstance(value, str) for value in found.values()):
        raise StoreError(f"what is kept of the source {uri[:200]} cannot be read: it is no JSON of texts")
    return found
