"""What a query may name: fields and formats that are built in, and those that tracks have."""

from musfuse.library import formats
from musfuse.library.catalog import Database
from musfuse.library.catalog.words import Words
from musfuse.media.tags.fields import BUILT_IN

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
        self._words = Words(database)

    def has_field(self, name: str) -> bool:
        """Whether it is built in, or any track has it."""
        return super().has_field(name) or self._words.has_field(name)

    def has_format(self, name: str) -> bool:
        """Whether it is built in, or any track is of it."""
        return super().has_format(name) or any(
            formats.is_of_format(name, kind.container, kind.codec) for kind in self._words.formats()
        )

    def fields(self) -> frozenset[str]:
        """All that are built in, and all that tracks have."""
        return super().fields() | self._words.fields()
