"""A far source as each sees it who asks for it."""

from musfuse.origins.port import Origin
from musfuse.sources.blocks import Blocks
from musfuse.sources.lane import Lane
from musfuse.sources.readahead import ReadAheadOrigin
from musfuse.sources.scanahead import ScanAheadOrigin
from musfuse.sources.urgency import Urgency

_BLOCKS_BYTES = 32 << 20
"""Bytes of a source that are kept in memory: eight readers with the largest window."""


class FarSource:
    """A lane, and what is read ahead through it."""

    def __init__(self, lane: Lane, block_bytes: int = _BLOCKS_BYTES) -> None:
        self.lane, blocks = lane, Blocks(lane, block_bytes)
        self._seen: dict[Urgency, Origin] = {
            urgency: ReadAheadOrigin(lane.seen_by(urgency), blocks, urgency) for urgency in Urgency
        }

    def seen_by(self, urgency: Urgency) -> Origin:
        """The origin for those who ask so urgently; the same object each time."""
        return self._seen[urgency]

    def scanned(self) -> Origin:
        """The origin for one scan of all of it."""
        return ScanAheadOrigin(self.lane)

    def close(self) -> None:
        """Close the lane."""
        self.lane.close()
