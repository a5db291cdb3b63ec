"""Say once that a place cannot be written, and once that it can be again."""

import logging
import threading

log = logging.getLogger(__name__)


class Complaint:
    """About one place. The same trouble at every file of a library is one line of the log."""

    def __init__(self, consequence: str) -> None:
        self._consequence = consequence
        self._lock = threading.Lock()
        self._problem = ""

    @property
    def problem(self) -> str:
        """What is wrong now, '' for nothing."""
        return self._problem

    def failed(self, error: Exception) -> None:
        """Note that a write failed; the first failure is logged."""
        with self._lock:
            known, self._problem = self._problem, f"{error}; {self._consequence}"
        if not known:
            log.warning("%s", self._problem)

    def worked(self) -> None:
        """Note that a write succeeded. Where the one before failed, the log hears of it, and once more why that was:
        what was logged on a full disk may be lost."""
        if not self._problem:
            return
        with self._lock:
            problem, self._problem = self._problem, ""
        if problem:
            log.warning("written again, after: %s", problem)
