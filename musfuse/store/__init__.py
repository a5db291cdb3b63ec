"""What this machine keeps: the KvStore port and its backends."""

from musfuse.store.disk import DiskKv
from musfuse.store.kv import KvNamespace, KvStore, RoutedKv
from musfuse.store.memory import MemoryKv
from musfuse.store.pictures import PictureStore
from musfuse.store.runfiles import RunFiles, RunWriter
from musfuse.store.sqlite import SqliteKv, copy_database

__all__ = [
    "DiskKv",
    "KvNamespace",
    "KvStore",
    "MemoryKv",
    "PictureStore",
    "RoutedKv",
    "RunFiles",
    "RunWriter",
    "SqliteKv",
    "copy_database",
]
