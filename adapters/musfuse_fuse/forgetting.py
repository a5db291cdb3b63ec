"""What changed on the drive is forgotten by the kernel, on a thread of its own.

Only what the kernel knows is walked: below a folder that it does not know, it knows nothing.
"""

import logging
from collections.abc import Iterator, Sequence
from functools import partial

from musfuse.drive import Drive
from musfuse.drive.changes import Change, Moves, Names
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
        for number, moves in enumerate(change.moved):
            moved = partial(self._names_moved, change.moved[number:])
            for before, _ in moves:
                yield from self._below(before, moved, deep=True)
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

    def _names_moved(self, moves: Sequence[Moves], path: str) -> Iterator[tuple[str, NodeKind]]:
        """The names in a folder that was at a path before moves."""
        return self._drive.names(_followed(path, moves))

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


def _followed(path: str, all_moves: Sequence[Moves]) -> str:
    """Where something at a path is after moves: of those that were made in one go the one that says most of it
    counts, once."""
    for moves in all_moves:
        above = [move for move in moves if path == move[0] or path.startswith(f"{move[0]}/")]
        if above:
            before, after = max(above, key=lambda move: len(move[0]))
            path = after + path[len(before) :]
    return path


def _known(names: Names, path: str) -> Iterator[tuple[str, NodeKind]]:
    try:
        yield from names(path)
    except MusfuseError as error:  # it went meanwhile, and with it what the kernel knew of it
        log.debug("%s", error)
