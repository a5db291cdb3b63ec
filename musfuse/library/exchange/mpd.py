"""The stickers of MPD, the Music Player Daemon: what its clients note of songs, by their paths from its folder of
music. MPD gives names of stickers no meaning; these are those that clients use.

`rating` is 0 to 10 (myMPD, Cantata, ncmpcpp, …), with mpdpopm 0 to 255, as Winamp has it; `playCount`, `lastPlayed`;
`like` is 2 for what is liked (myMPD).
"""

from collections.abc import Iterator, Mapping
from itertools import groupby
from operator import itemgetter
from typing import Any

from musfuse.errors import ConfigError
from musfuse.library.exchange.foreign import (
    ForeignPlaylist,
    ForeignTrack,
    count_of,
    number_of,
    stars_of,
    time_of,
)
from musfuse.library.exchange.reading import is_stream
from musfuse.store.foreign import ForeignDatabase

STREAM = "it is a stream"
_COLUMNS = ("uri", "type", "name", "value")
_WINAMP = ((1, 1), (32, 2), (96, 3), (160, 4), (224, 5))
"""From which byte on a rating has so many stars."""
_LIKED, _MOST_STICKERS = 2, 100


class Mpd:
    """Over a database that was copied. Raises ConfigError where it holds no stickers."""

    name, tells_tags, tells_served, has_playlists = "MPD", False, False, False

    def __init__(self, database: ForeignDatabase) -> None:
        self._db = database
        if not database.columns("sticker").issuperset(_COLUMNS):
            raise ConfigError(
                f"{database.path}: no stickers of MPD in it; `sticker_file` in its configuration names the file"
            )

    def count(self) -> int:
        """0: nobody can tell before all are read."""
        return 0

    def tracks(self) -> Iterator[ForeignTrack]:
        """The songs that have stickers, in order of path."""
        rows = (row for row in self._db.rows("sticker", _COLUMNS, ["uri", "name"]) if row[1] == "song")
        for uri, stickers in groupby(rows, key=itemgetter(0)):
            if isinstance(uri, str):
                yield _track(uri, _named(stickers))

    def playlists(self) -> Iterator[ForeignPlaylist]:
        """None: those of MPD are files."""
        return iter(())


def _named(rows: Iterator[tuple[Any, ...]]) -> dict[str, tuple[str, object]]:
    """Stickers by their names without what stands in front of a colon: (that, value)."""
    found = dict[str, tuple[str, object]]()
    for _, _, name, value in rows:
        if isinstance(name, str) and len(found) < _MOST_STICKERS:
            owner, _, plain = name.rpartition(":")
            found.setdefault(plain.lower(), (owner, value))
    return found


def _track(uri: str, stickers: Mapping[str, tuple[str, object]]) -> ForeignTrack:
    none = ("", None)
    owner, rating = stickers.get("rating", none)
    stars = _bytes_as_stars(number_of(rating) or 0) if owner else stars_of(number_of(rating) or 0, 10)
    liked = number_of(stickers.get("like", none)[1]) == _LIKED
    plays, last = count_of(stickers.get("playcount", none)[1]), time_of(stickers.get("lastplayed", none)[1])
    odd = STREAM if is_stream(uri) else ""
    return ForeignTrack(uri, uri, {}, None, stars, 0 if liked else None, plays, 0, last, odd)


def _bytes_as_stars(value: float) -> int:
    return max((stars for least, stars in _WINAMP if least <= value <= 255), default=0)
