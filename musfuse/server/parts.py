"""All parts of what a library knows of those who reach it over a network."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from musfuse.server.accounts import Accounts
from musfuse.server.apppasswords import AppPasswords
from musfuse.server.devices import Devices
from musfuse.server.options import AccountOptions, SubsonicOptions
from musfuse.server.passwords import Passwords
from musfuse.server.ratelimits import TryLimits
from musfuse.server.setup import FirstSetup
from musfuse.server.signin import SigningIn
from musfuse.server.tables.database import ServerDatabase
from musfuse.server.tables.devices import DeviceTable
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


def build_server(
    database: ServerDatabase,
    app_passwords: Path,
    options: tuple[AccountOptions, SubsonicOptions],
    telling: Telling,
    passwords: Passwords | None = None,
    now_ns: Callable[[], int] = time.time_ns,
) -> Server:
    """Put the parts together over server.db and the file of app passwords."""
    accounting, subsonic = options
    users, limits, hashing = UserTable(database), TryLimits(), passwords or Passwords()
    texts = AppPasswords(app_passwords)
    devices = Devices(DeviceTable(database), texts, telling, accounting, subsonic.legacy_auth, now_ns)
    accounts = Accounts(users, devices, hashing, telling, now_ns)
    return Server(
        database, accounts, devices, SigningIn(users, devices, hashing, telling, limits, now_ns),
        FirstSetup(users, accounts, limits, now_ns),
    )  # fmt: skip
