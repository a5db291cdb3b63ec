"""Companions: rows of files beside the audio, which are covers by their names, or sidecars."""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from musfuse.library.catalog.arranged import COMPANIONS_OF
from musfuse.library.catalog.copies import FOLDER_OF
from musfuse.library.catalog.database import Database
from musfuse.library.catalog.renditions import forget_pictures
from musfuse.library.catalog.rows import Art, dump_picture, from_blob, join, load_art, load_picture, to_blob
from musfuse.model import Picture, SourceFile, Stamp
from musfuse.origins.places import place_in

_COPIED = f"""SELECT i.id FROM arranged_copy c JOIN item i ON i.public = c.public
 WHERE c.view = ?1 AND c.folder = {FOLDER_OF}"""


@dataclass(frozen=True, slots=True)
class Companion:
    """A file beside the audio: `kind` is front, back, sidecar or playlist, `position` ranks pictures of one kind, 0
    first; `places` are what a playlist names, None for what is none."""

    name: str
    stamp: Stamp
    ident: str
    kind: str
    position: int = 0
    picture: Picture | None = None
    problem: str = ""
    places: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class FolderCompanion:
    """A companion that a folder of the drive may show."""

    file: SourceFile
    name: str
    kind: str
    picture: Picture | None


@dataclass(frozen=True, slots=True)
class PictureOf:
    """The pictures of a track: those that are `set`, its own, when its original and its tags changed last, its album
    (0: unknown) and the folder of its original."""

    item: int
    set: Art
    own: Picture | None
    mtime_ns: int
    edited_ns: int
    album: int
    folder: int


class Companions:
    """Queries and updates over companion, and over the pictures of items."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def known(self, folder: int) -> dict[str, tuple[Stamp, str]]:
        """The companions of a folder by name, each as (stamp, kind)."""
        with self._db.read() as db:
            rows = db.execute("SELECT name, size, mtime_ns, tag, kind FROM companion WHERE folder = ?", (folder,))
            return {from_blob(name): (Stamp(size, mtime, tag), kind) for name, size, mtime, tag, kind in rows}

    def change(self, folder: int, new: Iterable[Companion], gone: Iterable[str]) -> None:
        """Put and remove rows of a folder; what is served with its pictures is made anew."""
        rows, names = list(new), list(gone)
        with self._db.write() as db:
            db.executemany("DELETE FROM companion WHERE folder = ? AND name = ?", [(folder, to_blob(n)) for n in names])
            db.executemany(
                "INSERT OR REPLACE INTO companion (folder, name, size, mtime_ns, tag, ident, kind, position,"
                " picture, problem) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    (
                        folder, to_blob(row.name), row.stamp.size, row.stamp.mtime_ns, row.stamp.tag, row.ident,
                        row.kind, row.position, dump_picture(row.picture), row.problem,
                    )
                    for row in rows
                ],
            )  # fmt: skip
            for row in rows:
                if row.places is not None:
                    _keep_places(db, folder, row.name, row.places)
            forget_pictures(db, folder)

    def seen(self) -> str:
        """A text that is another one once a scan found other originals, or other files beside them."""
        with self._db.read() as db:
            items = db.execute("SELECT count(*), sum(version) FROM item").fetchone()
            beside = db.execute("SELECT count(*), max(id), total(size), total(mtime_ns) FROM companion").fetchone()
        return f"{items} {beside}"

    def track_with_picture(self, pattern: str) -> int | None:
        """A track whose own picture, as JSON, is LIKE a pattern."""
        with self._db.read() as db:
            row = db.execute("SELECT item FROM item_tags WHERE picture LIKE ? LIMIT 1", (pattern,)).fetchone()
        return int(row[0]) if row else None

    def with_picture(self, pattern: str) -> SourceFile | None:
        """A file whose picture, as JSON, is LIKE a pattern."""
        with self._db.read() as db:
            row = db.execute(
                "SELECT 0, d.path, 0, c.name, s.uid, c.size, c.mtime_ns, c.tag, c.ident, c.kind, NULL FROM companion c"
                " JOIN folder d ON d.id = c.folder JOIN source s ON s.id = d.source WHERE c.picture LIKE ? LIMIT 1",
                (pattern,),
            ).fetchone()
        return _of_row(row).file if row else None

    def pictures(self, track: int) -> list[tuple[str, str, Picture]]:
        """Pictures beside the original of a track, in order of rank: kind, absolute path, facts."""
        with self._db.read() as db:
            rows = db.execute(
                "SELECT c.kind, o.root, d.path, c.name, c.picture FROM item i JOIN original o ON o.file = i.file"
                " JOIN companion c ON c.folder IN (o.folder, o.above) JOIN folder d ON d.id = c.folder"
                " WHERE i.id = ? AND c.picture IS NOT NULL AND c.problem = ''"
                " ORDER BY c.folder <> o.folder, c.position, c.name",
                (track,),
            ).fetchall()
        return [
            (kind, place_in(from_blob(root), join(from_blob(path), from_blob(name))), found)
            for kind, root, path, name, picture in rows
            if (found := load_picture(picture)) is not None
        ]

    def candidates(self, view: int, dir_key: str, limit: int, *, copied: bool = False) -> list[PictureOf]:
        """The pictures of the first tracks of a drive's folder, with `copied` of those that were copied there as well,
        in order of source and path."""
        with self._db.read() as db:
            rows = db.execute(
                "SELECT i.id, t.art, t.picture, o.mtime_ns, i.edited_ns, coalesce(m.album, 0), o.folder"
                f" FROM ({_items(copied)}) p CROSS JOIN item i ON i.id = p.item"
                " JOIN item_tags t ON t.item = i.id JOIN original o ON o.file = i.file"
                " LEFT JOIN member m ON m.item = i.id ORDER BY o.position, o.path, o.name, i.part LIMIT ?3",
                (view, dir_key, limit),
            ).fetchall()
        return [
            PictureOf(item, load_art(art) if art else (), load_picture(picture), mtime, edited, album, folder)
            for item, art, picture, mtime, edited, album, folder in rows
        ]

    def of_folder(self, view: int, dir_key: str, *, copied: bool = False) -> list[FolderCompanion]:
        """Companions of a drive's folder, with `copied` also by the tracks that were copied there, in order of rank;
        those above the folders of discs last."""
        with self._db.read() as db:
            rows = db.execute(
                "SELECT min(c.folder <> o.folder) AS farther, d.path, c.position, c.name, o.uid, c.size, c.mtime_ns,"
                f" c.tag, c.ident, c.kind, c.picture FROM ({_items(copied)}) p"
                " CROSS JOIN item i ON i.id = p.item JOIN original o ON o.file = i.file"
                " JOIN companion c ON c.folder IN (o.folder, o.above)"
                " JOIN folder d ON d.id = c.folder"
                " WHERE c.problem = '' GROUP BY c.id"
                " ORDER BY farther, o.position, d.path, c.position, c.name",
                (view, dir_key),
            ).fetchall()
        return [_of_row(row) for row in rows]


def _items(copied: bool) -> str:
    return f"{COMPANIONS_OF} UNION {_COPIED}" if copied else COMPANIONS_OF


def _keep_places(db: sqlite3.Connection, folder: int, name: str, places: Sequence[str]) -> None:
    """What a playlist names; what an earlier one of the name did went with its row."""
    found = "SELECT id FROM companion WHERE folder = ? AND name = ?"
    (number,) = db.execute(found, (folder, to_blob(name))).fetchone()
    db.execute("INSERT INTO playlist VALUES (?)", (number,))
    rows = ((number, position, to_blob(place)) for position, place in enumerate(places))
    db.executemany("INSERT INTO playlist_place VALUES (?, ?, ?)", rows)


def _of_row(row: Any) -> FolderCompanion:
    _, path, _, raw, uid, size, mtime, tag, ident, kind, picture = row
    name = from_blob(raw)
    file = SourceFile(uid, join(from_blob(path), name), Stamp(size, mtime, tag), ident)
    return FolderCompanion(file, name, kind, load_picture(picture))
