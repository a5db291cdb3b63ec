"""Webhooks of the configuration: `[[webhooks]]`, as often as there are receivers. Nothing of HTTP is imported here."""

from dataclasses import dataclass

from musfuse.config.option import option
from musfuse.config.secrets import Secret
from musfuse.config.sections import Config, Section
from musfuse.library.webhooks import (
    QUICK,
    TIMEOUT_MS,
    WebhookSpec,
    configured_id,
    quick_problem,
    timeout_problem,
    url_problem,
)


@dataclass(frozen=True, slots=True)
class WebhookOptions:
    """A receiver on the network that is told of what happens; the section may be there many times."""

    url: str = option("", "where messages are sent to: https:// or http://", url_problem)
    secret: Secret = option(Secret(), "signs messages: whsec_ and base64 of 24 to 64 bytes")
    events: tuple[str, ...] = option((), "names of the events that are told, as of `musfuse events`; none for all")
    retry_count: int = option(
        QUICK, "how often a message is sent again soon, before it is later", quick_problem, "tries"
    )
    timeout_ms: int = option(TIMEOUT_MS, "how long an answer may take", timeout_problem, "ms")
    allow_private: bool = option(False, "the receiver may lie at an address that is not of the public internet")


WEBHOOKS = Section("webhooks", WebhookOptions, repeated=True)


def configured(config: Config) -> list[WebhookSpec]:
    """The webhooks that the configuration says; of two with one URL the last."""
    found = {
        (key := configured_id(hook.url)): WebhookSpec(
            key, hook.url, hook.secret, hook.events, hook.retry_count, hook.timeout_ms, hook.allow_private, True
        )
        for hook in config.each(WebhookOptions)
    }
    return list(found.values())
