"""Passwords, hashed by Argon2id: slow for whoever guesses, and no faster for names that nobody has.

Parameters are the first that OWASP's Password Storage Cheat Sheet names: 19 MiB, two passes, one lane. What was hashed
with others is hashed anew when its user signs in.
"""

import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import resources
from typing import TYPE_CHECKING

from musfuse.errors import ConfigError, TooManyTriesError
from musfuse.server.users import name_key

if TYPE_CHECKING:
    from argon2 import PasswordHasher

SHORTEST, LONGEST = 8, 256
"""Characters of a password: the least that NIST SP 800-63B allows, and far more than anybody types."""
_AT_ONCE, _WAITING, _WAIT_SECONDS = 2, 32, 10.0
_MISSING = "accounts need argon2-cffi; install it with `pip install 'musfuse[server]'`"


@dataclass(frozen=True, slots=True)
class Argon2Parameters:
    """`memory` in KiB."""

    passes: int = 2
    memory: int = 19_456
    lanes: int = 1


class Passwords:
    """Hashes and verifies, `at_once` in parallel and no more: each takes 19 MiB and a core. So many may wait for that;
    who is more than that, or waits too long, is told to come again."""

    def __init__(
        self,
        parameters: Argon2Parameters = Argon2Parameters(),
        at_once: int = _AT_ONCE,
        waiting: int = _WAITING,
        wait_seconds: float = _WAIT_SECONDS,
    ) -> None:
        self._parameters, self._wait_seconds = parameters, wait_seconds
        self._places, self._queue = threading.BoundedSemaphore(at_once), threading.BoundedSemaphore(at_once + waiting)

    def hash(self, password: str) -> str:
        """A password as it is kept, in PHC format. Raises ConfigError where there is no argon2-cffi,
        TooManyTriesError."""
        with self._turn():
            return self._hasher.hash(_normal(password))

    def verify(self, kept: str, password: str) -> bool:
        """Whether a password is the one of which this was kept; '' for a user that there is not, or that has none,
        which takes as long. Raises ConfigError, TooManyTriesError."""
        from argon2.exceptions import Argon2Error, InvalidHashError

        with self._turn():
            nobody = self._nobody  # made by whoever asks first, whether there is such a user or not
            try:
                right = self._hasher.verify(kept or nobody, _normal(password[: LONGEST + 1]))
            except (Argon2Error, InvalidHashError):
                return False
        return right and bool(kept) and len(password) <= LONGEST

    def is_outdated(self, kept: str) -> bool:
        """Whether a hash was made with other parameters than these."""
        return self._hasher.check_needs_rehash(kept)

    @cached_property
    def _hasher(self) -> "PasswordHasher":
        try:
            from argon2 import PasswordHasher
        except ImportError:
            raise ConfigError(_MISSING) from None
        wanted = self._parameters
        return PasswordHasher(wanted.passes, wanted.memory, wanted.lanes, hash_len=32, salt_len=16)

    @cached_property
    def _nobody(self) -> str:
        """The hash of a password that nobody has."""
        import secrets

        return self._hasher.hash(secrets.token_urlsafe(32))

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self._queue.acquire(blocking=False):
            raise TooManyTriesError("too many are signing in at this moment; try again", 1.0)
        try:
            if not self._places.acquire(timeout=self._wait_seconds):
                raise TooManyTriesError("too many are signing in at this moment; try again", self._wait_seconds)
            try:
                yield
            finally:
                self._places.release()
        finally:
            self._queue.release()


def check_password(password: str, name: str) -> None:
    """Raise ConfigError for a password that cannot be that of a user: too short, too long, his name, or one thing again
    and again. Nothing of it is repeated in the message."""
    try:
        text = _normal(password)
        text.encode()
    except UnicodeEncodeError:
        raise ConfigError("the password is no text in UTF-8") from None
    if not SHORTEST <= len(text) <= LONGEST:
        raise ConfigError(f"a password has {SHORTEST} to {LONGEST} characters; a few words in a row are easy to keep")
    if any(unicodedata.category(char) == "Cc" for char in text):
        raise ConfigError("a password has no control characters, such as line breaks")
    bare = name_key(text)
    if bare in (name_key(name), "musfuse", "password") or len(set(bare)) <= 2 or bare in _guessed_first():
        raise ConfigError("this password is among the first that anybody would guess; choose another")


def _normal(password: str) -> str:
    """NFKC, as NIST SP 800-63B wants it: another keyboard may encode the same characters otherwise."""
    return unicodedata.normalize("NFKC", password)


@cache
def _guessed_first() -> frozenset[str]:
    """What is tried first, in lower case: the head of every list of passwords that got out, as far as these are long
    enough."""
    return frozenset(resources.files(__package__).joinpath("guessed.txt").read_text("utf-8").split())
