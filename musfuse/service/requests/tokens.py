"""Requests about bearer tokens: who may reach a library over a network, and for what."""

from enum import StrEnum
from typing import ClassVar, TypeVar

from musfuse.service.port import Answer, Request

A = TypeVar("A")


class Scope(StrEnum):
    """What a token is good for; all may read. `CONTROL`: what ends, scans, prefetches and clears; `EDIT`: tags, as the
    user; `ORCHESTRATOR`: tags, as a program that is weaker than the user and stronger than all others."""

    READ = "read"
    CONTROL = "control"
    EDIT = "edit"
    ORCHESTRATOR = "orchestrator"


class TokenTold(Answer, frozen=True):
    """A token, but not its text: `state` is valid, expired or revoked; times are ns since 1970, 0 for never."""

    id: int
    name: str
    scopes: tuple[Scope, ...]
    state: str
    created_ns: int
    expires_ns: int
    revoked_ns: int


class TokenCreated(Answer, frozen=True):
    """A new token, with its text, which nothing tells a second time."""

    told: TokenTold
    token: str


class _BesideAnOwner(Request[A], frozen=True):
    @property
    def reads(self) -> bool:
        """Tokens lie in a file of their own, which needs no owner and disturbs none."""
        return True


class CreateToken(_BesideAnOwner[TokenCreated], frozen=True):
    """Make a token of these scopes, good until a time (ns since 1970, 0: for good). Raises ConfigError where the name
    is too long, there is no scope, or the time is past."""

    METHOD: ClassVar[str] = "token.create"
    scopes: tuple[Scope, ...]
    name: str = ""
    expires_ns: int = 0


class ListTokens(_BesideAnOwner[tuple[TokenTold, ...]], frozen=True):
    """All tokens, the first first; without `all` those alone that are worth something."""

    METHOD: ClassVar[str] = "token.list"
    all: bool = False


class RevokeToken(_BesideAnOwner[TokenTold], frozen=True):
    """Have a token be worth nothing from now on, by its number. Raises NotFoundError."""

    METHOD: ClassVar[str] = "token.revoke"
    number: int
