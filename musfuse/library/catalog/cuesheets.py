"""Cue sheets and the parts that they make of images, as rows."""

import sqlite3
import time
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from musfuse.library.catalog.database import Database
from musfuse.library.catalog.rows import (
    dump_format,
    dump_picture,
    dump_tags,
    from_blob,
    load_format,
    load_picture,
    load_tags,
)
from musfuse.library.catalog.todo import Watch, done, due, mark_one
from musfuse.model import AudioFormat, Picture, SampleRange, TagSet

STAGE = "cue"


@dataclass(frozen=True, slots=True)
class AudioRow:
    """A whole audio file of a folder: the facts that parts are made from."""

    file: int
    name: str
    version: int
    format: AudioFormat
    tags: TagSet
    picture: Picture | None
    problem: str


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A sheet as it was found in the file `name`; `kind` is cue, tag or block."""

    file: int
    name: str
    kind: str
    data: bytes


@dataclass(frozen=True, slots=True)
class PartRow:
    """A part of an image as its sheet cuts it: which samples it has, what cut it (`sheet`), and its tags."""

    sample_range: SampleRange
    sheet: str
    tags: TagSet


class CueSheets:
    """Queries and updates over sheet, and over the items that are parts."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def due(self, limit: int) -> list[int]:
        """Folders to look at that have sheets or parts; folders that have neither are done."""
        with self._db.write() as db:
            db.execute(
                "DELETE FROM todo WHERE stage = ? AND NOT EXISTS (SELECT 1 FROM file f WHERE f.folder = todo.key"
                " AND (EXISTS (SELECT 1 FROM sheet s WHERE s.file = f.id) OR"
                "  EXISTS (SELECT 1 FROM item i WHERE i.file = f.id AND i.part > 0)))",
                (STAGE,),
            )
            return [int(folder) for folder in due(db, STAGE, limit)]

    def alone(self) -> AbstractContextManager[sqlite3.Connection]:
        """One transaction, in which nobody else writes what is loaded."""
        return self._db.write()

    def load(self, folder: int) -> tuple[list[AudioRow], list[SheetRow]]:
        """Audio files and sheets of a folder, in order of name."""
        with self._db.read() as db:
            audio = db.execute(
                "SELECT f.id, f.name, i.version, i.facts, t.embedded, t.picture,"
                " coalesce((SELECT max(problem) FROM rendition WHERE item = i.id), '') FROM file f"
                " JOIN item i ON i.file = f.id AND i.part = 0 JOIN item_tags t ON t.item = i.id"
                " WHERE f.folder = ? ORDER BY f.name",
                (folder,),
            ).fetchall()
            sheets = db.execute(
                "SELECT f.id, f.name, s.kind, s.data FROM file f JOIN sheet s ON s.file = f.id WHERE f.folder = ?"
                " ORDER BY f.name, s.kind",
                (folder,),
            ).fetchall()
        return [_audio_row(row) for row in audio], [SheetRow(f, from_blob(n), k, bytes(d)) for f, n, k, d in sheets]

    def store(
        self,
        folder: int,
        audio: Sequence[AudioRow],
        parts: Mapping[int, Sequence[PartRow]],
        keep_image: bool,
        remarks: Mapping[tuple[int, str], str],
    ) -> list[tuple[int, SampleRange]]:
        """Make these the parts of the folder's files, in one transaction; (file, range) of those that are gone."""
        gone = []
        with self._db.write() as db:
            for image in audio:
                wanted = list(parts.get(image.file, ()))
                gone += _put_parts(db, image, wanted)
                hidden = bool(wanted) and not keep_image
                for (item,) in db.execute(
                    "UPDATE item SET hidden = ? WHERE file = ? AND part = 0 AND hidden <> ? RETURNING id",
                    (hidden, image.file, hidden),
                ).fetchall():
                    mark_one(db, Watch.TAGS, item)
            db.execute("UPDATE sheet SET remark = '' WHERE file IN (SELECT id FROM file WHERE folder = ?)", (folder,))
            db.executemany(
                "UPDATE sheet SET remark = ? WHERE file = ? AND kind = ?",
                [(text, file, kind) for (file, kind), text in remarks.items()],
            )
            done(db, STAGE, [folder])
        return gone


def _audio_row(row: Any) -> AudioRow:
    file, name, version, facts, tags, picture, problem = row
    return AudioRow(file, from_blob(name), version, load_format(facts), load_tags(tags), load_picture(picture), problem)


def _put_parts(db: sqlite3.Connection, image: AudioRow, wanted: Sequence[PartRow]) -> list[tuple[int, SampleRange]]:
    """Update, add and remove parts; a part that stays as it is keeps its size and version."""
    ranges = {part.sample_range for part in wanted}
    rows = db.execute("SELECT first_sample, samples FROM item WHERE file = ? AND part > 0", (image.file,)).fetchall()
    db.execute("DELETE FROM item WHERE file = ? AND part > ?", (image.file, len(wanted)))
    for number, part in enumerate(wanted, 1):
        _put_part(db, image, number, part)
    have = [SampleRange.counted(*row) for row in rows]
    return [(image.file, found) for found in have if found not in ranges]


def _put_part(db: sqlite3.Connection, image: AudioRow, number: int, part: PartRow) -> None:
    facts, tags, picture = dump_format(image.format), dump_tags(part.tags), dump_picture(image.picture)
    samples = part.sample_range
    what = (samples.start, samples.count, part.sheet, image.version, facts)
    before = db.execute(
        "SELECT i.first_sample, i.samples, i.sheet, i.base, i.facts, t.embedded, t.picture FROM item i"
        " JOIN item_tags t ON t.item = i.id WHERE i.file = ? AND i.part = ?",
        (image.file, number),
    ).fetchone()
    if before == (*what, tags, picture):
        return
    item = db.execute(
        "INSERT INTO item (file, part, born_ns, version, first_sample, samples, sheet, base, facts)"
        " VALUES (?, ?, ?, 1, ?, ?, ?, ?, ?)"
        " ON CONFLICT (file, part) DO UPDATE SET version = version + 1, first_sample = excluded.first_sample,"
        " samples = excluded.samples, sheet = excluded.sheet, base = excluded.base, facts = excluded.facts,"
        " content = '' RETURNING id",
        (image.file, number, time.time_ns(), *what),
    ).fetchone()[0]
    db.execute(
        "INSERT INTO item_tags (item, embedded, picture) VALUES (?, ?, ?)"
        " ON CONFLICT (item) DO UPDATE SET embedded = excluded.embedded, picture = excluded.picture",
        (item, tags, picture),
    )
    db.execute("UPDATE rendition SET size = NULL, problem = '', put_off = '', untagged = '' WHERE item = ?", (item,))
    mark_one(db, Watch.ITEM, item)
