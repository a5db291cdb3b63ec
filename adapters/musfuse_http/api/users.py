"""Accounts, for who administers them, and for everybody his own."""

from typing import Annotated, Any

import msgspec
from msgspec import UNSET, UnsetType

from musfuse.server.users import Means, Role, User
from musfuse_http.api.accounts import (
    DeviceTold,
    SecretTold,
    UserTold,
    check_in_person,
    device_told,
    user_told,
)
from musfuse_http.api.route import Call

Uid = Annotated[str, msgspec.Meta(max_length=200)]


class NewUser(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An account that is to be. Without a password nobody signs in by one."""

    name: str
    password: str = ""
    role: Role = Role.USER
    sources: Annotated[tuple[Uid, ...], msgspec.Meta(max_length=1000)] | None = None


class UserChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What of an account is to be another: what is left out stays."""

    name: str | UnsetType = UNSET
    role: Role | UnsetType = UNSET
    sources: Annotated[tuple[Uid, ...], msgspec.Meta(max_length=1000)] | UnsetType | None = UNSET


class NewPassword(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Another password. `current` is the one before, which everybody has to know of his own account; `revoke_all`: API
    keys and app passwords are worth nothing any more, as sessions are."""

    password: str
    current: str = ""
    revoke_all: bool = False


class NewDevice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a device is called; a key for it is good until `expires_ns` (ns since 1970), 0 for good."""

    name: str
    expires_ns: Annotated[int, msgspec.Meta(ge=0, le=(1 << 63) - 1)] = 0


class UsersTold(msgspec.Struct, frozen=True):
    """Accounts in order of name."""

    users: tuple[UserTold, ...]


class DevicesTold(msgspec.Struct, frozen=True):
    """Devices, those first that were seen last."""

    devices: tuple[DeviceTold, ...]


class PreferencesTold(msgspec.Struct, frozen=True):
    """What programs keep for a user: JSON by key."""

    preferences: dict[str, Any]


class Preference(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A JSON value; null forgets what was kept."""

    value: Any


def everybody(call: Call[None, None]) -> UsersTold:
    """All accounts."""
    return UsersTold(tuple(map(user_told, call.context.server.accounts.all())))


def add(call: Call[None, NewUser]) -> UserTold:
    """Make an account."""
    wanted, by = call.body, call.caller.user.name
    check_in_person(call.caller)
    return user_told(
        call.context.server.accounts.add(wanted.name, wanted.password, wanted.role, wanted.sources, by)
    )  # fmt: skip


def show(call: Call[None, None]) -> UserTold:
    """An account: one's own, for an administrator any."""
    return user_told(_whose(call))


def change(call: Call[None, UserChange]) -> UserTold:
    """Change an account."""
    accounts, by = call.context.server.accounts, call.caller.user.name
    check_in_person(call.caller)
    user, wanted = _whose(call), call.body
    if wanted.name is not UNSET:
        user = accounts.rename(user, wanted.name, by)
    if wanted.role is not UNSET:
        user = accounts.set_role(user, wanted.role, by)
    if wanted.sources is not UNSET:
        user = accounts.set_sources(user, wanted.sources, by)
    return user_told(user)


def remove(call: Call[None, None]) -> None:
    """Forget an account, with all that is its own."""
    check_in_person(call.caller)
    call.context.server.accounts.remove(_whose(call), call.caller.user.name)


def set_password(call: Call[None, NewPassword]) -> None:
    """Set a password, which ends all other sessions."""
    check_in_person(call.caller)
    user, caller, wanted = _whose(call), call.caller, call.body
    mine = user.id == caller.user.id
    if mine and caller.means is Means.SESSION:
        call.context.server.signing_in.check_password(user.name, wanted.current, call.asked.address)
    keep = caller.device.id if mine and caller.device is not None else 0
    call.context.server.accounts.set_password(
        user, wanted.password, caller.user.name, keep, revoke_all=wanted.revoke_all
    )  # fmt: skip


def devices(call: Call[None, None]) -> DevicesTold:
    """What lets a user's devices in."""
    found = call.context.server.devices.all(_whose(call))
    return DevicesTold(tuple(device_told(device, call.caller.device) for device in found))


def revoke(call: Call[None, None]) -> None:
    """Let a device in no more."""
    call.context.server.devices.revoke(call.number("device"), _whose(call), call.caller.user)


def make_key(call: Call[None, NewDevice]) -> SecretTold:
    """Make an API key for a device of one's own."""
    user = _mine(call)
    made = call.context.server.devices.make_key(user, call.body.name, user.name, call.body.expires_ns)
    return SecretTold(device_told(made.device), made.secret)


def make_app_password(call: Call[None, NewDevice]) -> SecretTold:
    """Make an app password, for an old client of the Subsonic API that takes no keys."""
    user = _mine(call)
    made = call.context.server.devices.make_app_password(user, call.body.name, user.name)
    return SecretTold(device_told(made.device), made.secret)


def preferences(call: Call[None, None]) -> PreferencesTold:
    """What programs keep for who asks."""
    return PreferencesTold(call.context.server.accounts.preferences(call.caller.user))


def put_preference(call: Call[None, Preference]) -> None:
    """Keep a value for who asks."""
    call.context.server.accounts.put_preference(call.caller.user, call.path["key"], call.body.value)


def _whose(call: Call[Any, Any]) -> User:
    """The account in the path. Raises NotFoundError; ForbiddenError for another's, which only administrators may
    see."""
    number = call.number("id")
    call.caller.user.check_is(number)
    return call.context.server.accounts.of(number)


def _mine(call: Call[Any, Any]) -> User:
    """The account of who asks, and is there in person."""
    check_in_person(call.caller)
    return call.caller.user
