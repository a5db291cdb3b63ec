"""Scanning: incremental, resumable, bad files kept with reasons, nothing lost without being said."""

import contextlib
import os
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
import sound
from toy import FOLDER, Toy, ToyOrigin

from library.conftest import Desk
from musfuse.events import ScanProgress
from musfuse.library.catalog import Database
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
