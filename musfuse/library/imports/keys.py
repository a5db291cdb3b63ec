"""What a track is known by beside its path: ids, what it sounds like, and what it is called, from the best kind of key
to the worst. Two libraries that agree on one have the same track, as far as anybody can tell."""

import re
from collections.abc import Iterator, Mapping
from enum import IntEnum

from musfuse.library.catalog.pairs import Nearness
from musfuse.library.text.folding import fold

Values = Mapping[str, tuple[str, ...]]


class Kind(IntEnum):
    """Kinds of keys, in the order in which they are tried."""

    RELEASE_TRACK = 1
    RECORDING_ON_ALBUM = 2
    RECORDING = 3
    ISRC = 4
    ACOUSTID = 5
    FINGERPRINT = 6
    TITLE_ON_ALBUM = 7
    TITLE = 8


_SURE, _ALIKE, _NEAR = Nearness(), Nearness(8.0), Nearness(5.0)
NEAR: Mapping[int, Nearness] = {
    Kind.RELEASE_TRACK: _SURE,
    Kind.RECORDING_ON_ALBUM: _SURE,
    Kind.RECORDING: _SURE,
    Kind.ISRC: _SURE,
    Kind.FINGERPRINT: _ALIKE,
    Kind.ACOUSTID: _ALIKE,
    Kind.TITLE_ON_ALBUM: _NEAR,
    Kind.TITLE: Nearness(3.0, known=True),
}
"""What is asked of lengths, in the order in which kinds are tried."""
HOW = {
    Kind.RELEASE_TRACK: "id", Kind.RECORDING_ON_ALBUM: "id", Kind.RECORDING: "id", Kind.ISRC: "id",
    Kind.ACOUSTID: "fingerprint", Kind.FINGERPRINT: "fingerprint", Kind.TITLE_ON_ALBUM: "tags", Kind.TITLE: "tags",
}  # fmt: skip
PATH = "path"
_IDS = (
    (Kind.RELEASE_TRACK, "musicbrainz_releasetrackid"), (Kind.RECORDING, "musicbrainz_trackid"), (Kind.ISRC, "isrc"),
    (Kind.ACOUSTID, "acoustid_id"), (Kind.FINGERPRINT, "acoustid_fingerprint"),
)  # fmt: skip
_LONGEST = 100_000


def keys_of(tags: Values) -> Iterator[tuple[int, int]]:
    """(kind, key) of a track: 64 bits of a hash, good for this process."""
    for kind, field in _IDS:
        for value in tags.get(field, ())[:4]:
            if text := value.strip()[:_LONGEST].lower():
                yield kind, hash((kind, text))
    recording, album = _first(tags, "musicbrainz_trackid"), _first(tags, "musicbrainz_albumid")
    if recording and album:
        yield Kind.RECORDING_ON_ALBUM, hash((recording.lower(), album.lower()))
    title, artist = _plain(_first(tags, "title")), _plain(_first(tags, "artist"))
    if not (title and artist):
        return
    yield Kind.TITLE, hash((artist, title))
    if on := _plain(_first(tags, "album")):
        numbers = (_number(_first(tags, "tracknumber")), _number(_first(tags, "discnumber")) or 1)
        yield Kind.TITLE_ON_ALBUM, hash((artist, title, on, numbers))


def _first(tags: Values, field: str) -> str:
    values = tags.get(field)
    return values[0].strip() if values else ""


def _plain(text: str) -> str:
    return fold(text[:1000])


def _number(text: str) -> int:
    found = re.match(r"\d{1,6}", text, re.ASCII)
    return int(found[0]) if found else 0
