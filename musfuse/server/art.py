"""Pictures of tracks, in a few sizes: made once, kept in the cache, never larger than they were."""

from collections.abc import Callable
from dataclasses import dataclass

from musfuse.errors import NoEntryError
from musfuse.library.catalog import TrackRow
from musfuse.library.covers import Cover, Covers
from musfuse.model import ArtKind, Picture

SIZES = (32, 64, 150, 300, 600, 1200)
"""Pixels of the longer side. What is asked for gets the next of these: there are no more to be made, and kept."""
MIME = "image/jpeg"
"""Of whatever is told: pictures of others, SVG too, are never handed on as they are."""


@dataclass(frozen=True, slots=True)
class Made:
    """A picture that was made: `etag` is another one where it may have other bytes."""

    data: bytes
    etag: str


class Art:
    """Pictures over the covers of a library. For any thread."""

    def __init__(self, covers: Callable[[], Covers]) -> None:
        self._covers = covers

    def of(self, row: TrackRow, size: int) -> Made:
        """The front cover of a track: the one that somebody set, else its own, else the one beside it; the longer side
        some `size` pixels. Raises NoEntryError where it has none, and what its origin raises."""
        cover, longest = _cover(row), next((one for one in SIZES if one >= size), SIZES[-1])
        covers = self._covers()
        usable = covers.usable(cover) if not cover.picture.digest else cover
        if usable is None:
            raise _none(row)
        layout = covers.layout(usable, longest)
        try:
            return Made(layout.read_at(0, layout.size), f"{usable.picture.digest}-{longest}")
        finally:
            layout.close()


def _cover(row: TrackRow) -> Cover:
    track = row.track
    given = dict(track.art).get(ArtKind.FRONT)
    if given is not None:
        if not given:
            raise _none(row)
        return Cover(given[0], track.edited_ns)
    if track.picture is not None:
        return Cover(track.picture, track.file.stamp.mtime_ns, track.id)
    beside: Picture | None = track.folder_picture
    if beside is None:
        raise _none(row)
    return Cover(beside, track.file.stamp.mtime_ns)


def _none(row: TrackRow) -> NoEntryError:
    return NoEntryError(f"{row.track.file.path}: it has no cover")
