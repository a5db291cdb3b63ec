"""Opens what a library keeps in its folder."""

import logging
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

from musfuse_webhooks.options import WebhookOptions, configured

from musfuse.app.descriptors import Pools
from musfuse.app.state import StateFolder
from musfuse.config import Config
from musfuse.errors import StoreError
from musfuse.library.catalog import Database
from musfuse.library.userdb import UserDatabase, WebhookTable
from musfuse.store import BestEffortKv, DiskKv, FrameFiles, KvNamespace, PictureStore, RoutedKv
from musfuse.store.chunks.lazy import LazyChunks
from musfuse.store.eventoptions import EventsOptions
from musfuse.store.options import CacheOptions

if TYPE_CHECKING:
    from musfuse.store.eventtable import EventTable

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Stores:
    """The catalog's database and, in `user`, what cannot be made again. Of `kv` each namespace lies where it belongs;
    `cache` is the part of it that may be lost, and lies on `disk`. `frame_files` is the frame cache on disk, `chunks`
    that of far originals, `events` what happened, None where that is not kept."""

    database: Database
    user: UserDatabase
    cache: BestEffortKv
    kv: RoutedKv
    frame_files: FrameFiles
    pictures: PictureStore
    chunks: LazyChunks
    events: "EventTable | None" = None
    disk: DiskKv | None = None


def build_stores(
    state: StateFolder,
    config: Config,
    pools: Pools,
    closing: ExitStack,
    on_evicted: Callable[[int], None] = lambda _: None,
) -> Stores:
    """Open all databases, caches and the frame cache; `closing` closes them in reverse. `on_evicted` hears how many
    bytes a cache drops to make room. Raises StoreError."""
    database = Database(state.catalog, pools.readers, renew=True)
    closing.callback(database.close)
    user = UserDatabase(state.user)
    user.on_merged = _merging(state, closing)
    disk = DiskKv(state.cache)
    cache = BestEffortKv(disk)
    kv = RoutedKv(
        dict.fromkeys((KvNamespace.TRACK, KvNamespace.HISTORY, KvNamespace.CHOSEN_ART), user.kv)
        | dict.fromkeys((KvNamespace.ARTWORK, KvNamespace.INDEX), cache)
    )
    closing.callback(kv.close)
    frame_files = FrameFiles(state.frames, config[CacheOptions].transcoded, pools.frame_files)
    closing.callback(frame_files.close)
    chunks = LazyChunks(state.chunks, config[CacheOptions].content)
    closing.callback(chunks.close)
    frame_files.on_evicted = chunks.on_evicted = on_evicted
    stores = Stores(database, user, cache, kv, frame_files, PictureStore(kv), chunks, disk=disk)
    if config[EventsOptions].keep or config.each(WebhookOptions) or WebhookTable(user).has_any():
        return keeping_events(stores, config, state, closing)
    return stores


def _merging(state: StateFolder, closing: ExitStack) -> Callable[[int, int], object]:
    """What tells server.db of public ids that are the same track's; loaded where there is one."""

    @cache
    def merges() -> Callable[[int, int], object]:
        from musfuse.app.build.merging import ServerMerges

        return ServerMerges(state, closing)

    return lambda old, new: merges()(old, new) if state.server.exists() else None


def keeping_events(stores: Stores, config: Config, state: StateFolder, closing: ExitStack) -> Stores:
    """The same stores with the table of what happens, which is opened when it is needed first."""
    from musfuse.store.eventtable import EventTable

    table = EventTable(state.events, recipients=recipients(config, stores.user))
    closing.callback(table.close)
    return replace(stores, events=table)


def recipients(config: Config, user: UserDatabase) -> dict[str, tuple[str, ...]]:
    """Who is told of which events, none for all. What cannot be read is told nothing, and is in nobody's way."""
    try:
        kept = WebhookTable(user).all()
    except StoreError as error:
        log.warning("%s", error)
        kept = []
    return {spec.id: spec.events for spec in (*configured(config), *kept)}
