"""Requests about playlists that somebody makes here. With `dry_run` a request tells what would change, and changes
nothing."""

from typing import ClassVar, TypeVar

from musfuse.service.port import Answer, Asked, Listing, Request

A = TypeVar("A")


class PlaylistTold(Answer, frozen=True):
    """A playlist: how many `tracks` it has, how many of these are `gone` for now; when it was made and changed last, in
    ns since 1970."""

    name: str
    tracks: int
    gone: int
    created_ns: int
    changed_ns: int


class PlaylistLine(Answer, frozen=True):
    """A track of a playlist by its `number`, from 1 on: its `path` on the drive, for one that is `gone` where it was
    when it was added, its original, and what it is called."""

    number: int
    id: int
    path: str
    gone: bool
    source: str
    artist: str
    title: str
    duration_ns: int | None


class PlaylistChanged(Answer, frozen=True):
    """What a change did: tracks that were added, or taken out, and how many the playlist has now; the first paths of
    those."""

    name: str
    added: int
    removed: int
    tracks: int
    paths: tuple[str, ...] = ()


class _Change(Request[A], frozen=True, kw_only=True):
    dry_run: bool = False

    @property
    def reads(self) -> bool:
        return self.dry_run


class ListPlaylists(Request[tuple[PlaylistTold, ...]], frozen=True):
    """The playlists in order of name."""

    METHOD: ClassVar[str] = "playlist.list"

    @property
    def reads(self) -> bool:
        return True


class ListPlaylistTracks(Listing[PlaylistLine], frozen=True):
    """The tracks of a playlist in order, those that are gone as well. Raises NotFoundError where there is none of the
    name."""

    METHOD: ClassVar[str] = "playlist.tracks"
    name: str


class CreatePlaylist(_Change[PlaylistChanged], frozen=True):
    """Make a playlist, of the tracks that the targets mean, if any. Raises ConfigError for a name that cannot be, or is
    given, and what AddToPlaylist raises."""

    METHOD: ClassVar[str] = "playlist.create"
    name: str
    targets: tuple[Asked, ...] = ()


class AddToPlaylist(_Change[PlaylistChanged], frozen=True):
    """Add the tracks that the targets mean, at the end, or so that the first of them has the number `at`. Raises
    NotFoundError, QueryError, ConfigError where the playlist would be too long."""

    METHOD: ClassVar[str] = "playlist.add"
    name: str
    targets: tuple[Asked, ...]
    at: int | None = None


class RemoveFromPlaylist(_Change[PlaylistChanged], frozen=True):
    """Take out tracks by their `numbers`, or all that the targets mean. Raises NotFoundError, QueryError, ConfigError
    for a number that there is not."""

    METHOD: ClassVar[str] = "playlist.remove"
    name: str
    numbers: tuple[int, ...] = ()
    targets: tuple[Asked, ...] = ()


class DeletePlaylist(_Change[PlaylistChanged], frozen=True):
    """Forget a playlist. Raises NotFoundError."""

    METHOD: ClassVar[str] = "playlist.delete"
    name: str
