"""What this machine keeps: the KvStore port and its backends."""

from musfuse.store.best_effort import BestEffortKv
from musfuse.store.complaint import Complaint
from musfuse.store.copies import copy_database
from musfuse.store.disk import DiskKv
from musfuse.store.frame_files import FrameFiles
from musfuse.store.frame_writer import FrameWriter
from musfuse.store.kv import KvNamespace, KvStore, RoutedKv
from musfuse.store.layered import LayeredKv
from musfuse.store.memory import MemoryKv
from musfuse.store.pictures import PictureStore
from musfuse.store.sqlite import SqliteKv
from musfuse.store.tables import keep_temporary_files_in

__all__ = [
    "BestEffortKv",
    "Complaint",
    "DiskKv",
    "FrameFiles",
    "FrameWriter",
    "KvNamespace",
    "KvStore",
    "LayeredKv",
    "MemoryKv",
    "PictureStore",
    "RoutedKv",
    "SqliteKv",
    "copy_database",
    "keep_temporary_files_in",
]
