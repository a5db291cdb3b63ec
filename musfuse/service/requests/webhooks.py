"""Requests about webhooks: receivers on the network that are told of what happens."""

from typing import Annotated, Any, ClassVar

import msgspec

from musfuse.service.port import Answer, Request


class WebhookTold(Answer, frozen=True):
    """A webhook. Of its URL a query is not shown; `secret` says where the secret is kept, '' for in the configuration.
    `events` are those that it is told of, none for all. `configured`: the configuration says it. `state` is ready,
    disabled (it answered that it wants nothing any more) or idle (no process has the library). Messages were `taken`,
    or `given_up`, or are `waiting`, the next one to be sent at `next_ns` (ns since 1970). `problem` is why it
    did not take what it was sent last, '' where it did."""

    id: str
    url: str
    secret: str
    events: tuple[str, ...]
    retry_count: int
    timeout_ms: int
    allow_private: bool
    configured: bool
    state: str
    taken: int = 0
    given_up: int = 0
    waiting: int = 0
    next_ns: int | None = None
    problem: str = ""


class WebhookAdded(Answer, frozen=True):
    """The webhook that is there now; `warning` says what keeps messages from being sent, '' for nothing."""

    id: str
    url: str
    warning: str = ""


class WebhookRemoved(Answer, frozen=True):
    """The webhook that is gone, with so many messages that it was not told yet."""

    id: str
    url: str
    dropped: int


class WebhookTried(Answer, frozen=True):
    """The `tries`th time that a `message` was sent: the status of the answer (0: there was none), what was wrong ('':
    the receiver has it), and how long it took. What it said, and what was answered, is not kept."""

    webhook: str
    message: str
    event: str
    time_ns: int
    tries: int
    status: int
    problem: str
    ms: int


class ListWebhooks(Request[tuple[WebhookTold, ...]], frozen=True):
    """The webhooks: those of the configuration, then others as they were added."""

    METHOD: ClassVar[str] = "webhook.list"

    @property
    def live(self) -> bool:
        """The owner has its own configuration."""
        return True


class AddWebhook(Request[WebhookAdded], frozen=True):
    """Tell a receiver of what happens from now on. `secret` is a reference. `allow_private` is for who administers this
    machine: no face that others reach may offer it. Raises ConfigError."""

    METHOD: ClassVar[str] = "webhook.add"
    url: str
    secret: str
    events: tuple[str, ...] = ()
    retry_count: int = 3
    timeout_ms: int = 5000
    allow_private: bool = False


class RemoveWebhook(Request[WebhookRemoved], frozen=True):
    """Tell a receiver nothing any more, by its id or URL. Raises ConfigError."""

    METHOD: ClassVar[str] = "webhook.remove"
    webhook: str


class TestWebhook(Request[WebhookTried], frozen=True):
    """Send one message to a receiver now. One that takes it, and was disabled, is told of things again. Raises
    ConfigError, StoreError where it cannot be sent."""

    METHOD: ClassVar[str] = "webhook.test"
    __test__: ClassVar[bool] = False
    webhook: str


class ListTries(Request[tuple[WebhookTried, ...]], frozen=True):
    """The last tries, of one webhook or all, the latest last; `failed`: only those that failed. Raises ConfigError."""

    METHOD: ClassVar[str] = "webhook.log"
    webhook: str = ""
    limit: Annotated[int, msgspec.Meta(ge=1, le=10_000)] = 50
    failed: bool = False

    @property
    def live(self) -> bool:
        return True


KINDS: tuple[type[Request[Any]], ...] = (ListWebhooks, AddWebhook, RemoveWebhook, TestWebhook, ListTries)
"""All of these."""
