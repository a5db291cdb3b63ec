"""Scanning: incremental, resumable, bad files kept with reasons, nothing lost without being said."""

import contextlib
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sound
from failing import read_by_this_process
from PIL import Image
from toy import FOLDER, Toy, ToyOrigin

from library.conftest import Desk
from musfuse.errors import OriginError, RefusedError, UnavailableError
from musfuse.events import ScanProgress
from musfuse.library.catalog import Database
from musfuse.library.catalog.reports import ReportKind
from musfuse.model import NodeKind, Stamp
from musfuse.origins import CheckedOrigin, Entry, LocalOrigin, MemoryOrigin, SourceStat


def library(music: Path) -> None:
    sound.write(music / "one/a.wav", title="A", artist="X", album="Y")
    sound.write(music / "one/b.flac", title="B", artist="X", album="Y")
    sound.write(music / "two/c.mp3", title="C", artist="X", album="Z")
    (music / "two/bad.flac").write_bytes(b"fLaC nonsense")
    (music / "two/notes.txt").write_text("no music")
    (music / "two/._c.mp3").write_bytes(b"resource fork")


def test_a_first_scan_and_a_second(desk: Desk, music: Path, origin: LocalOrigin) -> None:
    library(music)
    seen: list[ScanProgress] = []
    desk.events.listen(ScanProgress, seen.append)
    first = desk.scan(origin)
    assert (first.seen, first.read, first.skipped, first.removed, first.ignored) == (4, 4, 1, 0, 2)
    assert sorted(desk.tree()) == ["X/Y/A.flac", "X/Y/B.flac", "X/Z/C.mp3"]
    assert seen[-1].seen == 4
    (report,) = desk.reports.lines()
    assert (report.kind, report.path) == ("skipped", "/src/two/bad.flac")
    assert "bad.flac" in report.reason
    second = desk.scan(origin)
    assert (second.seen, second.read, second.removed) == (4, 0, 0)
    assert desk.dropped == []


def test_changes_and_removals(desk: Desk, music: Path, origin: LocalOrigin) -> None:
    library(music)
    desk.scan(origin)
    sound.tag(music / "one/a.wav", title="Changed")
    (music / "two/c.mp3").unlink()
    (music / "two/bad.flac").unlink()
    sound.write(music / "three/d.wav", title="D")
    result = desk.scan(origin)
    assert (result.read, result.removed) == (2, 2)
    assert sorted(desk.tree()) == [
        "Unknown Artist/three/D.flac",
        "X/Y/B.flac",
        "X/Y/Changed.flac",
    ]
    assert list(desk.reports.lines()) == []
    assert {f.path for f in desk.dropped} == {"one/a.wav", "two/c.mp3", "two/bad.flac"}


def test_a_file_that_is_being_written_keeps_its_place(desk: Desk, music: Path, origin: LocalOrigin) -> None:
    path = sound.write(music / "a.flac", 100_000, title="A")
    desk.scan(origin)
    whole = sound.write(music.parent / "b.flac", 100_000, title="B").read_bytes()
    path.write_bytes(whole[:20])
    desk.scan(origin)
    desk.scanner().rescan_file(desk.sources.rows()[0], origin, "a.flac")
    assert list(desk.tree()) == ["Unknown Artist/src/A.flac"]
    path.write_bytes(whole)
    desk.scan(origin)
    assert list(desk.tree()) == ["Unknown Artist/src/B.flac"]
    path.write_bytes(whole[:20])
    os.utime(path, (1, 1))
    desk.scan(origin)
    assert list(desk.tree()) == []


def test_a_move_keeps_the_index(desk: Desk, music: Path, origin: LocalOrigin) -> None:
    library(music)
    desk.scan(origin)
    (music / "one").rename(music / "zero")
    result = desk.scan(origin)
    assert (result.read, result.removed) == (2, 0)
    assert desk.dropped == []
    assert desk.tree()["X/Y/A.flac"] == "zero/a.wav"


def test_a_source_that_is_away_loses_nothing(desk: Desk, music: Path, origin: LocalOrigin) -> None:
    library(music)
    desk.scan(origin)
    music.rename(music.parent / "unplugged")
    result = desk.scan(origin)
    assert "no such file or folder" in result.problem
    assert len(desk.tree()) == 3
    assert [line.reason for line in desk.reports.lines() if line.kind is ReportKind.FOLDER] == [result.problem]
    assert list(desk.sources.away().values()) == [result.problem]
    (music.parent / "unplugged").rename(music)
    assert desk.scan(origin).problem == ""
    assert not [line for line in desk.reports.lines() if line.kind is ReportKind.FOLDER]


def test_a_source_that_goes_away_between_two_calls_stops_no_other(
    desk: Desk, music: Path, origin: LocalOrigin, tmp_path: Path
) -> None:
    """It answers when it is asked for its root's entries, and no more after that."""
    library(music)
    desk.scan(origin)

    class Leaving(MemoryOrigin):
        asked = 0

        def stat(self, path: str) -> SourceStat:
            self.asked += 1
            raise UnavailableError(f"leaving/{path}: input/output error")

    leaving = Leaving("l", {"x.wav": b"1"})
    result = desk.scan(leaving, "/leaving")
    assert "input/output error" in result.problem
    assert leaving.asked
    assert len(desk.tree()) == 3


@pytest.mark.parametrize("error", [UnavailableError("away"), RefusedError("no permission")])
def test_a_file_that_cannot_be_reached_is_not_taken_for_removed(
    desk: Desk, music: Path, origin: LocalOrigin, error: OriginError, monkeypatch: pytest.MonkeyPatch
) -> None:
    library(music)
    desk.scan(origin)

    def stat(self: LocalOrigin, path: str) -> SourceStat:
        raise error

    with monkeypatch.context() as patched:
        patched.setattr(LocalOrigin, "stat", stat)
        desk.scanner().rescan_file(desk.sources.rows()[0], origin, "one/a.wav")
    assert desk.dropped == []
    assert len(desk.tree()) == 3


@pytest.mark.parametrize("gone", ["one/a.wav", "one"])
def test_a_file_that_is_definitely_gone_is_forgotten(desk: Desk, music: Path, origin: LocalOrigin, gone: str) -> None:
    library(music)
    desk.scan(origin)
    (music / gone).rename(music.parent / "elsewhere")
    desk.scanner().rescan_file(desk.sources.rows()[0], origin, "one/a.wav")
    assert "one/a.wav" not in desk.tree().values()
    assert desk.dropped == []  # it may have been moved, which the next scan tells
    desk.scan(origin)
    assert "one/a.wav" in [file.path for file in desk.dropped]


def test_an_empty_mountpoint_in_a_source_says_nothing_of_a_file(desk: Desk, music: Path, origin: LocalOrigin) -> None:
    library(music)
    sound.write(music / "one/deep/d.wav", 100, title="D", seed=4)
    desk.scan(origin)
    before = desk.tree()
    (music / "one").rename(music.parent / "unplugged")
    (music / "one").mkdir()
    for path in ("one/a.wav", "one/deep/d.wav"):
        desk.scanner().rescan_file(desk.sources.rows()[0], origin, path)
    assert desk.tree() == before


def test_an_empty_mountpoint_says_nothing_of_a_file(desk: Desk, music: Path, origin: LocalOrigin) -> None:
    library(music)
    desk.scan(origin)
    music.rename(music.parent / "unplugged")
    music.mkdir()
    desk.scanner().rescan_file(desk.sources.rows()[0], origin, "one/a.wav")
    assert desk.dropped == []
    assert len(desk.tree()) == 3


def test_a_folder_that_cannot_be_listed_loses_nothing(
    desk: Desk, music: Path, origin: LocalOrigin, monkeypatch
) -> None:  # type: ignore[no-untyped-def]
    from musfuse.errors import RefusedError

    library(music)
    sound.write(music / "one/deeper/e.wav")
    desk.scan(origin)
    real = LocalOrigin.list

    def refuse(self: LocalOrigin, path: str):  # type: ignore[no-untyped-def]
        if path == "one":
            raise RefusedError("/src/one: permission denied")
        return real(self, path)

    monkeypatch.setattr(LocalOrigin, "list", refuse)
    result = desk.scan(origin)
    assert result.removed == 0
    assert len(desk.tree()) == 4
    assert [(r.kind, r.path) for r in desk.reports.lines()] == [
        ("folder", "/src/one"),
        ("skipped", "/src/two/bad.flac"),
    ]
    monkeypatch.undo()
    desk.scan(origin)
    assert [r.kind for r in desk.reports.lines()] == ["skipped"]


class _Flaky:
    """An origin of which some paths cannot be reached."""

    def __init__(self, origin: LocalOrigin, monkeypatch: pytest.MonkeyPatch) -> None:
        self.read: set[str] = set()
        self.stat: set[str] = set()
        real, listed = LocalOrigin.read, LocalOrigin.list

        def read(self_: LocalOrigin, path: str, *args: Any) -> bytes:
            if path in self.read:
                raise UnavailableError(f"/src/{path}: input/output error")
            return real(self_, path, *args)

        def list_(self_: LocalOrigin, path: str) -> Iterator[Entry]:
            for entry in listed(self_, path):
                inside = f"{path}/{entry.name}".lstrip("/")
                away = Entry(entry.name, None, f"/src/{inside}: input/output error", away=True)
                yield away if inside in self.stat else entry

        monkeypatch.setattr(LocalOrigin, "read", read)
        monkeypatch.setattr(LocalOrigin, "list", list_)
        read_by_this_process(monkeypatch)


def test_a_file_that_could_not_be_read_is_read_by_the_next_scan(
    desk: Desk, music: Path, origin: LocalOrigin, monkeypatch: pytest.MonkeyPatch
) -> None:
    library(music)
    Image.new("RGB", (20, 20)).save(music / "one/cover.jpg")
    os.utime(music / "one/a.wav", (1_600_000_000, 1_600_000_000))
    flaky = _Flaky(origin, monkeypatch)
    flaky.read |= {"one/a.wav", "one/cover.jpg"}
    assert desk.scan(origin).skipped == 2
    assert [(r.kind, r.path) for r in desk.reports.lines()] == [
        ("skipped", "/src/one/a.wav"), ("art", "/src/one/cover.jpg"), ("skipped", "/src/two/bad.flac"),
    ]  # fmt: skip
    flaky.read.clear()
    second = desk.scan(origin)
    assert (second.read, second.skipped) == (1, 0)
    assert [r.path for r in desk.reports.lines()] == ["/src/two/bad.flac"]
    assert len(desk.tree()) == 3
    assert desk.scan(origin).read == 0


def test_what_is_known_stands_while_it_cannot_be_read(
    desk: Desk, music: Path, origin: LocalOrigin, monkeypatch: pytest.MonkeyPatch
) -> None:
    library(music)
    sound.write(music / "one/deeper/e.wav", title="E", artist="X", album="Y")
    Image.new("RGB", (20, 20)).save(music / "one/cover.jpg")
    desk.scan(origin)
    before, reports = desk.tree(), list(desk.reports.lines())
    flaky = _Flaky(origin, monkeypatch)
    flaky.read |= {"one/a.wav", "one/cover.jpg"}
    result = desk.scanner().scan(desk.source("/src"), origin, everything=True)
    assert (result.skipped, result.removed) == (2, 0)
    assert desk.tree() == before
    assert list(desk.reports.lines()) == reports
    flaky.stat |= {"one/b.flac", "one/deeper"}
    result = desk.scan(origin)
    assert (result.skipped, result.removed) == (2, 0)
    assert desk.tree() == before
    assert [(r.kind, r.path) for r in desk.reports.lines()] == [
        ("folder", "/src/one/deeper"), ("skipped", "/src/two/bad.flac"),
    ]  # fmt: skip
    flaky.stat.clear()
    (music / "one/deeper/e.wav").unlink()
    assert desk.scan(origin).removed == 1
    assert list(desk.reports.lines()) == reports


@pytest.mark.parametrize("by", ["scan", "reader"])
def test_what_changed_keeps_its_place_while_it_cannot_be_looked_into(
    desk: Desk, music: Path, origin: LocalOrigin, monkeypatch: pytest.MonkeyPatch, by: str
) -> None:
    """Its worker had an accident, or its disk: that tells nothing of the file, however long ago it changed."""
    library(music)
    desk.scan(origin)
    before = desk.tree()
    path = sound.write(music / "one/a.wav", 70_000, title="Other", artist="X", album="Y")
    os.utime(path, (1_600_000_000, 1_600_000_000))

    def look() -> None:
        if by == "reader":
            desk.scanner().rescan_file(desk.source("/src"), origin, "one/a.wav")
        else:
            desk.scan(origin)

    flaky = _Flaky(origin, monkeypatch)
    flaky.read |= {"one/a.wav"}
    look()
    assert desk.tree() == before
    flaky.read.clear()
    look()
    assert sorted(desk.tree()) == ["X/Y/B.flac", "X/Y/Other.flac", "X/Z/C.mp3"]


def test_a_new_entry_that_cannot_be_looked_at_is_reported(
    desk: Desk, music: Path, origin: LocalOrigin, monkeypatch: pytest.MonkeyPatch
) -> None:
    library(music)
    flaky = _Flaky(origin, monkeypatch)
    flaky.stat |= {"one/a.wav"}
    desk.scan(origin)
    assert [r.path for r in desk.reports.lines()] == ["/src/one/a.wav", "/src/two/bad.flac"]
    flaky.stat.clear()
    desk.scan(origin)
    assert len(desk.tree()) == 3


def test_a_removed_folder_with_its_subfolders(desk: Desk) -> None:
    origin = MemoryOrigin("m")
    for path in ("a/b/c.mp3", "a/d.mp3", "ab/e.mp3"):
        origin.write(path, b"no mp3 at all")
    desk.scan(origin, "/m")
    assert len(list(desk.reports.lines())) == 3
    origin.remove("a/b/c.mp3")
    origin.remove("a/d.mp3")
    assert desk.scan(origin, "/m").removed == 2
    assert [r.path for r in desk.reports.lines()] == ["/m/ab/e.mp3"]


def test_loops_of_links_end(desk: Desk, music: Path, origin: LocalOrigin) -> None:
    library(music)
    (music / "one/loop").symlink_to("..")
    assert desk.scan(origin).seen == 4


def test_names_that_lead_elsewhere_are_reported_and_skipped(desk: Desk, tmp_path: Path) -> None:
    toy = Toy()
    toy.write("Album/good.flac", sound.write(tmp_path / "a.flac", title="One").read_bytes())
    file = SourceStat(NodeKind.FILE, Stamp(9, 9))
    toy.lies = [Entry("../../x.flac", file), Entry("..", FOLDER), Entry("\0.txt", file), Entry("", FOLDER)]
    for _ in range(2):
        result = desk.scan(CheckedOrigin(ToyOrigin("t", "toy://t", toy)))
        assert (result.seen, result.skipped) == (1, 8)
        assert list(desk.tree().values()) == ["Album/good.flac"]
        reports = list(desk.reports.lines())
        assert len(reports) == 8
        assert all("is skipped, for" in report.reason for report in reports)
        assert all("\0" not in report.path and "/../" not in f"{report.path}/" for report in reports)
    toy.lies = []
    desk.scan(CheckedOrigin(ToyOrigin("t", "toy://t", toy)))
    assert list(desk.reports.lines()) == []


def test_links_out_are_reported(desk: Desk, music: Path, origin: LocalOrigin, tmp_path: Path) -> None:
    sound.write(tmp_path / "out.wav")
    (music / "link.wav").symlink_to(tmp_path / "out.wav")
    result = desk.scan(origin)
    assert result.skipped == 1
    (report,) = desk.reports.lines()
    assert "leads out" in report.reason


def test_awkward_names(desk: Desk, music: Path, origin: LocalOrigin) -> None:
    for name in ("caf\udce9.wav", "🤔.wav", "ra[ven].wav", "new\nline.wav", " .wav", "a" * 240 + ".wav"):
        sound.write(music / name)
    result = desk.scan(origin)
    assert (result.seen, result.skipped) == (6, 0)
    assert len(desk.tree()) == 6
    assert desk.scan(origin).read == 0


def test_cancelling_keeps_what_is_done(
    desk: Desk, music: Path, origin: LocalOrigin, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder in range(6):
        sound.write(music / f"{folder}/a.wav", 2000, title=f"T{folder}")
    scanner = desk.scanner()
    scanner._after_batch = lambda last: (desk.naming.run(), scanner.cancel())  # type: ignore[assignment]
    import musfuse.library.scanner as module

    monkeypatch.setattr(module, "_BATCH_FILES", 1)
    monkeypatch.setattr(module, "_WINDOW", 0)  # each file is taken in before the next folder is walked
    result = scanner.scan(desk.source("/src"), origin)
    monkeypatch.undo()
    assert result.cancelled
    assert result.removed == 0
    assert len(desk.tree()) == 1
    desk.scan(origin)
    assert len(desk.tree()) == 6


def test_killed_in_the_middle_it_goes_on(music: Path, tmp_path: Path) -> None:
    """kill -9 while scanning: what was committed is kept and not read again."""
    for folder in range(40):
        sound.write(music / f"{folder:02}/a.wav", 2000, title=f"T{folder}")
    script = f"""
import sys, time
from pathlib import Path
sys.path[:0] = {sys.path!r}
from musfuse.library import scanner
from library.conftest import Desk
from musfuse.origins import LocalOrigin, Traits
scanner._BATCH_FILES, real = 1, LocalOrigin.read
def slow(self, path, *given):
    if int(path[:2]) > 15:
        time.sleep(3600)
    return real(self, path, *given)
LocalOrigin.read = slow
LocalOrigin.traits = Traits()
Desk(Path({str(tmp_path / "c.db")!r})).scan(LocalOrigin("src", {str(music)!r}))
"""
    process = subprocess.Popen([sys.executable, "-c", script])
    done = 0
    while done < 5 and process.poll() is None:
        time.sleep(0.02)
        with contextlib.suppress(sqlite3.Error), contextlib.closing(sqlite3.connect(tmp_path / "c.db")) as db:
            done = db.execute("SELECT count(*) FROM item").fetchone()[0]
    process.kill()
    process.wait()
    assert 5 <= done < 40
    desk = Desk(tmp_path / "c.db")
    before = desk.reports.counts()["tracks"]
    result = desk.scan(LocalOrigin("src", str(music)))
    assert result.read == 40 - before
    assert len(desk.tree()) == 40
    desk.database.close()


def test_a_catalog_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    import pytest

    from musfuse.errors import StoreError

    database = Database(tmp_path / "c.db")
    with database.write() as db:
        db.execute("PRAGMA user_version = 99")
    database.close()
    with pytest.raises(StoreError, match="newer"):
        Database(tmp_path / "c.db")
    (tmp_path / "junk.db").write_bytes(os.urandom(5000))
    with pytest.raises(StoreError, match="junk"):
        Database(tmp_path / "junk.db")
