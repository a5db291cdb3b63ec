"""Passes changes of a drive on to a system that remembers what it was told, on a thread of its own."""

import logging
import threading
from typing import Protocol

from musfuse.drive.changes import Change, Changes, together
from musfuse.errors import MusfuseError

log = logging.getLogger(__name__)


class Receiver(Protocol):
    """Has a system know what changed."""

    def pass_on(self, change: Change, relay: "Relay") -> None:
        """Tell of a change, on the thread of the relay; a long one looks at `relay.closed`. May raise MusfuseError."""

    def held(self, stale: bool) -> None:
        """As a hearer of changes is told."""


class Relay:
    """Hears of all changes. What comes while one is passed on is passed on together afterwards. `system` is what it
    tells, for the log; `close` ends it."""

    def __init__(self, changes: Changes, receiver: Receiver, system: str) -> None:
        self._receiver, self._system = receiver, system
        self._woken = threading.Condition()
        self._due: list[Change] = []
        self._heard = self._passed = 0
        self.closed = False
        self._thread = threading.Thread(target=self._run, name=f"tells {system}", daemon=True)
        self._end = changes.listen(self)
        self._thread.start()

    def changed(self, change: Change) -> None:
        """Have a change passed on soon."""
        with self._woken:
            self._due.append(change)
            self._heard += 1
            self._woken.notify_all()

    def held(self, stale: bool) -> None:
        """Passed on at once."""
        self._receiver.held(stale)

    def caught_up(self, seconds: float) -> bool:
        """Wait for so long at most, until all that was heard so far is passed on; whether it is."""
        with self._woken:
            heard = self._heard
            return self._woken.wait_for(lambda: self.closed or self._passed >= heard, seconds)

    def wait_closed(self, seconds: float) -> bool:
        """Wait for so long, or until this is closed; whether it is."""
        with self._woken:
            return self._woken.wait_for(lambda: self.closed, seconds)

    def close(self) -> None:
        """Pass nothing more on; returns when nothing is under way."""
        self._end()
        with self._woken:
            self.closed = True
            self._woken.notify_all()
        self._thread.join()

    def _run(self) -> None:
        while not self.closed:
            with self._woken:
                self._woken.wait_for(lambda: self.closed or self._due)
                due, self._due = self._due, []
            if due and not self.closed:
                self._pass_on(together(due))
            with self._woken:
                self._passed += len(due)
                self._woken.notify_all()

    def _pass_on(self, change: Change) -> None:
        try:
            self._receiver.pass_on(change, self)
        except MusfuseError as error:
            log.warning("%s hears no more of a change, and may show it as it was for a while: %s", self._system, error)
        except Exception:
            log.exception("%s may show what changed as it was for a while", self._system)
