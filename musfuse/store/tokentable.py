"""Bearer tokens, of which only hashes are kept, in a file of their own: no backup that is restored brings one back.

A token is `mft_ID_SECRET`: the number finds its row, and the secret, 256 random bits, is compared with the hash.
"""

import base64
import hashlib
import hmac
import os
import re
import secrets
import sqlite3
import threading
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from musfuse.errors import NotFoundError, StoreError, plainly
from musfuse.store.opening import is_unsound, reading_uri
from musfuse.store.transaction import transaction

_SECRET_BYTES = 32
_TOKEN = re.compile(r"mft_([1-9][0-9]{0,17})_([A-Za-z0-9_-]{43})")
_NOBODY = b"\0" * hashlib.sha256().digest_size

# token: one row a token. Owner: this module. `scopes` are words with a space in between, `hash` is SHA-256 of the whole
# token. Times are ns since 1970; `expires_ns` and `revoked_ns` are 0 for never. AUTOINCREMENT: a
# number is never given again.
_SCHEMA = """
CREATE TABLE IF NOT EXISTS token (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    name       TEXT NOT NULL,
    scopes     TEXT NOT NULL,
    hash       BLOB NOT NULL,
    created_ns INTEGER NOT NULL,
    expires_ns INTEGER NOT NULL,
    revoked_ns INTEGER NOT NULL
);
"""
_VERSION = 1
_COLUMNS = "id, name, scopes, created_ns, expires_ns, revoked_ns"


@dataclass(frozen=True, slots=True)
class Token:
    """What is known of a token; never the token. Times are ns since 1970, 0 for never."""

    id: int
    name: str
    scopes: frozenset[str]
    created_ns: int
    expires_ns: int
    revoked_ns: int

    def holds(self, now_ns: int) -> bool:
        """Whether it is worth something at a time."""
        return not self.revoked_ns and (not self.expires_ns or now_ns < self.expires_ns)


class TokenTable:
    """A file of tokens, made when one is to be written first. May be used from many threads, and beside other
    processes: what one revokes counts at once in the others."""

    def __init__(self, path: Path, now_ns: Callable[[], int] = time.time_ns) -> None:
        self._path, self._now_ns = path, now_ns
        self._lock = threading.Lock()
        self._writer: sqlite3.Connection | None = None
        self._reader: sqlite3.Connection | None = None
        self._seen: tuple[int, int] | None = None

    def create(self, name: str, scopes: Collection[str], expires_ns: int = 0) -> tuple[Token, str]:
        """Make a token: what is kept of it, and itself, which nothing tells a second time. Raises StoreError."""
        secret = base64.urlsafe_b64encode(secrets.token_bytes(_SECRET_BYTES)).rstrip(b"=").decode()
        now, words = self._now_ns(), " ".join(sorted(scopes))
        with self._lock:
            self._is_there()
            db = self._opened()
            try:
                with transaction(db):
                    row = db.execute(
                        "INSERT INTO token (name, scopes, hash, created_ns, expires_ns, revoked_ns)"
                        " VALUES (?, ?, ?, ?, ?, 0)",
                        (name, words, _NOBODY, now, expires_ns),
                    )
                    number = int(row.lastrowid or 0)
                    text = f"mft_{number}_{secret}"
                    db.execute("UPDATE token SET hash = ? WHERE id = ?", (_hash(text), number))
            except sqlite3.Error as error:
                raise _failure(self._path, error) from error
        return Token(number, name, frozenset(scopes), now, expires_ns, 0), text

    def rows(self) -> list[Token]:
        """All tokens that there ever were, the first first. Raises StoreError."""
        return [_token(row) for row in self._selected(f"SELECT {_COLUMNS} FROM token ORDER BY id")]

    def revoke(self, number: int) -> Token:
        """Have a token be worth nothing from now on. Raises NotFoundError where there is none of this number,
        StoreError."""
        with self._lock:
            try:
                if self._is_there():
                    self._opened().execute(
                        "UPDATE token SET revoked_ns = ? WHERE id = ? AND revoked_ns = 0", (self._now_ns(), number)
                    )
            except sqlite3.Error as error:
                raise _failure(self._path, error) from error
        found = self._selected(f"SELECT {_COLUMNS} FROM token WHERE id = ?", number)
        if not found:
            raise NotFoundError(f"{number}: no such token; `musfuse token list` shows those that there are")
        return _token(found[0])

    def check(self, text: str) -> Token | None:
        """The token that a text is, as long as it is worth something; None for all else. Takes as long for a wrong
        secret as for a right one. Raises StoreError."""
        match = _TOKEN.fullmatch(text)
        rows = self._selected(f"SELECT {_COLUMNS}, hash FROM token WHERE id = ?", int(match[1])) if match else []
        row = rows[0] if rows else None
        known = hmac.compare_digest(_hash(text), row[-1] if row else _NOBODY)
        if row is None or not known:
            return None
        token = _token(row[:-1])
        return token if token.holds(self._now_ns()) else None

    def holds(self, number: int) -> bool:
        """Whether the token of a number is still worth something. Raises StoreError."""
        found = self._selected(f"SELECT {_COLUMNS} FROM token WHERE id = ?", number)
        return bool(found) and _token(found[0]).holds(self._now_ns())

    def close(self) -> None:
        """Close the file; it is opened again where it is needed."""
        with self._lock:
            self._let_go()

    def _selected(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """Rows; none where no token was made yet. Nothing is written for it, so it works where nothing can be."""
        with self._lock:
            if not self._is_there():
                return []
            try:
                if self._reader is None:
                    self._reader = sqlite3.connect(
                        reading_uri(self._path), uri=True, isolation_level=None, check_same_thread=False, timeout=10
                    )
                return self._reader.execute(sql, values).fetchall()
            except sqlite3.Error as error:
                self._let_go()
                raise _failure(self._path, error) from error

    def _is_there(self) -> bool:
        """Whether there is a file; one that was removed counts no more, whoever has it open."""
        try:
            found = os.stat(self._path)
        except OSError:
            self._let_go()
            return False
        if self._seen != (found.st_dev, found.st_ino):
            self._let_go()
            self._seen = found.st_dev, found.st_ino
        return True

    def _opened(self) -> sqlite3.Connection:
        if self._writer is None:
            self._writer = self._connected()
        return self._writer

    def _let_go(self) -> None:
        for db in (self._writer, self._reader):
            if db is not None:
                db.close()
        self._writer = self._reader = None

    def _connected(self) -> sqlite3.Connection:
        try:
            if not self._path.exists():
                self._path.touch(0o600)
            db = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False, timeout=10)
            try:
                self._set_up(db)
            except BaseException:
                db.close()
                raise
        except sqlite3.Error as error:
            raise _failure(self._path, error) from error
        except OSError as error:
            raise StoreError(f"{self._path}: cannot be made: {plainly(error)}") from error
        return db

    def _set_up(self, db: sqlite3.Connection) -> None:
        db.execute("PRAGMA synchronous=FULL")  # what is revoked stays so
        (version,) = db.execute("PRAGMA user_version").fetchone()
        if version > _VERSION:
            raise StoreError(f"{self._path}: made by a newer musfuse; update to it, or remove the file")
        if version < _VERSION:
            db.execute("PRAGMA journal_mode=WAL")  # who checks a token waits for nobody
            db.executescript(f"BEGIN IMMEDIATE;\n{_SCHEMA}\nPRAGMA user_version={_VERSION};\nCOMMIT;")


def _failure(path: Path, error: sqlite3.Error) -> StoreError:
    """Why the file fails. Nothing mends a damaged one: it holds only what can be made anew."""
    advice = "remove it and make new tokens" if is_unsound(error) else "check its disk, and whether it may be written"
    return StoreError(f"{path}: {error}; {advice}")


def _hash(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


def _token(row: tuple[Any, ...]) -> Token:
    number, name, scopes, created, expires, revoked = row
    return Token(number, name, frozenset(scopes.split()), created, expires, revoked)
