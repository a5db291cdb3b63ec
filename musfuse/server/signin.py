"""Who may come in: by a password, which makes a session, or by what a device was given."""

import hashlib
import hmac
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from musfuse.errors import NotSignedInError, StoreError, TooManyTriesError
from musfuse.server.devices import Devices
from musfuse.server.keys import MOST, PREFIXES
from musfuse.server.passwords import Passwords
from musfuse.server.ratelimits import Try, TryLimits, network
from musfuse.server.tables.users import UserTable
from musfuse.server.telling import Telling
from musfuse.server.users import Caller, Device, Means, User, name_key

WRONG = "the name or the password is wrong"
WORTHLESS = "this session or key is worth nothing, or not any more; sign in again"
_SEEN_NS = 5 * 60 * 10**9
"""How exactly is noted when a device was seen."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who signed in, and the text of the session, which nothing tells a second time."""

    caller: Caller
    secret: str


class SigningIn:
    """For any thread. Each method raises NotSignedInError where the credentials are worth nothing, without telling why,
    and TooManyTriesError where they were tried too often; StoreError."""

    def __init__(
        self,
        users: UserTable,
        devices: Devices,
        passwords: Passwords,
        telling: Telling,
        limits: TryLimits | None = None,
        now_ns: Callable[[], int] = time.time_ns,
    ) -> None:
        self._users, self._devices, self._passwords, self._telling = users, devices, passwords, telling
        self._limits, self._now_ns = limits or TryLimits(), now_ns

    def by_password(self, name: str, password: str, address: str, client: str = "", device: str = "") -> SignedIn:
        """Begin a session for a user: where from, by which program, on what its user calls the device."""
        user = self.check_password(name, password, address)
        made = self._devices.begin_session(user, device, client, address)
        self._telling.signed_in(user.name, Means.SESSION, address)
        return SignedIn(Caller(user, Means.SESSION, made.device), made.secret)

    def check_password(self, name: str, password: str, address: str) -> User:
        """The user who has this name and this password. What is looked up and computed for a name that nobody has is
        the same."""
        with self._tried("password", name, address) as tried:
            user = self._users.named(name)
            kept = self._users.password_of(user.id if user else 0)
            right = self._passwords.verify(kept, password)
            if user is None or not right:
                raise NotSignedInError(WRONG)
            tried.succeeded()
        if self._passwords.is_outdated(kept):
            self._users.set_password(user.id, self._passwords.hash(password))
        return user

    def by_secret(self, secret: str, address: str, client: str = "") -> Caller:
        """Whoever a session or an API key lets in, as a browser's cookie or a client shows it with each request."""
        device = self._devices.known(secret) if secret.startswith(_SHOWN) and len(secret) <= MOST else None
        user = self._users.of(device.user) if device is not None and device.kind is not Means.APP else None
        if device is None or user is None:
            self._telling.refused("key", address)
            raise NotSignedInError(WORTHLESS)
        return self._seen(user, device, address, client)

    def by_app_password(self, name: str, password: str, address: str, client: str = "") -> Caller:
        """Whoever shows an app password itself, as the Subsonic API's `p` does."""

        def fits(text: str) -> bool:
            return hmac.compare_digest(_bytes(text), _bytes(password))

        return self._by_app(name, fits, address, client)

    def by_token(self, name: str, token: str, salt: str, address: str, client: str = "") -> Caller:
        """Whoever shows a salted MD5 of an app password, as the Subsonic API's `t` and `s` do."""

        def fits(text: str) -> bool:
            made = hashlib.md5(_bytes(text + salt[:MOST]), usedforsecurity=False).hexdigest()
            return hmac.compare_digest(_bytes(made), _bytes(token.lower()))

        return self._by_app(name, fits, address, client)

    def vouched(self, name: str) -> Caller:
        """The user of a name that a trusted proxy vouches for."""
        user = self._users.named(name)
        if user is None:
            raise NotSignedInError(f"{name[:64]!a}: no user of this library; an admin can add one")
        return Caller(user, Means.HEADER)

    def _by_app(self, name: str, fits: Callable[[str], bool], address: str, client: str) -> Caller:
        """By the app password that fits. All of a user's are compared, and for a name that nobody has as many as one
        user may have."""
        with self._tried("app password", name, address) as tried:
            user = self._users.named(name)
            right = [number for number, text in self._devices.app_texts(user.id if user else 0) if fits(text)]
            device = self._devices.of(right[0]) if right else None
            if user is None or device is None:
                raise NotSignedInError(WRONG)
            tried.succeeded()
        return self._seen(user, device, address, client)

    @contextmanager
    def _tried(self, means: str, name: str, address: str) -> Iterator[Try]:
        try:
            user = self._users.named(name)
            known = self._devices.was_at(user.id if user else 0, network(address))
            tried = self._limits.begin(name_key(name[:200]), address, known)
        except TooManyTriesError:
            self._telling.delayed(means, address)
            raise
        try:
            yield tried
        except NotSignedInError:
            self._telling.refused(means, address)
            raise

    def _seen(self, user: User, device: Device, address: str, client: str) -> Caller:
        """Note now and then that a device was here. Whoever has a right to come in does so on a full disk, too."""
        where, now = network(address), self._now_ns()
        if where != device.address or not 0 <= now - device.seen_ns < _SEEN_NS:
            with suppress(StoreError):
                self._devices.seen(device, client, where)
        return Caller(user, device.kind, device)


_SHOWN = tuple(prefix for kind, prefix in PREFIXES.items() if kind is not Means.APP)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
