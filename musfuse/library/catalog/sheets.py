"""Cue sheets and the parts that they make of images, as rows."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import asdict, astuple, dataclass

from musfuse.library.catalog.database import Database
from musfuse.library.catalog.rows import from_blob
from musfuse.model import AudioFormat, Picture, TagSet


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
    """A part of an image: samples [first, first + count), to the end where `count` is None."""

    first: int
    count: int | None
    sheet: str
    tags: TagSet


class Sheets:
    """Queries and updates over sheet, and over the tracks that are parts. Owner: Cueing."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def adopt_rules(self, rules: str) -> None:
        """Have every sheet looked at again where what they are read by differs from last time."""
        if self._db.meta("cue") == rules:
            return
        with self._db.write() as db:
            db.execute(
                "INSERT OR IGNORE INTO dirty SELECT DISTINCT 'cue', f.folder FROM sheet s JOIN file f ON f.id = s.file"
            )
            db.execute("INSERT OR REPLACE INTO meta VALUES ('cue', ?)", (rules,))

    def dirty(self, limit: int) -> list[int]:
        """Folders to look at that have sheets or parts; folders that have neither are done."""
        with self._db.write() as db:
            db.execute(
                "DELETE FROM dirty WHERE kind = 'cue' AND NOT EXISTS (SELECT 1 FROM file f WHERE f.folder = dirty.key"
                " AND (EXISTS (SELECT 1 FROM sheet s WHERE s.file = f.id) OR"
                "  EXISTS (SELECT 1 FROM track t WHERE t.file = f.id AND t.part > 0)))"
            )
            rows = db.execute("SELECT key FROM dirty WHERE kind = 'cue' LIMIT ?", (limit,)).fetchall()
        return [int(row[0]) for row in rows]

    def load(self, folder: int) -> tuple[list[AudioRow], list[SheetRow]]:
        """Audio files and sheets of a folder, in order of name."""
        with self._db.read() as db:
            audio = db.execute(
                "SELECT f.id, f.name, t.version, t.format, t.tags, t.picture, t.problem FROM file f"
                " JOIN track t ON t.file = f.id AND t.part = 0 WHERE f.folder = ? ORDER BY f.name",
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
    ) -> list[tuple[int, tuple[int, int | None]]]:
        """Make these the parts of the folder's files, in one transaction; (file, range) of those that are gone."""
        gone = []
        with self._db.write() as db:
            for image in audio:
                wanted = list(parts.get(image.file, ()))
                gone += _put_parts(db, image, wanted)
                hidden = bool(wanted) and not keep_image
                db.execute(
                    "UPDATE track SET hidden = ?, named = 0 WHERE file = ? AND part = 0 AND hidden <> ?",
                    (hidden, image.file, hidden),
                )
            db.execute("UPDATE sheet SET remark = '' WHERE file IN (SELECT id FROM file WHERE folder = ?)", (folder,))
            db.executemany(
                "UPDATE sheet SET remark = ? WHERE file = ? AND kind = ?",
                [(text, file, kind) for (file, kind), text in remarks.items()],
            )
            db.execute("DELETE FROM dirty WHERE kind = 'cue' AND key = ?", (folder,))
        return gone


def _audio_row(row: tuple[object, ...]) -> AudioRow:
    file, name, version, fmt, tags, picture, problem = row
    assert isinstance(name, bytes)
    return AudioRow(
        int(str(file)),
        from_blob(name),
        int(str(version)),
        AudioFormat(*json.loads(str(fmt))),
        TagSet(json.loads(str(tags))),
        Picture(**json.loads(str(picture))) if picture else None,
        str(problem),
    )


def _put_parts(
    db: sqlite3.Connection, image: AudioRow, wanted: Sequence[PartRow]
) -> list[tuple[int, tuple[int, int | None]]]:
    """Update, add and remove parts; a part that stays as it is keeps its size and version."""
    ranges = {(part.first, part.count) for part in wanted}
    have = db.execute("SELECT first_sample, samples FROM track WHERE file = ? AND part > 0", (image.file,)).fetchall()
    db.execute("DELETE FROM track WHERE file = ? AND part > ?", (image.file, len(wanted)))
    picture = json.dumps(asdict(image.picture)) if image.picture else None
    fmt = json.dumps(astuple(image.format))
    for number, part in enumerate(wanted, 1):
        db.execute(
            "INSERT INTO track (file, part, first_sample, samples, sheet, base, version, format, tags, picture,"
            " album_key, disc) VALUES (?, ?, ?, ?, ?, ?, 1, ?, ?, ?, '', 0)"
            " ON CONFLICT (file, part) DO UPDATE SET version = version + 1, first_sample = excluded.first_sample,"
            " samples = excluded.samples, sheet = excluded.sheet, base = excluded.base, format = excluded.format,"
            " tags = excluded.tags, picture = excluded.picture, named = 0, size = NULL, problem = '', put_off = '',"
            " untagged = '', overlaid = 0"
            " WHERE (first_sample, samples, sheet, base, format, tags, picture) IS NOT"
            " (excluded.first_sample, excluded.samples, excluded.sheet, excluded.base, excluded.format, excluded.tags,"
            "  excluded.picture)",
            (
                image.file, number, part.first, part.count, part.sheet, image.version, fmt,
                json.dumps(dict(part.tags)), picture,
            ),
        )  # fmt: skip
    return [(image.file, (first, count)) for first, count in have if (first, count) not in ranges]
