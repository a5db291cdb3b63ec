"""Originals that are gone from their places, kept until a whole scan has seen where everything lies now.

What is known of them beside the catalog (an index, tags that were set) is dropped, or follows them, only then: a scan
that was cut off, or a reader that found a file missing, cannot tell a file that was moved from one that was removed.
"""

import sqlite3
from dataclasses import dataclass

from musfuse.library.catalog.database import Database
from musfuse.library.catalog.rows import SOURCE_FILE, PcmBounds, source_file, to_blob
from musfuse.model import SourceFile


@dataclass(frozen=True, slots=True)
class Departure:
    """An original as it was, and a range of samples (first; number, None for the rest) that a track of it played."""

    id: int
    file: SourceFile
    bounds: PcmBounds


def upto(departure: Departure) -> str:
    """A name for this departure and all before it from the same source."""
    return f"{departure.file.source_uid}:{departure.id}"


class Departures:
    """Queries and updates over gone. May be called from many threads."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def of(self, source: int) -> list[Departure]:
        """Everything that is gone from a source, in the order in which it went."""
        with self._db.read() as db:
            rows = db.execute(
                "SELECT g.id, g.first_sample, g.samples, s.uid, g.folder, g.name, g.size, g.mtime_ns, g.tag, g.ident,"
                " g.older_name FROM gone g JOIN source s ON s.id = g.source WHERE g.source = ? ORDER BY g.id",
                (source,),
            )
            return [Departure(number, source_file(*row), (first, samples)) for number, first, samples, *row in rows]

    def settle(self, named: str) -> None:
        """What `upto` named is dealt with."""
        uid, _, last = named.partition(":")
        with self._db.write() as db:
            db.execute(
                "DELETE FROM gone WHERE id <= ? AND source = (SELECT id FROM source WHERE uid = ?)", (int(last), uid)
            )

    def moved_to(self, file: SourceFile) -> SourceFile | None:
        """Where this very version of an original lies now, if it was moved and not removed."""
        with self._db.read() as db:
            row = db.execute(
                f"SELECT {SOURCE_FILE} FROM file f"
                " JOIN folder d ON d.id = f.folder JOIN source s ON s.id = d.source"
                " WHERE f.ident = ? AND f.ident <> '' AND f.size = ? AND f.mtime_ns = ? AND s.uid = ? LIMIT 1",
                (file.ident, file.stamp.size, file.stamp.mtime_ns, file.source_uid),
            ).fetchone()
        return source_file(*row) if row else None

    def keep_index_name(self, before: SourceFile, moved: SourceFile) -> None:
        """The index of a file that was moved keeps its name."""
        folder, _, name = moved.path.rpartition("/")
        with self._db.write() as db:
            db.execute(
                "UPDATE file SET older_name = ? WHERE name = ? AND folder ="
                " (SELECT d.id FROM folder d JOIN source s ON s.id = d.source WHERE s.uid = ? AND d.path = ?)",
                (before.index_name, to_blob(name), moved.source_uid, to_blob(folder)),
            )


def note_gone(db: sqlite3.Connection, where: str, *values: object) -> None:
    """Note that files go from where they are, in the transaction that removes or replaces their rows. `where` is a
    condition on f (file) and d (folder)."""
    db.execute(
        "INSERT INTO gone (source, folder, name, size, mtime_ns, tag, ident, older_name, first_sample, samples)"
        " SELECT d.source, d.path, f.name, f.size, f.mtime_ns, f.tag, f.ident, f.older_name,"
        " coalesce(t.first_sample, 0), t.samples FROM file f JOIN folder d ON d.id = f.folder"
        f" LEFT JOIN track t ON t.file = f.id WHERE {where}",
        values,
    )
