"""Tells systemd that the owner of a library is not hung, as long as that is so: it looks before each time."""

import threading
from collections.abc import Callable

from musfuse.platform.service_manager import ServiceManager


class Watchdog:
    """Looks, and tells, three times in the time after which the manager would begin anew. `problem` asks whether all is
    well, '' where it is; it may take as long as it likes, and while it does nothing is told. `stop` ends it."""

    def __init__(self, manager: ServiceManager, problem: Callable[[], str]) -> None:
        self._manager, self._problem = manager, problem
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watchdog", daemon=True)

    def start(self) -> None:
        """Begin, where the manager wants to hear of it."""
        if self._manager.watchdog_seconds > 0:
            self._thread.start()

    def stop(self) -> None:
        """End; returns at once."""
        self._stopped.set()

    def _run(self) -> None:
        while not self._stopped.wait(self._manager.watchdog_seconds / 3):
            problem = self._problem()
            if problem:
                self._manager.status(problem)
            else:
                self._manager.alive()
