"""Opens what a library keeps in its folder."""

from contextlib import ExitStack
from dataclasses import dataclass

from musfuse.app.descriptors import Pools
from musfuse.app.state import StateFolder
from musfuse.config import Config
from musfuse.library.catalog import Database
from musfuse.library.userdb import UserDatabase
from musfuse.store import BestEffortKv, DiskKv, FrameFiles, KvNamespace, PictureStore, RoutedKv
from musfuse.store.options import CacheOptions


@dataclass(frozen=True, slots=True)
class Stores:
    """The catalog's database and, in `user`, what cannot be made again. Of `kv` each namespace lies where it belongs;
    `cache` is the part of it that may be lost. `frame_files` is the frame cache on disk."""

    database: Database
    user: UserDatabase
    cache: BestEffortKv
    kv: RoutedKv
    frame_files: FrameFiles
    pictures: PictureStore


def build_stores(state: StateFolder, config: Config, pools: Pools, closing: ExitStack) -> Stores:
    """Open all databases, caches and the frame cache; `closing` closes them in reverse. Raises StoreError."""
    database = Database(state.catalog, pools.readers, renew=True)
    closing.callback(database.close)
    user = UserDatabase(state.user)
    cache = BestEffortKv(DiskKv(state.cache))
    kv = RoutedKv(
        dict.fromkeys((KvNamespace.TRACK, KvNamespace.HISTORY, KvNamespace.CHOSEN_ART), user.kv)
        | dict.fromkeys((KvNamespace.ARTWORK, KvNamespace.INDEX), cache)
    )
    closing.callback(kv.close)
    frame_files = FrameFiles(state.frames, config[CacheOptions].transcoded, pools.frame_files)
    closing.callback(frame_files.close)
    return Stores(database, user, cache, kv, frame_files, PictureStore(kv))
