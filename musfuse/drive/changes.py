"""What changed on the drive, for faces whose system remembers what it was told."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import dataclass
from typing import Protocol

from musfuse.model import NodeKind

Names = Callable[[str], Iterator[tuple[str, NodeKind]]]
"""Gives the names in a folder by its path, and what they are. May raise MusfuseError."""

Moves = Sequence[tuple[str, str]]
"""Folders that were moved in one go, each as it was and as it is: no path is between the two."""


@dataclass(frozen=True, slots=True)
class Change:
    """Files of `items` changed, or entries of `folders`, by their numbers, and these folders themselves. Paths that are
    `gone` may be another entry's now; of those to be `reread` nothing changed, but their bytes are to be asked for
    again. Folders that `moved` from one path to another have the names below them that they had: those of one entry all
    at once, after those of the entry before. With `everywhere`, anything may have changed; `before` have the names that
    were there, if other trees were shown."""

    items: Set[int] = frozenset()
    folders: Set[int] = frozenset()
    gone: Sequence[str] = ()
    reread: Sequence[str] = ()
    everywhere: bool = False
    before: Sequence[Names] = ()
    moved: Sequence[Moves] = ()


def together(changes: Sequence[Change]) -> Change:
    """Several changes as one."""
    return Change(
        frozenset(item for change in changes for item in change.items),
        frozenset(folder for change in changes for folder in change.folders),
        tuple(gone for change in changes for gone in change.gone),
        tuple(path for change in changes for path in change.reread),
        any(change.everywhere for change in changes),
        tuple(names for change in changes for names in change.before),
        tuple(moves for change in changes for moves in change.moved),
    )


class Hearer(Protocol):
    """Who hears of changes, on the thread that makes them: it must not wait, nor ask the drive anything."""

    def changed(self, change: Change) -> None:
        """Something changed; lookups answer what is so now."""

    def held(self, stale: bool) -> None:
        """From now on there are handles on older versions than were told to anyone, or whose facts were told without a
        path that they have, or there are none any more. Called before the newer version's size, or these, are
        told."""

    def caught_up(self, seconds: float) -> bool:
        """Wait for so long at most, until the system that is told knows of all that was heard so far; whether it does.
        Asked for with no lock held, by who is no callback of that system."""


class Changes:
    """Tells of changes. May be used from many threads. Lock order: `_lock` is innermost but for what hearers have."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._hearers: tuple[Hearer, ...] = ()
        self._stale = False

    def listen(self, hearer: Hearer) -> Callable[[], None]:
        """Have somebody hear of everything from now on. What is returned ends that."""
        with self._lock:
            self._hearers = (*self._hearers, hearer)
            hearer.held(self._stale)

        def end() -> None:
            with self._lock:
                self._hearers = tuple(other for other in self._hearers if other is not hearer)

        return end

    def tell(self, change: Change) -> None:
        """Something changed."""
        for hearer in self._hearers:
            hearer.changed(change)

    def caught_up(self, seconds: float) -> None:
        """Wait until what was told is known to everybody who remembers, for so long at most."""
        due = time.monotonic() + seconds
        for hearer in self._hearers:
            hearer.caught_up(max(due - time.monotonic(), 0))

    def hold(self, stale: bool) -> None:
        """There are stale handles, or none any more."""
        with self._lock:
            self._stale = stale
            for hearer in self._hearers:
                hearer.held(stale)
