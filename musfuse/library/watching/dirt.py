"""Where something changed since it was scanned, and when it is time to scan that.

Changes that come one after the other are scanned together, all of a source at once: what left one folder and came to
another is then the same file still.
"""

import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence

from musfuse.library.corners import WHOLE, Corner, united

_MOST = 10_000
"""Folders of a source; more are as good as all."""
_PATIENCE = 2
"""How many times `quiet` passes at most before a scan while changes go on."""


class Dirt:
    """May be used from many threads. `quiet`: seconds without a change after which it is time; `wake` is called when
    that may be sooner than `wait` said."""

    def __init__(
        self, quiet: float, wake: Callable[[], None] = lambda: None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._quiet, self._wake, self._clock = quiet, wake, clock
        self._lock = threading.Lock()
        self._noted: dict[str, dict[str, bool]] = {}
        self._later: dict[tuple[str, Corner], float] = {}
        self._first = self._last = 0.0

    def note(self, uid: str, corner: Corner) -> None:
        """Something changed in a folder of a source, now."""
        with self._lock:
            self._last = self._clock()
            is_first = not self._noted
            if is_first:
                self._first = self._last
            folders = self._noted.setdefault(uid, {})
            folders[corner.path] = corner.deep or folders.get(corner.path, False)
            if len(folders) > _MOST:
                self._noted[uid] = {WHOLE.path: True}
        if is_first:
            self._wake()

    def note_later(self, uid: str, corner: Corner, seconds: float) -> None:
        """A folder is to be looked at again in some seconds, or before that, where it is noted already."""
        with self._lock:
            at = self._clock() + seconds
            self._later[uid, corner] = min(at, self._later.get((uid, corner), at))
        self._wake()

    def wait(self) -> float | None:
        """Seconds until it is time to scan, 0 where it is; None while there is nothing to scan."""
        with self._lock:
            times = [min(self._later.values())] if self._later else []
            if self._noted:
                times.append(min(self._last + self._quiet, self._first + _PATIENCE * self._quiet))
            return max(0.0, min(times) - self._clock()) if times else None

    def take(self) -> Mapping[str, Sequence[Corner]]:
        """What is to be scanned now, by the uid of its source. Whoever takes it scans it."""
        with self._lock:
            now = self._clock()
            taken, self._noted = self._noted, {}
            for uid, corner in [place for place, at in self._later.items() if at <= now]:
                del self._later[uid, corner]
                folders = taken.setdefault(uid, {})
                folders[corner.path] = corner.deep or folders.get(corner.path, False)
        return {uid: united((Corner(*each) for each in folders.items()), _MOST) for uid, folders in taken.items()}

    def forget_others(self, uids: Iterable[str]) -> None:
        """Forget what is noted of all sources but these."""
        kept = set(uids)
        with self._lock:
            self._noted = {uid: folders for uid, folders in self._noted.items() if uid in kept}
            self._later = {place: at for place, at in self._later.items() if place[0] in kept}
