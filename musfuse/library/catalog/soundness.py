"""What holds in a catalog whose every change was written whole, and how far it is; asked beside its owner."""

import sqlite3
from contextlib import closing, suppress
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from musfuse.library.catalog.database import SCHEMA_VERSION
from musfuse.library.catalog.trees import NOTHING
from musfuse.store.soundness import missing, number, reading, version

_SHOWN = "n.tree IN (SELECT tree FROM view)"
"""Trees that are made or removed in steps are left out."""
_FAULTS = (
    (f"SELECT count(*) FROM node n WHERE {_SHOWN} AND n.parent <> 0"
     " AND NOT EXISTS (SELECT 1 FROM node p WHERE p.id = n.parent)",
     "entries of the drive that lie in no folder"),
    (f"SELECT count(*) FROM node n WHERE {_SHOWN} AND n.item IS NOT NULL"
     " AND NOT EXISTS (SELECT 1 FROM item i WHERE i.id = n.item)",
     "entries of the drive that are of no item"),
    ("SELECT count(*) FROM item i WHERE NOT EXISTS (SELECT 1 FROM item_tags t WHERE t.item = i.id)",
     "items without tags"),
    ("SELECT count(*) FROM view v WHERE v.name = 'main'"
     " AND NOT EXISTS (SELECT 1 FROM node n WHERE n.tree = v.tree AND n.parent = 0)",
     "views without a root"),
)  # fmt: skip
"""Queries that count what no catalog holds, and what that is."""
_WAITING = "SELECT count(*) FROM todo WHERE stage NOT IN (SELECT 'settle.' || id FROM tree WHERE view = 0 OR upto >= 0)"
"""What is to be done for trees in the making is no change that anybody waits for on the drive."""
_MAKING = (
    f"SELECT count(DISTINCT t.view) FROM tree t JOIN view v ON v.id = t.view WHERE t.upto >= 0 OR t.rules = '{NOTHING}'"
)


@dataclass(frozen=True, slots=True)
class Extent:
    """How far a catalog is: its schema, its tracks, changes that are not on the drive yet, sources that no scan saw
    whole, views whose trees are being made, or wait for that. Of another schema than the known one only that is
    told."""

    schema: int
    tracks: int = 0
    waiting: int = 0
    unscanned: int = 0
    making: int = 0


def lacks(path: Path) -> list[str]:
    """What a catalog lacks that it was made with. Raises StoreError."""
    script = resources.files(__package__).joinpath("schema.sql").read_text("utf-8")
    with reading(path) as db:
        return missing(db, script) if version(db) == SCHEMA_VERSION else []


def faults(path: Path) -> list[str]:
    """What is wrong between the rows of a catalog that lacks nothing. Raises StoreError."""
    with reading(path) as db:
        known = version(db) == SCHEMA_VERSION
        return [f"{what}: {found}" for query, what in _FAULTS if known and (found := number(db, query))]


def extent(path: Path) -> Extent:
    """How far a sound catalog is. Raises StoreError."""
    with reading(path) as db:
        schema = version(db)
        if schema != SCHEMA_VERSION:
            return Extent(schema)
        return Extent(
            schema, number(db, "SELECT count(*) FROM item"), number(db, _WAITING),
            number(db, "SELECT count(*) FROM source WHERE scanned = 0"), number(db, _MAKING),
        )  # fmt: skip


def have_looked_at_again(path: Path) -> None:
    """Note in a catalog that user.db is another one, before it is: its owner looks at all overlays, and at what is
    rearranged in views, then. One that cannot take the note is damaged, which its owner finds, or of another schema,
    and is made anew."""
    if path.exists():
        with suppress(sqlite3.Error), closing(sqlite3.connect(path, timeout=20)) as db, db:
            db.execute("INSERT OR REPLACE INTO meta VALUES ('overlay_seq', '-1'), ('arranged', '-')")
