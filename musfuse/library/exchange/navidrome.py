"""The database of Navidrome: what one of its people thinks of tracks, how often he played them, and his playlists. What
Navidrome knows of tags it has from the files, so it tells which track is meant, and nothing else.

Until 0.54 paths were absolute, also once 0.53 knew of a library; from 0.55 on they are from the root of one, of which
there may be several from 0.58 on. That is what the migrations in its source say, to the middle of 2026.
"""

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import islice

from musfuse.errors import ConfigError
from musfuse.library.exchange.foreign import (
    ForeignPlaylist,
    ForeignTrack,
    Values,
    count_of,
    number_of,
    stars_of,
)
from musfuse.store.foreign import ForeignDatabase

_TEXTS = {
    "title": "title", "artist": "artist", "album": "album", "album_artist": "albumartist",
    "mbz_track_id": "musicbrainz_trackid", "mbz_recording_id": "musicbrainz_trackid",
    "mbz_release_track_id": "musicbrainz_releasetrackid", "mbz_album_id": "musicbrainz_albumid",
}  # fmt: skip
_NUMBERS = {"track_number": "tracknumber", "disc_number": "discnumber"}
_ANNOTATION = ("user_id", "item_type", "play_count", "play_date", "rating", "starred", "starred_at")
_SONG = "media_file"
_TIME = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.\d+)?\s*(Z|[+-]\d\d:?\d\d)?", re.ASCII)
_ABSOLUTE = re.compile(r"/|\\\\|[A-Za-z]:[\\/]")
"""How those begin that were kept before a path was relative, also on Windows."""
_MOST_PEOPLE, _MOST_ENTRIES = 1000, 20_000


class Navidrome:
    """Over a database that was copied; `user` is whose opinions are wanted, '' where there is only one who has any.
    Raises ConfigError where it is none of Navidrome, or who is meant cannot be told."""

    name, tells_tags, tells_served, has_playlists = "Navidrome", False, False, True

    def __init__(self, database: ForeignDatabase, user: str = "") -> None:
        self._db = database
        self._there = database.columns(_SONG)
        if not {"id", "path"} <= self._there or not database.columns("annotation").issuperset(_ANNOTATION):
            raise ConfigError(
                f"{database.path}: no database of Navidrome; navidrome.db lies in the folder that DataFolder in its "
                "configuration names"
            )
        self._roots = self._all_roots()
        self._names = self._people()
        self._user = self._meant(user)
        database.make_fast("annotation", "item_id")

    def count(self) -> int:
        """How many tracks there are."""
        return self._db.count(_SONG)

    def tracks(self) -> Iterator[ForeignTrack]:
        """All tracks, in order of id."""
        names = [name for name in (*_TEXTS, *_NUMBERS, "duration", "library_id") if name in self._there]
        for row in self._db.rows(_SONG, ["id", "path", *names], ["id"]):
            yield self._track(row[0], row[1], dict(zip(names, row[2:], strict=True)))

    def playlists(self) -> Iterator[ForeignPlaylist]:
        """The playlists of the one who is meant, in order of name."""
        there = self._db.columns("playlist")
        owner = "owner_id" if "owner_id" in there else "owner"
        tracks = self._db.columns("playlist_tracks")
        if not {"id", "name", owner} <= there or not {"id", "playlist_id", "media_file_id"} <= tracks:
            return
        self._db.make_fast("playlist_tracks", "playlist_id")
        rules = "rules" if "rules" in there else "id"
        owners = {self._user, self._names.get(self._user, self._user)}
        for number, name, whose, rule in list(self._db.rows("playlist", ["id", "name", owner, rules], ["name"])):
            if isinstance(name, str) and whose in owners:
                ruled = rules == "rules" and rule not in (None, "", "null", "{}")
                yield ForeignPlaylist(name, self._entries(number), rule=ruled)

    def _entries(self, playlist: object) -> Sequence[str]:
        rows = self._db.rows("playlist_tracks", ["media_file_id"], ["id"], ("playlist_id", playlist))
        return [str(entry) for (entry,) in islice(rows, _MOST_ENTRIES)]

    def _track(self, number: object, path: object, facts: Mapping[str, object]) -> ForeignTrack:
        tags: dict[str, Values] = {
            field: (value,) for name, field in _TEXTS.items() if isinstance(value := facts.get(name), str) and value
        }
        for name, field in _NUMBERS.items():
            if count := count_of(facts.get(name)):
                tags[field] = (str(count),)
        place = path if isinstance(path, str) else ""
        root = self._roots.get(facts.get("library_id"), "")
        if root and place and not _ABSOLUTE.match(place):
            place = posixpath.join(root, place)
        plays, last, stars, starred = self._opinion(number)
        seconds = number_of(facts.get("duration"))
        return ForeignTrack(str(number), place, tags, seconds or None, stars, starred, plays, 0, last)

    def _opinion(self, track: object) -> tuple[int, int, int, int | None]:
        """Plays, when it was played last, stars, since when it is a favourite (None: it is not)."""
        for user, kind, plays, last, rating, starred, since in self._db.rows(
            "annotation", _ANNOTATION, where=("item_id", track)
        ):
            if user == self._user and kind == _SONG:
                stars = stars_of(number_of(rating) or 0, 5)
                return count_of(plays), _time(last), stars, _time(since) if starred in (1, "true") else None
        return 0, 0, 0, None

    def _all_roots(self) -> dict[object, str]:
        if not {"id", "path"} <= self._db.columns("library"):
            return {}
        rows = islice(self._db.rows("library", ["id", "path"]), _MOST_PEOPLE)
        return {number: path for number, path in rows if isinstance(path, str)}

    def _people(self) -> dict[str, str]:
        """The names of those who have accounts, by id."""
        if not {"id", "user_name"} <= self._db.columns("user"):
            return {}
        rows = islice(self._db.rows("user", ["id", "user_name"]), _MOST_PEOPLE)
        return {str(number): str(name) for number, name in rows}

    def _meant(self, user: str) -> str:
        """The id of the one who is meant."""
        names = self._names
        found = [number for number, name in names.items() if name.lower() == user.lower() or number == user]
        if user and not found:
            raise ConfigError(f"{self._db.path}: {user}: nobody of this name; there are {', '.join(names.values())}")
        if found:
            return found[0]
        if len(names) > 1:
            raise ConfigError(f"{self._db.path}: several people use it: {', '.join(names.values())}; --user says whose")
        return next(iter(names), "")


def _time(value: object) -> int:
    """A time as Go's drivers write it, in ns since 1970; 0 for none."""
    match = _TIME.match(value) if isinstance(value, str) else None
    if match is None:
        return 0
    zone = "+00:00" if match[3] in (None, "Z") else match[3]
    try:
        found = datetime.fromisoformat(f"{match[1]}T{match[2]}{zone}").astimezone(UTC)
        return max(0, int(found.timestamp()) * 1_000_000_000)
    except (ValueError, OverflowError):
        return 0
