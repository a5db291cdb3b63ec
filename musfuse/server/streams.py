"""Bytes of tracks for who has no path: the same that the drive serves, by the public id of a track.

A stream is of one version from its first byte to its last. Where its original changes meanwhile, reading fails, and
never goes on with another one's bytes.
"""

import os
from collections.abc import Collection
from dataclasses import dataclass
from hashlib import blake2b
from types import TracebackType

from musfuse.drive import Drive, Opened
from musfuse.errors import NoEntryError, SourceChangedError
from musfuse.library.catalog import TrackRow
from musfuse.model import Rendition

_TRIES = 3
_PLAIN = "application/octet-stream"
_MIMES = {
    "flac": "audio/flac", "wav": "audio/wav", "mp3": "audio/mpeg", "mp2": "audio/mpeg", "m4a": "audio/mp4",
    "m4b": "audio/mp4", "mp4": "audio/mp4", "aac": "audio/aac", "ogg": "audio/ogg", "oga": "audio/ogg",
    "opus": "audio/ogg", "spx": "audio/ogg", "wv": "audio/x-wavpack", "ape": "audio/x-ape", "aif": "audio/aiff",
    "aiff": "audio/aiff", "aifc": "audio/aiff", "wma": "audio/x-ms-wma", "mka": "audio/x-matroska",
    "webm": "audio/webm", "dsf": "audio/x-dsf", "dff": "audio/x-dff", "tta": "audio/x-tta", "mpc": "audio/x-musepack",
    "tak": "audio/x-tak", "caf": "audio/x-caf", "au": "audio/basic", "ac3": "audio/ac3", "w64": "audio/x-w64",
}  # fmt: skip


class Stream:
    """An open track. `etag` is another one where any byte may be another (a strong ETag of RFC 9110, without its
    quotes); `mtime_ns` is in ns since 1970. To be closed. May be read from many threads."""

    def __init__(self, drive: Drive, opened: Opened, row: TrackRow, rendition: Rendition, etag: str) -> None:
        self._drive, self._opened = drive, opened
        self.size, self.etag, self.mtime_ns = opened.size, etag, row.track.mtime_ns
        self.name = _name(row, rendition)
        self.mime = mime_of(self.name.rpartition(".")[2])

    def read_at(self, offset: int, size: int) -> bytes:
        """Bytes [offset, offset + size), which have to lie inside. Raises SourceChangedError where the version that was
        opened is not there any more, and what its origin raises."""
        data = self._drive.read_at(self._opened.handle, offset, size)
        if len(data) != size:
            raise SourceChangedError(f"{self.name}: it ends before its size; open it again")
        return data

    def close(self) -> None:
        """Let go of it."""
        self._drive.close(self._opened.handle)

    def __enter__(self) -> "Stream":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


@dataclass(frozen=True, slots=True)
class Streams:
    """Opens tracks of a drive. What is streamed counts as no play: clients tell of plays themselves."""

    drive: Drive

    def row(self, public: int, sources: Collection[str] | None = None) -> TrackRow:
        """What is known of a track by its public id, of these sources by their uids or (None) any. Raises NoEntryError,
        for one that somebody may not see as for one that is not there."""
        row = self.drive.row_known_as(public)
        if row is None or (sources is not None and row.track.file.source_uid not in sources):
            raise NoEntryError(f"track {public}: there is none in this library")
        return row

    def open(self, public: int, rendition: Rendition | None = None, sources: Collection[str] | None = None) -> Stream:
        """Open a track as the library serves it, or made into a rendition. Raises NoEntryError where there is none, or
        it cannot be made into that, and what Drive.open_item raises."""
        for _ in range(_TRIES):
            row = self.row(public, sources)
            made = rendition or row.track.rendition
            opened = self.drive.open_item(row.track.id, rendition, counted=False)
            try:
                again = self.row(public, sources)
                if again.track == row.track:
                    return Stream(self.drive, opened, row, made, self._etag(public, opened, row, made))
            except BaseException:
                self.drive.close(opened.handle)
                raise
            self.drive.close(opened.handle)
        raise NoEntryError(f"track {public}: changes too fast to be opened; try again")

    def _etag(self, public: int, opened: Opened, row: TrackRow, rendition: Rendition) -> str:
        track = row.track
        pictures = [picture.digest for picture in (track.picture, track.folder_picture) if picture is not None]
        parts = (public, rendition, opened.version, opened.edition, track.version, self._token(rendition), *pictures)
        return blake2b("\0".join(map(str, parts)).encode("utf-8", "surrogateescape"), digest_size=16).hexdigest()

    def _token(self, rendition: Rendition) -> str:
        return "" if rendition is Rendition.ORIGINAL else self.drive.token(rendition)


def mime_of(extension: str) -> str:
    """The media type of files with an extension (without its dot); that of any bytes where it is not known."""
    return _MIMES.get(extension.lower(), _PLAIN)


def _name(row: TrackRow, rendition: Rendition) -> str:
    """A name for who saves it: that of the original, with the ending of what it is made into."""
    base, ending = os.path.splitext(row.track.file.path.rpartition("/")[2])
    if rendition.extension:
        ending = f".{rendition.extension}"
    return f"{base}{ending}".encode("utf-8", "replace").decode()
