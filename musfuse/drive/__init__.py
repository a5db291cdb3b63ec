"""The drive: names and bytes, knowing nothing of FUSE or Windows."""

from musfuse.drive.drive import Attr, CacheHint, DirEntry, Drive, Opened, VolumeInfo

__all__ = ["Attr", "CacheHint", "DirEntry", "Drive", "Opened", "VolumeInfo"]
