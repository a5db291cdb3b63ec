"""What a query may name: fields and formats that are built in, and those that tracks have."""

import json

from musfuse.library import formats
from musfuse.library.catalog import Database
from musfuse.media.tags.fields import BUILT_IN
from musfuse.model import AudioFormat

SPECIAL = frozenset({"year", "path", "format"})
"""Fields that are no tags."""


class Vocabulary:
    """What is built in."""

    def has_field(self, name: str) -> bool:
        """Whether a query may ask for a field."""
        return name in BUILT_IN or name in SPECIAL

    def has_format(self, name: str) -> bool:
        """Whether a query may ask for a format, by its name in lower case."""
        return name in formats.NAMES

    def fields(self) -> frozenset[str]:
        """All fields that there are."""
        return BUILT_IN | SPECIAL


class CatalogVocabulary(Vocabulary):
    """That, and what the tracks of a library have: looked for only where something is not built in."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def has_field(self, name: str) -> bool:
        """Whether it is built in, or any track has it: the search ends at the first."""
        return super().has_field(name) or self._any(
            "SELECT 1 FROM track WHERE hidden = 0 AND instr(coalesce(merged, tags), ?) LIMIT 1",
            f"{json.dumps(name)}: [",  # a quote within a value has a backslash in front
        )

    def has_format(self, name: str) -> bool:
        """Whether it is built in, or any track is of it."""
        if super().has_format(name):
            return True
        with self._db.read() as db:
            rows = db.execute("SELECT format FROM track WHERE hidden = 0")
            kinds = (AudioFormat(*json.loads(row[0])) for row in rows)
            return any(formats.is_of_format(name, kind.container, kind.codec) for kind in kinds)

    def fields(self) -> frozenset[str]:
        """All that are built in, and all that tracks have."""
        with self._db.read() as db:
            rows = db.execute(
                "SELECT DISTINCT j.key FROM track t, json_each(coalesce(t.merged, t.tags)) j WHERE t.hidden = 0"
            )
            return super().fields() | {row[0] for row in rows}

    def _any(self, query: str, *values: object) -> bool:
        with self._db.read() as db:
            return db.execute(query, values).fetchone() is not None
