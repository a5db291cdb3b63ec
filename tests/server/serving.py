"""The server's parts over real files, with a clock that a test moves, and passwords that are hashed quickly."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from musfuse.errors import ConfigError
from musfuse.events import AccountChanged, Event
from musfuse.library.userdb import PlaylistTable, PlayTable, RatingTable, UserDatabase
from musfuse.metrics import Recorder
from musfuse.server.options import AccountOptions, SubsonicOptions
from musfuse.server.ownerstate import LibraryTables
from musfuse.server.parts import Owned, Server, build_server
from musfuse.server.passwords import Argon2Parameters, Passwords
from musfuse.server.playlists import LibraryPlaylists
from musfuse.server.tables.database import ServerDatabase
from musfuse.server.telling import Telling
from musfuse.server.users import User

DAY_NS = 24 * 3600 * 10**9
QUICK = Argon2Parameters(1, 8, 1)
PASSWORD = "correct horse battery"


@dataclass
class Desk:
    """A server whose time is `now_ns`; what was told is in `told`."""

    server: Server
    path: Path
    recorder: Recorder
    now_ns: int = 1_000 * DAY_NS
    told: list[Event] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)

    def owner(self) -> User:
        """The first user, made where there is none."""
        return self.server.accounts.owner() or self.server.accounts.add("Ada", PASSWORD)

    def user(self, name: str = "Bob") -> User:
        """Another user."""
        self.owner()
        return self.server.accounts.add(name, PASSWORD)

    def changes(self) -> list[tuple[str, str, str]]:
        """What was told of accounts."""
        return [(event.user, event.what, event.by) for event in self.told if isinstance(event, AccountChanged)]


@contextmanager
def opened(folder: Path, *, legacy: bool = True) -> Iterator[Desk]:
    """A desk over the files of a folder."""
    database, user = ServerDatabase(folder / "server.db"), UserDatabase(folder / "user.db")
    heard = list[str]()

    def paths(tracks: Sequence[int]) -> dict[int, str]:
        return {track: f"Artist/Album/{track}.flac" for track in tracks}

    def checked(name: str) -> str:
        if PlaylistTable(user).named(name.upper()) is not None:
            raise ConfigError("taken")
        return name

    try:
        told, recorder = list[Event](), Recorder()
        desk: Desk
        server = build_server(
            database, folder / "app-passwords.json", (AccountOptions(), SubsonicOptions(legacy)),
            Telling(told.append, recorder), Owned(
                LibraryTables(RatingTable(user), PlayTable(user), paths, lambda: heard.append("heard")),
                LibraryPlaylists(PlaylistTable(user), checked, paths, lambda: heard.append("lists")), 1000,
            ),
            Passwords(QUICK), lambda: desk.now_ns,
        )  # fmt: skip
        desk = Desk(server, folder, recorder, told=told, heard=heard)
        yield desk
    finally:
        database.close()
        user.close()
