"""The tree of a view for who only lists it; all that serves bytes stays unloaded, as far as it can."""

from functools import partial

from musfuse.config import Config
from musfuse.drive.branches.companions import CompanionsBranch
from musfuse.drive.branches.library import LibraryBranch
from musfuse.drive.tree import Tree
from musfuse.library.catalog import Database, Nodes
from musfuse.library.catalog.arranged import hidden
from musfuse.library.catalog.companions import Companions
from musfuse.library.catalog.copies import Copies, companion_names
from musfuse.media.art.options import ArtOptions


def listing_tree(database: Database, config: Config, view: int) -> Tree:
    """The tree of a view, for listings: no original is read, and no size found out."""
    nodes = Nodes(database, view)
    library = LibraryBranch(nodes, copies=Copies(database, view))
    companions = CompanionsBranch(
        nodes,
        Companions(database),
        show_covers=config[ArtOptions].covers,
        hidden=partial(hidden, database, view),
        copied=partial(companion_names, database, view),
    )
    return Tree(library.root, [library, companions])
