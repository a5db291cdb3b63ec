"""Accounts are looked at, backed up and mended as all is that cannot be made again."""

from contextlib import closing

import pytest
from cli.inprocess import run
from damaging import pages, spoil, spoil_all

from app.care.test_upkeep import context, library, upkeep  # noqa: F401 - a fixture
from musfuse.app.care.accounts import accounts_backups, back_up_accounts, check_accounts, heal_accounts
from musfuse.app.library import Library
from musfuse.app.state import StateFolder
from musfuse.server.tables.database import ServerDatabase
from musfuse.service.requests.care import State
from musfuse.store.opening import DamagedError
from musfuse.store.suspicion import suspect, suspicion


@pytest.fixture
def accounts(state: StateFolder) -> StateFolder:
    """A library with an account that has a key."""
    run("user", "add", "ada", "--no-password", "--library", state.path)
    run("user", "key", "ada", "phone", "--library", state.path)
    return state


def users(state: StateFolder) -> list[str]:
    with closing(ServerDatabase(state.server)) as db:
        return [str(name) for (name,) in db.execute("SELECT name FROM user ORDER BY name")]


def test_where_nobody_has_an_account_nothing_is_said_or_made(state: StateFolder) -> None:
    assert list(check_accounts(state)) == []
    assert (back_up_accounts(state, 0, 7), heal_accounts(state)) == ("", "")
    assert not state.server.exists()


def test_the_upkeep_looks_at_accounts_and_backs_them_up(accounts: StateFolder, library: Library) -> None:
    done = upkeep(library).care(context())
    assert done["checked"] == 3
    assert len(accounts_backups(accounts).all()) == 1
    assert back_up_accounts(accounts, 24, 7) == ""
    for page in range(1, pages(accounts.server)):
        spoil(accounts.server, page)
    with pytest.raises(DamagedError):
        upkeep(library).care(context())


@pytest.mark.parametrize("backed_up", [True, False])
def test_accounts_that_are_damaged_are_replaced_and_let_no_old_device_in(
    accounts: StateFolder, backed_up: bool
) -> None:
    back_up_accounts(accounts, 0, 7)
    run("user", "add", "bob", "--no-password", "--library", accounts.path)
    for backup in accounts_backups(accounts).all() if not backed_up else ():
        backup.path.unlink()
    spoil_all(accounts.server)
    (found,) = check_accounts(accounts)
    assert (found.state, "`musfuse library repair`" in found.advice) == (State.DAMAGED, True)
    said = run("library", "repair", "--yes", "--library", accounts.path).out
    assert "is set aside as" in said
    assert ("sign in again" in said, "made anew, by" in said) == (backed_up, not backed_up)
    assert users(accounts) == (["ada"] if backed_up else [])
    with closing(ServerDatabase(accounts.server)) as db:
        assert db.execute("SELECT count(*) FROM device") == [(0,)]
    assert [one.state for one in check_accounts(accounts)] == [State.OK]


def test_a_suspicion_that_is_wrong_is_dropped(accounts: StateFolder) -> None:
    suspect(accounts.server, "nothing")
    assert [one.state for one in check_accounts(accounts)] == [State.NOTE, State.OK]
    assert heal_accounts(accounts) == ""
    assert not suspicion(accounts.server)
    assert users(accounts) == ["ada"]


def test_a_header_that_is_none_is_mended_by_the_next_owner(accounts: StateFolder) -> None:
    back_up_accounts(accounts, 0, 7)
    spoil(accounts.server, 0)
    said = run("scan", "--library", accounts.path)
    assert users(accounts) == ["ada"], said
    assert "is set aside as" in accounts.log.read_text()
