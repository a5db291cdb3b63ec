"""What commands share that write tracks as a table or a playlist."""

import os
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from musfuse.library.exchange.columns import ExchangedTrack
    from musfuse.service.requests.library import FoundTrack

KINDS = ("csv", "json", "m3u8", "xspf", "jspf")
SUFFIXES = {f".{kind}": kind for kind in KINDS} | {".m3u": "m3u8"}


def writer(
    kind: str, columns: list[str], title: str, base: str | None
) -> "Callable[[Iterator[ExchangedTrack], TextIO], int]":
    """What writes tracks of a kind of file: a table of columns, or a playlist with a title, whose tracks are the
    originals, or, with `base`, files of the drive that is found there."""
    from musfuse.library.exchange import playlists, tables

    if kind in ("csv", "json"):
        table = tables.write_csv if kind == "csv" else tables.write_json
        return lambda tracks, file: table(tracks, columns, file)

    def place_of(track: "ExchangedTrack") -> str:
        return track.real_path if base is None else _below(base, track.virtual_path)

    writers = {"m3u8": playlists.write_m3u8, "xspf": playlists.write_xspf, "jspf": playlists.write_jspf}
    return lambda tracks, file: partial(writers[kind], title=title, place_of=place_of)(tracks, out=file)


def _below(base: str, path: str) -> str:
    """A file of the drive that is found at a place. A letter alone is its root: joined as it is, `M:` would be where a
    prompt is on that drive."""
    letter, rest = os.path.splitdrive(base)
    root = letter + os.sep if letter.endswith(":") and not rest else base
    return os.path.normpath(os.path.join(root, path))


def exchanged(row: "FoundTrack") -> "ExchangedTrack":
    """A track as it is written."""
    from musfuse.library.exchange.columns import ExchangedTrack, Thought

    duration, told = None if row.duration_ns is None else round(row.duration_ns / 1e6), row.opinion
    thought = Thought(told.stars, told.starred_ns, told.plays, told.first_ns, told.last_ns) if told else Thought()
    return ExchangedTrack(row.path, row.source, row.part, row.codec, duration, row.tags, thought)
