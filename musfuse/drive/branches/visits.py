"""Originals of folders that somebody looks at are looked at again, soon after: stats and listings wait for no origin.

A few folders a second, those that were visited last: who looks around sees what changed outside at the next look, and a
walk over everything asks an origin for next to nothing.
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable

from musfuse.drive.branches.freshness import Freshness
from musfuse.errors import MusfuseError
from musfuse.library.catalog import Nodes
from musfuse.lru import Lru

log = logging.getLogger(__name__)

_AGAIN_SECONDS, _PAUSE_SECONDS = 5.0, 0.2
_REMEMBERED, _WAITING, _FILES = 4096, 4, 500


class Visits:
    """Notes visits of folders, by id, and looks at their files in a thread of its own, which begins with the first one.
    `close` ends that."""

    def __init__(self, nodes: Nodes, freshness: Freshness, clock: Callable[[], float] = time.monotonic) -> None:
        self._nodes, self._freshness, self._clock = nodes, freshness, clock
        self._woken = threading.Condition()
        self._visited: Lru[int, float] = Lru(_REMEMBERED)
        self._waiting: deque[int] = deque(maxlen=_WAITING)
        self._thread: threading.Thread | None = None
        self._closed = threading.Event()

    def note(self, folder: int) -> None:
        """Somebody lists a folder, or asks for facts of a file in it."""
        last, now = self._visited.peek(folder), self._clock()
        if last is not None and now - last < _AGAIN_SECONDS:
            return
        with self._woken:
            self._visited.put(folder, now)
            self._waiting.append(folder)
            if self._thread is None and not self._closed.is_set():
                self._thread = threading.Thread(target=self._run, name="visited folders", daemon=True)
                self._thread.start()
            self._woken.notify()

    def close(self) -> None:
        """Look at nothing more; returns when nothing is under way."""
        self._closed.set()
        with self._woken:
            self._woken.notify()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        while not self._closed.is_set():
            with self._woken:
                self._woken.wait_for(lambda: self._waiting or self._closed.is_set())
                folder = self._waiting.pop() if self._waiting else None
            if folder is not None:
                self._look(folder)
                self._closed.wait(_PAUSE_SECONDS)

    def _look(self, folder: int) -> None:
        try:
            for count, node in enumerate(self._nodes.children(folder)):
                if count == _FILES or self._closed.is_set():
                    return
                if node.track:
                    self._freshness.look(node)
        except MusfuseError as error:
            log.debug("folder %d is not looked at: %s", folder, error)
        except Exception:
            log.exception("folder %d is not looked at", folder)
