"""Rows of files beside the audio."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from musfuse.library.catalog.database import Database
from musfuse.library.catalog.rows import from_blob, join, to_blob
from musfuse.library.catalog.tracks import forget_pictures
from musfuse.model import Picture, SourceFile, Stamp


@dataclass(frozen=True, slots=True)
class Companion:
    """A file beside the audio: `kind` is front, back or sidecar, `position` ranks pictures of one kind, 0 first."""

    name: str
    stamp: Stamp
    ident: str
    kind: str
    position: int = 0
    picture: Picture | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """A file beside the audio of a drive's folder."""

    file: SourceFile
    name: str
    kind: str
    picture: Picture | None


class Beside:
    """Queries and updates over companion. Owner: Scanner."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def known(self, folder: int) -> dict[str, tuple[Stamp, str]]:
        """Of a folder: name to (stamp, kind)."""
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
                        row.kind, row.position, json.dumps(asdict(row.picture)) if row.picture else None, row.problem,
                    )
                    for row in rows
                ],
            )  # fmt: skip
            forget_pictures(db, folder)

    def with_picture(self, pattern: str) -> SourceFile | None:
        """A file whose picture, as JSON, is LIKE a pattern."""
        with self._db.read() as db:
            row = db.execute(
                "SELECT 0, d.path, 0, c.name, s.uid, c.size, c.mtime_ns, c.tag, c.ident, c.kind, NULL FROM companion c"
                " JOIN folder d ON d.id = c.folder JOIN source s ON s.id = d.source WHERE c.picture LIKE ? LIMIT 1",
                (pattern,),
            ).fetchone()
        return _shown(row).file if row else None

    def pictures(self, track: int) -> list[tuple[str, str, Picture]]:
        """Pictures beside the original of a track, in order of rank: kind, absolute path, facts."""
        with self._db.read() as db:
            rows = db.execute(
                "SELECT c.kind, s.root, d.path, c.name, c.picture FROM track t JOIN file f ON f.id = t.file"
                " JOIN folder own ON own.id = f.folder JOIN companion c ON c.folder IN (own.id, own.above)"
                " JOIN folder d ON d.id = c.folder JOIN source s ON s.id = d.source"
                " WHERE t.id = ? AND c.picture IS NOT NULL AND c.problem = ''"
                " ORDER BY c.folder <> f.folder, c.position, c.name",
                (track,),
            ).fetchall()
        return [
            (kind, join(from_blob(root), join(from_blob(path), from_blob(name))), Picture(**json.loads(picture)))
            for kind, root, path, name, picture in rows
        ]

    def shown(self, dir_key: str) -> list[Shown]:
        """Files beside the originals of a drive's folder, in order of rank; those above the folders of discs last."""
        with self._db.read() as db:
            rows = db.execute(
                "SELECT min(c.folder <> f.folder) AS farther, d.path, c.position, c.name, s.uid, c.size, c.mtime_ns,"
                " c.tag, c.ident, c.kind, c.picture FROM track t JOIN file f ON f.id = t.file"
                " JOIN folder own ON own.id = f.folder JOIN companion c ON c.folder IN (own.id, own.above)"
                " JOIN folder d ON d.id = c.folder JOIN source s ON s.id = d.source"
                " WHERE t.dir_key = ? AND c.problem = '' GROUP BY c.id"
                " ORDER BY farther, s.position, d.path, c.position, c.name",
                (dir_key,),
            ).fetchall()
        return [_shown(row) for row in rows]


def _shown(row: tuple[object, ...]) -> Shown:
    _, path, _, raw, uid, size, mtime, tag, ident, kind, picture = row
    assert isinstance(path, bytes)
    assert isinstance(raw, bytes)
    name = from_blob(raw)
    stamp = Stamp(int(str(size)), int(str(mtime)), str(tag))
    file = SourceFile(str(uid), join(from_blob(path), name), stamp, str(ident))
    return Shown(file, name, str(kind), Picture(**json.loads(str(picture))) if picture else None)
