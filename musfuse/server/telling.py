"""Tells of what happens to accounts: as events, in the log, and as figures."""

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

from musfuse.events import AccountChanged, Event
from musfuse.server.users import Means

if TYPE_CHECKING:
    from musfuse.metrics import Recorder

log = logging.getLogger(__name__)


class Telling:
    """`publish` takes events; `recorder` counts, None where nobody wants figures. No secret comes here."""

    def __init__(self, publish: Callable[[Event], object], recorder: "Recorder | None" = None) -> None:
        self._publish, self._recorder = publish, recorder

    def changed(self, user: str, what: str, by: str = "") -> None:
        """An account changed: whose, what of it, and by whom, '' for who administers this machine."""
        log.info("account %s: %s, by %s", user, what.replace("_", " "), by or "who administers this machine")
        self._publish(AccountChanged(user, what, by))

    def signed_in(self, user: str, means: Means, address: str) -> None:
        """Somebody signed in by a password."""
        log.info("account %s: signed in from %s", user, address or "an unknown address")
        self._publish(AccountChanged(user, "signed_in", user))
        self._count("signed in", means)

    def refused(self, means: str, address: str) -> None:
        """Somebody was not let in. The name that he gave is not written down: it may be a password, in the wrong
        field."""
        log.warning(
            "somebody at %s was not let in: wrong credentials (%s)", address[:100] or "an unknown address", means
        )
        self._count("refused", means)

    def delayed(self, means: str, address: str) -> None:
        """Somebody tried too often."""
        log.warning("somebody at %s tries credentials too often (%s)", address[:100] or "an unknown address", means)
        self._count("too often", means)

    def _count(self, outcome: str, means: str) -> None:
        if self._recorder is not None:
            self._recorder.counter(
                "musfuse_sign_ins",
                "Tries to sign in, by what was shown and how it ended.",
                means=means,
                outcome=outcome,
            ).add()
