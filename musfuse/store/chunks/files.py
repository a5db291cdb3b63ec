"""The files of the chunk cache: each is named by the BLAKE3 of its bytes, and checked against it when it is read."""

import os
import re
import shutil
import stat
from collections.abc import Iterator
from contextlib import suppress
from itertools import count
from pathlib import Path

from blake3 import blake3

from musfuse.platform import system
from musfuse.store.chunks.cutter import LARGEST

_NEW = "new"
_NAMES = {_NEW: re.compile(r"\d+")} | {
    f"{number:02x}": re.compile(rf"{number:02x}[0-9a-f]{{62}}") for number in range(256)
}
"""The folders of a cache, and what the files in them are called."""


def digest_of(data: "bytes | memoryview") -> bytes:
    """What names these bytes."""
    return blake3(data).digest()


def holds_chunks(folder: Path) -> bool:
    """Whether a folder is one of a cache, by its name and those in it: one of somebody else may be called so, too.
    Raises OSError."""
    names = _NAMES.get(folder.name)
    if names is None or folder.is_symlink() or not folder.is_dir():
        return False
    with os.scandir(folder) as entries:
        return all(names.fullmatch(entry.name) for entry in entries)


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
            if _NAMES[_NEW].fullmatch(left.name):
                _remove(left)

    def write(self, data: "bytes | memoryview") -> Path:
        """Write bytes under a name of their own, for `settle`. Raises OSError, and leaves nothing then."""
        path = self._folder / _NEW / str(next(self._numbers))
        try:
            try:
                path.write_bytes(data)
            except FileNotFoundError:  # somebody emptied the cache by hand
                path.parent.mkdir(parents=True, exist_ok=True)
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
        except OSError:
            _remove(path)  # a folder, say
            if not path.parent.is_dir():
                _remove(path.parent)
                path.parent.mkdir(exist_ok=True)
            written.replace(path)

    def read(self, digest: bytes, size: int) -> bytes | None:
        """A chunk, checked; None where it is not there, cannot be read, or is not what its name says."""
        if not 0 <= size <= LARGEST:
            return None  # the table is damaged
        try:
            data = _read(self._name(digest), size + 1)  # a Path would take as long as the hash
        except OSError:
            return None
        return data if len(data) == size and digest_of(data) == digest else None

    def has(self, digest: bytes, size: int) -> bool:
        """Whether a file of this name and size is there; its bytes are not looked at."""
        with suppress(OSError):
            facts = self.path(digest).stat()
            return stat.S_ISREG(facts.st_mode) and facts.st_size == size
        return False

    def drop(self, digest: bytes) -> bool:
        """Remove a chunk, or what lies in its place; whether it is not there any more."""
        return _remove(self.path(digest))

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


def _read(path: str, size: int) -> bytes:
    """The first bytes of a file. Raises OSError, also for a pipe in its place, which is waited for neither to be opened
    nor to be read, and for a folder."""
    fd = system.open_shared(path)
    try:
        return system.read_at(fd, size, 0)
    finally:
        os.close(fd)


def _remove(path: Path) -> bool:
    """Remove whatever lies there; whether nothing does any more."""
    try:
        path.unlink(missing_ok=True)
    except OSError:  # a folder fails so, by one error or another
        shutil.rmtree(path, ignore_errors=True)
    return not os.path.lexists(path)
