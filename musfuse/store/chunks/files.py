"""The files of the chunk cache: each is named by the BLAKE3 of its bytes, and checked against it when it is read."""

import os
from collections.abc import Iterator
from contextlib import suppress
from itertools import count
from pathlib import Path

from blake3 import blake3

_NEW = "new"


def digest_of(data: "bytes | memoryview") -> bytes:
    """What names these bytes."""
    return blake3(data).digest()


class ChunkFiles:
    """A folder of chunks, in 256 folders by the first byte of their names. Files come by rename, so none has half of
    its bytes unless the machine lost power; and then its name tells."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._root, self._numbers = folder, str(folder), count()

    def begin(self) -> None:
        """Make the folder, and drop what a kill left half written. Raises OSError."""
        new = self._folder / _NEW
        new.mkdir(parents=True, exist_ok=True)
        for left in new.iterdir():
            left.unlink(missing_ok=True)

    def write(self, data: "bytes | memoryview") -> Path:
        """Write bytes under a name of their own, for `settle`. Raises OSError, and leaves nothing then."""
        path = self._folder / _NEW / str(next(self._numbers))
        try:
            path.write_bytes(data)
        except OSError:
            with suppress(OSError):
                path.unlink(missing_ok=True)
            raise
        return path

    def settle(self, written: Path, digest: bytes) -> None:
        """Have a file that was written be the chunk of this digest. Raises OSError."""
        path = self.path(digest)
        try:
            written.replace(path)
        except FileNotFoundError:
            path.parent.mkdir(exist_ok=True)
            written.replace(path)

    def read(self, digest: bytes, size: int) -> bytes | None:
        """A chunk, checked; None where it is not there, cannot be read, or is not what its name says."""
        try:
            with open(self._name(digest), "rb", buffering=0) as file:  # a Path would take as long as the hash
                data = file.read(size + 1)
        except OSError:
            return None
        return data if len(data) == size and digest_of(data) == digest else None

    def has(self, digest: bytes, size: int) -> bool:
        """Whether a file of this name and size is there; its bytes are not looked at."""
        with suppress(OSError):
            return self.path(digest).stat().st_size == size
        return False

    def drop(self, digest: bytes) -> bool:
        """Remove a chunk; whether it is not there any more."""
        with suppress(OSError):
            self.path(digest).unlink(missing_ok=True)
            return True
        return False

    def drop_all(self) -> None:
        """Remove all chunks, whatever lies there."""
        for digest in self.all():
            self.drop(digest)

    def all(self) -> Iterator[bytes]:
        """The digests of all chunks that lie here."""
        for number in range(256):
            with suppress(OSError), os.scandir(self._folder / f"{number:02x}") as entries:
                for entry in entries:
                    with suppress(ValueError):
                        digest = bytes.fromhex(entry.name)
                        if self.path(digest) == Path(entry.path):
                            yield digest

    def path(self, digest: bytes) -> Path:
        """Where a chunk lies."""
        return Path(self._name(digest))

    def _name(self, digest: bytes) -> str:
        name = digest.hex()
        return f"{self._root}/{name[:2]}/{name}"
