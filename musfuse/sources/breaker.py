"""Whether an origin is asked at all: not while it is known to be away, so that nobody waits for what does not come."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from musfuse.errors import AwayError, NotLetInError


@dataclass(frozen=True, slots=True)
class Outage:
    """Why an origin is away, and since when (seconds since 1970)."""

    why: str
    since: float
    error: type[AwayError] = AwayError

    @property
    def told(self) -> str:
        """Both as people are told."""
        return f"{self.why}; away since {time.strftime('%Y-%m-%d %H:%M', time.localtime(self.since))}"


class Breaker:
    """Closed while the origin answers, open from `trip` to `mend`. Each change is told to `on_change`, under no lock,
    by whoever made it. May be used from many threads."""

    def __init__(self, now: Callable[[], float], on_change: Callable[[Outage | None], None]) -> None:
        self._now, self._on_change = now, on_change
        self._lock = threading.Lock()
        self._outage: Outage | None = None

    @property
    def outage(self) -> Outage | None:
        """The outage that goes on; None where there is none."""
        return self._outage

    def check(self) -> None:
        """Raise AwayError while the origin is away."""
        outage = self._outage
        if outage is not None:
            raise outage.error(f"{outage.told}, and looked for again and again")

    def trip(self, error: AwayError) -> bool:
        """The origin is away; whether that is new."""
        kind = NotLetInError if isinstance(error, NotLetInError) else AwayError
        with self._lock:
            before = self._outage
            self._outage = Outage(str(error), before.since if before else self._now(), kind)
        if before is None:
            self._on_change(self._outage)
        return before is None

    def mend(self) -> None:
        """The origin answered."""
        if self._outage is None:
            return
        with self._lock:
            before, self._outage = self._outage, None
        if before is not None:
            self._on_change(None)
