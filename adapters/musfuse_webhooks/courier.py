"""Takes messages out of the outbox and sends them: one webhook, in turn."""

import logging
import secrets
import threading
import time
from typing import Any

from musfuse.errors import ConfigError
from musfuse.library.webhooks import WebhookSpec
from musfuse.store.outbox import Attempt, Message, Outbox
from musfuse_webhooks.body import body_of
from musfuse_webhooks.schedule import pause_seconds, wait_seconds
from musfuse_webhooks.sending import Outcome, Sender
from musfuse_webhooks.signing import keys, signed

log = logging.getLogger(__name__)

TEST = "webhook_test"
_OLDEST_NS = 7 * 24 * 3600 * 10**9
"""Messages that tell of what is longer ago are given up where their receiver fails."""


class Courier:
    """Sends the messages of one webhook, one at a time, the one that is due first. For one thread."""

    def __init__(self, spec: WebhookSpec, outbox: Outbox, sender: Sender) -> None:
        self.spec, self._outbox, self._sender = spec, outbox, sender
        self._failures = 0
        self._rest_until = 0.0

    def run(self, stop: threading.Event, nudged: threading.Event) -> None:
        """Send what is due until `stop`; then wait until more is, or `nudged` tells that there may be. Raises
        StoreError."""
        while not stop.is_set():
            nudged.clear()
            if not self.step():
                nudged.wait(self.idle_seconds(time.time_ns()))

    def step(self) -> bool:
        """Send the message that is due first; whether one was. Raises StoreError."""
        if time.monotonic() < self._rest_until:
            return False
        message = self._outbox.next(self.spec.id)
        if message is None:
            return False
        outcome, attempt = self._sent(message)
        if outcome.is_taken:
            self._failures = 0
            self._outbox.taken(message, attempt)
        elif outcome.is_gone:
            dropped = self._outbox.disable(attempt)
            log.warning("webhook %s wants nothing more (410); %d messages are dropped", self.spec.id, dropped)
        else:
            self._failed(message, attempt, outcome)
        return True

    def idle_seconds(self, now_ns: int) -> float | None:
        """How long nothing is due; None: until something new happens. Raises StoreError."""
        due_ns = self._outbox.due_ns(self.spec.id)
        if due_ns is None:
            return None
        return max((due_ns - now_ns) / 1e9, self._rest_until - time.monotonic(), 0.001)

    def test(self) -> Attempt:
        """Send one message that tells nothing, and note what came of it. Raises StoreError."""
        message = Message(0, f"msg_{secrets.token_hex(12)}", time.time_ns(), TEST, {"webhook": self.spec.id}, 0)
        _, attempt = self._sent(message)
        self._outbox.tested(attempt)
        return attempt

    def _failed(self, message: Message, attempt: Attempt, outcome: Outcome) -> None:
        spec = self.spec
        self._failures += 1
        if self._failures == 1:
            log.warning("webhook %s: %s", spec.id, outcome.problem)
        wait = wait_seconds(attempt.tries, spec.quick, outcome.retry_after)
        self._outbox.failed(message, attempt, wait)
        self._rest_until = time.monotonic() + pause_seconds(self._failures, spec.quick, outcome.retry_after)
        given_up = self._outbox.give_up(spec.id, time.time_ns() - _OLDEST_NS) + (wait is None)
        if given_up:
            log.warning("webhook %s: %d messages are given up", spec.id, given_up)

    def _sent(self, message: Message) -> tuple[Outcome, Attempt]:
        spec, began = self.spec, time.monotonic()
        outcome = self._outcome(message)
        ms = round((time.monotonic() - began) * 1000)
        attempt = Attempt(
            spec.id, message.message, message.name, time.time_ns(), message.tries + 1, outcome.status, outcome.problem,
            ms,
        )  # fmt: skip
        return outcome, attempt

    def _outcome(self, message: Message) -> Outcome:
        spec = self.spec
        try:
            headers = self._headers(message, body := body_of(message.name, message.time_ns, message.data))
        except ConfigError as error:
            return Outcome(0, str(error))
        return self._sender.post(spec.url, headers, body, spec.timeout_ms / 1000, spec.allow_private)

    def _headers(self, message: Message, body: bytes) -> dict[str, str]:
        """Raises ConfigError where the secret is not there, or is none. No frame of an error holds it."""
        known: list[Any] = []
        try:
            known = list(keys(self.spec.secret.reveal()))
        except ValueError as error:
            raise ConfigError(f"{self.spec.secret.reference or 'the configuration'}: {error}") from None
        return signed(known, message.message, int(time.time()), body, message.name)
