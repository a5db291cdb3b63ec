"""What holds in a user.db, and what one holds; asked beside its owner, or of a copy."""

from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from musfuse.library.userdb.database import SCHEMA_VERSION
from musfuse.store.soundness import missing, names, number, reading, version

_HELD = (
    ("source", "SELECT count(*) FROM source WHERE removed_ns IS NULL"),
    ("kv", "SELECT count(*) FROM kv WHERE namespace = 'track'"),
    ("kv", "SELECT count(*) FROM kv WHERE namespace = 'history' AND key BETWEEN 'h/' AND 'h0'"),
    ("kv", "SELECT count(*) FROM kv WHERE namespace = 'chosen-art'"),
)
"""In the order of `Held`: a table that has to be there, and a query."""


@dataclass(frozen=True, slots=True)
class Held:
    """What a user.db holds: sources, tracks of which something was said, changes, pictures that were set; and its
    schema."""

    sources: int
    tracks: int
    changes: int
    pictures: int
    schema: int


def lacks(path: Path) -> list[str]:
    """What a user.db lacks that it was made with. Raises StoreError."""
    script = resources.files(__package__).joinpath("schema.sql").read_text("utf-8")
    with reading(path) as db:
        wanted = f"{script}\nCREATE TABLE kv"
        return missing(db, wanted) if version(db) == SCHEMA_VERSION else []


def held(path: Path) -> Held | None:
    """What a user.db holds, None for a database that is none. Raises StoreError."""
    with reading(path) as db:
        there = names(db)
        if "kv" not in there:
            return None
        sources, tracks, changes, pictures = (number(db, query) if table in there else 0 for table, query in _HELD)
        return Held(sources, tracks, changes, pictures, version(db))


def overlays(path: Path) -> list[bytes]:
    """What was said of each track, as it is kept. Raises StoreError."""
    with reading(path) as db:
        return [bytes(value) for (value,) in db.execute("SELECT value FROM kv WHERE namespace = 'track'")]
