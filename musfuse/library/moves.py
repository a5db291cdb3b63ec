"""Where files of the drive move to, put together by folders: a folder that moves as a whole is one move."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache

from musfuse.library.catalog.rows import join

SHOWN = 100
"""Moves that are told one by one at most."""

_FILES = 3
"""Files told by their names where they do not move as a whole folder; of more, how many."""

Place = tuple[int, str]
"""The node of a folder, and a file's name in it."""


@dataclass(frozen=True, slots=True)
class Move:
    """`files` files that move from `old` to `new`: `whole` for a folder with everything in it, else one file, or so
    many of a folder."""

    old: str
    new: str
    files: int
    whole: bool


@dataclass(frozen=True, slots=True)
class Moved:
    """The first moves, how many there are, and how many files move."""

    moves: tuple[Move, ...] = ()
    count: int = 0
    files: int = 0


@dataclass(slots=True)
class _Pair:
    """Files that move from one folder to another, both by their nodes."""

    old: str
    new: str
    same: bool
    files: int = 0
    names: list[tuple[str, str]] = field(default_factory=list)


class Moves:
    """Collects moves. `old_path` and `new_path` give a folder's path before and after, `stands` whether it is still
    there."""

    def __init__(
        self, old_path: Callable[[int], str], new_path: Callable[[int], str], stands: Callable[[int], bool]
    ) -> None:
        self._old_path, self._new_path = lru_cache(4096)(old_path), lru_cache(4096)(new_path)
        self._stands = stands
        self._pairs: dict[tuple[int, int], _Pair] = {}
        self._spelled: dict[str, str] = {}
        self.files = 0

    def note(self, old: Place, new: Place) -> None:
        """Note that a file is, or would be, elsewhere; nothing where both are the same place."""
        before, after = self._old_path(old[0]), self._new_path(new[0])
        if (before, old[1]) == (after, new[1]):
            return
        pair = self._pairs.setdefault((old[0], new[0]), _Pair(before, after, before == after))
        pair.files += 1
        self.files += 1
        if len(pair.names) < _FILES:
            pair.names.append((old[1], new[1]))

    def note_spelling(self, folder: int) -> None:
        """Note that a folder is spelled in another way, with all that lies in it."""
        self._spelled[self._old_path(folder)] = self._new_path(folder)

    def told(self) -> Moved:
        """The first moves in order of where they begin."""
        targets: dict[int, int] = {}
        for old, _ in self._pairs:
            targets[old] = targets.get(old, 0) + 1
        told = [Move(old, new, self._within(old), whole=True) for old, new in self._spelled.items()]
        for (old, new), pair in self._pairs.items():
            if not pair.same and targets[old] == 1 and (old == new or not self._stands(old)):
                if self._respelled(pair.old) != pair.new:
                    told.append(Move(pair.old, pair.new, pair.files, whole=True))
            elif pair.files <= _FILES:
                told += [Move(join(pair.old, a), join(pair.new, b), 1, whole=False) for a, b in pair.names]
            else:
                told.append(Move(pair.old, pair.new, pair.files, whole=False))
        told.sort(key=lambda move: move.old)
        return Moved(tuple(told[:SHOWN]), len(told), self.files)

    def _respelled(self, path: str) -> str:
        """Where a folder lies when all that are above it have their new spelling."""
        return next((new + path[len(old) :] for old, new in self._spelled.items() if _is_in(path, old)), path)

    def _within(self, folder: str) -> int:
        return sum(pair.files for pair in self._pairs.values() if _is_in(pair.old, folder))


def _is_in(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder + "/")
