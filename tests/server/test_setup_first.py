"""The first set-up works once: with the secret of this start, or from the machine itself."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from musfuse.errors import ConfigError, ForbiddenError, MusfuseError, NotSignedInError, TooManyTriesError
from musfuse.server.users import Role
from server.serving import PASSWORD, Desk, opened

AWAY = "198.51.100.7"


def test_the_printed_secret_makes_the_first_account_once(desk: Desk) -> None:
    setup = desk.server.setup
    secret = setup.begin()
    assert len(secret) == 43
    assert secret.encode() not in (desk.path / "server.db").read_bytes()
    assert setup.is_open
    for wrong in ("", secret[:-1], secret + "x", "\ud800"):
        with pytest.raises(NotSignedInError):
            setup.complete("Mallory", PASSWORD, wrong, AWAY)
    for name, password in (("", PASSWORD), ("Ada", ""), ("Ada", "short")):  # no try of the secret is lost by that
        with pytest.raises(ConfigError):
            setup.complete(name, password, secret, AWAY)
    ada = setup.complete("Ada", PASSWORD, secret, AWAY)
    assert (ada.owner, ada.role) == (True, Role.ADMIN)
    for local in (False, True):
        with pytest.raises(ForbiddenError, match="set up already"):
            setup.complete("Mallory", PASSWORD, secret, AWAY, local=local)
    assert setup.begin() == ""
    assert not setup.is_open
    assert desk.server.database.execute("SELECT * FROM setup") == []


def test_from_the_machine_itself_no_secret_is_needed(desk: Desk) -> None:
    assert desk.server.setup.complete("Ada", PASSWORD, "", "127.0.0.1", local=True).owner


def test_without_a_start_no_secret_is_right(desk: Desk) -> None:
    with pytest.raises(NotSignedInError):
        desk.server.setup.complete("Mallory", PASSWORD, "", AWAY)


def test_a_restart_makes_another_secret(tmp_path: Path) -> None:
    with opened(tmp_path) as desk:
        first = desk.server.setup.begin()
    with opened(tmp_path) as desk:
        second = desk.server.setup.begin()
        with pytest.raises(NotSignedInError):
            desk.server.setup.complete("Mallory", PASSWORD, first, AWAY)
        desk.server.setup.complete("Ada", PASSWORD, second, AWAY)


def test_an_account_that_was_made_otherwise_ends_it(desk: Desk) -> None:
    secret = desk.server.setup.begin()
    desk.owner()
    with pytest.raises(ForbiddenError):
        desk.server.setup.complete("Mallory", PASSWORD, secret, AWAY)


def test_guesses_are_slowed_down(desk: Desk) -> None:
    desk.server.setup.begin()
    with pytest.raises(TooManyTriesError):
        for _ in range(30):
            with pytest.raises(NotSignedInError):
                desk.server.setup.complete("Mallory", PASSWORD, "guess", AWAY)


def test_of_many_at_once_one_makes_the_account(desk: Desk) -> None:
    secret = desk.server.setup.begin()

    def come(number: int) -> bool:
        try:
            desk.server.setup.complete(f"user {number}", PASSWORD, secret, f"192.0.2.{number}")
        except MusfuseError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(come, range(8))) == 1
    assert len(desk.server.accounts.all()) == 1
