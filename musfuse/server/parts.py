"""All parts of what a library knows of those who reach it over a network."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from musfuse.server.accounts import Accounts
from musfuse.server.apppasswords import AppPasswords
from musfuse.server.devices import Devices
from musfuse.server.nowplaying import NowPlaying
from musfuse.server.options import AccountOptions, SubsonicOptions
from musfuse.server.ownerstate import LibraryTables
from musfuse.server.passwords import Passwords
from musfuse.server.playlists import LibraryPlaylists, Playlists
from musfuse.server.playstates import PlayStates
from musfuse.server.ratelimits import TryLimits
from musfuse.server.setup import FirstSetup
from musfuse.server.shares import Shares
from musfuse.server.signin import SigningIn
from musfuse.server.tables.database import ServerDatabase
from musfuse.server.tables.devices import DeviceTable
from musfuse.server.tables.playlists import PlaylistTable
from musfuse.server.tables.shares import ShareTable
from musfuse.server.tables.users import UserTable
from musfuse.server.telling import Telling


@dataclass(frozen=True, slots=True)
class Server:
    """Of one library; `musfuse.server` says what is for what. Whoever made `database` closes it."""

    database: ServerDatabase
    accounts: Accounts
    devices: Devices
    signing_in: SigningIn
    setup: FirstSetup
    states: PlayStates
    playlists: Playlists
    shares: Shares
    now_playing: NowPlaying


@dataclass(frozen=True, slots=True)
class Owned:
    """What is the library's owner's, in user.db; of others `keep` plays are listed at most."""

    tables: LibraryTables
    playlists: LibraryPlaylists
    keep: int = 100_000


def build_server(
    database: ServerDatabase,
    app_passwords: Path,
    options: tuple[AccountOptions, SubsonicOptions],
    telling: Telling,
    library: Owned,
    passwords: Passwords | None = None,
    now_ns: Callable[[], int] = time.time_ns,
) -> Server:
    """Put the parts together over server.db, the file of app passwords, and what is the owner's in user.db."""
    accounting, subsonic = options
    users, limits, hashing = UserTable(database), TryLimits(), passwords or Passwords()
    texts = AppPasswords(app_passwords)
    devices = Devices(DeviceTable(database), texts, telling, accounting, subsonic.legacy_auth, now_ns)
    accounts = Accounts(users, devices, hashing, telling, now_ns)
    return Server(
        database, accounts, devices, SigningIn(users, devices, hashing, telling, limits, now_ns),
        FirstSetup(users, accounts, limits, now_ns), PlayStates(database, library.tables, library.keep, now_ns),
        Playlists(PlaylistTable(database), users, library.playlists, now_ns),
        Shares(ShareTable(database), users, now_ns), NowPlaying(),
    )  # fmt: skip
