"""What a query may name: fields and formats that are built in, and those that tracks have."""

from collections.abc import Set

from musfuse.library.catalog import Database
from musfuse.library.catalog.words import Words
from musfuse.media.formats import FormatRegistry
from musfuse.media.tags.fields import BUILT_IN

SPECIAL = frozenset({"year", "path", "format"})
"""Fields that are no tags."""


def is_of(kinds: Set[str], container: str, codec: str) -> bool:
    """Whether a track is of one of these containers or codecs, or its codec is a variant of one."""
    found = {container.lower(), codec.lower()}
    return not found.isdisjoint(kinds) or any(codec.lower().startswith(f"{kind}_") for kind in kinds)


class Vocabulary:
    """Fields and formats that are built in, and formats that `formats` knows; those are loaded when a query names
    one."""

    def __init__(self, formats: FormatRegistry) -> None:
        self._formats = formats

    def has_field(self, name: str) -> bool:
        """Whether a query may ask for a field."""
        return name in BUILT_IN or name in SPECIAL

    def format(self, name: str) -> Set[str]:
        """The containers and codecs that a name in lower case means: an extension, a container, a codec, or whatever
        people call one; empty where it means nothing."""
        return self._formats.names.get(name, frozenset())

    def formats(self) -> Set[str]:
        """All names of formats."""
        return self._formats.names.keys()

    def fields(self) -> frozenset[str]:
        """All fields that there are."""
        return BUILT_IN | SPECIAL


class Anything(Vocabulary):
    """A vocabulary in which nothing is a mistake: what was asked for may come back."""

    def has_field(self, name: str) -> bool:
        """Whether a query may ask for a field: for any that has a name."""
        return bool(name)

    def format(self, name: str) -> Set[str]:
        """As Vocabulary.format; a name that it does not know is a container or codec."""
        return super().format(name) or {name}


class CatalogVocabulary(Vocabulary):
    """Vocabulary, and what the tracks of a library have. Tracks are looked through only for what is not built in."""

    def __init__(self, database: Database, formats: FormatRegistry) -> None:
        super().__init__(formats)
        self._words = Words(database)

    def has_field(self, name: str) -> bool:
        """Whether a field is built in, or any track has it."""
        return super().has_field(name) or self._words.has_field(name)

    def format(self, name: str) -> Set[str]:
        """As Vocabulary.format; a name that it does not know is a container or codec where any track has it."""
        named = super().format(name)
        if named or not any(is_of({name}, kind.container, kind.codec) for kind in self._words.formats()):
            return named
        return {name}

    def fields(self) -> frozenset[str]:
        """All fields that are built in, and all that tracks have."""
        return super().fields() | self._words.fields()
