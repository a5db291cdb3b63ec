"""What `musfuse export` wrote, of this library or another: a table, CSV or JSON, with the columns that somebody asked
for. Tracks are known by their originals, else by their places on the drive; columns that are none of an export are
fields of tags.
"""

from collections.abc import Iterator

from musfuse.errors import ConfigError
from musfuse.library.exchange.columns import THOUGHTS, read_time
from musfuse.library.exchange.foreign import (
    ForeignPlaylist,
    ForeignTrack,
    Values,
    count_of,
    field_of,
    number_of,
    stars_of,
)
from musfuse.library.exchange.rows import Row, table_rows
from musfuse.library.exchange.steady import SteadyFile
from musfuse.library.userdb.ratings import MOST_STARS

DRIVE = "view://main/"
_FIELDS = {
    "album_artist": "albumartist", "year": "date", "track": "tracknumber", "disc": "discnumber",
    "musicbrainz_id": "musicbrainz_trackid",
}  # fmt: skip
"""Columns that are fields under another name."""
_NO_FIELDS = frozenset({"virtual_path", "real_path", "part", "duration_ms", "format", *THOUGHTS})
_SEVERAL = frozenset({"artist", "artists", "album_artist", "albumartist", "albumartists", "genre", "composer"})
"""Columns whose text is several values where it has semicolons: an export puts them there."""
_KNOWN_BY = frozenset({"real_path", "virtual_path", "musicbrainz_id", "title"})
_NO = frozenset({"", "0", "false", "no"})


class Exported:
    """Over a table. Raises ConfigError where it has no column by which tracks can be known."""

    name, tells_tags, tells_served, has_playlists = "musfuse", True, True, False

    def __init__(self, file: SteadyFile) -> None:
        self._file = file
        next(self.tracks(), None)

    def count(self) -> int:
        """0: nobody can tell before all are read."""
        return 0

    def tracks(self) -> Iterator[ForeignTrack]:
        """The rows that name a track, in order."""
        for number, row in enumerate(table_rows(self._file), 1):
            if number == 1 and _KNOWN_BY.isdisjoint(row):
                raise ConfigError(
                    f"{self._file.path}: no table of tracks: none of its columns is {', '.join(sorted(_KNOWN_BY))}; "
                    "`musfuse export` writes one, and `musfuse tag import` reads what `musfuse tag export` wrote"
                )
            yield _track(str(number), row)

    def playlists(self) -> Iterator[ForeignPlaylist]:
        """None: those that are exported are files of their own."""
        return iter(())


def _track(number: str, row: Row) -> ForeignTrack:
    place = row.get("real_path", "")
    if not place and (shown := row.get("virtual_path", "").strip("/")):
        place = DRIVE + shown
    milliseconds = number_of(row.get("duration_ms"))
    starred = row.get("starred", "").strip()
    return ForeignTrack(
        number, place, _tags(row), milliseconds / 1000 if milliseconds else None,
        stars_of(number_of(row.get("rating")) or 0, MOST_STARS),
        None if starred.lower() in _NO else read_time(starred),
        count_of(row.get("plays")), read_time(row.get("first_played", "")), read_time(row.get("last_played", "")),
        part=count_of(row.get("part")),
    )  # fmt: skip


def _tags(row: Row) -> dict[str, Values]:
    tags: dict[str, Values] = {}
    for name, text in row.items():
        if text and name not in _NO_FIELDS and (field := _FIELDS.get(name) or field_of(name)):
            tags[field] = tuple(text.split("; ")) if name in _SEVERAL and "; " in text else (text,)
    return tags
