"""Files and folders, on Linux itself."""

import os
import stat
import sys
from pathlib import Path

import pytest
from tests_support import small_disk

from musfuse.platform import posix

if sys.platform == "win32":
    pytest.skip("POSIX only", allow_module_level=True)


from musfuse.platform import posix


def test_a_pipe_in_place_of_a_file_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    os.close(posix.open_shared(str(tmp_path / "pipe")))


def test_listing_and_opening_leave_no_descriptor(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"1")
    before = len(os.listdir("/dev/fd"))
    with posix.opened_folder(str(tmp_path)) as (names, place, facts_of):
        assert (names, place, facts_of("a").st_size) == (["a"], os.path.realpath(tmp_path), 1)
    assert posix.placed_facts(str(tmp_path / "a"))[1] == os.path.realpath(tmp_path / "a")
    for path in (tmp_path / "a", tmp_path / "missing"):
        with pytest.raises(OSError), posix.opened_folder(str(path)):
            pass
    with pytest.raises(OSError):
        posix.placed_facts(str(tmp_path / "missing"))
    assert len(os.listdir("/dev/fd")) == before


def test_what_a_version_tag_tells(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"1")
    before = posix.version_tag(path.stat())
    assert posix.version_tag(path.stat()) == before
    path.chmod(0o640)
    other = posix.version_tag(path.stat()).split(" ")
    assert len(other) == 3
    assert other[0] == before.split(" ")[0]
    assert other[2] != before.split(" ")[2]  # which explains the change time
    os.link(path, tmp_path / "b")
    assert posix.version_tag(path.stat()).split(" ")[2] not in (before.split(" ")[2], other[2])


def test_bytes_are_written_and_read_where_they_belong(tmp_path: Path) -> None:
    fd = posix.open_for_update(str(tmp_path / "f"))
    posix.write_at(fd, b"end", (5 << 30) - 3)
    posix.write_at(fd, b"begin", 0)
    assert posix.read_at(fd, 10, (5 << 30) - 3) == b"end"
    assert posix.read_at(fd, 7, 0) == b"begin\0\0"
    assert posix.read_at(fd, 7, 5 << 30) == b""
    os.close(fd)
    assert stat.S_IMODE((tmp_path / "f").stat().st_mode) == 0o600


def test_a_write_that_finds_no_room_is_an_error_not_a_short_one(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 100) as disk:
        fd = posix.open_for_update(str(disk / "f"))
        with pytest.raises(OSError, match="No space left"):
            posix.write_at(fd, bytes(300 << 10), 0)
        os.close(fd)


def test_a_read_from_a_pipe_waits_only_while_nothing_can_come() -> None:
    ours, theirs = os.pipe()
    assert not posix.input_waits(ours, 0)
    os.write(theirs, b"1")
    assert posix.input_waits(ours, 0)
    os.read(ours, 1)
    os.close(theirs)
    assert posix.input_waits(ours, 0)  # its end
    os.close(ours)
