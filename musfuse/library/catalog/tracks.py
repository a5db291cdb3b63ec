"""Tracks: rows with all that is served of them, and what is found out about them after the scan."""

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from musfuse.library.catalog.database import Database
from musfuse.library.catalog.rows import SOURCE_FILE, join, load_art, source_file, to_blob
from musfuse.media.art import NOT_USED
from musfuse.model import AudioFormat, Part, Picture, Serve, SourceFile, TagSet, Track


@dataclass(frozen=True, slots=True)
class TrackRow:
    """A track with what only the catalog knows; `size` is None while it is not known under `size_token`."""

    track: Track
    size: int | None
    size_token: str
    problem: str
    wanted: str
    sheet: str = ""
    part: int = 0
    untagged: str = ""
    put_off: str = ""


_TRACK = f"""
SELECT t.id, t.version, t.format, t.tags, t.picture, t.serve, t.size, t.size_token, t.problem, t.dir, t.name,
       t.first_sample, t.samples, t.sheet, t.part, t.merged, t.art, t.edited_ns, t.untagged, t.put_off,
       coalesce(
         (SELECT c.picture FROM companion c WHERE c.folder = d.id AND c.kind = 'front' AND c.picture IS NOT NULL
           ORDER BY c.position, c.name LIMIT 1),
         (SELECT c.picture FROM companion c WHERE c.folder = d.above AND c.kind = 'front' AND c.picture IS NOT NULL
           ORDER BY c.position, c.name LIMIT 1)),
       {SOURCE_FILE}
  FROM track t JOIN file f ON f.id = t.file JOIN folder d ON d.id = f.folder JOIN source s ON s.id = d.source
"""


class Tracks:
    """Queries and updates over track. All methods may be called from many threads."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def track(self, track: int) -> TrackRow | None:
        """One track."""
        with self._db.read() as db:
            row = db.execute(f"{_TRACK} WHERE t.id = ?", (track,)).fetchone()
        return _track_row(row) if row else None

    def at(self, source_uid: str, path: str, part: int) -> TrackRow | None:
        """The track of an original that is its `part`, 0 for all of it."""
        folder, _, name = path.rpartition("/")
        with self._db.read() as db:
            row = db.execute(
                f"{_TRACK} WHERE s.uid = ? AND d.path = ? AND f.name = ? AND t.part = ?",
                (source_uid, to_blob(folder), to_blob(name), part),
            ).fetchone()
        return _track_row(row) if row else None

    def unsized(self, tokens: Mapping[Serve, str], after: int, limit: int) -> list[TrackRow]:
        """Named tracks with an id over `after` whose size is not known under these tokens, in order of id."""
        wanted = " OR ".join("(t.serve = ? AND (t.size IS NULL OR t.size_token <> ?))" for _ in tokens)
        values = [v for serve, token in tokens.items() for v in (serve.value, token)]
        with self._db.read() as db:
            rows = db.execute(f"{_TRACK} WHERE t.id > ? AND ({wanted}) ORDER BY t.id LIMIT ?", (after, *values, limit))
            return [_track_row(row) for row in rows]

    def pending(self, tokens: Mapping[Serve, str]) -> int:
        """How many tracks have no exact size yet."""
        wanted = " OR ".join("(serve = ? AND (size IS NULL OR size_token <> ?))" for _ in tokens)
        values = [v for serve, token in tokens.items() for v in (serve.value, token)]
        with self._db.read() as db:
            return int(db.execute(f"SELECT count(*) FROM track WHERE {wanted}", values).fetchone()[0])

    def sized(self, tokens: Mapping[Serve, str]) -> int:
        """How many tracks whose size has to be found out have one."""
        wanted = " OR ".join("(serve = ? AND size IS NOT NULL AND size_token = ?)" for _ in tokens)
        values = [v for serve, token in tokens.items() for v in (serve.value, token)]
        with self._db.read() as db:
            return int(db.execute(f"SELECT count(*) FROM track WHERE {wanted}", values).fetchone()[0])

    def left_over(self) -> bool:
        """Whether a change was committed that the tree does not show yet, as a kill leaves it. Looks at the ends of
        three indexes, however large the library is."""
        with self._db.read() as db:
            row = db.execute(
                "SELECT EXISTS (SELECT 1 FROM track WHERE overlaid = 0) OR EXISTS (SELECT 1 FROM track WHERE named = 0)"
                " OR EXISTS (SELECT 1 FROM dirty)"
            ).fetchone()
        return bool(row[0])

    def set_size(self, track: Track, size: int, token: str) -> bool:
        """Note an exact size; False where the track changed meanwhile, or notes cannot be kept."""
        with self._db.note() as db:
            cursor = db.execute(
                "UPDATE track SET size = ?, size_token = ?, put_off = '' WHERE id = ? AND version = ? AND serve = ?",
                (size, token, track.id, track.version, track.serve.value),
            )
            return cursor.rowcount > 0
        return False

    def set_failed(self, track: Track, problem: str) -> None:
        """Indexing failed for good: the track is to be named again, as the original; an image stays whole."""
        with self._db.write() as db:
            if track.part is not None:
                (file,) = db.execute("SELECT file FROM track WHERE id = ?", (track.id,)).fetchone() or (0,)
                db.execute("UPDATE track SET problem = ? WHERE file = ? AND part = 0", (problem, file))
                db.execute("INSERT OR IGNORE INTO dirty SELECT 'cue', folder FROM file WHERE id = ?", (file,))
                return
            db.execute(
                "UPDATE track SET problem = ?, named = 0, version = version + 1 WHERE id = ? AND version = ?",
                (problem, track.id, track.version),
            )

    def put_off(self, track: Track, reason: str) -> None:
        """Its index cannot be built now, which is not its file's fault: it stays what it is."""
        with self._db.write() as db:
            db.execute("UPDATE track SET put_off = ? WHERE id = ? AND version = ?", (reason, track.id, track.version))

    def take_up(self) -> None:
        """Nothing is put off any more."""
        with self._db.write() as db:
            db.execute("UPDATE track SET put_off = '' WHERE put_off <> ''")

    def set_picture(self, track: Track, picture: Picture | None) -> None:
        """Note what its embedded cover turned out to be when it was looked at; None where it cannot be used."""
        with self._db.note() as db:
            db.execute(
                "UPDATE track SET picture = ? WHERE id = ? AND version = ?",
                (json.dumps(asdict(picture)) if picture else None, track.id, track.version),
            )
            if picture is None:
                db.execute(
                    "UPDATE file SET note = note || iif(note = '', '', '; ') || ? WHERE id ="
                    " (SELECT file FROM track WHERE id = ?)",
                    (NOT_USED, track.id),
                )

    def set_untagged(self, track: Track, reason: str) -> None:
        """Note that its tags cannot be put into what is served, and why."""
        with self._db.note() as db:
            db.execute(
                "UPDATE track SET untagged = ? WHERE id = ? AND version = ? AND untagged <> ?",
                (reason, track.id, track.version, reason),
            )

    def forget_sizes(self, file: SourceFile) -> None:
        """The sizes of a file's parts are not known any more."""
        folder, _, name = file.path.rpartition("/")
        with self._db.write() as db:
            db.execute(
                "UPDATE track SET size = NULL, version = version + 1 WHERE part > 0 AND file IN"
                " (SELECT f.id FROM file f JOIN folder d ON d.id = f.folder JOIN source s ON s.id = d.source"
                " WHERE s.uid = ? AND d.path = ? AND f.name = ?)",
                (file.source_uid, to_blob(folder), to_blob(name)),
            )
            show_again(
                db,
                "SELECT f.id FROM file f JOIN folder d ON d.id = f.folder JOIN source s ON s.id = d.source"
                " WHERE s.uid = ? AND d.path = ? AND f.name = ?",
                (file.source_uid, to_blob(folder), to_blob(name)),
            )


def show_again(db: sqlite3.Connection, files: str, values: tuple[object, ...]) -> None:
    """Something of these files' tracks changed that no name depends on: have the folders of the drive that show them
    settled again, so that whoever holds what they showed hears of it. `files` is a query for ids."""
    db.execute(
        f"INSERT OR IGNORE INTO dirty SELECT 'dir', dir_key FROM track WHERE dir_key IS NOT NULL AND file IN ({files})",
        values,
    )


def forget_pictures(db: sqlite3.Connection, folder: int) -> None:
    """What is served with the pictures that lie in a folder is made anew, in that of an album's discs as well."""
    files = "SELECT f.id FROM file f JOIN folder d ON d.id = f.folder WHERE d.id = ?1 OR d.above = ?1"
    db.execute(
        f"UPDATE track SET size = NULL, version = version + 1 WHERE serve <> 'original' AND file IN ({files})",
        (folder,),
    )
    show_again(db, files, (folder,))


def _track_row(row: tuple[object, ...]) -> TrackRow:
    (
        track, version, fmt, tags, picture, serve, size, token, problem, folder, name, first, samples, sheet, part,
        merged, art, edited, untagged, put_off, beside, *source,
    ) = row  # fmt: skip
    embedded = TagSet(json.loads(str(tags)))
    first, samples = int(str(first)), None if samples is None else int(str(samples))
    made = Track(
        int(str(track)),
        source_file(*source),  # type: ignore[arg-type]
        AudioFormat(*json.loads(str(fmt))),
        TagSet(json.loads(str(merged))) if merged else embedded,
        Serve(str(serve)) if serve else Serve.ORIGINAL,
        int(str(version)),
        Picture(**json.loads(str(picture))) if picture else None,
        Part(first, samples, str(sheet)) if first or samples is not None else None,
        embedded if merged else None,
        load_art(str(art)) if art else (),
        Picture(**json.loads(str(beside))) if beside else None,
        int(str(edited)),
    )
    wanted = join(str(folder or ""), str(name or ""))
    known = None if size is None else int(str(size))
    return TrackRow(
        made, known, str(token or ""), str(problem), wanted, str(sheet), int(str(part)), str(untagged), str(put_off)
    )
