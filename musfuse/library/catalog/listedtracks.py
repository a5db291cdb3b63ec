"""Tracks as browsing lists them: of albums, artists, genres and folders, by chance, and by words.

Everything here runs on a connection that the caller has, within a scope (browsing.Scope).
"""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from random import Random
from typing import Any, NamedTuple

from musfuse.library.catalog.browsing import Lists, Scope, version, within
from musfuse.library.catalog.landmarks import Order
from musfuse.library.catalog.rows import from_blob, join, load_format, load_tags
from musfuse.model import AudioFormat, TagSet

_WALK, _CANDIDATES, _FOUND = 64, 20_000, 100_000
"""Tracks that a draw looks at for one that is wanted; of how many rare ones it draws; how many a search finds."""


class ListedTrack(NamedTuple):
    """A track: `public` is its public id, 0 for one that came a moment ago; `source` is the uid of its source; `size`
    that of its original, 0 for a part of one; `path` where it lies in its source. What is 0 or '' is not known."""

    item: int
    public: int
    source: str
    folder: int
    album: int
    album_title: str
    album_artist: int
    album_artist_name: str
    year: int
    position: int
    ms: int
    born_ns: int
    part: int
    size: int
    path: str
    tags: TagSet
    format: AudioFormat
    artists: tuple[tuple[int, str], ...]
    genres: tuple[str, ...]


_ROWS = """
SELECT l.item, coalesce(i.public, 0), s.uid, l.folder, l.album, coalesce(a.title, ''), coalesce(a.artist, 0),
       coalesce(a.artist_name, ''), l.year, l.position, l.ms, l.born_ns, i.part, f.size, d.path, f.name,
       coalesce(t.merged, t.embedded), i.facts
  FROM json_each(?) k JOIN listed l ON l.item = k.value JOIN item i ON i.id = l.item
  JOIN item_tags t ON t.item = l.item JOIN file f ON f.id = i.file JOIN folder d ON d.id = f.folder
  JOIN source s ON s.id = l.source
  LEFT JOIN album_listing a ON a.album = l.album AND l.album <> 0
"""


def tracks(db: sqlite3.Connection, items: Sequence[int], scope: Scope = None) -> list[ListedTrack]:
    """These tracks in their order, as far as they are there and seen."""
    wanted = json.dumps(list(items))
    artists: dict[int, list[tuple[int, str]]] = {}
    named = "SELECT k.value, a.artist, a.name FROM json_each(?) k JOIN track_artist a ON a.item = k.value"
    for item, artist, name in db.execute(named, (wanted,)):
        artists.setdefault(item, []).append((artist, name))
    genres: dict[int, list[str]] = {}
    named = (
        "SELECT k.value, n.name FROM json_each(?) k JOIN track_genre g ON g.item = k.value"
        " JOIN genre n ON n.id = g.genre"
    )
    for item, name in db.execute(named, (wanted,)):
        genres.setdefault(item, []).append(name)
    seen = f" WHERE {within(scope, 'l.source')}" if scope is not None else ""
    return [
        _track(row, artists.get(row[0], []), genres.get(row[0], []))
        for row in db.execute(f"{_ROWS}{seen} ORDER BY k.key", (wanted,))
    ]


def _track(row: Sequence[Any], artists: list[tuple[int, str]], genres: list[str]) -> ListedTrack:
    *head, part, size, folder, name, text, facts = row
    tags = load_tags(text)
    spelled = tags.get("artist") or ()  # tables have no order of their own: the tags tell who comes first
    artists.sort(key=lambda pair: next((at for at, value in enumerate(spelled) if value.startswith(pair[1])), 99))
    told = (part, 0 if part else size, join(from_blob(folder), from_blob(name)), tags, load_format(facts))
    return ListedTrack._make((*head, *told, tuple(artists), tuple(genres)))


def known_as(db: sqlite3.Connection, publics: Sequence[int]) -> list[tuple[int, int]]:
    """The tracks with these public ids, in their order, as far as there are such: (id, public id)."""
    return db.execute(
        "SELECT i.id, i.public FROM json_each(?) k JOIN item i ON i.public = k.value JOIN listed l ON l.item = i.id"
        " ORDER BY k.key",
        (json.dumps(list(publics)),),
    ).fetchall()


def albums_with(db: sqlite3.Connection, publics: Sequence[int]) -> list[int]:
    """The albums of tracks with these public ids, in the order of the first of them."""
    rows = db.execute(
        "SELECT l.album FROM json_each(?) k JOIN item i ON i.public = k.value JOIN listed l ON l.item = i.id"
        " WHERE l.album <> 0 ORDER BY k.key",
        (json.dumps(list(publics)),),
    )
    return list(dict.fromkeys(row[0] for row in rows))


def of_albums(db: sqlite3.Connection, albums: Sequence[int], scope: Scope) -> list[int]:
    """The tracks of albums, album by album as they are given, by disc and number."""
    seen = f" AND {within(scope, 'l.source')}" if scope is not None else ""
    rows = db.execute(
        "SELECT l.item FROM json_each(?) k JOIN listed l INDEXED BY listed_album ON l.album = k.value AND l.album <> 0"
        f"{seen} ORDER BY k.key, l.position, l.item",
        (json.dumps(list(albums)),),
    )
    return [row[0] for row in rows]


def of_artist(db: sqlite3.Connection, artist: int, scope: Scope, limit: int) -> list[tuple[int, int]]:
    """Tracks that an artist plays, so many at most, in any order: (id, public id)."""
    seen = f" AND {within(scope, 'l.source')}" if scope is not None else ""
    return db.execute(
        "SELECT a.item, coalesce(i.public, 0) FROM track_artist a JOIN listed l ON l.item = a.item"
        f" JOIN item i ON i.id = a.item WHERE a.artist = ?{seen} LIMIT ?",
        (artist, limit),
    ).fetchall()


def loose_of(db: sqlite3.Connection, artist: int, scope: Scope) -> list[int]:
    """Tracks of no album that an artist plays, 500 at most."""
    seen = f" AND {within(scope, 'l.source')}" if scope is not None else ""
    rows = db.execute(
        "SELECT a.item FROM artist_album x JOIN track_artist a ON a.artist = x.artist JOIN listed l ON l.item = a.item"
        f" WHERE x.artist = ? AND x.album = 0 AND +l.album = 0{seen} GROUP BY a.item LIMIT 500",
        (artist,),
    )
    return [row[0] for row in rows]


def in_folder(db: sqlite3.Connection, folder: int, limit: int = -1, offset: int = 0) -> list[int]:
    """The tracks of the files of a folder, by name."""
    rows = db.execute(
        "SELECT l.item FROM listed l INDEXED BY listed_folder JOIN item i ON i.id = l.item JOIN file f ON f.id = i.file"
        " WHERE l.folder = ? ORDER BY f.name, i.part LIMIT ? OFFSET ?",
        (folder, limit, offset),
    )
    return [row[0] for row in rows]


def in_order(db: sqlite3.Connection, lists: Lists, scope: Scope, limit: int, offset: int, genre: int = 0) -> list[int]:
    """So many of all tracks, or of those of a genre, behind the first `offset`."""
    if scope is None:
        orders = [
            Order("track_genre", ("source", "item"), False, "genre = ?", (genre,)) if genre else Order("listed", _ITEM)
        ]
    elif genre:
        orders = [Order("track_genre", _ITEM, False, "genre = ? AND source = ?", (genre, source)) for source in scope]
    else:
        orders = [Order("listed", _ITEM, False, "source = ?", (source,)) for source in scope]
    found: list[int] = []
    for order in orders:
        if len(orders) > 1:  # source by source: no index has the tracks of several in one order
            count = _count(db, lists, order)
            if offset >= count:
                offset -= count
                continue
        rows = lists.landmarks.rows(db, version(db), order, limit - len(found), offset)
        found += [int(str(row[-1])) for row in rows]
        offset = 0
        if len(found) >= limit:
            break
    return found


_ITEM = ("item",)


def _count(db: sqlite3.Connection, lists: Lists, order: Order) -> int:
    key = (version(db), order)
    known = lists.remembered(key)
    if isinstance(known, int):
        return known
    counted = db.execute(f"SELECT count(*) FROM {order.table} WHERE {order.where}", order.values).fetchone()[0]
    return lists.remember(key, int(counted))


@dataclass(frozen=True, slots=True)
class Draw:
    """Which tracks a draw is from: of a genre (0 for any), of years from the first to the last (0 for any)."""

    genre: int = 0
    first_year: int = 0
    last_year: int = 0

    def condition(self, scope: Scope) -> str:
        """The condition on listed, as l."""
        parts = [within(scope, "l.source")]
        if self.genre:
            parts.append(
                "EXISTS (SELECT 1 FROM track_genre g WHERE g.genre ="
                f" {int(self.genre)} AND g.source = l.source AND g.item = l.item)"
            )
        if self.first_year or self.last_year:
            parts.append(f"l.year BETWEEN {int(self.first_year)} AND {int(self.last_year or 9999)}")
        return " AND ".join(filter(None, parts))


def drawn(db: sqlite3.Connection, scope: Scope, draw: Draw, limit: int, chance: Random) -> list[int]:
    """So many tracks by chance, each at most once; fewer where there are not so many."""
    condition = draw.condition(scope)
    last = db.execute("SELECT max(item) FROM listed").fetchone()[0] or 0
    found: dict[int, None] = {}
    for _ in range(3):
        starts = json.dumps([chance.randint(1, max(1, last)) for _ in range(limit - len(found))])
        found.update(dict.fromkeys(_walked(db, condition, starts)))
        if len(found) >= limit:
            break
    if len(found) < limit:
        rare = _candidates(db, scope, draw, condition)
        found.update(dict.fromkeys(chance.sample(rare, min(len(rare), 2 * limit))))
    chosen = list(found)[:limit]
    chance.shuffle(chosen)
    return chosen


def _walked(db: sqlite3.Connection, condition: str, starts: str) -> list[int]:
    """For each place, the first track behind it that is wanted, if it is near."""
    if not condition:
        inner = "SELECT item FROM listed WHERE item >= k.value ORDER BY item LIMIT 1"
    else:
        near = f"SELECT * FROM listed WHERE item >= k.value ORDER BY item LIMIT {_WALK}"
        inner = f"SELECT l.item FROM ({near}) l WHERE {condition} LIMIT 1"
    rows = db.execute(f"SELECT ({inner}) FROM json_each(?) k", (starts,))
    return [row[0] for row in rows if row[0] is not None]


def _candidates(db: sqlite3.Connection, scope: Scope, draw: Draw, condition: str) -> list[int]:
    """Tracks that are wanted and few, by the index that has fewest of others."""
    where = f"WHERE {condition}" if condition else ""
    if draw.genre:
        table = (
            f"(SELECT item AS chosen FROM track_genre WHERE genre = {int(draw.genre)}) JOIN listed l ON l.item = chosen"
        )
    elif draw.first_year or draw.last_year:
        table = "listed l INDEXED BY listed_year"
    elif scope is not None:
        table = "listed l INDEXED BY listed_source"
    else:
        table = "listed l"
    return [row[0] for row in db.execute(f"SELECT l.item FROM {table} {where} LIMIT ?", (_CANDIDATES,))]


def found(db: sqlite3.Connection, expressions: Sequence[str], scope: Scope, limit: int, offset: int) -> list[int]:
    """The tracks that expressions of FTS5 find, those of the first before all others, each once: so many behind the
    first `offset`."""
    seen = f" AND {within(scope, 'l.source')}" if scope is not None else ""
    query = f"SELECT l.item FROM search s JOIN listed l ON l.item = s.rowid WHERE s.search MATCH ?{seen} LIMIT {_FOUND}"

    def every() -> Iterator[int]:
        told: set[int] = set()
        for expression in expressions:
            for (item,) in db.execute(query, (expression,)):
                if item not in told:
                    told.add(item)
                    yield item

    return list(islice(every(), offset, offset + limit))


def players(db: sqlite3.Connection, items: Sequence[int]) -> list[int]:
    """The artists who play tracks, as often as they do."""
    rows = db.execute(
        "SELECT a.artist FROM json_each(?) k JOIN track_artist a ON a.item = k.value", (json.dumps(list(items)),)
    )
    return [row[0] for row in rows]
