"""What is told of accounts and devices, as all routes about them have it."""

import msgspec

from musfuse.errors import ForbiddenError
from musfuse.server.users import Caller, Device, Means, Role, User


class UserTold(msgspec.Struct, frozen=True):
    """An account. `sources` are the uids of the sources whose music it sees, null for all. Whose is the library's is
    its `owner`."""

    id: int
    name: str
    role: Role
    owner: bool
    sources: tuple[str, ...] | None
    created_ns: int


class DeviceTold(msgspec.Struct, frozen=True):
    """What lets one device in. Times are in ns since 1970; `expires_ns` is 0 for never. `current`: it is the one that
    asks."""

    id: int
    kind: Means
    name: str
    client: str
    address: str
    created_ns: int
    seen_ns: int
    expires_ns: int
    current: bool


class SecretTold(msgspec.Struct, frozen=True):
    """A device that is new, and its secret, which is told this once."""

    device: DeviceTold
    secret: str


def user_told(user: User) -> UserTold:
    """An account as JSON."""
    sources = None if user.sources is None else tuple(sorted(user.sources))
    return UserTold(user.id, user.name, user.role, user.owner, sources, user.created_ns)


def device_told(device: Device, current: Device | None = None) -> DeviceTold:
    """A device as JSON."""
    return DeviceTold(
        device.id, device.kind, device.name, device.client, device.address, device.created_ns, device.seen_ns,
        device.expires_ns, current is not None and current.id == device.id,
    )  # fmt: skip


def check_in_person(caller: Caller) -> None:
    """Raise ForbiddenError where a key asks: one that is stolen is not to make others, or to lock its user out."""
    if caller.means not in (Means.SESSION, Means.HEADER):
        raise ForbiddenError("an API key may not do this; sign in by a password")
