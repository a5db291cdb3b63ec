"""Sources, folders, files and tracks: what the scanner found, as rows."""

import hashlib
import json
import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, astuple, dataclass

from musfuse.library.catalog.database import Database
from musfuse.media.art import NOT_USED
from musfuse.model import ArtKind, AudioFormat, Part, Picture, Serve, SourceFile, Stamp, TagSet, Track

NO_TAGS = TagSet()
PcmBounds = tuple[int, int | None]
Removed = tuple[SourceFile, PcmBounds]
"""An original, and the samples (first; number, None for the rest) that a track of it played."""


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A source of the library; `uri` is an absolute path."""

    id: int
    uid: str
    uri: str
    position: int


@dataclass(frozen=True, slots=True)
class FileRow:
    """What a scan found in one file: tracks' facts, or a problem."""

    name: str
    stamp: Stamp
    ident: str
    problem: str = ""
    note: str = ""
    format: AudioFormat | None = None
    tags: TagSet = NO_TAGS
    picture: Picture | None = None
    album_key: str = ""
    disc: int = 0
    sheets: tuple[tuple[str, bytes], ...] = ()


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


@dataclass(frozen=True, slots=True)
class Report:
    """A line of `musfuse report`: `kind` is skipped, noted, failed (indexing), untagged (served with the original's own
    tags), art (a picture that is not used), sheet (of a cue sheet) or folder."""

    kind: str
    path: str
    reason: str


_TRACK = """
SELECT t.id, t.version, t.format, t.tags, t.picture, t.serve, t.size, t.size_token, t.problem, t.dir, t.name,
       t.first_sample, t.samples, t.sheet, t.part, t.merged, t.art, t.edited_ns, t.untagged,
       (SELECT c.picture FROM companion c WHERE c.folder = f.folder AND c.kind = 'front' AND c.picture IS NOT NULL
         ORDER BY c.position, c.name LIMIT 1),
       s.uid, d.path, f.name, f.size, f.mtime_ns, f.ident
  FROM track t JOIN file f ON f.id = t.file JOIN folder d ON d.id = f.folder JOIN source s ON s.id = d.source
"""


def source_uid(uri: str) -> str:
    """The id of a source, which names it in the keys of indexes and overlays: the same for the same place, so that both
    outlive the catalog."""
    return hashlib.blake2b(uri.encode("utf-8", "surrogateescape"), digest_size=8).hexdigest()


def to_blob(path: str) -> bytes:
    """A path of an original as it is stored."""
    return path.encode("utf-8", "surrogateescape")


def from_blob(raw: bytes) -> str:
    """A stored path of an original."""
    return bytes(raw).decode("utf-8", "surrogateescape")


def join(folder: str, name: str) -> str:
    """A path inside an origin."""
    return f"{folder}/{name}" if folder else name


class Files:
    """Queries and updates over source, folder, file, track and scan."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def sources(self) -> list[SourceRow]:
        """All sources in order of priority."""
        with self._db.read() as db:
            return [
                SourceRow(*row) for row in db.execute("SELECT id, uid, uri, position FROM source ORDER BY position, id")
            ]

    def add_source(self, uri: str) -> SourceRow:
        """The source with this path, added last where it is new."""
        with self._db.write() as db:
            db.execute(
                "INSERT OR IGNORE INTO source (uid, uri, position)"
                " SELECT ?, ?, coalesce(max(position) + 1, 0) FROM source",
                (source_uid(uri), uri),
            )
            return SourceRow(*db.execute("SELECT id, uid, uri, position FROM source WHERE uri = ?", (uri,)).fetchone())

    def move_source(self, source: SourceRow, uri: str) -> SourceRow:
        """The source lies elsewhere now; what is known of its files stands until the next scan."""
        with self._db.write() as db:
            db.execute("UPDATE source SET uri = ?, uid = ? WHERE id = ?", (uri, source_uid(uri), source.id))
        return SourceRow(source.id, source_uid(uri), uri, source.position)

    def begin_scan(self, source: int) -> int:
        """A number for a new scan."""
        with self._db.write() as db:
            cursor = db.execute("INSERT INTO scan (source, began) VALUES (?, ?)", (source, time.time_ns()))
            assert cursor.lastrowid is not None
            return cursor.lastrowid

    def end_scan(self, scan: int) -> None:
        """The scan saw everything."""
        with self._db.write() as db:
            db.execute("UPDATE scan SET ended = ? WHERE id = ?", (time.time_ns(), scan))

    def folder(self, source: int, path: str, scan: int, problem: str = "") -> int:
        """Mark a folder as seen by this scan; its id."""
        with self._db.write() as db:
            row = db.execute(
                "INSERT INTO folder (source, path, scan, problem) VALUES (?, ?, ?, ?) ON CONFLICT (source, path) "
                "DO UPDATE SET scan = excluded.scan, problem = excluded.problem RETURNING id",
                (source, to_blob(path), scan, problem),
            ).fetchone()
            return int(row[0])

    def keep_below(self, source: int, path: str, scan: int) -> None:
        """Mark all known folders below one that could not be listed, so that its files are not taken for removed."""
        low = to_blob(path) + b"/" if path else b""
        with self._db.write() as db:
            db.execute(
                "UPDATE folder SET scan = ? WHERE source = ? AND substr(path, 1, ?) = ?", (scan, source, len(low), low)
            )

    def known(self, folder: int) -> dict[str, tuple[int, Stamp, str]]:
        """Files of a folder as last seen: name to (id, stamp, ident)."""
        with self._db.read() as db:
            rows = db.execute("SELECT name, id, size, mtime_ns, ident FROM file WHERE folder = ?", (folder,))
            return {from_blob(name): (file, Stamp(size, mtime), ident) for name, file, size, mtime, ident in rows}

    def put_files(self, batch: Iterable[tuple[int, FileRow]]) -> None:
        """Insert or replace (folder id, row) pairs in one transaction; a track keeps its id and raises its version."""
        with self._db.write() as db:
            for folder, row in batch:
                _put_file(db, folder, row)

    def ranges(self, file: int) -> list[PcmBounds]:
        """The ranges of samples that a file's tracks play."""
        with self._db.read() as db:
            return [
                (first, samples)
                for first, samples in db.execute("SELECT first_sample, samples FROM track WHERE file = ?", (file,))
            ]

    def source_file(self, file: int) -> SourceFile | None:
        """A file by its id."""
        with self._db.read() as db:
            rows = _source_files(db, "f.id = ?", file)
        return rows[0][0] if rows else None

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

    def remove_files(self, files: Iterable[int]) -> list[Removed]:
        """Forget files; what their tracks were, so that their indexes can be dropped."""
        removed: list[Removed] = []
        with self._db.write() as db:
            for file in files:
                removed += _source_files(db, "f.id = ?", file)
                db.execute("DELETE FROM file WHERE id = ?", (file,))
        return removed

    def remove_unseen(self, source: int, scan: int) -> list[Removed]:
        """Forget the folders that a whole scan did not see; what their files' tracks were."""
        with self._db.write() as db:
            removed = _source_files(db, "d.source = ? AND d.scan < ?", source, scan)
            db.execute("DELETE FROM folder WHERE source = ? AND scan < ?", (source, scan))
        return removed

    def moved_to(self, file: SourceFile) -> SourceFile | None:
        """Where this very version of an original lies now, if it was moved and not removed."""
        with self._db.read() as db:
            row = db.execute(
                "SELECT s.uid, d.path, f.name, f.size, f.mtime_ns, f.ident FROM file f"
                " JOIN folder d ON d.id = f.folder JOIN source s ON s.id = d.source"
                " WHERE f.ident = ? AND f.size = ? AND f.mtime_ns = ? AND s.uid = ? LIMIT 1",
                (file.ident, file.stamp.size, file.stamp.mtime_ns, file.source_uid),
            ).fetchone()
        return _source_file(*row) if row else None

    def track(self, track: int) -> TrackRow | None:
        """One track."""
        with self._db.read() as db:
            row = db.execute(f"{_TRACK} WHERE t.id = ?", (track,)).fetchone()
        return _track_row(row) if row else None

    def unsized(self, tokens: Mapping[Serve, str], after: int, limit: int) -> list[TrackRow]:
        """Named tracks with an id over `after` whose size is not known under these tokens, in order of id."""
        wanted = " OR ".join("(t.serve = ? AND (t.size IS NULL OR t.size_token <> ?))" for _ in tokens)
        values = [v for serve, token in tokens.items() for v in (serve.value, token)]
        with self._db.read() as db:
            rows = db.execute(f"{_TRACK} WHERE t.id > ? AND ({wanted}) ORDER BY t.id LIMIT ?", (after, *values, limit))
            return [_track_row(row) for row in rows]

    def set_size(self, track: Track, size: int, token: str) -> bool:
        """Record an exact size; False where the track changed meanwhile."""
        with self._db.write() as db:
            cursor = db.execute(
                "UPDATE track SET size = ?, size_token = ? WHERE id = ? AND version = ? AND serve = ?",
                (size, token, track.id, track.version, track.serve.value),
            )
            return cursor.rowcount > 0

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

    def set_picture(self, track: Track, picture: Picture | None) -> None:
        """What its embedded cover turned out to be when it was looked at; None where it cannot be used."""
        with self._db.write() as db:
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
        """Its tags cannot be put into what is served, and why."""
        with self._db.write() as db:
            db.execute(
                "UPDATE track SET untagged = ? WHERE id = ? AND version = ? AND untagged <> ?",
                (reason, track.id, track.version, reason),
            )

    def counts(self) -> dict[str, int]:
        """Totals for `musfuse status`."""
        with self._db.read() as db:

            def one(sql: str) -> int:
                return int(db.execute(sql).fetchone()[0])

            return {
                "tracks": one("SELECT count(*) FROM track WHERE hidden = 0"),
                "skipped": one("SELECT count(*) FROM file WHERE problem <> ''"),
                "noted": one("SELECT count(*) FROM file WHERE note <> ''"),
                "failed": one("SELECT count(*) FROM track WHERE problem <> ''"),
                "untagged": one("SELECT count(*) FROM track WHERE untagged <> ''"),
                "art": one("SELECT count(*) FROM companion WHERE problem <> ''"),
                "edited": one("SELECT count(*) FROM track WHERE merged IS NOT NULL OR art IS NOT NULL"),
                "unreadable_folders": one("SELECT count(*) FROM folder WHERE problem <> ''"),
            }

    def pending(self, tokens: Mapping[Serve, str]) -> int:
        """How many tracks have no exact size yet."""
        wanted = " OR ".join("(serve = ? AND (size IS NULL OR size_token <> ?))" for _ in tokens)
        values = [v for serve, token in tokens.items() for v in (serve.value, token)]
        with self._db.read() as db:
            return int(db.execute(f"SELECT count(*) FROM track WHERE {wanted}", values).fetchone()[0])

    def report(self) -> Iterator[Report]:
        """Everything that is not shown, or is shown with a remark, in order of path."""
        sql = (
            "SELECT CASE WHEN f.problem <> '' THEN 'skipped' WHEN t.problem <> '' THEN 'failed' ELSE 'noted' END,"
            " s.uri, d.path, f.name, f.problem || coalesce(t.problem, '') || f.note"
            " FROM file f JOIN folder d ON d.id = f.folder JOIN source s ON s.id = d.source"
            " LEFT JOIN track t ON t.file = f.id AND t.part = 0"
            " WHERE f.problem <> '' OR f.note <> '' OR t.problem <> ''"
            " UNION ALL SELECT 'sheet', s.uri, d.path, f.name, c.remark FROM sheet c JOIN file f ON f.id = c.file"
            " JOIN folder d ON d.id = f.folder JOIN source s ON s.id = d.source WHERE c.remark <> ''"
            " UNION ALL SELECT 'folder', s.uri, d.path, x'', d.problem FROM folder d JOIN source s ON s.id = d.source"
            " WHERE d.problem <> ''"
            " UNION ALL SELECT 'untagged', s.uri, d.path, f.name, t.untagged FROM track t JOIN file f ON f.id = t.file"
            " JOIN folder d ON d.id = f.folder JOIN source s ON s.id = d.source WHERE t.untagged <> ''"
            " UNION ALL SELECT 'art', s.uri, d.path, c.name, c.problem FROM companion c"
            " JOIN folder d ON d.id = c.folder JOIN source s ON s.id = d.source WHERE c.problem <> ''"
            " ORDER BY 2, 3, 4"
        )
        with self._db.read() as db:
            for kind, uri, folder, name, reason in db.execute(sql):
                inside = join(from_blob(folder), from_blob(name)).rstrip("/")
                yield Report(kind, f"{uri}/{inside}".rstrip("/"), reason)


def _put_file(db: sqlite3.Connection, folder: int, row: FileRow) -> None:
    file = db.execute(
        "INSERT INTO file (folder, name, size, mtime_ns, ident, problem, note) VALUES (?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (folder, name) DO UPDATE SET size = excluded.size, mtime_ns = excluded.mtime_ns,"
        " ident = excluded.ident, problem = excluded.problem, note = excluded.note RETURNING id",
        (folder, to_blob(row.name), row.stamp.size, row.stamp.mtime_ns, row.ident, row.problem, row.note),
    ).fetchone()[0]
    db.execute("DELETE FROM sheet WHERE file = ?", (file,))
    db.executemany("INSERT INTO sheet (file, kind, data) VALUES (?, ?, ?)", [(file, *sheet) for sheet in row.sheets])
    db.execute("INSERT OR IGNORE INTO dirty VALUES ('cue', ?)", (folder,))
    if row.format is None:
        db.execute("DELETE FROM track WHERE file = ?", (file,))
        return
    picture = json.dumps(asdict(row.picture)) if row.picture else None
    db.execute("UPDATE track SET size = NULL, version = version + 1 WHERE file = ? AND part > 0", (file,))
    db.execute(
        "INSERT INTO track (file, version, format, tags, picture, album_key, disc) VALUES (?, 1, ?, ?, ?, ?, ?)"
        " ON CONFLICT (file, part) DO UPDATE SET version = version + 1, format = excluded.format, tags = excluded.tags,"
        " picture = excluded.picture, album_key = excluded.album_key, disc = excluded.disc, named = 0, size = NULL,"
        " problem = '', untagged = '', overlaid = 0",
        (file, json.dumps(astuple(row.format)), json.dumps(dict(row.tags)), picture, row.album_key, row.disc),
    )


def _source_files(db: sqlite3.Connection, where: str, *values: object) -> list[Removed]:
    rows = db.execute(
        "SELECT coalesce(t.first_sample, 0), t.samples, s.uid, d.path, f.name, f.size, f.mtime_ns, f.ident FROM file f"
        " JOIN folder d ON d.id = f.folder JOIN source s ON s.id = d.source LEFT JOIN track t ON t.file = f.id"
        f" WHERE {where}",
        values,
    )
    return [(_source_file(*row), (first, samples)) for first, samples, *row in rows]


def _source_file(uid: str, folder: bytes, name: bytes, size: int, mtime_ns: int, ident: str) -> SourceFile:
    return SourceFile(uid, join(from_blob(folder), from_blob(name)), Stamp(size, mtime_ns), ident)


def _track_row(row: tuple[object, ...]) -> TrackRow:
    (
        track, version, fmt, tags, picture, serve, size, token, problem, folder, name, first, samples, sheet, part,
        merged, art, edited, untagged, beside, *source,
    ) = row  # fmt: skip
    embedded = TagSet(json.loads(str(tags)))
    first, samples = int(str(first)), None if samples is None else int(str(samples))
    made = Track(
        int(str(track)),
        _source_file(*source),  # type: ignore[arg-type]
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
    return TrackRow(made, known, str(token or ""), str(problem), wanted, str(sheet), int(str(part)), str(untagged))


Art = tuple[tuple[ArtKind, tuple[Picture, ...]], ...]


def load_art(text: str) -> Art:
    """Pictures that are set, as they are stored with a track."""
    return tuple((ArtKind(kind), tuple(Picture(**p) for p in pictures)) for kind, pictures in json.loads(text))


def dump_art(art: Art) -> str | None:
    """The same as JSON, None for nothing."""
    return json.dumps([(kind.value, [asdict(p) for p in pictures]) for kind, pictures in art]) if art else None
