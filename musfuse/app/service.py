"""Builds what answers for a library as it is: what it holds, its tags, its tracks. Loaded when somebody asks first."""

from collections.abc import Callable

from musfuse.app.build.collections import build_shelf
from musfuse.app.build.drive import Drives
from musfuse.app.build.library import Catalog
from musfuse.app.build.media import Media
from musfuse.app.build.store import Stores
from musfuse.app.sources import Sources
from musfuse.app.state import StateFolder
from musfuse.app.views import MAIN, ShownViews
from musfuse.library.catalog.candidates import Candidates
from musfuse.library.catalog.originals import Originals
from musfuse.library.sizes import Sizes
from musfuse.library.thoughts import Thoughts
from musfuse.library.userdb.plays import Heard, PlayTable
from musfuse.library.userdb.ratings import Rating, RatingTable
from musfuse.service.browsing import Browsing
from musfuse.service.collections import Collecting
from musfuse.service.handlers import Handlers
from musfuse.service.importing import Importing
from musfuse.service.info import Describing
from musfuse.service.library import Holdings
from musfuse.service.originals import OriginalsTold
from musfuse.service.playlists import Playlists
from musfuse.service.search import Searches
from musfuse.service.tagging import Tagging
from musfuse.service.tags import Tags


def build_service(
    catalog: Catalog,
    stores: Stores,
    media: Media,
    sizes: Sizes,
    sources: Sources,
    views: ShownViews,
    tagging: Tagging,
    opinion: Callable[[int], tuple[Rating, Heard | None]],
    drives: Drives,
) -> Handlers:
    """The handlers of all that asks, and of what changes collections and playlists, over these parts of a library."""
    service, selection, collector = Handlers(), tagging.selection, tagging.collector
    shelf = build_shelf(stores.user, stores.database, selection.formats)
    collecting = Collecting(shelf, selection, drives.collections_changed)
    thoughts = Thoughts(RatingTable(stores.user), PlayTable(stores.user))
    Holdings(selection, thoughts, views.shown, views.previewed, catalog.reports, collecting.problems).answer(service)
    collecting.answer(service)
    Playlists(collecting.shelf, selection, collecting.changed).answer(service)
    Searches(selection).answer(service)
    Browsing(stores.database).answer(service)
    Tags(selection, collector).answer(service)
    originals = OriginalsTold(
        Originals(catalog.database, sources.place), catalog.tracks, catalog.nodes, sizes, sources.origin,
        lambda: media.formats.extensions, lambda item, public: views.explained(MAIN, item, public)[1],
    )  # fmt: skip
    Describing(views, media.engine, sizes, sources, originals, opinion).answer(service)
    views.arranging.answer(service)
    build_importing(catalog, stores, tagging, drives).answer(service)
    return service


def build_importing(catalog: Catalog, stores: Stores, tagging: Tagging, drives: Drives) -> Importing:
    """What takes over libraries of other programs."""

    def imported() -> None:
        drives.heard()
        drives.collections_changed()

    return Importing(
        Candidates(catalog.database), catalog.nodes, tagging.collector, stores.user,
        build_shelf(stores.user, stores.database, tagging.selection.formats),
        StateFolder(stores.user.path.parent).copies, tagging.adopt, imported,
    )  # fmt: skip
