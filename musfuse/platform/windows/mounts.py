"""Mountpoints: what can be mounted, what is mounted, and what takes it away."""

import os
import string
import sys
from pathlib import Path

from musfuse.errors import ControlError, MountError

assert sys.platform == "win32"

from musfuse.platform.windows.kernel32 import kernel32  # noqa: E402


def check_mountpoint(path: Path, wants_allow_other: bool) -> None:
    """Raise MountError where nothing can be mounted: a letter must be free, a folder must not exist but its parent."""
    del wants_allow_other
    if str(path) == "*":
        return
    if _is_letter(str(path)):
        if _letter_bit(str(path)) & _letters_in_use():
            raise MountError(f"{path} is taken; name another drive letter, or * for the next free one")
        return
    try:
        if path.exists():
            raise MountError(f"{path}: exists already; WinFsp makes the folder itself, name one that does not exist")
        if not path.parent.is_dir():
            raise MountError(f"{path}: {path.parent} is no folder; make it first")
    except OSError as error:
        raise MountError(f"{path}: cannot be looked at: {error.strerror}; name another folder") from error


def absolute_mountpoint(path: Path) -> Path:
    """A drive letter, `*` and a network share as they are; a folder as an absolute path."""
    text = str(path)
    if text == "*" or text.startswith("\\\\"):
        return path
    if _is_letter(text):
        return Path(text[:2].upper())
    return Path(os.path.abspath(os.path.expanduser(path)))


def free_drive_letter() -> str:
    """The next free letter from the end of the alphabet, as network drives take them. Raises MountError."""
    used = _letters_in_use()
    for letter in reversed(string.ascii_uppercase[3:]):
        if not _letter_bit(letter) & used:
            return f"{letter}:"
    raise MountError("no drive letter is free; unmount a drive, or name a folder")


def is_mounted(path: Path) -> bool:
    """Whether something is there."""
    text = str(path)
    if _is_letter(text):
        return bool(_letter_bit(text) & _letters_in_use())
    return path.exists()


def clean_dead_mount(path: Path) -> bool:
    """False: WinFsp removes what a killed process leaves, so nothing is to be done."""
    del path
    return False


def unmount(path: Path, lazy: bool) -> None:
    """Raises ControlError: a mount ends through its own face here, never from outside."""
    del lazy
    raise ControlError(f"{path}: no drive of musfuse is mounted there")


def mount_answers(path: Path) -> bool:
    """Whether a mounted drive answers."""
    return os.path.exists(f"{path}\\" if _is_letter(str(path)) else path)


def _is_letter(text: str) -> bool:
    return len(text) in (2, 3) and text[0].isascii() and text[0].isalpha() and text[1:] in (":", ":\\")


def _letter_bit(text: str) -> int:
    return 1 << (ord(text[0].upper()) - ord("A"))


def _letters_in_use() -> int:
    """GetLogicalDrives' mask: bit 0 is A."""
    return int(kernel32.GetLogicalDrives())
