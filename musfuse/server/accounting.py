"""Answers what is asked of accounts by who administers the machine."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from musfuse.server.accounts import Accounts
from musfuse.server.devices import Devices
from musfuse.server.users import Device, Role, User
from musfuse.service.handlers import Handlers
from musfuse.service.port import Asked, Service
from musfuse.service.requests.accounts import (
    AddUser,
    DeviceTold,
    KeyMade,
    ListDevices,
    ListUsers,
    MakeKey,
    RemoveUser,
    Revoked,
    RevokeDevice,
    SetPassword,
    SetRights,
    SetRole,
    UserTold,
)
from musfuse.service.requests.sources import ListSources, ShowSource


@dataclass(frozen=True, slots=True)
class Accounting:
    """`opened` gives accounts and devices, opened when something is asked of them; `sources` answers for sources."""

    opened: Callable[[], tuple[Accounts, Devices]]
    sources: Service

    def answer(self, handlers: Handlers) -> None:
        """Answer the requests."""
        handlers.on(ListUsers, lambda _: self.list())
        handlers.on(AddUser, self.add)
        handlers.on(SetPassword, self.set_password)
        handlers.on(SetRole, self.set_role)
        handlers.on(SetRights, self.set_rights)
        handlers.on(RemoveUser, self.remove)
        handlers.on(ListDevices, self.devices)
        handlers.on(MakeKey, self.make_key)
        handlers.on(RevokeDevice, self.revoke)

    def answer_reading(self, handlers: Handlers) -> None:
        """Answer those that change nothing."""
        handlers.on(ListUsers, lambda _: self.list())
        handlers.on(ListDevices, self.devices)

    def list(self) -> tuple[UserTold, ...]:
        """The users in order of name."""
        accounts, _ = self.opened()
        users = accounts.all()
        named = self._named() if any(user.sources for user in users) else {}
        return tuple(self._told(user, named) for user in users)

    def add(self, asked: AddUser) -> UserTold:
        """Make a user."""
        accounts, _ = self.opened()
        accounts.check_new(asked.name, asked.password)
        user = accounts.add(asked.name, asked.password, Role(asked.role), self._uids(asked.sources))
        return self._told(user, self._named())

    def set_password(self, asked: SetPassword) -> UserTold:
        """Give a user another password."""
        accounts, _ = self.opened()
        user = accounts.named(asked.name)
        accounts.set_password(user, asked.password, revoke_all=asked.revoke_all)
        return self._told(user, self._named())

    def set_role(self, asked: SetRole) -> UserTold:
        """Give a user another role."""
        accounts, _ = self.opened()
        return self._told(accounts.set_role(accounts.named(asked.name), Role(asked.role)), self._named())

    def set_rights(self, asked: SetRights) -> UserTold:
        """Have a user see some sources."""
        accounts, _ = self.opened()
        user = accounts.named(asked.name)
        return self._told(accounts.set_sources(user, self._uids(asked.sources)), self._named())

    def remove(self, asked: RemoveUser) -> UserTold:
        """Forget a user."""
        accounts, _ = self.opened()
        user = accounts.named(asked.name)
        accounts.check_removable(user)
        told = self._told(user, self._named())
        if not asked.dry_run:
            accounts.remove(user)
        return told

    def devices(self, asked: ListDevices) -> tuple[DeviceTold, ...]:
        """The devices that let a user in."""
        accounts, devices = self.opened()
        return tuple(map(_device, devices.all(accounts.named(asked.name))))

    def make_key(self, asked: MakeKey) -> KeyMade:
        """Make a key or an app password."""
        accounts, devices = self.opened()
        user = accounts.named(asked.name)
        if asked.app:
            made = devices.make_app_password(user, asked.device, "")
        else:
            made = devices.make_key(user, asked.device, "", asked.expires_ns)
        return KeyMade(_device(made.device), made.secret)

    def revoke(self, asked: RevokeDevice) -> Revoked:
        """Let a device in no more, or all."""
        accounts, devices = self.opened()
        user = accounts.named(asked.name)
        if asked.number:
            devices.revoke(asked.number, user)
            return Revoked(1)
        return Revoked(devices.revoke_all(user, everything=True))

    def _uids(self, sources: Sequence[Asked] | None) -> Sequence[str] | None:
        return None if sources is None else [self.sources.call(ShowSource(source)).id for source in sources]

    def _named(self) -> dict[str, str]:
        """What people call sources, by uid."""
        return {told.id: told.name or told.location for told in self.sources.call(ListSources())}

    def _told(self, user: User, named: dict[str, str]) -> UserTold:
        _, devices = self.opened()
        known = devices.all(user)
        seen_ns = max((device.seen_ns for device in known), default=0)
        shown = None if user.sources is None else tuple(sorted(named.get(uid, uid) for uid in user.sources))
        return UserTold(
            user.id, user.name, user.role.value, user.owner, shown, len(known), user.created_ns, seen_ns
        )  # fmt: skip


def _device(device: Device) -> DeviceTold:
    return DeviceTold(
        device.id, device.kind.value, device.name, device.client, device.address, device.created_ns, device.seen_ns,
        device.expires_ns,
    )  # fmt: skip
