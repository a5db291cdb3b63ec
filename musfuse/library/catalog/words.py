"""What the tracks of a library have: fields and formats, for queries that name them."""

import json
from collections.abc import Iterator

from musfuse.library.catalog.database import Database
from musfuse.library.catalog.rows import load_format
from musfuse.model import AudioFormat


class Words:
    """Queries over the tags and facts of all tracks."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def has_field(self, name: str) -> bool:
        """Whether any track has a field: the search ends at the first."""
        with self._db.read() as db:
            row = db.execute(
                "SELECT 1 FROM item_tags t JOIN item i ON i.id = t.item"
                " WHERE i.hidden = 0 AND instr(coalesce(t.merged, t.embedded), ?) LIMIT 1",
                (f"{json.dumps(name)}:",),  # a quote within a value has a backslash in front
            ).fetchone()
        return row is not None

    def formats(self) -> Iterator[AudioFormat]:
        """The formats of all tracks."""
        with self._db.read() as db:
            for (facts,) in db.execute("SELECT facts FROM item WHERE hidden = 0"):
                yield load_format(facts)

    def fields(self) -> set[str]:
        """All fields that tracks have."""
        with self._db.read() as db:
            rows = db.execute(
                "SELECT DISTINCT j.key FROM item_tags t JOIN item i ON i.id = t.item,"
                " json_each(coalesce(t.merged, t.embedded)) j WHERE i.hidden = 0"
            )
            return {row[0] for row in rows}
