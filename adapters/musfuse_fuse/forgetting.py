"""What changed on the drive is forgotten by the kernel, on a thread of its own.

Only what the kernel knows is walked: below a folder that it does not know, it knows nothing.
"""

import logging
from collections.abc import Iterator, Sequence
from functools import partial

from musfuse.drive import Drive
from musfuse.drive.changes import Change, Names
from musfuse.drive.relay import Relay
from musfuse.errors import MusfuseError
from musfuse.model import NodeKind
from musfuse_fuse.kernel import KernelMemory

log = logging.getLogger(__name__)


class Forgetting:
    """Has the kernel forget what changes of a drive touch. `close` ends it."""

    def __init__(self, drive: Drive, memory: KernelMemory) -> None:
        self._drive, self._memory = drive, memory
        self._relay = Relay(drive.changes, self, "the kernel")
        self.close = self._relay.close

    def held(self, stale: bool) -> None:
        """Have attributes asked for each time, or not any more."""
        self._memory.hold(stale)

    def pass_on(self, change: Change, relay: Relay) -> None:
        """Have what a change touches forgotten."""
        for path in self._touched(change):
            if relay.closed:
                break
            self._memory.forget(path)

    def _touched(self, change: Change) -> Iterator[str]:
        """Paths that a change touches, some more than once."""
        yield from (f"/{path}" for path in (*change.gone, *change.reread))
        for number, (before, after) in enumerate(change.moved):
            now = _followed(after, change.moved[number + 1 :])
            yield from self._below(before, partial(self._names_moved, before, now), deep=True)
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

    def _names_moved(self, path: str, to: str, below: str) -> Iterator[tuple[str, NodeKind]]:
        """The names that were in a folder at or below a path, from which all is at another one now."""
        return self._drive.names(to + below[len(path) :])

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


def _followed(path: str, moves: Sequence[tuple[str, str]]) -> str:
    """Where something at a path is after moves."""
    for before, after in moves:
        if path == before or path.startswith(f"{before}/"):
            path = after + path[len(before) :]
    return path


def _known(names: Names, path: str) -> Iterator[tuple[str, NodeKind]]:
    try:
        yield from names(path)
    except MusfuseError as error:  # it went meanwhile, and with it what the kernel knew of it
        log.debug("%s", error)
