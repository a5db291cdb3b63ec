"""Open folders: where each listing is, since the kernel takes it in pieces and may begin again."""

import itertools
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from musfuse.drive import DirEntry
from musfuse.errors import BadHandleError

Begin = Callable[[], Iterator[DirEntry]]
"""Begins a listing. Raises MusfuseError."""
Take = Callable[[DirEntry | str, int], bool]
"""Takes an entry, or the name of a folder itself or the one above, with the offset behind it; False: not this one."""

_DOTS = (".", "..")


@dataclass(slots=True)
class _Open:
    """`at` is the offset behind what was taken last; `held` is what was not taken."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    entries: Iterator[DirEntry] | None = None
    held: DirEntry | None = None
    at: int = 0


class Folders:
    """The table of open folders."""

    def __init__(self) -> None:
        self._next = itertools.count(1)
        self._open: dict[int, _Open] = {}

    def open(self) -> int:
        """A number for a folder that is opened."""
        number = next(self._next)
        self._open[number] = _Open()
        return number

    def close(self, number: int) -> None:
        """Forget a folder that is closed."""
        self._open.pop(number, None)

    def give(self, number: int, offset: int, begin: Begin, take: Take) -> None:
        """Give entries behind an offset, until one is not taken. The first two are the folder itself and the one above.
        An offset that the listing is not at, as after a rewind, has it begin again. Raises BadHandleError for a folder
        that is not open, and what `begin` raises."""
        folder = self._open.get(number)
        if folder is None:
            raise BadHandleError(f"folder {number} is not open")
        with folder.lock:
            if folder.entries is None or offset != folder.at:
                folder.entries, folder.held, folder.at = begin(), None, offset
                for _ in range(offset - len(_DOTS)):
                    next(folder.entries, None)
            for name in _DOTS[folder.at :]:
                if not take(name, folder.at + 1):
                    return
                folder.at += 1
            while (entry := folder.held or next(folder.entries, None)) is not None:
                folder.held = entry
                if not take(entry, folder.at + 1):
                    return
                folder.held = None
                folder.at += 1
