"""What macOS puts beside files, on a real mount whose names may be changed."""

import errno
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import sound
from conftest import needs_fuse
from library.arranging.conftest import Rearranged
from musfuse_fuse.macfiles import MAX_ALL, MAX_FILE, MacFiles, is_mac_file
from musfuse_fuse.mount import FuseFace


@pytest.fixture(params=[False, True], ids=["refused", "kept"])
def mnt(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    made = Rearranged(tmp_path)
    sound.write(made.music / "1.flac", 500, artist="Ann", title="One")
    mountpoint = tmp_path / "mnt"
    mountpoint.mkdir()
    made.open()
    made.scan()
    mounted = FuseFace("mfusepy", 32, False, 60, keeps_mac_files=request.param).mount(made.drive, mountpoint)
    before = sorted(os.listdir(made.music))
    yield mountpoint
    mounted.unmount(force=True)
    assert sorted(os.listdir(made.music)) == before
    assert made.library.arranging.arranger(1).table.count() <= 2
    made.close()


@needs_fuse
def test_they_are_refused_quietly_or_kept_while_mounted(mnt: Path, request: pytest.FixtureRequest) -> None:
    paths = [mnt / ".DS_Store", mnt / "Ann" / "._One.flac"]
    if "[refused]" in request.node.name:
        for path in paths:
            with pytest.raises(OSError) as caught:
                path.write_bytes(b"x")
            assert caught.value.errno == errno.EPERM
        assert sorted(os.listdir(mnt)) == ["Ann"]
        return
    for path in paths:
        path.write_bytes(b"first")
        path.write_bytes(bytes(range(256)) * 300)
        assert path.read_bytes() == bytes(range(256)) * 300
        assert path.stat().st_size == 76_800
        os.utime(path, (0, 0))
        path.chmod(0o600)
    assert sorted(os.listdir(mnt / "Ann")) == ["._One.flac", "One.flac"]
    with paths[1].open("r+b") as file:
        file.truncate(10)
        file.seek(20)
        file.write(b"end")
    assert paths[1].read_bytes() == bytes(range(10)) + bytes(10) + b"end"
    (mnt / "Ann").rename(mnt / "Eve")
    assert (mnt / "Eve/._One.flac").read_bytes()[-3:] == b"end"
    (mnt / "Eve/._One.flac").rename(mnt / "Eve/._1.flac")
    (mnt / "Eve/._1.flac").unlink()
    assert os.listdir(mnt / "Eve") == ["One.flac"]
    with paths[0].open("rb") as file:
        paths[0].unlink()
        assert ".DS_Store" not in os.listdir(mnt)
        assert len(file.read()) == os.fstat(file.fileno()).st_size == 76_800
    (mnt / "new").mkdir()
    (mnt / "new/.DS_Store").write_bytes(b"x")
    for call, number in (
        (lambda: (mnt / "new/.DS_Store").rename(mnt / "new/song.flac"), errno.EPERM),
        (lambda: (mnt / "none/._x").write_bytes(b"x"), errno.ENOENT),
        (lambda: (mnt / "._none").read_bytes(), errno.ENOENT),
        (lambda: (mnt / "new/file").write_bytes(b"x"), errno.EROFS),
        (lambda: (mnt / "Eve/One.flac").chmod(0o700), errno.EROFS),
        (lambda: paths[0].write_bytes(bytes(MAX_FILE + 1)), errno.ENOSPC),
    ):
        with pytest.raises(OSError) as caught:
            call()
        assert errno.errorcode[caught.value.errno or 0] == errno.errorcode[number]


def test_names() -> None:
    assert [is_mac_file(path) for path in ("/a/.DS_Store", "/._a", "/._", "/.DS_Stores", "/._a/b", "/a._")] == [
        True, True, True, False, False, False,
    ]  # fmt: skip


def test_all_together_have_a_bound() -> None:
    files = MacFiles()
    handles = [files.create(f"/._{number}") for number in range(MAX_ALL // MAX_FILE + 1)]
    for handle in handles[:-1]:
        files.write(handle, 0, bytes(MAX_FILE))
    with pytest.raises(OSError, match="bounded"):
        files.write(handles[-1], 0, b"x")
    files.remove("/._0")
    assert files.write(handles[-1], 0, b"x") == 1
    files.drop_below("")
    assert list(files.entries("")) == []
