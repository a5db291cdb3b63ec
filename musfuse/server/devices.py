"""Devices that are let in: sessions begun, API keys and app passwords made, listed and revoked."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from musfuse.errors import ConfigError, NotFoundError
from musfuse.server.apppasswords import AppPasswords
from musfuse.server.keys import digest, new_secret
from musfuse.server.options import AccountOptions
from musfuse.server.tables.devices import DeviceTable
from musfuse.server.telling import Telling
from musfuse.server.users import Device, Means, User

MOST = {Means.SESSION: 50, Means.KEY: 50, Means.APP: 20}
"""Of each kind that a user has. A session more than that ends the one that was not used for the longest time."""
_DAY_NS = 24 * 3600 * 10**9
_MAX_TEXT = 100
_NOT_LEGACY = (
    "app passwords are off; `musfuse config set --save subsonic.legacy_auth true` turns them on with the next start;"
    " an API key is safer where the client takes one"
)


@dataclass(frozen=True, slots=True)
class Made:
    """A device, and the secret that lets it in, which nothing tells a second time."""

    device: Device
    secret: str


class Devices:
    """Of all users. `legacy`: app passwords are taken. For any thread; raises StoreError."""

    def __init__(
        self,
        table: DeviceTable,
        texts: AppPasswords,
        telling: Telling,
        options: AccountOptions,
        legacy: bool = False,
        now_ns: Callable[[], int] = time.time_ns,
    ) -> None:
        self._table, self._texts, self._telling, self._now_ns = table, texts, telling, now_ns
        self._idle_ns, self._session_ns = options.session_idle_days * _DAY_NS, options.session_days * _DAY_NS
        self.legacy = legacy

    def begin_session(self, user: User, name: str = "", client: str = "", address: str = "") -> Made:
        """A session of a user who signed in."""
        for device in self._table.all(user.id, Means.SESSION)[MOST[Means.SESSION] - 1 :]:
            self._table.remove(device.id)
        return self._made(user, Means.SESSION, (name, client, address), self._now_ns() + self._session_ns)

    def make_key(self, user: User, name: str, by: str, expires_ns: int = 0) -> Made:
        """An API key for a device, good until a time, 0 for good. Raises ConfigError."""
        self._check(user, Means.KEY, name, expires_ns)
        made = self._made(user, Means.KEY, (name, "", ""), expires_ns)
        self._telling.changed(user.name, "device_added", by)
        return made

    def make_app_password(self, user: User, name: str, by: str) -> Made:
        """An app password for an old client. Raises ConfigError, also where app passwords are off."""
        if not self.legacy:
            raise ConfigError(_NOT_LEGACY)
        self._check(user, Means.APP, name)
        secret = new_secret(Means.APP)
        self._texts.put(digest(secret), secret)  # first: a device whose password is lost would let nobody in
        made = self._made(user, Means.APP, (name, "", ""), 0, secret)
        self._telling.changed(user.name, "device_added", by)
        return made

    def known(self, secret: str) -> Device | None:
        """The device of a secret, as long as it is worth something."""
        found = self._table.by_hash(digest(secret))
        return found if found is not None and self.holds(found) else None

    def holds(self, device: Device) -> bool:
        """Whether a device is still let in."""
        now = self._now_ns()
        if device.expires_ns and now >= device.expires_ns:
            return False
        return device.kind is not Means.SESSION or now - device.seen_ns < self._idle_ns

    def app_texts(self, user: int) -> list[tuple[int, str]]:
        """The app passwords of a user, each with the number of its device: always as many as one may have, the rest
        with the number 0 and a text that nobody knows. Where they are off, none counts."""
        found = [(number, self._texts.text(bytes(hash_))) for number, hash_ in self._table.app_hashes(user)]
        texts = [(number, text) for number, text in found if text is not None] if self.legacy else []
        return texts + [(0, new_secret(Means.APP)) for _ in range(MOST[Means.APP] - len(texts))]

    def of(self, number: int) -> Device | None:
        """The device of a number."""
        return self._table.of(number)

    def all(self, user: User) -> list[Device]:
        """Those of a user that are let in, those first that were seen last."""
        return [device for device in self._table.all(user.id) if self.holds(device)]

    def seen(self, device: Device, client: str, address: str) -> None:
        """Note that a device was here."""
        self._table.seen(device.id, client[:_MAX_TEXT], address, self._now_ns())

    def was_at(self, user: int, address: str) -> bool:
        """Whether a device of a user was seen at an address last."""
        return self._table.was_at(user, address)

    def revoke(self, number: int, user: User, by: User | None = None) -> Device:
        """Let a device of a user in no more. `by`: who wants that, None for who administers this machine. Raises
        NotFoundError, ForbiddenError where it is another's."""
        if by is not None:
            by.check_is(user.id)
        device = self._table.of(number)
        if device is None or device.user != user.id:
            raise NotFoundError(f"{number}: no device of {user.name}; `musfuse user devices {user.name}` lists them")
        self._table.remove(number)
        self._forget_texts(device.kind)
        self._telling.changed(user.name, "device_revoked", by.name if by else "")
        return device

    def revoke_all(self, user: User, but: int = 0, *, everything: bool = False) -> int:
        """End all sessions of a user but for one; `everything`: API keys and app passwords, too. How many devices that
        were."""
        kinds = (Means.SESSION, Means.KEY, Means.APP) if everything else (Means.SESSION,)
        gone = self._table.remove_all(user.id, kinds, but)
        self._forget_texts(Means.APP if everything else Means.SESSION)
        return gone

    def sweep(self) -> int:
        """Drop what is worth nothing any more; how many devices that were."""
        gone = self._table.remove_dead(self._now_ns(), self._idle_ns)
        self._forget_texts(Means.APP)
        return gone

    def _check(self, user: User, kind: Means, name: str, expires_ns: int = 0) -> None:
        if not 1 <= len(name) <= _MAX_TEXT or not name.isprintable():
            raise ConfigError(f"a name of a device has 1 to {_MAX_TEXT} characters, all of which can be seen")
        if expires_ns and expires_ns <= self._now_ns():
            raise ConfigError("the time at which the key is to expire is past")
        if len(self._table.all(user.id, kind)) >= MOST[kind]:
            what = "API keys" if kind is Means.KEY else "app passwords"
            raise ConfigError(f"{user.name}: has {MOST[kind]} {what}, the most there may be; revoke one first")

    def _made(self, user: User, kind: Means, told: tuple[str, str, str], expires_ns: int, secret: str = "") -> Made:
        text = secret or new_secret(kind)
        name, client, address = told
        ends = self._now_ns(), expires_ns
        device = self._table.add(user.id, kind, _shown(name), _shown(client), address, digest(text), ends)
        return Made(device, text)

    def _forget_texts(self, kind: Means) -> None:
        if kind is Means.APP:
            self._texts.keep_only(self._table.all_app_hashes())


def _shown(text: str) -> str:
    """What a client says of itself, as it is kept: a bounded line."""
    return "".join(char if char.isprintable() else " " for char in text[:_MAX_TEXT]).strip()
