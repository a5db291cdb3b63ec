"""Webhooks: listed, added, removed, tested; what is sent to them is sent elsewhere."""

import secrets
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from musfuse.config.secrets import Secret
from musfuse.errors import ConfigError, MusfuseError
from musfuse.library.userdb.webhooks import WebhookTable
from musfuse.library.webhooks import MOST, WebhookSpec, check, shown
from musfuse.service.events import kinds_of
from musfuse.service.handlers import Handlers
from musfuse.service.requests import webhooks as asked
from musfuse.service.requests.webhooks import WebhookAdded, WebhookRemoved, WebhookTold, WebhookTried
from musfuse.store.outbox import Attempt, Recipient, read_attempts, read_recipients
from musfuse.wording import agreeing, counted


class Webhooking:
    """The webhooks of a library: those that the configuration says, and those of user.db. `events` is the file that
    messages wait in. `owned`: this process sends them."""

    def __init__(
        self, table: WebhookTable, configured: Callable[[], Sequence[WebhookSpec]], events: Path, owned: bool = False
    ) -> None:
        self._table, self._configured, self._events, self._owned = table, configured, events, owned
        self._lock = threading.Lock()
        self.adopt: Callable[[], object] = lambda: None
        """Called after a change."""
        self.problem: Callable[[WebhookSpec], str] = lambda _: ""
        """What keeps messages from being sent to a webhook, as far as that can be told before."""
        self.send_test: Callable[[WebhookSpec], Attempt] | None = None

    def answer(self, handlers: Handlers) -> None:
        """Answer the requests about webhooks."""
        handlers.on(asked.ListWebhooks, lambda _: self.list())
        handlers.on(asked.AddWebhook, self.add)
        handlers.on(asked.RemoveWebhook, lambda request: self.remove(request.webhook))
        handlers.on(asked.TestWebhook, lambda request: self.test(request.webhook))
        handlers.on(asked.ListTries, self.tries)

    def all(self) -> list[WebhookSpec]:
        """The webhooks, those of the configuration first."""
        return [*self._configured(), *self._table.all()]

    def list(self) -> tuple[WebhookTold, ...]:
        """The webhooks, and how it stands with their messages. Raises StoreError."""
        stand = read_recipients(self._events)
        return tuple(self._told(spec, stand.get(spec.id)) for spec in self.all())

    def untold(self) -> tuple[str, ...]:
        """For each webhook that did not take what it was sent last, a line about that; for people."""
        try:
            return tuple(map(_untold, filter(lambda told: told.problem or told.state == "disabled", self.list())))
        except MusfuseError as error:
            return (str(error),)

    def add(self, request: asked.AddWebhook) -> WebhookAdded:
        """Add a webhook. Raises ConfigError where it cannot be so."""
        secret = Secret.kept_at(request.secret, "secret")
        spec = WebhookSpec(
            f"wh-{secrets.token_hex(4)}", request.url, secret, tuple(dict.fromkeys(request.events)),
            request.retry_count, request.timeout_ms, request.allow_private,
        )  # fmt: skip
        check(spec)
        kinds_of(spec.events)
        with self._lock:
            known = self.all()
            if any(other.url == spec.url for other in known):
                raise ConfigError(f"{shown(spec.url)}: a webhook of this library already; remove that one first")
            if len(known) >= MOST:
                raise ConfigError(f"{shown(spec.url)}: a library has {MOST} webhooks at most; remove one first")
            self._table.add(spec)
            self.adopt()
        return WebhookAdded(spec.id, shown(spec.url), self.problem(self._find(spec.id)))

    def remove(self, named: str) -> WebhookRemoved:
        """Remove a webhook, with what it was not told yet. Raises ConfigError."""
        with self._lock:
            spec = self._find(named)
            if spec.configured:
                raise ConfigError(f"{named}: stands in the configuration; remove its [[webhooks]] there")
            waiting = read_recipients(self._events).get(spec.id)
            self._table.remove(spec.id)
            self.adopt()
        return WebhookRemoved(spec.id, shown(spec.url), waiting.waiting if waiting else 0)

    def test(self, named: str) -> WebhookTried:
        """Send a message to a webhook. Raises ConfigError, StoreError."""
        spec = self._find(named)
        assert self.send_test is not None, "only who owns the library is asked"
        return _tried(self.send_test(spec))

    def tries(self, request: asked.ListTries) -> tuple[WebhookTried, ...]:
        """The last tries. Raises ConfigError for a webhook that is none."""
        hook = self._find(request.webhook).id if request.webhook else ""
        return tuple(map(_tried, read_attempts(self._events, hook, request.limit, request.failed)))

    def _find(self, named: str) -> WebhookSpec:
        found = next((spec for spec in self.all() if named in (spec.id, spec.url)), None)
        if found is None:
            raise ConfigError(f"{named[:200]}: no webhook of this library; `musfuse webhook list` shows them")
        return found

    def _told(self, spec: WebhookSpec, stand: Recipient | None) -> WebhookTold:
        disabled = stand is not None and stand.disabled_ns is not None
        state = "disabled" if disabled else "ready" if self._owned else "idle"
        taken, given_up, waiting, due_ns, problem = stand[1:] if stand else (0, 0, 0, None, "")
        return WebhookTold(
            spec.id, shown(spec.url), spec.secret.reference or "", spec.events, spec.quick, spec.timeout_ms,
            spec.allow_private, spec.configured, state, taken, given_up, waiting, due_ns, problem,
        )  # fmt: skip


def _untold(told: WebhookTold) -> str:
    if told.state == "disabled":
        return f"{told.url}: wants nothing any more (410); `musfuse webhook test {told.id}` asks whether it does again"
    waits = f"{counted(told.waiting, 'message')} {agreeing(told.waiting, 'waits', 'wait')}" if told.waiting else ""
    said = f"{waits}; it did not take the last one" if waits else "did not take what it was sent last"
    return f"{told.url}: {said}: {told.problem}"


def _tried(attempt: Attempt) -> WebhookTried:
    return WebhookTried(*attempt)
