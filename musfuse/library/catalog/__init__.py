"""The catalog: what exists, its tags, and the tree of the drive, in one SQLite database that can be made again."""

from musfuse.library.catalog.database import Database
from musfuse.library.catalog.files import Files
from musfuse.library.catalog.nodes import Node, Nodes
from musfuse.library.catalog.renditions import Renditions
from musfuse.library.catalog.reports import Report, Reports
from musfuse.library.catalog.rows import FileRow, SourceRow
from musfuse.library.catalog.sources import CatalogSources
from musfuse.library.catalog.tracks import RowOf, TrackRow, Tracks

__all__ = [
    "CatalogSources",
    "Database",
    "FileRow",
    "Files",
    "Node",
    "Nodes",
    "Renditions",
    "Report",
    "Reports",
    "RowOf",
    "SourceRow",
    "TrackRow",
    "Tracks",
]
