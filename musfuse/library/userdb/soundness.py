"""What holds in a user.db, and what one holds; asked beside its owner, or of a copy."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from musfuse.errors import StoreError
from musfuse.library.userdb.database import ARRANGED, COLLECTIONS, COPIES, FIRST_TABLES, PLAYS, VIEWS, WEBHOOKS
from musfuse.library.userdb.sources import SPEC, spec_of
from musfuse.store.soundness import columns, foreign, missing, names, number, reading, version

_HELD = (
    ("source", "SELECT count(*) FROM source WHERE removed_ns IS NULL"),
    ("kv", "SELECT count(*) FROM kv WHERE namespace = 'track'"),
    ("kv", "SELECT count(*) FROM kv WHERE namespace = 'history' AND key BETWEEN 'h/' AND 'h0'"),
    ("kv", "SELECT count(*) FROM kv WHERE namespace = 'chosen-art'"),
    ("view", "SELECT count(*) FROM view"),
    ("play", "SELECT count(*) FROM play"),
    ("rating", "SELECT count(*) FROM rating"),
    ("collection", "SELECT count(*) FROM collection"),
    ("playlist", "SELECT count(*) FROM playlist"),
)
"""In the order of `Held`: a table that has to be there, and a query."""
_ODD = (
    ("view", "views", "'blob' IN (typeof(name), typeof(template), typeof(policy), typeof(filter))"),
    ("play", "plays", "typeof(id) || typeof(began_ns) || typeof(hour) <> 'integerintegerinteger'"),
    (
        "heard", "counts of plays",
        "typeof(plays) || typeof(first_ns) || typeof(last_ns) || typeof(path) <> 'integerintegerintegertext'",
    ),
    ("rating", "ratings", "typeof(stars) <> 'integer' OR typeof(starred_ns) NOT IN ('integer', 'null')"),
    ("collection", "collections", "'blob' IN (typeof(name), typeof(name_key), typeof(query))"),
    ("collection_hidden", "names of hidden collections", "typeof(name_key) = 'blob'"),
    ("playlist", "playlists", "'blob' IN (typeof(name), typeof(name_key))"),
    (
        "playlist_entry", "entries of playlists",
        "typeof(playlist) || typeof(position) || typeof(id) || typeof(path) <> 'integerintegerintegertext'",
    ),
    (
        "webhook", "webhooks",
        "typeof(id) || typeof(url) || typeof(secret) || typeof(events) <> 'texttexttexttext'"
        " OR typeof(quick) || typeof(timeout_ms) || typeof(allow_private) <> 'integerintegerinteger'",
    ),
    (
        "view_folder", "folders of views",
        "typeof(view) || typeof(parent) || typeof(name) || typeof(kept) || typeof(seq)"
        " <> 'textintegertextintegerinteger' OR name = '' OR name GLOB '*/*'",
    ),
    ("view_base", "folders of templates", "typeof(key) || typeof(folder) || typeof(seq) <> 'textintegerinteger'"),
    (
        "view_item", "tracks that were moved",
        "typeof(id) || typeof(folder) || typeof(name) || typeof(follows) || typeof(gone) || typeof(seq)"
        " <> 'integerintegertextintegerintegerinteger' OR name GLOB '*/*'",
    ),
    (
        "view_copy", "tracks that were copied",
        "typeof(item) || typeof(folder) || typeof(name) || typeof(follows) || typeof(gone) || typeof(seq)"
        " <> 'integerintegertextintegerintegerinteger' OR name = '' OR name GLOB '*/*'",
    ),
    ("view_hidden", "hidden companions", "typeof(folder) || typeof(name_key) || typeof(seq) <> 'integertextinteger'"),
    (
        "view_edit", "edits of views",
        "typeof(at_ns) || typeof(what) || typeof(path) || typeof(target) || typeof(tracks)"
        " <> 'integertexttexttextinteger'",
    ),
    ("view_before", "edits that can be taken back", "NOT json_valid(key) OR NOT json_valid(row)"),
)  # fmt: skip
"""A table, what its rows are, and which of them no user.db holds: SQLite keeps values of any type."""
_LATER = (
    (VIEWS, "CREATE TABLE IF NOT EXISTS view"),
    (PLAYS, "CREATE TABLE IF NOT EXISTS play"),
    (COLLECTIONS, "CREATE TABLE IF NOT EXISTS collection"),
    (WEBHOOKS, "CREATE TABLE IF NOT EXISTS webhook"),
    (ARRANGED, "CREATE TABLE IF NOT EXISTS view_folder"),
    (COPIES, "CREATE TABLE IF NOT EXISTS view_copy"),
)
"""Where in the script stands what a version made in addition to the one before."""


@dataclass(frozen=True, slots=True)
class Held:
    """What a user.db holds: sources, tracks of which something was said, changes, pictures that were set, views beside
    the main one, plays, tracks that were rated or starred, collections, playlists; and its schema."""

    sources: int
    tracks: int
    changes: int
    pictures: int
    views: int
    plays: int
    rated: int
    collections: int
    playlists: int
    schema: int


def lacks(path: Path) -> list[str]:
    """What a user.db lacks that it was made with. Raises StoreError."""
    with reading(path) as db:
        made = version(db)
        wanted = _script() if made >= FIRST_TABLES else ""
        for came, begins in _LATER:
            wanted = wanted if made >= came else wanted.partition(begins)[0]
        return missing(db, f"{wanted}\nCREATE TABLE kv")


def strange(path: Path) -> list[str]:
    """What is in a database that no user.db holds, though SQLite finds it sound: SQL that would run, other columns,
    sources and views that cannot be read. Raises StoreError."""
    with reading(path) as db:
        return foreign(db, _columns()) or _unreadable(db)


def _unreadable(db: sqlite3.Connection) -> list[str]:
    there, found = names(db), []
    for row in db.execute(f"SELECT {SPEC} FROM source") if "source" in there else ():
        try:
            spec_of(*row)
        except StoreError as error:
            found.append(str(error))
    for table, what, is_odd in _ODD:
        odd = number(db, f"SELECT count(*) FROM {table} WHERE {is_odd}") if table in there else 0
        found += [f"{odd} of its {what} cannot be read"] if odd else []
    return found


def _columns() -> dict[str, set[str]]:
    """The columns of every table that a user.db has."""
    with closing(sqlite3.connect(":memory:")) as db:
        db.executescript(_script())
        return {"kv": {"namespace", "key", "value"}, **{name: columns(db, name) for name in names(db)}}


def _script() -> str:
    return resources.files(__package__).joinpath("schema.sql").read_text("utf-8")


def held(path: Path) -> Held | None:
    """What a user.db holds, None for a database that is none. Raises StoreError."""
    with reading(path) as db:
        there = names(db)
        if "kv" not in there:
            return None
        counts = (number(db, query) if table in there else 0 for table, query in _HELD)
        sources, tracks, changes, pictures, views, plays, rated, collections, playlists = counts
        return Held(sources, tracks, changes, pictures, views, plays, rated, collections, playlists, version(db))


def overlays(path: Path) -> list[bytes]:
    """What was said of each track, as it is kept. Raises StoreError."""
    with reading(path) as db:
        return [bytes(value) for (value,) in db.execute("SELECT value FROM kv WHERE namespace = 'track'")]
