"""The library of beets (beets.io): its SQLite of the last five years, told apart by the columns that it has, since it
keeps no version.

1.6 has absolute paths and one text of genres. From 2.10 on paths are relative to the folder of its music, which is told
nowhere, and fields of several values are joined by two characters. What its plugins and their users add lies in tables
of their own, for tracks and for albums.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from musfuse.errors import ConfigError
from musfuse.library.exchange.foreign import (
    ForeignPlaylist,
    ForeignTrack,
    Values,
    count_of,
    field_of,
    number_of,
    stars_of,
    time_of,
)
from musfuse.store.foreign import ForeignDatabase

SEPARATOR = "\\\u2400"
"""Joins several values."""
_ONE = {
    "title": "title", "artist": "artist", "artist_sort": "artistsort", "album": "album", "albumartist": "albumartist",
    "albumartist_sort": "albumartistsort", "genre": "genre", "composer": "composer", "composer_sort": "composersort",
    "lyricist": "lyricist", "arranger": "arranger", "remixer": "remixer", "work": "work", "grouping": "grouping",
    "subtitle": "subtitle", "lyrics": "lyrics", "comments": "comment", "label": "label", "catalognum": "catalognumber",
    "barcode": "barcode", "asin": "asin", "isrc": "isrc", "script": "script", "language": "language",
    "country": "releasecountry", "albumstatus": "releasestatus", "media": "media", "disctitle": "discsubtitle",
    "initial_key": "key", "mb_trackid": "musicbrainz_trackid", "mb_releasetrackid": "musicbrainz_releasetrackid",
    "mb_albumid": "musicbrainz_albumid", "mb_artistid": "musicbrainz_artistid", "mb_workid": "musicbrainz_workid",
    "mb_albumartistid": "musicbrainz_albumartistid", "mb_releasegroupid": "musicbrainz_releasegroupid",
    "acoustid_id": "acoustid_id", "acoustid_fingerprint": "acoustid_fingerprint", "albumtype": "releasetype",
}  # fmt: skip
_SEVERAL = {
    "genres": "genre", "artists": "artists", "albumartists": "albumartists", "composers": "composer",
    "lyricists": "lyricist", "arrangers": "arranger", "remixers": "remixer", "mb_artistids": "musicbrainz_artistid",
    "mb_albumartistids": "musicbrainz_albumartistid", "albumtypes": "releasetype",
}  # fmt: skip
"""These come after those of _ONE, and count where they say anything."""
_NUMBERS = {
    "track": "tracknumber", "tracktotal": "tracktotal", "disc": "discnumber", "disctotal": "disctotal", "bpm": "bpm",
    "comp": "compilation",
}  # fmt: skip
"""0 says nothing in any of them."""
_GAINS = {
    "rg_track_gain": "replaygain_track_gain", "rg_album_gain": "replaygain_album_gain",
    "rg_track_peak": "replaygain_track_peak", "rg_album_peak": "replaygain_album_peak",
}  # fmt: skip
_DATES = {("year", "month", "day"): "date", ("original_year", "original_month", "original_day"): "originaldate"}
_KNOWN = ("id", "path", "album_id", "length")

_PLAYS = (
    "play_count",
    "playcount",
    "itunes_playcount",
    "amarok_playcount",
    "lastfm_play_count",
    "listenbrainz_play_count",
)
_LAST = ("last_played", "lastplayed", "itunes_lastplayed", "amarok_lastplayed")
_FIRST = ("amarok_firstplayed",)
_RATINGS: Mapping[str, Callable[[Any], int]] = {
    "rating": lambda value: _rating(value),
    "itunes_rating": lambda value: stars_of(number_of(value) or 0, 100),
    "amarok_rating": lambda value: stars_of(number_of(value) or 0, 10),
}
_OPINIONS = frozenset({*_PLAYS, *_LAST, *_FIRST, *_RATINGS})
_NOTED = frozenset(
    {
        "skip_count", "rating_mix", "amarok_score", "amarok_uid", "artpath",
        "itunes_skipcount", "itunes_lastskipped", "itunes_dateadded", "data_source", "data_url", "lyrics_url",
        "lyrics_backend", "lyrics_language", "lyrics_translation_language", "lyrics_instrumental", "checksum",
        "import_source", "va", "albumtotal", "singleton", "mtime", "added",
    }
)  # fmt: skip
"""What plugins note for themselves; any other name that is no opinion somebody chose, and it becomes a field."""
_MOST_CHOSEN = 100
_NOTHING: Mapping[str, str] = {}
_ATTRIBUTE = ("entity_id", "key", "value")


class Beets:
    """Over a database that was copied. Raises ConfigError where it is none of beets."""

    name, tells_tags, tells_served, has_playlists = "beets", True, False, False

    def __init__(self, database: ForeignDatabase) -> None:
        self._db = database
        there = database.columns("items")
        if not {"id", "path", "title", "artist"} <= there:
            raise ConfigError(
                f"{database.path}: no library of beets, which has a table `items`; `beet config -p` names the folder "
                "where library.db lies"
            )
        self._columns = [name for name in (*_KNOWN, *_fixed()) if name in there]
        self._at = {name: number for number, name in enumerate(self._columns)}

    def count(self) -> int:
        """How many items there are."""
        return self._db.count("items")

    def tracks(self) -> Iterator[ForeignTrack]:
        """All items, in order of id."""
        items, albums = _OfItems(self._db), _OfAlbums(self._db)
        texts = [(self._at[name], field) for name, field in _ONE.items() if name in self._at]
        convert = self._conversions()
        at_length, at_album = self._at.get("length"), self._at.get("album_id")
        for row in self._db.rows("items", self._columns, ["id"]):
            more = items.of(row[0])
            if at_album is not None and (of_album := albums.of(row[at_album])):
                more = {**of_album, **more}
            tags: dict[str, Values] = {}
            for at, field in texts:
                if value := row[at]:
                    if type(value) is str:
                        tags[field] = (value,)
                    elif isinstance(value, int | float):
                        tags[field] = (str(value),)
            for at, field, values in convert:
                if (value := row[at]) and (found := values(value, row)):
                    tags[field] = found
            yield self._track(row, tags, more, number_of(row[at_length]) if at_length is not None else None)

    def playlists(self) -> Iterator[ForeignPlaylist]:
        """None: beets has queries in its configuration, and writes playlists as files."""
        return iter(())

    def _track(
        self, row: tuple[object, ...], tags: dict[str, Values], more: Mapping[str, str], seconds: float | None
    ) -> ForeignTrack:
        place = _path(row[1])
        stars = plays = first = last = 0
        for name, value in more.items():
            if name not in _OPINIONS:
                if value and (field := field_of(name)):
                    tags.setdefault(field, (value,))
            elif name in _RATINGS:
                stars = stars or _RATINGS[name](value)
            elif name in _PLAYS:
                plays = max(plays, count_of(value))
            elif name in _LAST:
                last = max(last, time_of(value))
            elif name in _FIRST:
                first = time_of(value)
        return ForeignTrack(str(row[0]), place, tags, seconds, stars, None, plays, first, last)

    def _conversions(self) -> list[tuple[int, str, Callable[[Any, tuple[Any, ...]], Values]]]:
        """(column, field, what makes values of it) of the columns that there are, but for plain texts."""
        at = self._at
        found: list[tuple[int, str, Callable[[Any, tuple[Any, ...]], Values]]] = []
        for table, values in ((_SEVERAL, _texts), (_NUMBERS, _number)):
            found += [(at[name], field, values) for name, field in table.items() if name in at]
        found += [(at[name], field, _peak if "peak" in name else _gain) for name, field in _GAINS.items() if name in at]
        found += [
            (at[year], field, _date(at.get(month), at.get(day)))
            for (year, month, day), field in _DATES.items() if year in at
        ]  # fmt: skip
        return found


class _OfItems:
    """What somebody noted of items, read along with them: both in order of id."""

    def __init__(self, database: ForeignDatabase) -> None:
        there = database.columns("item_attributes") >= {*_ATTRIBUTE}
        self._rows = database.rows("item_attributes", _ATTRIBUTE, ["entity_id"]) if there else iter(())
        self._row = next(self._rows, None)

    def of(self, item: object) -> Mapping[str, str]:
        """Those of one, behind that which was asked for before."""
        row, found = self._row, list[tuple[object, ...]]()
        while row is not None:
            if row[0] == item:
                found.append(row)
            elif isinstance(row[0], int) and isinstance(item, int) and row[0] > item:
                break
            elif isinstance(row[0], str | bytes):  # these come behind all numbers
                row = None
                break
            row = next(self._rows, None)
        self._row = row
        return _attributes(found) if found else _NOTHING


class _OfAlbums:
    """What somebody noted of albums; items of one come together, nearly always."""

    def __init__(self, database: ForeignDatabase) -> None:
        self._db, self._last = database, (0, dict[str, str]())
        self._there = database.columns("album_attributes") >= {*_ATTRIBUTE}
        self._there = self._there and next(database.rows("album_attributes", _ATTRIBUTE), None) is not None
        if self._there:
            database.make_fast("album_attributes", "entity_id")

    def of(self, album: object) -> Mapping[str, str]:
        """Those of the album with a number."""
        if not self._there or not isinstance(album, int):
            return {}
        if self._last[0] != album:
            rows = self._db.rows("album_attributes", _ATTRIBUTE, where=("entity_id", album))
            self._last = album, _attributes(rows)
        return self._last[1]


def _attributes(rows: Iterable[tuple[Any, ...]]) -> dict[str, str]:
    found = dict[str, str]()
    for _, key, value in rows:
        if key in _NOTED:
            continue
        if isinstance(key, str) and isinstance(value, str | int | float) and len(found) < _MOST_CHOSEN:
            found[key] = str(value)
    return found


def _fixed() -> list[str]:
    return [*_ONE, *_SEVERAL, *_NUMBERS, *_GAINS, *(name for names in _DATES for name in names)]


def _path(value: object) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", "surrogateescape")
    return value if isinstance(value, str) else ""


def _texts(value: object, _: object) -> Values:
    if not isinstance(value, str):
        return ()
    if SEPARATOR not in value and "; " not in value:
        return (value,)
    separator = SEPARATOR if SEPARATOR in value else "; "
    return tuple(filter(None, value.split(separator)))


def _number(value: object, _: object) -> Values:
    if type(value) is int:
        return (str(value),) if 0 < value < 1_000_000_000 else ()
    number = number_of(value)
    return (str(int(number)),) if number is not None and 0 < number < 1e9 else ()


def _gain(value: object, _: object) -> Values:
    number = number_of(value)
    return (f"{number:.2f} dB",) if number is not None and abs(number) < 200 else ()


def _peak(value: object, _: object) -> Values:
    number = number_of(value)
    return (f"{number:.6f}",) if number is not None and 0 < number < 200 else ()


def _date(month: int | None, day: int | None) -> Callable[[Any, tuple[Any, ...]], Values]:
    def date(year: object, row: tuple[Any, ...]) -> Values:
        if not isinstance(year, int) or not 0 < year < 10000:
            return ()
        text = f"{year:04}"
        for at, most in ((month, 12), (day, 31)):
            part = row[at] if at is not None else 0
            if not isinstance(part, int) or not 0 < part <= most:
                break
            text += f"-{part:02}"
        return (text,)

    return date


def _rating(value: object) -> int:
    """What is called `rating`: a fraction, as the plugin mpdstats has it, or stars."""
    number = number_of(value) or 0
    if isinstance(value, str) and "." in value and number <= 1:
        return stars_of(number, 1)
    return stars_of(number, 5) if number <= 5 else stars_of(number, 10) if number <= 10 else stars_of(number, 100)
