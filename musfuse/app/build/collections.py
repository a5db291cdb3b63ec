"""The collections of a library, over what is kept and what the catalog knows."""

from musfuse.library.catalog import Database
from musfuse.library.catalog.playlists import FoundPlaylists
from musfuse.library.collections.answering import Answering
from musfuse.library.collections.found import Found
from musfuse.library.collections.shelf import Shelf
from musfuse.library.userdb import CollectionTable, PlaylistTable, PlayTable, RatingTable, UserDatabase
from musfuse.media.formats import FormatRegistry


def build_shelf(user: UserDatabase, catalog: Database, formats: FormatRegistry) -> Shelf:
    """The collections, each answered when somebody asks."""
    answering = Answering(catalog, PlayTable(user), RatingTable(user))
    return Shelf(CollectionTable(user), PlaylistTable(user), Found(FoundPlaylists(catalog)), answering, formats)
