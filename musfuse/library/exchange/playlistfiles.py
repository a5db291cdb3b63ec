"""Playlists that lie in files somewhere: M3U, M3U8, PLS, XSPF. What they name is looked for as the tracks of any other
library are."""

import os
import posixpath
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from musfuse.errors import ConfigError, MusfuseError, plainly
from musfuse.library.exchange.foreign import ForeignPlaylist, ForeignTrack
from musfuse.library.exchange.mpd import STREAM
from musfuse.library.exchange.reading import LARGEST, is_playlist, is_stream, read_playlist
from musfuse.platform.regular import read_regular

_MOST_FILES, _MOST_ENTRIES, _DEEPEST = 5000, 200_000, 20


@dataclass(frozen=True, slots=True)
class _Read:
    name: str
    places: Sequence[str]
    odd: str = ""


class PlaylistFiles:
    """Over a file, or all below a folder. Raises ConfigError where there is no playlist, or there are too many."""

    name, tells_tags, tells_served, has_playlists = "playlists", False, False, True

    def __init__(self, path: Path) -> None:
        self._lists = [_read(file) for file in _found(path)]
        if not path.is_dir() and (odd := self._lists[0].odd):  # it is all that was asked for
            raise ConfigError(odd if odd.startswith(f"{path}:") else f"{path}: {odd}")
        if sum(len(one.places) for one in self._lists) > _MOST_ENTRIES:
            raise ConfigError(f"{path}: its playlists name more than {_MOST_ENTRIES:,} tracks; import fewer at once")

    def count(self) -> int:
        """0: nobody can tell before all are read."""
        return 0

    def tracks(self) -> Iterator[ForeignTrack]:
        """What they name, each once."""
        for place in dict.fromkeys(place for one in self._lists for place in one.places):
            yield ForeignTrack(place, place, {}, odd=STREAM if is_stream(place) else "")

    def playlists(self) -> Iterator[ForeignPlaylist]:
        """The playlists, in order of path."""
        return (ForeignPlaylist(one.name, one.places, odd=one.odd) for one in self._lists)


def _found(path: Path) -> list[Path]:
    """The playlists of a path, which need not be called so where it is a file."""
    if not path.is_dir():
        return [path]
    found, base = list[Path](), len(path.parts)
    for folder, folders, files in os.walk(path, onerror=_refuse):
        folders.sort()
        if len(Path(folder).parts) - base >= _DEEPEST:
            folders.clear()
        found += [Path(folder, file) for file in sorted(files) if is_playlist(file)]
        if len(found) > _MOST_FILES:
            raise ConfigError(f"{path}: more than {_MOST_FILES:,} playlists lie there; name a folder with fewer")
    if not found:
        raise ConfigError(f"{path}: no playlist lies there; name a folder, or a file: M3U, M3U8, PLS, XSPF")
    return found


def _refuse(error: OSError) -> None:
    raise ConfigError(f"{error.filename}: cannot be listed: {plainly(error)}") from error


def _read(file: Path) -> _Read:
    """A playlist; what is wrong with one file does not stop the others."""
    try:
        places = read_playlist(file.name, read_regular(file, LARGEST))
    except MusfuseError as error:
        return _Read(file.stem, (), str(error))
    folder = file.parent.as_posix()
    return _Read(file.stem, [_absolute(folder, place) for place in places])


def _absolute(folder: str, place: str) -> str:
    plain = place.replace("\\", "/") if "/" not in place else place
    if plain.startswith("/") or plain[1:3] == ":/" or is_stream(place):
        return plain
    return posixpath.normpath(posixpath.join(folder, plain))
