"""Whether the system tells of changes in a folder."""

import re
import sys
from pathlib import Path

assert sys.platform != "win32"

_UNTOLD = frozenset(
    [
        *("9p", "afs", "ceph", "cifs", "coda", "drvfs", "fuse", "fuseblk", "glusterfs", "lustre", "ncpfs", "nfs"),
        *("nfs4", "orangefs", "smb3", "smbfs", "vboxsf", "virtiofs", "vmhgfs"),
    ]
)
"""File systems that others change behind the back of this machine's kernel."""


def has_inotify() -> bool:
    """Whether inotify tells of changes of folders."""
    import ctypes

    return hasattr(ctypes.CDLL(None), "inotify_init1")


def untold_changes(folder: str) -> str:
    """Why the system does not tell of all changes in a folder, as it does not of those that another machine or the
    process behind a FUSE mount makes; empty where it does, as far as can be told."""
    low = folder.rstrip("/") + "/"
    holding, remote = ("", ""), ("", "")
    try:
        lines = Path("/proc/self/mountinfo").read_text("utf-8", "surrogateescape").splitlines()
    except OSError:
        return ""
    for line in lines:
        before, _, after = line.partition(" - ")
        place, kind = _unescaped(before.split(" ")[4]), after.split(" ")[0]
        if low.startswith(place.rstrip("/") + "/"):
            if len(place) >= len(holding[0]):
                holding = (place, kind)
        elif place.startswith(low) and _is_untold(kind):
            remote = (place, kind)
    place, kind = holding if _is_untold(holding[1]) else remote
    return f"the file system of {place} ({kind}) does not tell of all changes" if kind else ""


def _is_untold(kind: str) -> bool:
    return kind.partition(".")[0] in _UNTOLD


def _unescaped(text: str) -> str:
    """A path as /proc writes it, with octal numbers for blanks."""
    return re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), text)
