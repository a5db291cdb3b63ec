"""Opens what a library keeps in its folder."""

from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

from musfuse.app.descriptors import Pools
from musfuse.app.state import StateFolder
from musfuse.config import Config
from musfuse.library.catalog import Database
from musfuse.library.userdb import UserDatabase
from musfuse.store import BestEffortKv, DiskKv, FrameFiles, KvNamespace, PictureStore, RoutedKv
from musfuse.store.eventoptions import EventsOptions
from musfuse.store.options import CacheOptions

if TYPE_CHECKING:
    from musfuse.store.eventtable import EventTable


@dataclass(frozen=True, slots=True)
class Stores:
    """The catalog's database and, in `user`, what cannot be made again. Of `kv` each namespace lies where it belongs;
    `cache` is the part of it that may be lost, and lies on `disk`. `frame_files` is the frame cache on disk, `events`
    what happened, None where that is not kept."""

    database: Database
    user: UserDatabase
    cache: BestEffortKv
    kv: RoutedKv
    frame_files: FrameFiles
    pictures: PictureStore
    events: "EventTable | None" = None
    disk: DiskKv | None = None


def build_stores(state: StateFolder, config: Config, pools: Pools, closing: ExitStack) -> Stores:
    """Open all databases, caches and the frame cache; `closing` closes them in reverse. Raises StoreError."""
    database = Database(state.catalog, pools.readers, renew=True)
    closing.callback(database.close)
    user = UserDatabase(state.user)
    disk = DiskKv(state.cache)
    cache = BestEffortKv(disk)
    kv = RoutedKv(
        dict.fromkeys((KvNamespace.TRACK, KvNamespace.HISTORY, KvNamespace.CHOSEN_ART), user.kv)
        | dict.fromkeys((KvNamespace.ARTWORK, KvNamespace.INDEX), cache)
    )
    closing.callback(kv.close)
    frame_files = FrameFiles(state.frames, config[CacheOptions].transcoded, pools.frame_files)
    closing.callback(frame_files.close)
    events = _events(state, config, closing)
    return Stores(database, user, cache, kv, frame_files, PictureStore(kv), events, disk)


def _events(state: StateFolder, config: Config, closing: ExitStack) -> "EventTable | None":
    if not config[EventsOptions].keep:
        return None
    from musfuse.store.eventtable import EventTable

    table = EventTable(state.events)
    closing.callback(table.close)
    return table
