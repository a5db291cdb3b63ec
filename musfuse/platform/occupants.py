"""Who has files of a folder open, as far as this user may know (Linux's /proc; nobody is found elsewhere)."""

import os
from collections.abc import Iterator
from pathlib import Path

_PROCESSES = Path("/proc")
_NAMED = 5


def occupants(folder: Path) -> list[str]:
    """Programs with a file or folder at or below `folder` open, or as their working folder: `mpv (4711)`. Only the
    links that the kernel keeps are read, nothing of the folder itself: it may not answer."""
    found = []
    for process in _processes():
        if any(_lies_in(link, str(folder)) for link in _links(process)):
            found.append(f"{_name(process)} ({process.name})")
    return found


def told(programs: list[str]) -> str:
    """` by mpv (4711) and bash (42)`, or nothing where nobody was found."""
    if not programs:
        return ""
    shown = programs[:_NAMED] + ([f"{len(programs) - _NAMED} more"] if len(programs) > _NAMED else [])
    return " by " + (f"{', '.join(shown[:-1])} and {shown[-1]}" if len(shown) > 1 else shown[0])


def _processes() -> Iterator[Path]:
    try:
        entries = sorted((p for p in _PROCESSES.iterdir() if p.name.isdecimal()), key=lambda p: int(p.name))
    except OSError:
        return
    yield from (entry for entry in entries if entry.name != str(os.getpid()))


def _links(process: Path) -> Iterator[str]:
    try:
        links = [process / "cwd", process / "root", *(process / "fd").iterdir()]
    except OSError:  # somebody else's, or gone
        return
    for link in links:
        try:
            yield os.readlink(link)
        except OSError:
            continue


def _lies_in(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def _name(process: Path) -> str:
    try:
        return (process / "comm").read_text("utf-8", "replace").strip()
    except OSError:
        return "a program"
