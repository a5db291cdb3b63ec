"""Passwords are hashed by Argon2id, a few at a time, and no sooner for names that nobody has."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from patient import until

from musfuse.errors import ConfigError, TooManyTriesError
from musfuse.server.passwords import LONGEST, SHORTEST, Passwords, check_password
from server.serving import PASSWORD, QUICK


def test_what_was_hashed_is_known_again() -> None:
    passwords = Passwords(QUICK)
    kept = passwords.hash(PASSWORD)
    assert kept.startswith("$argon2id$v=19$m=8,t=1,p=1$")
    assert passwords.hash(PASSWORD) != kept
    assert passwords.verify(kept, PASSWORD)
    assert not passwords.verify(kept, PASSWORD + "!")
    assert not passwords.verify("", PASSWORD)
    assert not passwords.verify("", "")
    assert not passwords.verify("no hash at all", PASSWORD)
    assert not passwords.verify(kept, PASSWORD + "x" * 10_000_000)


def test_the_parameters_are_those_of_owasp() -> None:
    kept = Passwords().hash(PASSWORD)
    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert Passwords(QUICK).is_outdated(kept)
    assert not Passwords().is_outdated(kept)


def test_an_encoding_of_the_same_characters_is_the_same_password() -> None:
    passwords = Passwords(QUICK)
    assert passwords.verify(passwords.hash("pa\u00e9\ufb01 long enough"), "pae\u0301fi long enough")


@pytest.mark.parametrize(
    "password",
    ["", "short", "a" * SHORTEST, "abababab", "a" * (LONGEST + 1), "Ada Lovelace", "ADA LOVELACE", "12345678", "Passw0rd",
     "with\na break", "\ud800" * 9, "musfuse1", "qwertyuiop"],
)  # fmt: skip
def test_what_is_guessed_first_is_no_password(password: str) -> None:
    with pytest.raises(ConfigError) as error:
        check_password(password, "Ada Lovelace")
    assert not password or password not in str(error.value)


@pytest.mark.parametrize("password", [PASSWORD, "éàüß渡辺 long", "x9$kPq2!", "a" * 4 + "b" * 4 + "c"])
def test_others_are(password: str) -> None:
    check_password(password, "Ada")


class Held(Passwords):
    """Whoever hashes waits until he is let go."""

    def __init__(self) -> None:
        super().__init__(QUICK, at_once=2, waiting=1, wait_seconds=0.01)
        self.inside, self.go, self.most = threading.Semaphore(0), threading.Event(), 0

    @property
    def _hasher(self) -> "Held":  # type: ignore[override]
        return self

    def hash(self, password: str) -> str:
        with self._turn():
            self.inside.release()
            assert self.go.wait(60)
            return password


def test_no_more_than_a_few_are_hashed_at_once_and_a_few_more_wait() -> None:
    held = Held()
    with ThreadPoolExecutor(2) as pool:
        busy = [pool.submit(held.hash, "x") for _ in range(2)]
        for _ in busy:
            assert held.inside.acquire(timeout=60)
        with pytest.raises(TooManyTriesError) as told:  # it waits as long as it may
            held.hash("y")
        assert told.value.retry_after == 0.01
        held._wait_seconds = 60
        with ThreadPoolExecutor(1) as other:
            waiting = other.submit(held.hash, "z")
            until(lambda: not held._queue._value)  # to take it would be to be in the way
            with pytest.raises(TooManyTriesError):  # too many wait already
                held.hash("y")
            held.go.set()
            assert waiting.result(60) == "z"
        assert [one.result(60) for one in busy] == ["x", "x"]
    assert held.hash("again") == "again"
