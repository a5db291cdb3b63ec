"""Libraries of other programs by their kind: which there are, and how one is opened."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from musfuse.errors import ConfigError
from musfuse.library.exchange.foreign import ForeignLibrary


@dataclass(frozen=True, slots=True)
class Opening:
    """How a library is opened: `folder` is where copies may lie meanwhile; `user` whose of several people's."""

    path: Path
    folder: Path | None = None
    user: str = ""


@contextmanager
def _beets(opening: Opening) -> Iterator[ForeignLibrary]:
    from musfuse.library.exchange.beets import Beets
    from musfuse.store.foreign import foreign_database

    with foreign_database(opening.path, opening.folder) as database:
        yield Beets(database)


@contextmanager
def _itunes(opening: Opening) -> Iterator[ForeignLibrary]:
    from musfuse.library.exchange.itunes import SECTIONS, Itunes
    from musfuse.library.exchange.plist import PropertyList
    from musfuse.library.exchange.steady import SteadyFile

    with SteadyFile(opening.path) as file:
        yield Itunes(PropertyList(file, SECTIONS))


@contextmanager
def _navidrome(opening: Opening) -> Iterator[ForeignLibrary]:
    from musfuse.library.exchange.navidrome import Navidrome
    from musfuse.store.foreign import foreign_database

    with foreign_database(opening.path, opening.folder) as database:
        yield Navidrome(database, opening.user)


@contextmanager
def _mpd(opening: Opening) -> Iterator[ForeignLibrary]:
    from musfuse.library.exchange.mpd import Mpd
    from musfuse.store.foreign import foreign_database

    with foreign_database(opening.path, opening.folder) as database:
        yield Mpd(database)


@contextmanager
def _playlists(opening: Opening) -> Iterator[ForeignLibrary]:
    from musfuse.library.exchange.playlistfiles import PlaylistFiles

    yield PlaylistFiles(opening.path)


@contextmanager
def _musfuse(opening: Opening) -> Iterator[ForeignLibrary]:
    from musfuse.library.exchange.exported import Exported
    from musfuse.library.exchange.steady import SteadyFile

    with SteadyFile(opening.path) as file:
        yield Exported(file)


_KINDS: Mapping[str, Callable[[Opening], AbstractContextManager[ForeignLibrary]]] = {
    "beets": _beets,
    "itunes": _itunes,
    "navidrome": _navidrome,
    "mpd": _mpd,
    "playlists": _playlists,
    "musfuse": _musfuse,
}
KINDS = tuple(_KINDS)
"""The names of all kinds."""


def open_foreign(kind: str, opening: Opening) -> AbstractContextManager[ForeignLibrary]:
    """A library, for the block. Raises ConfigError where it cannot be read, or there is no such kind."""
    if kind not in _KINDS:
        raise ConfigError(f"{kind}: no kind of library that is known; there are {', '.join(KINDS)}")
    return _KINDS[kind](opening)
