"""Collections and playlists of a library as M3U8 on a device, with those of their tracks that it has."""

import hashlib
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from musfuse.devices.naming import fitted
from musfuse.errors import ConfigError, TooSlowError
from musfuse.library.collections.shelf import Collection, Shelf
from musfuse.library.exchange.columns import ExchangedTrack
from musfuse.library.exchange.playlists import write_m3u8
from musfuse.library.selection import Selected, Selection

_SECONDS = 60.0
"""As long as one collection may take to be answered."""


@dataclass(frozen=True, slots=True)
class ListFile:
    """A playlist as a file: its name on the device, and its bytes."""

    name: str
    data: bytes

    @property
    def version(self) -> str:
        """A hash of its bytes."""
        return hashlib.blake2b(self.data, digest_size=16).hexdigest()


@dataclass(frozen=True, slots=True)
class Lists:
    """Over the collections of a library, as a view shows their tracks."""

    shelf: Shelf
    selection: Selection
    view: int

    def files(self, places: Mapping[int, str]) -> Iterator[ListFile]:
        """A file for each collection with tracks on the device; `places` are the paths of those, by their public ids.
        What cannot be answered has none."""
        for collection in self.shelf.all():
            data = self._written(collection, places)
            if data:
                yield ListFile(fitted(f"{collection.name}.m3u8"), data)

    def _written(self, collection: Collection, places: Mapping[int, str]) -> bytes:
        try:
            members = self.shelf.members(collection, self.view, counts=False, seconds=_SECONDS)
        except (ConfigError, TooSlowError):  # `musfuse collection list` tells why
            return b""
        rows = self.selection.rows(members.items, self.view)
        there = (_exchanged(row, places[row.public]) for row in rows if row.public in places)
        out = io.StringIO(newline="")
        count = write_m3u8(there, collection.name, lambda track: track.virtual_path, out)
        return out.getvalue().encode("utf-8", "replace") if count else b""


def _exchanged(row: Selected, path: str) -> ExchangedTrack:
    length = row.format.duration_ns
    return ExchangedTrack(
        path, row.source, row.part, row.format.codec, None if length is None else length // 10**6, row.tags
    )
