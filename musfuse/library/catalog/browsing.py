"""What browsing lists, read: albums, artists, genres, years and folders, page by page and in order.

Everything here runs on a connection that the caller has. A `Scope` says of which sources things are told; lists are
counted and paged within it.
"""

import json
import sqlite3
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from random import Random
from threading import Lock
from typing import Any, NamedTuple, TypeVar

from musfuse.library.browsed import letter_of, order_key
from musfuse.library.catalog.landmarks import Landmarks, Order
from musfuse.library.catalog.rows import from_blob
from musfuse.lru import Lru

T = TypeVar("T")
_MOST = (1 << 63) - 1
_RELEASE = "mbid/"
"""What the key of an album begins with that MusicBrainz knows (albums.album_key)."""
Scope = tuple[int, ...] | None
"""Ids of sources that somebody may see; None for all."""


class AlbumRow(NamedTuple):
    """An album as far as it is seen: `artist` is 0 where there is none, `year` too; `release` is MusicBrainz's id."""

    id: int
    title: str
    artist: int
    artist_name: str
    year: int
    born_ns: int
    songs: int
    ms: int
    release: str
    genres: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ArtistRow:
    """An artist as far as they are seen, `albums` of their own; `letter` is that of an index under which they stand."""

    id: int
    name: str
    letter: str
    albums: int
    songs: int


@dataclass(frozen=True, slots=True)
class FolderRow:
    """A folder of a source; `parent` is 0 for its root, whose name is empty."""

    id: int
    source: int
    path: str
    parent: int
    name: str
    letter: str
    tracks: int


class Lists:
    """What is remembered of lists between two questions: where their pages begin, and counts. For one database."""

    def __init__(self) -> None:
        self.landmarks = Landmarks()
        self._counts, self._lock = Lru[Hashable, object](16), Lock()

    def remembered(self, key: Hashable) -> object | None:
        """What was counted under this key."""
        with self._lock:
            return self._counts.get(key)

    def remember(self, key: Hashable, found: T) -> T:
        """Keep what was counted."""
        with self._lock:
            self._counts.put(key, found)
        return found


def version(db: sqlite3.Connection) -> int:
    """Another number where lists changed."""
    row = db.execute("SELECT value FROM meta WHERE key = 'browse'").fetchone()
    return int(row[0]) if row else 0


def within(scope: Scope, column: str) -> str:
    """The condition that a source is seen, '' for all."""
    return "" if scope is None else f"{column} IN ({', '.join(str(int(source)) for source in scope)})"


def _seen(scope: Scope, table: str) -> str:
    if scope is None:
        return ""
    return f"EXISTS (SELECT 1 FROM album_source s WHERE s.album = {table}.album AND {within(scope, 's.source')})"


def album_order(name: str, scope: Scope, genre: int = 0, years: tuple[int, int] = (0, 0)) -> Order:
    """Albums by `title`, `artist`, `newest`, `year` (from the first to the last of them, which may be the earlier one)
    or `genre`."""
    if name == "genre":
        where = " AND ".join(filter(None, ["genre = ?", _seen(scope, "genre_album")]))
        return Order("genre_album", ("title_key", "album"), False, where, (genre,))
    if name == "year":
        first, last = (max(1, year) for year in years)
        ends = ("year >= ?", "year <= ?") if first > last else ("year <= ?", "year >= ?")
        where = " AND ".join(filter(None, [ends[0], _seen(scope, "album_listing")]))
        columns = ("year", "title_key", "album")
        return Order("album_listing", columns, first > last, where, (last,), ends[1], (first,))
    indexes = {
        "title": ("title_key", "album"),
        "artist": ("artist_key", "title_key", "album"),
        "newest": ("born_ns", "album"),
    }
    return Order("album_listing", indexes[name], name == "newest", _seen(scope, "album_listing"))


def albums_in(db: sqlite3.Connection, lists: Lists, order: Order, limit: int, offset: int) -> list[int]:
    """The ids of so many albums of an order behind the first `offset`."""
    return [int(str(row[-1])) for row in lists.landmarks.rows(db, version(db), order, limit, offset)]


def random_albums(db: sqlite3.Connection, scope: Scope, limit: int, chance: Random) -> list[int]:
    """The ids of so many albums, each at most once."""
    where = f"AND {_seen(scope, 'album_listing')}" if scope is not None else ""
    found: dict[int, None] = {}
    for _ in range(4):
        starts = [chance.randrange(_MOST) for _ in range(limit - len(found))]  # ids are hashes: any number will do
        rows = db.execute(
            "SELECT (SELECT album FROM album_listing WHERE album >= k.value"
            f" {where} ORDER BY album LIMIT 1) FROM json_each(?) k",
            (json.dumps(starts),),
        )
        found.update((row[0], None) for row in rows if row[0] is not None)
        if len(found) >= limit:
            return list(found)
    where = where.replace("AND", "WHERE", 1)
    few = db.execute(f"SELECT album FROM album_listing {where} ORDER BY album LIMIT ?", (4 * limit,)).fetchall()
    if len(few) < 4 * limit:
        chance.shuffle(few)
        found.update((row[0], None) for row in few)
    return list(found)[:limit]


def albums(db: sqlite3.Connection, ids: Sequence[int], scope: Scope = None) -> list[AlbumRow]:
    """These albums in their order, as far as they are there and seen."""
    wanted = json.dumps(list(ids))
    genres: dict[int, list[str]] = {}
    for album, name in db.execute(
        "SELECT k.value, n.name FROM json_each(?) k JOIN genre_album g ON g.album = k.value"
        " JOIN genre n ON n.id = g.genre ORDER BY g.songs DESC, n.key",
        (wanted,),
    ):
        genres.setdefault(album, []).append(name)
    counts, join = "l.songs, l.ms", ""
    if scope is not None:
        counts, join = (
            "sum(s.songs), sum(s.ms)",
            f"JOIN album_source s ON s.album = l.album AND {within(scope, 's.source')}",
        )
    rows = db.execute(
        f"SELECT l.album, l.title, l.artist, l.artist_name, l.year, l.born_ns, {counts}, a.key FROM json_each(?) k"
        f" JOIN album_listing l ON l.album = k.value JOIN album a ON a.id = l.album {join}"
        " GROUP BY k.key ORDER BY k.key",
        (wanted,),
    )
    return [_album(row, genres.get(row[0], ())) for row in rows]


def _album(row: Sequence[Any], genres: Sequence[str]) -> AlbumRow:
    *columns, key = row
    release = str(key).removeprefix(_RELEASE) if str(key).startswith(_RELEASE) else ""
    return AlbumRow._make((*columns, release, tuple(genres)))


def albums_of(db: sqlite3.Connection, artist: int, scope: Scope) -> list[tuple[int, bool]]:
    """The albums where an artist is, the earliest first: (id, whether it is theirs)."""
    seen = f"AND {within(scope, 'a.source')}" if scope is not None else ""
    rows = db.execute(
        "SELECT a.album, max(a.main) FROM artist_album a JOIN album_listing l ON l.album = a.album"
        f" WHERE a.artist = ? {seen} GROUP BY a.album ORDER BY l.year, l.title_key, a.album",
        (artist,),
    )
    return [(album, bool(main)) for album, main in rows]


def count_albums(db: sqlite3.Connection, lists: Lists, scope: Scope) -> int:
    """How many albums are seen."""
    key = (version(db), "albums", scope)
    known = lists.remembered(key)
    if isinstance(known, int):
        return known
    where = "" if scope is None else f"WHERE {_seen(scope, 'album_listing')}"
    return lists.remember(key, int(db.execute(f"SELECT count(*) FROM album_listing {where}").fetchone()[0]))


_ARTIST = "SELECT l.artist, l.name, l.key, l.albums, l.songs FROM artist_listing l"
_ARTIST_SEEN = """
SELECT l.artist, l.name, l.key, count(DISTINCT CASE WHEN a.main AND a.album <> 0 THEN a.album END), sum(a.songs)
  FROM artist_listing l JOIN artist_album a ON a.artist = l.artist AND {seen}
"""


def artists(db: sqlite3.Connection, ids: Sequence[int], scope: Scope = None) -> list[ArtistRow]:
    """These artists in their order, as far as they are there and seen."""
    chosen = _ARTIST if scope is None else _ARTIST_SEEN.format(seen=within(scope, "a.source"))
    rows = db.execute(
        f"{chosen} JOIN json_each(?) k ON k.value = l.artist GROUP BY l.artist ORDER BY k.key",
        (json.dumps(list(ids)),),
    )
    return list(map(_artist, rows))


def artists_in_order(db: sqlite3.Connection, scope: Scope, limit: int = -1, offset: int = 0) -> list[ArtistRow]:
    """Artists with albums, or tracks of no album, of their own, by name."""
    if scope is None:
        rows = db.execute(f"{_ARTIST} WHERE l.main = 1 ORDER BY l.key, l.artist LIMIT ? OFFSET ?", (limit, offset))
    else:
        seen = within(scope, "a.source")
        rows = db.execute(
            f"{_ARTIST_SEEN.format(seen=seen)} WHERE l.main = 1 AND a.main = 1 GROUP BY l.key, l.artist"
            " ORDER BY l.key, l.artist LIMIT ? OFFSET ?",
            (limit, offset),
        )
    return list(map(_artist, rows))


def _artist(row: tuple[int, str, str, int, int]) -> ArtistRow:
    number, name, key, found, songs = row
    return ArtistRow(number, name, letter_of(key), found, songs)


def genres(db: sqlite3.Connection, lists: Lists, scope: Scope) -> list[tuple[int, str, int, int]]:
    """Genres by name, with how many tracks and albums each has: (id, name, tracks, albums)."""
    key = (version(db), "genres", scope)
    known = lists.remembered(key)
    if isinstance(known, list):
        return known
    where = "" if scope is None else f"WHERE {within(scope, 'source')}"
    tracks = dict(db.execute(f"SELECT genre, count(*) FROM track_genre {where} GROUP BY genre"))
    where = "" if scope is None else f"WHERE {_seen(scope, 'genre_album')}"
    found = dict(db.execute(f"SELECT genre, count(*) FROM genre_album {where} GROUP BY genre"))
    names = db.execute("SELECT id, name FROM genre ORDER BY key, id").fetchall()
    told = [(number, name, tracks[number], found.get(number, 0)) for number, name in names if number in tracks]
    return lists.remember(key, told)


def years(db: sqlite3.Connection, lists: Lists, scope: Scope) -> list[tuple[int, int]]:
    """Years with albums, and how many: (year, albums)."""
    key = (version(db), "years", scope)
    known = lists.remembered(key)
    if isinstance(known, list):
        return known
    where = "" if scope is None else f"AND {_seen(scope, 'album_listing')}"
    return lists.remember(
        key,
        db.execute(f"SELECT year, count(*) FROM album_listing WHERE year > 0 {where} GROUP BY year").fetchall(),
    )


_FOLDER = "SELECT id, source, path, parent, name, key, tracks FROM folder_listing"


def folder(db: sqlite3.Connection, number: int, scope: Scope) -> FolderRow | None:
    """A folder; None where there is no such, or it is not seen."""
    row = db.execute(f"{_FOLDER} WHERE id = ?", (number,)).fetchone()
    return None if row is None or (scope is not None and row[1] not in scope) else _folder(row)


def roots(db: sqlite3.Connection, scope: Scope) -> list[FolderRow]:
    """The roots of sources with tracks, in the order of the sources."""
    rows = db.execute(
        "SELECT l.id, l.source, l.path, l.parent, l.name, l.key, l.tracks FROM folder_listing l"
        " JOIN source s ON s.id = l.source WHERE l.parent = 0 ORDER BY s.position"
    )
    return [_folder(row) for row in rows if scope is None or row[1] in scope]


def folders_in(db: sqlite3.Connection, parents: Iterable[int], limit: int = -1, offset: int = 0) -> list[FolderRow]:
    """The folders in folders, by name."""
    rows = db.execute(
        f"{_FOLDER} WHERE parent IN (SELECT value FROM json_each(?)) ORDER BY key, id LIMIT ? OFFSET ?",
        (json.dumps(list(parents)), limit, offset),
    )
    return list(map(_folder, rows))


def folders(db: sqlite3.Connection, ids: Sequence[int], scope: Scope) -> list[FolderRow]:
    """These folders in their order, as far as they are there and seen."""
    rows = db.execute(
        "SELECT f.id, f.source, f.path, f.parent, f.name, f.key, f.tracks FROM json_each(?) k"
        " JOIN folder_listing f ON f.id = k.value ORDER BY k.key",
        (json.dumps(list(ids)),),
    )
    return [_folder(row) for row in rows if scope is None or row[1] in scope]


def _folder(row: tuple[int, int, bytes, int, str, str, int]) -> FolderRow:
    number, source, path, parent, name, key, tracks = row
    return FolderRow(number, source, from_blob(path), parent, name, letter_of(key), tracks)


def found_artists(
    db: sqlite3.Connection, expression: str, text: str, scope: Scope, limit: int, offset: int
) -> list[int]:
    """The ids of artists whose names have words, those first that are called just so, then by their tracks."""
    seen = f"WHERE EXISTS (SELECT 1 FROM artist_album s WHERE s.artist = a.artist AND {within(scope, 's.source')})"
    rows = db.execute(
        "SELECT a.artist FROM (SELECT rowid FROM artist_words WHERE artist_words MATCH ? LIMIT ?) w"
        f" JOIN artist_listing a ON a.artist = w.rowid {seen if scope is not None else ''}"
        " ORDER BY a.key <> ?, a.main DESC, a.songs DESC, a.artist LIMIT ? OFFSET ?",
        (expression, _WIDE + offset + limit, order_key(text), limit, offset),
    )
    return [row[0] for row in rows]


_WIDE = 2000
"""Names that are looked at to say which come first."""


def found_albums(
    db: sqlite3.Connection, expression: str, text: str, scope: Scope, limit: int, offset: int
) -> list[int]:
    """The ids of albums whose titles, and names of artists, have words, those first that are called just so."""
    seen = f"WHERE {_seen(scope, 'a')}" if scope is not None else ""
    rows = db.execute(
        "SELECT a.album FROM (SELECT rowid FROM album_words WHERE album_words MATCH ? LIMIT ?) w"
        f" JOIN album_listing a ON a.album = w.rowid {seen}"
        " ORDER BY a.title_key <> ?, instr(a.title_key, ?) = 0, a.title_key, a.album LIMIT ? OFFSET ?",
        (expression, _WIDE + offset + limit, order_key(text), order_key(text), limit, offset),
    )
    return [row[0] for row in rows]


def scope(db: sqlite3.Connection, uids: Sequence[str]) -> tuple[int, ...]:
    """The ids of sources by their uids, as far as there are such; -1 where there is none, which no source has."""
    rows = db.execute("SELECT id FROM source WHERE uid IN (SELECT value FROM json_each(?))", (json.dumps(list(uids)),))
    return tuple(sorted(row[0] for row in rows)) or (-1,)


def sources(db: sqlite3.Connection) -> dict[int, tuple[str, str]]:
    """The sources by id: (uid, the last part of its root)."""
    rows = db.execute("SELECT id, uid, root FROM source")
    return {number: (uid, _last(from_blob(root))) for number, uid, root in rows}


def _last(root: str) -> str:
    parts = [part for part in root.replace("\\", "/").split("/") if part]
    return parts[-1] if parts else root
