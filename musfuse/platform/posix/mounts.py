"""Mountpoints: what can be mounted, what is mounted, and what takes it away."""

import errno
import os
import shutil
import subprocess
import sys
from pathlib import Path

from musfuse.errors import MountError
from musfuse.platform.occupants import occupants, told

assert sys.platform != "win32"

from musfuse.platform.posix.paths import absolute_path  # noqa: E402


def check_mountpoint(path: Path, wants_allow_other: bool) -> None:
    """Raise MountError, which says what to do, where nothing can be mounted at `path`."""
    clean_dead_mount(path)
    try:
        if not path.exists():
            raise MountError(f"{path}: no such folder; make it first: mkdir -p {path}")
        if not path.is_dir():
            raise MountError(f"{path}: not a folder; name an empty folder")
        if is_mounted(path):
            raise MountError(f"{path}: something is mounted there already; unmount it first, or name another folder")
        empty = not any(path.iterdir())
    except PermissionError:
        raise MountError(f"{path}: no permission to look into it; name a folder of your own") from None
    except OSError as error:
        raise MountError(f"{path}: cannot be looked into: {error.strerror}; name another folder") from error
    if not empty:
        raise MountError(f"{path}: not empty; what is in it would be hidden. Name an empty folder")
    if sys.platform == "linux":
        from musfuse.platform.fuse_device import check_allow_other, check_fuse

        check_fuse()
        if os.geteuid() != 0 and not os.access(path, os.W_OK):
            raise MountError(f"{path}: not writable by you; FUSE mounts only over a folder of your own")
        if wants_allow_other:
            check_allow_other()


def is_mounted(path: Path) -> bool:
    """Whether a file system is mounted exactly there."""
    try:
        return os.path.ismount(path)
    except OSError:
        return True


def clean_dead_mount(path: Path) -> bool:
    """Detach what a killed process of ours left behind; whether there was anything."""
    try:
        os.statvfs(path)  # not stat, which the kernel may answer from its cache
    except OSError as error:
        if error.errno not in (errno.ENOTCONN, errno.EIO):
            return False
        _run_unmount(path, lazy=True)
        return True
    return False


def unmount(path: Path, lazy: bool) -> None:
    """Unmount; raises MountError where it is in use (never with `lazy`) or refused."""
    problem = _run_unmount(path, lazy)
    if problem and is_mounted(path):
        if "busy" in problem.lower():
            raise MountError(f"{path}: in use{told(occupants(path))}: close what is open on the drive, or use --force")
        raise MountError(f"{path}: cannot be unmounted: {problem}")


def _run_unmount(path: Path, lazy: bool) -> str:
    """Try the tools there are; what the last one complained of, or nothing."""
    attempts = []
    for tool in ("fusermount3", "fusermount"):
        if shutil.which(tool):
            attempts.append([tool, "-u", *(["-z"] if lazy else []), "--", str(path)])
    attempts.append(["umount", *(["-l"] if lazy and sys.platform == "linux" else ["-f"] if lazy else []), str(path)])
    problem = ""
    for command in attempts:
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            problem = str(error)
            continue
        if done.returncode == 0:
            return ""
        problem = problem or done.stderr.strip()
    return problem


def mount_answers(path: Path) -> bool:
    """Whether a mounted drive answers."""
    try:
        os.statvfs(path)
    except OSError:
        return False
    return os.path.ismount(path)


def absolute_mountpoint(path: Path) -> Path:
    """An absolute path without touching the file system: a mountpoint may be dead."""
    return Path(absolute_path(os.path.expanduser(path)))


def free_drive_letter() -> str:
    """Raises MountError: there are no drive letters here."""
    raise MountError("drive letters are for Windows; name an empty folder")
