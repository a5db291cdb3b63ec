"""Figures about a view of the library as a whole, counted no more often than counting is worth."""

import time

from musfuse.drive.answers import VolumeInfo
from musfuse.library.catalog import Nodes

_PAUSES = 10
"""How many times as long as counting takes, at least, lies between two counts of a drive that keeps changing."""


class Volume:
    """Counts the folders, files and bytes of a view; entries of other branches than the library's are left out."""

    def __init__(self, nodes: Nodes) -> None:
        self._nodes = nodes
        self._counted = -1, 0.0, VolumeInfo(0, 0, 0)

    def info(self) -> VolumeInfo:
        """The figures as of now, or as of a moment ago, so that asking often costs little."""
        changes, began = self._nodes.changes(), time.monotonic()
        known, due, volume = self._counted
        if known == changes or began < due:
            return volume
        folders, files = self._nodes.counts()
        volume = VolumeInfo(files, folders, self._nodes.known_bytes())
        ended = time.monotonic()
        self._counted = changes, ended + _PAUSES * (ended - began), volume
        return volume
