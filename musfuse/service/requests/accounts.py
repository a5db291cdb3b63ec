"""Requests about accounts: who may reach a library over a network, and what each sees. They are for who administers the
machine; a face that others reach asks `musfuse.server` itself, in the name of a user."""

from typing import ClassVar, Literal, TypeVar

from musfuse.service.port import Answer, Asked, Request

A = TypeVar("A")
RoleName = Literal["admin", "user"]


class UserTold(Answer, frozen=True):
    """A user. `owner`: the library's own stars, plays and playlists are his. `sources` are those that he sees, None for
    all; `devices` how many are let in; `seen_ns` when one was here last, 0 for never."""

    id: int
    name: str
    role: RoleName
    owner: bool
    sources: tuple[str, ...] | None
    devices: int
    created_ns: int
    seen_ns: int


class DeviceTold(Answer, frozen=True):
    """What lets a device in: a session, an API key (`key`) or an app password (`app`); `address` is where it was seen
    last. Times are ns since 1970, 0 for never."""

    id: int
    kind: str
    name: str
    client: str
    address: str
    created_ns: int
    seen_ns: int
    expires_ns: int


class KeyMade(Answer, frozen=True):
    """A new key or app password, with its text, which nothing tells a second time."""

    device: DeviceTold
    secret: str

    def __repr__(self) -> str:
        return f"KeyMade({self.device!r})"


class Revoked(Answer, frozen=True):
    """How many devices are let in no more."""

    devices: int


class _Live(Request[A], frozen=True):
    @property
    def live(self) -> bool:
        """The owner of the library, where there is one, brings what is kept up to date."""
        return True


class _Secret(Request[A], frozen=True):
    """One whose password no rendering shows."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}(…)"


class ListUsers(_Live[tuple[UserTold, ...]], frozen=True):
    """The users in order of name."""

    METHOD: ClassVar[str] = "user.list"


class AddUser(_Secret[UserTold], frozen=True):
    """Make a user, who sees `sources`, None for all. The first one is the library's owner, an admin. Without a password
    nobody signs in by one. Raises ConfigError for a name or password that can be none, and for a source that there is
    not, ExistsError for a name that is taken."""

    METHOD: ClassVar[str] = "user.add"
    name: str
    password: str = ""
    role: RoleName = "user"
    sources: tuple[Asked, ...] | None = None


class SetPassword(_Secret[UserTold], frozen=True):
    """Give a user another password, '' for none, and end his sessions; `revoke_all`: his keys and app passwords are
    worth nothing any more, too. Raises NotFoundError, ConfigError."""

    METHOD: ClassVar[str] = "user.password"
    name: str
    password: str
    revoke_all: bool = False


class SetRole(Request[UserTold], frozen=True):
    """Give a user another role. Raises NotFoundError, ConfigError for the library's owner."""

    METHOD: ClassVar[str] = "user.role"
    name: str
    role: RoleName


class SetRights(Request[UserTold], frozen=True):
    """Have a user see the music of these sources alone, None for all. Raises NotFoundError, ConfigError for an
    admin."""

    METHOD: ClassVar[str] = "user.rights"
    name: str
    sources: tuple[Asked, ...] | None = None


class RemoveUser(Request[UserTold], frozen=True):
    """Forget a user, with all that is his; with `dry_run` tell only whom. Raises NotFoundError, ConfigError for the
    library's owner."""

    METHOD: ClassVar[str] = "user.remove"
    name: str
    dry_run: bool = False


class ListDevices(_Live[tuple[DeviceTold, ...]], frozen=True):
    """The devices that let a user in, those first that were seen last. Raises NotFoundError."""

    METHOD: ClassVar[str] = "user.devices"
    name: str


class MakeKey(Request[KeyMade], frozen=True):
    """Make an API key for a device of a user, good until a time (ns since 1970, 0: for good); `app`: an app password,
    for a client that takes no keys. Raises NotFoundError, ConfigError, also where app passwords are off."""

    METHOD: ClassVar[str] = "user.key"
    name: str
    device: str
    expires_ns: int = 0
    app: bool = False


class RevokeDevice(Request[Revoked], frozen=True):
    """Let a device of a user in no more, by its number; 0: all of them. Raises NotFoundError."""

    METHOD: ClassVar[str] = "user.revoke"
    name: str
    number: int = 0
