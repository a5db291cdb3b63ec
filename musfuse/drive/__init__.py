"""The drive: names and bytes, knowing nothing of FUSE or Windows."""

from musfuse.drive.drive import Attr, DirEntry, Drive, Opened, VolumeInfo
from musfuse.drive.handles import CacheHint

__all__ = ["Attr", "CacheHint", "DirEntry", "Drive", "Opened", "VolumeInfo"]
