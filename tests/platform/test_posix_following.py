"""Whether the system tells of changes, on Linux itself."""

import sys
from pathlib import Path

import pytest

from musfuse.platform import posix

if sys.platform == "win32":
    pytest.skip("POSIX only", allow_module_level=True)


from musfuse.platform import posix

MOUNTS = """\
21 1 0:20 / / rw,relatime shared:1 - ext4 /dev/vda rw
30 21 0:31 / /far rw - nfs4 server:/export rw
31 21 0:32 / /music/my\\040disk rw - fuse.rclone remote rw
32 21 0:33 / /music/here rw - ext4 /dev/vdb rw
"""


@pytest.mark.parametrize(
    ("folder", "said"),
    [
        ("/home", ""),
        ("/far", "the file system of /far (nfs4) does not tell of all changes"),
        ("/far/away", "the file system of /far (nfs4) does not tell of all changes"),
        ("/farther", ""),
        ("/music", "the file system of /music/my disk (fuse.rclone) does not tell of all changes"),
        ("/music/here", ""),
    ],
)
def test_file_systems_that_do_not_tell_of_all_changes(folder: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "read_text", lambda *_: MOUNTS)
    assert posix.untold_changes(folder) == said


def test_without_a_list_of_mounts_nothing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> str:
        raise FileNotFoundError

    monkeypatch.setattr(Path, "read_text", fails)
    assert posix.untold_changes("/far") == ""
