"""Files that other programs made, read piece by piece."""

import os
from pathlib import Path

import pytest

from musfuse.errors import ConfigError
from musfuse.library.exchange.steady import SteadyFile


def test_each_reading_gives_all_of_it(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"abcde")
    with SteadyFile(tmp_path / "x") as file:
        for _ in range(2):
            assert list(file.pieces(2)) == [b"ab", b"cd", b"e", b""]
        file.check()


def test_a_file_that_is_written_meanwhile_is_told_of(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"abcde")
    with SteadyFile(tmp_path / "x") as file:
        os.utime(tmp_path / "x", ns=(1, 1))
        with pytest.raises(ConfigError, match="x: was written while it was read; try again"):
            file.check()


def test_what_is_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for name in ("pipe", "nowhere", "."):
        with pytest.raises(ConfigError, match="cannot be read"):
            SteadyFile(tmp_path / name)
