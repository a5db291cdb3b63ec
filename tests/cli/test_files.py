"""A file is written whole or stays as it was."""

import os
import threading
from pathlib import Path

import pytest

from musfuse.cli.files import whole_file


def test_one_that_is_cut_off_stays_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_text("before")
    path.chmod(0o640)
    with pytest.raises(KeyboardInterrupt), whole_file(path) as file:
        file.write("half")
        raise KeyboardInterrupt
    assert (path.read_text(), [one.name for one in tmp_path.iterdir()]) == ("before", ["x"])
    with whole_file(path) as file:
        file.write("bytes that are no text: \udcff")
    assert path.read_bytes() == b"bytes that are no text: \xff"
    assert path.stat().st_mode & 0o777 == 0o640


def test_a_link_is_followed_and_stays_one(tmp_path: Path) -> None:
    (tmp_path / "real").write_text("before")
    (tmp_path / "link").symlink_to("real")
    with whole_file(tmp_path / "link") as file:
        file.write("after")
    assert ((tmp_path / "link").is_symlink(), (tmp_path / "real").read_text()) == (True, "after")


def test_a_pipe_is_written_as_it_goes(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    read = list[str]()
    reader = threading.Thread(target=lambda: read.append((tmp_path / "pipe").read_text()))
    reader.start()
    with whole_file(tmp_path / "pipe") as file:
        file.write("all")
    reader.join(20)
    assert read == ["all"]


def test_an_error_names_the_file_that_was_asked_for(tmp_path: Path) -> None:
    with pytest.raises(OSError) as failed, whole_file(tmp_path / "none/x") as _:
        pass
    assert failed.value.filename == str(tmp_path / "none/x")
