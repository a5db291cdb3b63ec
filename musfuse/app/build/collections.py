"""The collections of a library, over what is kept and what the catalog knows."""

from musfuse.library.catalog import Database
from musfuse.library.collections.answering import Answering
from musfuse.library.collections.shelf import Shelf
from musfuse.library.userdb import CollectionTable, PlaylistTable, PlayTable, RatingTable, UserDatabase
from musfuse.media.formats import FormatRegistry


def build_shelf(user: UserDatabase, catalog: Database, formats: FormatRegistry) -> Shelf:
    """The collections, each answered when somebody asks."""
    return Shelf(
        CollectionTable(user), PlaylistTable(user), Answering(catalog, PlayTable(user), RatingTable(user)), formats
    )
