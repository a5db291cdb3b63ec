"""One call of an origin: queued, made on a thread of the lane, waited for with a deadline by who asked."""

import threading
import time
from collections.abc import Callable
from typing import Any

from musfuse.sources.urgency import Urgency

STEP = 64 * 1024
"""Bytes that have to come in each stretch of patience."""


class Task:
    """`call` is what is asked; its answer, or error, is there once `done` is set. Of one that somebody waits for on the
    drive, patience begins when it is asked; of others, when it is made, since they queue behind each other. `on_end` is
    called once there is an answer."""

    __slots__ = (
        "_answer", "_came", "_lock", "_on_end", "answered", "asked_at", "begun", "call", "deadline", "done", "error",
        "patience", "size", "urgency",
    )  # fmt: skip

    def __init__(
        self,
        call: Callable[[], Any],
        urgency: Urgency,
        patience: float,
        size: int = 0,
        on_end: Callable[["Task"], None] = lambda _: None,
    ) -> None:
        self.call, self.urgency, self.patience, self.size = call, urgency, patience, size
        self._on_end, self.begun = on_end, False
        self._lock = threading.Lock()
        self.done = threading.Event()
        self.error: BaseException | None = None
        self._answer: Any = None
        self._came = 0
        self.answered = False
        self.asked_at = time.monotonic()
        self.deadline: float | None = self.asked_at + patience if urgency is Urgency.READER else None

    def begin(self) -> bool:
        """It is made now; False where somebody does so already."""
        with self._lock:
            if self.begun:
                return False
            self.begun = True
        if self.deadline is None:
            self.deadline = time.monotonic() + self.patience
        return True

    def hurry(self, urgency: Urgency, patience: float) -> bool:
        """Somebody waits for it from now on, who may be more patient, or want it sooner than it was asked for; whether
        it is to be queued anew."""
        sooner = urgency < self.urgency
        self.urgency, self.patience = min(self.urgency, urgency), patience
        if urgency is Urgency.READER or self.begun:
            self.deadline = max(self.deadline or 0.0, time.monotonic() + patience)
        return sooner and not self.begun

    def put_off(self, seconds: float) -> None:
        """It waits for its turn, which is nobody's fault."""
        if self.deadline is not None:
            self.deadline += seconds

    def came(self, size: int) -> None:
        """Bytes of the answer came."""
        with self._lock:
            before, self._came = self._came, self._came + size
            if self._came // STEP > before // STEP:
                self.deadline = time.monotonic() + self.patience

    def settle(self, answer: Any = None, error: BaseException | None = None) -> bool:
        """Give the answer, or the error; whether nobody did so before."""
        with self._lock:
            if self.answered:
                return False
            self.answered, self._answer, self.error = True, answer, error
        self.done.set()
        self._on_end(self)
        return True

    def wait(self) -> bool:
        """Wait until there is an answer; False where the deadline passed without one."""
        while not self.done.is_set():
            deadline = self.deadline
            left = None if deadline is None else deadline - time.monotonic()
            if left is not None and left <= 0:
                return False
            self.done.wait(1.0 if left is None else left)
        return True

    def result(self) -> Any:
        """The answer. Raises the error."""
        if self.error is not None:
            raise self.error
        return self._answer
