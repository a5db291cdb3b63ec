"""Accounts as they are made and changed. Whoever calls this has made sure that he may: `by` names who wants it, '' for
who administers this machine."""

import time
from collections.abc import Callable, Collection

import msgspec

from musfuse.errors import ConfigError, ExistsError, ForbiddenError, NotFoundError
from musfuse.server.devices import Devices
from musfuse.server.passwords import Passwords, check_password
from musfuse.server.tables.users import UserTable
from musfuse.server.telling import Telling
from musfuse.server.users import Role, User, checked_name

MOST_USERS = 1000
SET_UP = "this library is set up already; its admins add users"
MAX_KEY, MAX_VALUE, MAX_KEYS, MAX_ALL = 100, 64 << 10, 500, 1 << 20
"""Characters of a preference's key and of its JSON; how many a user has, and their characters together."""


class Accounts:
    """Of one library. For any thread; raises StoreError."""

    def __init__(
        self,
        table: UserTable,
        devices: Devices,
        passwords: Passwords,
        telling: Telling,
        now_ns: Callable[[], int] = time.time_ns,
    ) -> None:
        self._table, self._devices, self._passwords = table, devices, passwords
        self._telling, self._now_ns = telling, now_ns

    def all(self) -> list[User]:
        """All users in order of name."""
        return self._table.all()

    def is_empty(self) -> bool:
        """Whether there is no account yet."""
        return self._table.is_empty()

    def owner(self) -> User | None:
        """The user to whom the library's own stars, ratings, plays and playlists belong."""
        return next((user for user in self._table.all() if user.owner), None)

    def of(self, number: int) -> User:
        """The user with an id. Raises NotFoundError."""
        found = self._table.of(number)
        if found is None:
            raise NotFoundError(f"{number}: no such user")
        return found

    def named(self, name: str) -> User:
        """The user of a name, however that is written. Raises NotFoundError."""
        found = self._table.named(name)
        if found is None:
            raise NotFoundError(f"{name[:100]}: no such user; `musfuse user list` shows them")
        return found

    def add(
        self,
        name: str,
        password: str = "",
        role: Role = Role.USER,
        sources: Collection[str] | None = None,
        by: str = "",
        *,
        only_first: bool = False,
    ) -> User:
        """Make an account. The first one is an admin's and the library's owner's, whatever is asked for; `only_first`:
        any other is refused. Without a password nobody signs in by one: a proxy has to vouch, or a key be made. Raises
        ConfigError for a name or a password that can be none, ExistsError where the name is taken, ForbiddenError."""
        kept = self.check_new(name, password)
        hashed = self._passwords.hash(password) if password else ""
        with self._table.database.transaction():
            self.check_new(name, password)
            first = self._table.is_empty()
            if only_first and not first:
                raise ForbiddenError(SET_UP)
            made = self._table.add(
                kept, Role.ADMIN if first else role, hashed, None if first or role is Role.ADMIN else sources,
                self._now_ns(),
            )  # fmt: skip
        self._telling.changed(made.name, "added", by)
        return made

    def check_new(self, name: str, password: str = "") -> str:
        """The name as it will be kept. Raises what `add` raises."""
        kept = checked_name(name)
        if password:
            check_password(password, kept)
        self._check_free(kept)
        if len(self._table.all()) >= MOST_USERS:
            raise ConfigError(f"a library has {MOST_USERS} users at most; remove one first")
        return kept

    def rename(self, user: User, name: str, by: str = "") -> User:
        """Give a user another name. Raises ConfigError, ExistsError."""
        kept = checked_name(name)
        with self._table.database.transaction():
            self._check_free(kept, user.id)
            self._table.set_name(user.id, kept)
        self._telling.changed(kept, "renamed", by)
        return self.of(user.id)

    def set_password(self, user: User, password: str, by: str = "", keep: int = 0, *, revoke_all: bool = False) -> None:
        """Give a user another password, '' for none, which ends his sessions, but for the device `keep`; `revoke_all`:
        his API keys and app passwords are worth nothing any more, too. Raises ConfigError."""
        if password:
            check_password(password, user.name)
        hashed = self._passwords.hash(password) if password else ""
        with self._table.database.transaction():
            self._table.set_password(user.id, hashed, self._now_ns())
            self._devices.revoke_all(user, keep, everything=revoke_all)
        self._telling.changed(user.name, "password", by)

    def set_role(self, user: User, role: Role, by: str = "") -> User:
        """Give a user another role. Raises ConfigError for the library's owner, who is an admin."""
        if user.owner and role is not Role.ADMIN:
            raise ConfigError(f"{user.name}: is the library's owner, who is an admin")
        if self.of(user.id).role is not role:
            self._table.set_role(user.id, role)
            self._telling.changed(user.name, "role", by)
        return self.of(user.id)

    def set_sources(self, user: User, sources: Collection[str] | None, by: str = "") -> User:
        """Have a user see the music of these sources (uids) alone, None for all. Raises ConfigError for an admin, who
        sees everything."""
        if user.is_admin and sources is not None:
            raise ConfigError(
                f"{user.name}: an admin sees all sources; `musfuse user role {user.name} user` comes first"
            )
        self._table.set_sources(user.id, sources)
        self._telling.changed(user.name, "sources", by)
        return self.of(user.id)

    def remove(self, user: User, by: str = "") -> None:
        """Forget a user, with his devices and all that he starred, played and put in lists. Raises ConfigError for the
        library's owner."""
        self.check_removable(user)
        self._devices.revoke_all(user, everything=True)
        self._table.remove(user.id)
        self._telling.changed(user.name, "removed", by)

    def check_removable(self, user: User) -> None:
        """Raise what `remove` raises."""
        if user.owner:
            raise ConfigError(f"{user.name}: is the library's owner, and stays; others can be removed")

    def preferences(self, user: User) -> dict[str, object]:
        """What programs keep for a user: JSON values by key."""
        return {key: msgspec.json.decode(text) for key, text in self._table.preferences(user.id)}

    def put_preference(self, user: User, key: str, value: object) -> None:
        """Keep a JSON value for a user under a key; None forgets it. Raises ConfigError where that is too much."""
        if not 1 <= len(key) <= MAX_KEY or not key.isprintable():
            raise ConfigError(f"a key of a preference has 1 to {MAX_KEY} characters, all of which can be seen")
        text = None if value is None else msgspec.json.encode(value).decode()
        if text is not None and len(text) > MAX_VALUE:
            raise ConfigError(f"{key}: a preference has {MAX_VALUE:,} characters of JSON at most")
        with self._table.database.transaction():
            self._table.put_preference(user.id, key, text)
            count, size = self._table.preference_size(user.id)
            if count > MAX_KEYS or size > MAX_ALL:
                raise ConfigError(
                    f"{user.name}: {MAX_KEYS} preferences, with {MAX_ALL:,} characters together, are most; remove some"
                )

    def _check_free(self, name: str, but: int = 0) -> None:
        found = self._table.named(name)
        if found is not None and found.id != but:
            raise ExistsError(f"{found.name}: there is a user of this name already")
