"""Who may call what. Whoever reaches the socket is the owner of the library; over TCP each call shows a token. A token
that is shown counts, also on the socket.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import grpc

from musfuse.errors import MusfuseError
from musfuse.model import TagSource
from musfuse.service.requests.tokens import Scope
from musfuse.store.tokentable import TokenTable

MUSICFS, METADATA = "musicfs.v1.MusicFS", "musicfs.v1.MetadataService"
HEALTH, REFLECTION = "grpc.health.v1.Health", "grpc.reflection.v1alpha.ServerReflection"

_READ = frozenset(Scope)
_CONTROL = frozenset({Scope.CONTROL})
_EDIT = frozenset({Scope.EDIT, Scope.ORCHESTRATOR})
NEEDED: Mapping[str, Collection[Scope]] = MappingProxyType({
    **{f"/{MUSICFS}/{name}": _READ for name in (
        "GetStatus", "GetCacheStats", "ListOrigins", "GetOriginHealth", "Search", "SearchStream", "SubscribeEvents",
    )},
    **{f"/{MUSICFS}/{name}": _CONTROL for name in ("Shutdown", "ClearCache", "Prefetch", "RescanOrigin")},
    f"/{METADATA}/GetMetadata": _READ,
    **{f"/{METADATA}/{name}": _EDIT for name in (
        "UpdateMetadata", "ClearOverlay", "BatchUpdateMetadata", "ImportMetadata",
    )},
    f"/{REFLECTION}/ServerReflectionInfo": _READ,
    f"/{HEALTH}/Watch": _READ,
})  # fmt: skip
"""The scopes one of which a call needs. What is not listed needs any token."""
OPEN = frozenset({f"/{HEALTH}/Check"})
"""Calls that need no token: whoever asks whether a server is well has none, and is told nothing else."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls: over the `local` socket or not, and what for, as far as a token says so, by its number; 0 for none."""

    local: bool
    scopes: frozenset[str] = frozenset()
    token: int = 0

    @property
    def author(self) -> str:
        """Who changes tags, as the history tells it."""
        return f"grpc, token {self.token}" if self.token else "grpc"

    @property
    def source(self) -> TagSource:
        """On whose behalf tags are changed."""
        return TagSource.ORCHESTRATOR if Scope.ORCHESTRATOR in self.scopes else TagSource.USER


CALLER: ContextVar[Caller] = ContextVar("caller")
"""Who makes the call that this task answers."""


class Gate(grpc.aio.ServerInterceptor):  # type: ignore[misc]
    """Lets calls through, or answers UNAUTHENTICATED, PERMISSION_DENIED, or UNAVAILABLE once `closed` says that no more
    are taken. `local`: in front of the socket."""

    def __init__(self, tokens: TokenTable, closed: Callable[[], bool], *, local: bool) -> None:
        self._tokens, self._closed, self._local = tokens, closed, local

    async def intercept_service(self, continuation: Callable[[Any], Awaitable[Any]], handler_call_details: Any) -> Any:
        """The handler of a call, or one that refuses it."""
        method: str = handler_call_details.method
        if self._closed() and method not in OPEN:
            return _refusing(grpc.StatusCode.UNAVAILABLE, "musfuse ends; try again when it runs")
        try:
            refused = self._admit(method, handler_call_details.invocation_metadata or ())
        except MusfuseError as error:
            return _refusing(grpc.StatusCode.UNAVAILABLE, f"tokens cannot be read: {error}")
        return _refusing(*refused) if refused else await continuation(handler_call_details)

    def _admit(self, method: str, metadata: Collection[Any]) -> tuple[grpc.StatusCode, str] | None:
        """Note who calls, and say why he may not, if he may not. Raises StoreError."""
        CALLER.set(Caller(self._local))
        if method in OPEN:
            return None
        shown = [str(value) for key, value in metadata if key == "authorization"]
        if not shown:
            return None if self._local else _unknown("this call needs `authorization: Bearer TOKEN`")
        kind, _, text = shown[0].partition(" ")
        token = self._tokens.check(text.strip()) if kind.lower() == "bearer" and len(shown) == 1 else None
        if token is None:
            return _unknown("no such token, or it expired or was revoked")
        CALLER.set(Caller(self._local, token.scopes, token.id))
        wanted = NEEDED.get(method, _READ)
        if token.scopes & frozenset(wanted):
            return None
        names = " or ".join(sorted(wanted))
        return grpc.StatusCode.PERMISSION_DENIED, f"this call needs a token of scope {names}"


def _unknown(message: str) -> tuple[grpc.StatusCode, str]:
    return grpc.StatusCode.UNAUTHENTICATED, f"{message}; `musfuse token create` makes one"


def _refusing(status: grpc.StatusCode, message: str) -> Any:
    async def refuse(_: Any, context: Any) -> None:
        await context.abort(status, message)

    return grpc.unary_unary_rpc_method_handler(refuse)
