"""Syncs as jobs of a library: real tracks, made into what is asked for."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import sound
from drive.conftest import Make, make_library  # noqa: F401 - a fixture

from musfuse.app.library import Library
from musfuse.app.syncing import check_place, run_sync, sync_params
from musfuse.devices.choosing import Rank
from musfuse.errors import ConfigError, DeviceError, NotFoundError
from musfuse.jobs import JobContext
from musfuse.library.names import name_key
from musfuse.library.userdb import PlaylistTable, PlayTable
from musfuse.library.userdb.plays import Play
from musfuse.service.requests.sync import BeginSync, Synced
from musfuse.service.wire import from_json


@pytest.fixture
def library(make_library: Make, music: Path) -> Library:
    for number, title in enumerate(("One", "Two", "Three"), 1):
        sound.write(music / f"{title}.wav", 9000, title=title, artist="Ann", album="Best", tracknumber=str(number))
    sound.write(music / "Other.mp3", 9000, title="Other", artist="Bob", album="A")
    return make_library(index__background=False)


@pytest.fixture
def dest(tmp_path: Path) -> Path:
    made = tmp_path / "stick"
    made.mkdir()
    return made


class Run:
    """A sync, and what it told."""

    def __init__(self, library: Library, dest: Path, stop_on: str = "", **facts: Any) -> None:
        self.said: list[tuple[int, int, str]] = []
        self.so_far: dict[str, Any] = {}
        self._stop_on = stop_on
        params = sync_params(library, BeginSync(dest=dest, **facts))
        self.context = JobContext(params, self._report, lambda: False, lambda: True)
        self.result: Mapping[str, Any] = {}
        self.result = run_sync(library, self.context)

    def _report(self, done: int, total: int, what: str, so_far: dict[str, Any]) -> None:
        self.said.append((done, total, what))
        self.so_far |= so_far
        if self._stop_on and self._stop_on in what:
            self.context.stop()

    @property
    def told(self) -> Synced:
        return from_json(dict(self.result), Synced)


def names(dest: Path) -> set[str]:
    found = (path.relative_to(dest) for path in dest.rglob("*") if path.is_file())
    return {path.as_posix() for path in found if path.parts[0] != ".musfuse-sync"}


def test_a_view_is_put_on_a_stick_by_another_policy(library: Library, dest: Path) -> None:
    run = Run(library, dest, dry_run=True)
    assert next((step.what, step.path) for step in run.told.steps) == ("copy", "Ann/Best/01 - One.flac")
    assert names(dest) == set()
    assert list(dest.iterdir()) == []
    run = Run(library, dest)
    assert (run.told.copied, run.told.files, run.said[-1][:2]) == (4, 4, (run.told.written,) * 2)
    assert names(dest) == {
        "Ann/Best/01 - One.flac", "Ann/Best/02 - Two.flac", "Ann/Best/03 - Three.flac", "Bob/A/Other.mp3",
    }  # fmt: skip
    opened = library.drive.open("Ann/Best/01 - One.flac")
    assert (dest / "Ann/Best/01 - One.flac").read_bytes() == library.drive.read_at(opened.handle, 0, 1 << 30)
    library.drive.close(opened.handle)
    run = Run(library, dest, policy="wav", where="artist:ann")
    assert (run.told.updated, run.told.removed, run.told.stayed) == (3, 1, 0)
    assert names(dest) == {"Ann/Best/01 - One.wav", "Ann/Best/02 - Two.wav", "Ann/Best/03 - Three.wav"}


@pytest.mark.parametrize(("policy", "ending"), [("opus:64", "opus"), ("mp3:128", "mp3")])
def test_lossy_files_are_as_large_as_they_were_said_to_be(
    library: Library, dest: Path, policy: str, ending: str
) -> None:
    planned = Run(library, dest, policy=policy, dry_run=True).told
    assert [step.path for step in planned.steps[:3]] == [
        f"Ann/Best/{number:02} - {title}.{ending}" for number, title in enumerate(("One", "Two", "Three"), 1)
    ]
    told = Run(library, dest, policy=policy, verify=True, jobs=3).told
    assert (told.copied, told.failed, told.written) == (4, (), planned.written)
    assert told.written == sum((dest / step.path).stat().st_size for step in planned.steps)
    assert Run(library, dest, policy=policy).told.stayed == 4


def test_other_tags_are_another_file(library: Library, dest: Path, music: Path) -> None:
    Run(library, dest)
    sound.write(music / "One.wav", 9000, title="Uno", artist="Ann", album="Best", tracknumber="1")
    library.scan_all(library.scanner())
    told = Run(library, dest).told
    assert (told.updated, told.stayed, told.copied, told.removed) == (1, 3, 0, 0)
    assert "Ann/Best/01 - Uno.flac" in names(dest)
    assert len(names(dest)) == 4


def test_what_is_played_most_has_room_first(library: Library, dest: Path) -> None:
    (other,) = [row for row in library.tagging.selection.everything() if row.tags.first("title") == "Other"]
    PlayTable(library.stores.user).add([Play(other.public, 1, 1)])
    told = Run(library, dest, max_bytes=30_000, by=Rank.PLAYS).told
    assert told.beyond > 0
    assert "Bob/A/Other.mp3" in names(dest)
    assert told.bytes <= 30_000


def test_playlists_play(library: Library, dest: Path) -> None:
    (one, *_) = library.tagging.selection.everything()
    lists = PlaylistTable(library.stores.user)
    lists.append(lists.add("Mine", name_key("Mine")).id, [(one.public, "")])
    told = Run(library, dest, playlists=True).told
    assert told.playlists > 0
    found = list(dest.glob("*.m3u8"))
    assert "Mine.m3u8" in {path.name for path in found}
    for path in found:
        lines = [line for line in path.read_text("utf-8").splitlines() if not line.startswith("#")]
        assert lines
        assert all((dest / line).is_file() for line in lines)
    assert Run(library, dest, playlists=True).told.playlists == 0
    assert Run(library, dest).told.removed == len(found)


def test_who_stops_it_goes_on_later(library: Library, dest: Path) -> None:
    assert Run(library, dest, stop_on="looking at 2").result == {}
    run = Run(library, dest, stop_on="02 - Two", jobs=1)
    assert run.told.stopped
    assert len(names(dest)) < 4
    assert not Run(library, dest).told.stopped
    assert len(names(dest)) == 4


def test_where_nothing_can_be_put(library: Library, tmp_path: Path, music: Path) -> None:
    (tmp_path / "link").symlink_to(music)
    for place, why in (
        (tmp_path / "none", "is the device mounted"), (music, "originals are never written"),
        (music / "..", "originals are never written"), (tmp_path / "link", "originals are never written"),
        (library.folder, "its own state"),
    ):  # fmt: skip
        with pytest.raises(ConfigError, match=why):
            check_place(library, str(place))
    for facts, why in (
        ({"name": "../x"}, "make a name"), ({"policy": "vorbis"}, "policy"), ({"view": "none"}, "none"),
        ({"max_bytes": -1}, "not negative"),
    ):  # fmt: skip
        with pytest.raises((ConfigError, DeviceError), match=why):
            sync_params(library, BeginSync(dest=tmp_path / "stick", **facts))  # type: ignore[arg-type]


def test_a_device_that_is_another_ends_the_job_with_its_place(library: Library, dest: Path) -> None:
    Run(library, dest)
    for path in dest.glob(".musfuse-sync/*.jsonl"):
        path.unlink()
    with pytest.raises(DeviceError, match=f"{dest}: nothing is here of what was put there before"):
        Run(library, dest)


def test_a_query_that_finds_nothing_removes_nothing(library: Library, dest: Path) -> None:
    Run(library, dest)
    with pytest.raises(NotFoundError):
        Run(library, dest, where="artist:nobody")
    assert len(names(dest)) == 4
