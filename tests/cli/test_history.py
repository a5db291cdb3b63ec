"""`musfuse history`"""

import json
import stat
from contextlib import closing
from pathlib import Path

import pytest
import sound

from cli.inprocess import run
from musfuse.cli.common import when
from musfuse.cli.history_cmd import Moment
from musfuse.library.userdb import Play, PlayTable, UserDatabase
from musfuse.library.userdb.plays import Heard

DAY = 24 * 3600 * 10**9
ONE = 1_760_000_000 * 10**9


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a library of one track, which was played twice, as was one that is gone."""
    monkeypatch.setenv("MUSFUSE_RUNTIME_DIR", str(tmp_path / "run"))
    sound.write(tmp_path / "music/One.flac", 5000, artist="Ann", album="Best", title="One")
    library = tmp_path / "library"
    run("scan", "--library", library, tmp_path / "music")
    told = json.loads(run("info", "--library", library, "--json", "Ann/Best/One.flac").out)
    with closing(UserDatabase(library / "user.db")) as database:
        plays = [Play(told["id"], ONE, 9, "Ann/Best/One.flac"), Play(7, ONE + DAY, 9, "Ann/Gone.flac")]
        PlayTable(database).add([*plays, Play(told["id"], ONE + 2 * DAY, 9, "Ann/Best/One.flac")])
    return library


def test_it_is_listed_the_last_first(library: Path) -> None:
    lines = run("history", "--library", library).out.splitlines()
    assert [line.split("  ")[-1] for line in lines[1:]] == [
        "Ann/Best/One.flac", "Ann/Gone.flac (gone)", "Ann/Best/One.flac",
    ]  # fmt: skip
    told = json.loads(run("history", "list", "--library", library, "--json", "--limit", "1").out)
    assert [(row["time_ns"], row["title"], row["gone"]) for row in told] == [(ONE + 2 * DAY, "One", False)]
    most = run("history", "--library", library, "--most").out.splitlines()
    assert most[1].startswith("2 ")
    assert most[1].endswith("Ann/Best/One.flac")
    assert [row["plays"] for row in json.loads(run("history", "--library", library, "--most", "--json").out)] == [2, 1]
    assert run("history", "--library", library, "--since", "1h").out == "nothing was played\n"
    assert len(json.loads(run("history", "--library", library, "--since", "2025-10-01", "--json").out)) == 3


def test_it_is_forgotten(library: Path) -> None:
    said = run("history", "clear", "--library", library, "--before", "1w", "--dry-run").out
    assert said == "3 plays would be forgotten, and how often 2 tracks were played\n"
    assert len(json.loads(run("history", "--library", library, "--json").out)) == 3
    assert json.loads(run("history", "clear", "--library", library, "--json").out) == {"plays": 3, "tracks": 2}
    assert json.loads(run("history", "--library", library, "--json").out) == []


def test_it_is_private(library: Path) -> None:
    """Others cannot read it, and neither the log nor the report tells of it."""
    assert stat.S_IMODE(library.stat().st_mode) == 0o700
    assert stat.S_IMODE((library / "user.db").stat().st_mode) == 0o600
    assert "Gone" not in run("report", "--library", library).out
    log = library / "musfuse.log"
    assert not log.exists() or "Gone" not in log.read_text()


def test_a_backup_holds_it_and_a_restore_tells(library: Path, tmp_path: Path) -> None:
    run("library", "backup", "--library", library, tmp_path / "copy.db")
    run("history", "clear", "--library", library)
    assert "3 plays" in run("library", "restore", "--library", library, "--dry-run", tmp_path / "copy.db").out
    run("library", "restore", "--library", library, "--yes", tmp_path / "copy.db")
    assert len(json.loads(run("history", "--library", library, "--json").out)) == 3
    assert "ok" in run("library", "check", "--library", library).out


@pytest.mark.parametrize("text", ["yesterday", "9999999d", "999999w", "7", "99999-01-01", ""])
def test_what_is_no_time_is_said(library: Path, text: str) -> None:
    assert "7d, 12h" in run("history", "--library", library, "--since", text, code=2).err


def test_a_time_that_no_calendar_has_is_shown() -> None:
    assert when((1 << 63) - 1)
    assert when(-(1 << 90)).endswith(" s")
    assert isinstance(Moment().convert("3h", None, None), int)


def test_a_count_that_was_taken_over_has_no_date(library: Path) -> None:
    with closing(UserDatabase(library / "user.db")) as database:
        PlayTable(database).put([Heard(7, 9, 0, 0, "Ann/Gone.flac")])
    assert run("history", "--library", library, "--most").out.splitlines()[1].split() == [
        "9",
        "Ann/Gone.flac",
        "(gone)",
    ]
