"""Whether this user may mount through FUSE (Linux), before libfuse is asked, which would say less."""

import os
import shutil
import sys
from pathlib import Path

from musfuse.errors import MountError

assert sys.platform != "win32"

_READ_WRITE = os.R_OK | os.W_OK


def check_fuse(device: Path = Path("/dev/fuse")) -> None:
    """Raise MountError, which says what to do, where nothing can be mounted, wherever that may be."""
    if not device.exists():
        raise MountError(
            f"{device} is missing: load it with `modprobe fuse`, or start the container with --device {device}"
        )
    if os.geteuid() == 0:
        return
    if not os.access(device, _READ_WRITE):
        raise MountError(f"{device}: no permission; {_way_in(device)}")
    if not (shutil.which("fusermount3") or shutil.which("fusermount")):
        raise MountError("fusermount3 is not installed; it comes with the package fuse3")


def check_allow_other() -> None:
    """Raise MountError where this user may not show a drive to others."""
    if os.geteuid() != 0 and not _user_allow_other():
        raise MountError("allow_other needs a line `user_allow_other` in /etc/fuse.conf; the administrator can add it")


def _way_in(device: Path) -> str:
    """What opens the device for this user: its group, where that may use it and is not only root's."""
    facts = device.stat()
    if facts.st_gid and (facts.st_mode >> 3) & 0o6 == 0o6:
        import grp

        try:
            group = grp.getgrgid(facts.st_gid).gr_name
        except KeyError:
            group = str(facts.st_gid)
        return f"the administrator can add you to the group {group}, or `chmod 666 {device}`"
    return f"the administrator can open it to all, as most systems have it: `chmod 666 {device}`"


def _user_allow_other() -> bool:
    try:
        lines = Path("/etc/fuse.conf").read_text("utf-8", "replace").splitlines()
    except OSError:
        return False
    return any(line.strip() == "user_allow_other" for line in lines)
