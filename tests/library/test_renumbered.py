"""File systems that number their files anew: nothing is read again that need not be, no index is lost."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
import sound

from library.conftest import Desk
from musfuse.model import NodeKind
from musfuse.origins import Entry, LocalOrigin, MemoryOrigin, SourceStat


class Renumbering(MemoryOrigin):
    """An origin whose files have other ids in every `mount`, its folders in every `folders`."""

    mount = folders = 1

    def list(self, path: str) -> Iterator[Entry]:
        for entry in super().list(path):
            assert entry.stat is not None
            yield replace(entry, stat=self._now(entry.stat, f"{path}/{entry.name}"))

    def stat(self, path: str) -> SourceStat:
        return self._now(super().stat(path), path)

    def _now(self, stat: SourceStat, path: str) -> SourceStat:
        if stat.kind is NodeKind.FOLDER:
            return replace(stat, ident=f"{self.folders}/{path.strip('/')}")
        return replace(stat, ident=f"{self.mount}-{stat.ident}")


@pytest.fixture
def origin(tmp_path: Path) -> Renumbering:
    made = Renumbering("m")
    for name in ("one/a.wav", "one/b.wav", "two/c.wav"):
        made.write(name, sound.write(tmp_path / name, title=name).read_bytes())
    return made


def index_names(desk: Desk) -> dict[str, str]:
    found = {}
    for number in range(1, 10):
        row = desk.tracks.track(number)
        if row is not None:
            found[row.track.file.path] = row.track.file.index_name
    return found


def test_all_of_them(desk: Desk, origin: Renumbering) -> None:
    assert desk.scan(origin).read == 3
    before = index_names(desk)
    origin.mount = origin.folders = 2
    assert desk.scan(origin).read == 0
    assert desk.scan(origin).read == 0
    origin.mount = origin.folders = 3
    assert desk.scan(origin).read == 0
    assert index_names(desk) == before
    assert desk.dropped == []


def test_files_only(desk: Desk, origin: Renumbering) -> None:
    desk.scan(origin)
    before = index_names(desk)
    origin.mount = 2
    assert desk.scan(origin).read == 3  # they were replaced, with their size and mtime kept
    assert desk.scan(origin).read == 0
    assert not index_names(desk).items() & before.items()
    assert {file.index_name for file in desk.dropped} == set(before.values())


def test_then_moved_and_changed(desk: Desk, origin: Renumbering) -> None:
    desk.scan(origin)
    before = index_names(desk)
    origin.mount = origin.folders = 2
    desk.scan(origin)
    origin._files["three/c.wav"] = origin._files.pop("two/c.wav")
    origin.write("one/a.wav", origin.read("one/b.wav", 0, 1 << 20))
    desk.scan(origin)
    after = index_names(desk)
    assert after["three/c.wav"] == before["two/c.wav"]
    assert after["one/b.wav"] == before["one/b.wav"]
    assert after["one/a.wav"] != before["one/a.wav"]
    (dropped,) = desk.dropped
    assert dropped.index_name == before["one/a.wav"]
    assert [(old.path, new.path) for old, new in desk.moved] == [("two/c.wav", "three/c.wav")]


def test_a_copy_of_the_whole_source(desk: Desk, music: Path, tmp_path: Path) -> None:
    sound.write(music / "one/a.wav")
    desk.scan(LocalOrigin("src", str(music)), str(music))
    source, before = desk.source(str(music)), index_names(desk)
    shutil.copytree(music, tmp_path / "copy")
    desk.sources.mirror([(source.uid, str(tmp_path / "copy"))])
    (moved,) = desk.sources.rows()
    assert (moved.id, moved.uid, moved.root) == (source.id, source.uid, str(tmp_path / "copy"))
    assert index_names(desk) == before
    assert desk.scan(LocalOrigin(moved.uid, moved.root), moved.root).read == 0
    assert index_names(desk) == before
    assert desk.dropped == []


def test_a_place_where_nothing_is_mounted(desk: Desk, music: Path, tmp_path: Path) -> None:
    """What is known of a source, or of a folder in it, stands while it is not mounted."""
    away = tmp_path / "away"
    for name in ("1/a.wav", "2/b.wav"):
        sound.write(away / name, title=name)
    sound.write(music / "here/c.wav", title="C")
    (music / "there").mkdir()
    mount = ["mount", "--bind", away, music / "there"]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("no right to mount a file system")
    origin = LocalOrigin("src", str(music))
    with closing(origin):
        try:
            assert desk.scan(origin).read == 3
        finally:
            origin.close()
            subprocess.run(["umount", music / "there"], check=True)
        before = desk.tree()
        (music / "there/PUT_NOTHING_HERE").touch()
        result = desk.scan(origin)
        assert (result.removed, result.problem) == (0, "")
        assert desk.tree() == before
        (report,) = desk.reports.lines()
        assert (report.kind, report.path) == ("folder", "/src/there")
        assert "is it mounted?" in report.reason
        desk.scan(origin)
        assert desk.tree() == before
        subprocess.run(mount, check=True)
        try:
            result = desk.scan(origin)
            assert (result.read, result.removed) == (0, 0)
            assert list(desk.reports.lines()) == []
        finally:
            origin.close()
            subprocess.run(["umount", music / "there"], check=True)
        assert desk.scanner().scan(desk.source("/src"), origin, everything=True).removed == 2
        assert len(desk.tree()) == 1


def test_a_whole_source_that_is_not_mounted(desk: Desk, origin: Renumbering) -> None:
    desk.scan(origin)
    before = desk.tree()
    files, origin._files, origin.folders = origin._files, {}, 2
    result = desk.scan(origin)
    assert "is it mounted?" in result.problem
    assert result.removed == 0
    assert desk.tree() == before
    assert desk.dropped == []
    origin._files, origin.folders = files, 1
    assert desk.scan(origin).read == 0
    origin._files = {}  # emptied, and the same folder
    assert desk.scan(origin).removed == 3
    assert desk.tree() == {}


def test_file_systems_mounted_into_each_other(desk: Desk, music: Path) -> None:
    """Their roots have the same number; that is no link back to a folder above."""
    mounted = []
    try:
        for folder in (music, music / "inner"):
            folder.mkdir(exist_ok=True)
            if subprocess.run(["mount", "-t", "tmpfs", "none", folder], capture_output=True, check=False).returncode:
                pytest.skip("no right to mount a file system")
            mounted.append(folder)
        assert music.stat().st_ino == (music / "inner").stat().st_ino
        sound.write(music / "inner/a.wav")
        origin = LocalOrigin("src", str(music))
        with closing(origin):
            assert desk.scan(origin).read == 1
    finally:
        for folder in reversed(mounted):
            subprocess.run(["umount", folder], check=True)
