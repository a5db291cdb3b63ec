"""The webhooks of a library that this process owns: who is told of what happens, and what sends it. Nothing of it is
loaded where there are none."""

import ipaddress
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from musfuse_webhooks.options import configured

from musfuse.app.build.store import recipients
from musfuse.app.library import Library
from musfuse.app.state import StateFolder
from musfuse.config import Config
from musfuse.config.secretcommands import SecretCommands
from musfuse.errors import ConfigError, StoreError
from musfuse.library.userdb import UserDatabase, WebhookTable
from musfuse.library.webhooks import WebhookSpec
from musfuse.service.handlers import Handlers
from musfuse.service.webhooks import Webhooking
from musfuse.store.outbox import Attempt

if TYPE_CHECKING:
    from musfuse_webhooks.delivery import Delivery

    from musfuse.store.eventtable import EventTable

log = logging.getLogger(__name__)


def reading_webhooks(config: Config, user: UserDatabase, state: StateFolder) -> Webhooking:
    """What answers for the webhooks of a library as it lies on disk."""
    return Webhooking(WebhookTable(user, config[SecretCommands]), lambda: configured(config), state.events)


class OwnedWebhooks:
    """Those of one library. `keep` has what happens written down from now on. `sends`: this process has messages sent,
    not only written down."""

    def __init__(self, library: Library, keep: "Callable[[], EventTable]", sends: bool) -> None:
        self._library, self._keep, self._sends = library, keep, sends
        self._delivery: Delivery | None = None
        self._database = StateFolder(library.folder).events
        self.webhooking = Webhooking(
            WebhookTable(library.stores.user, library.config[SecretCommands]),
            lambda: configured(library.config),
            self._database,
            owned=sends,
        )
        self.handlers = Handlers()
        """What answers requests about them."""
        self.webhooking.answer(self.handlers)
        self.webhooking.adopt = self.adopt
        self.webhooking.problem = problem
        self.webhooking.send_test = self._test

    def adopt(self) -> None:
        """Take over which webhooks there are."""
        library, hooks = self._library, self.webhooking.all()
        if hooks or library.stores.events is not None:
            try:
                self._keep().tell(recipients(library.config, library.stores.user))
            except StoreError as error:  # the table goes on with it when it can be written
                log.warning("%s", error)
        self.close()
        if hooks and self._sends:
            from musfuse_webhooks.delivery import Delivery

            self._delivery = Delivery(self._database, hooks, library.config[SecretCommands])
            self._keep().on_outbox = self._delivery.nudge
            self._delivery.start()

    def close(self) -> None:
        """Send nothing more."""
        delivery, self._delivery = self._delivery, None
        if delivery is not None:
            delivery.close()

    def _test(self, spec: WebhookSpec) -> Attempt:
        from musfuse_webhooks.delivery import send_test

        self._keep().tell(recipients(self._library.config, self._library.stores.user))
        return send_test(self._database, spec, self._library.config[SecretCommands])


def problem(spec: WebhookSpec) -> str:
    """What keeps messages from being sent to a webhook, as far as that can be told here and now; '' for nothing."""
    from musfuse_webhooks.addresses import refusal
    from musfuse_webhooks.signing import keys

    host = urlsplit(spec.url).hostname or ""
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        refused = ""  # a name is looked up when something is sent
    else:
        refused = refusal(host, spec.allow_private)
    if refused:
        return refused
    try:
        keys(spec.secret.reveal())
    except (ConfigError, ValueError) as error:
        return str(error)
    return ""
