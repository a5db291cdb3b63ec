"""A far source as each sees it who asks for it."""

from musfuse.origins.port import Origin
from musfuse.sources.blocks import Blocks
from musfuse.sources.cached import CachedOrigin, Contents
from musfuse.sources.lane import Lane
from musfuse.sources.readahead import ReadAheadOrigin
from musfuse.sources.scanahead import ScanAheadOrigin
from musfuse.sources.tee import Tee, seen_by_tee, taken_from_tee
from musfuse.sources.urgency import Urgency

_BLOCKS_BYTES = 32 << 20
"""Bytes of a source that are kept in memory: eight readers with the largest window."""


class FarSource:
    """A lane, what is read ahead through it, and before both what is kept of its files in `contents`, where there are
    any. What an index asks for is taken from there, but not put there: it would drive out what is played. Of what a
    scan asks for, headers and ends are put there, which have a share of their own. A `tee` sees what readers get, and
    gives indexes what it kept of that."""

    def __init__(
        self, lane: Lane, block_bytes: int = _BLOCKS_BYTES, contents: Contents | None = None, tee: Tee | None = None
    ) -> None:
        self.lane, self.tee, self._contents, blocks = lane, tee, contents, Blocks(lane, block_bytes)
        self._seen: dict[Urgency, Origin] = {}
        for urgency in Urgency:
            ahead = ReadAheadOrigin(lane.seen_by(urgency), blocks, urgency)
            keeps = urgency in (Urgency.READER, Urgency.PREFETCH)
            self._seen[urgency] = (
                ahead if contents is None else CachedOrigin(ahead, contents, keeps=keeps, on_kept=blocks.drop)
            )
        if tee is not None:
            self._seen[Urgency.READER] = seen_by_tee(self._seen[Urgency.READER], tee)
            self._seen[Urgency.INDEX] = taken_from_tee(self._seen[Urgency.INDEX], tee)

    def seen_by(self, urgency: Urgency) -> Origin:
        """The origin for those who ask so urgently; the same object each time."""
        return self._seen[urgency]

    def scanned(self) -> Origin:
        """The origin for one scan of all of it."""
        return ScanAheadOrigin(self.lane, self._contents)

    def close(self) -> None:
        """Close the lane."""
        self.lane.close()
        if self.tee is not None:
            self.tee.close()
