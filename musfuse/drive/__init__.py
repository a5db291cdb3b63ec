"""The drive: names and bytes, knowing nothing of FUSE or Windows."""

from musfuse.drive.answers import Attr, DirEntry, Opened, VolumeInfo
from musfuse.drive.drive import Drive
from musfuse.drive.handles import CacheHint

__all__ = ["Attr", "CacheHint", "DirEntry", "Drive", "Opened", "VolumeInfo"]
