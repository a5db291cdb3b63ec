"""Originals by where they lie: what the catalog knows of a file or folder of a source."""

from collections.abc import Callable
from dataclasses import dataclass

from musfuse.library.catalog.database import Database
from musfuse.library.catalog.nodes import MAIN, TREE
from musfuse.library.catalog.rows import from_blob, load_picture, to_blob
from musfuse.model import Picture

_BEHIND_SLASH = b"0"
"""The byte that follows `/`: a range up to it holds everything below a folder."""


@dataclass(frozen=True, slots=True)
class Place:
    """A path below a source: `inside` is relative to it, `/`-separated, empty for the source itself."""

    uid: str
    source: int
    root: str
    inside: str

    @property
    def split(self) -> tuple[bytes, bytes]:
        """Folder and name as they are stored."""
        folder, _, name = to_blob(self.inside).rpartition(b"/")
        return folder, name


@dataclass(frozen=True, slots=True)
class KnownTrack:
    """A track of an original: `node` is its place on the drive, 0 for none; `hidden` an image behind its parts."""

    id: int
    hidden: bool
    node: int


@dataclass(frozen=True, slots=True)
class KnownOriginal:
    """A file as the last scan found it; `sheets` are the cue sheets in it, (kind, remark)."""

    size: int
    problem: str
    note: str
    tracks: tuple[KnownTrack, ...]
    sheets: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class KnownCompanion:
    """A companion: a front or back picture, or a sidecar."""

    kind: str
    size: int
    picture: Picture | None
    problem: str


@dataclass(frozen=True, slots=True)
class KnownFolder:
    """A folder of a source with the numbers of files in and below it."""

    problem: str
    files: int
    skipped: int
    tracks: int


class Originals:
    """Queries for `musfuse info`. `place` is that of Selection."""

    def __init__(self, database: Database, place: Callable[[str], tuple[str, str] | None]) -> None:
        self._db, self._place = database, place

    def place(self, absolute: str) -> Place | None:
        """Where an absolute path or URI lies in a source of the library; None for one outside of them."""
        found = self._place(absolute)
        if found is None:
            return None
        uid, inside = found
        with self._db.read() as db:
            row = db.execute("SELECT id, root FROM source WHERE uid = ?", (uid,)).fetchone()
        return Place(uid, row[0], from_blob(row[1]), inside) if row else None

    def file(self, place: Place) -> KnownOriginal | None:
        """A file that was looked into."""
        with self._db.read() as db:
            row = db.execute(
                "SELECT o.file, o.size, o.problem, o.note FROM original o"
                " WHERE o.source = ? AND o.path = ? AND o.name = ?",
                (place.source, *place.split),
            ).fetchone()
            if row is None:
                return None
            tracks = db.execute(
                "SELECT i.id, i.hidden, coalesce(n.id, 0) FROM item i LEFT JOIN node n ON n.item = i.id"
                f" AND n.tree = {TREE}"
                " WHERE i.file = ? ORDER BY i.part",
                (MAIN, row[0]),
            ).fetchall()
            sheets = db.execute("SELECT kind, remark FROM sheet WHERE file = ? ORDER BY kind", row[:1]).fetchall()
        found = tuple(KnownTrack(track, bool(hidden), node) for track, hidden, node in tracks)
        return KnownOriginal(row[1], row[2], row[3], found, tuple(sheets))

    def companion(self, place: Place) -> KnownCompanion | None:
        """A companion by the place of its file; None where it is none."""
        with self._db.read() as db:
            row = db.execute(
                "SELECT c.kind, c.size, c.picture, c.problem FROM companion c JOIN folder d ON d.id = c.folder"
                " WHERE d.source = ? AND d.path = ? AND c.name = ?",
                (place.source, *place.split),
            ).fetchone()
        if row is None:
            return None
        return KnownCompanion(row[0], row[1], load_picture(row[2]), row[3])

    def folder(self, place: Place) -> KnownFolder | None:
        """A folder that was listed, or could not be."""
        path = to_blob(place.inside)
        below = (path + b"/", path + _BEHIND_SLASH) if path else (b"", b"\xff")
        with self._db.read() as db:
            row = db.execute(
                "SELECT problem FROM folder WHERE source = ? AND path = ?", (place.source, path)
            ).fetchone()  # fmt: skip
            if row is None:
                return None
            counts = db.execute(
                "SELECT count(DISTINCT f.id), count(DISTINCT iif(f.problem <> '', f.id, NULL)), count(n.id)"
                " FROM folder d JOIN file f ON f.folder = d.id LEFT JOIN item i ON i.file = f.id"
                f" LEFT JOIN node n ON n.item = i.id AND n.tree = {TREE}"
                " WHERE d.source = ? AND (d.path = ? OR (d.path > ? AND d.path < ?))",
                (MAIN, place.source, path, *below),
            ).fetchone()
        return KnownFolder(row[0], *counts)
