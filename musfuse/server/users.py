"""Who uses a library over a network, as values: users, devices, whoever asks."""

import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from musfuse.errors import ConfigError, ForbiddenError

MAX_NAME = 64
_ALLOWED = " ._-@'+"


class Role(StrEnum):
    """What a user may do. Users listen, and keep what is theirs; admins besides do what changes the library and the
    accounts of others."""

    ADMIN = "admin"
    USER = "user"


class Means(StrEnum):
    """What lets somebody in. A session comes of a password and is kept by a browser or app; an API key is made for one
    device, as is an app password, for clients that know nothing better; `HEADER`: a proxy vouches for the name."""

    SESSION = "session"
    KEY = "key"
    APP = "app"
    HEADER = "header"


@dataclass(frozen=True, slots=True)
class User:
    """An account. `sources` are the uids of the sources whose music the user sees, None for all, also those that are to
    come. The `owner` is the one to whom the library's own stars, ratings, plays and playlists belong. `created_ns` is
    in ns since 1970."""

    id: int
    name: str
    role: Role
    owner: bool
    sources: frozenset[str] | None
    created_ns: int

    @property
    def is_admin(self) -> bool:
        """Whether it may change the library, and the accounts of others."""
        return self.role is Role.ADMIN

    def sees(self, uid: str) -> bool:
        """Whether it sees the music of a source."""
        return self.sources is None or uid in self.sources

    def check_admin(self) -> None:
        """Raise ForbiddenError for one who is no admin."""
        if not self.is_admin:
            raise ForbiddenError(f"{self.name}: only an admin may do this")

    def check_is(self, other: int) -> None:
        """Raise ForbiddenError for one who is neither the user with this id, nor an admin."""
        if self.id != other:
            self.check_admin()


@dataclass(frozen=True, slots=True)
class Device:
    """What lets one device in: its number, what somebody calls it, the program that it runs, the address where it was
    seen last. Times are in ns since 1970; it is worth nothing from `expires_ns` on, 0 for never."""

    id: int
    user: int
    kind: Means
    name: str
    client: str
    address: str
    created_ns: int
    seen_ns: int
    expires_ns: int


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks for something, and what let him in; `device` is None where a proxy vouches for him."""

    user: User
    means: Means
    device: Device | None = None


def checked_name(name: str) -> str:
    """A name as it is kept: NFKC, so that what looks the same is the same. Raises ConfigError for what can be none."""
    kept = unicodedata.normalize("NFKC", name)
    if not 1 <= len(kept) <= MAX_NAME:
        raise ConfigError(f"a name of a user has 1 to {MAX_NAME} characters")
    if kept != kept.strip() or not all(_is_fit(char) for char in kept) or not any(char.isalnum() for char in kept):
        raise ConfigError(
            f"{kept!a}: a name of a user is made of letters, digits, and {_ALLOWED.strip()} or spaces between them"
        )
    return kept


def name_key(name: str) -> str:
    """What two users may not have in common: a name without regard to case, or to how it is encoded."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return unicodedata.normalize("NFKC", folded)


def _is_fit(char: str) -> bool:
    return char in _ALLOWED or char.isalnum() or unicodedata.category(char) in ("Mn", "Mc")
