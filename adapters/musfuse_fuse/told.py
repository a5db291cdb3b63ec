"""What the kernel of one mount was told of files, as far as that is remembered: which version of which file."""

import threading

from musfuse.lru import Lru

_REMEMBERED = 16_384


class Told:
    """Versions by inode number. A file whose version is not remembered counts as told otherwise: the kernel then asks
    once more than it has to."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._versions: Lru[int, int] = Lru(_REMEMBERED)
        self._refused: Lru[int, int] = Lru(_REMEMBERED)

    def tell(self, node: int, version: str) -> None:
        """The kernel is told the size of a version."""
        with self._lock:
            self._versions.put(node, hash(version))

    def knows(self, node: int, version: str) -> bool:
        """Whether the kernel was told of this version last."""
        with self._lock:
            return self._versions.get(node) == hash(version)

    def refuses(self, node: int, version: str) -> bool:
        """Whether to have the kernel ask again before it opens a version that it was not told of: once for each, since
        a file may change faster than it asks."""
        with self._lock:
            if self._refused.pop(node) == hash(version):
                return False
            self._refused.put(node, hash(version))
            return True
