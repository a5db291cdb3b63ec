"""Playlists that were found among the sources, and the originals that may be meant by what they name."""

from collections.abc import Iterator
from dataclasses import dataclass

from musfuse.library.catalog.database import Database
from musfuse.library.catalog.rows import from_blob, join, to_blob
from musfuse.origins.places import place_in

_PAGE = 5000


@dataclass(frozen=True, slots=True)
class PlaylistRow:
    """A playlist `name` in the folder `path` of a source, whose number is `source` and whose place is `root`."""

    id: int
    source: int
    root: str
    path: str
    name: str

    @property
    def place(self) -> str:
        """Where it lies, as people write it."""
        return place_in(self.root, join(self.path, self.name))


class FoundPlaylists:
    """Queries over playlist and playlist_place, and over file and folder by names. May be used from many threads."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def changes(self) -> int:
        """A number that changes whenever anything in the catalog may have changed."""
        return self._db.commits

    def all(self) -> list[PlaylistRow]:
        """The playlists in order of source and path."""
        with self._db.read() as db:
            rows = db.execute(
                "SELECT c.id, s.id, s.root, d.path, c.name FROM playlist p JOIN companion c ON c.id = p.companion"
                " JOIN folder d ON d.id = c.folder JOIN source s ON s.id = d.source"
                " ORDER BY s.position, d.path, c.name"
            ).fetchall()
        return [PlaylistRow(number, source, *map(from_blob, texts)) for number, source, *texts in rows]

    def places(self, playlist: int) -> list[str]:
        """What a playlist names, in order."""
        with self._db.read() as db:
            rows = db.execute(
                "SELECT place FROM playlist_place WHERE playlist = ? ORDER BY position", (playlist,)
            ).fetchall()
        return [from_blob(place) for (place,) in rows]

    def roots(self) -> list[tuple[int, str]]:
        """The sources in order, each as (number, place)."""
        with self._db.read() as db:
            rows = db.execute("SELECT id, root FROM source ORDER BY position").fetchall()
        return [(number, from_blob(root)) for number, root in rows]

    def folder(self, source: int, path: str) -> int | None:
        """The number of a folder of a source by its path; None where there is none spelled so."""
        with self._db.read() as db:
            row = db.execute("SELECT id FROM folder WHERE source = ? AND path = ?", (source, to_blob(path))).fetchone()
        return row[0] if row else None

    def folders(self, source: int) -> Iterator[tuple[int, str]]:
        """All folders of a source, (number, path); read in pages."""
        begin = b""
        while True:
            with self._db.read() as db:
                rows = db.execute(
                    "SELECT id, path FROM folder WHERE source = ? AND path >= ? ORDER BY path LIMIT ?",
                    (source, begin, _PAGE),
                ).fetchall()
            yield from ((number, from_blob(path)) for number, path in rows)
            if len(rows) < _PAGE:
                return
            begin = rows[-1][1] + b"\0"

    def folder_path(self, folder: int) -> str | None:
        """The path of a folder in its source; None where it is gone."""
        with self._db.read() as db:
            row = db.execute("SELECT path FROM folder WHERE id = ?", (folder,)).fetchone()
        return from_blob(row[0]) if row else None

    def files(self, folder: int) -> Iterator[tuple[str, tuple[int, ...]]]:
        """The files of a folder with tracks, in order of name, each with its tracks in their order."""
        with self._db.read() as db:
            rows = db.execute(
                "SELECT f.name, i.id FROM file f JOIN item i ON i.file = f.id WHERE f.folder = ? AND i.hidden = 0"
                " ORDER BY f.name, i.part",
                (folder,),
            ).fetchall()
        found = dict[bytes, list[int]]()
        for name, item in rows:
            found.setdefault(name, []).append(item)
        return ((from_blob(name), tuple(items)) for name, items in found.items())
