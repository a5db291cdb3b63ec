"""Whether the owner of a library is well: its threads are at work, its mounts answer, what it keeps can be written, and
what was asked for runs."""

import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from musfuse.app.care.damage import told_of_damage
from musfuse.app.methods import Hosting
from musfuse.app.state import StateFolder
from musfuse.service.requests.monitoring import Check, Health, ShowHealth

_ANSWER_SECONDS = 5.0
_ROOM_BYTES = 1 << 20


class OwnerHealth:
    """Looks at one host. A mount that does not answer costs one thread, however often it is looked at."""

    def __init__(self, host: Hosting, seconds: float = _ANSWER_SECONDS) -> None:
        self._host, self._seconds = host, seconds
        self._lock = threading.Lock()
        self._asked: dict[str, threading.Thread] = {}

    def look(self, asked: ShowHealth) -> Health:
        """What is well and what is not."""
        checks = self._alive() if asked.alive else (*self._alive(), *self._ready())
        return Health(tuple(checks))

    def hung(self) -> str:
        """What has to be begun anew: threads that ended, mounts that do not answer; '' where nothing is."""
        checks = (*self._alive(), *self._mounted())
        return "; ".join(f"{check.name}: {check.problem}" for check in checks if check.problem)

    def _alive(self) -> tuple[Check, ...]:
        lost = self._host.jobs.runner.lost_threads()
        return (Check("threads", f"{', '.join(lost)} ended; restart musfuse" if lost else ""),)

    def _ready(self) -> Iterator[Check]:
        library = self._host.library
        yield from self._mounted()
        damage = told_of_damage(StateFolder(library.folder), owned=True)
        yield Check("databases", "; ".join((*library.unwritten(), *damage)))
        yield Check("room", _room_problem(library.folder))
        yield Check("cache", library.stores.chunks.problem)
        yield Check("faces", "; ".join(self._host.unwatched))

    def _mounted(self) -> Iterator[Check]:
        for place in self._host.mounts():
            yield Check(f"mount {place}", self._mount_problem(place))

    def _mount_problem(self, place: str) -> str:
        """Ask the mount for its figures, which the system never remembers, on a thread that may be given up on."""
        found: list[str] = []

        def ask() -> None:
            try:
                shutil.disk_usage(place)
                found.append("")
            except OSError as error:
                found.append(f"does not answer: {error.strerror}; unmount it and mount it again")

        with self._lock:
            asking = self._asked.get(place)
            if asking is not None and asking.is_alive():
                return "still does not answer; `musfuse unmount --force` takes it away"
            asking = self._asked[place] = threading.Thread(target=ask, name=f"health {place}", daemon=True)
            asking.start()
        asking.join(self._seconds)
        return found[0] if found else f"does not answer within {self._seconds:.0f} s"


def _room_problem(folder: Path, usage: Callable[[Path], "shutil._ntuple_diskusage"] = shutil.disk_usage) -> str:
    try:
        free = usage(folder).free
    except OSError as error:
        return f"{folder}: {error.strerror}"
    return f"{folder}: only {free} bytes are free; make room" if free < _ROOM_BYTES else ""
