"""Makes, lists and revokes bearer tokens."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from musfuse.errors import ConfigError
from musfuse.service.handlers import Handlers
from musfuse.service.requests.tokens import CreateToken, ListTokens, RevokeToken, Scope, TokenCreated, TokenTold
from musfuse.store.tokentable import Token, TokenTable

_MAX_NAME = 100


@dataclass(frozen=True, slots=True)
class Tokens:
    """Over the file of tokens. `now_ns` is the time in ns since 1970."""

    table: TokenTable
    now_ns: Callable[[], int] = time.time_ns

    def answer(self, handlers: Handlers) -> None:
        """Answer requests about tokens."""
        handlers.on(CreateToken, self.create)
        handlers.on(ListTokens, self.list)
        handlers.on(RevokeToken, lambda asked: self._told(self.table.revoke(asked.number)))

    def create(self, asked: CreateToken) -> TokenCreated:
        """Make one. Raises ConfigError, StoreError."""
        if not asked.scopes:
            raise ConfigError(f"a token needs a scope: {', '.join(Scope)}")
        if len(asked.name) > _MAX_NAME or not asked.name.isprintable():
            raise ConfigError(f"a name of a token has {_MAX_NAME} characters at most, all of which can be seen")
        if asked.expires_ns and asked.expires_ns <= self.now_ns():
            raise ConfigError("the time at which the token is to expire is past")
        token, text = self.table.create(asked.name, asked.scopes, asked.expires_ns)
        return TokenCreated(self._told(token), text)

    def list(self, asked: ListTokens) -> tuple[TokenTold, ...]:
        """All, or those that are worth something. Raises StoreError."""
        now = self.now_ns()
        return tuple(self._told(token) for token in self.table.rows() if asked.all or token.holds(now))

    def _told(self, token: Token) -> TokenTold:
        state = "valid" if token.holds(self.now_ns()) else "revoked" if token.revoked_ns else "expired"
        scopes = tuple(Scope(name) for name in sorted(token.scopes) if name in set(Scope))
        return TokenTold(
            token.id, token.name, scopes, state, token.created_ns, token.expires_ns, token.revoked_ns
        )  # fmt: skip
