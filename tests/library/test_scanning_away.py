"""Scanning what cannot be reached: a file, a folder or a source that is away is not taken for removed."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sound
from failing import read_by_this_process
from PIL import Image

from library.conftest import Desk
from library.test_scanner import library
from musfuse.errors import OriginError, RefusedError, UnavailableError
from musfuse.library.catalog.reports import ReportKind
from musfuse.origins import Entry, LocalOrigin, MemoryOrigin, SourceStat


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
