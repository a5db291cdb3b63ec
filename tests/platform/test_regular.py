"""Files that somebody named are read whole, or refused at once."""

import os
from pathlib import Path

import pytest

from musfuse.errors import ConfigError
from musfuse.platform.regular import OWNER_LOCK, check_regular, read_regular


def test_a_file_of_just_the_limit_is_read_and_one_byte_more_is_too_much(tmp_path: Path) -> None:
    path = tmp_path / "f"
    data = os.urandom((2 << 20) + 7)  # more than one piece
    path.write_bytes(data)
    assert read_regular(path, len(data)) == data
    with pytest.raises(ConfigError, match="over 2,097,158 bytes"):
        read_regular(path, len(data) - 1)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes with names are POSIX's")
def test_what_could_be_read_for_ever_is_not_begun(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path("/dev/zero"), tmp_path):
        before = os.listdir("/dev/fd")
        with pytest.raises(ConfigError, match="not a regular file"):
            read_regular(path, 100)
        assert len(os.listdir("/dev/fd")) == len(before)


def test_why_it_cannot_be_read_is_told_with_its_name(tmp_path: Path) -> None:
    for path, said in (
        (tmp_path / "missing", "(?i)no such file"), (tmp_path / "nul\0", "null byte"), (tmp_path / ("x" * 300), "too long"),
    ):  # fmt: skip
        with pytest.raises(ConfigError, match=said) as caught:
            read_regular(path, 100)
        assert str(path) in str(caught.value)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="/proc is Linux's")
def test_a_file_that_tells_no_size_is_read_all_the_same() -> None:
    assert b"Threads:" in read_regular(Path("/proc/self/status"), 1 << 16)


def test_a_database_of_a_library_is_not_opened_as_if_it_were_any_file(tmp_path: Path) -> None:
    for name in (OWNER_LOCK, "user.db", "art.png"):
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "link").symlink_to(tmp_path / "user.db")
    for path in (tmp_path / "user.db", tmp_path / "link"):
        for read in (check_regular, lambda one: read_regular(one, 100)):
            with pytest.raises(ConfigError, match=f"{path}: musfuse keeps a library in it"):
                read(path)
    assert read_regular(tmp_path / "art.png", 100) == b"x"
