"""What changed on the drive is forgotten by the kernel, on a thread of its own.

Only what the kernel knows is walked: below a folder that it does not know, it knows nothing.
"""

import logging
import threading
from collections.abc import Iterator

from musfuse.drive import Drive
from musfuse.drive.changes import Change, Names, together
from musfuse.errors import MusfuseError
from musfuse.model import NodeKind
from musfuse_fuse.kernel import KernelMemory

log = logging.getLogger(__name__)


class Forgetting:
    """Hears of changes of a drive, and has the kernel forget what they touch. What comes while it is at work is done
    together afterwards. `close` ends it."""

    def __init__(self, drive: Drive, memory: KernelMemory) -> None:
        self._drive, self._memory = drive, memory
        self._woken = threading.Condition()
        self._due: list[Change] = []
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="kernel forgets", daemon=True)
        self._end = drive.changes.listen(self)
        self._thread.start()

    def changed(self, change: Change) -> None:
        """Have what a change touches forgotten soon."""
        with self._woken:
            self._due.append(change)
            self._woken.notify()

    def held(self, stale: bool) -> None:
        """Have attributes asked for each time, or not any more."""
        self._memory.hold(stale)

    def close(self) -> None:
        """Forget nothing more; returns when nothing is under way."""
        self._end()
        with self._woken:
            self._closed = True
            self._woken.notify()
        self._thread.join()

    def _run(self) -> None:
        while True:
            with self._woken:
                self._woken.wait_for(lambda: self._closed or self._due)
                due, self._due = self._due, []
            try:
                for path in self._touched(together(due)):
                    if self._closed:
                        break
                    self._memory.forget(path)
            except MusfuseError as error:
                log.warning(
                    "the kernel forgets no more of this change, and may tell of it as it was for a while: %s", error
                )
            except Exception:
                log.exception("what changed may be shown as it was for a while")
            if self._closed:
                return

    def _touched(self, change: Change) -> Iterator[str]:
        """Paths that a change touches, some more than once."""
        yield from (f"/{path}" for path in (*change.gone, *change.reread))
        if change.everywhere:
            for names in (*change.before, self._drive.names):
                yield from self._below("", names, deep=True)
            return
        for item in change.items:
            path = self._drive.path_of_item(item)
            if path is not None:
                yield "/" + path.rpartition("/")[0]
                yield "/" + path
        for folder in change.folders:
            path = self._drive.path_of(folder)
            if path is not None:
                yield from self._below(path, self._drive.names, deep=False)

    def _below(self, path: str, names: Names, deep: bool) -> Iterator[str]:
        """The entries of a folder that the kernel knows, which forgets the folder itself at once."""
        if not self._memory.forget("/" + path):
            return
        for name, kind in _known(names, path):
            below = f"{path}/{name}".lstrip("/")
            if deep and kind is NodeKind.FOLDER:
                yield from self._below(below, names, deep)
            else:
                yield "/" + below


def _known(names: Names, path: str) -> Iterator[tuple[str, NodeKind]]:
    try:
        yield from names(path)
    except MusfuseError as error:  # it went meanwhile, and with it what the kernel knew of it
        log.debug("%s", error)
