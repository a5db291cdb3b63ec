"""A check finds what is damaged, says what to do, writes nothing, and tells a library that is behind from a damaged one."""

import sqlite3
from contextlib import ExitStack, closing

import pytest
from damaging import pages, spoil, spoil_all

from musfuse.app.care.checking import Checking, cache_database
from musfuse.app.library import open_library
from musfuse.app.state import StateFolder
from musfuse.config import Config
from musfuse.library.userdb import ViewSpec
from musfuse.service.requests.care import Checked, Finding, State
from musfuse.store.suspicion import suspect


def checked(state: StateFolder) -> Checked:
    before = {path: path.read_bytes() for path in state.path.rglob("*.db")}
    found = Checking(state).check()
    assert before == {path: path.read_bytes() for path in state.path.rglob("*.db")}
    return found


def of(found: Checked, what: str) -> Finding:
    return next(finding for finding in found.findings if finding.what == what)


def change(state: StateFolder, sql: str, user: bool = False) -> None:
    with closing(sqlite3.connect(state.user if user else state.catalog)) as db:
        db.execute(sql)
        db.commit()


def test_a_sound_library(state: StateFolder) -> None:
    found = checked(state)
    assert (found.sound, found.rescan) == (True, False)
    assert {finding.what: finding.state for finding in found.findings} == dict.fromkeys(
        ("catalog", "user", "jobs", "backups"), State.OK
    )
    assert "tags or pictures of 1 track" in of(found, "user").detail


@pytest.mark.parametrize("what", ["catalog", "user", "jobs", "cache"])
def test_damage_is_found_on_any_page(state: StateFolder, what: str) -> None:
    path = {"catalog": state.catalog, "user": state.user, "jobs": state.jobs, "cache": cache_database(state)}[what]
    if what == "cache":
        path.parent.mkdir()
        path.write_bytes(state.jobs.read_bytes())
    for page in {0, pages(path) // 2, pages(path) - 1}:
        sound = path.read_bytes()
        spoil(path, page)
        found = checked(state)
        assert not found.sound, page
        assert of(found, what).state is State.DAMAGED
        assert "`musfuse library repair`" in of(found, what).advice
        assert found.rescan is (what == "catalog")
        path.write_bytes(sound)


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("DELETE FROM node WHERE item IS NULL AND parent = 1", "lie in no folder"),
        ("UPDATE node SET item = 1000 WHERE item = 1", "are of no item"),
        ("DELETE FROM item_tags", "items without tags"),
        ("DELETE FROM node WHERE parent = 0", "views without a root"),
        ("DROP INDEX node_item", "node_item is missing in it"),
        ("DROP TRIGGER item_gone", "item_gone is missing in it"),
    ],
)
def test_what_no_catalog_holds(state: StateFolder, sql: str, said: str) -> None:
    change(state, sql)
    found = of(checked(state), "catalog")
    assert found.state is State.DAMAGED
    assert said in found.detail


def test_a_catalog_that_is_behind_is_not_damaged(state: StateFolder) -> None:
    change(state, "INSERT INTO todo VALUES ('place', 1)")
    change(state, "UPDATE source SET scanned = 0")
    found = checked(state)
    assert (found.sound, found.rescan) == (True, True)
    assert [finding.state for finding in found.findings if finding.what == "catalog"] == [State.NOTE, State.NOTE]


def test_a_view_that_is_being_made_is_neither_damage_nor_a_change_that_is_missing(state: StateFolder) -> None:
    with ExitStack() as closing:
        library = open_library(state.path, Config(), closing)
        library.trees.in_background = lambda: None
        library.viewing.add(ViewSpec("car", "$title"))
        for steps in range(8):  # from nothing of it to all of it, with what its tree gave up left to be removed
            left = iter(range(steps))
            found = Checking(state).check()
            assert (found.sound, found.rescan) == (True, False), (steps, found.findings)
            told = of(found, "catalog")
            assert told.state is State.OK
            assert ("1 view is being made" in told.detail) is (library.viewing.show("car").state != "ready")
            library.trees.build(lambda left=left: next(left, None) is None)
        assert library.viewing.show("car").state == "ready"


def test_a_catalog_that_is_not_there_or_older(state: StateFolder) -> None:
    change(state, "PRAGMA user_version = 3")
    assert of(checked(state), "catalog").state is State.DOUBT
    state.catalog.unlink()
    found = checked(state)
    assert (found.sound, found.rescan, of(found, "catalog").state) == (True, True, State.DOUBT)


def test_an_overlay_that_cannot_be_read_and_a_suspicion(state: StateFolder) -> None:
    suspect(state.user, "of old")
    change(state, "UPDATE kv SET value = x'7b' WHERE namespace = 'track'", user=True)
    states = [(f.state, f.detail) for f in checked(state).findings if f.what == "user"]
    assert states[0] == (State.NOTE, "user.db failed once and is sound: of old")
    assert states[1] == (State.DOUBT, "what was said of 1 track cannot be read")


def test_a_user_database_that_is_gone(state: StateFolder) -> None:
    state.user.unlink()
    found = of(checked(state), "user")
    assert found.state is State.DAMAGED
    assert "puts the backup of" in found.advice
    for backup in state.backups.iterdir():
        spoil_all(backup)
    assert of(checked(state), "user").state is State.NOTE
