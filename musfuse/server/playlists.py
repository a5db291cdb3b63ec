"""Playlists of all users: those of the library's owner are the library's, in user.db and on the drive; those of others
lie in server.db. Each may be shared: then other users see it, and only its user, or an admin, changes it."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from musfuse.errors import ConfigError, NotFoundError
from musfuse.library.names import name_key
from musfuse.library.userdb.playlists import KeptPlaylist
from musfuse.library.userdb.playlists import PlaylistTable as LibraryTable
from musfuse.server.tables.playlists import PlaylistRow, PlaylistTable, Said
from musfuse.server.tables.users import UserTable
from musfuse.server.users import User

MOST_PLAYLISTS, MOST_TRACKS, MAX_NAME, MAX_COMMENT = 1_000, 10_000, 200, 1_000
_OWNERS, _USERS = "library-", "user-"


@dataclass(frozen=True, slots=True)
class Playlist:
    """A playlist: `id` is never that of another one; `user` is whose it is. Times are in ns since 1970."""

    id: str
    user: User
    name: str
    comment: str
    shared: bool
    length: int
    created_ns: int
    changed_ns: int


@dataclass(frozen=True, slots=True)
class LibraryPlaylists:
    """The owner's playlists. `checked_name` gives a name as it is kept, and raises ConfigError for one that is taken or
    that no folder can have; `paths` tells where tracks are on the drive, `changed` is called after a change."""

    table: LibraryTable
    checked_name: Callable[[str], str]
    paths: Callable[[Sequence[int]], dict[int, str]]
    changed: Callable[[], object] = lambda: None


class _Kept(Protocol):
    """Where playlists of some users are kept, by number."""

    def make(self, user: User, name: str) -> int: ...
    def describe(self, playlist: Playlist, number: int, name: str) -> None: ...
    def tracks(self, number: int) -> Iterator[int]: ...
    def fill(self, number: int, tracks: Sequence[int]) -> None: ...
    def remove(self, number: int) -> None: ...


class Playlists:
    """Of all users of a library. For any thread; raises StoreError. Whoever asks is `by`: he sees his own and those
    that are shared, an admin no others; NotFoundError is raised for all that he does not see, ForbiddenError for what
    he sees and may not change."""

    def __init__(
        self,
        table: PlaylistTable,
        users: UserTable,
        library: LibraryPlaylists,
        now_ns: Callable[[], int] = time.time_ns,
    ) -> None:
        self._table, self._users, self._library, self._now_ns = table, users, library, now_ns
        self._lock = threading.Lock()

    def all(self, by: User) -> list[Playlist]:
        """Those that a user sees, his own first, each group in order of name."""
        users = {user.id: user for user in self._users.all()}
        owner = next((user for user in users.values() if user.owner), None)
        found = [self._of_row(row, users[row.user]) for row in self._table.seen_by(by.id) if row.user in users]
        if owner is not None:
            said = self._table.said()
            kept = (self._of_kept(one, owner, said) for one in self._library.table.all())
            found += [one for one in kept if one.shared or owner.id == by.id]
        return sorted(found, key=lambda one: (one.user.id != by.id, name_key(one.name), one.id))

    def get(self, playlist: str, by: User) -> Playlist:
        """One by its id."""
        found = self._found(playlist)
        if found is None or not (found.user.id == by.id or found.shared):
            raise NotFoundError(f"{playlist[:50]}: no playlist that {by.name} sees")
        return found

    def tracks(self, playlist: str, by: User) -> Iterator[int]:
        """The public ids of its tracks in order, those that are gone as well; read in pages."""
        self.get(playlist, by)
        kept, number = self._kept(playlist)
        return kept.tracks(number)

    def make(self, by: User, name: str, tracks: Sequence[int] = ()) -> Playlist:
        """Make one. Raises ConfigError for a name that can be none, and where that is too much."""
        self._check_length(len(tracks))
        if by.owner:
            kept: _Kept = _Owners(self._library, self._table)
            number, prefix = kept.make(by, self._library.checked_name(name)), _OWNERS
        else:
            if self._table.count(by.id) >= MOST_PLAYLISTS:
                raise ConfigError(f"{by.name}: has {MOST_PLAYLISTS} playlists, the most there may be")
            kept = _Others(self._table, self._now_ns)
            number, prefix = kept.make(by, _checked_name(name)), _USERS
        if tracks:
            kept.fill(number, tracks)
        return self.get(f"{prefix}{number}", by)

    def describe(
        self, playlist: str, by: User, *, name: str | None = None, comment: str | None = None,
        shared: bool | None = None,
    ) -> Playlist:  # fmt: skip
        """Give one another name or comment, or share it, or not any more; None leaves it. Raises ConfigError."""
        found = self._own(playlist, by)
        if comment is not None and len(comment) > MAX_COMMENT:
            raise ConfigError(f"a comment has {MAX_COMMENT} characters at most")
        wanted = found.name
        if name is not None and name != found.name:
            check = self._library.checked_name if found.user.owner else _checked_name
            wanted = check(name)
        changed = replace(
            found, comment=found.comment if comment is None else comment,
            shared=found.shared if shared is None else shared,
        )  # fmt: skip
        kept, number = self._kept(playlist)
        kept.describe(changed, number, wanted)
        return self._found(playlist) or found

    def fill(self, playlist: str, by: User, tracks: Sequence[int]) -> Playlist:
        """Have one have these tracks, and no others. Raises ConfigError where these are too many."""
        found = self._own(playlist, by)
        self._check_length(len(tracks))
        kept, number = self._kept(playlist)
        kept.fill(number, tracks)
        return self._found(playlist) or found

    def change(self, playlist: str, by: User, add: Sequence[int] = (), take_out: Sequence[int] = ()) -> Playlist:
        """Take out tracks by their places, from 0, as they are before; then add some at the end. Raises ConfigError for
        a place that there is not, and where they would be too many."""
        found = self._own(playlist, by)
        kept, number = self._kept(playlist)
        with self._lock:  # of two who change it at once, neither undoes what the other did
            tracks = list(kept.tracks(number))
            wrong = next((place for place in take_out if not 0 <= place < len(tracks)), None)
            if wrong is not None:
                raise ConfigError(f"{wrong}: no place in {found.name}, which has {len(tracks)} tracks")
            gone = set(take_out)
            left = [track for place, track in enumerate(tracks) if place not in gone]
            self._check_length(len(left) + len(add))
            kept.fill(number, [*left, *add])
        return self._found(playlist) or found

    def remove(self, playlist: str, by: User) -> None:
        """Forget one."""
        self._own(playlist, by)
        kept, number = self._kept(playlist)
        kept.remove(number)

    def _own(self, playlist: str, by: User) -> Playlist:
        """One that a user may change: his own, and of those that are shared an admin all."""
        found = self.get(playlist, by)
        if found.user.id != by.id:
            by.check_admin()
        return found

    def _found(self, playlist: str) -> Playlist | None:
        try:
            kept, number = self._kept(playlist)
        except NotFoundError:
            return None
        if isinstance(kept, _Owners):
            owner = next((user for user in self._users.all() if user.owner), None)
            one = next((one for one in self._library.table.all() if one.id == number), None)
            return self._of_kept(one, owner, self._table.said()) if one is not None and owner is not None else None
        row = self._table.of(number)
        user = self._users.of(row.user) if row is not None else None
        return self._of_row(row, user) if row is not None and user is not None else None

    def _kept(self, playlist: str) -> "tuple[_Kept, int]":
        for prefix in (_OWNERS, _USERS):
            number = playlist.removeprefix(prefix)
            if number != playlist and number.isascii() and number.isdecimal() and len(number) < 19:
                kept = _Owners(self._library, self._table) if prefix == _OWNERS else _Others(self._table, self._now_ns)
                return kept, int(number)
        raise NotFoundError(f"{playlist[:50]}: no such playlist")

    def _of_row(self, row: PlaylistRow, user: User) -> Playlist:
        length = self._table.length(row.id)
        return Playlist(
            f"{_USERS}{row.id}", user, row.name, row.comment, row.shared, length, row.created_ns, row.changed_ns
        )

    def _of_kept(self, kept: KeptPlaylist, owner: User, said: dict[int, tuple[int, Said]]) -> Playlist:
        created, what = said.get(kept.id, (kept.created_ns, Said()))
        if created != kept.created_ns:  # of another one, which had this number before a user.db was brought back
            what = Said()
        length = self._library.table.count(kept.id)
        return Playlist(
            f"{_OWNERS}{kept.id}", owner, kept.name, what.comment, what.shared, length, kept.created_ns, kept.changed_ns
        )

    def _check_length(self, count: int) -> None:
        if count > MOST_TRACKS:
            raise ConfigError(f"that would be more than {MOST_TRACKS} tracks, which a playlist has at most")


@dataclass(frozen=True, slots=True)
class _Owners:
    """Those of the library's owner."""

    library: LibraryPlaylists
    said: PlaylistTable

    def make(self, user: User, name: str) -> int:
        del user
        made = self.library.table.add(name, name_key(name))
        self.library.changed()
        return made.id

    def describe(self, playlist: Playlist, number: int, name: str) -> None:
        self.said.say(number, playlist.created_ns, Said(playlist.comment, playlist.shared))
        if name != playlist.name:
            self.library.table.rename(number, name, name_key(name))
            self.library.changed()

    def tracks(self, number: int) -> Iterator[int]:
        return (entry.id for entry in self.library.table.entries(number))

    def fill(self, number: int, tracks: Sequence[int]) -> None:
        were = {entry.id: entry.path for entry in self.library.table.entries(number)}
        paths = {**were, **self.library.paths(list(dict.fromkeys(tracks)))}
        self.library.table.fill(number, [(track, paths.get(track, "")) for track in tracks])
        self.library.changed()

    def remove(self, number: int) -> None:
        self.library.table.remove(number)
        self.said.unsay(number)
        self.library.changed()


@dataclass(frozen=True, slots=True)
class _Others:
    """Those of other users."""

    table: PlaylistTable
    now_ns: Callable[[], int]

    def make(self, user: User, name: str) -> int:
        return self.table.add(user.id, name, self.now_ns())

    def describe(self, playlist: Playlist, number: int, name: str) -> None:
        self.table.describe(number, (name, playlist.comment, playlist.shared), self.now_ns())

    def tracks(self, number: int) -> Iterator[int]:
        return self.table.tracks(number)

    def fill(self, number: int, tracks: Sequence[int]) -> None:
        self.table.fill(number, tracks, self.now_ns())

    def remove(self, number: int) -> None:
        self.table.remove(number)


def _checked_name(name: str) -> str:
    kept = name.strip()
    if not 1 <= len(kept) <= MAX_NAME or not kept.isprintable():
        raise ConfigError(f"a name of a playlist has 1 to {MAX_NAME} characters, all of which can be seen")
    return kept
