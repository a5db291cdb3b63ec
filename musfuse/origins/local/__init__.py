"""Originals in folders of this machine: the only place that takes a URI for a path."""

from musfuse.origins.local.filepool import FilePool, OpenFile
from musfuse.origins.local.origin import LocalOrigin
from musfuse.origins.local.scheme import LocalScheme

__all__ = ["FilePool", "LocalOrigin", "LocalScheme", "OpenFile"]
