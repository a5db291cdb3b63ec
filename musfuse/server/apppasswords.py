"""The file of app passwords, the only secrets that are kept as they are: old clients prove that they know one by a
salted MD5 of it, which nothing but the text itself tells right from wrong.

It lies beside server.db, can be read by nobody but the owner of the library, and is in no backup. Each text stands
under its hash, which is what server.db knows of it: a server.db that is brought back lets nobody in by another's
password.
"""

import os
import threading
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

import msgspec

from musfuse.errors import StoreError, plainly
from musfuse.platform import system
from musfuse.server.keys import MOST

_MOST_BYTES = 4 << 20


class _Kept(msgspec.Struct):
    """The file as JSON: texts by their hashes, in hexadecimal digits."""

    passwords: dict[str, str] = {}


class AppPasswords:
    """The file at `path`, made when there is something to keep. May be used from many threads; raises StoreError."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._seen: tuple[int, ...] | None = None
        self._known: dict[str, str] = {}

    def text(self, hash_: bytes) -> str | None:
        """The password of a hash; None where it is not there, as after a backup was brought back."""
        with self._lock:
            return self._texts().get(hash_.hex())

    def put(self, hash_: bytes, text: str) -> None:
        """Keep a password; it is on the disk when this returns."""
        with self._lock:
            self._write({**self._texts(), hash_.hex(): text})

    def keep_only(self, hashes: Collection[bytes]) -> None:
        """Forget all others."""
        wanted = {hash_.hex() for hash_ in hashes}
        with self._lock:
            known = self._texts()
            left = {hash_: text for hash_, text in known.items() if hash_ in wanted}
            if len(left) != len(known):
                self._write(left)

    def _texts(self) -> dict[str, str]:
        """What is in the file now; it is read again where it is another one."""
        try:
            facts = os.stat(self._path)
        except FileNotFoundError:
            self._seen, self._known = None, {}
            return self._known
        except OSError as error:
            raise self._failure(error) from error
        seen = facts.st_ino, facts.st_size, facts.st_mtime_ns
        if seen != self._seen:
            self._known, self._seen = self._read(facts), seen
        return self._known

    def _read(self, facts: os.stat_result) -> dict[str, str]:
        if system.others_can_read(facts):
            raise StoreError(
                f"{self._path}: can be read by others than its owner, so its passwords count no more; remove it, and"
                " make new ones"
            )
        if facts.st_size > _MOST_BYTES:
            raise StoreError(f"{self._path}: is too large; remove it, and make new app passwords")
        try:
            found = msgspec.json.decode(self._path.read_bytes(), type=_Kept).passwords
        except (msgspec.MsgspecError, UnicodeDecodeError):
            raise StoreError(f"{self._path}: cannot be read; remove it, and make new app passwords") from None
        except OSError as error:
            raise self._failure(error) from error
        return {hash_: text for hash_, text in found.items() if 0 < len(text) <= MOST}

    def _write(self, texts: dict[str, str]) -> None:
        self._seen = None
        try:
            if texts:
                system.write_private(self._path, msgspec.json.encode(_Kept(texts)))
            else:
                with suppress(FileNotFoundError):
                    self._path.unlink()
        except OSError as error:
            raise self._failure(error) from error

    def _failure(self, error: OSError) -> StoreError:
        return StoreError(f"{self._path}: app passwords cannot be kept: {plainly(error)}")
