"""What a template can tell of a track: each field by its name, and what stands for one that is missing."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from musfuse.library.albums import VARIOUS_ARTISTS, album_folder
from musfuse.library.catalog.rows import join
from musfuse.media.tags.fields import BUILT_IN
from musfuse.model import AudioFormat, TagSet


@dataclass(frozen=True, slots=True)
class Subject:
    """What a template is rendered for. `extension` is the served one without its dot; `several_discs` tells whether the
    track's album is a set of more than one disc; `source` is the absolute path that `source_path` lies below;
    `various`: the track has no album artist, and its album is a compilation; `drive_path`: where it lies on the drive,
    which only lines about it can tell."""

    tags: TagSet
    format: AudioFormat
    source_path: str
    extension: str
    several_discs: bool
    source: str = ""
    various: bool = False
    drive_path: str = ""


Reader = Callable[[Subject], str | None]


def _number(text: str | None, width: int) -> str | None:
    """`3`, `03` or `3/12` as a zero-padded number; anything else as it is."""
    if not text:
        return None
    first = text.split("/")[0].strip()
    return str(int(first)).zfill(width) if first.isascii() and first.isdigit() and len(first) < 10 else first or None


def _year(subject: Subject) -> str | None:
    match = re.search(r"\d{4}", subject.tags.first("date") or "")
    return match.group() if match else None


def _tag(name: str) -> Reader:
    def read(subject: Subject) -> str | None:
        values = subject.tags.get(name)
        return ", ".join(values) if values else None

    return read


def _stem(subject: Subject) -> str | None:
    name = subject.source_path.rsplit("/", 1)[-1]
    return name.rsplit(".", 1)[0] or name


def _album_artist(subject: Subject) -> str | None:
    return VARIOUS_ARTISTS if subject.various else _tag("albumartist")(subject)


def _folder(subject: Subject) -> str | None:
    return _last_name(subject.source_path.rpartition("/")[0], subject)


def _last_name(folder: str, subject: Subject) -> str | None:
    """The name of a folder inside the source; the source's own name for its root."""
    return folder.rsplit("/", 1)[-1] or Path(subject.source).name or None


def _track_number(subject: Subject) -> str | None:
    return _number(subject.tags.first("tracknumber"), 2)


def _disc_number(subject: Subject) -> str | None:
    return _number(subject.tags.first("discnumber") or "1", 1) if subject.several_discs else None


def _or_none(number: int) -> str | None:
    return str(number) if number else None


FIELDS: Mapping[str, Reader] = {
    **{
        name: _tag(name)
        for name in (
            "title", "artist", "album", "genre", "date", "composer", "label", "catalognumber", "isrc",
            "conductor", "grouping", "media", "titlesort", "artistsort", "albumsort", "albumartistsort", "composersort",
            "discsubtitle", "originaldate", "language", "mood", "releasetype",
        )
    },
    "albumartist": _album_artist,
    "track": _track_number,
    "tracktotal": lambda s: _number(s.tags.first("tracktotal"), 2),
    "disc": _disc_number,
    "disctotal": lambda s: _number(s.tags.first("disctotal"), 1),
    "year": _year,
    "format": lambda s: s.extension.upper(),
    "codec": lambda s: s.format.codec,
    "bits": lambda s: _or_none(s.format.sample_bits),
    "rate": lambda s: _or_none(s.format.sample_rate),
    "channels": lambda s: _or_none(s.format.channels),
    "filename": _stem,
    "folder": _folder,
}  # fmt: skip
LINE_FIELDS: Mapping[str, Reader] = {
    **{name: _tag(name) for name in BUILT_IN},
    **FIELDS,
    "path": lambda s: s.drive_path or None,
    "source": lambda s: join(s.source, s.source_path),
}
"""What a line about a track can tell beside its path's fields: every tag, and where it lies."""
FALLBACKS: Mapping[str, Callable[[Subject], str]] = {
    "title": lambda s: _stem(s) or "Untitled",
    "artist": lambda _: "Unknown Artist",
    "albumartist": lambda _: "Unknown Artist",
    "album": lambda s: _last_name(album_folder(s.source_path), s) or "Unknown Album",
    "genre": lambda _: "Unknown Genre",
    "composer": lambda _: "Unknown Composer",
    "track": lambda _: "00",
    "disc": lambda _: "1",
    "year": lambda _: "0000",
}
