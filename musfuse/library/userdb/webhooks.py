"""The webhooks that somebody added, as they are kept."""

import json
import time
from collections.abc import Callable
from typing import Any

from musfuse.config.secretcommands import NO_COMMANDS, SecretCommands
from musfuse.config.secrets import Secret
from musfuse.errors import ConfigError, StoreError
from musfuse.library.userdb.database import UserDatabase
from musfuse.library.webhooks import WebhookSpec


class WebhookTable:
    """Queries and updates over webhook; `commands` tell secrets. May be used from many threads."""

    def __init__(
        self,
        database: UserDatabase,
        commands: SecretCommands = NO_COMMANDS,
        now_ns: Callable[[], int] = time.time_ns,
    ) -> None:
        self._db, self._commands, self._now_ns = database, commands, now_ns

    def all(self) -> list[WebhookSpec]:
        """The webhooks in the order in which they were added. Raises StoreError for one that cannot be read."""
        if not self._db.has_webhooks:
            return []
        rows = self._db.execute(
            "SELECT id, url, secret, events, quick, timeout_ms, allow_private FROM webhook ORDER BY added_ns, id"
        )
        return [_spec(self._commands, *row) for row in rows]

    def has_any(self) -> bool:
        """Whether there is a webhook."""
        return self._db.has_webhooks and bool(self._db.execute("SELECT 1 FROM webhook LIMIT 1"))

    def add(self, spec: WebhookSpec) -> None:
        """Keep a new webhook; of its secret, the reference."""
        self._db.execute(
            "INSERT INTO webhook (id, url, secret, events, quick, timeout_ms, allow_private, added_ns)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            spec.id, spec.url, spec.secret.reference, json.dumps(spec.events), spec.quick, spec.timeout_ms,
            int(spec.allow_private), self._now_ns(),
        )  # fmt: skip

    def remove(self, identity: str) -> None:
        """Forget a webhook by its id."""
        self._db.execute("DELETE FROM webhook WHERE id = ?", identity)


def _spec(commands: SecretCommands, *row: Any) -> WebhookSpec:
    identity, url, secret, events, quick, timeout_ms, allow_private = row
    try:
        names = json.loads(events)
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            raise StoreError(f"what is kept of the webhook {identity} cannot be read: its events are no list of names")
        return WebhookSpec(
            identity, url, Secret.kept_at(secret, f"webhook {identity}", commands=commands), tuple(names), int(quick),
            int(timeout_ms), bool(allow_private),
        )  # fmt: skip
    except (ValueError, TypeError, AttributeError, RecursionError, ConfigError) as error:
        raise StoreError(f"what is kept of the webhook {identity} cannot be read: {error}") from error
