"""The first set-up: how the first account comes to be, once, without a password that everybody knows."""

import hmac
import time
from collections.abc import Callable

from musfuse.errors import ConfigError, ForbiddenError, NotSignedInError
from musfuse.server.accounts import SET_UP, Accounts
from musfuse.server.keys import digest, new_secret
from musfuse.server.ratelimits import TryLimits
from musfuse.server.tables.users import UserTable
from musfuse.server.users import User


class FirstSetup:
    """Of one library. For any thread; raises StoreError."""

    def __init__(
        self,
        table: UserTable,
        accounts: Accounts,
        limits: TryLimits | None = None,
        now_ns: Callable[[], int] = time.time_ns,
    ) -> None:
        self._table, self._accounts, self._limits, self._now_ns = table, accounts, limits or TryLimits(), now_ns

    @property
    def is_open(self) -> bool:
        """Whether there is no account yet. Anybody may know that."""
        return self._table.is_empty()

    def begin(self) -> str:
        """Make the secret of this start, which is told this once; the one of the last start is worth nothing any more.
        '' where there is an account."""
        secret = new_secret()
        return secret if self._table.begin_setup(digest(secret), self._now_ns()) else ""

    def complete(self, name: str, password: str, secret: str, address: str, *, local: bool = False) -> User:
        """Make the first account. `local`: the request came from this machine itself, and no proxy handed it on; then
        it needs no secret. Raises ForbiddenError where there is an account already, NotSignedInError for a wrong
        secret, TooManyTriesError, ConfigError for a name or password that can be none."""
        self._check_open()
        if not local:
            tried = self._limits.begin("", address, known=False)
            if not hmac.compare_digest(self._table.setup_hash() or b"", digest(secret)):
                raise NotSignedInError("the secret of the set-up is wrong; the log of this start has the right one")
            tried.succeeded()
        if not password:
            raise ConfigError("the first account needs a password")
        return self._accounts.add(name, password, only_first=True)

    def _check_open(self) -> None:
        if not self.is_open:
            raise ForbiddenError(SET_UP)
