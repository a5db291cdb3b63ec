"""What belongs together, as rows of the catalog: albums, their discs, and compilations.

Each is decided from all tracks that it has, never from the order in which they came: tracks note what they belong to,
and what a track came to or left is looked at again.
"""

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from musfuse.library.albums import AlbumFacts, album_facts, is_compilation
from musfuse.library.catalog.rows import from_blob, join
from musfuse.model import AudioFormat, TagSet

_DECISIONS = 500
_SELECT = """
SELECT t.id, t.format, coalesce(t.merged, t.tags), t.album_key, t.disc, t.compilation_key, t.first_artist,
       t.compilation, t.various, t.several_discs, t.hidden, t.first_sample, t.samples,
       t.merged IS NOT NULL OR t.art IS NOT NULL, t.problem, t.serve, t.dir_key, d.path, f.name, s.id, s.root
  FROM track t JOIN file f ON f.id = t.file JOIN folder d ON d.id = f.folder JOIN source s ON s.id = d.source
"""


@dataclass(frozen=True, slots=True)
class Member:
    """A track as Naming sees it. `facts` tell what it belongs to, `noted` are those that the catalog has; `path` lies
    in the source `uri`; `cut`: a part of an image; `edited`: its tags or pictures are not its original's; `serve` and
    `dir_key` are those it had."""

    id: int
    format: AudioFormat
    tags: TagSet
    facts: AlbumFacts
    noted: AlbumFacts
    various: bool
    several_discs: bool
    hidden: bool
    cut: bool
    edited: bool
    problem: str
    serve: str | None
    dir_key: str | None
    path: str
    uri: str


def unnamed_members(db: sqlite3.Connection, limit: int) -> list[Member]:
    """Some tracks that have to be named."""
    return [_member(row) for row in db.execute(f"{_SELECT} WHERE t.named = 0 LIMIT ?", (limit,))]


def load_member(db: sqlite3.Connection, track: int) -> Member:
    """A track of the catalog."""
    return _member(db.execute(f"{_SELECT} WHERE t.id = ?", (track,)).fetchone())


def _member(row: tuple[Any, ...]) -> Member:
    (
        track, fmt, text, album, disc, compilation_key, artist, compilation, various, several, hidden, first, samples,
        edited, problem, serve, dir_key, folder, name, source, uri,
    ) = row  # fmt: skip
    tags, path = TagSet(json.loads(text)), join(from_blob(folder), from_blob(name))
    facts = AlbumFacts() if hidden else album_facts(tags, source, path, bool(various))
    noted = AlbumFacts(album, disc, compilation_key, artist, bool(compilation))
    cut = bool(first) or samples is not None
    return Member(
        track, AudioFormat(*json.loads(fmt)), tags, facts, noted, bool(various and facts.compilation_key),
        bool(several), bool(hidden), cut, bool(edited), problem, serve, dir_key, path, from_blob(uri),
    )  # fmt: skip


def note_facts(db: sqlite3.Connection, tracks: Iterable[Member]) -> None:
    """Note what tracks belong to; the compilations that they came to, and those that they left, are to be decided."""
    changed = [track for track in tracks if track.facts != track.noted]
    db.executemany(
        "UPDATE track SET album_key = ?, disc = ?, compilation_key = ?, first_artist = ?, compilation = ?, various = ?"
        " WHERE id = ?",
        [
            (f.album_key, f.disc, f.compilation_key, f.first_artist, f.compilation, track.various, track.id)
            for track in changed
            for f in (track.facts,)
        ],
    )
    keys = {facts.compilation_key for track in changed for facts in (track.facts, track.noted)} - {""}
    db.executemany("INSERT OR IGNORE INTO dirty VALUES ('compilation', ?)", [(key,) for key in keys])


def count_discs(db: sqlite3.Connection, albums: Iterable[str]) -> dict[int, bool]:
    """Find out which of these albums have several discs; for which tracks that is another answer than before."""
    changed: dict[int, bool] = {}
    for album in albums:
        # `album_key <> ''` is what lets SQLite use the index of albums, which leaves unknown ones out.
        most = db.execute("SELECT max(disc) FROM track WHERE album_key = ? AND album_key <> ''", (album,)).fetchone()
        several = (most[0] or 0) > 1
        rows = db.execute(
            "UPDATE track SET several_discs = ? WHERE album_key = ? AND album_key <> '' AND several_discs <> ?"
            " RETURNING id",
            (several, album, several),
        )
        changed.update((row[0], several) for row in rows)
    return changed


def decide_compilations(db: sqlite3.Connection) -> bool:
    """Decide some that are to be decided, and have tracks named again where that changes; whether there were any."""
    keys = db.execute("SELECT key FROM dirty WHERE kind = 'compilation' LIMIT ?", (_DECISIONS,)).fetchall()
    for (key,) in keys:
        said, artists, most, tracks = db.execute(
            "SELECT max(said), sum(first_artist <> ''), max(n * (first_artist <> '')), sum(n) FROM"
            " (SELECT first_artist, count(*) AS n, max(compilation) AS said FROM track"
            "   WHERE compilation_key = ? AND compilation_key <> '' GROUP BY first_artist)",
            (key,),
        ).fetchone()
        various = bool(tracks) and (bool(said) or is_compilation(artists, most, tracks))
        db.execute(
            "UPDATE track SET various = ?, named = 0"
            " WHERE compilation_key = ? AND compilation_key <> '' AND various <> ?",
            (various, key, various),
        )
    db.executemany("DELETE FROM dirty WHERE kind = 'compilation' AND key = ?", keys)
    return bool(keys)
