"""PictureStore: pictures by what their bytes are, each kept once."""

import threading
from collections.abc import Callable

from musfuse.lru import Lru
from musfuse.store.kv import KvNamespace, KvStore

_IN_MEMORY = 16 << 20


class PictureStore:
    """Pictures of both namespaces: found or made (they can be had again), and set by somebody (they cannot).

    Those read last stay in memory, because a picture is read in slices. `restore` is asked for one that is lost.
    """

    def __init__(self, store: KvStore, restore: Callable[[str], bytes | None] = lambda _: None) -> None:
        self._store = store
        self.restore = restore
        self._lock = threading.Lock()
        self._recent: Lru[str, bytes] = Lru(_IN_MEMORY, len)

    def get(self, digest: str) -> bytes | None:
        """A picture's bytes, None where they are lost for good."""
        found = self.kept(digest)
        if found is None:
            found = self.restore(digest)
            if found is not None:
                self._store.put(KvNamespace.ARTWORK, digest, found)
                self._remember(digest, found)
        return found

    def kept(self, digest: str) -> bytes | None:
        """A picture's bytes, None where they are not here: nothing is restored."""
        with self._lock:
            found = self._recent.get(digest)
        if found is not None:
            return found
        found = self._store.get(KvNamespace.ARTWORK, digest)
        if found is None:
            found = self._store.get(KvNamespace.CHOSEN_ART, digest)
        if found is not None:
            self._remember(digest, found)
        return found

    def _remember(self, digest: str, data: bytes) -> None:
        with self._lock:
            self._recent.put(digest, data)

    def keep(self, digest: str, data: bytes) -> None:
        """Keep a picture that was found or made."""
        if self._store.get(KvNamespace.ARTWORK, digest) is None:
            self._store.put(KvNamespace.ARTWORK, digest, data)
