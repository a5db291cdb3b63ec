"""The sources of the library in the catalog: a mirror of those in user.db, with what a scan found out about them."""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from musfuse.library.catalog.database import Database
from musfuse.library.catalog.nodes import MAIN, TREE
from musfuse.library.catalog.rows import SourceRow, from_blob, to_blob


class CatalogSources:
    """Queries and updates over source."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def rows(self) -> list[SourceRow]:
        """All sources in order of priority."""
        with self._db.read() as db:
            return _rows(db)

    def mirror(self, wanted: Sequence[tuple[str, str]], unindexed: Mapping[str, str] = MappingProxyType({})) -> bool:
        """Make the sources these, (uid, root) in order of priority, in one transaction; whether they were others.
        `unindexed` tells by uid how files without an index are shown (original, wait, hide).

        Everything that lay in one that is gone leaves the catalog with it. Tracks are to be named again where the rank
        of their source changed; ranks change only where the order does.
        """
        rows = self.rows()
        if _target(rows, wanted) == [(row.uid, row.root, row.position) for row in rows]:
            return self._show_unindexed(unindexed)
        with self._db.write() as db:
            rows = _rows(db)
            target, known = _target(rows, wanted), {row.uid: row for row in rows}
            gone = known.keys() - {uid for uid, _, _ in target}
            db.executemany("DELETE FROM source WHERE uid = ?", [(uid,) for uid in gone])
            for uid, root, position in target:
                if uid not in known:
                    db.execute(
                        "INSERT INTO source (id, uid, root, position) VALUES (?, ?, ?, ?)",
                        (_new_id(db), uid, to_blob(root), position),
                    )
                elif (known[uid].root, known[uid].position) != (root, position):
                    db.execute("UPDATE source SET root = ?, position = ? WHERE uid = ?", (to_blob(root), position, uid))
        self._show_unindexed(unindexed)
        return True

    def unscanned(self) -> list[str]:
        """Roots of the sources that no scan has seen all of yet."""
        return self._roots("scanned = 0")

    def empty(self) -> list[str]:
        """Roots of the sources that a whole scan found no music in."""
        return self._roots(
            "scanned = 1 AND NOT EXISTS"
            " (SELECT 1 FROM folder d JOIN file f ON f.folder = d.id WHERE d.source = source.id)"
        )

    def away(self) -> dict[str, str]:
        """Why a source could not be listed when it was scanned last, by root."""
        with self._db.read() as db:
            rows = db.execute(
                "SELECT s.root, d.problem FROM source s JOIN folder d ON d.source = s.id"
                " WHERE d.path = x'' AND d.problem <> ''"
            )
            return {from_blob(root): str(problem) for root, problem in rows}

    def tracks(self, uid: str) -> int:
        """How many tracks the catalog has of a source."""
        with self._db.read() as db:
            (count,) = db.execute(
                "SELECT count(*) FROM source s JOIN folder d ON d.source = s.id JOIN file f ON f.folder = d.id"
                f" JOIN item i ON i.file = f.id JOIN node n ON n.item = i.id AND n.tree = {TREE} WHERE s.uid = ?",
                (MAIN, uid),
            ).fetchone()
        return int(count)

    def holdings(self) -> dict[str, tuple[int, int]]:
        """How many files of audio each source has, and how many bytes these have, by its uid. Looks at every file."""
        with self._db.read() as db:
            rows = db.execute(
                "SELECT s.uid, count(f.id), coalesce(sum(f.size), 0) FROM source s LEFT JOIN folder d"
                " ON d.source = s.id LEFT JOIN file f ON f.folder = d.id GROUP BY s.id"
            )
            return {uid: (files, size) for uid, files, size in rows}

    def _show_unindexed(self, wanted: Mapping[str, str]) -> bool:
        """Whether any were shown otherwise until now; tracks whose names that changes are to be named again."""
        changes = [
            (wanted[row.uid], row.uid) for row in self.rows() if wanted.get(row.uid, "") not in ("", row.unindexed)
        ]
        if changes:
            with self._db.write() as db:
                db.executemany("UPDATE source SET unindexed = ? WHERE uid = ?", changes)
        return bool(changes)

    def _roots(self, where: str) -> list[str]:
        with self._db.read() as db:
            rows = db.execute(f"SELECT root FROM source WHERE {where} ORDER BY position, id")
            return [from_blob(root) for (root,) in rows]


def _rows(db: sqlite3.Connection) -> list[SourceRow]:
    rows = db.execute("SELECT id, uid, root, position, unindexed FROM source ORDER BY position, id")
    return [SourceRow(number, uid, from_blob(root), *rest) for number, uid, root, *rest in rows]


def _target(rows: Iterable[SourceRow], wanted: Sequence[tuple[str, str]]) -> list[tuple[str, str, int]]:
    """(uid, root, position) of what is wanted: positions as they are, as far as they are in order."""
    known, made, least = {row.uid: row.position for row in rows}, [], 0
    for uid, root in wanted:
        position = max(least, known.get(uid, least))
        made.append((uid, root, position))
        least = position + 1
    return made


def _new_id(db: sqlite3.Connection) -> int:
    """An id that no source had before: a scan that is under way may still write for one that was removed."""
    (last,) = db.execute(
        "SELECT max(coalesce((SELECT max(id) FROM source), 0), coalesce((SELECT max(source) FROM scan), 0))"
    ).fetchone()
    return int(last) + 1
