"""The folders of a source by the name keys of their paths, in eight bytes a folder: a playlist may name thousands that
are not there, and looking at all paths for each of them takes minutes."""

from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from zlib import crc32

from musfuse.library.names import name_key


class FolderKeys:
    """Over folders, (number, path). `path_of` gives the path of a number, None where it is gone."""

    def __init__(self, folders: Iterable[tuple[int, str]], path_of: Callable[[int], str | None]) -> None:
        self._path_of = path_of
        self._known = array("Q", sorted(array("Q", (_hash(path) << 32 | number for number, path in folders))))

    def find(self, path: str) -> int | None:
        """The number of the folder with a path, else of the first whose path differs in case or composition only; None
        where there is none."""
        found, key = list[tuple[bool, str, int]](), name_key(path)
        for number in self._candidates(_hash(path)):
            there = self._path_of(number)
            if there is not None and name_key(there) == key:
                found.append((there != path, there, number))
        return min(found)[2] if found else None

    def _candidates(self, wanted: int) -> Iterator[int]:
        """Folders whose keys may be the same."""
        at = bisect_left(self._known, wanted << 32)
        while at < len(self._known) and self._known[at] >> 32 == wanted:
            yield self._known[at] & 0xFFFF_FFFF
            at += 1


def _hash(path: str) -> int:
    return crc32(name_key(path).encode("utf-8", "surrogatepass"))
