"""The catalog: what exists, its tags, and the tree of the drive, in one SQLite database that can be made again."""

from musfuse.library.catalog.database import Database
from musfuse.library.catalog.files import FileRow, Files, Report, SourceRow, TrackRow
from musfuse.library.catalog.nodes import Node, Nodes

__all__ = ["Database", "FileRow", "Files", "Node", "Nodes", "Report", "SourceRow", "TrackRow"]
