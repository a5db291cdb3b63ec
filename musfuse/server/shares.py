"""Shares: links by which anybody hears some music of a user, for a while."""

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from musfuse.errors import ConfigError, NotFoundError, StoreError
from musfuse.server.keys import MOST, digest, new_secret
from musfuse.server.playstate import Item
from musfuse.server.tables.shares import ShareRow, ShareTable
from musfuse.server.tables.users import UserTable
from musfuse.server.users import User

_LATEST_NS = (1 << 63) - 1
MOST_SHARES, MOST_ITEMS, MAX_DESCRIPTION = 500, 1_000, 1_000


@dataclass(frozen=True, slots=True)
class Share:
    """Some music of a user: whoever has the `secret`, which is a part of the link, hears it until `expires_ns`, as far
    as the user sees it himself. Times are in ns since 1970, 0 for never."""

    id: int
    user: User
    secret: str
    items: tuple[Item, ...]
    description: str
    created_ns: int
    expires_ns: int
    visited_ns: int
    visits: int


class Shares:
    """Of all users of a library. For any thread; raises StoreError."""

    def __init__(self, table: ShareTable, users: UserTable, now_ns: Callable[[], int] = time.time_ns) -> None:
        self._table, self._users, self._now_ns = table, users, now_ns

    def make(self, user: User, items: Sequence[Item], description: str = "", expires_ns: int = 0) -> Share:
        """Share music of a user. Raises ConfigError where that is too much, nothing, or over already."""
        if len(self._table.all(user.id)) >= MOST_SHARES:
            raise ConfigError(f"{user.name}: has {MOST_SHARES} shares, the most there may be; remove one first")
        if not 1 <= len(items) <= MOST_ITEMS:
            raise ConfigError(f"a share has 1 to {MOST_ITEMS} artists, albums or tracks")
        self._check(description, expires_ns)
        secret = new_secret()
        row = self._table.add(user.id, (secret, digest(secret)), description, expires_ns, self._now_ns())
        self._table.fill(row.id, items)
        return self._share(row, user)

    def all(self, user: User) -> list[Share]:
        """The shares of a user, as they were made, those that are over as well."""
        return [self._share(row, user) for row in self._table.all(user.id)]

    def change(self, number: int, by: User, description: str | None = None, expires_ns: int | None = None) -> Share:
        """Describe a share otherwise, or have it end at another time; None leaves it. Raises what `make` and `remove`
        raise."""
        row, user = self._own(number, by)
        self._check(description or "", expires_ns or 0)
        self._table.change(
            number, row.description if description is None else description,
            row.expires_ns if expires_ns is None else expires_ns,
        )  # fmt: skip
        return self._share(self._table.of(number) or row, user)

    def remove(self, number: int, by: User) -> None:
        """Have a link lead nowhere. Raises NotFoundError, also where it is another's, and `by` no admin."""
        self._own(number, by)
        self._table.remove(number)

    def visit(self, secret: str) -> Share:
        """What a link leads to; counts as a visit. Raises NotFoundError, whether it never led anywhere, or does not any
        more."""
        row = self._table.by_hash(digest(secret)) if len(secret) <= MOST else None
        user = self._users.of(row.user) if row is not None else None
        if row is None or user is None or (row.expires_ns and self._now_ns() >= row.expires_ns):
            raise NotFoundError("this link leads nowhere, or not any more; ask for another one")
        with suppress(StoreError):  # on a full disk it is heard all the same
            self._table.visited(row.id, self._now_ns())
        return self._share(row, user)

    def _own(self, number: int, by: User) -> tuple[ShareRow, User]:
        row = self._table.of(number)
        user = self._users.of(row.user) if row is not None else None
        if row is None or user is None or (user.id != by.id and not by.is_admin):
            raise NotFoundError(f"{number}: no share of {by.name}")
        return row, user

    def _check(self, description: str, expires_ns: int) -> None:
        if len(description) > MAX_DESCRIPTION:
            raise ConfigError(f"a description has {MAX_DESCRIPTION} characters at most")
        if expires_ns and expires_ns <= self._now_ns():
            raise ConfigError("the time at which the share is to expire is past")
        if expires_ns > _LATEST_NS:
            raise ConfigError(
                "the time at which the share is to expire is behind the year 2262; leave it out for never"
            )

    def _share(self, row: ShareRow, user: User) -> Share:
        return Share(
            row.id, user, row.secret, self._table.items(row.id), row.description, row.created_ns, row.expires_ns,
            row.visited_ns, row.visits,
        )  # fmt: skip
