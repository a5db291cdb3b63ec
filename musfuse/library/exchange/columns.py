"""Tracks as rows that other programs know: the columns of an export, by their names there."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from musfuse.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Thought:
    """What somebody thinks of a track: stars, 0 for none; since when it is a favourite, None where it is none; how
    often, when first and when last it was played. Times are ns since 1970, 0 where they are not known."""

    stars: int = 0
    starred_ns: int | None = None
    plays: int = 0
    first_ns: int = 0
    last_ns: int = 0


@dataclass(frozen=True, slots=True)
class ExchangedTrack:
    """A track as it is given away. `virtual_path` is that on the drive ('' for none), `real_path` that of its original
    as people write it, a path or a URI; `part` of that, 0 for all of it."""

    virtual_path: str
    real_path: str
    part: int
    format: str
    duration_ms: int | None
    tags: Mapping[str, Sequence[str]]
    thought: Thought = Thought()

    def text(self, name: str) -> str:
        """The values of a field, with semicolons between them; '' for none."""
        values = self.tags.get(name)
        return "; ".join(values) if values else ""

    def number(self, name: str) -> int | None:
        """The number that a field begins with, as `3` of `3/12`; None for none."""
        found = _NUMBER.match(next(iter(self.tags.get(name, ())), ""))
        return int(found[1]) if found else None


Cell = str | int | None
_NUMBER = re.compile(r"\s*(\d{1,9})(?!\d)", re.ASCII)
_FOUR = re.compile(r"\d{4}", re.ASCII)
_LONGEST_TIME = 60
_TIME = re.compile(r"([0-9T :-]+?)(?:\.(\d+))?(Z|[+-]\d\d:?\d\d)?", re.ASCII)
_LAST_NS = 1 << 62
_BEGIN = datetime(1970, 1, 1, tzinfo=UTC)
COLUMNS: Mapping[str, Callable[[ExchangedTrack], Cell]] = {
    "virtual_path": lambda track: track.virtual_path,
    "real_path": lambda track: track.real_path,
    "title": lambda track: track.text("title"),
    "artist": lambda track: track.text("artist"),
    "album": lambda track: track.text("album"),
    "album_artist": lambda track: track.text("albumartist"),
    "genre": lambda track: track.text("genre"),
    "year": lambda track: _year(track),
    "track": lambda track: track.number("tracknumber"),
    "disc": lambda track: track.number("discnumber"),
    "duration_ms": lambda track: track.duration_ms,
    "format": lambda track: track.format,
    "musicbrainz_id": lambda track: next(iter(track.tags.get("musicbrainz_trackid", ())), ""),
}
"""Those that are written where nobody names others, in order."""
THOUGHTS: Mapping[str, Callable[[ExchangedTrack], Cell]] = {
    "rating": lambda track: track.thought.stars or None,
    "starred": lambda track: written_time(track.thought.starred_ns),
    "plays": lambda track: track.thought.plays,
    "first_played": lambda track: written_time(track.thought.first_ns or None),
    "last_played": lambda track: written_time(track.thought.last_ns or None),
}
"""What somebody thinks of a track, and how often he played it."""
OPINIONS = (
    "virtual_path", "real_path", "part", "title", "artist", "album", "duration_ms", "musicbrainz_id", *THOUGHTS,
)  # fmt: skip
"""Those that are written of what somebody thinks of tracks: what they are known by, and that."""
_OTHERS: Mapping[str, Callable[[ExchangedTrack], Cell]] = {"part": lambda track: track.part, **THOUGHTS}


def cells(names: Sequence[str]) -> list[tuple[str, Callable[[ExchangedTrack], Cell]]]:
    """Columns by name, how each is read: those of COLUMNS and THOUGHTS, `part`, and any field of tags. Raises
    ConfigError for a name that can be none."""
    found = []
    for name in names:
        if name in COLUMNS:
            found.append((name, COLUMNS[name]))
        elif name in _OTHERS:
            found.append((name, _OTHERS[name]))
        elif re.fullmatch(r"[a-z0-9_ -]{1,60}", name):
            found.append((name, _field(name)))
        else:
            raise ConfigError(
                f"{name!r}: no column; there are {', '.join((*COLUMNS, *_OTHERS))}, and the fields of tags"
            )
    return found


def fields_of(names: Sequence[str]) -> tuple[str, ...]:
    """Those columns that are fields of tags, which need not be on any track."""
    return tuple(name for name in names if name not in COLUMNS and name not in _OTHERS)


def _field(name: str) -> Callable[[ExchangedTrack], Cell]:
    return lambda track: track.text(name)


def _year(track: ExchangedTrack) -> int | None:
    found = _FOUR.search(track.text("date"))
    return int(found.group()) if found else None


def written_time(ns: int | None) -> str | None:
    """A time, in ns since 1970, as ISO 8601 in UTC, to the ns where it is not a whole second; None for none, and for
    what no calendar has."""
    if ns is None:
        return None
    seconds, rest = divmod(ns, 10**9)
    try:
        text = datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    except (ValueError, OverflowError, OSError):
        return None
    return f"{text}.{rest:09}Z" if rest else f"{text}Z"


def read_time(text: str) -> int:
    """The ns since 1970 of a time that `written_time` wrote, or of another of ISO 8601, which is in UTC where it does
    not say otherwise; 0 for what is none, and for what no database takes."""
    found = _TIME.fullmatch(text.strip()) if len(text) < _LONGEST_TIME else None
    if found is None:
        return 0
    try:
        moment = datetime.fromisoformat(found[1] + (found[3] or ""))
    except ValueError:
        return 0
    since = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - _BEGIN
    ns = (since.days * 86_400 + since.seconds) * 10**9 + int((found[2] or "").ljust(9, "0")[:9])
    return ns if 0 <= ns <= _LAST_NS else 0
