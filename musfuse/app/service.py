"""Builds what answers for a library as it is: what it holds, its tags, its tracks. Loaded when somebody asks first."""

from collections.abc import Callable

from musfuse.app.build.collections import build_shelf
from musfuse.app.build.drive import Drives
from musfuse.app.build.library import Catalog
from musfuse.app.build.media import Media
from musfuse.app.build.store import Stores
from musfuse.app.sources import Sources
from musfuse.app.views import ShownViews
from musfuse.library.catalog.originals import Originals
from musfuse.library.overlay import MetaCollector
from musfuse.library.selection import Selection
from musfuse.library.sizes import Sizes
from musfuse.library.userdb.plays import Heard
from musfuse.library.userdb.ratings import Rating
from musfuse.service.collections import Collecting
from musfuse.service.handlers import Handlers
from musfuse.service.info import Describing
from musfuse.service.library import Holdings
from musfuse.service.originals import OriginalsTold
from musfuse.service.playlists import Playlists
from musfuse.service.search import Searches
from musfuse.service.tags import Tags


def build_service(
    catalog: Catalog,
    media: Media,
    sizes: Sizes,
    sources: Sources,
    views: ShownViews,
    selection: Selection,
    collector: MetaCollector,
    opinion: Callable[[int], tuple[Rating, Heard | None]],
    collecting: Collecting,
) -> Handlers:
    """The handlers of all that only asks, over these parts of a library."""
    service = Handlers()
    Holdings(selection, views.shown, views.previewed, catalog.reports, collecting.problems).answer(service)
    collecting.answer(service)
    Playlists(collecting.shelf, selection, collecting.changed).answer(service)
    Searches(selection).answer(service)
    Tags(selection, collector).answer(service)
    originals = OriginalsTold(
        Originals(catalog.database, sources.place), catalog.tracks, catalog.nodes, sizes, sources.origin,
        lambda: media.formats.extensions,
    )  # fmt: skip
    Describing(views.drive, views.nodes, media.engine, sizes, sources, originals, views.template, opinion).answer(
        service
    )
    return service


def build_collecting(stores: Stores, selection: Selection, drives: Drives) -> Collecting:
    """What is done to the collections; drives are told of what changes."""
    return Collecting(
        build_shelf(stores.user, stores.database, selection.formats), selection, drives.collections_changed
    )
