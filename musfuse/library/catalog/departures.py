"""Originals that are gone from their places, kept until a whole scan has seen where everything lies now.

What is known of them beside the catalog (an index, tags that were set) is dropped, or follows them, only then: a scan
that was cut off, or a reader that found a file missing, cannot tell a file that was moved from one that was removed.
"""

import sqlite3
import time
from collections.abc import Sequence
from dataclasses import dataclass

from musfuse.library.catalog.database import Database
from musfuse.library.catalog.rows import OF_FILE, SOURCE_FILE, at, source_file
from musfuse.library.overlay.value import overlay_key
from musfuse.model import SampleRange, SourceFile


@dataclass(frozen=True, slots=True)
class Departure:
    """An item as it was: its original, the samples of that which it played, its part, its public id where it had one,
    and its content id where that is known. `since_ns`: when the last whole scan ended that saw it; where there was
    none, when it was found to be gone."""

    id: int
    file: SourceFile
    sample_range: SampleRange
    part: int = 0
    public: int | None = None
    content: str = ""
    since_ns: int = 0

    @property
    def key(self) -> str:
        """The key of the overlay that it had."""
        return overlay_key(self.file, self.part)


Fate = tuple[Departure, SourceFile | None]
"""What is gone, and where it lies now; None where nobody knows."""


def named(departures: Sequence[Departure]) -> str:
    """A text that names these departures from one source, in order."""
    runs = list[list[int]]()
    for departure in departures:
        if runs and runs[-1][1] == departure.id - 1:
            runs[-1][1] = departure.id
        else:
            runs.append([departure.id, departure.id])
    return f"{departures[0].file.source_uid}:" + ",".join(f"{first}-{last}" for first, last in runs)


class Departures:
    """Queries and updates over gone. May be called from many threads."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def of(self, source: int) -> list[Departure]:
        """Everything that is gone from a source, in the order in which it went."""
        with self._db.read() as db:
            rows = db.execute(
                "SELECT g.id, g.part, g.first_sample, g.samples, g.public, g.content, g.since_ns, s.uid, g.folder,"
                " g.name, g.size, g.mtime_ns, g.tag, g.ident, g.older_name FROM gone g JOIN source s ON s.id = g.source"
                " WHERE g.source = ? ORDER BY g.id",
                (source,),
            )
            return [
                Departure(number, source_file(*row), SampleRange.counted(first, samples), part, public, content, since)
                for number, part, first, samples, public, content, since, *row in rows
            ]

    def last(self) -> int:
        """The highest number of a departure, 0 where there is none."""
        with self._db.read() as db:
            return int(db.execute("SELECT coalesce(max(id), 0) FROM gone").fetchone()[0])

    def settle(self, departures: str) -> None:
        """Forget the departures that `named` made a text of: they are dealt with. A number alone, as earlier versions
        wrote it, names all up to it."""
        uid, _, runs = departures.partition(":")
        with self._db.write() as db:
            for run in runs.split(","):
                first, _, last = run.rpartition("-")
                db.execute(
                    "DELETE FROM gone WHERE id BETWEEN ? AND ? AND source = (SELECT id FROM source WHERE uid = ?)",
                    (int(first or 0), int(last), uid),
                )

    def moved_to(self, file: SourceFile) -> SourceFile | None:
        """Where this very version of an original lies now, if it was moved and not removed."""
        with self._db.read() as db:
            row = db.execute(
                f"SELECT {SOURCE_FILE} FROM original o"
                " WHERE o.ident = ? AND o.ident <> '' AND o.size = ? AND o.mtime_ns = ? AND o.uid = ? LIMIT 1",
                (file.ident, file.stamp.size, file.stamp.mtime_ns, file.source_uid),
            ).fetchone()
        return source_file(*row) if row else None

    def holder(self, gone: Departure) -> SourceFile | None:
        """The original that has the item now which was at a place: it was moved there, or changed where it is."""
        if gone.public is None:
            return None
        with self._db.read() as db:
            row = db.execute(
                f"SELECT {SOURCE_FILE} FROM original o JOIN item i ON i.file = o.file WHERE i.public = ? AND i.part = ?"
                " AND o.uid = ?",
                (gone.public, gone.part, gone.file.source_uid),
            ).fetchone()
        return source_file(*row) if row else None

    def was_seen(self, file: SourceFile) -> bool:
        """Whether this very version of an original was seen before, wherever it lay."""
        values = (file.ident, file.stamp.size, file.stamp.mtime_ns, file.source_uid)
        with self._db.read() as db:
            found = file.ident and db.execute(
                "SELECT 1 FROM gone g JOIN source s ON s.id = g.source"
                " WHERE g.ident = ? AND g.size = ? AND g.mtime_ns = ? AND s.uid = ? LIMIT 1", values
            ).fetchone()  # fmt: skip
        return bool(found) or self.moved_to(file) is not None

    def has_successor(self, gone: SourceFile) -> bool:
        """Whether an original is known in the place of one that is gone, as where it was rewritten."""
        with self._db.read() as db:
            values = at(gone.source_uid, gone.path)
            return db.execute(f"SELECT 1 FROM original o WHERE {OF_FILE} LIMIT 1", values).fetchone() is not None

    def keep_index_name(self, before: SourceFile, moved: SourceFile) -> None:
        """The index of a file that was moved keeps its name."""
        with self._db.write() as db:
            db.execute(
                f"UPDATE file SET older_name = ? WHERE id IN (SELECT o.file FROM original o WHERE {OF_FILE})",
                (before.index_name, *at(moved.source_uid, moved.path)),
            )


def note_gone(db: sqlite3.Connection, where: str, *values: object) -> None:
    """Note that files go from where they are, in the transaction that removes or replaces their rows. `where` is a
    condition on o (original)."""
    db.execute(
        "INSERT INTO gone (source, folder, name, size, mtime_ns, tag, ident, older_name, part, first_sample, samples,"
        " public, content, since_ns)"
        " SELECT o.source, o.path, o.name, o.size, o.mtime_ns, o.tag, o.ident, o.older_name, coalesce(i.part, 0),"
        " coalesce(i.first_sample, 0), i.samples, i.public, coalesce(i.content, ''),"
        " coalesce((SELECT max(ended) FROM scan WHERE source = o.source AND whole), ?)"
        f" FROM original o LEFT JOIN item i ON i.file = o.file WHERE {where}",
        (time.time_ns(), *values),
    )
