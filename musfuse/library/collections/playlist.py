"""A collection as a playlist that plays from where it lies on the drive."""

from collections.abc import Iterable
from io import StringIO

from musfuse.library.catalog.targets import Selected
from musfuse.library.exchange.columns import ExchangedTrack
from musfuse.library.exchange.playlists import write_m3u8


def as_m3u8(name: str, tracks: Iterable[Selected], up: str = "../") -> bytes:
    """M3U8 of the tracks that have a place on the drive, whose root is `up` from where the playlist lies."""
    out = StringIO()
    write_m3u8((_exchanged(track) for track in tracks if track.path), name, lambda one: up + one.virtual_path, out)
    return out.getvalue().encode("utf-8", "surrogateescape")


def failed(name: str, problem: str) -> bytes:
    """What stands in the place of one that cannot be made."""
    line = " ".join(problem.split())
    return f"#EXTM3U\n#PLAYLIST:{name}\n# {line}\n".encode("utf-8", "replace")


def _exchanged(track: Selected) -> ExchangedTrack:
    length = track.format.duration_ns
    milliseconds = None if length is None else round(length / 1e6)
    return ExchangedTrack(track.path, track.source, track.part, track.format.codec, milliseconds, track.tags)
