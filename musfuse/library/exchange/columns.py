"""Tracks as rows that other programs know: the columns of an export, by their names there."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from musfuse.errors import ConfigError


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

    def text(self, name: str) -> str:
        """The values of a field, with semicolons between them; '' for none."""
        return "; ".join(self.tags.get(name, ()))

    def number(self, name: str) -> int | None:
        """The number that a field begins with, as `3` of `3/12`; None for none."""
        found = re.match(r"\s*(\d{1,9})(?!\d)", next(iter(self.tags.get(name, ())), ""), re.ASCII)
        return int(found[1]) if found else None


Cell = str | int | None
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


def cells(names: Sequence[str]) -> list[tuple[str, Callable[[ExchangedTrack], Cell]]]:
    """Columns by name, how each is read: those of COLUMNS, `part`, and any field of tags. Raises ConfigError for a name
    that can be none."""
    found = []
    for name in names:
        if name in COLUMNS:
            found.append((name, COLUMNS[name]))
        elif name == "part":
            found.append((name, lambda track: track.part))
        elif re.fullmatch(r"[a-z0-9_ -]{1,60}", name):
            found.append((name, _field(name)))
        else:
            raise ConfigError(f"{name!r}: no column; there are {', '.join(COLUMNS)}, part, and the fields of tags")
    return found


def _field(name: str) -> Callable[[ExchangedTrack], Cell]:
    return lambda track: track.text(name)


def _year(track: ExchangedTrack) -> int | None:
    found = re.search(r"\d{4}", track.text("date"), re.ASCII)
    return int(found.group()) if found else None
