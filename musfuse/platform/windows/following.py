"""Whether the system tells of changes in a folder."""

import os
import sys

assert sys.platform == "win32"

from musfuse.platform.windows.kernel32 import kernel32  # noqa: E402
from musfuse.platform.windows.paths import plain_path  # noqa: E402

_DRIVE_REMOTE = 4


def has_inotify() -> bool:
    """There is none here."""
    return False


def untold_changes(folder: str) -> str:
    """Why the system does not tell of all changes in a folder, as it does not of those on a network drive."""
    root = os.path.splitdrive(plain_path(os.path.abspath(folder)))[0] + "\\"
    is_remote = root.startswith("\\\\") or kernel32.GetDriveTypeW(root) == _DRIVE_REMOTE
    return f"the network drive of {plain_path(folder)} does not tell of all changes" if is_remote else ""
