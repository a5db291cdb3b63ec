"""What a folder that is held open is good for."""

import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from tests_support import small_disk

if sys.platform == "win32":
    pytest.skip("POSIX only", allow_module_level=True)


from musfuse.platform import posix


def test_what_is_written_after_an_unmount_does_not_land_in_the_empty_mountpoint(tmp_path: Path) -> None:
    with small_disk(tmp_path / "stick", 64) as place, closing(posix.open_tree(str(place))) as tree:
        subprocess.run(["umount", "-l", str(place)], check=True)
        os.close(tree.create("late"))
        assert tree.facts("late") is not None
        assert os.listdir(place) == []
        subprocess.run(["mount", "-t", "tmpfs", "tmpfs", str(place)], check=True)  # another one at the same path
        assert tree.names("") == ["late"]
        assert os.listdir(place) == []


def test_no_descriptor_is_left(tmp_path: Path) -> None:
    before = len(os.listdir("/dev/fd"))
    with closing(posix.open_tree(str(tmp_path))) as tree:
        tree.make_folder("a")
        for _ in range(3):
            assert tree.facts("a/b/c") is None
            os.close(tree.create("x"))
            with pytest.raises(NotADirectoryError):
                tree.names("x")
            tree.remove("x")
    assert len(os.listdir("/dev/fd")) == before
