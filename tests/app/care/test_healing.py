"""A damaged database is set aside when its library is opened, replaced, and that is said; nothing that was said of tracks
is lost with a catalog, and with user.db no more than came after its last backup."""

import shutil
from pathlib import Path

import pytest
from cli.inprocess import run
from damaging import pages, spoil, spoil_all

from app.care.conftest import KNOWN, back_up, genres
from musfuse.app.care.damage import told_of_damage
from musfuse.app.care.healing import damage, heal
from musfuse.app.care.replacing import replacement
from musfuse.app.library import open_library
from musfuse.app.state import StateFolder
from musfuse.config import Config
from musfuse.library.userdb.backups import Backups
from musfuse.store.suspicion import suspect, suspicion


def said_by_scan(state: StateFolder, caplog: pytest.LogCaptureFixture) -> str:
    """What a scan says in its log, which a command shows on standard error."""
    caplog.clear()
    run("scan", "--library", state.path)
    return caplog.text


def test_a_sound_library_is_left_alone(state: StateFolder) -> None:
    before = {path: path.stat().st_mtime_ns for path in (state.catalog, state.user)}
    assert heal(state) == []
    assert before == {path: path.stat().st_mtime_ns for path in before}
    assert told_of_damage(state) == ()


@pytest.mark.parametrize("page", [0, None], ids=["header", "all"])
def test_a_catalog_is_set_aside_made_again_and_said(
    state: StateFolder, page: int | None, caplog: pytest.LogCaptureFixture
) -> None:
    spoil_all(state.catalog) if page is None else spoil(state.catalog, page)
    said = said_by_scan(state, caplog)
    assert f"{state.catalog} was damaged" in said
    assert genres(state) == KNOWN
    assert "is set aside as" in state.log.read_text()
    assert "is set aside as" in run("status", "--library", state.path).out


def test_damage_that_is_met_later_is_noted_and_mended_by_the_next_owner(
    state: StateFolder, caplog: pytest.LogCaptureFixture
) -> None:
    for page in range(1, pages(state.catalog)):
        spoil(state.catalog, page)
    said = run("find", "--library", state.path, code=1).err
    assert "`musfuse scan` or `mount` sets it aside and makes it again" in said
    assert suspicion(state.catalog)
    assert "is set aside as" in said_by_scan(state, caplog)
    assert not suspicion(state.catalog)
    assert genres(state) == KNOWN


def test_damage_that_opening_meets_is_mended_at_once(state: StateFolder) -> None:
    for page in range(1, pages(state.catalog)):
        spoil(state.catalog, page)
    library = open_library(state.path, Config())
    assert "is set aside as" in library.upkeep.healed[0]
    library.scan_all(library.scanner())
    assert library.catalog.nodes.counts()[1] == len(KNOWN)
    library.close()


def test_a_suspicion_that_is_wrong_is_dropped(state: StateFolder) -> None:
    suspect(state.catalog, "nothing")
    assert "nothing" in told_of_damage(state)[0]
    assert "`musfuse library repair` mends it" in told_of_damage(state)[0]
    assert "`musfuse stop`, and the next `musfuse mount` mends it" in told_of_damage(state, owned=True)[0]
    assert heal(state) == []
    assert told_of_damage(state) == ()


def test_a_user_database_comes_back_from_its_last_backup_that_is_sound(
    state: StateFolder, caplog: pytest.LogCaptureFixture
) -> None:
    run("tag", "set", "--library", state.path, "title:2", "genre=Pop")
    spoil_all(back_up(state))
    spoil(state.user, pages(state.user) - 1)
    said = said_by_scan(state, caplog)
    assert f"{state.user} was damaged" in said
    assert "restored from the backup of" in said
    assert genres(state) == KNOWN
    assert "restored from the backup of" in run("status", "--library", state.path).out


def test_without_a_backup_the_sources_are_those_of_the_catalog(
    state: StateFolder, music: Path, caplog: pytest.LogCaptureFixture
) -> None:
    shutil.rmtree(state.backups)
    spoil_all(state.user)
    said = said_by_scan(state, caplog)
    assert "there is no backup of it" in said
    assert genres(state) == ["0 -", "1 -", "2 -"]
    assert str(music) in run("source", "list", "--library", state.path).out


def test_a_lost_one_comes_back_as_well(state: StateFolder) -> None:
    state.user.unlink()
    assert "was gone; restored from the backup" in heal(state)[0]
    assert genres(state) == KNOWN


def test_both_at_once(state: StateFolder) -> None:
    spoil_all(state.catalog)
    spoil_all(state.user)
    assert len(heal(state)) == 2
    run("scan", "--library", state.path)
    assert genres(state) == KNOWN


def test_a_replacement_whose_turn_a_kill_cut_off_takes_its_place(state: StateFolder) -> None:
    new = replacement(state.user)
    shutil.copy(next(Backups(state.user).sound()).path, new)
    heal(state)
    assert not new.exists()  # the one that is there counts
    shutil.copy(next(Backups(state.user).sound()).path, new)
    state.user.rename(state.path / "elsewhere.db")
    assert heal(state) == []
    assert not new.exists()
    assert genres(state) == KNOWN


def test_what_is_small_is_looked_at_whole(state: StateFolder) -> None:
    for page in range(pages(state.user)):
        sound = state.user.read_bytes()
        spoil(state.user, page)
        assert damage(state.user), page
        state.user.write_bytes(sound)
    assert not damage(state.user, thorough=True)
