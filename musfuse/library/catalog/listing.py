"""What browsing lists, written: tracks as they come, change and go; then the albums, artists, genres and folders that
they belong to, each counted anew from its tracks, so that nothing depends on the order in which they came."""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from musfuse.library.albums import hash_id, main_artist
from musfuse.library.browsed import artist_id, browsed, folder_id, order_key, words_of
from musfuse.library.catalog.rows import load_format, load_tags
from musfuse.library.catalog.todo import Key, add

STAGE = "browse"
ALBUM, ARTIST, GENRE, FOLDER = f"{STAGE}.album", f"{STAGE}.artist", f"{STAGE}.genre", f"{STAGE}.folder"
"""What is to be counted once all tracks that are due have been looked at."""

_ITEMS = """
SELECT i.id, s.id, s.uid, d.path, coalesce(m.album, 0), coalesce(t.merged, t.embedded), i.facts, i.first_sample,
       i.samples, i.born_ns, l.made, a.title <> b.title OR a.artist <> b.artist_name, r.name <> n.name,
       coalesce(m.artist, 0)
  FROM json_each(?) k JOIN item i ON i.id = k.value JOIN item_tags t ON t.item = i.id JOIN file f ON f.id = i.file
  JOIN folder d ON d.id = f.folder JOIN source s ON s.id = d.source LEFT JOIN member m ON m.item = i.id
  LEFT JOIN listed l ON l.item = i.id LEFT JOIN artist r ON r.id = m.artist
  LEFT JOIN artist_listing n ON n.artist = r.id
  LEFT JOIN album a ON a.id = m.album LEFT JOIN album_listing b ON b.album = a.id
 WHERE +i.hidden = 0
"""
_HIDDEN = """
SELECT l.item FROM json_each(?) k JOIN listed l ON l.item = k.value JOIN item i ON i.id = l.item WHERE i.hidden
"""


class _Row(NamedTuple):
    item: int
    source: int
    uid: str
    path: bytes
    album: int
    tags: str
    facts: str
    first: int
    samples: int | None
    born_ns: int
    made: int | None
    respelled: int | None
    renamed: int | None
    artist: int

    @property
    def ms(self) -> int:
        fmt = load_format(self.facts)
        samples = self.samples
        if samples is None and fmt.total_samples is not None:
            samples = fmt.total_samples - self.first
        return max(0, samples or 0) * 1000 // fmt.sample_rate if fmt.sample_rate else 0


def look_at(db: sqlite3.Connection, items: Iterable[Key]) -> bool:
    """List these items as they are, or not any more; whether anything changed."""
    wanted = json.dumps(list(items))
    rows = [_Row._make(row) for row in db.execute(_ITEMS, (wanted,))]
    gone = db.execute(_HIDDEN, (wanted,)).fetchall()
    new = [made for row in rows if (made := _made(row)) is not None]
    gone += [(listed[0],) for listed, _, _, known in new if known]
    db.executemany("DELETE FROM listed WHERE item = ?", gone)
    _put(db, new)
    add(db, ALBUM, {row.album for row in rows if row.respelled})
    add(db, ARTIST, {row.artist for row in rows if row.renamed})
    for uid, source, path in {(row.uid, row.source, bytes(row.path)) for row in rows}:
        _keep_folder(db, uid, source, path)
    return bool(new or gone)


_Made = tuple[tuple[Any, ...], tuple[tuple[int, str], ...], tuple[tuple[int, str], ...], bool]


def _made(row: _Row) -> _Made | None:
    """The row of an item with its artists and genres, and whether there is another one; None where it is as it was."""
    told = browsed(load_tags(row.tags))
    listed = (
        row.item, row.source, folder_id(row.uid, row.path), row.album, told.year, told.position, row.ms, row.born_ns,
    )  # fmt: skip
    digest = hash_id(repr((listed, told.artists, told.genres)))
    if digest == row.made:
        return None
    return (*listed, digest), told.artists, told.genres, row.made is not None


def _put(db: sqlite3.Connection, new: Sequence[_Made]) -> None:
    db.executemany("INSERT INTO listed VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", [listed for listed, *_ in new])
    artists = [(artist, listed[0], name) for listed, found, _, _ in new for artist, name in found]
    genres = [(genre, listed[1], listed[0], name) for listed, _, found, _ in new for genre, name in found]
    db.executemany("INSERT INTO track_artist VALUES (?, ?, ?)", artists)
    db.executemany("INSERT INTO track_genre VALUES (?, ?, ?, ?)", genres)
    add(db, ALBUM, {listed[3] for listed, *_ in new} - {0})
    add(db, FOLDER, {listed[2] for listed, *_ in new})
    add(db, ARTIST, {artist for artist, *_ in artists})
    add(db, GENRE, {genre for genre, *_ in genres})


def _keep_folder(db: sqlite3.Connection, uid: str, source: int, path: bytes) -> None:
    """Have a folder and those above it, up to the first that there is."""
    while True:
        number = folder_id(uid, path)
        above, _, name = path.rpartition(b"/")
        parent = folder_id(uid, above) if path else 0
        text = name.decode("utf-8", "replace")
        made = db.execute(
            "INSERT INTO folder_listing VALUES (?, ?, ?, ?, ?, ?, 0) ON CONFLICT (id) DO NOTHING",
            (number, source, path, parent, text, order_key(text)),
        )
        if not made.rowcount or not path:
            return
        path = above


def count_albums(db: sqlite3.Connection, albums: Iterable[Key]) -> None:
    """Count albums anew, and note the artists that they came to or left."""
    for album in albums:
        before = {row[0] for row in db.execute("SELECT artist FROM artist_album WHERE album = ?", (album,))}
        for table in ("album_source", "genre_album", "artist_album"):
            db.execute(f"DELETE FROM {table} WHERE album = ?", (album,))
        db.execute(
            "INSERT INTO album_source SELECT album, source, count(*), sum(ms) FROM listed"
            " WHERE album = ? AND album <> 0 GROUP BY source",
            (album,),
        )
        found = db.execute(
            "SELECT a.title, a.artist, min(l.born_ns), coalesce(min(nullif(l.year, 0)), 0), count(*), sum(l.ms)"
            " FROM album a JOIN listed l ON l.album = a.id AND l.album <> 0 WHERE a.id = ?",
            (album,),
        ).fetchone()
        _forget(db, "album", album)
        if found[0] is not None:
            _put_album(db, album, *found)
        after = {row[0] for row in db.execute("SELECT artist FROM artist_album WHERE album = ?", (album,))}
        add(db, ARTIST, before | after)


def _put_album(
    db: sqlite3.Connection, album: Key, title: str, by: str, born_ns: int, year: int, songs: int, ms: int
) -> None:
    artist = artist_id(main_artist(by)) if by else 0
    db.execute(
        "INSERT INTO album_listing VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (album, title, order_key(title), artist, by, order_key(by), year, born_ns, songs, ms),
    )
    db.execute("INSERT INTO album_words (rowid, words) VALUES (?, ?)", (album, words_of(title, by)))
    db.execute(
        "INSERT INTO genre_album SELECT g.genre, ?2, l.album, count(*) FROM listed l"
        " JOIN track_genre g ON g.item = l.item WHERE l.album = ?1 AND l.album <> 0 GROUP BY g.genre",
        (album, order_key(title)),
    )
    if artist:
        db.execute(
            "INSERT INTO artist_album SELECT ?, album, source, 1, songs FROM album_source WHERE album = ?",
            (artist, album),
        )
    db.execute(
        "INSERT OR IGNORE INTO artist_album SELECT t.artist, l.album, l.source, 0, count(*) FROM listed l"
        " JOIN track_artist t ON t.item = l.item WHERE l.album = ? AND l.album <> 0 GROUP BY t.artist, l.source",
        (album,),
    )


def count_artists(db: sqlite3.Connection, artists: Iterable[Key]) -> None:
    """Count artists anew; those with nothing any more are gone."""
    for artist in artists:
        db.execute("DELETE FROM artist_album WHERE artist = ? AND album = 0", (artist,))
        db.execute(
            "INSERT INTO artist_album SELECT t.artist, 0, l.source, 1, count(*) FROM track_artist t"
            " JOIN listed l ON l.item = t.item WHERE t.artist = ? AND +l.album = 0 GROUP BY l.source",
            (artist,),
        )
        _forget(db, "artist", artist)
        main, albums, songs = db.execute(
            "SELECT max(main), count(DISTINCT CASE WHEN main AND album <> 0 THEN album END), sum(songs)"
            " FROM artist_album WHERE artist = ?",
            (artist,),
        ).fetchone()
        name = _name_of(db, artist) if main is not None else None
        if name is not None:
            db.execute(
                "INSERT INTO artist_listing VALUES (?, ?, ?, ?, ?, ?)",
                (artist, name, order_key(name), main, albums, songs),
            )
            db.execute("INSERT INTO artist_words (rowid, words) VALUES (?, ?)", (artist, words_of(name)))


def _name_of(db: sqlite3.Connection, artist: Key) -> str | None:
    """As the library spells it; else the first spelling of those that tracks and albums have."""
    row = db.execute(
        "SELECT coalesce((SELECT name FROM artist WHERE id = ?1), (SELECT min(name) FROM track_artist WHERE artist ="
        " ?1), (SELECT min(b.artist_name) FROM artist_album a JOIN album_listing b ON b.album = a.album"
        " WHERE a.artist = ?1 AND a.main AND a.album <> 0))",
        (artist,),
    ).fetchone()
    return main_artist(row[0]) if row[0] else None


def _forget(db: sqlite3.Connection, kind: str, entity: Key) -> None:
    db.execute(f"DELETE FROM {kind}_listing WHERE {kind} = ?", (entity,))
    db.execute(f"DELETE FROM {kind}_words WHERE rowid = ?", (entity,))


def name_genres(db: sqlite3.Connection, genres: Iterable[Key]) -> None:
    """Have genres called what one of their tracks calls them; those without a track are gone."""
    for genre in genres:
        row = db.execute("SELECT name FROM track_genre WHERE genre = ? LIMIT 1", (genre,)).fetchone()
        db.execute("DELETE FROM genre WHERE id = ?", (genre,))
        if row is not None:
            db.execute("INSERT INTO genre VALUES (?, ?, ?)", (genre, row[0], order_key(row[0])))


def count_folders(db: sqlite3.Connection, folders: Iterable[Key]) -> None:
    """Count the tracks of folders anew; those without any, in them or below them, are gone, and so on above them."""
    for folder in folders:
        tracks = db.execute("SELECT count(*) FROM listed WHERE folder = ?", (folder,)).fetchone()[0]
        db.execute("UPDATE folder_listing SET tracks = ? WHERE id = ?", (tracks, folder))
        if not tracks and not db.execute("SELECT 1 FROM folder_listing WHERE parent = ?", (folder,)).fetchone():
            gone = db.execute("DELETE FROM folder_listing WHERE id = ? RETURNING parent", (folder,)).fetchall()
            add(db, FOLDER, {parent for (parent,) in gone} - {0})


def raise_count(db: sqlite3.Connection) -> None:
    """Note that lists changed."""
    db.execute(
        "INSERT INTO meta VALUES ('browse', '1') ON CONFLICT (key) DO UPDATE SET value = CAST(value AS INTEGER) + 1"
    )
