"""How many samples a track has, to the sample, before anything is encoded: by its header where that can be believed,
else by its frame index."""

from dataclasses import dataclass

from musfuse.media.ports import NotIndexedError
from musfuse.media.transcoders import IndexStore
from musfuse.model import AudioFormat, Track
from musfuse.origins import Origin
from musfuse.origins.places import place_in

_TOLD = frozenset({"wav", "rf64", "w64", "aiff", "au", "flac"})
"""Containers whose headers tell how much audio follows, and whose decoder (libsndfile) finds any sample by counting.
What other ones announce may be more or less than what is decoded: encoders' delay, and timestamps."""
_MOST = 1 << 33
"""Samples that a header is believed to have, at most (a day of 96 kHz): a file of a few bytes and a hole is as long as
it likes, and what is made of it has a table of its runs."""


@dataclass(frozen=True, slots=True)
class Length:
    """The samples of a track, of one channel; `announced`: its header says so, and nobody has decoded it.
    `sequential`: they are found by a decode from the start only."""

    samples: int
    announced: bool = False
    sequential: bool = False


class Lengths:
    """Tells lengths by headers and by the frame indexes that there are."""

    def __init__(self, indexes: IndexStore) -> None:
        self._indexes = indexes

    def needs_index(self, fmt: AudioFormat) -> bool:
        """Whether only the frame index tells the length of such a stream."""
        total = fmt.total_samples
        return fmt.container not in _TOLD or total is None or total > _MOST or fmt.faulty

    def of(self, track: Track, origin: Origin) -> Length:
        """The length of a track. Raises NotIndexedError where only its frame index would tell it, and there is none."""
        index = self._indexes.get(track)
        if index is not None:
            return Length(index.total_samples, sequential=index.sequential)
        samples = track.sample_range.count_of(track.format.total_samples)
        if samples is None or self.needs_index(track.format) or self._indexes.is_misannounced(track.file):
            raise NotIndexedError(f"{place_in(origin.name, track.file.path)}: its frame index is not built yet")
        return Length(samples, announced=True)

    def disprove(self, track: Track, length: Length) -> None:
        """Remember that a track has not as many samples as was said: they are to be counted."""
        if length.announced:
            self._indexes.set_misannounced(track.file)
        else:
            self._indexes.drop(track.file, track.sample_range)
