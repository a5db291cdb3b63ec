"""Who and what items belong to, as rows: members, albums, artists.

What an entity is called is what its first item in order of source and path calls it, so that it does not depend on the
order of scanning.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from musfuse.library.albums import AlbumFacts, album_facts, is_compilation
from musfuse.library.catalog.rows import from_blob, join, load_tags
from musfuse.library.catalog.todo import Key, Watch, add, mark_one
from musfuse.library.names import name_key

STAGE = "entities"
ALBUM, ARTIST, COMPILATION = f"{STAGE}.album", f"{STAGE}.artist", f"{STAGE}.compilation"
"""What is to be looked at once all items that are due have been."""

_SELECT = """
SELECT i.id, i.part, i.hidden, coalesce(t.merged, t.embedded), o.source, o.position, o.path, o.name, m.album,
       m.artist, m.disc, m.compilation_key, m.first_artist, m.compilation, coalesce(m.various, 0)
  FROM item i JOIN item_tags t ON t.item = i.id JOIN original o ON o.file = i.file LEFT JOIN member m ON m.item = i.id
"""
_RANKED = "ORDER BY o.position, o.path || x'2F' || o.name, i.part LIMIT 1"


@dataclass(frozen=True, slots=True)
class Member:
    """An item as its tags tell what it belongs to, `belongs` (AlbumFacts); `noted` is what the catalog has of that,
    `rank` its place in the order of all items."""

    id: int
    facts: AlbumFacts
    belongs: tuple[Any, ...]
    noted: tuple[Any, ...] | None
    various: bool
    rank: bytes


def members(db: sqlite3.Connection, items: Iterable[Key]) -> Iterator[Member]:
    """Items by their ids, as far as they are there."""
    found = db.execute(f"{_SELECT} WHERE i.id IN (SELECT value FROM json_each(?))", (json.dumps(list(items)),))
    return map(_member, found)


def _member(row: Any) -> Member:
    item, part, hidden, text, source, position, folder, name, *noted, various = row
    path = join(from_blob(folder), from_blob(name))
    facts = AlbumFacts() if hidden else album_facts(load_tags(text), source, path, bool(various))
    rank = b"%08d%b/%b\0%06d" % (position, folder, name, part)
    return Member(item, facts, facts.belongs, None if noted[0] is None else tuple(noted), bool(various), rank)


def note(db: sqlite3.Connection, found: Sequence[Member]) -> None:
    """Note what items belong to. The albums and artists that they came to, and those that they left, are to be looked
    at."""
    changed = [(member, member.belongs) for member in found if member.belongs != member.noted]
    db.executemany(
        "INSERT INTO member (item, album, artist, disc, compilation_key, first_artist, compilation)"
        " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (item) DO UPDATE SET album = excluded.album,"
        " artist = excluded.artist, disc = excluded.disc, compilation_key = excluded.compilation_key,"
        " first_artist = excluded.first_artist, compilation = excluded.compilation",
        [(member.id, *belongs) for member, belongs in changed],
    )
    db.executemany(
        "UPDATE member SET various = 0 WHERE item = ? AND various <> 0",
        [(member.id,) for member, _ in changed if member.various and not member.facts.compilation_key],
    )
    sides = [side for member, belongs in changed for side in (belongs, member.noted) if side is not None]
    add(db, ALBUM, {side[0] for side in sides} - {0})
    add(db, COMPILATION, {side[3] for side in sides} - {""})
    add(
        db,
        ARTIST,
        {member.noted[1] for member, belongs in changed if member.noted and member.noted[1] != belongs[1]} - {0},
    )
    _spell(db, found)


def _spell(db: sqlite3.Connection, found: Iterable[Member]) -> None:
    """Have artists and albums called what these items call them, where one of them comes first, or did until now."""
    artists: dict[int, Member] = {}
    albums: dict[int, Member] = {}
    for member in sorted(found, key=lambda m: m.rank, reverse=True):  # of several, the first is what stays
        album, artist, *_ = member.belongs
        artists[artist], albums[album] = member, member
    artists.pop(0, None)
    albums.pop(0, None)
    db.executemany(
        "INSERT INTO artist (id, key, name, owner, rank) VALUES (?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET"
        " name = excluded.name, owner = excluded.owner, rank = excluded.rank WHERE excluded.rank < rank"
        " OR (owner = excluded.owner AND (name, rank) <> (excluded.name, excluded.rank))",
        [(i, name_key(m.facts.artist), m.facts.artist, m.id, m.rank) for i, m in artists.items()],
    )
    db.executemany(
        "INSERT INTO album (id, key, title, artist, owner, rank) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO"
        " UPDATE SET title = excluded.title, artist = excluded.artist, owner = excluded.owner, rank = excluded.rank"
        " WHERE excluded.rank < rank OR (owner = excluded.owner"
        " AND (title, artist, rank) <> (excluded.title, excluded.artist, excluded.rank))",
        [(i, m.facts.album_key, m.facts.title, m.facts.album_artist, m.id, m.rank) for i, m in albums.items()],
    )


def settle_albums(db: sqlite3.Connection, albums: Iterable[Key]) -> None:
    """Find out which of these albums are gone, and which have several discs; items whose answer is another one than
    before are told of it."""
    for album in albums:
        # `album <> 0` is what lets SQLite use the index of albums, which leaves unknown ones out.
        most = db.execute("SELECT max(disc) FROM member WHERE album = ? AND album <> 0", (album,)).fetchone()[0]
        if most is None:
            db.execute("DELETE FROM album WHERE id = ?", (album,))
            continue
        several = most > 1
        changed = db.execute(
            "UPDATE member SET several_discs = ? WHERE album = ? AND album <> 0 AND several_discs <> ? RETURNING item",
            (several, album, several),
        ).fetchall()
        for (item,) in changed:
            mark_one(db, Watch.MEMBER, item)
        _settle_spelling(db, "album", album)


def settle_artists(db: sqlite3.Connection, artists: Iterable[Key]) -> None:
    """Find out which of these artists are gone, and what the others are called."""
    for artist in artists:
        if db.execute("SELECT 1 FROM member WHERE artist = ? AND artist <> 0 LIMIT 1", (artist,)).fetchone() is None:
            db.execute("DELETE FROM artist WHERE id = ?", (artist,))
        else:
            _settle_spelling(db, "artist", artist)


def _settle_spelling(db: sqlite3.Connection, kind: str, entity: Key) -> None:
    """Where the item that gave an entity its name belongs to another one now, the next one in order gives it."""
    stands = db.execute(
        f"SELECT 1 FROM {kind} e JOIN member m ON m.item = e.owner AND m.{kind} = e.id WHERE e.id = ?", (entity,)
    ).fetchone()
    if stands is None:
        db.execute(f"DELETE FROM {kind} WHERE id = ?", (entity,))
        row = db.execute(f"{_SELECT} WHERE m.{kind} = ? AND m.{kind} <> 0 {_RANKED}", (entity,)).fetchone()
        if row is not None:
            _spell(db, [_member(row)])


def decide_compilations(db: sqlite3.Connection, keys: Iterable[Key]) -> None:
    """Decide which of these are by various artists; items for which that changes belong to another album now."""
    for key in keys:
        said, artists, most, tracks = db.execute(
            "SELECT max(said), sum(first_artist <> ''), max(n * (first_artist <> '')), sum(n) FROM"
            " (SELECT first_artist, count(*) AS n, max(compilation) AS said FROM member"
            "   WHERE compilation_key = ? AND compilation_key <> '' GROUP BY first_artist)",
            (key,),
        ).fetchone()
        various = bool(tracks) and (bool(said) or is_compilation(artists, most, tracks))
        changed = db.execute(
            "UPDATE member SET various = ? WHERE compilation_key = ? AND compilation_key <> '' AND various <> ?"
            " RETURNING item",
            (various, key, various),
        ).fetchall()
        add(db, STAGE, [item for (item,) in changed])
        for (item,) in changed:
            mark_one(db, Watch.MEMBER, item)
