"""What happens in a library is written down, by its owner and by commands, and goes on after a kill."""

from contextlib import ExitStack
from pathlib import Path

import pytest
import sound
from patient import until

from app.hosting import run_host
from musfuse.app.host import Host
from musfuse.app.library import open_library
from musfuse.app.sections import default_sections
from musfuse.config import load_config
from musfuse.platform import system
from musfuse.service.tagging import Who
from musfuse.store.eventtable import Kept, read_events

KEEP = {"events__keep": True, "index__background": False, "follow__enabled": False}


def kept(state: Path, *names: str) -> list[Kept]:
    return read_events(state / "events.db", 0, names)[0]


@pytest.fixture(autouse=True)
def on_a_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system, "on_terminate", lambda stop: None)


def scan(host: Host) -> None:
    host.jobs.runner.wait(host.jobs.request("scan").id, 60)


def test_an_owner_writes_down_what_happens(tmp_path: Path, music: Path) -> None:
    state = tmp_path / "state"
    sound.write(music / "1.flac", artist="Ann", album="Lib", title="One")
    with ExitStack() as closing:
        host = run_host(state, music, closing, **KEEP)
        scan(host)
        (source,) = host.library.sources.rows()
        (added,) = kept(state, "file_added")
        assert (added.data["path"], added.data["origin_id"]) == ("1.flac", source.uid)
        host.library.tagging.set([("Ann/Lib/One.flac", "")], ["title=Two"], Who("tester"))
        assert [one.data["path"] for one in kept(state, "file_modified")] == ["1.flac"]
        (music / "1.flac").unlink()
        sound.write(music / "2.flac", artist="Ann", album="Lib", title="Other", seed=2)
        scan(host)
        assert [one.data["path"] for one in kept(state, "file_removed")] == ["1.flac"]
    names = [one.name for one in kept(state)]  # what is only heard of is there when the owner ends
    assert {"origin_connected", "sync_started", "sync_completed", "metadata_changed", "job_changed"} <= set(names)
    assert names.count("file_added") == 2
    numbers = [one.seq for one in kept(state)]
    with ExitStack() as closing:
        scan(run_host(state, music, closing, **KEEP))
    later = [one.seq for one in kept(state)]
    assert later[: len(numbers)] == numbers
    assert later == sorted(set(later))
    assert [one.name for one in kept(state)].count("file_added") == 2


def test_where_it_is_not_wanted_nothing_is_written(tmp_path: Path, music: Path) -> None:
    sound.write(music / "1.flac", title="One")
    with ExitStack() as closing:
        scan(run_host(tmp_path / "state", music, closing, index__background=False))
    assert not (tmp_path / "state/events.db").exists()


def test_what_happened_while_it_was_not_wanted_is_told_of_in_the_end(tmp_path: Path, music: Path) -> None:
    state = tmp_path / "state"
    for keep, name in ((True, "1"), (False, "2"), (True, "3")):
        sound.write(music / f"{name}.flac", title=name, seed=int(name))
        flags = {"events.keep": keep, "index.background": False}
        with ExitStack() as closing:
            config = load_config(default_sections(), flags=flags, env={}).config
            library = open_library(state, config, closing, sources=[music])
            library.scans.all(library.scanner())
            library.name_tracks()
    assert sorted(one.data["path"] for one in kept(state, "file_added")) == ["1.flac", "2.flac", "3.flac"]


def test_a_disk_that_takes_nothing_loses_nothing_of_files(
    tmp_path: Path, music: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from musfuse.errors import StoreError
    from musfuse.store.eventtable import EventTable

    state, add, full = tmp_path / "state", EventTable.add, [True]

    def failing(self: EventTable, said: object) -> None:
        if full[0]:
            raise StoreError("events.db: database or disk is full")
        add(self, said)  # type: ignore[arg-type]

    monkeypatch.setattr(EventTable, "add", failing)
    sound.write(music / "1.flac", artist="Ann", album="Lib", title="One")
    with ExitStack() as closing:
        host = run_host(state, music, closing, **KEEP)
        scan(host)
        until(lambda: [entry.name for entry in host.library.drive.list("Ann/Lib")] == ["One.flac"])
        assert kept(state) == []
        assert host.jobs.runner.rows("scan")[0].state == "done"
        full[0] = False
        scan(host)
        assert [one.data["path"] for one in kept(state, "file_added")] == ["1.flac"]
