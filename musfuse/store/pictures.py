"""PictureStore: pictures by what their bytes are, each kept once."""

from musfuse.store.kv import KvNamespace, KvStore


class PictureStore:
    """Pictures of both namespaces: found or made (they can be had again), and set by somebody (they cannot)."""

    def __init__(self, store: KvStore) -> None:
        self._store = store

    def get(self, digest: str) -> bytes | None:
        """A picture's bytes, None where they are not kept."""
        found = self._store.get(KvNamespace.ARTWORK, digest)
        return found if found is not None else self._store.get(KvNamespace.CHOSEN_ART, digest)

    def keep(self, digest: str, data: bytes) -> None:
        """Keep a picture that was found or made."""
        if self._store.get(KvNamespace.ARTWORK, digest) is None:
            self._store.put(KvNamespace.ARTWORK, digest, data)
