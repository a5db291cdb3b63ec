"""The library of iTunes and of Apple's Music: the XML that they write (`iTunes Music Library.xml`, or what their menu
exports), with its tracks and its playlists.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from musfuse.errors import ConfigError
from musfuse.library.exchange.foreign import ForeignPlaylist, ForeignTrack, Values, count_of, number_of, stars_of
from musfuse.library.exchange.plist import PropertyList, Value
from musfuse.library.exchange.reading import place_of

SECTIONS = frozenset({"Tracks", "Playlists"})
FAR = "it lies in the cloud, or is a stream"
_TEXTS = {
    "Name": "title", "Artist": "artist", "Album Artist": "albumartist", "Album": "album", "Composer": "composer",
    "Genre": "genre", "Grouping": "grouping", "Comments": "comment", "Work": "work", "Movement Name": "movementname",
    "Sort Name": "titlesort", "Sort Artist": "artistsort", "Sort Album Artist": "albumartistsort",
    "Sort Album": "albumsort", "Sort Composer": "composersort",
}  # fmt: skip
_NUMBERS = {
    "Track Number": "tracknumber", "Track Count": "tracktotal", "Disc Number": "discnumber", "Disc Count": "disctotal",
    "Year": "date", "BPM": "bpm", "Movement Number": "movement",
}  # fmt: skip
_SORTED = ("title", "artist", "albumartist", "album", "composer")
_FROM_1904 = datetime(1904, 1, 1)
_FAR_TYPES = frozenset({"URL", "Remote"})
_NO_PLAYLISTS = ("Master", "Distinguished Kind", "Folder")
"""Keys of those that hold everything, everything of a kind, or other playlists."""


class Itunes:
    """Over a property list."""

    name, tells_tags, tells_served, has_playlists = "iTunes", True, False, True

    def __init__(self, source: PropertyList) -> None:
        self._list = source

    def count(self) -> int:
        """0: nobody can tell before all are read."""
        return 0

    def tracks(self) -> Iterator[ForeignTrack]:
        """All tracks, in order. Raises ConfigError where there are none."""
        found = False
        for entry in self._list.entries("Tracks"):
            if isinstance(entry.value, dict):
                found = True
                yield _track(entry.key, entry.value)
        if not found:
            raise ConfigError(
                f"{self._list.path}: no library of iTunes with tracks; in Music or iTunes, File > Library > Export "
                "Library… writes one"
            )

    def playlists(self) -> Iterator[ForeignPlaylist]:
        """The playlists that people made, in order."""
        for entry in self._list.entries("Playlists"):
            facts = entry.value
            if (
                not isinstance(facts, dict)
                or facts.get("Visible") is False
                or any(key in facts for key in _NO_PLAYLISTS)
            ):
                continue
            name, items = facts.get("Name"), facts.get("Playlist Items")
            if isinstance(name, str):
                tracks = [item.get("Track ID") for item in _list(items) if isinstance(item, dict)]
                entries = [str(track) for track in tracks if isinstance(track, int)]
                yield ForeignPlaylist(name, entries, rule="Smart Info" in facts)


def _track(key: str, facts: Mapping[str, Value]) -> ForeignTrack:
    tags: dict[str, Values] = {
        field: (value,) for name, field in _TEXTS.items() if isinstance(value := facts.get(name), str) and value
    }
    for field in _SORTED:
        if tags.get(field + "sort") == tags.get(field):  # iTunes fills it in by itself
            tags.pop(field + "sort", None)
    for name, field in _NUMBERS.items():
        value = facts.get(name)
        if isinstance(value, int) and 0 < value < 1_000_000:
            tags[field] = (f"{value:04}" if field == "date" else str(value),)
    if facts.get("Compilation") is True:
        tags["compilation"] = ("1",)
    rating = number_of(facts.get("Rating")) if facts.get("Rating Computed") is not True else None
    millis = number_of(facts.get("Total Time"))
    liked = facts.get("Loved") is True or facts.get("Favorited") is True
    location = facts.get("Location")
    place = place_of(location).rstrip("/") if isinstance(location, str) else ""
    far = facts.get("Track Type") in _FAR_TYPES or not place
    return ForeignTrack(
        _id(key, facts), place, tags, millis / 1000 if millis else None, stars_of(rating or 0, 100),
        0 if liked else None, count_of(facts.get("Play Count")), 0, _played(facts), FAR if far else "",
    )  # fmt: skip


def _id(key: str, facts: Mapping[str, Value]) -> str:
    number = facts.get("Track ID")
    return str(number) if isinstance(number, int) else key


def _played(facts: Mapping[str, Value]) -> int:
    """When it was played last, in ns since 1970, 0 for never. The other of the two counts seconds from 1904 by the
    clock on the wall; older versions wrote it as a signed number of 32 bits."""
    exact, local = facts.get("Play Date UTC"), facts.get("Play Date")
    try:
        if isinstance(exact, datetime):
            return max(0, int(exact.timestamp()) * 1_000_000_000)
        if isinstance(local, int) and not isinstance(local, bool) and abs(local) < 1 << 33:
            wall = _FROM_1904 + timedelta(seconds=local & 0xFFFF_FFFF)
            return max(0, int(wall.timestamp()) * 1_000_000_000)
    except (OverflowError, ValueError, OSError):
        pass
    return 0


def _list(value: Value) -> list[Value]:
    return value if isinstance(value, list) else []
